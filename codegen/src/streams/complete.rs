//! Adds what is by rule to the rows, and refuses what cannot be.

use super::rows::{AirbyteKind, Clock, ColumnRow, ColumnTable, ColumnsRow, Row, Step, StreamKind, Version};
use super::{AirbyteRow, Streams};
use crate::documents::{Availability, Dates, Documents, Format, Report, Status};
use crate::rows::{Reports, Rows};
use anyhow::{Context, Result, bail, ensure};
use heck::ToShoutySnakeCase;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use std::collections::{BTreeMap, BTreeSet};

/// All streams, and what Airbyte has of them, by name.
pub struct Completed<'a> {
    pub streams: BTreeMap<String, CompletedStream>,
    pub airbyte: BTreeMap<&'a str, (&'a AirbyteRow, Vec<CompletedColumn>)>,
}

/// A stream of which nothing is left to a rule.
#[derive(Debug, Clone)]
pub struct CompletedStream {
    pub row: Row,
    pub title: String,
    /// Whether Amazon makes the report by itself, so that it is found and not requested.
    pub is_found: bool,
    pub kind: StreamKind,
    pub clock: Option<Clock>,
}

/// A column of Airbyte's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedColumn {
    pub name: String,
    /// The field of the row that it is, if it is one.
    pub field: Option<String>,
    pub kind: AirbyteKind,
    pub nullable: bool,
    pub only: Option<Version>,
}

impl Streams {
    /// The streams of the rows and those that are by rule.
    ///
    /// # Errors
    /// When a row names what does not exist or says what cannot be, with the name of its stream.
    pub fn complete(&self, documents: &Documents, reports: &Reports) -> Result<Completed<'_>> {
        let mut streams = BTreeMap::new();
        for (name, row) in &self.rows {
            let stream =
                complete(name, row.clone(), documents, reports).with_context(|| format!("streams.toml: {name}"))?;
            streams.insert(name.clone(), stream);
        }
        let by_rule =
            documents.reports.iter().filter(|(name, report)| !self.rows.contains_key(*name) && is_stream(report));
        for (name, _) in by_rule {
            let rows = kinds_of_rows(reports, name).first().map(|rows| rows.name.clone());
            let row = Row { rows, ..Row::default() };
            let stream =
                complete(name, row, documents, reports).with_context(|| format!("documents/reports.toml: {name}"))?;
            streams.insert(name.clone(), stream);
        }
        add_other_rows(&mut streams, reports)?;
        for (name, stream) in &streams {
            if let Some(parent) = &stream.row.parent {
                ensure!(
                    streams.contains_key(&parent.stream),
                    "streams.toml: {name}: there is no stream {}",
                    parent.stream
                );
            }
        }
        let names: BTreeSet<String> = streams.keys().map(|name| name.to_ascii_lowercase()).collect();
        ensure!(names.len() == streams.len(), "two streams differ only in upper and lower case");
        let airbyte = self.airbyte(&streams, reports)?;
        Ok(Completed { streams, airbyte })
    }

    fn airbyte(
        &self,
        streams: &BTreeMap<String, CompletedStream>,
        reports: &Reports,
    ) -> Result<BTreeMap<&str, (&AirbyteRow, Vec<CompletedColumn>)>> {
        if let Some(name) = self.columns.keys().find(|name| !self.airbyte.contains_key(*name)) {
            bail!("airbyte_columns.toml: {name}: airbyte.toml has no such stream");
        }
        let mut all = BTreeMap::new();
        for (name, row) in &self.airbyte {
            let context = || format!("airbyte.toml: {name}");
            let stream = streams.get(name).context("there is no such stream").with_context(context)?;
            check_airbyte(row).with_context(context)?;
            let columns =
                self.columns.get(name).context("airbyte_columns.toml has no such stream").with_context(context)?;
            let rows = stream.rows(name, reports);
            let columns = complete_columns(columns, rows).with_context(|| format!("airbyte_columns.toml: {name}"))?;
            all.insert(name.as_str(), (row, columns));
        }
        Ok(all)
    }
}

impl CompletedStream {
    /// The report type of a stream that is one.
    pub fn report<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let is_report = self.row.operation.is_none() && self.row.query.is_none();
        is_report.then(|| self.row.report.as_deref().unwrap_or(name))
    }

    fn rows<'a>(&self, name: &str, reports: &'a Reports) -> Option<&'a Rows> {
        let kinds = kinds_of_rows(reports, self.report(name)?);
        kinds.iter().find(|rows| Some(&rows.name) == self.row.rows.as_ref())
    }
}

fn complete(name: &str, mut row: Row, documents: &Documents, reports: &Reports) -> Result<CompletedStream> {
    let is_name =
        !name.is_empty() && name.len() <= 63 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ensure!(is_name, "a name has at most 63 letters, digits and underscores, so that it can be that of a table");
    ensure!(row.most_days != Some(0), "most_days is 0");
    let (title, is_found, kind) = match (&row.operation, &row.query) {
        (Some(_), Some(_)) => bail!("it has an operation and a query: remove one"),
        (Some(_), None) => (check_operation(&row)?, false, row.kind.context("give it a kind")?),
        (None, Some(query)) => {
            let dataset = documents
                .datasets
                .get(&query.dataset)
                .with_context(|| format!("there is no dataset {}", query.dataset))?;
            ensure!(dataset.queries.contains_key(&query.name), "{} has no query {}", query.dataset, query.name);
            (row.title.clone().context("give it a title")?, false, row.kind.context("give it a kind")?)
        }
        (None, None) => {
            let report_type = row.report.clone().unwrap_or_else(|| name.to_owned());
            let report_type = report_type.as_str();
            let report =
                documents.reports.get(report_type).with_context(|| format!("there is no report type {report_type}"))?;
            for (option, value) in row.options.iter().chain(&row.defaults) {
                let known =
                    report.options.get(option).with_context(|| format!("{report_type} has no option {option}"))?;
                ensure!(known.values.is_empty() || known.values.contains(value), "{option} is not {value:?}");
            }
            choose_rows(&mut row, kinds_of_rows(reports, report_type))?;
            let title = row.title.clone().unwrap_or_else(|| report.title.clone());
            (title, is_automatic(report), row.kind.unwrap_or_else(|| kind_by_rule(report)))
        }
    };
    let clock = match kind {
        StreamKind::Snapshot => {
            ensure!(row.clock.is_none() && row.cursor.is_none(), "a snapshot has neither a clock nor a cursor");
            None
        }
        StreamKind::Incremental if is_found => Some(Clock::Made),
        StreamKind::Incremental => Some(row.clock.unwrap_or(Clock::Period)),
    };
    Ok(CompletedStream { row, title, is_found, kind, clock })
}

fn check_operation(row: &Row) -> Result<String> {
    ensure!(
        row.report.is_none() && row.rows.is_none() && row.options.is_empty() && row.defaults.is_empty(),
        "an operation has no report"
    );
    ensure!(row.list.is_some(), "say with `list` where the rows are");
    let ends = (&row.from, &row.to, &row.interval, &row.parent);
    match ends {
        (Some(_), Some(_), None, None) | (None, None, Some(_), None) | (None, None, None, Some(_)) => {}
        (None, None, None, None) if row.kind == Some(StreamKind::Snapshot) => {}
        _ => bail!("an operation has from and to, or an interval, or a parent, or is a snapshot"),
    }
    row.title.clone().context("give it a title")
}

/// Sets the kind of rows and the key.
fn choose_rows(row: &mut Row, kinds: &[Rows]) -> Result<()> {
    let chosen = match (&row.rows, kinds) {
        (None, []) => None,
        (None, [only]) => Some(only),
        (None, _) => bail!("the report has several kinds of rows: choose one with `rows`"),
        (Some(name), _) => {
            Some(kinds.iter().find(|rows| rows.name == *name).with_context(|| format!("there are no rows {name}"))?)
        }
    };
    let Some(rows) = chosen else { return Ok(()) };
    row.rows = Some(rows.name.clone());
    let has = |field: &String| rows.columns.iter().any(|column| column.field == *field);
    if let Some(other) = row.key.iter().chain(&row.cursor).find(|field| !has(field)) {
        bail!("{} has no field {other}", rows.name);
    }
    if row.key.is_empty() {
        row.key = rows.columns.iter().filter(|column| column.key).map(|column| column.field.clone()).collect();
    }
    Ok(())
}

/// Gives each further kind of rows of a report a stream of its own, called after both.
fn add_other_rows(streams: &mut BTreeMap<String, CompletedStream>, reports: &Reports) -> Result<()> {
    let mut taken = BTreeSet::new();
    for (name, stream) in streams.iter() {
        if let (Some(report), Some(rows)) = (stream.report(name), &stream.row.rows) {
            taken.insert((report.to_owned(), rows.clone()));
        }
    }
    let mains: Vec<_> = streams.iter().filter(|(name, stream)| stream.report(name) == Some(name)).collect();
    let mut others = BTreeMap::new();
    for (report_type, main) in mains {
        for rows in kinds_of_rows(reports, report_type) {
            if taken.contains(&(report_type.clone(), rows.name.clone())) {
                continue;
            }
            let part = rows.name.strip_suffix("Row").unwrap_or(&rows.name);
            let name = format!("{report_type}_{}", part.to_shouty_snake_case());
            // A table's name has at most 63 letters.
            let name =
                if name.len() > 63 { format!("{}_{}", short(report_type), part.to_shouty_snake_case()) } else { name };
            let mut row = Row {
                rows: Some(rows.name.clone()),
                report: Some(report_type.clone()),
                key: Vec::new(),
                ..main.row.clone()
            };
            row.cursor = row.cursor.filter(|cursor| rows.columns.iter().any(|column| column.field == *cursor));
            choose_rows(&mut row, std::slice::from_ref(rows))?;
            let title = format!("{}: {}", main.title, heck::ToLowerCamelCase::to_lower_camel_case(part));
            ensure!(name.len() <= 63, "{name} is too long for a table: give it a row in streams.toml");
            let previous = others.insert(name.clone(), CompletedStream { row, title, ..main.clone() });
            ensure!(previous.is_none() && !streams.contains_key(&name), "two streams would be called {name}");
        }
    }
    streams.extend(others);
    Ok(())
}

/// A report type without the words that all have.
fn short(report_type: &str) -> &str {
    let name = report_type.strip_prefix("GET_").unwrap_or(report_type);
    let name = name.strip_suffix("_REPORT").unwrap_or(name);
    name.strip_suffix("_DATA").unwrap_or(name)
}

fn kinds_of_rows<'a>(reports: &'a Reports, report_type: &str) -> &'a [Rows] {
    let Some(report) = reports.0.get(report_type) else { return &[] };
    let report = report.same_as.as_ref().and_then(|other| reports.0.get(other)).unwrap_or(report);
    &report.rows
}

/// Whether a report type is a stream by rule: Amazon has it, it is made without a schedule of the user's, and it has rows.
fn is_stream(report: &Report) -> bool {
    let has_rows = matches!(report.format, Format::Tsv | Format::Csv | Format::Json | Format::Xml);
    let comes = report.availability.iter().any(|way| matches!(way, Availability::Requested | Availability::Automatic));
    has_rows && comes && report.status != Some(Status::Removed)
}

fn is_automatic(report: &Report) -> bool {
    !report.availability.is_empty() && !report.availability.contains(&Availability::Requested)
}

fn kind_by_rule(report: &Report) -> StreamKind {
    let takes_range = report.dates == Some(Dates::Required)
        || report.longest_days.is_some()
        || (report.history_days.is_some() && report.dates != Some(Dates::Ignored))
        || report.periods.is_some();
    match takes_range || is_automatic(report) {
        true => StreamKind::Incremental,
        false => StreamKind::Snapshot,
    }
}

fn check_airbyte(row: &AirbyteRow) -> Result<()> {
    let places = row.places;
    ensure!([places.v4, places.seller, places.vendor].iter().any(Option::is_some), "it has no place");
    ensure!(row.cursor.is_some() == row.cursor_as.is_some(), "a cursor and cursor_as come together");
    ensure!(row.key.is_empty() || (row.key_v4.is_empty() && row.key_v6.is_empty()), "key is that of both versions");
    let has_days = matches!(row.step, Step::Period | Step::Fixed | Step::EventsStep);
    ensure!(row.most_days.is_some() == has_days, "most_days goes with the steps period, fixed and events-step");
    ensure!(row.most_days != Some(0) && row.absent_days != Some(0), "a step has no days");
    Ok(())
}

fn complete_columns(row: &ColumnsRow, rows: Option<&Rows>) -> Result<Vec<CompletedColumn>> {
    let given: Vec<_> = row.columns.iter().map(|column| given(column, rows)).collect::<Result<_>>()?;
    let Some(without) = &row.without else { return Ok(given) };
    let rows = rows.context("`without` needs rows in ../rows")?;
    if let Some(other) = without.iter().find(|name| !rows.columns.iter().any(|column| column.name == **name)) {
        bail!("{} has no column {other:?} to be without", rows.name);
    }
    let is_left = |name: &String, field: &String| {
        !without.contains(name)
            && !given.iter().any(|column| column.name == *name || column.field.as_ref() == Some(field))
    };
    let by_rule = rows.columns.iter().filter(|column| is_left(&column.name, &column.field));
    let mut all: Vec<_> = by_rule
        .map(|column| CompletedColumn {
            name: column.name.clone(),
            field: Some(column.field.clone()),
            kind: AirbyteKind::String,
            nullable: true,
            only: None,
        })
        .collect();
    all.extend(given);
    Ok(all)
}

fn given(column: &ColumnRow, rows: Option<&Rows>) -> Result<CompletedColumn> {
    let rule = ColumnTable { name: String::new(), of: None, is: None, only: None };
    let (name, table) = match column {
        ColumnRow::Name(name) => (name, &rule),
        ColumnRow::Table(table) => (&table.name, table),
    };
    let is = table.is.as_deref().unwrap_or("string?");
    let word = is.trim_end_matches('?');
    let kind = AirbyteKind::deserialize(IntoDeserializer::<ValueError>::into_deserializer(word))
        .with_context(|| format!("the column {name:?}"))?;
    let of = table.of.as_ref().unwrap_or(name);
    let found = rows.and_then(|rows| rows.columns.iter().find(|column| column.name == *of));
    ensure!(table.of.is_none() || found.is_some(), "there is no column {of:?} in ../rows");
    let field = found.map(|column| column.field.clone());
    Ok(CompletedColumn { name: name.clone(), field, kind, nullable: is.ends_with('?'), only: table.only })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn own() -> (Documents, Reports) {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
        (Documents::read(&models.join("documents")).unwrap(), Reports::read(&models.join("rows")).unwrap())
    }

    fn read(streams: &str) -> Streams {
        Streams { rows: toml::from_str(streams).unwrap(), ..Streams::default() }
    }

    #[test]
    fn a_row_that_cannot_be_is_named() {
        let (documents, reports) = own();
        for (row, said) in [
            ("[x]\n", "there is no report type x"),
            ("[\"x y\"]\n", "at most 63 letters"),
            ("[GET_MERCHANT_LISTINGS_ALL_DATA]\nmost_days = 0\n", "most_days is 0"),
            ("[GET_MERCHANT_LISTINGS_ALL_DATA]\noptions = { a = \"b\" }\n", "has no option a"),
            ("[GET_MERCHANT_LISTINGS_ALL_DATA]\nkey = [\"a\"]\n", "has no field a"),
            ("[GET_MERCHANT_LISTINGS_ALL_DATA]\nclock = \"made\"\n", "neither a clock nor a cursor"),
            ("[GET_COUPON_PERFORMANCE_REPORT]\n", "choose one with `rows`"),
            ("[GET_COUPON_PERFORMANCE_REPORT]\nrows = \"A\"\n", "there are no rows A"),
            ("[x]\noperation = \"a@b c\"\ntitle = \"t\"\nkind = \"snapshot\"\n", "say with `list`"),
            (
                "[x]\noperation = \"a@b c\"\ntitle = \"t\"\nkind = \"incremental\"\nlist = \"l\"\n",
                "from and to, or an interval",
            ),
            ("[x]\nquery = { dataset = \"d\", name = \"n\" }\n", "there is no dataset d"),
            (
                "[x]\noperation = \"a@b c\"\ntitle = \"t\"\nkind = \"incremental\"\nlist = \"l\"\nparent = { stream = \"y\", field = \"f\", argument = \"a\" }\n",
                "there is no stream y",
            ),
        ] {
            let streams = read(row);
            let Err(error) = streams.complete(&documents, &reports) else { panic!("{row} was taken") };
            let error = format!("{error:#}");
            assert!(error.contains("streams.toml: x") || error.contains("streams.toml: GET_"), "{error}");
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn report_types_are_streams_by_rule() {
        let (documents, reports) = own();
        let streams = Streams::default();
        let streams = streams.complete(&documents, &reports).unwrap().streams;
        assert_eq!(streams["GET_MERCHANT_LISTINGS_ALL_DATA"].kind, StreamKind::Snapshot);
        assert_eq!(streams["GET_FLAT_FILE_ORDER_REPORT_DATA_TAX"].kind, StreamKind::Incremental);
        assert!(streams["GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"].is_found);
        assert_eq!(streams["GET_MERCHANT_LISTINGS_ALL_DATA"].row.key, ["seller_sku"]);
        let items = &streams["GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL_XML_ORDER_ITEM"];
        assert_eq!(items.row.rows.as_deref(), Some("XmlOrderItemRow"));
        for gone in ["FEE_DISCOUNTS_REPORT", "GST_MTR_B2B", "GET_VENDOR_DEMAND_FORECAST_REPORT"] {
            assert!(!streams.contains_key(gone), "{gone}");
        }
    }

    #[test]
    fn the_projects_own_streams_are_complete() {
        let (documents, reports) = own();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/streams");
        let streams = Streams::read(&folder).unwrap();
        let all = streams.complete(&documents, &reports).unwrap();
        assert_eq!(all.airbyte.len(), 60);
        let (_, feedback) = &all.airbyte["GET_SELLER_FEEDBACK_DATA"];
        let date = feedback.iter().find(|column| column.name == "date").unwrap();
        assert_eq!((date.field.as_deref(), date.kind), (Some("date"), AirbyteKind::Date));
        let (_, returns) = &all.airbyte["GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"];
        assert!(returns.iter().any(|column| column.name == "Order ID" && column.field.as_deref() == Some("order_id")));
        assert!(!returns.iter().any(|column| column.name == "Category"));
    }
}
