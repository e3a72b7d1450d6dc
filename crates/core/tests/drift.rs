//! What the types did not keep is reported when asked for.
#![cfg(feature = "drift")]

mod support;

use spapi_core::drift::DriftReport;
use spapi_core::{Decimal, Request, decode};
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
        .report_drift({
            let reports = Arc::clone(&reports);
            move |report: &DriftReport| {
                let drifts: Vec<_> = report.drifts.iter().map(ToString::to_string).collect();
                reports.lock().unwrap().push(format!("{}: {}", report.operation, drifts.join(", ")));
            }
        })
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
