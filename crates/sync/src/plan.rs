//! What a run would do, without calling Amazon.

use crate::SliceState;
use crate::connection::{ChosenStream, Connection, slice_days};
use crate::engine::{due, own};
use crate::stream::{Clock, Kind, Origin, Range, Stream, published};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_metadata::document_types::MarketplaceIds;
use spapi_types::DateTime;
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime};

/// How many days back `getReports` finds a report.
const FOUND_DAYS: u64 = 90;
/// How many minutes before now the last slice ends, because this machine's clock may be ahead of Amazon's.
const MARGIN_MINUTES: u64 = 2;
/// The most slices of one stream. More are a mistake, such as a start in the wrong century.
const MOST_SLICES: usize = 10_000;

/// What a run of a connection would do from its start, with nothing done yet.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The connection's name.
    pub connection: String,
    /// The moment for which it was made.
    pub now: DateTime,
    /// The streams, in the connection's order, each once for each marketplace.
    pub streams: Vec<PlannedStream>,
    /// The calls of all streams. A report that several streams read is requested once.
    pub calls: Vec<CallCount>,
    /// The shortest time in seconds that Amazon's documented quotas allow for these calls. It does not count how long Amazon
    /// takes to make reports, nor further pages.
    pub shortest_seconds: u64,
    /// What to know about the connection's settings.
    pub notes: Vec<String>,
}

/// What a run would do for a stream.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PlannedStream {
    /// The stream.
    pub stream: &'static Stream,
    /// Whether it is read as a whole or in slices.
    pub kind: Kind,
    /// The country code of the marketplace. `None` if the rows of all come together.
    pub marketplace: Option<&'static str>,
    /// The slices, in the order in which they are read.
    pub slices: Vec<PlannedSlice>,
    /// The calls.
    pub calls: Vec<CallCount>,
    /// The shortest time in seconds for this stream alone.
    pub shortest_seconds: u64,
    /// What to know about it, such as why it has no slices.
    pub notes: Vec<String>,
}

/// A part of a stream that is read and committed at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct PlannedSlice {
    /// The first moment, in UTC. `None` for a stream that is read as a whole.
    pub from: Option<DateTime>,
    /// The first moment after it.
    pub to: Option<DateTime>,
}

/// How many calls of an operation are needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallCount {
    /// The operation, such as `reports@2021-06-30 createReport`.
    pub operation: String,
    /// The least number of calls.
    pub least: u64,
    /// Whether there can be more: further pages, more polls, a call for each row.
    pub can_be_more: bool,
}

/// Plans a connection: what a run would do that starts with nothing done.
///
/// # Errors
/// When a stream would have more than ten thousand slices, or a time is too far from now.
pub fn plan(connection: &Connection, now: SystemTime) -> Result<Plan, Error> {
    plan_all(connection, now, |chosen, marketplace| {
        slices(connection, chosen, marketplace.1, (connection.start_at(now), connection.end_at(now)), now)
    })
}

/// Plans the next run of a connection, with these slices committed.
///
/// # Errors
/// The errors of [`plan`].
pub fn plan_next(connection: &Connection, committed: &[SliceState], now: SystemTime) -> Result<Plan, Error> {
    plan_all(connection, now, |chosen, marketplace| {
        let own = own(chosen, marketplace.0, committed);
        due(connection, chosen, marketplace.1, &own, now)
    })
}

/// A marketplace whose rows come by themselves, if they do, and the one that is asked for.
type Asked = (Option<Marketplace>, Marketplace);

fn plan_all(
    connection: &Connection,
    now: SystemTime,
    slices_of: impl Fn(&ChosenStream, Asked) -> Result<Vec<PlannedSlice>, Error>,
) -> Result<Plan, Error> {
    let mut streams = Vec::new();
    let mut all = Requests::default();
    for chosen in &connection.streams {
        for marketplace in marketplaces(chosen.stream, &connection.marketplaces) {
            let (planned, requests) = plan_stream(connection, chosen, marketplace, now, &slices_of)?;
            all.add(requests);
            streams.push(planned);
        }
    }
    Ok(Plan {
        connection: connection.name.clone(),
        now: now.into(),
        streams,
        calls: all.calls(),
        shortest_seconds: all.shortest_seconds(connection.is_spaced),
        notes: connection.notes.clone(),
    })
}

/// The slices of a stream within a range, in the order in which they are read. A stream that is read as a whole has one
/// without ends, and one that Amazon does not have for the marketplace has none.
///
/// The last slice ends two minutes before now, or the stream's lag.
///
/// A run that has read a stream up to some moment continues with a range from there, less the lookback.
///
/// # Errors
/// The errors of [`plan`].
pub fn slices(
    connection: &Connection,
    chosen: &ChosenStream,
    marketplace: Marketplace,
    range: (SystemTime, SystemTime),
    now: SystemTime,
) -> Result<Vec<PlannedSlice>, Error> {
    let stream = chosen.stream;
    if stream.kind == Kind::Snapshot {
        return Ok(vec![PlannedSlice { from: None, to: None }]);
    }
    let latest = latest(now, chosen.lag_hours);
    let (from, to) = (range.0, range.1.min(latest));
    let days = slice_days(stream, connection.period_in_days);
    let mut slices = match &stream.origin {
        Origin::Report { is_found: true, .. } => {
            let oldest = now.checked_sub(Duration::from_secs(FOUND_DAYS * 24 * 3600)).unwrap_or(SystemTime::UNIX_EPOCH);
            let from = from.max(oldest);
            if from < to { vec![PlannedSlice::between(from, to)] } else { Vec::new() }
        }
        Origin::Report { report_type, .. } => {
            let options = connection.options_of(stream);
            let spans = spapi_jobs::report_spans(report_type, marketplace.id(), &options, (from, to), days, now)?;
            spans.iter().map(|span| PlannedSlice::between(span.from(), span.to())).collect()
        }
        _ => match stream.parent() {
            Some(parent) => {
                let chosen = ChosenStream { lag_hours: chosen.lag_hours, ..ChosenStream::new(parent) };
                return self::slices(connection, &chosen, marketplace, range, now);
            }
            None => cut(stream, from.max(earliest(stream, now)), to, days)?,
        },
    };
    if connection.newest_first {
        slices.reverse();
    }
    Ok(slices)
}

/// The end of the last slice: some minutes or the stream's lag before now, in whole minutes.
fn latest(now: SystemTime, lag_hours: u32) -> SystemTime {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / 60;
    let minutes = since.saturating_sub(MARGIN_MINUTES.max(u64::from(lag_hours) * 60));
    SystemTime::UNIX_EPOCH + Duration::from_secs(minutes * 60)
}

impl PlannedSlice {
    /// Its name in the state and in the column [`SLICE`](crate::Schema::SLICE): its start, or `whole`.
    pub fn name(&self) -> &str {
        self.from.as_ref().map_or("whole", DateTime::as_str)
    }

    fn between(from: SystemTime, to: SystemTime) -> Self {
        Self { from: Some(from.into()), to: Some(to.into()) }
    }
}

/// The first day that a query of Data Kiosk can have, a day later than Amazon says because it may be sent hours after its plan.
fn earliest(stream: &Stream, now: SystemTime) -> SystemTime {
    let days = stream.query().and_then(|query| query.history_days);
    let back = days.map(|days| Duration::from_secs(u64::from(days.saturating_sub(1)) * 24 * 3600));
    back.and_then(|back| now.checked_sub(back)).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Cuts a range into slices of whole days of 24 hours; for figures of whole days, by the days of UTC.
fn cut(stream: &Stream, from: SystemTime, to: SystemTime, days: Option<u32>) -> Result<Vec<PlannedSlice>, Error> {
    let moment = |time: SystemTime| Timestamp::try_from(time).map_err(too_far);
    let (mut start, mut end) = (moment(from)?, moment(to)?);
    if stream.clock == Some(Clock::Period) {
        let floor = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).start_of_day().map_err(too_far);
        // The day in which the range begins is read as a whole.
        start = floor(start)?.timestamp();
        end = floor(end)?.timestamp();
    }
    let step = days.map(|days| SignedDuration::from_secs(i64::from(days) * 24 * 3600));
    let mut slices = Vec::new();
    while start < end {
        if slices.len() == MOST_SLICES {
            let error =
                Error::new(ErrorKind::Input, format!("{} would have more than {MOST_SLICES} slices", stream.name));
            return Err(error.with_hint("Give a later start_date or a longer period_in_days."));
        }
        let next = match step {
            Some(step) => start.checked_add(step).map_err(too_far)?.min(end),
            None => end,
        };
        slices.push(PlannedSlice::between(start.into(), next.into()));
        start = next;
    }
    Ok(slices)
}

fn too_far(error: jiff::Error) -> Error {
    Error::new(ErrorKind::Input, "a time of the range is too far from now")
        .with_hint("Give times between the years 1995 and 2100.")
        .with_source(error)
}

fn plan_stream(
    connection: &Connection,
    chosen: &ChosenStream,
    marketplace: Option<Marketplace>,
    now: SystemTime,
    slices_of: impl Fn(&ChosenStream, Asked) -> Result<Vec<PlannedSlice>, Error>,
) -> Result<(PlannedStream, Requests), Error> {
    let stream = chosen.stream;
    let any = marketplace.or_else(|| connection.marketplaces.first().copied());
    let mut notes = Vec::new();
    let slices = match (why_not(stream, marketplace, now), any) {
        (None, Some(any)) => slices_of(chosen, (marketplace, any))?,
        (why, _) => {
            notes.extend(why);
            Vec::new()
        }
    };
    if let Some(parent) = stream.parent() {
        notes.push(format!("one call for each row of {}", parent.name));
    }
    if slices.is_empty() && notes.is_empty() {
        notes.push("no slice is due: none is over yet, or all are committed".to_owned());
    }
    let requests = Requests::of(connection, stream, marketplace, &slices);
    let planned = PlannedStream {
        stream,
        kind: stream.kind,
        marketplace: marketplace.map(Marketplace::country_code),
        calls: requests.calls(),
        shortest_seconds: requests.shortest_seconds(connection.is_spaced),
        slices,
        notes,
    };
    Ok((planned, requests))
}

/// The marketplaces for which a stream is read one by one; `None` once if the rows of all come together.
pub(crate) fn marketplaces(stream: &Stream, all: &[Marketplace]) -> Vec<Option<Marketplace>> {
    let together = match &stream.origin {
        Origin::Operation { marketplace, .. } => marketplace.is_none(),
        Origin::Report { is_found, .. } => {
            *is_found || stream.report_type().is_some_and(|known| known.marketplace_ids == MarketplaceIds::Ignored)
        }
        Origin::Query { .. } => stream.query().is_some_and(|query| query.marketplace_ids == MarketplaceIds::Refused),
    };
    if together { vec![None] } else { all.iter().copied().map(Some).collect() }
}

/// Why Amazon does not have a stream.
pub(crate) fn why_not(stream: &Stream, marketplace: Option<Marketplace>, now: SystemTime) -> Option<String> {
    let today = Timestamp::try_from(now).ok()?.to_zoned(TimeZone::UTC).date().to_string();
    if let Some(known) = stream.report_type() {
        if known.is_gone(&today) {
            let instead = known.instead.map(|instead| format!("; instead: {instead}")).unwrap_or_default();
            return Some(format!("Amazon no longer has it{instead}"));
        }
        let marketplace = marketplace.filter(|one| known.marketplaces.contains(*one) == Some(false))?;
        return Some(format!("Amazon does not have it for {}", marketplace.country_code()));
    }
    stream.dataset().filter(|known| known.is_gone(&today)).map(|_| "Amazon no longer has it".to_owned())
}

/// The time between two calls of an operation that its quota allows over a long time.
pub(crate) fn interval(operation: &str) -> Duration {
    let rate = published(operation).and_then(|found| found.entry.operation.rate);
    rate.map_or(Duration::ZERO, |rate| Duration::try_from_secs_f64(1.0 / rate.per_second).unwrap_or_default())
}

/// The requests of one stream or of several.
#[derive(Debug, Default)]
struct Requests {
    /// Documents that are made on request, each by what distinguishes it.
    documents: HashSet<Document>,
    /// Calls of other operations, with whether there can be more.
    others: BTreeMap<&'static str, (u64, bool)>,
}

/// A report or a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Document {
    is_query: bool,
    name: &'static str,
    query: &'static str,
    marketplace: Option<Marketplace>,
    options: Vec<(String, String)>,
    slice: PlannedSlice,
}

pub(crate) const CREATE_REPORT: &str = "reports@2021-06-30 createReport";
const GET_REPORT: &str = "reports@2021-06-30 getReport";
const GET_REPORT_DOCUMENT: &str = "reports@2021-06-30 getReportDocument";
const GET_REPORTS: &str = "reports@2021-06-30 getReports";
pub(crate) const CREATE_QUERY: &str = "data-kiosk@2023-11-15 createQuery";
const GET_QUERY: &str = "data-kiosk@2023-11-15 getQuery";
const GET_DOCUMENT: &str = "data-kiosk@2023-11-15 getDocument";

impl Requests {
    fn of(connection: &Connection, stream: &Stream, marketplace: Option<Marketplace>, slices: &[PlannedSlice]) -> Self {
        let mut requests = Self::default();
        let number = slices.len() as u64;
        let document = |is_query, name, query, slice: &PlannedSlice| Document {
            is_query,
            name,
            query,
            marketplace,
            options: connection.options_of(stream).into_iter().collect(),
            slice: slice.clone(),
        };
        match stream.origin {
            _ if slices.is_empty() => {}
            Origin::Report { is_found: true, .. } => {
                requests.others.insert(GET_REPORTS, (number, true));
                requests.others.insert(GET_REPORT_DOCUMENT, (0, true));
            }
            Origin::Report { report_type, .. } => {
                requests.documents = slices.iter().map(|slice| document(false, report_type, "", slice)).collect();
            }
            Origin::Query { dataset, query, .. } => {
                requests.documents = slices.iter().map(|slice| document(true, dataset, query, slice)).collect();
            }
            Origin::Operation { operation, range: Range::Parent { .. }, .. } => {
                requests.others.insert(operation, (0, true));
            }
            Origin::Operation { operation, .. } => {
                requests.others.insert(operation, (number, true));
            }
        }
        requests
    }

    fn add(&mut self, other: Self) {
        self.documents.extend(other.documents);
        for (operation, (number, more)) in other.others {
            let sum = self.others.entry(operation).or_default();
            *sum = (sum.0 + number, sum.1 || more);
        }
    }

    fn by_operation(&self) -> BTreeMap<&'static str, (u64, bool)> {
        let mut all = self.others.clone();
        let mut count = |operation, number: u64, more| {
            if number > 0 {
                let sum: &mut (u64, bool) = all.entry(operation).or_default();
                *sum = (sum.0 + number, sum.1 || more);
            }
        };
        let queries = self.documents.iter().filter(|document| document.is_query).count() as u64;
        let reports = self.documents.len() as u64 - queries;
        count(CREATE_REPORT, reports, false);
        count(GET_REPORT, reports, true);
        count(GET_REPORT_DOCUMENT, reports, false);
        count(CREATE_QUERY, queries, true);
        count(GET_QUERY, queries, true);
        count(GET_DOCUMENT, queries, true);
        all
    }

    fn calls(&self) -> Vec<CallCount> {
        let calls = self.by_operation().into_iter();
        calls
            .map(|(operation, (least, can_be_more))| CallCount { operation: operation.to_owned(), least, can_be_more })
            .collect()
    }

    /// The operations run side by side, and so do the report types.
    fn shortest_seconds(&self, is_spaced: bool) -> u64 {
        let by_quota = self.by_operation().into_iter().map(|(operation, (number, _))| {
            let Some(rate) = published(operation).and_then(|found| found.entry.operation.rate) else { return 0.0 };
            let spaced = is_spaced && matches!(operation, CREATE_REPORT | CREATE_QUERY);
            let at_once = if spaced { 1 } else { u64::from(rate.burst.max(1)) };
            number.saturating_sub(at_once) as f64 / rate.per_second
        });
        let mut lanes: BTreeMap<(&str, Option<Marketplace>), u64> = BTreeMap::new();
        for document in self.documents.iter().filter(|document| !document.is_query) {
            *lanes.entry((document.name, document.marketplace)).or_default() += 1;
        }
        let by_type = lanes.into_iter().map(|((name, _), number)| {
            let known = spapi_metadata::ReportType::find(name).and_then(|known| known.frequency);
            let Some(frequency) = known else { return 0.0 };
            let interval = f64::from(frequency.minutes) * 60.0 / f64::from(frequency.times.max(1));
            number.saturating_sub(u64::from(frequency.times.max(1))) as f64 * interval
        });
        by_quota.chain(by_type).fold(0.0, f64::max).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_metadata::document_types::Party;
    use std::path::Path;

    fn now() -> SystemTime {
        "2026-11-29T20:15:30Z".parse::<Timestamp>().unwrap().into()
    }

    fn connection(rest: &str, objects: &[&str]) -> Connection {
        let objects = objects.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let text = format!("name = \"a\"\nobjects = [{objects}]\n{rest}");
        Connection::parse(&text, "a.toml", Path::new("")).unwrap()
    }

    fn spans(stream: &PlannedStream) -> Vec<String> {
        let text = |time: &Option<DateTime>| time.as_ref().map_or("", DateTime::as_str).to_owned();
        stream.slices.iter().map(|slice| format!("{} {}", text(&slice.from), text(&slice.to))).collect()
    }

    const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";

    #[test]
    fn slices_follow_each_other_within_the_limits() {
        let connection = connection(
            "region = \"JP\"\nstart_date = \"2026-10-01T00:00:00Z\"\nend_date = \"2026-11-20T00:00:00Z\"",
            &[ORDERS, "Orders", "OrderItems", "GET_MERCHANT_LISTINGS_ALL_DATA", "order_metrics_by_day"],
        );
        let plan = plan(&connection, now()).unwrap();
        let two = ["2026-10-01T00:00:00Z 2026-10-31T00:00:00Z", "2026-10-31T00:00:00Z 2026-11-20T00:00:00Z"];
        for stream in [0, 1, 2, 4] {
            assert_eq!(spans(&plan.streams[stream]), two, "{}", plan.streams[stream].stream.name);
        }
        assert_eq!(spans(&plan.streams[3]), [" "]);
        let marketplaces: Vec<_> = plan.streams.iter().map(|stream| stream.marketplace).collect();
        assert_eq!(marketplaces, [Some("JP"), Some("JP"), None, Some("JP"), Some("JP")]);
        assert_eq!(plan.streams[2].notes, ["one call for each row of Orders"]);
        let call = |operation: &str| plan.calls.iter().find(|call| call.operation.ends_with(operation)).unwrap();
        assert_eq!((call("createReport").least, call("createReport").can_be_more), (3, false));
        assert_eq!((call("getOrderItems").least, call("getOrderItems").can_be_more), (0, true));
        let json = serde_json::to_value(&plan).unwrap();
        assert_eq!(json["streams"][0]["stream"], ORDERS);
        assert_eq!(json["streams"][0]["slices"][0]["from"], "2026-10-01T00:00:00Z");
    }

    #[test]
    fn the_newest_slice_comes_first_on_request() {
        let range = "start_date = \"2026-10-01T00:00:00Z\"\nend_date = \"2026-11-20T00:00:00Z\"\nnewest_first = true";
        let connection = connection(&format!("region = \"JP\"\n{range}"), &[ORDERS]);
        let plan = plan(&connection, now()).unwrap();
        assert_eq!(spans(&plan.streams[0])[0], "2026-10-31T00:00:00Z 2026-11-20T00:00:00Z");
    }

    #[test]
    fn only_what_is_over_and_published_is_planned() {
        let connection = connection(
            "region = \"JP\"\nstart_date = \"2026-11-25T12:00:00Z\"\n[streams.GET_SALES_AND_TRAFFIC_REPORT]\nlag_hours = 24",
            &["GET_SALES_AND_TRAFFIC_REPORT", "GET_SALES_AND_TRAFFIC_REPORT_BY_MONTH"],
        );
        let plan = plan(&connection, now()).unwrap();
        assert_eq!(
            spans(&plan.streams[0]),
            [
                "2026-11-25T00:00:00Z 2026-11-26T00:00:00Z",
                "2026-11-26T00:00:00Z 2026-11-27T00:00:00Z",
                "2026-11-27T00:00:00Z 2026-11-28T00:00:00Z"
            ]
        );
        assert!(plan.streams[1].slices.is_empty());
        assert!(plan.streams[1].notes[0].contains("no slice is due"), "{:?}", plan.streams[1].notes);
    }

    #[test]
    fn a_stream_that_amazon_does_not_have_is_explained() {
        let connection = connection("region = \"JP\"", &["END_USER_DATA_REPORT", "GET_FBA_SNS_FORECAST_DATA"]);
        let plan = plan(&connection, now()).unwrap();
        assert_eq!(plan.streams[0].notes, ["Amazon does not have it for JP"]);
        assert!(plan.streams[1].notes[0].contains("no longer has it"), "{:?}", plan.streams[1].notes);
        assert!(plan.calls.is_empty() && plan.shortest_seconds == 0);
    }

    #[test]
    fn the_shortest_time_is_that_of_the_tightest_quota() {
        let year = "start_date = \"2025-11-29T00:00:00Z\"\nend_date = \"2026-11-24T00:00:00Z\"\nperiod_in_days = 10";
        let one = connection(&format!("region = \"JP\"\n{year}"), &[ORDERS]);
        let one = plan(&one, now()).unwrap();
        // 36 reports: 15 at once, and then one in each minute.
        assert_eq!((one.calls[0].least, one.shortest_seconds), (36, 1258));
        let spaced = connection(&format!("region = \"JP\"\nwait_between_requests = true\n{year}"), &[ORDERS]);
        assert_eq!(plan(&spaced, now()).unwrap().shortest_seconds, 2096);
        // Amazon makes one report of the type in 30 minutes.
        let slow = connection(&format!("region = \"JP\"\n{year}"), &["GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"]);
        assert_eq!(plan(&slow, now()).unwrap().shortest_seconds, 35 * 1800);
    }

    #[test]
    fn a_report_that_several_streams_read_is_counted_once() {
        let connection = connection(
            "region = \"JP\"\nstart_date = \"2026-11-01T00:00:00Z\"\nend_date = \"2026-11-11T00:00:00Z\"",
            &[
                "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
                "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL_XML_ORDER_ITEM",
            ],
        );
        let plan = plan(&connection, now()).unwrap();
        assert_eq!((plan.streams.len(), plan.calls[0].least), (2, 1));
    }

    #[test]
    fn every_stream_has_a_plan() {
        for account in ["Seller", "Vendor"] {
            let party = if account == "Seller" { Party::Seller } else { Party::Vendor };
            let streams = Stream::all().iter().filter(|stream| stream.parties().contains(&party));
            let names: Vec<_> = streams.map(|stream| stream.name).collect();
            let connection = connection(&format!("region = \"DE\"\naccount_type = \"{account}\""), &names);
            let plan = plan(&connection, now()).unwrap();
            for stream in &plan.streams {
                assert!(!stream.slices.is_empty() || !stream.notes.is_empty(), "{}", stream.stream.name);
                let ends: Vec<_> = stream.slices.iter().map(|slice| (slice.from.clone(), slice.to.clone())).collect();
                for (one, next) in ends.iter().zip(ends.iter().skip(1)) {
                    assert_eq!(one.1, next.0, "{}", stream.stream.name);
                }
            }
        }
    }
}
