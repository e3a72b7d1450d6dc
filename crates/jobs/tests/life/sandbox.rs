//! Jobs from end to end against the sandbox, in paused time.

use serde_json::{Value, json};
use spapi_core::transport::{Body, ServiceTransport, Transport, TransportError};
use spapi_core::{BoxFuture, Bytes, Client, Clock, Credentials, Endpoint, Marketplace, Quotas};
use spapi_jobs::{
    CancelCause, DataKiosk, Ended, FeedEnded, Feeds, FolderJournal, ListingsFeed, ListingsMessage, Origin, QueryEnded,
    Reports, State, Uploads,
};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, REFRESH_TOKEN, Sandbox};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const STOCK: &str = "GET_AFN_INVENTORY_DATA";
const SHIPPED: &str = "POST_ORDER_FULFILLMENT_DATA";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A sandbox, and what was called.
pub struct Shop {
    pub sandbox: Sandbox,
    marketplace: Marketplace,
    log: Arc<Mutex<Vec<Called>>>,
}

/// The method, the operation and the status of a call.
type Called = (String, String, Option<u16>);

impl Shop {
    pub fn of(marketplace: Marketplace) -> Self {
        Self::with_limits(marketplace, Limits::Off)
    }

    fn with_limits(marketplace: Marketplace, limits: Limits) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        let sandbox = Sandbox::builder().region(marketplace.region()).limits(limits).on_request(move |request| {
            let called = (request.method.clone(), request.operation.clone(), request.status);
            kept.lock().unwrap().push(called);
        });
        Self { sandbox: sandbox.build().unwrap(), marketplace, log }
    }

    pub fn client(&self) -> Client {
        self.client_by(ServiceTransport::new(self.sandbox.service()), 0)
    }

    /// A client with this transport, whose clock is so many seconds ahead.
    fn client_by(&self, transport: impl Transport, ahead: u64) -> Client {
        Client::builder(self.marketplace)
            .endpoint(Endpoint::custom(self.sandbox.url()))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .transport(transport)
            .clock(Arc::new(Ahead(self.sandbox.clock().clone(), Duration::from_secs(ahead))))
            .quotas(&Quotas::off())
            .build()
            .unwrap()
    }

    fn reports(&self) -> Reports {
        Reports::new(&self.client())
    }

    /// How often the operation was called.
    fn calls(&self, operation: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|(_, called, _)| called.ends_with(operation)).count()
    }

    fn fails(&self, on: &str, kind: FaultKind) {
        self.sandbox.fault(Fault::new(on, kind).times(1)).unwrap();
    }
}

/// The sandbox's clock, put forward.
#[derive(Debug)]
struct Ahead(spapi_sandbox::Clock, Duration);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        self.0.now() + self.1
    }
}

/// Changes a byte of each file on its way to the document host.
struct Damaging<T>(T);

impl<T: Transport> Transport for Damaging<T> {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let mut body = body.collect().await?.to_vec();
            if let Some(at) = body.windows(7).position(|bytes| bytes == b"picture") {
                body[at] = b'P';
            }
            self.0.send(http::Request::from_parts(head, Bytes::from(body).into())).await
        })
    }
}

/// How a job of any kind came to what Amazon has.
macro_rules! origin {
    ($job:expr) => {
        loop {
            if let State::Asked { origin, .. } = $job.try_next().await.unwrap().unwrap() {
                break origin;
            }
        }
    };
}

#[tokio::test(start_paused = true)]
async fn an_image_and_an_attachment_go_up_and_a_damaged_one_is_refused() {
    let shop = Shop::of(Marketplace::JP);
    let file = Bytes::from_static(b"\x89PNG\r\n\r\n--a picture--");
    let uploads = Uploads::new(&shop.client());
    // The first URL of each has expired.
    shop.fails("documents", FaultKind::ExpiredUrl);
    let (task, picture) = (uploads.clone(), file.clone());
    let image = tokio::spawn(async move { task.aplus_image("JP", picture, "image/png").await }).await.unwrap().unwrap();
    shop.fails("documents", FaultKind::ExpiredUrl);
    let attachment =
        uploads.message_attachment("JP", "249-0000001-0000001", "invoice", file.clone(), "application/pdf").await;
    assert_ne!(image, attachment.unwrap());
    let sent: Vec<_> = {
        let log = shop.log.lock().unwrap();
        log.iter()
            .filter(|(_, called, _)| called == "document")
            .map(|(method, _, status)| (method.clone(), *status))
            .collect()
    };
    let sent: Vec<_> = sent.iter().map(|(method, status)| (method.as_str(), status.unwrap())).collect();
    assert_eq!(sent, [("POST", 403), ("POST", 204), ("PUT", 403), ("PUT", 200)]);
    let damaging = Damaging(ServiceTransport::new(shop.sandbox.service()));
    let uploads = Uploads::new(&shop.client_by(damaging, 0));
    let errors = [
        uploads.aplus_image("JP", file.clone(), "image/png").await.unwrap_err(),
        uploads.message_attachment("JP", "249-1", "invoice", file.clone(), "application/pdf").await.unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("BadDigest") && !text.contains("ignature="), "{text}");
    }
    let uploads = Uploads::new(&shop.client());
    let error = uploads.message_attachment("JP", "249-1", "nonsense", file, "text/plain").await.unwrap_err();
    assert!(error.is_bad_request() && error.to_string().contains("messages/nonsense"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_report_in_the_queue_is_reused_and_each_lost_answer_is_looked_for() {
    let shop = Shop::of(Marketplace::JP);
    // Two programs of the same seller.
    for expected in [Origin::Requested, Origin::Reused] {
        let mut listings = shop.reports().request(LISTINGS, [Marketplace::JP]).job().unwrap();
        assert_eq!(origin!(listings), expected);
    }
    assert_eq!(shop.calls("createReport"), 1);
    shop.fails("reports createReport", FaultKind::LostAnswer);
    let mut report =
        shop.reports().request(ORDERS, [Marketplace::JP]).since(SystemTime::now() - 9 * DAY).job().unwrap();
    assert_eq!(origin!(report), Origin::Recovered);
    shop.fails("feeds createFeed", FaultKind::LostAnswer);
    let mut feed = Feeds::new(&shop.client()).submit(SHIPPED, ["JP"], "<AmazonEnvelope/>").job().unwrap();
    assert_eq!(origin!(feed), Origin::Recovered);
    shop.fails("data-kiosk createQuery", FaultKind::LostAnswer);
    let mut query = DataKiosk::new(&shop.client()).query(days(3, 2)).unwrap().job();
    assert_eq!(origin!(query), Origin::Recovered);
    let made = ["createReport", "createFeed", "createQuery"].map(|operation| shop.calls(operation));
    assert_eq!(made, [2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_notification_wakes_the_job_and_an_expired_url_is_renewed() {
    let shop = Shop::of(Marketplace::JP);
    let reports = shop.reports().polling(DAY, DAY);
    let start = Instant::now();
    let mut job = reports.request(LISTINGS, [Marketplace::JP]).job().unwrap();
    while let Some(state) = job.try_next().await.unwrap() {
        if let State::Asked { id, .. } = &state {
            let (reports, id) = (reports.clone(), id.clone());
            tokio::spawn(async move {
                while reports.wake(&id) {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    }
    assert!(start.elapsed() < DAY / 24, "{:?}", start.elapsed());
    let document = job.await.unwrap().document().unwrap();
    shop.fails("documents", FaultKind::ExpiredUrl);
    let mut rows = document.rows::<BTreeMap<String, String>>().await.unwrap();
    assert!(rows.try_next().await.unwrap().is_some());
    assert_eq!(shop.calls("getReportDocument"), 2);
}

#[tokio::test(start_paused = true)]
async fn each_end_of_a_report_has_an_outcome_of_its_own() {
    let shop = Shop::with_limits(Marketplace::JP, Limits::Documented);
    let reports = shop.reports();
    let ended = async |end: &str| {
        let request = reports.request(LISTINGS, [Marketplace::JP]).option("sandboxEnd", end).unchecked();
        request.await.unwrap()
    };
    let outcome = ended("cancelled").await;
    assert!(matches!(outcome.ended, Ended::Cancelled { cause: CancelCause::NoData }), "{outcome:?}");
    let outcome = ended("fatal").await;
    assert!(matches!(&outcome.ended, Ended::Failed { reason: Some(reason) } if !reason.is_empty()), "{outcome:?}");
    let outcome = ended("fatalWithoutReason").await;
    assert!(matches!(outcome.ended, Ended::Failed { reason: None }), "{outcome:?}");
    // Another program cancels what is in the queue.
    let mut job = reports.request(LISTINGS, [Marketplace::JP]).job().unwrap();
    while !matches!(job.try_next().await.unwrap(), Some(State::Asked { .. })) {}
    let id = reports.unfinished().await.unwrap()[0].id.clone().unwrap();
    shop.reports().cancel(&id).await.unwrap();
    let outcome = job.await.unwrap();
    assert!(matches!(outcome.ended, Ended::Cancelled { cause: CancelCause::ByHand }), "{outcome:?}");
    // A program whose clock is ahead by an hour does not know that the type has to rest.
    reports.request(STOCK, [Marketplace::JP]).await.unwrap().document().unwrap();
    let hasty = shop.client_by(ServiceTransport::new(shop.sandbox.service()), 3600);
    let outcome = Reports::new(&hasty).request(STOCK, [Marketplace::JP]).await.unwrap();
    assert!(matches!(outcome.ended, Ended::Cancelled { cause: CancelCause::TooOften }), "{outcome:?}");
    let error = outcome.document().unwrap_err();
    assert!(error.to_string().contains("requested too often. Use the earlier report"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn existing_reports_are_found_on_all_pages_each_once() {
    let shop = Shop::of(Marketplace::JP);
    let reports = shop.reports();
    // With an option, so that none is reused.
    let request = || reports.request(LISTINGS, [Marketplace::JP]).option("sandboxEnd", "done").unchecked();
    let mut ids = HashSet::new();
    for _ in 0..130 {
        ids.insert(request().await.unwrap().report_id);
    }
    let before = shop.calls("getReports");
    let (mut found, mut all) = (HashSet::new(), reports.existing(LISTINGS).marketplaces(["JP"]));
    while let Some(report) = all.try_next().await.unwrap() {
        assert!(found.insert(report.report_id));
    }
    assert_eq!((found, shop.calls("getReports") - before), (ids, 2));
    for (existing, part) in [
        (reports.existing("GET_MERCHANT_LISTING_ALL_DATA"), "Known are GET_MERCHANT_LISTINGS_ALL_DATA"),
        (reports.existing(LISTINGS).marketplaces(["XX"]), "the marketplace \"XX\" is not known"),
        (reports.existing(LISTINGS).created_since("2026-10-01T09:00"), "no time zone"),
    ] {
        let mut existing = existing;
        let error = existing.try_next().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
        assert!(error.to_string().ends_with("Nothing was sent."), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_cannot_be_is_refused_before_it_is_sent() {
    let shop = Shop::of(Marketplace::JP);
    let schedules = shop.reports().schedules();
    for (type_name, marketplace, period, option, part) in [
        ("GET_ORDER_REPORT_DATA_SHIPING", "JP", "P1D", None, "Known are GET_ORDER_REPORT_DATA_SHIPPING"),
        ("GET_ORDER_REPORT_DATA_SHIPPING", "XX", "P1D", None, "the marketplace \"XX\" is not known"),
        ("GET_ORDER_REPORT_DATA_SHIPPING", "JP", "2 days", None, "the period 2 days of the schedule is not known"),
        ("GET_ORDER_REPORT_DATA_SHIPPING", "JP", "P1D", Some("nonsense"), "has no option \"nonsense\""),
        ("END_USER_DATA_REPORT", "JP", "P1D", None, "does not exist for JP"),
    ] {
        let options = option.map(|name: &str| (name.to_owned(), "1".to_owned())).into_iter().collect();
        let error = schedules.create(type_name, [marketplace], period, None, options).await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
    let first = Some("2030-01-01T09:00".into());
    let error =
        schedules.create("GET_ORDER_REPORT_DATA_SHIPPING", ["JP"], "P1D", first, Default::default()).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("no time zone"), "{error}");
    assert_eq!(shop.calls("createReportSchedule"), 0);
}

#[tokio::test(start_paused = true)]
async fn many_messages_become_feeds_that_are_all_processed() {
    let shop = Shop::of(Marketplace::JP);
    let feeds = Feeds::new(&shop.client());
    let messages = (1..=25_002).map(|number| ListingsMessage::delete(format!("SKU-{number}")).unwrap());
    let mut accepted = Vec::new();
    for part in ListingsFeed::new("A1").parts(messages) {
        let part = part.unwrap();
        let first = part.sku(1).map(str::to_owned);
        let report = feeds.submit_listings(["JP"], part).await.unwrap().result().unwrap().report().await.unwrap();
        accepted.push((report.totals.accepted.unwrap(), first.is_some()));
    }
    assert_eq!(accepted.iter().map(|(count, _)| count).collect::<Vec<_>>(), [&25_000, &2]);
    assert_eq!(shop.calls("createFeed"), 2);
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_failed_feed_is_read_from_one_download() {
    let shop = Shop::of(Marketplace::JP);
    let outcome = Feeds::new(&shop.client()).submit(SHIPPED, ["JP"], "this is not XML").await.unwrap();
    let FeedEnded::Failed { reason: Some(reason), .. } = &outcome.ended else { panic!("{outcome:?}") };
    assert!(!reason.is_empty());
    // One upload and one download.
    assert_eq!((shop.calls("document"), shop.calls("getFeedDocument")), (2, 1));
}

/// A query for days, from so many days ago.
fn days(from: u64, to: u64) -> String {
    let day = |days: u64| {
        let time = SystemTime::now() - u32::try_from(days).unwrap() * DAY;
        spapi_core::DateTime::from(time).as_str()[..10].to_owned()
    };
    format!(
        "query {{ # the days\n analytics_salesAndTraffic_2024_04_24 {{ salesAndTrafficByDate(aggregateBy: DAY, startDate: \
         \"{}\", endDate: \"{}\", marketplaceIds: [\"A1VC38T7YXB528\"]) {{ startDate, sales {{ unitsOrdered }} }} }} }}",
        day(from),
        day(to)
    )
}

#[tokio::test(start_paused = true)]
async fn queries_of_all_texts_read_amazons_list_once_and_all_pages_come() {
    let shop = Shop::of(Marketplace::JP);
    let kiosk = DataKiosk::new(&shop.client());
    let mut dates = Vec::new();
    let mut pages = kiosk.query(days(121, 2)).unwrap().pages();
    while let Some(page) = pages.try_next().await.unwrap() {
        let mut rows = page.rows::<Value>().await.unwrap();
        while let Some(row) = rows.try_next().await.unwrap() {
            dates.push(row["startDate"].as_str().unwrap().to_owned());
        }
    }
    assert!(dates.is_sorted() && dates.iter().collect::<HashSet<_>>().len() == 120, "{dates:?}");
    let before = shop.calls("getQueries");
    let kiosk = DataKiosk::new(&shop.client());
    let mut queries = kiosk.all((4..10).map(|length| kiosk.query(days(length, 2)).unwrap().job()));
    while let Some(outcome) = queries.try_next().await.unwrap() {
        outcome.page().unwrap().unwrap();
    }
    assert_eq!((shop.calls("createQuery"), shop.calls("getQueries") - before), (9, 1));
    let error = kiosk.query(days(9, 2).replace("2024_04_24", "2024_04_42")).unwrap().await.unwrap_err();
    assert!(error.to_string().contains("Known are analytics_salesAndTraffic_2024_04_24"), "{error}");
    let reversed = kiosk.query(days(2, 9)).unwrap().await.unwrap();
    assert!(matches!(&reversed.ended, QueryEnded::Failed { reason: Some(_) }), "{reversed:?}");
    let error = reversed.page().unwrap_err();
    assert!(error.to_string().contains("endDate is before startDate"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_consent_that_ends_while_a_job_waits_is_an_error_and_nothing_is_requested_again() {
    let shop = Shop::of(Marketplace::JP);
    let folder = tempfile::tempdir().unwrap();
    let reports = shop.reports().journal(FolderJournal::open(folder.path()).unwrap());
    let mut job = reports.request(LISTINGS, [Marketplace::JP]).job().unwrap();
    assert_eq!(origin!(job), Origin::Requested);
    assert!(shop.sandbox.revoke(REFRESH_TOKEN));
    for _ in 0..2 {
        let error = job.try_next().await.unwrap_err();
        assert!(error.is_auth(), "{error}");
    }
    let kept = reports.unfinished().await.unwrap();
    assert_eq!((kept.len(), kept[0].id.is_some(), shop.calls("createReport")), (1, true, 1));
}

#[tokio::test(start_paused = true)]
async fn feeds_of_each_form_have_one_kind_of_processing_report() {
    let shop = Shop::of(Marketplace::JP);
    let feeds = Feeds::new(&shop.client());
    let wrong = json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": -1 }] });
    let messages =
        [ListingsMessage::delete("GOOD").unwrap(), ListingsMessage::update("BAD", "LUGGAGE", wrong).unwrap()];
    let part = ListingsFeed::new("A1").parts(messages).next().unwrap().unwrap();
    let report = feeds.submit_listings(["JP"], part).await.unwrap().result().unwrap().report().await.unwrap();
    assert_eq!((report.totals.processed, report.totals.accepted), (Some(2), Some(1)));
    assert_eq!((report.issues[0].message_id, report.issues[0].sku.as_deref()), (Some(2), Some("BAD")));
    let xml = "<AmazonEnvelope><Message><MessageID>5</MessageID></Message></AmazonEnvelope>";
    let report = feeds.submit(SHIPPED, ["JP"], xml).await.unwrap().result().unwrap().report().await.unwrap();
    assert_eq!((report.totals.invalid, report.issues[0].message_id), (Some(1), Some(5)));
    let flat = "sku\tpoints_percent\nHASHI-23\t5\nA-2\t500\n";
    let points = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";
    let report = feeds.submit(points, ["JP"], flat).await.unwrap().result().unwrap().report().await.unwrap();
    assert_eq!((report.totals.processed, report.totals.invalid), (Some(2), Some(1)));
    assert_eq!((report.issues[0].message_id, report.issues[0].sku.as_deref()), (Some(2), Some("A-2")));
}
