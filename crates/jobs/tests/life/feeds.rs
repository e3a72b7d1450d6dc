//! The life of feeds.

use crate::script::{Call, Reply, Script, expired};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_document_types::FeedType;
use spapi_jobs::{FeedBody, FeedEnded, Feeds, FolderJournal, Origin, State};
use std::io::Write;

const SHIPPED: &str = "POST_ORDER_FULFILLMENT_DATA";
const REPORT: &str = "<AmazonEnvelope><Message><ProcessingReport><ProcessingSummary><MessagesProcessed>1</MessagesProcessed>\
    </ProcessingSummary><Result><MessageID>1</MessageID><ResultCode>Error</ResultCode><ResultMessageCode>18028\
    </ResultMessageCode><ResultDescription>late, mary@example.com</ResultDescription></Result></ProcessingReport></Message></AmazonEnvelope>";

/// An Amazon that has made the feeds `1`, `2` ... of these statuses. `fault` answers in place of it, after the call has had
/// its effect if the flag says so.
fn amazon(
    status: &'static str,
    result: bool,
    fault: impl FnMut(&str, usize) -> Option<(bool, Reply)> + Send + 'static,
) -> Script {
    let mut made: Vec<Value> = Vec::new();
    Script::with_faults(move |call, before| answer(call, before, status, result, &mut made), fault)
}

fn answer(call: &Call, before: usize, status: &str, result: bool, made: &mut Vec<Value>) -> Reply {
    let feeds = "/feeds/2021-06-30";
    let (method, path) = call.name.split_once(' ').unwrap();
    match (method, path.strip_prefix(feeds).unwrap_or(path)) {
        ("POST", "/documents") => {
            let url = format!("https://documents.test/in?signature={before}");
            Reply::Json(201, json!({ "feedDocumentId": format!("in-{before}"), "url": url }))
        }
        ("PUT", "document") => Reply::Text(200, String::new()),
        ("POST", "/feeds") => {
            let id = (made.len() + 1).to_string();
            made.push(json!({
                "feedId": id, "feedType": call.json()["feedType"], "createdTime": "2026-11-29T20:00:01Z",
                "marketplaceIds": call.json()["marketplaceIds"], "processingStatus": "IN_QUEUE",
            }));
            Reply::Json(202, json!({ "feedId": id }))
        }
        ("GET", "/feeds") => Reply::Json(200, json!({ "feeds": made })),
        ("GET", path) if path.starts_with("/feeds/") => {
            let Some(feed) = made.iter_mut().find(|feed| path.ends_with(feed["feedId"].as_str().unwrap())) else {
                return Reply::Json(404, json!({ "errors": [{ "code": "NotFound", "message": "no feed" }] }));
            };
            if before > 0 {
                feed["processingStatus"] = status.into();
                if result {
                    feed["resultFeedDocumentId"] = "out".into();
                }
            }
            Reply::Json(200, feed.clone())
        }
        ("GET", "/documents/out") => {
            Reply::Json(200, json!({ "feedDocumentId": "out", "url": "https://documents.test/out?signature=1" }))
        }
        ("GET", "document") => Reply::Text(200, REPORT.to_owned()),
        other => panic!("{other:?}"),
    }
}

fn fine(_: &str, _: usize) -> Option<(bool, Reply)> {
    None
}

#[tokio::test(start_paused = true)]
async fn a_feed_is_uploaded_with_its_content_type_and_its_report_is_read() {
    let script = amazon("DONE", true, fine);
    let feeds = Feeds::new(&script.client());
    let mut job = feeds.submit(SHIPPED, [Marketplace::JP], "<a/>").job().unwrap();
    let mut states = Vec::new();
    while let Some(state) = job.try_next().await.unwrap() {
        states.push(state);
    }
    assert!(matches!(&states[1], State::Asked { id, origin: Origin::Requested } if id == "1"), "{states:?}");
    let outcome = job.await.unwrap();
    assert_eq!((outcome.feed_id.as_str(), outcome.type_name.as_str()), ("1", SHIPPED));
    let report = outcome.result().unwrap().report().await.unwrap();
    assert_eq!((report.totals.processed, report.issues[0].code.as_deref()), (Some(1), Some("18028")));
    let put = &script.calls("PUT document")[0];
    assert_eq!(
        (put.headers["content-type"].to_str().unwrap(), &put.body[..]),
        ("text/xml; charset=UTF-8", &b"<a/>"[..])
    );
    assert!(!put.headers.contains_key("x-amz-access-token"));
    assert_eq!(
        script.calls("POST /feeds/2021-06-30/documents")[0].json(),
        json!({ "contentType": "text/xml; charset=UTF-8" })
    );
    let expected =
        json!({ "feedType": SHIPPED, "inputFeedDocumentId": "in-0", "marketplaceIds": [Marketplace::JP.id()] });
    assert_eq!(script.calls("POST /feeds/2021-06-30/feeds")[0].json(), expected);
}

#[tokio::test(start_paused = true)]
async fn each_end_of_a_feed_has_an_outcome_of_its_own() {
    let end = async |status, result, fault: fn(&str, usize) -> Option<(bool, Reply)>| {
        let script = amazon(status, result, fault);
        Feeds::new(&script.client()).submit(SHIPPED, ["JP"], "<a/>").await.unwrap()
    };
    let outcome = end("DONE", false, fine).await;
    assert!(matches!(outcome.ended, FeedEnded::WithoutReport), "{outcome:?}");
    let outcome = end("CANCELLED", false, fine).await;
    assert!(matches!(outcome.ended, FeedEnded::Cancelled { by_this_program: false }), "{outcome:?}");
    let outcome = end("FATAL", true, fine).await;
    assert!(matches!(&outcome.ended, FeedEnded::Failed { result: Some(_), .. }), "{outcome:?}");
    let error = outcome.result().unwrap_err().to_string();
    assert!(error.contains("feed 1 (POST_ORDER_FULFILLMENT_DATA) failed: late, …"), "{error}");
    let outcome = end("FATAL", true, |name, _| {
        (name == "GET document").then(|| (false, Reply::Text(200, "no report at all".to_owned())))
    })
    .await;
    assert!(outcome.result().unwrap_err().to_string().contains("failed: no report at all"));
    let outcome = end("FATAL", false, fine).await;
    assert!(outcome.result().unwrap_err().to_string().contains("gives no reason"));
    let outcome = end("DONE", false, |name, before| {
        let gone = || Reply::Json(404, json!({ "errors": [{ "code": "NotFound", "message": "gone" }] }));
        (name.ends_with("/feeds/1") && before < 2000).then(|| (false, gone()))
    })
    .await;
    assert!(matches!(outcome.ended, FeedEnded::Expired), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_feed_whose_answer_is_lost_is_found_and_not_submitted_twice() {
    for is_done in [true, false] {
        let script = amazon("DONE", true, move |name, before| {
            (name == "POST /feeds/2021-06-30/feeds" && before == 0).then_some((is_done, Reply::Lost))
        });
        let outcome = Feeds::new(&script.client()).submit(SHIPPED, ["JP"], "<a/>").await.unwrap();
        assert_eq!(outcome.feed_id, "1");
        let submitted = script.calls("POST /feeds/2021-06-30/feeds").len();
        assert_eq!(submitted, if is_done { 1 } else { 2 }, "done: {is_done}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_url_or_a_refused_type_is_tried_again() {
    let script = amazon("DONE", true, |name, before| match name {
        "PUT document" if before == 0 => Some((false, expired())),
        "POST /feeds/2021-06-30/feeds" if before == 0 => {
            Some((false, Reply::Json(429, json!({ "errors": [{ "code": "QuotaExceeded", "message": "slow" }] }))))
        }
        _ => None,
    });
    Feeds::new(&script.client()).submit(SHIPPED, ["JP"], "<a/>").await.unwrap().result().unwrap();
    let documents: Vec<_> = script
        .calls("POST /feeds/2021-06-30/feeds")
        .iter()
        .map(|call| call.json()["inputFeedDocumentId"].clone())
        .collect();
    assert_eq!(documents, ["in-1", "in-2"], "the second document of the first try, and one of the second");
}

#[tokio::test(start_paused = true)]
async fn a_failed_upload_is_an_error_and_nothing_is_submitted() {
    let script = amazon("DONE", true, |name, _| (name == "PUT document").then_some((false, Reply::Lost)));
    let error = Feeds::new(&script.client()).submit(SHIPPED, ["JP"], "<a/>").await.unwrap_err();
    assert!(!error.outcome_unknown(), "{error}");
    let script2 = amazon("DONE", true, |name, _| {
        (name == "POST /feeds/2021-06-30/documents").then(|| (false, Reply::Text(201, "no JSON".into())))
    });
    let error = Feeds::new(&script2.client()).submit(SHIPPED, ["JP"], "<a/>").await.unwrap_err();
    assert!(
        error.to_string().contains("document of the feed could not be made") && !error.outcome_unknown(),
        "{error}"
    );
    for script in [script, script2] {
        assert_eq!(script.calls("POST /feeds/2021-06-30/feeds").len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_equal_feed_continues_from_the_journal_until_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let script = amazon("DONE", true, fine);
    let run = async |body: &'static str| {
        let feeds = Feeds::new(&script.client()).journal(FolderJournal::open(folder.path()).unwrap());
        feeds.submit(SHIPPED, ["JP"], body).await.unwrap()
    };
    assert_eq!((run("<a/>").await.feed_id, run("<a/>").await.feed_id), ("1".to_owned(), "1".to_owned()));
    assert_eq!(run("<b/>").await.feed_id, "2", "another body is another feed");
    run("<a/>").await.result().unwrap().finish().await.unwrap();
    assert_eq!(run("<a/>").await.feed_id, "3");
    let feeds = Feeds::new(&script.client()).journal(FolderJournal::open(folder.path()).unwrap());
    assert_eq!(feeds.unfinished().await.unwrap().len(), 2);
    run("<b/>").await.finish().await.unwrap();
    assert_eq!(feeds.unfinished().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_sent_whole_and_one_that_changed_is_refused() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let text = "<a/>".repeat(100_000);
    file.write_all(text.as_bytes()).unwrap();
    let script =
        amazon("DONE", true, |name, before| (name == "PUT document" && before == 0).then_some((false, Reply::Lost)));
    let feeds = Feeds::new(&script.client());
    let body = FeedBody::file(file.path()).await.unwrap();
    assert_eq!((body.size(), body.exceeds_advice()), (400_000, false));
    feeds.submit(SHIPPED, ["JP"], body.clone()).await.unwrap().result().unwrap();
    let sent = script.calls("PUT document");
    assert!(sent.len() == 2 && sent[1].body == text, "sent {} times", sent.len());
    file.write_all(b"more").unwrap();
    let error = feeds.submit(SHIPPED, ["JP"], body).await.unwrap_err();
    assert!(error.to_string().contains("more than the length"), "{error}");
    assert_eq!(script.calls("POST /feeds/2021-06-30/feeds").len(), 1);
    // Other bytes of the same length.
    let body = FeedBody::file(file.path()).await.unwrap();
    std::fs::write(file.path(), "x".repeat(body.size() as usize)).unwrap();
    let error = feeds.submit(SHIPPED, ["JP"], body).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("changed after it was read"), "{error}");
    assert_eq!(script.calls("POST /feeds/2021-06-30/feeds").len(), 1);
    let error = FeedBody::file("/no/such/feed.xml").await.unwrap_err();
    assert!(error.to_string().contains("/no/such/feed.xml"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_amazon_would_refuse_is_refused_before_anything_is_sent() {
    let script = amazon("DONE", true, fine);
    let feeds = Feeds::new(&script.client());
    let many = (0..26).map(|number| format!("M{number}")).collect::<Vec<_>>();
    for (request, part) in [
        (feeds.submit(" ", ["JP"], "x"), "type is empty"),
        (feeds.submit(SHIPPED, [""; 0], "x"), "0 are given"),
        (feeds.submit(SHIPPED, many, "x"), "26 are given"),
        (feeds.submit(SHIPPED, ["JP"], ""), "is empty"),
        (feeds.submit("POST_PRODUCT_DATA", ["JP"], "x"), "no longer takes POST_PRODUCT_DATA"),
        (feeds.submit("POST_ORDER_FULFILMENT_DATA", ["JP"], "x"), "Known are POST_ORDER_FULFILLMENT_DATA"),
        (feeds.submit("POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA", ["DE"], "x"), "does not exist for DE"),
        (feeds.submit(SHIPPED, ["JP"], "x").option("nonsense", "1"), "no option"),
        (feeds.submit(SHIPPED, ["Japan"], "x"), "the marketplace \"Japan\" is not known"),
        (feeds.submit("UPLOAD_VAT_INVOICE", ["JP"], "x"), "does not exist for JP"),
        (feeds.submit("HOLOGRAMS", ["JP"], "x"), "content type of the feed type HOLOGRAMS is not known"),
    ] {
        let error = request.job().unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
    assert!(script.calls("").is_empty());
    feeds.submit("NEW_TYPE", ["JP"], "x").content_type("text/plain").await.unwrap();
    assert_eq!(script.calls("PUT document")[0].headers["content-type"], "text/plain");
}

#[tokio::test(start_paused = true)]
async fn each_type_goes_up_with_its_own_content_type_and_a_large_body_is_named() {
    let script = amazon("DONE", true, fine);
    let feeds = Feeds::new(&script.client());
    let mut expected = Vec::new();
    for kind in FeedType::all().iter().filter(|kind| !kind.content_type.is_empty()) {
        // The types that Amazon has retired are sent too.
        feeds.submit(kind.name, ["JP"], "x").unchecked().await.unwrap();
        expected.push(kind.content_type);
    }
    let announced: Vec<_> = script
        .calls("POST /feeds/2021-06-30/documents")
        .iter()
        .map(|call| call.json()["contentType"].clone())
        .collect();
    let sent: Vec<_> = script.calls("PUT document").iter().map(|call| call.headers["content-type"].clone()).collect();
    assert!(expected.len() >= 30 && announced == expected && sent == expected, "{announced:?} {sent:?}");
    let advised = usize::try_from(FeedType::ADVISED_BYTES).unwrap();
    for (size, is_large) in [(advised, false), (advised + 1, true)] {
        let body = FeedBody::from(vec![b'x'; size]);
        let is_named = body.exceeds_advice();
        assert_eq!((feeds.submit(SHIPPED, ["JP"], body).size(), is_named), (size as u64, is_large));
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_amazon_has_is_awaited_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let script = amazon("DONE", true, fine);
    let feeds = Feeds::new(&script.client()).journal(FolderJournal::open(folder.path()).unwrap());
    feeds.submit(SHIPPED, ["JP"], "<a/>").await.unwrap();
    Feeds::new(&script.client()).submit(SHIPPED, ["JP"], "<b/>").await.unwrap();
    for (id, left) in [("2", 1), ("1", 0)] {
        let mut job = feeds.find(id).await.unwrap();
        assert_eq!(job.type_name(), SHIPPED);
        let state = job.try_next().await.unwrap();
        assert!(matches!(state, Some(State::Asked { origin: Origin::Found, .. })), "{state:?}");
        let outcome = job.await.unwrap();
        assert_eq!((outcome.feed_id.as_str(), outcome.marketplace_ids[0].as_str()), (id, Marketplace::JP.id()));
        assert_eq!(feeds.unfinished().await.unwrap().len(), 1, "the other program's feed is not noted");
        outcome.result().unwrap().finish().await.unwrap();
        assert_eq!(feeds.unfinished().await.unwrap().len(), left);
    }
    assert!(feeds.find("9").await.unwrap_err().is_not_found());
    assert_eq!(script.calls("POST /feeds/2021-06-30/feeds").len(), 2);
}
