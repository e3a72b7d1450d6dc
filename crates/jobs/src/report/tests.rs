//! Spans of every type in the table, and what a request is refused for.

use super::check::{Given, check, rule, spans_within};
use crate::time::{Bound, Period, Rounding, Rule, Span};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use spapi_core::{Error, Marketplace};
use spapi_document_types::{Dates, MarketplaceIds, OptionKind, ReportType};
use std::time::{Duration, SystemTime};

const DAY: i64 = 24 * 3600;

fn now() -> SystemTime {
    "2026-11-29T20:15:30Z".parse::<Timestamp>().unwrap().into()
}

fn moment(second: i64) -> Bound {
    SystemTime::from(Timestamp::from_second(second).unwrap()).into()
}

/// A marketplace that has the type.
fn marketplace(kind: &ReportType, choice: usize) -> Marketplace {
    let all: Vec<_> = Marketplace::ALL.iter().filter(|one| kind.marketplaces.contains(**one) != Some(false)).collect();
    *all[choice % all.len()]
}

/// A request that the type takes, with one of its periods.
fn given(kind: &ReportType, choice: usize, range: (Bound, Option<Bound>)) -> Given {
    let mut given = Given {
        type_name: kind.name.to_owned(),
        marketplaces: vec![marketplace(kind, choice).id().to_owned()],
        range: (!matches!(kind.dates, Dates::Refused | Dates::Ignored)).then_some(range),
        ..Given::default()
    };
    for option in kind.options.iter().filter(|option| option.is_required) {
        let value = match option.kind {
            OptionKind::DateTime => "2026-01-01T00:00:00Z",
            OptionKind::Flag => "true",
            OptionKind::Marketplace => "A1VC38T7YXB528",
            _ => option.values.first().copied().unwrap_or("B000000001"),
        };
        given.options.insert(option.name.to_owned(), value.to_owned());
    }
    if let Some((name, choices)) = kind.periods.as_ref().and_then(|all| Some((all.option?, all.choices))) {
        given.options.insert(name.to_owned(), choices[choice % choices.len()].value.to_owned());
    }
    given
}

/// Checks what must hold for the slices of every range.
fn slices_are_sound(rule: &Rule, span: Span, slices: &[Span]) -> Result<(), TestCaseError> {
    let (start, end) = span.bounds();
    prop_assert_eq!(slices.first().map(|slice| slice.bounds().0), Some(start));
    prop_assert_eq!(slices.last().map(|slice| slice.bounds().1), Some(end));
    for slice in slices {
        let (from, to) = slice.bounds();
        prop_assert!(from < to);
        if let Some((period, _)) = rule.periods {
            let zone = &rule.zone;
            prop_assert_eq!(period.floor(from, zone).unwrap(), from);
            prop_assert_eq!(period.floor(to, zone).unwrap(), to);
            let most = rule.longest;
            let is_one = period.after(from, zone).unwrap() == to;
            let days =
                to.duration_since(from) <= SignedDuration::from_secs(i64::from(most.days.unwrap_or(u32::MAX)) * DAY);
            prop_assert!(is_one || days, "{} is longer than {:?}", slice, most);
            let count = std::iter::successors(Some(from), |at| period.after(*at, zone).ok()).take_while(|at| *at < to);
            prop_assert!(count.count() <= most.periods.unwrap_or(u32::MAX) as usize);
        } else if let Some(days) = rule.longest.days {
            prop_assert!(to.duration_since(from) <= SignedDuration::from_secs(i64::from(days) * DAY));
        }
    }
    for pair in slices.windows(2) {
        prop_assert_eq!(pair[0].bounds().1, pair[1].bounds().0, "no gap and no overlap");
        // As sent, the end of one is the last millisecond before the start of the next.
        let end = rule.sent_end();
        let (last, next) = (pair[0].sent(end).1, pair[1].sent(end).0);
        let gap = next.to_system_time().unwrap().duration_since(last.to_system_time().unwrap()).unwrap();
        let is_hourly = matches!(rule.periods, Some((Period::Hour, _)));
        prop_assert_eq!(gap, Duration::from_millis(if is_hourly { 0 } else { 1 }));
    }
    Ok(())
}

/// Checks the effective span against the range that was given.
fn span_is_what_the_type_says(rule: &Rule, span: Span, from: i64, to: i64) -> Result<(), TestCaseError> {
    let (start, end) = span.bounds();
    let asked_end = Timestamp::from_second(to).unwrap().min(Timestamp::try_from(now()).unwrap());
    let asked_start = Timestamp::from_second(from).unwrap();
    match rule.periods {
        None => prop_assert_eq!((start, end), (asked_start, asked_end)),
        Some((period, Rounding::Inward)) => {
            prop_assert!(start >= asked_start && end <= asked_end);
            let zone = &rule.zone;
            prop_assert!(
                period.floor(asked_end, zone).unwrap() == end && period.ceil(asked_start, zone).unwrap() == start
            );
        }
        Some((_, Rounding::Outward)) => prop_assert!(start <= asked_start && end >= asked_end),
        Some((_, Rounding::MustFit)) => prop_assert_eq!((start, end), (asked_start, asked_end)),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranges_of_every_type_are_cut_without_gap_or_overlap(
        age in 1..800 * DAY,
        length in 1..800 * DAY,
        choice in 0_usize..100,
        whole in any::<bool>(),
    ) {
        let today = Timestamp::try_from(now()).unwrap().as_second();
        let (mut from, mut to) = (today - age, today - age + length);
        if whole {
            (from, to) = (from / DAY * DAY, to / DAY * DAY + DAY);
        }
        let mut cut = 0;
        for kind in ReportType::all() {
            let (start, end) = (moment(from), moment(to));
            let given = given(kind, choice, (start.clone(), Some(end.clone())));
            let rule = rule(Some(kind), &given);
            // A range that does not fit, is too old or has no whole period is refused.
            let Ok(span) = rule.effective(&start, Some(&end), Timestamp::try_from(now()).unwrap()) else { continue };
            span_is_what_the_type_says(&rule, span, from, to)?;
            let slices = rule.slices(span).unwrap();
            slices_are_sound(&rule, span, &slices)?;
            cut += 1;
        }
        prop_assert!(cut >= 60, "{cut} types");
    }

    #[test]
    fn whole_periods_are_taken_by_every_type_that_counts_them(periods in 1_usize..4, choice in 0_usize..100) {
        let today = Timestamp::try_from(now()).unwrap();
        let mut fitting = 0;
        for kind in ReportType::all() {
            let given = given(kind, choice, (moment(today.as_second() - DAY), None));
            let rule = Rule { days_back: None, ..rule(Some(kind), &given) };
            let Some((period, rounding)) = rule.periods else { continue };
            let zone = &rule.zone;
            let to = period.floor(today, zone).unwrap();
            let before = |at: Timestamp| period.floor(at.checked_sub(SignedDuration::from_secs(1)).unwrap(), zone).unwrap();
            let from = (0..periods).fold(to, |at, _| before(at));
            let (start, end) = (SystemTime::from(from).into(), SystemTime::from(to).into());
            let span = rule.effective(&start, Some(&end), today).unwrap();
            prop_assert_eq!(span.bounds(), (from, to), "{}", kind.name);
            slices_are_sound(&rule, span, &rule.slices(span).unwrap())?;
            // One second later it does not fit.
            let late = moment(from.as_second() + 1);
            let is_refused = rule.effective(&late, Some(&end), today).is_err();
            prop_assert!(is_refused || rounding != Rounding::MustFit, "{}", kind.name);
            fitting += u32::from(rounding == Rounding::MustFit);
        }
        prop_assert!(fitting >= 5, "{fitting} types must fit");
    }
}

#[test]
fn the_zone_of_every_marketplace_is_known() {
    for marketplace in Marketplace::ALL {
        assert!(jiff::tz::TimeZone::get(marketplace.time_zone()).is_ok(), "{marketplace:?}");
    }
}

fn refusal(
    type_name: &str,
    marketplaces: &[Marketplace],
    range: Option<(&str, &str)>,
    options: &[(&str, &str)],
) -> Error {
    check(&request(type_name, marketplaces, range, options), now()).unwrap_err()
}

fn request(
    type_name: &str,
    marketplaces: &[Marketplace],
    range: Option<(&str, &str)>,
    options: &[(&str, &str)],
) -> Given {
    Given {
        type_name: type_name.to_owned(),
        marketplaces: marketplaces.iter().map(|one| one.id().to_owned()).collect(),
        range: range.map(|(from, to)| (from.into(), Some(to.into()))),
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        is_unchecked: false,
    }
}

const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const USERS: &str = "END_USER_DATA_REPORT";
const SALES: &str = "GET_SALES_AND_TRAFFIC_REPORT";
const QUERIES: &str = "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT";

#[test]
fn a_wrong_request_is_refused_with_the_next_step() {
    use Marketplace::{DE, FR, JP};
    let october = Some(("2026-10-01", "2026-10-31"));
    for (error, parts) in [
        (refusal(" ", &[JP], None, &[]), &["the report type is empty"][..]),
        (refusal(ORDERS, &[], october, &[]), &["no marketplace"]),
        (
            refusal("GET_MERCHANT_LISTING_ALL_DATA", &[JP], None, &[]),
            &["is not known", "GET_MERCHANT_LISTINGS_ALL_DATA", ".unchecked()"],
        ),
        (
            refusal("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", &[JP], None, &[]),
            &["cannot be requested", ".existing(\"GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2\")"],
        ),
        (refusal("GET_FBA_SNS_FORECAST_DATA", &[JP], None, &[]), &["Amazon no longer has"]),
        (refusal(USERS, &[JP], october, &[]), &["does not exist for JP", "It exists for IE, ES, FR"]),
        (refusal(USERS, &[DE], None, &[]), &["needs a range of time", ".between("]),
        (
            refusal(USERS, &[DE], october, &[("reportPeriod", "QUARTER")]),
            &["the option reportPeriod", "no value \"QUARTER\"", "DAY, WEEK, MONTH"],
        ),
        (refusal(USERS, &[DE], october, &[("period", "DAY")]), &["has no option \"period\"", "It has reportPeriod"]),
        (refusal(SALES, &[DE, FR], october, &[]), &["covers one marketplace, and 2 are given"]),
        (refusal(QUERIES, &[JP], october, &[("asin", "B000000001")]), &["needs the option reportPeriod"]),
        (
            refusal(QUERIES, &[JP], Some(("2026-10-02", "2026-10-31")), &[("asin", "B0"), ("reportPeriod", "MONTH")]),
            &["not made of whole periods", "2026-10-01T00:00:00Z to 2026-11-01T00:00:00Z"],
        ),
        (refusal(ORDERS, &[JP], Some(("2026-10-02T00:00", "2026-10-31")), &[]), &["no time zone"]),
        (refusal(ORDERS, &[JP], Some(("2026-10-31", "2026-10-01")), &[]), &["is not before the end"]),
        (
            check(&Given { marketplaces: vec!["Japan".into()], ..request(ORDERS, &[], october, &[]) }, now())
                .unwrap_err(),
            &["the marketplace \"Japan\" is not known", "such as JP, US or DE"],
        ),
    ] {
        assert!(error.is_input() && error.to_string().ends_with("Nothing was sent."), "{error}");
        for part in parts {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
    }
}

#[test]
fn unchecked_requests_and_unknown_types_pass() {
    let mut settlement = request("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", &[Marketplace::JP], None, &[("a", "b")]);
    settlement.is_unchecked = true;
    check(&settlement, now()).unwrap();
    let new = request("GET_HOLOGRAM_CATALOGUE", &[Marketplace::JP], Some(("2020-01-01", "2026-10-31")), &[("a", "b")]);
    let checked = check(&new, now()).unwrap();
    assert_eq!(checked.rule.slices(checked.span.unwrap()).unwrap().len(), 1);
}

#[test]
fn each_type_is_treated_as_the_table_says() {
    let span = |given: &Given| check(given, now()).unwrap().span.unwrap().to_string();
    // A date is a day of the marketplace.
    let orders = request(ORDERS, &[Marketplace::JP], Some(("2026-10-01", "2026-10-07")), &[]);
    assert_eq!(span(&orders), "2026-09-30T15:00:00Z to 2026-10-07T15:00:00Z");
    let users = |period| {
        request(
            USERS,
            &[Marketplace::DE, Marketplace::FR],
            Some(("2026-07-05", "2026-10-30")),
            &[("reportPeriod", period)],
        )
    };
    assert_eq!(span(&users("DAY")), "2026-07-05T00:00:00Z to 2026-10-31T00:00:00Z");
    assert_eq!(span(&users("WEEK")), "2026-07-05T00:00:00Z to 2026-10-25T00:00:00Z");
    assert_eq!(span(&users("MONTH")), "2026-08-01T00:00:00Z to 2026-10-01T00:00:00Z");
    let sales = request(
        SALES,
        &[Marketplace::DE],
        Some(("2026-10-07", "2026-10-29")),
        &[("dateGranularity", "WEEK"), ("asinGranularity", "CHILD")],
    );
    assert_eq!(span(&sales), "2026-10-04T00:00:00Z to 2026-11-01T00:00:00Z");
    let one_week = request(
        QUERIES,
        &[Marketplace::JP],
        Some(("2026-10-04", "2026-10-17")),
        &[("asin", "B000000001"), ("reportPeriod", "WEEK")],
    );
    let checked = check(&one_week, now()).unwrap();
    assert_eq!(checked.rule.slices(checked.span.unwrap()).unwrap().len(), 2, "one week in each report");
    assert_eq!(checked.rule.periods, Some((Period::Week, Rounding::MustFit)));
    let limited = ReportType::find("GET_AFN_INVENTORY_DATA").unwrap();
    let checked = check(&request(limited.name, &[Marketplace::JP], None, &[]), now()).unwrap();
    assert_eq!(checked.least_interval, Some(Duration::from_secs(1800)));
    assert!(ReportType::all().iter().any(|kind| kind.marketplace_ids == MarketplaceIds::Ignored));
}

#[test]
fn a_planned_span_is_one_report_for_every_type() {
    let start = SystemTime::from("2023-01-11T13:20:00Z".parse::<Timestamp>().unwrap());
    for kind in ReportType::all() {
        let given = given(kind, 0, (start.into(), None));
        if given.range.is_none()
            || check(&Given { range: None, ..given.clone() }, now()).is_err() && kind.dates != Dates::Required
        {
            continue;
        }
        let planned = spans_within(&given, (start, now()), Some(45), now()).unwrap();
        assert!(!planned.is_empty(), "{}", kind.name);
        for (span, next) in planned.iter().zip(planned.iter().skip(1)) {
            assert_eq!(span.to(), next.from(), "{}", kind.name);
        }
        for span in [planned[0], planned[planned.len() - 1]] {
            let request = Given { range: Some((span.from().into(), Some(span.to().into()))), ..given.clone() };
            let checked = match check(&request, now() + Duration::from_secs(3600)) {
                Ok(checked) => checked,
                // Types that cannot be requested.
                Err(error)
                    if error.to_string().contains("cannot be requested")
                        || error.to_string().contains("no longer has") =>
                {
                    break;
                }
                Err(error) => panic!("{}: {error}", kind.name),
            };
            assert_eq!(checked.span, Some(span), "{}", kind.name);
            assert_eq!(checked.rule.slices(span).unwrap(), [span], "{}", kind.name);
        }
    }
}

#[test]
fn a_plan_begins_with_the_period_of_its_start_and_leaves_out_what_is_not_over_or_too_old() {
    let spans = |name: &str, from: &str, to: &str| {
        let kind = ReportType::find(name).unwrap();
        let time = |text: &str| SystemTime::from(text.parse::<Timestamp>().unwrap());
        let given = given(kind, 0, (moment(0), None));
        let spans = spans_within(&given, (time(from), time(to)), Some(30), now()).unwrap();
        spans.iter().map(Span::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        spans("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", "2026-10-01T00:00:00Z", "2026-11-15T00:00:00Z"),
        ["2026-10-01T00:00:00Z to 2026-10-31T00:00:00Z", "2026-10-31T00:00:00Z to 2026-11-15T00:00:00Z"]
    );
    let traffic = "GET_SALES_AND_TRAFFIC_REPORT";
    assert_eq!(
        spans(traffic, "2026-11-20T12:00:00Z", "2026-11-23T23:59:59Z"),
        ["2026-11-20T00:00:00Z to 2026-11-23T00:00:00Z"]
    );
    assert_eq!(
        spans(traffic, "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z"),
        ["2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z"]
    );
    assert!(spans(traffic, "2026-11-20T12:00:00Z", "2026-11-20T23:00:00Z").is_empty());
    assert!(spans(traffic, "2026-11-21T12:00:00Z", "2026-11-20T12:00:00Z").is_empty());
    assert_eq!(spans(traffic, "2020-01-01T00:00:00Z", "2024-12-20T00:00:00Z")[0][..10], *"2024-12-01");
}
