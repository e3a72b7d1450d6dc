//! Restricted data tokens: the calls that they allow, the data that they show, and which are refused.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_sandbox::Sandbox;
use std::time::Duration;

const ORDERS: &str = "/orders/v0/orders";
const TOKENS: &str = "/tokens/2021-03-01/restrictedDataToken";

async fn orders(caller: &Caller, marketplace: &str) -> Vec<Value> {
    let query = [("MarketplaceIds", marketplace), ("CreatedAfter", "2026-10-01")];
    let body = caller.at(marketplace).body(ORDERS, &query).await;
    body["payload"]["Orders"].as_array().expect("orders").clone()
}

fn is_paid(order: &Value) -> bool {
    !order["OrderStatus"].as_str().unwrap().starts_with("Pending")
}

async fn restricted(sandbox: &Sandbox, path: &str, elements: &[&str]) -> Caller {
    let caller = Caller::new(sandbox).await;
    caller.restricted(json!([{ "method": "GET", "path": path, "dataElements": elements }])).await
}

#[tokio::test]
async fn the_data_elements_decide_what_an_order_shows() {
    let sandbox = builder().start().await.unwrap();
    let plain = orders(&Caller::new(&sandbox).await, JP).await;
    let private = ["BuyerInfo", "ShippingAddress", "BuyerTaxInformation"];
    for (elements, shown) in [
        (&[][..], &[][..]),
        (&["buyerInfo"], &["BuyerInfo"]),
        (&["shippingAddress"], &["ShippingAddress"]),
        (&["buyerInfo", "shippingAddress", "buyerTaxInformation"], &private),
    ] {
        let found = orders(&restricted(&sandbox, ORDERS, elements).await, JP).await;
        assert_eq!(found.len(), plain.len());
        for (order, plain) in found.iter().zip(&plain) {
            for name in private {
                let business = order["IsBusinessOrder"] == json!(true);
                let expected = shown.contains(&name) && is_paid(order) && (name != "BuyerTaxInformation" || business);
                assert_eq!(order.get(name).is_some(), expected, "{name} of {order}");
            }
            let mut rest = order.clone();
            rest.as_object_mut().unwrap().retain(|name, _| !private.contains(&name.as_str()));
            assert_eq!(&rest, plain);
        }
    }
}

#[tokio::test]
async fn buyers_are_people_of_their_country() {
    let sandbox = builder().start().await.unwrap();
    let caller = restricted(&sandbox, ORDERS, &["buyerInfo", "shippingAddress"]).await;
    let second_sandbox = builder().start().await.unwrap();
    let again = restricted(&second_sandbox, ORDERS, &["buyerInfo", "shippingAddress"]).await;
    for (marketplace, country, letter) in [(JP, "JP", '髙'), (US, "US", '\''), (DE, "DE", 'ß')] {
        let found = orders(&caller, marketplace).await;
        let people: Vec<String> = found
            .iter()
            .filter(|order| is_paid(order))
            .map(|order| {
                let (buyer, address) = (&order["BuyerInfo"], &order["ShippingAddress"]);
                assert_eq!(address["CountryCode"], json!(country));
                assert_eq!(address["Name"], buyer["BuyerName"]);
                assert!(address["City"].is_string() && address["PostalCode"].is_string(), "{address}");
                assert!(buyer["BuyerEmail"].as_str().unwrap().ends_with(".example"), "{buyer}");
                buyer["BuyerName"].as_str().unwrap().to_owned()
            })
            .collect();
        assert!(people.iter().any(|name| name.contains(letter)), "{people:?}");
        assert_eq!(orders(&again, marketplace).await, found, "the same seed, the same people");
    }
}

#[tokio::test]
async fn operations_that_show_only_buyers_need_the_token() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let all = orders(&restricted(&sandbox, ORDERS, &["buyerInfo", "shippingAddress"]).await, US).await;
    let order = all.iter().find(|order| is_paid(order)).unwrap();
    let id = order["AmazonOrderId"].as_str().unwrap();
    for (part, name) in [
        ("address", "ShippingAddress"),
        ("buyerInfo", "BuyerEmail"),
        ("orderItems/buyerInfo", "OrderItems"),
        ("regulatedInfo", "RegulatedInformation"),
    ] {
        let path = format!("{ORDERS}/{id}/{part}");
        caller.at(US).get(&path, &[]).await.error(403, "Unauthorized");
        for form in [path.clone(), format!("{ORDERS}/{{orderId}}/{part}")] {
            let body = restricted(&sandbox, &form, &[]).await.at(US).body(&path, &[]).await;
            assert_eq!(body["payload"]["AmazonOrderId"], json!(id));
            let expected = order.get(name).or(order["BuyerInfo"].get(name));
            assert!(body["payload"].get(name).is_some() && expected.is_none_or(|e| *e == body["payload"][name]));
        }
    }
}

#[tokio::test]
async fn gifts_show_their_message() {
    let sandbox = builder().start().await.unwrap();
    let plain = Caller::new(&sandbox).await.at(DE);
    let caller = restricted(&sandbox, "/orders/v0/orders/{orderId}/orderItems", &["buyerInfo"]).await.at(DE);
    let mut gifts = 0;
    for order in orders(&plain, DE).await {
        let path = format!("{ORDERS}/{}/orderItems", order["AmazonOrderId"].as_str().unwrap());
        for item in caller.body(&path, &[]).await["payload"]["OrderItems"].as_array().unwrap() {
            let has_message = item["BuyerInfo"].get("GiftMessageText").is_some();
            assert!(!has_message || is_paid(&order));
            assert!(has_message || item["IsGift"] != json!("true"), "{item}");
            gifts += usize::from(has_message);
        }
        let items = plain.body(&path, &[]).await;
        assert!(!items.to_string().contains("BuyerInfo"), "{items}");
    }
    assert!(gifts > 0);
}

#[tokio::test]
async fn a_token_allows_only_the_calls_that_it_names() {
    let sandbox = builder().start().await.unwrap();
    let seller = Caller::new(&sandbox).await;
    let list = orders(&seller, JP).await;
    let ids: Vec<&str> = list[..2].iter().map(|order| order["AmazonOrderId"].as_str().unwrap()).collect();
    let (one, other) = (format!("{ORDERS}/{}", ids[0]), format!("{ORDERS}/{}", ids[1]));
    let caller = seller
        .restricted(json!([
            { "method": "GET", "path": one },
            { "method": "GET", "path": "/orders/v0/orders/{orderId}/address" },
        ]))
        .await;
    assert_eq!(caller.get(&one, &[]).await.status, 200);
    let encoded = format!("{ORDERS}/{}", ids[0].replace('-', "%2D"));
    assert_eq!(caller.get(&encoded, &[]).await.status, 200, "the same path, otherwise encoded");
    for id in &ids {
        assert_eq!(caller.get(&format!("{ORDERS}/{id}/address"), &[]).await.status, 200);
    }
    for path in [&other, &format!("{one}/orderItems"), ORDERS, "/sellers/v1/account"] {
        let answer = caller.get(path, &[]).await;
        answer.error(403, "Unauthorized");
        assert!(answer.body["errors"][0]["details"].as_str().unwrap().contains("does not name"), "{path}");
    }
    caller.post(TOKENS, &json!({ "restrictedResources": [] })).await.error(403, "Unauthorized");
    sandbox.clock().advance(Duration::from_secs(3600));
    let expired = caller.get(&one, &[]).await;
    expired.error(403, "Unauthorized");
    assert_eq!(expired.body["errors"][0]["details"], json!("The access token you provided has expired."));
}

#[tokio::test]
async fn a_token_for_a_wrong_resource_is_refused() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let resource = |method: &str, path: &str, elements: &[&str]| json!({ "method": method, "path": path, "dataElements": elements });
    let good = resource("GET", ORDERS, &["buyerInfo"]);
    for (resources, named) in [
        (json!([]), "1 to 50"),
        (json!(vec![good.clone(); 51]), "1 to 50"),
        (json!([good, resource("GET", "/orders/v0/orders/1/shipment", &[])]), "restrictedResources[1]"),
        (json!([resource("POST", ORDERS, &[])]), "restrictedResources[0]"),
        (json!([resource("GET", "/sellers/v1/account", &[])]), "/sellers/v1/account"),
        (json!([resource("GET", "/orders/v0/orders/{id}", &[])]), "{id}"),
        (json!([resource("GET", "/orders/v0/orders?MarketplaceIds=1", &[])]), "MarketplaceIds"),
        (json!([resource("GET", ORDERS, &["buyerinfo"])]), "buyerinfo"),
        (json!([resource("GET", "/orders/v0/orders/{orderId}/orderItems", &["shippingAddress"])]), "shippingAddress"),
        (json!([resource("GET", "/orders/v0/orders/{orderId}/address", &["shippingAddress"])]), "getOrderAddress"),
        (json!([resource("GET", "/reports/2021-06-30/documents/{reportDocumentId}", &[])]), "one document"),
        (json!([{ "path": ORDERS }]), "method"),
        (json!("all"), "sequence"),
    ] {
        let answer = caller.post(TOKENS, &json!({ "restrictedResources": resources })).await;
        let message = answer.error(400, "InvalidInput");
        assert!(message.contains(named), "{message}");
    }
    caller.post(TOKENS, &json!({})).await.error(400, "InvalidInput");
    let fifty = json!(vec![good; 50]);
    assert_eq!(caller.post(TOKENS, &json!({ "restrictedResources": fifty })).await.status, 200);
    // An operation that the sandbox lacks may be named: a client may hold tokens for more than it calls here.
    caller.restricted(json!([resource("GET", "/mfn/v0/shipments/{shipmentId}", &[])])).await;
}
