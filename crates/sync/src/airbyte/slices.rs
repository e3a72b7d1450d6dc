//! The slices of Airbyte's streams.

use super::{AirbyteStream, Step};
use crate::connection::{AirbyteSettings, Connection, Inbound};
use crate::{ChosenStream, Clock, Kind, Origin, PlannedSlice};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use spapi_core::{DateTime, Error, ErrorKind, Marketplace};
use std::time::{Duration, SystemTime};

const DAY: u64 = 24 * 3600;
/// The most slices of a stream. More are a mistake, such as a step of an hour over years.
const MOST_SLICES: usize = 20_000;
/// How many days back `getReports` finds a report.
const FOUND_DAYS: u64 = 90;
/// How far back the last period of a report is looked for that is read without a cursor.
const LOOKED_BACK_DAYS: u64 = 45;

/// What is read of a stream.
#[derive(Debug, PartialEq)]
pub(super) struct Slices {
    /// In the order of time.
    pub slices: Vec<PlannedSlice>,
    /// Where the last one ends at most.
    pub end: SystemTime,
    /// Where the first one would begin.
    pub start: SystemTime,
}

/// The slices of a stream that are not read yet, by its cursor. Each begins where the one before ends.
pub(super) fn slices(
    connection: &Connection,
    settings: &AirbyteSettings,
    chosen: &ChosenStream,
    known: &AirbyteStream,
    cursor: Option<SystemTime>,
    now: SystemTime,
) -> Result<Slices, Error> {
    let version = settings.version;
    // The cursor of a stream by the rows of another is that of the other.
    let parent = chosen.stream.parent().and_then(|parent| Some((parent, parent.airbyte()?)));
    if let Some((parent, of_parent)) = parent {
        return slices(connection, settings, &ChosenStream::new(parent), of_parent, cursor, now);
    }
    let back = |time: SystemTime, seconds: u64| {
        time.checked_sub(Duration::from_secs(seconds)).unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let step = known.step.of(version);
    let lag = match step {
        Step::LastWeek => 0,
        _ => u64::from(chosen.lag_hours) * 3600,
    };
    let latest = back(now, lag.max(u64::from(known.end_minutes) * 60));
    let end = whole_seconds(connection.end.map_or(latest, |end| end.min(latest)));
    let clamp = back(now, u64::from(known.start_days.of(version)) * DAY);
    let lookback = match settings.lookback_hours.filter(|_| known.takes_lookback) {
        Some(hours) => hours,
        None => known.lookback_hours.of(version),
    };
    let start = match cursor {
        Some(cursor) => back(cursor, u64::from(lookback) * 3600),
        None => connection.start.unwrap_or(clamp),
    };
    let start = whole_seconds(start.max(clamp));
    let between = |from: SystemTime, to: SystemTime| PlannedSlice { from: Some(from.into()), to: Some(to.into()) };
    let of = |slices| Ok(Slices { slices, end, start });
    if chosen.stream.kind == Kind::Snapshot {
        return of(vec![PlannedSlice { from: None, to: None }]);
    }
    if let (Some((from, to)), Step::Once) = (inbound(settings, known, now), step) {
        return of(vec![between(from, to)]);
    }
    let marketplace = connection.marketplaces.first().copied().unwrap_or(Marketplace::US);
    let options = connection.options_of(chosen.stream);
    let spans = |report_type, range, days| -> Result<Vec<PlannedSlice>, Error> {
        let spans = spapi_jobs::report_spans(report_type, marketplace.id(), &options, range, days, now)?;
        Ok(spans.iter().map(|span| between(span.from(), span.to())).collect())
    };
    match (&chosen.stream.origin, step) {
        (_, Step::LastWeek) => {
            let (from, to) = last_week(now)?;
            of(vec![between(from, to)])
        }
        (Origin::Report { is_found: true, .. }, _) => {
            let from = start.max(back(now, FOUND_DAYS * DAY));
            of(if from < end { vec![between(from, end)] } else { Vec::new() })
        }
        // Without a cursor only the last whole period is read.
        (Origin::Report { report_type, .. }, Step::Once) => {
            let mut all = spans(*report_type, (back(end, LOOKED_BACK_DAYS * DAY), end), Some(1))?;
            of(all.pop().into_iter().collect())
        }
        (Origin::Report { report_type, .. }, step) if start < end => {
            let days = match step {
                Step::Period { most_days, absent_days } => {
                    connection.period_in_days.unwrap_or(absent_days).min(most_days)
                }
                Step::Fixed { days } => days,
                // At least one of the type's periods, which are months.
                _ => 1,
            };
            // A plan begins with the period in which its start lies, which the cursor at its last second has already.
            let after = cursor.map_or(start, |_| start.checked_add(Duration::from_secs(1)).unwrap_or(start));
            let from = if chosen.stream.clock == Some(Clock::Period) { after } else { start };
            of(spans(*report_type, (from, end), Some(days))?)
        }
        _ if start >= end => of(Vec::new()),
        (_, step) => {
            let seconds = match step {
                Step::Period { most_days, absent_days } => {
                    u64::from(connection.period_in_days.unwrap_or(absent_days).min(most_days)) * DAY
                }
                Step::Fixed { days } => u64::from(days) * DAY,
                Step::EventsStep { most_days } => {
                    (u64::from(settings.financial_events_step_hours) * 3600).min(u64::from(most_days) * DAY)
                }
                _ => u64::MAX,
            };
            of(cut(known.name, start, end, seconds)?)
        }
    }
}

fn cut(stream: &str, start: SystemTime, end: SystemTime, seconds: u64) -> Result<Vec<PlannedSlice>, Error> {
    let mut slices = Vec::new();
    let mut from = start;
    while from < end {
        if slices.len() == MOST_SLICES {
            let error = Error::new(ErrorKind::Input, format!("{stream} would have more than {MOST_SLICES} slices"));
            return Err(error.with_hint("Give a later replication_start_date or a longer step."));
        }
        let to = from.checked_add(Duration::from_secs(seconds)).map_or(end, |to| to.min(end));
        slices.push(PlannedSlice { from: Some(DateTime::from(from)), to: Some(DateTime::from(to)) });
        from = to;
    }
    Ok(slices)
}

/// The range of shipments to Amazon. `None` for other streams.
fn inbound(settings: &AirbyteSettings, known: &AirbyteStream, now: SystemTime) -> Option<(SystemTime, SystemTime)> {
    if known.name != "FbaInboundShipments" {
        return None;
    }
    let of_days = |days: u32| now.checked_sub(Duration::from_secs(u64::from(days) * DAY));
    let (from, to) = match settings.inbound {
        Inbound::Days(days) => (of_days(days), now),
        Inbound::Fixed(from, to) => (from.or_else(|| of_days(30)), to.map_or(now, |to| to.min(now))),
    };
    let from = from.unwrap_or(SystemTime::UNIX_EPOCH);
    (from < to).then(|| (whole_seconds(from), whole_seconds(to)))
}

/// The week from Sunday to Saturday in UTC that is over last.
fn last_week(now: SystemTime) -> Result<(SystemTime, SystemTime), Error> {
    let out = |error: jiff::Error| Error::new(ErrorKind::Input, "now is too far from today").with_source(error);
    let today = Timestamp::try_from(now).map_err(out)?.to_zoned(TimeZone::UTC).start_of_day().map_err(out)?;
    let since_sunday = i64::from(today.weekday().since(jiff::civil::Weekday::Sunday));
    let end = today.checked_sub(since_sunday.days()).map_err(out)?;
    let start = end.checked_sub(7.days()).map_err(out)?;
    Ok((start.timestamp().into(), end.timestamp().into()))
}

/// The time without the part of a second.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stream;
    use std::path::Path;

    fn at(text: &str) -> SystemTime {
        text.parse::<Timestamp>().unwrap().into()
    }

    fn of(stream: &str, rest: &str, cursor: Option<&str>) -> Vec<String> {
        let text = format!(
            r#"{{"region":"US","lwa_app_id":"a","lwa_client_secret":"bbbbbb","refresh_token":"cccccc"{rest}}}"#
        );
        let connection = Connection::parse(&text, "config.json", Path::new("")).unwrap();
        let settings = connection.airbyte.clone().unwrap();
        let stream = Stream::find(stream).unwrap();
        let chosen = ChosenStream::new(stream);
        let found = slices(
            &connection,
            &settings,
            &chosen,
            stream.airbyte().unwrap(),
            cursor.map(at),
            at("2026-03-20T10:00:00Z"),
        );
        let text = |time: &Option<DateTime>| time.as_ref().map_or("", DateTime::as_str).to_owned();
        let found = found.unwrap();
        found.slices.iter().map(|slice| format!("{} {}", text(&slice.from), text(&slice.to))).collect()
    }

    const FEBRUARY: &str = r#","replication_start_date":"2026-02-01T00:00:00Z""#;

    #[test]
    fn ranges_are_cut_by_each_streams_rule() {
        let orders = of("Orders", FEBRUARY, None);
        assert_eq!(orders, ["2026-02-01T00:00:00Z 2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z 2026-03-20T09:58:00Z"]);
        assert_eq!(of("OrderItems", FEBRUARY, None), orders);
        let v4 = format!(r#"{FEBRUARY},"airbyte_version":"4.6.4""#);
        assert_eq!(of("Orders", &v4, None), ["2026-02-01T00:00:00Z 2026-03-20T09:58:00Z"]);
        assert_eq!(of("Orders", FEBRUARY, Some("2026-03-19T01:02:03Z")), ["2026-03-19T01:02:03Z 2026-03-20T09:58:00Z"]);
        assert_eq!(of("VendorOrders", FEBRUARY, None).len(), 7);
        let hours = format!(r#"{FEBRUARY},"financial_events_step":"12H""#);
        assert_eq!(of("ListFinancialEvents", &hours, Some("2026-03-19T09:00:00Z")).len(), 3);
        let bare = format!(r#"{FEBRUARY},"financial_events_step":"30""#);
        assert_eq!(of("ListFinancialEvents", &bare, None).len(), 2);
        let flat = of("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", FEBRUARY, None);
        assert_eq!(flat[0], "2026-02-01T00:00:00Z 2026-03-03T00:00:00Z");
        let seven = format!(r#"{FEBRUARY},"period_in_days":7"#);
        assert_eq!(of("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", &seven, None).len(), 7);
        assert_eq!(of("GET_MERCHANT_LISTINGS_ALL_DATA", FEBRUARY, None), [" "]);
    }

    #[test]
    fn whole_days_weeks_and_months_are_asked_for_once() {
        let days = of("GET_SALES_AND_TRAFFIC_REPORT", FEBRUARY, Some("2026-03-15T23:59:59Z"));
        assert_eq!(days[0], "2026-03-16T00:00:00Z 2026-03-17T00:00:00Z");
        let months =
            of("GET_SALES_AND_TRAFFIC_REPORT_BY_MONTH", r#","replication_start_date":"2025-12-15T00:00:00Z""#, None);
        assert_eq!(
            months,
            [
                "2025-12-01T00:00:00Z 2026-01-01T00:00:00Z",
                "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z",
                "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z"
            ]
        );
        assert_eq!(
            of("GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT", FEBRUARY, None),
            ["2026-03-08T00:00:00Z 2026-03-15T00:00:00Z"]
        );
        assert_eq!(of("GET_VENDOR_INVENTORY_REPORT", FEBRUARY, None).len(), 1);
    }

    #[test]
    fn starts_and_ends_are_clamped_and_the_lookback_counts() {
        let old = r#","replication_start_date":"2001-01-01T00:00:00Z","replication_end_date":"2024-04-01T00:00:00Z""#;
        assert_eq!(of("Orders", old, None), ["2024-03-20T10:00:00Z 2024-04-01T00:00:00Z"]);
        let reversed =
            r#","replication_start_date":"2026-02-01T00:00:00Z","replication_end_date":"2026-01-01T00:00:00Z""#;
        assert!(of("Orders", reversed, None).is_empty());
        let lookback = format!(r#"{FEBRUARY},"report_stream_lookback_window_in_hours":48"#);
        let flat = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";
        assert!(of(flat, &lookback, Some("2026-03-19T00:00:00Z"))[0].starts_with("2026-03-17T00:00:00Z"));
        assert_eq!(of("FbaInboundShipments", r#","inbound_rolling_days":3"#, None).len(), 1);
    }
}
