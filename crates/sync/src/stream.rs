//! The streams: what can be synced, as data.

use crate::airbyte::AirbyteStream;
use crate::generated::streams::STREAMS;
use crate::schema::ColumnKind;
use serde::{Serialize, Serializer};
use spapi_core::Marketplace;
use spapi_metadata::document_types::{Access, Party, Query};
use spapi_metadata::{Dataset, Published, ReportType};
use spapi_rows::RowType;
use spapi_types::operation::OperationName;
use std::fmt;
use std::time::SystemTime;

/// A stream: rows of one kind, which become one table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stream {
    /// Its name, at most 63 letters, digits and underscores, so that it can be that of a table. No two differ only in upper
    /// and lower case. The 60 of Airbyte's source have Airbyte's name, and other reports that of their type.
    pub name: &'static str,
    /// A short title: `All listings`.
    pub title: &'static str,
    /// Where its rows come from.
    pub origin: Origin,
    /// Whether a run reads the whole or what is new.
    pub kind: Kind,
    /// Which rows a slice of time has. `None` for a snapshot, which has no slices.
    pub clock: Option<Clock>,
    /// The most days of a slice, if a limit beside that of the report type is known.
    pub most_days: Option<u32>,
    /// The fields that tell a row from all others. Empty if none are known: then rows that are the same are counted.
    pub key: &'static [&'static str],
    /// The field that says when a row changed, by which the newer of two rows is known.
    pub cursor: Option<&'static str>,
    /// How many days before the last slice a run reads again, because rows change late. A connection can change it.
    pub lookback_days: u32,
    /// After how many days a slice no longer changes. `None` if that is not known.
    pub final_days: Option<u32>,
    /// The columns of a stream whose rows are objects of JSON. Empty for a report.
    pub fields: &'static [Field],
}

/// A column of a stream whose rows are objects of JSON.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name of the column: `OrderTotal_Amount`.
    pub name: &'static str,
    /// Where an object has its value: `OrderTotal.Amount`.
    pub path: &'static str,
    /// The type of its values.
    pub kind: ColumnKind,
    /// The part of a query that selects it, if it is a list: `charges { identifier }`. Else empty.
    pub selection: &'static str,
    /// Whether it is a field of the object that the row belongs to, such as the order of an item.
    pub of_parent: bool,
}

impl Field {
    pub(crate) const fn new(name: &'static str, path: &'static str, kind: ColumnKind) -> Self {
        Self { name, path, kind, selection: "", of_parent: false }
    }

    pub(crate) const fn of_parent(mut self) -> Self {
        self.of_parent = true;
        self
    }

    pub(crate) const fn selection(mut self, selection: &'static str) -> Self {
        self.selection = selection;
        self
    }
}

/// Where the rows of a stream come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Origin {
    /// A report.
    Report {
        /// Amazon's name of the report type.
        report_type: &'static str,
        /// The name of its kind of rows in `spapi-rows`. `None` if the columns are not known: then all are texts.
        rows: Option<&'static str>,
        /// The report options that are always sent, as name and value.
        options: &'static [(&'static str, &'static str)],
        /// The report options that are sent where the connection gives none, as name and value.
        defaults: &'static [(&'static str, &'static str)],
        /// Whether Amazon makes it by itself, so that it is found and not requested.
        is_found: bool,
    },
    /// An operation that lists the rows.
    Operation {
        /// Its name, such as `orders@v0 getOrders`.
        operation: &'static str,
        /// The path of the list in an answer, such as `payload.Orders`. It is one object instead for
        /// `payload.FinancialEvents`.
        list: &'static str,
        /// The path below an element of a list that has a row for each of its own elements.
        each: Option<&'static str>,
        /// Further arguments, as name and value.
        arguments: &'static [(&'static str, &'static str)],
        /// The argument that takes the marketplace. `None` if the answer covers all of the seller's.
        marketplace: Option<&'static str>,
        /// How a slice is asked for.
        range: Range,
    },
    /// A query of Data Kiosk.
    Query {
        /// The dataset.
        dataset: &'static str,
        /// The query of the dataset.
        query: &'static str,
        /// The path below an element that has a row for each of its own elements.
        each: Option<&'static str>,
        /// The arguments beside dates and marketplaces, as names and values of GraphQL: `aggregateBy: DAY`.
        arguments: &'static str,
    },
}

/// How a slice is asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Range {
    /// Not at all: one sequence of pages has everything.
    Whole,
    /// By its ends.
    Ends {
        /// The argument that takes the start.
        from: &'static str,
        /// The argument that takes the end.
        to: &'static str,
    },
    /// By one argument with both ends.
    Interval(&'static str),
    /// By the rows of another stream: one call for each.
    Parent {
        /// The name of the other stream.
        stream: &'static str,
        /// The field of its rows.
        field: &'static str,
        /// The argument that takes the field.
        argument: &'static str,
    },
}

/// Whether a run reads the whole or what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Every run reads the whole, which replaces what was there.
    Snapshot,
    /// A run reads slices of time that were not read before, and those that may have changed.
    Incremental,
}

/// Which rows a slice of time has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Clock {
    /// Those that were created in it.
    Created,
    /// Those that were last updated in it.
    Updated,
    /// The events that happened in it.
    Happened,
    /// The figures of the whole periods in it.
    Period,
    /// The documents that Amazon made in it.
    Made,
}

impl Stream {
    pub(crate) const fn new(name: &'static str, title: &'static str, kind: Kind, origin: Origin) -> Self {
        Self {
            name,
            title,
            origin,
            kind,
            clock: None,
            most_days: None,
            key: &[],
            cursor: None,
            lookback_days: 0,
            final_days: None,
            fields: &[],
        }
    }

    pub(crate) const fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    pub(crate) const fn most_days(mut self, days: u32) -> Self {
        self.most_days = Some(days);
        self
    }

    pub(crate) const fn key(mut self, key: &'static [&'static str]) -> Self {
        self.key = key;
        self
    }

    pub(crate) const fn cursor(mut self, field: &'static str) -> Self {
        self.cursor = Some(field);
        self
    }

    pub(crate) const fn lookback_days(mut self, days: u32) -> Self {
        self.lookback_days = days;
        self
    }

    pub(crate) const fn final_days(mut self, days: u32) -> Self {
        self.final_days = Some(days);
        self
    }

    pub(crate) const fn fields(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    /// All streams, in the order of their names.
    pub fn all() -> &'static [Self] {
        STREAMS
    }

    /// The stream of that name, in upper or lower case.
    ///
    /// # Errors
    /// When there is none, with the names that are like it.
    ///
    /// ```
    /// use spapi_sync::Stream;
    ///
    /// assert_eq!(Stream::find("orders")?.name, "Orders");
    /// let error = Stream::find("GET_MERCHANT_LISTING_ALL_DATA").unwrap_err();
    /// assert_eq!(error.nearest[0], "GET_MERCHANT_LISTINGS_ALL_DATA");
    /// # Ok::<(), spapi_sync::UnknownStream>(())
    /// ```
    pub fn find(name: &str) -> Result<&'static Self, UnknownStream> {
        let name = name.trim();
        if let Ok(index) = STREAMS.binary_search_by(|stream| stream.name.cmp(name)) {
            return Ok(&STREAMS[index]);
        }
        let found = STREAMS.iter().find(|stream| stream.name.eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownStream { name: name.to_owned(), nearest: nearest(name) })
    }

    /// Whether a slice that is read again has every row of its time, so that an earlier row that it lacks no longer exists. If the
    /// rows are those that were last updated in the slice, such a row has moved to a later slice instead.
    pub fn is_complete(&self) -> bool {
        self.clock.is_some_and(|clock| clock != Clock::Updated)
    }

    /// The most days of a slice. `None` if no limit is known, and for a stream that is read as a whole.
    pub fn longest_days(&self) -> Option<u32> {
        self.clock?;
        [self.most_days, self.report_type().and_then(|known| known.longest_days)].into_iter().flatten().min()
    }

    /// Whether Amazon has it for a marketplace at this moment.
    pub fn is_offered(&self, marketplace: Marketplace, now: SystemTime) -> bool {
        crate::plan::why_not(self, Some(marketplace), now).is_none()
    }

    /// Whether Amazon gives it only with buyers' personal data, for which a connection must ask.
    pub fn needs_personal_data(&self) -> bool {
        self.report_type().is_some_and(|known| known.access == Access::RestrictedDataToken)
    }

    /// What Airbyte's source has of it. `None` if Airbyte has no such stream.
    pub fn airbyte(&self) -> Option<&'static AirbyteStream> {
        AirbyteStream::find(self.name)
    }

    /// What is known of its report type. `None` if it is not a report.
    pub fn report_type(&self) -> Option<&'static ReportType> {
        match self.origin {
            Origin::Report { report_type, .. } => ReportType::find(report_type),
            _ => None,
        }
    }

    /// The columns of its rows. `None` if it is not a report, or a report whose columns are not known.
    pub fn row_type(&self) -> Option<&'static RowType> {
        let Origin::Report { report_type, rows: Some(rows), .. } = self.origin else { return None };
        spapi_rows::report(report_type)?.rows.iter().copied().find(|found| found.name == rows)
    }

    /// The operation that lists its rows. `None` if no operation does.
    pub fn operation(&self) -> Option<Published> {
        match self.origin {
            Origin::Operation { operation, .. } => published(operation),
            _ => None,
        }
    }

    /// The dataset of Data Kiosk. `None` if it is not a query.
    pub fn dataset(&self) -> Option<&'static Dataset> {
        match self.origin {
            Origin::Query { dataset, .. } => Dataset::find(dataset),
            _ => None,
        }
    }

    /// The query of its dataset. `None` if it is not a query.
    pub fn query(&self) -> Option<&'static Query> {
        let Origin::Query { query, .. } = self.origin else { return None };
        self.dataset()?.queries.iter().find(|known| known.name == query)
    }

    /// The stream whose rows it is called for. `None` if it has a range of its own.
    pub fn parent(&self) -> Option<&'static Self> {
        match self.origin {
            Origin::Operation { range: Range::Parent { stream, .. }, .. } => Self::find(stream).ok(),
            _ => None,
        }
    }

    /// The accounts that can have it: the least that a connection needs.
    pub fn parties(&self) -> &'static [Party] {
        match &self.origin {
            Origin::Report { .. } => self.report_type().map_or(&[Party::Seller, Party::Vendor], |known| known.parties),
            Origin::Query { .. } => self.dataset().map_or(&[Party::Seller, Party::Vendor], |known| known.parties),
            Origin::Operation { operation, .. } if operation.starts_with("vendor-") => &[Party::Vendor],
            Origin::Operation { .. } => &[Party::Seller],
        }
    }

    /// The roles of an application, any of which is enough. Empty if they are not known.
    pub fn roles(&self) -> &'static [&'static str] {
        let of_report = self.report_type().map(|known| known.roles);
        of_report.or_else(|| self.dataset().map(|known| known.roles)).unwrap_or_default()
    }
}

/// The operation of a name that the table of streams has.
pub(crate) fn published(name: &str) -> Option<Published> {
    name.parse::<OperationName>().ok().and_then(|name| spapi_metadata::find(&name))
}

/// A stream by its name.
impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// There is no stream of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownStream {
    /// The name.
    pub name: String,
    /// At most three names that are like it, the nearest first.
    pub nearest: Vec<&'static str>,
}

impl fmt::Display for UnknownStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no stream {}", spapi_types::text::printable(&self.name).up_to(80))?;
        match self.nearest.as_slice() {
            [] => Ok(()),
            nearest => write!(f, "; streams with a similar name: {}", nearest.join(", ")),
        }
    }
}

impl std::error::Error for UnknownStream {}

/// How like a name must be, from 0 to 1. Names of different streams share long beginnings.
const LIKE: f64 = 0.7;
/// The longest name that is compared.
const LONGEST: usize = 100;

fn nearest(name: &str) -> Vec<&'static str> {
    if name.len() > LONGEST {
        return Vec::new();
    }
    let name = name.to_ascii_lowercase();
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(&name, &other.to_ascii_lowercase());
    let mut like: Vec<_> = STREAMS.iter().map(|stream| (likeness(stream.name), stream.name)).collect();
    like.retain(|(like, _)| *like >= LIKE);
    like.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    like.into_iter().take(3).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_stream_has_what_its_origin_needs() {
        let names: BTreeSet<_> = STREAMS.iter().map(|stream| stream.name.to_ascii_lowercase()).collect();
        assert_eq!(names.len(), STREAMS.len());
        assert!(STREAMS.is_sorted_by_key(|stream| stream.name));
        for stream in STREAMS {
            let name = stream.name;
            match stream.origin {
                Origin::Report { rows, .. } => {
                    assert!(stream.report_type().is_some(), "{name}");
                    assert_eq!(stream.row_type().map(|rows| rows.name), rows, "{name}");
                }
                Origin::Operation { range: Range::Parent { .. }, .. } => assert!(stream.parent().is_some(), "{name}"),
                Origin::Operation { .. } => assert!(stream.parent().is_none(), "{name}"),
                Origin::Query { query, .. } => {
                    assert!(stream.dataset().unwrap().queries.iter().any(|known| known.name == query), "{name}");
                }
            }
            assert_eq!(stream.clock.is_some(), stream.kind == Kind::Incremental, "{name}");
            assert!(!stream.parties().is_empty(), "{name}");
        }
    }

    #[test]
    fn every_operation_exists_and_has_the_arguments() {
        for stream in STREAMS {
            let Origin::Operation { operation, arguments, marketplace, range, .. } = &stream.origin else { continue };
            let found = stream.operation().unwrap_or_else(|| panic!("{operation} does not exist"));
            let mut wanted: Vec<&str> = arguments.iter().map(|(name, _)| *name).chain(*marketplace).collect();
            match range {
                Range::Whole => {}
                Range::Ends { from, to } => wanted.extend([from, to]),
                Range::Interval(interval) => wanted.push(interval),
                Range::Parent { argument, .. } => wanted.push(argument),
            }
            for argument in wanted {
                let has = found.entry.parameters.iter().any(|parameter| parameter.name == argument);
                assert!(has, "{operation} has no argument {argument}");
            }
        }
    }

    #[test]
    fn a_name_is_found_in_any_case_and_a_wrong_one_is_compared_with_others() {
        assert_eq!(Stream::find(" get_v2_settlement_report_data_flat_file_v2").unwrap().clock, Some(Clock::Made));
        let error = Stream::find("GET_FLAT_FILE_OPEN_LISTING_DATA\u{1b}").unwrap_err();
        assert_eq!(error.nearest, ["GET_FLAT_FILE_OPEN_LISTINGS_DATA"]);
        assert!(!error.to_string().contains('\u{1b}') && error.to_string().contains("similar name"), "{error}");
        assert!(Stream::find(&"x".repeat(10_000)).unwrap_err().nearest.is_empty());
    }

    #[test]
    fn the_accounts_and_roles_of_a_stream_are_known() {
        let parties = |name: &str| Stream::find(name).unwrap().parties();
        assert_eq!(parties("VendorOrders"), [Party::Vendor]);
        assert_eq!(parties("Orders"), [Party::Seller]);
        assert_eq!(parties("GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"), [Party::Seller, Party::Vendor]);
        assert_eq!(Stream::find("GET_SALES_AND_TRAFFIC_REPORT_BY_MONTH").unwrap().roles(), ["Brand Analytics"]);
    }
}
