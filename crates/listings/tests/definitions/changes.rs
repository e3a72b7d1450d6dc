//! Definitions that were invalidated, and the notification that some have changed.

use crate::script::{Types, schema};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::definition::{Definitions, DefinitionsChange, Difference};

fn notification(payload: Value) -> Value {
    json!({ "NotificationType": "PRODUCT_TYPE_DEFINITIONS_CHANGE", "Payload": payload })
}

fn payload() -> Value {
    json!({ "AccountId": "amzn1.merchant.o.A1", "ProductTypeVersion": "v2", "MarketplaceId": Marketplace::JP.id(),
        "NewProductTypes": ["HAT", "SHOES"] })
}

#[test]
fn a_notification_is_read_in_each_of_its_wrappings() {
    let expected = DefinitionsChange::of(&payload()).unwrap();
    assert_eq!(expected.version.as_deref(), Some("v2"));
    assert_eq!(expected.marketplace_id.as_deref(), Some(Marketplace::JP.id()));
    assert_eq!(expected.new_product_types, ["HAT", "SHOES"]);
    let whole = notification(payload());
    let event = json!({ "source": "aws.partner/sellingpartnerapi.amazon.com", "detail": whole });
    let lower = json!({ "notificationType": "PRODUCT_TYPE_DEFINITIONS_CHANGE", "payload": {
        "productTypeVersion": "v2", "marketplaceId": Marketplace::JP.id(), "newProductTypes": ["HAT", "SHOES"] } });
    let twice = notification(json!({ "ProductTypeDefinitionsChange": payload() }));
    for given in [whole, event, lower, twice] {
        assert_eq!(DefinitionsChange::of(&given).unwrap(), expected, "{given}");
    }
}

#[test]
fn another_notification_is_refused() {
    for given in [
        json!({ "NotificationType": "ORDER_CHANGE", "Payload": payload() }),
        notification(json!({})),
        notification(Value::Null),
        Value::Null,
        json!([]),
        json!("text"),
    ] {
        assert!(DefinitionsChange::of(&given).unwrap_err().is_input(), "{given}");
    }
}

async fn get(definitions: &Definitions, product_type: &str) -> String {
    definitions.get(product_type, Marketplace::JP).await.unwrap().schema().to_owned()
}

#[tokio::test(start_paused = true)]
async fn an_invalidated_definition_is_asked_for_again_by_all_users_of_the_folder() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    let [one, other] = [script.definitions(folder.path()), script.definitions(folder.path())];
    for name in ["LUGGAGE", "SHOES"] {
        get(&one, name).await;
    }
    one.invalidate("LUGGAGE").await;
    script.counts();
    get(&other, "LUGGAGE").await;
    assert_eq!(script.counts(), (1, 0));
    get(&other, "SHOES").await;
    assert_eq!(script.counts(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_on_its_way_is_not_kept_after_an_invalidation() {
    let (types, folder) = (Types::new(), tempfile::tempdir().unwrap());
    let script = types.script();
    let definitions = script.definitions(folder.path());
    let (_, ()) = tokio::join!(get(&definitions, "LUGGAGE"), async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        definitions.invalidate("LUGGAGE").await;
    });
    script.counts();
    get(&definitions, "LUGGAGE").await;
    assert_eq!(script.counts(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_change_says_which_schemas_are_others_and_downloads_none() {
    let (types, folder) = (Types::new(), tempfile::tempdir().unwrap());
    let script = types.script();
    get(&script.definitions(folder.path()), "LUGGAGE").await;
    let definitions = script.definitions(folder.path());
    let change = DefinitionsChange::of(&payload()).unwrap();
    script.counts();

    types.set(|state| state.version = "v2".to_owned());
    let compared = definitions.changed(&change).await;
    assert_eq!(compared.len(), 1);
    assert_eq!((compared[0].product_type.as_str(), compared[0].version.as_str()), ("LUGGAGE", "v1"));
    assert!(matches!(compared[0].difference, Difference::Nothing), "{compared:?}");

    types.set(|state| (state.version, state.schema) = ("v3".to_owned(), schema("3")));
    let compared = definitions.changed(&change).await;
    assert!(matches!(&compared[0].difference, Difference::Schema { version } if version == "v3"), "{compared:?}");
    assert_eq!(script.counts(), (2, 0));
    assert_eq!(get(&definitions, "LUGGAGE").await, schema("3"));
    assert_eq!(script.counts().1, 1);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_another_marketplace_asks_nothing() {
    let script = Types::new().script();
    let definitions = Definitions::new(&script.client());
    get(&definitions, "LUGGAGE").await;
    script.counts();
    let mut payload = payload();
    payload["MarketplaceId"] = Marketplace::AU.id().into();
    assert!(definitions.changed(&DefinitionsChange::of(&payload).unwrap()).await.is_empty());
    assert_eq!(script.counts(), (0, 0));
    payload["MarketplaceId"] = Value::Null;
    assert_eq!(definitions.changed(&DefinitionsChange::of(&payload).unwrap()).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_product_type_that_is_gone_is_forgotten_and_one_that_cannot_be_asked_for_is_asked_for_later() {
    let (types, folder) = (Types::new(), tempfile::tempdir().unwrap());
    let script = types.script();
    let definitions = script.definitions(folder.path());
    let change = DefinitionsChange::of(&payload()).unwrap();
    get(&definitions, "LUGGAGE").await;
    types.set(|state| state.is_denied = true);
    let compared = definitions.changed(&change).await;
    assert!(matches!(&compared[0].difference, Difference::Unknown(error) if error.is_auth()), "{compared:?}");
    types.set(|state| state.is_denied = false);
    script.counts();
    get(&definitions, "LUGGAGE").await;
    assert_eq!(script.counts(), (1, 0));

    types.set(|state| state.is_gone = true);
    let compared = definitions.changed(&change).await;
    assert!(matches!(compared[0].difference, Difference::Gone), "{compared:?}");
    assert!(definitions.changed(&change).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_definitions_of_another_seller_are_only_marked() {
    let (types, folder) = (Types::new(), tempfile::tempdir().unwrap());
    let script = types.script();
    let other = Definitions::new(&script.client_of(Some("A2OTHER"))).folder(folder.path());
    get(&other, "LUGGAGE").await;
    script.counts();
    let compared = script.definitions(folder.path()).changed(&DefinitionsChange::of(&payload()).unwrap()).await;
    assert_eq!((compared.len(), script.counts()), (0, (0, 0)));
    let later = Definitions::new(&script.client_of(Some("A2OTHER"))).folder(folder.path());
    get(&later, "LUGGAGE").await;
    assert_eq!(script.counts(), (1, 0));
}

#[cfg(feature = "events")]
#[tokio::test(start_paused = true)]
async fn the_notification_of_a_queue_has_kept_definitions_asked_about() {
    use spapi_events::consume::{ChannelQueue, Consumer, Router};
    let (types, folder) = (Types::new(), tempfile::tempdir().unwrap());
    let script = types.script();
    let definitions = script.definitions(folder.path());
    get(&definitions, "LUGGAGE").await;
    script.counts();
    types.set(|state| (state.version, state.schema) = ("v3".to_owned(), schema("3")));
    let queue = ChannelQueue::new();
    let message =
        json!({ "NotificationType": "PRODUCT_TYPE_DEFINITIONS_CHANGE", "PayloadVersion": "1.0", "Payload": payload() });
    queue.push(message.to_string());
    let router = Router::new().on_type("PRODUCT_TYPE_DEFINITIONS_CHANGE", definitions.clone());
    let consumer = Consumer::new(queue.clone(), router).until_empty();
    let summary = consumer.run(std::future::pending()).await.unwrap();
    assert_eq!((summary.handled, queue.len(), script.counts()), (1, 0, (1, 0)));
    assert_eq!(get(&definitions, "LUGGAGE").await, schema("3"));
    assert_eq!(script.counts().1, 1);
}
