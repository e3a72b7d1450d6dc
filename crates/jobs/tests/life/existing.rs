//! Reports that Amazon makes unasked, and by schedules.

use crate::lines;
use crate::sandbox::Shop;
use crate::support::{Amazon, End, LISTINGS, SETTLEMENTS};
use spapi_core::{DateTime, Marketplace};
use spapi_jobs::{FolderJournal, ReportRequest, Reports};
use spapi_sandbox::{Fault, FaultKind};
use std::collections::HashSet;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test(start_paused = true)]
async fn settlements_are_found_on_all_pages_each_once_and_the_oldest_first() {
    let amazon = Amazon::new();
    for days in 1..=250 {
        amazon.add(SETTLEMENTS, days * DAY / 3, End::Done);
    }
    amazon.add(SETTLEMENTS, DAY, End::Never);
    amazon.add(LISTINGS, DAY, End::Done);
    // A settlement that comes while the pages are read moves the others.
    let late = amazon.clone();
    amazon.failing(move |operation, number| {
        if operation == "getReports" && number == 2 {
            let late = late.clone();
            tokio::spawn(async move { late.add(SETTLEMENTS, Duration::ZERO, End::Done) });
        }
        None
    });
    let mut found = Reports::new(&amazon.client()).existing(SETTLEMENTS);
    let (mut ids, mut last) = (HashSet::new(), None);
    while let Some(report) = found.try_next().await.unwrap() {
        assert!(report.created >= last);
        last = report.created;
        assert!(ids.insert(report.report_id));
    }
    assert!(ids.len() >= 250 && !ids.contains("251") && !ids.contains("252"), "{}", ids.len());
}

#[tokio::test(start_paused = true)]
async fn a_report_that_was_finished_is_not_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    for days in 1..=3 {
        amazon.add(SETTLEMENTS, days * DAY, End::Done);
    }
    let run = || Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let reports = run();
    let mut first = reports.existing(SETTLEMENTS).marketplaces(["DE"]);
    let report = first.try_next().await.unwrap().unwrap();
    assert_eq!(report.report_id, "3");
    assert_eq!(lines(&report.document).await.unwrap().len(), 50);
    report.finish().await.unwrap();
    // The second is read, and the program ends before it is finished.
    first.try_next().await.unwrap().unwrap();
    let reports = run();
    let mut again = reports.existing(SETTLEMENTS);
    let mut ids = Vec::new();
    while let Some(report) = again.try_next().await.unwrap() {
        ids.push(report.report_id);
    }
    assert_eq!(ids, ["2", "1"]);
    assert_eq!(run().unfinished().await.unwrap().len(), 0);
    // What Amazon no longer lists is forgotten.
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files(), 1);
    tokio::time::sleep(101 * DAY).await;
    run().existing(SETTLEMENTS).try_next().await.unwrap();
    assert_eq!(files(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_end_user_data_report_comes_by_day_week_and_month() {
    let shop = Shop::of(Marketplace::DE);
    let reports = Reports::new(&shop.client());
    let day = |days: u64| DateTime::from(SystemTime::now() - days as u32 * DAY).as_str()[..10].to_owned();
    for period in ["DAY", "WEEK", "MONTH"] {
        let request = reports.request("END_USER_DATA_REPORT", [Marketplace::DE]);
        let request = request.between(day(100), day(2)).option("reportPeriod", period);
        let spans = request.spans().unwrap();
        let document = request.await.unwrap().document().unwrap();
        let text = document.open().await.unwrap().bytes().collect(1 << 20).await.unwrap();
        let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(spans.len(), 1);
        assert_eq!(json["reportSpecification"]["reportOptions"]["reportPeriod"], period, "{json}");
        assert!(json["endUserData"].is_array(), "{json}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_reports_of_a_schedule_are_picked_up_once() {
    const UNSHIPPED: &str = "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING";
    let shop = Shop::of(Marketplace::JP);
    let reports = Reports::new(&shop.client());
    let folder = tempfile::tempdir().unwrap();
    let reports = reports.journal(FolderJournal::open(folder.path()).unwrap());
    let schedules = reports.schedules();
    let refused = schedules.create(LISTINGS, [Marketplace::JP], "P1D", None, Default::default()).await.unwrap_err();
    assert!(refused.is_input() && refused.to_string().contains("cannot be scheduled"), "{refused}");
    let id = schedules.create(UNSHIPPED, [Marketplace::JP], "P1D", None, Default::default()).await.unwrap();
    let listed = schedules.list([UNSHIPPED]).await.unwrap();
    assert_eq!((listed.len(), listed[0].id.as_str(), listed[0].period.as_str()), (1, id.as_str(), "P1D"));
    let mut picked = Vec::new();
    for _ in 0..3 {
        shop.sandbox.clock().advance(DAY + Duration::from_secs(60));
        // The sandbox makes a report while it is looked at.
        for _ in 0..4 {
            let mut found = reports.existing(UNSHIPPED).of_schedule(&id);
            while let Some(report) = found.try_next().await.unwrap() {
                assert_eq!(report.schedule_id.as_deref(), Some(id.as_str()));
                report.document.open().await.unwrap();
                report.finish().await.unwrap();
                picked.push(report.report_id);
            }
        }
    }
    assert_eq!((picked.len(), picked.iter().collect::<HashSet<_>>().len()), (3, 3), "{picked:?}");
    schedules.cancel(&id).await.unwrap();
    assert_eq!(schedules.list([UNSHIPPED]).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_amazon_has_is_awaited_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    amazon.add(LISTINGS, DAY, End::Done);
    let reports = Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let job = reports.find("1").await.unwrap();
    assert_eq!(job.type_name(), LISTINGS);
    let outcome = job.await.unwrap();
    assert_eq!(outcome.report_id, "1");
    assert_eq!(lines(&outcome.document().unwrap()).await.unwrap().len(), 50);
    assert!(reports.unfinished().await.unwrap().is_empty(), "another program's report is not noted");
    assert!(reports.find("7").await.unwrap_err().is_not_found());

    let requested = reports.request(LISTINGS, ["DE"]).await.unwrap().report_id;
    assert_eq!(reports.unfinished().await.unwrap().len(), 1);
    reports.find(&requested).await.unwrap().await.unwrap().document().unwrap().finish().await.unwrap();
    assert!(reports.unfinished().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_type_that_the_sandbox_throttles_rests_alone() {
    const STOCK: &str = "GET_AFN_INVENTORY_DATA";
    const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
    let shop = Shop::of(Marketplace::JP);
    let reports = Reports::new(&shop.client());
    shop.sandbox.fault(Fault::new("reports createReport", FaultKind::Throttled).of_type(LISTINGS).times(5)).unwrap();
    let start = Instant::now();
    let wanted = async |request: ReportRequest| {
        request.await.unwrap().document().unwrap();
        start.elapsed()
    };
    let day = DateTime::from(SystemTime::now() - 5 * DAY).as_str()[..10].to_owned();
    let (listings, stock, orders) = tokio::join!(
        wanted(reports.request(LISTINGS, [Marketplace::JP])),
        wanted(reports.request(STOCK, [Marketplace::JP])),
        wanted(reports.request(ORDERS, [Marketplace::JP]).between(day.as_str(), day.as_str())),
    );
    // The type rests for 1, 2, 4, 8 and 16 minutes, and the others do not wait for it.
    assert!(listings >= 31 * Duration::from_secs(60), "{listings:?}");
    assert!(stock < 10 * Duration::from_secs(60) && orders < 10 * Duration::from_secs(60), "{stock:?} {orders:?}");
}
