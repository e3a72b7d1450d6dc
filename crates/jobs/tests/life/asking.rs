//! A report is requested once, whatever happens to the request.

use crate::lines;
use crate::support::{Amazon, Fault, LISTINGS, ORDERS};
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace, Region};
use spapi_jobs::journal::{Entry, JobKey, Journal, Lock, MemoryJournal};
use spapi_jobs::{FolderJournal, Origin, ReportJob, Reports, State};
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The states of a job until its end.
async fn states(job: &mut ReportJob) -> Vec<State> {
    let mut states = Vec::new();
    while let Some(state) = job.try_next().await.unwrap() {
        states.push(state);
    }
    states
}

fn origin(states: &[State]) -> Option<Origin> {
    states.iter().find_map(|state| match state {
        State::Asked { origin, .. } => Some(*origin),
        _ => None,
    })
}

fn october(reports: &Reports) -> ReportJob {
    reports.request(ORDERS, [Marketplace::DE]).between("2026-10-01", "2026-10-20").job().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_report_goes_from_checked_to_rows() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let mut job = october(&reports);
    assert_eq!(job.span().unwrap().to_string(), "2026-09-30T22:00:00Z to 2026-10-20T22:00:00Z");
    let states = states(&mut job).await;
    assert_eq!(states[0], State::Checked { span: job.span() });
    assert_eq!(states[1], State::Asked { id: "1".into(), origin: Origin::Requested });
    assert!(matches!(states[2], State::Waiting { .. }), "{states:?}");
    assert!(matches!(states.last(), Some(State::Ended { .. })), "{states:?}");
    let outcome = job.await.unwrap();
    assert_eq!(outcome.report_id, "1");
    let document = outcome.document().unwrap();
    let expected = amazon.state().made[0].lines(50);
    assert_eq!(lines(&document).await.unwrap(), expected);
    assert_eq!(lines(&document).await.unwrap(), expected, "it can be read again");
    assert_eq!((amazon.created(), amazon.calls("getReportDocument")), (1, 1));
    let made = amazon.state().made[0].clone();
    assert_eq!((made.from.as_str(), made.to.as_str()), ("2026-09-30T22:00:00Z", "2026-10-20T21:59:59.999Z"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_never_asked_for_twice() {
    for fault in [Fault::LostAnswer, Fault::UnavailableButDone, Fault::Blank] {
        let amazon = Amazon::new();
        amazon.failing(move |operation, number| (operation == "createReport" && number == 1).then_some(fault));
        let mut job = october(&Reports::new(&amazon.client()));
        let states = states(&mut job).await;
        assert_eq!(origin(&states), Some(Origin::Recovered), "{fault:?}");
        let document = job.await.unwrap().document().unwrap();
        assert_eq!(lines(&document).await.unwrap().len(), 50);
        assert_eq!((amazon.created(), amazon.calls("createReport")), (1, 1), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_did_not_arrive_is_sent_again() {
    for fault in [Fault::Reset, Fault::Unavailable, Fault::NoConnection, Fault::Throttled] {
        let amazon = Amazon::new();
        amazon.failing(move |operation, number| (operation == "createReport" && number == 1).then_some(fault));
        let mut job = october(&Reports::new(&amazon.client()));
        assert_eq!(origin(&states(&mut job).await), Some(Origin::Requested), "{fault:?}");
        assert_eq!((amazon.created(), amazon.calls("createReport")), (1, 2), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_without_dates_is_found_after_a_lost_answer_and_not_taken_for_an_older_one() {
    for fault in [Fault::LostAnswer, Fault::Reset] {
        let amazon = Amazon::new();
        let reports = Reports::new(&amazon.client());
        let first = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap();
        amazon.failing(move |operation, number| (operation == "createReport" && number == 2).then_some(fault));
        let second = reports.request(LISTINGS, [Marketplace::DE]).await.unwrap();
        assert_eq!((first.report_id.as_str(), second.report_id.as_str(), amazon.created()), ("1", "2", 2), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_on_many_marketplaces_is_found_after_a_lost_answer() {
    let amazon = Amazon::new();
    amazon.failing(|operation, number| (operation == "createReport" && number == 1).then_some(Fault::LostAnswer));
    let all: Vec<_> = Region::Europe.marketplaces().collect();
    let mut job = Reports::new(&amazon.client()).request("GET_HOLOGRAM_CATALOGUE", all).job().unwrap();
    assert_eq!(origin(&states(&mut job).await), Some(Origin::Recovered));
    assert_eq!(amazon.created(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_span_that_is_not_over_is_found_after_a_lost_answer_too() {
    let amazon = Amazon::new();
    amazon.failing(|operation, number| (operation == "createReport" && number == 1).then_some(Fault::LostAnswer));
    let sales = Reports::new(&amazon.client()).request("GET_SALES_AND_TRAFFIC_REPORT", [Marketplace::DE]);
    let mut job = sales.since("2026-11-03").option("dateGranularity", "MONTH").job().unwrap();
    assert_eq!(job.span().unwrap().to_string(), "2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z");
    assert_eq!(origin(&states(&mut job).await), Some(Origin::Recovered));
    let made = amazon.state().made.clone();
    assert_eq!((made.len(), &made[0].from[..], &made[0].to[..10]), (1, "2026-11-01T00:00:00Z", "2026-11-29"));
}

#[tokio::test(start_paused = true)]
async fn hours_are_sent_whole_and_not_confused() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let hours = |from, to| {
        let request = reports.request("GET_VENDOR_REAL_TIME_INVENTORY_REPORT", [Marketplace::DE]);
        request.between(from, to).job().unwrap()
    };
    let mut first = hours("2026-11-29T10:00Z", "2026-11-29T12:30Z");
    while amazon.created() == 0 {
        first.try_next().await.unwrap();
    }
    let mut second = hours("2026-11-29T12:00Z", "2026-11-29T14:00Z");
    assert_eq!(origin(&states(&mut second).await), Some(Origin::Requested));
    let ranges: Vec<_> = amazon.state().made.iter().map(|made| format!("{} {}", made.from, made.to)).collect();
    assert_eq!(ranges, ["2026-11-29T10:00:00Z 2026-11-29T12:00:00Z", "2026-11-29T12:00:00Z 2026-11-29T14:00:00Z"]);
}

#[tokio::test(start_paused = true)]
async fn jobs_that_wait_for_the_quota_leave_no_intent_behind() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let day = |days: u64| crate::support::epoch() - Duration::from_secs(days * 24 * 3600);
    let jobs = (1..=40)
        .map(|days| reports.request(ORDERS, [Marketplace::DE]).between(day(days + 1), day(days)).job().unwrap());
    let mut jobs = reports.all(jobs);
    // The process ends while most of the jobs wait for their quota.
    let _ = tokio::time::timeout(Duration::from_secs(300), async { while jobs.try_next().await.unwrap().is_some() {} })
        .await;
    drop(jobs);
    let intents = reports.unfinished().await.unwrap().into_iter().filter(|entry| entry.id.is_none()).count();
    assert!(amazon.created() < 25 && intents <= 1, "{} {intents}", amazon.created());
}

#[tokio::test(start_paused = true)]
async fn what_amazon_refuses_is_an_error_and_leaves_no_entry() {
    let amazon = Amazon::new();
    let journal = Arc::new(MemoryJournal::new());
    let reports = Reports::new(&amazon.client()).journal(Arc::clone(&journal));
    let error = reports.request("GET_WRONG_REGION_EVERYTHING", [Marketplace::JP]).await.unwrap_err();
    assert!(error.is_input(), "{error}");
    assert_eq!((amazon.created(), journal.entries().await.unwrap().len()), (0, 0));
    // The dead connection is given up after the policy's attempts.
    amazon.failing(|operation, _| (operation == "createReport").then_some(Fault::NoConnection));
    let error = october(&reports).await.unwrap_err();
    assert_eq!((error.kind(), amazon.calls("createReport")), (ErrorKind::Connect, 5), "{error}");
    assert_eq!(journal.entries().await.unwrap().len(), 0);
    // An answer that is always lost, and never a report.
    amazon.failing(|operation, _| (operation == "createReport").then_some(Fault::Reset));
    let error = october(&reports).await.unwrap_err();
    assert!(error.outcome_unknown() && amazon.created() == 0, "{error}");
}

/// A journal on a disk that is full from one write on.
struct Full {
    journal: Arc<MemoryJournal>,
    writes: AtomicU32,
    most: u32,
}

impl Journal for Full {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        self.journal.lock(name)
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        self.journal.read(key)
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        match self.writes.fetch_add(1, Ordering::Relaxed) < self.most {
            true => self.journal.write(key, entry),
            false => Box::pin(ready(Err(Error::new(ErrorKind::Config, "the disk is full")))),
        }
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        self.journal.remove(key)
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        self.journal.entries()
    }
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_cannot_be_written_stops_the_job_before_or_loses_nothing_after() {
    // The intent, the id, and each status are a write.
    for most in 0..4 {
        let amazon = Amazon::new();
        let journal = Arc::new(MemoryJournal::new());
        let full = Full { journal: Arc::clone(&journal), writes: AtomicU32::new(0), most };
        let error = october(&Reports::new(&amazon.client()).journal(full)).await.unwrap_err();
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert_eq!(amazon.created(), usize::from(most > 0), "without an intent nothing is requested");
        let outcome = october(&Reports::new(&amazon.client()).journal(journal)).await.unwrap();
        assert_eq!((outcome.report_id.as_str(), amazon.created()), ("1", 1), "{most} writes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_when_amazon_lists_late_and_when_the_clock_is_wrong() {
    let hours = |hours: i64| hours * 3600;
    for (late, skew) in [(0, 0), (50, 0), (110, 0), (0, hours(-20)), (0, hours(20)), (50, hours(20))] {
        let amazon = Amazon::new();
        amazon.state().listed_after = Duration::from_secs(late);
        amazon.failing(|operation, number| (operation == "createReport" && number == 1).then_some(Fault::LostAnswer));
        let reports = Reports::new(&amazon.client_with_skew(skew));
        let mut job = reports.request(LISTINGS, [Marketplace::DE]).job().unwrap();
        assert_eq!(origin(&states(&mut job).await), Some(Origin::Recovered), "{late} {skew}");
        assert_eq!(amazon.created(), 1, "{late} {skew}");
    }
}

#[tokio::test(start_paused = true)]
async fn equal_jobs_at_a_time_share_one_report() {
    let amazon = Amazon::new();
    let reports = Reports::new(&amazon.client());
    let jobs = reports.all((0..5).map(|_| october(&reports)));
    let mut jobs = jobs;
    let mut ids = Vec::new();
    while let Some(outcome) = jobs.try_next().await.unwrap() {
        ids.push(outcome.report_id);
    }
    assert_eq!((ids, amazon.created()), (vec!["1".to_owned(); 5], 1));
}

#[tokio::test(start_paused = true)]
async fn a_report_in_the_queue_is_reused_if_it_is_surely_the_same() {
    let amazon = Amazon::new();
    let mine = Reports::new(&amazon.client());
    let mut first = october(&mine);
    while amazon.created() == 0 {
        first.try_next().await.unwrap();
    }
    // Another program of the same seller, without this one's journal.
    let other = Reports::new(&amazon.client());
    let mut same = october(&other);
    assert_eq!(origin(&states(&mut same).await), Some(Origin::Reused));
    assert_eq!(amazon.created(), 1);
    let mut later = other.request(ORDERS, [Marketplace::DE]).between("2026-10-01", "2026-10-21").job().unwrap();
    assert_eq!(origin(&states(&mut later).await), Some(Origin::Requested));
    // Amazon does not show the options of a report.
    let option =
        |reports: &Reports| reports.request(LISTINGS, [Marketplace::DE]).option("custom", "true").job().unwrap();
    let mut one = option(&mine);
    while amazon.created() < 3 {
        one.try_next().await.unwrap();
    }
    assert_eq!(origin(&states(&mut option(&other)).await), Some(Origin::Requested));
}

#[tokio::test(start_paused = true)]
async fn a_made_report_is_reused_while_it_is_young_enough_for_the_caller() {
    let amazon = Amazon::new();
    october(&Reports::new(&amazon.client())).await.unwrap();
    // Without a journal, as a program that forgets what it requested.
    let other = |hours: u64| Reports::new(&amazon.client()).reuse(Duration::from_secs(hours * 3600));
    assert_eq!(origin(&states(&mut october(&other(0))).await), Some(Origin::Requested));
    assert_eq!(origin(&states(&mut october(&other(2))).await), Some(Origin::Reused));
    tokio::time::advance(Duration::from_secs(5 * 3600)).await;
    assert_eq!(origin(&states(&mut october(&other(72))).await), Some(Origin::Reused));
    assert_eq!(origin(&states(&mut october(&other(2))).await), Some(Origin::Requested));
    let mut later = other(72).request(ORDERS, [Marketplace::DE]).between("2026-10-01", "2026-10-21").job().unwrap();
    assert_eq!(origin(&states(&mut later).await), Some(Origin::Requested), "another span");
    assert_eq!(amazon.created(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_does_not_ask_again() {
    // Dropped after each time from the start to the end of the request.
    for milliseconds in (0..900).step_by(50) {
        let amazon = Amazon::new();
        let mut job = october(&Reports::new(&amazon.client()));
        let next = tokio::time::timeout(Duration::from_millis(milliseconds), async {
            while let Some(state) = job.try_next().await.unwrap() {
                if matches!(state, State::Waiting { .. }) {
                    break;
                }
            }
        });
        let _ = next.await;
        let outcome = job.await.unwrap();
        assert_eq!((outcome.report_id.as_str(), amazon.created()), ("1", 1), "{milliseconds} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn another_run_goes_on_where_the_first_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let run = |amazon: &Amazon| Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let amazon = Amazon::new();
    let mut job = october(&run(&amazon));
    while amazon.created() == 0 {
        job.try_next().await.unwrap();
    }
    drop(job);
    let reports = run(&amazon);
    assert_eq!(reports.unfinished().await.unwrap().len(), 1);
    let mut job = october(&reports);
    assert_eq!(origin(&states(&mut job).await), Some(Origin::Resumed));
    drop(job);
    // Also after it was done, until it is finished.
    let outcome = october(&run(&amazon)).await.unwrap();
    let document = outcome.document().unwrap();
    assert_eq!(lines(&document).await.unwrap().len(), 50);
    document.finish().await.unwrap();
    assert_eq!((amazon.created(), run(&amazon).unfinished().await.unwrap().len()), (1, 0));
    assert_eq!(october(&run(&amazon)).await.unwrap().report_id, "2");
}

#[tokio::test(start_paused = true)]
async fn sellers_and_requests_are_kept_apart_in_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    let first = amazon.client();
    let second = first.for_seller(spapi_core::Credentials::new("id", "secret", "Atzr|another"));
    let mut ids = Vec::new();
    for client in [&first, &second] {
        let reports = Reports::new(client).journal(FolderJournal::open(folder.path()).unwrap());
        ids.push(october(&reports).await.unwrap().report_id);
        ids.push(reports.request(LISTINGS, [Marketplace::DE]).await.unwrap().report_id);
        let option = reports.request(LISTINGS, [Marketplace::DE]).option("custom", "true");
        ids.push(option.await.unwrap().report_id);
    }
    assert_eq!(ids, ["1", "2", "3", "4", "5", "6"]);
}
