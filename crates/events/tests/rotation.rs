//! A client secret that changes while a client works.

use serde_json::json;
use spapi_core::auth::{CredentialFile, CredentialStore, Credentials, ExposeSecret};
use spapi_events::consume::{ChannelQueue, Consumer, Delivery, Handler, HandlerError, Router};
use spapi_events::rotation::{RotatingCredentials, SECRET_TYPES, SecretRotation};
use spapi_events::{Notification, Payload};
use std::path::Path;

const OLD: &str = "amzn1.oa2-cs.v1.old";
const NEW: &str = "amzn1.oa2-cs.v1.new";

fn message(client_id: &str, secret: &str, time: &str) -> String {
    let payload = json!({ "clientId": client_id, "newClientSecret": secret, "oldClientSecretExpiryTime": "2026-12-08T00:00:00Z" });
    json!({ "notificationType": "APPLICATION_OAUTH_CLIENT_NEW_SECRET", "payloadVersion": "2022-12-06", "eventTime": time,
        "payload": { "applicationOAuthClientNewSecret": payload } })
    .to_string()
}

async fn handle(rotation: &SecretRotation, message: &str) -> Result<(), HandlerError> {
    rotation.handle(Delivery::of(Notification::parse(message.as_bytes()).unwrap())).await
}

async fn secret(store: &impl CredentialStore) -> String {
    // What a client would send is not public; a file shows it.
    let folder = tempfile::tempdir().unwrap();
    let credentials = store.credentials().await.unwrap();
    CredentialFile::save(folder.path().join("x"), &credentials).unwrap();
    in_file(&folder.path().join("x"))
}

fn in_file(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["client_secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_new_secret_replaces_the_old_one_in_files_and_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    CredentialFile::save(path("seller"), &Credentials::new("app", OLD, "Atzr|1").with_seller_id("A1")).unwrap();
    CredentialFile::save(path("application"), &Credentials::application("app", OLD)).unwrap();
    CredentialFile::save(path("another"), &Credentials::new("another", OLD, "Atzr|2")).unwrap();
    let memory = RotatingCredentials::new(Credentials::new("app", OLD, "Atzr|1"));
    let rotation = SecretRotation::new().keeper(memory.clone());
    let rotation =
        ["seller", "application", "another"].iter().fold(rotation, |rotation, name| rotation.file(path(name)));

    let queue = ChannelQueue::new();
    queue.push(message("app", NEW, "2026-12-01T00:00:00Z"));
    let consumer = Consumer::new(queue.clone(), Router::new().on_types(SECRET_TYPES, rotation.clone())).until_empty();
    let summary = consumer.wait(std::time::Duration::ZERO).run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, summary.failed, queue.len()), (1, 0, 0));
    assert_eq!(secret(&memory).await, NEW);
    let files = ["seller", "application", "another"].map(|name| in_file(&path(name)));
    assert_eq!(files, [NEW, NEW, OLD]);
    let seller = CredentialFile::open(path("seller")).unwrap().read().unwrap();
    assert_eq!(seller.seller_id(), Some("A1"));
    assert_eq!(seller.refresh_token().unwrap().expose_secret(), "Atzr|1");

    // The same, without the object around it.
    let flat = json!({ "notificationType": "APPLICATION_OAUTH_CLIENT_NEW_SECRET", "payloadVersion": "1.0",
        "payload": { "clientId": "another", "newClientSecret": NEW } });
    handle(&rotation, &flat.to_string()).await.unwrap();
    assert_eq!(in_file(&path("another")), NEW);

    // An older change that comes late does not bring the older secret back.
    handle(&rotation, &message("app", OLD, "2026-11-01T00:00:00Z")).await.unwrap();
    assert_eq!((secret(&memory).await.as_str(), in_file(&path("seller")).as_str()), (NEW, NEW));
}

#[tokio::test]
async fn what_cannot_be_kept_is_a_failure_without_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let gone = SecretRotation::new().file(folder.path().join("gone"));
    let none = SecretRotation::new();
    let expiry = json!({ "notificationType": "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY", "payloadVersion": "2022-12-06",
        "payload": { "clientId": "app", "clientSecretExpiryTime": "2026-12-30T00:00:00Z" } });
    handle(&none, &expiry.to_string()).await.unwrap();
    for (rotation, message, why) in [
        (&gone, message("app", NEW, ""), "gone cannot be read"),
        (&none, message("app", NEW, ""), "no place here holds the secret of the application app"),
        (&none, message("app", " ", ""), "has an empty one"),
        (&none, message("app", NEW, "").replace("newClientSecret", "other"), "no client id or no secret"),
        (&none, message("app", NEW, "").replace("CLIENT_NEW_SECRET", "CLIENT_OTHER"), "not one about a client secret"),
    ] {
        let error = handle(rotation, &message).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(why) && !shown.contains(NEW), "{shown}");
    }
    let notification = Notification::parse(message("app", NEW, "").as_bytes()).unwrap();
    assert!(!matches!(notification.payload, Payload::Other(_)));
    assert!(
        !format!("{:?} {:?}", notification.payload, RotatingCredentials::new(Credentials::application("a", NEW)))
            .contains(NEW)
    );
}
