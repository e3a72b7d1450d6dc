//! The life of queries of Data Kiosk.

use crate::script::{Call, Reply, Script};
use serde_json::{Value, json};
use spapi_jobs::{DataKiosk, FolderJournal, QueryEnded};

const QUERY: &str = "query {\n  analytics_economics_2024_03_15 { economics { a } }\n}";

/// An Amazon whose queries end as `end` says, with pages of these texts.
fn amazon(
    pages: &'static [&'static str],
    end: fn(&mut Value),
    fault: impl FnMut(&str, usize) -> Option<(bool, Reply)> + Send + 'static,
) -> Script {
    let mut made: Vec<Value> = Vec::new();
    Script::with_faults(move |call, _| answer(call, pages, end, &mut made), fault)
}

fn answer(call: &Call, pages: &[&str], end: fn(&mut Value), made: &mut Vec<Value>) -> Reply {
    let (method, path) = call.name.split_once(' ').unwrap();
    match (method, path.strip_prefix("/dataKiosk/2023-11-15").unwrap_or(path)) {
        ("POST", "/queries") => {
            let body = call.json();
            let page: usize = body["paginationToken"].as_str().map_or(0, |token| token[5..].parse().unwrap());
            let id = format!("q{}", made.len() + 1);
            let mut query = json!({
                "queryId": id, "query": body["query"], "createdTime": "2026-11-29T20:00:01Z",
                "processingStatus": "DONE", "dataDocumentId": format!("page-{page}"),
            });
            if page + 1 < pages.len() {
                query["pagination"] = json!({ "nextToken": format!("page-{}", page + 1) });
            }
            end(&mut query);
            made.push(query);
            Reply::Json(202, json!({ "queryId": id }))
        }
        ("GET", "/queries") => Reply::Json(200, json!({ "queries": made })),
        ("GET", path) if path.starts_with("/queries/") => {
            let query = made.iter().find(|query| path.ends_with(query["queryId"].as_str().unwrap()));
            Reply::Json(200, query.unwrap().clone())
        }
        ("GET", path) if path.starts_with("/documents/") => {
            let id = path.rsplit('/').next().unwrap();
            Reply::Json(
                200,
                json!({ "documentId": id, "documentUrl": format!("https://documents.test/{id}?signature=1") }),
            )
        }
        ("GET", "document") if call.uri.contains("page-") => {
            let page: usize = call.uri.split("page-").nth(1).unwrap().split('?').next().unwrap().parse().unwrap();
            Reply::Text(200, pages[page].to_owned())
        }
        ("GET", "document") => Reply::Text(200, json!({ "message": "the dates are wrong" }).to_string()),
        other => panic!("{other:?}"),
    }
}

fn fine(_: &str, _: usize) -> Option<(bool, Reply)> {
    None
}

async fn rows(kiosk: &DataKiosk) -> Vec<u64> {
    let mut pages = kiosk.query(QUERY).unwrap().pages();
    let mut all = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        let mut rows = page.rows::<Value>().await.unwrap();
        while let Some(row) = rows.try_next().await.unwrap() {
            all.push(row["n"].as_u64().unwrap());
        }
    }
    all
}

const PAGES: &[&str] = &["{\"n\":1}\n{\"n\":2}\n", "\r\n{\"n\":3}\r\n", "{\"n\":4}"];

#[tokio::test(start_paused = true)]
async fn the_pages_of_a_query_follow_each_other_and_all_rows_come() {
    let script = amazon(PAGES, |_| {}, fine);
    assert_eq!(rows(&DataKiosk::new(&script.client())).await, [1, 2, 3, 4]);
    let sent: Vec<_> = script.calls("POST /dataKiosk/2023-11-15/queries").iter().map(Call::json).collect();
    let text = "query{analytics_economics_2024_03_15{economics{a}}}";
    assert_eq!(sent[0], json!({ "query": text }));
    assert_eq!(sent[2], json!({ "query": text, "paginationToken": "page-2" }));
    assert_eq!(sent.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn no_data_is_not_a_failure_and_a_failure_shows_amazons_reason() {
    let end = async |end: fn(&mut Value)| {
        let script = amazon(PAGES, end, fine);
        DataKiosk::new(&script.client()).query(QUERY).unwrap().await.unwrap()
    };
    let outcome = end(|query| query["dataDocumentId"] = Value::Null).await;
    assert!(matches!(outcome.ended, QueryEnded::NoData), "{outcome:?}");
    assert!(outcome.page().unwrap().is_none());
    let outcome = end(|query| {
        query["processingStatus"] = "FATAL".into();
        query["errorDocumentId"] = "error".into();
    })
    .await;
    let error = outcome.page().unwrap_err().to_string();
    assert!(error.contains("query q1 of analytics_economics_2024_03_15 failed: the dates are wrong"), "{error}");
    let outcome = end(|query| query["processingStatus"] = "CANCELLED".into()).await;
    assert!(matches!(outcome.ended, QueryEnded::Cancelled { by_this_program: false }), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_query_whose_answer_is_lost_is_found_and_not_run_twice() {
    // On the second page there is a query of the same text already.
    for lost in [0, 1] {
        for is_done in [true, false] {
            let script = amazon(
                PAGES,
                |_| {},
                move |name, before| {
                    (name == "POST /dataKiosk/2023-11-15/queries" && before == lost).then_some((is_done, Reply::Lost))
                },
            );
            assert_eq!(rows(&DataKiosk::new(&script.client())).await, [1, 2, 3, 4]);
            let sent = script.calls("POST /dataKiosk/2023-11-15/queries").len();
            assert_eq!(sent, if is_done { 3 } else { 4 });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_query_continues_from_the_journal_until_its_pages_are_finished() {
    let folder = tempfile::tempdir().unwrap();
    let script = amazon(PAGES, |_| {}, fine);
    let kiosk = || DataKiosk::new(&script.client()).journal(FolderJournal::open(folder.path()).unwrap());
    assert_eq!((rows(&kiosk()).await, rows(&kiosk()).await), (vec![1, 2, 3, 4], vec![1, 2, 3, 4]));
    assert_eq!(script.calls("POST /dataKiosk/2023-11-15/queries").len(), 3);
    let mut pages = kiosk().query(QUERY).unwrap().pages();
    while let Some(page) = pages.try_next().await.unwrap() {
        page.finish().await.unwrap();
    }
    assert!(kiosk().unfinished().await.unwrap().is_empty());
    rows(&kiosk()).await;
    assert_eq!(script.calls("POST /dataKiosk/2023-11-15/queries").len(), 6);
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_round_and_an_outage_between_pages_lose_nothing() {
    let script = amazon(PAGES, |query| query["pagination"] = json!({ "nextToken": "page-0" }), fine);
    let mut pages = DataKiosk::new(&script.client()).query(QUERY).unwrap().pages();
    pages.try_next().await.unwrap().unwrap();
    let error = loop {
        match pages.try_next().await {
            Ok(page) => drop(page.unwrap()),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("there already"), "{error}");
    let refused = || Reply::Json(400, json!({ "errors": [{ "code": "InvalidInput", "message": "too many" }] }));
    let script = amazon(
        PAGES,
        |_| {},
        move |name, before| (name == "POST /dataKiosk/2023-11-15/queries" && before == 1).then(|| (false, refused())),
    );
    let mut pages = DataKiosk::new(&script.client()).query(QUERY).unwrap().pages();
    pages.try_next().await.unwrap().unwrap();
    assert!(pages.try_next().await.unwrap_err().is_bad_request());
    let mut rows = pages.try_next().await.unwrap().unwrap().rows::<Value>().await.unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap()["n"], 3, "the next call continues with the page that failed");
}

#[tokio::test(start_paused = true)]
async fn a_line_that_does_not_fit_is_named_and_the_others_come() {
    let script = amazon(&["{\"n\":1}\n{\"n\":\"secret\"}\n\n{oops\n{\"n\":5}"], |_| {}, fine);
    #[derive(Debug, serde::Deserialize)]
    struct Row {
        n: u64,
    }
    let page = DataKiosk::new(&script.client()).query(QUERY).unwrap().await.unwrap().page().unwrap().unwrap();
    let mut rows = page.rows::<Row>().await.unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().n, 1);
    let error = rows.try_next().await.unwrap_err();
    assert!(error.to_string().contains("line 2 does not fit") && !format!("{error:?}").contains("secret"), "{error:?}");
    assert!(rows.try_next().await.unwrap_err().to_string().contains("line 4 is not JSON"));
    assert_eq!(rows.try_next().await.unwrap().unwrap().n, 5);
    assert!(rows.try_next().await.unwrap().is_none());
    static LONG: std::sync::LazyLock<[&'static str; 1]> =
        std::sync::LazyLock::new(|| [Box::leak(format!("{{\"n\":1}}\n\"{}", "x".repeat(17 << 20)).into_boxed_str())]);
    let script = amazon(&*LONG, |_| {}, fine);
    let page = DataKiosk::new(&script.client()).query(QUERY).unwrap().await.unwrap().page().unwrap().unwrap();
    let mut rows = page.rows::<Value>().await.unwrap();
    rows.try_next().await.unwrap().unwrap();
    assert!(rows.try_next().await.unwrap_err().to_string().contains("line 2 is longer"));
    assert!(rows.try_next().await.unwrap().is_none());
}

#[cfg(feature = "kiosk-check")]
#[tokio::test(start_paused = true)]
async fn a_query_that_does_not_fit_the_schema_is_refused_with_its_place_and_not_sent() {
    let schema =
        "type Query { analytics_economics_2024_03_15: Data } type Data { economics: [Row!] } type Row { b: Int }";
    let script = amazon(PAGES, |_| {}, fine);
    let kiosk = DataKiosk::new(&script.client()).schema(spapi_jobs::KioskSchema::parse(schema).unwrap());
    let error = kiosk.query(QUERY).unwrap_err();
    assert!(
        error.is_input() && error.to_string().contains("line 2, column 48: type `Row` does not have a field `a`"),
        "{error}"
    );
    assert!(kiosk.query(QUERY.replace("{ a }", "{ b }")).is_ok());
    assert!(kiosk.query("{ another_dataset { a } }").is_ok());
    assert!(script.calls("").is_empty());
}
