//! Notifications reach a folder and a function, in order or not, once or twice.

use crate::support::{Caller, JP, US, builder, destination, subscribe};
use serde_json::{Value, json};
use spapi_sandbox::{Builder, Fault, FaultKind};
use spapi_types::Marketplace;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The notifications of a folder in the order of their files.
fn files(folder: &Path) -> Vec<Value> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let read = |path: &std::path::PathBuf| {
        assert_eq!(path.extension().unwrap(), "json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    names.iter().map(read).collect()
}

fn id(notification: &Value) -> String {
    notification["NotificationMetadata"]["NotificationId"].as_str().unwrap().to_owned()
}

/// The ids in the order of delivery, of a sandbox with these faults.
async fn delivered(builder: Builder, faults: &[Fault]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = builder.notifications_to(folder.path()).start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &seller, JP, &[("ORDER_CHANGE", "1.0")], Value::Null).await;
    for fault in faults {
        sandbox.fault(fault.clone()).unwrap();
    }
    sandbox.place_orders(Marketplace::JP, 100).unwrap();
    // This sends those that were held for a later one.
    let shown: Vec<String> = sandbox.notifications().iter().map(|sent| id(&sent["notification"])).collect();
    let files: Vec<String> = files(folder.path()).iter().map(id).collect();
    assert_eq!(files, shown);
    files
}

#[tokio::test]
async fn a_folder_gets_each_notification_and_faults_double_and_reorder_them() {
    let plain = delivered(builder(), &[]).await;
    assert_eq!(plain.len(), 100);
    let faults = || {
        let fault = |kind, share| Fault::new("notifications", kind).share(share);
        [fault(FaultKind::Doubled, 0.3), fault(FaultKind::Reordered, 0.5)]
    };
    let odd = delivered(builder(), &faults()).await;
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    odd.iter().for_each(|id| *counts.entry(id).or_default() += 1);
    assert_eq!(counts.len(), 100, "none is lost");
    let doubled = counts.values().filter(|count| **count == 2).count();
    assert!((15..45).contains(&doubled) && odd.len() == 100 + doubled, "{doubled}");
    let mut first = odd.clone();
    first.dedup();
    assert_ne!(first, plain, "the order is another one");
    assert_eq!(odd, delivered(builder(), &faults()).await, "the seed decides");
    assert_ne!(odd, delivered(builder().seed(2), &faults()).await);
}

#[tokio::test]
async fn one_that_waits_for_a_later_one_goes_out_after_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = builder().notifications_to(folder.path()).start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    subscribe(&sandbox, &seller, JP, &[("ORDER_CHANGE", "1.0")], Value::Null).await;
    sandbox.fault(Fault::new("notifications", FaultKind::Reordered)).unwrap();
    sandbox.place_orders(Marketplace::JP, 1).unwrap();
    assert!(files(folder.path()).is_empty());
    sandbox.clock().advance(Duration::from_secs(60));
    seller.get("/sellers/v1/account", &[]).await;
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn a_function_gets_the_message_of_a_queue_and_the_event_of_a_bus() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&sent);
    let sandbox = builder()
        .on_notification(move |one| listener.lock().unwrap().push((one.resource.clone(), one.body.clone())))
        .start()
        .await
        .unwrap();
    let application = Caller::of_scope(&sandbox, "sellingpartnerapi::notifications").await;
    let test = json!({ "payloadVersion": "1.0", "testScenario": "Any" });
    for (kind, is_bus) in [("ORDER_CHANGE", false), ("LISTINGS_ITEM_STATUS_CHANGE", true)] {
        let id = destination(&application, is_bus).await;
        let path = format!("/notifications/v1/subscriptions/{kind}/testNotification");
        let answer = application.post(&path, &json!({ "destinationId": id, "testNotification": test })).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
    let sent = sent.lock().unwrap();
    let bodies: Vec<Value> = sent.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(sent[0].0["sqs"]["arn"], json!("arn:aws:sqs:us-east-1:000000000000:shop"));
    assert_eq!(bodies[0]["NotificationType"], json!("ORDER_CHANGE"));
    assert_eq!(bodies[1]["detail-type"], json!("LISTINGS_ITEM_STATUS_CHANGE"));
    assert_eq!(bodies[1]["detail"]["NotificationType"], json!("LISTINGS_ITEM_STATUS_CHANGE"));
    assert_eq!(bodies[1]["source"], sent[1].0["eventBridge"]["name"]);
}

#[tokio::test]
async fn a_second_run_continues_the_numbers_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    for run in 1..=2 {
        let sandbox = builder().notifications_to(folder.path()).start().await.unwrap();
        let seller = Caller::new(&sandbox).await;
        subscribe(&sandbox, &seller, US, &[("ORDER_CHANGE", "1.0")], Value::Null).await;
        sandbox.place_orders(Marketplace::US, 3).unwrap();
        assert_eq!(files(folder.path()).len(), 3 * run);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let refused = builder().notifications_to(file.path()).start().await.unwrap_err();
    assert!(refused.to_string().contains(file.path().to_str().unwrap()), "{refused}");
}

#[tokio::test]
async fn only_notifications_are_doubled() {
    let sandbox = builder().start().await.unwrap();
    for fault in [Fault::new("operations", FaultKind::Doubled), Fault::new("notifications", FaultKind::Reset)] {
        assert!(sandbox.fault(fault).unwrap_err().to_string().contains("doubled and reordered"));
    }
}
