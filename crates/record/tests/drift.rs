//! A client with a drift reporter reports the values that the types did not keep.

#[path = "../../core/tests/support/mod.rs"]
mod support;

use spapi_core::{Decimal, Request, decode};
use spapi_record::drift::{DriftReport, DriftReporter};
use std::sync::{Arc, Mutex};
use support::{GET, Server, json};

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Order {
    #[serde(deserialize_with = "spapi_core::absent::or_default")]
    id: String,
    #[serde(with = "spapi_core::decimal::number_option", skip_serializing_if = "Option::is_none")]
    total: Option<Decimal>,
}

#[tokio::test]
async fn a_client_reports_what_each_answer_lost() {
    let server = Server::replying([
        json(200, r#"{"id":"1","total":17.31}"#),
        json(200, r#"{"gift":"for Mary","total":"n/a"}"#),
        json(204, ""),
        json(200, r#"{"id":null}"#),
    ])
    .await;
    let reports = Arc::new(Mutex::new(Vec::new()));
    let client = server
        .builder()
        .observer(DriftReporter::new({
            let reports = Arc::clone(&reports);
            move |report: &DriftReport| {
                let drifts: Vec<_> = report.drifts.iter().map(ToString::to_string).collect();
                reports.lock().unwrap().push(format!("{}: {}", report.operation, drifts.join(", ")));
            }
        }))
        .build()
        .unwrap();
    for _ in 0..3 {
        Request::<Option<Order>>::new(&client, &GET, decode::json_or_empty).send().await.unwrap();
    }
    Request::<Order>::new(&client, &GET, decode::json).send().await.unwrap();
    assert_eq!(
        *reports.lock().unwrap(),
        ["test@v1 getThings: Unknown gift, Lost total, Defaulted id", "test@v1 getThings: Defaulted id"]
    );
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Nested {
    #[serde(deserialize_with = "spapi_core::absent::or_default")]
    id: String,
    #[serde(with = "spapi_core::decimal::number_option", skip_serializing_if = "Option::is_none")]
    total: Option<Decimal>,
    #[serde(deserialize_with = "spapi_core::absent::list", skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Nested>,
}

#[tokio::test]
async fn unknown_and_lost_members_are_distinguished_at_any_depth_and_exact_digits_are_no_drift() {
    let server = Server::replying([
        json(200, r#"{"lines":[{"gift":{"note":"for Mary"},"id":"a","total":17.31},{"id":null,"total":"2.50"}],"total":"1,234"}"#),
        json(200, r#"{"id":"x","total":123456789012345.67,"lines":null}"#),
        json(200, "7"),
        json(200, "{} {}"),
    ])
    .await;
    let reports = Arc::new(Mutex::new(Vec::new()));
    let reporter = DriftReporter::new({
        let reports = Arc::clone(&reports);
        move |report: &DriftReport| reports.lock().unwrap().push(report.clone())
    });
    let client = server.builder().observer(reporter).build().unwrap();
    let read = || Request::<Nested>::new(&client, &GET, decode::json).send();
    assert_eq!(read().await.unwrap().lines[0].total.unwrap().to_string(), "17.31");
    assert_eq!(read().await.unwrap().total.unwrap().to_string(), "123456789012345.67");
    assert!(read().await.is_err() && read().await.is_err());
    let reports = reports.lock().unwrap();
    assert_eq!((reports.len(), &*reports[0].operation.id), (1, "getThings"));
    let drifts: Vec<_> = reports[0].drifts.iter().map(ToString::to_string).collect();
    assert_eq!(
        drifts,
        ["Unknown lines[0].gift", "Defaulted lines[1].id", "Changed lines[1].total", "Lost total", "Defaulted id"]
    );
    assert!(!format!("{reports:?}").contains("Mary"));
}
