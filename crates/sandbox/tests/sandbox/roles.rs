//! The buyers' data that the application's restricted roles show.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_sandbox::{RestrictedRole, Sandbox};

const ORDERS: &str = "/orders/2026-01-01/orders";
const V0: &str = "/orders/v0/orders";
const SHIPPING: RestrictedRole = RestrictedRole::DirectToConsumerShipping;
const INVOICING: RestrictedRole = RestrictedRole::TaxInvoicing;
const REMITTANCE: RestrictedRole = RestrictedRole::TaxRemittance;

async fn sandbox(roles: &[RestrictedRole]) -> Sandbox {
    builder().restricted_roles(roles.iter().copied()).start().await.unwrap()
}

async fn orders(caller: &Caller, marketplace: &str) -> Vec<Value> {
    let data = "BUYER,RECIPIENT,FULFILLMENT";
    let query = [("marketplaceIds", marketplace), ("createdAfter", "2026-10-01"), ("includedData", data)];
    caller.at(marketplace).body(ORDERS, &query).await["orders"].as_array().expect("orders").clone()
}

fn is(order: &Value, status: &str) -> bool {
    order["fulfillment"]["fulfillmentStatus"] == json!(status)
}

/// Whether the order is paid, and whether it is in a state that shows people: unshipped, partially shipped or shipped.
fn is_paid_and_shows_people(order: &Value) -> (bool, bool) {
    let paid = !is(order, "PENDING") && !is(order, "PENDING_AVAILABILITY");
    (paid, is(order, "UNSHIPPED") || is(order, "PARTIALLY_SHIPPED") || is(order, "SHIPPED"))
}

fn gift_messages(order: &Value) -> Vec<bool> {
    let gifts = order["orderItems"].as_array().unwrap().iter().filter_map(|item| {
        let gift = item["fulfillment"]["packing"].get("giftOption")?;
        assert_eq!(gift["giftWrapLevel"], json!("Standard"));
        Some(gift.get("giftMessage").is_some())
    });
    gifts.collect()
}

#[tokio::test]
async fn each_role_shows_its_part_of_each_order() {
    let mut gifts = (0, 0);
    for roles in [&[][..], &[SHIPPING], &[INVOICING], &[REMITTANCE], &RestrictedRole::ALL] {
        let sandbox = sandbox(roles).await;
        let caller = Caller::new(&sandbox).await;
        for marketplace in [JP, US, DE] {
            let mut complete = 0;
            for order in orders(&caller, marketplace).await {
                let (paid, shows_people) = is_paid_and_shows_people(&order);
                let by_merchant = order["fulfillment"]["fulfilledBy"] == json!("MERCHANT");
                let ships = shows_people && by_merchant && roles.contains(&SHIPPING);
                let taxes = shows_people && marketplace == DE && roles.iter().any(|role| *role != SHIPPING);
                let (buyer, address) = (&order["buyer"], &order["recipient"]["deliveryAddress"]);
                assert_eq!(buyer["buyerName"].is_string(), ships || taxes, "{roles:?} {order}");
                assert_eq!(buyer["buyerEmail"].is_string(), ships, "{roles:?} {order}");
                for name in ["name", "addressLine1", "postalCode"] {
                    assert_eq!(address[name].is_string(), ships, "{roles:?} {name} of {order}");
                }
                // Data that identify no person do not depend on the roles.
                for name in ["city", "countryCode", "addressType"] {
                    assert_eq!(address[name].is_string(), paid, "{roles:?} {name} of {order}");
                }
                assert!(buyer.is_null() || buyer != &json!({}), "missing data is never an empty object");
                let arrived = is(&order, "SHIPPED")
                    && order["fulfillment"]["deliverByWindow"]["latestDateTime"].as_str()
                        < Some("2026-11-22T09:00:00Z");
                assert_eq!(address["phone"].is_string(), ships && !arrived, "{roles:?} {order}");
                let messages = gift_messages(&order);
                assert!(messages.iter().all(|shown| *shown == ships), "{roles:?} {order}");
                gifts.0 += messages.iter().filter(|shown| **shown).count();
                gifts.1 += messages.iter().filter(|shown| !**shown).count();
                complete += usize::from(ships);
            }
            assert_eq!(complete > 0, roles.contains(&SHIPPING), "{roles:?} {marketplace}");
        }
    }
    assert!(gifts.0 > 0 && gifts.1 > 0, "{gifts:?}");
}

#[tokio::test]
async fn both_versions_show_the_same_people() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let elements = json!(["buyerInfo", "shippingAddress"]);
    let restricted = caller.restricted(json!([{ "method": "GET", "path": V0, "dataElements": elements }])).await;
    let query = [("MarketplaceIds", US), ("CreatedAfter", "2026-10-01")];
    let old = restricted.at(US).body(V0, &query).await["payload"]["Orders"].clone();
    let mut seen = 0;
    for (new, old) in orders(&caller, US).await.iter().zip(old.as_array().unwrap()) {
        assert_eq!(new["orderId"], old["AmazonOrderId"]);
        let (address, known) = (&new["recipient"]["deliveryAddress"], &old["ShippingAddress"]);
        for (name, old_name) in [
            ("name", "Name"),
            ("addressLine1", "AddressLine1"),
            ("addressLine2", "AddressLine2"),
            ("city", "City"),
            ("stateOrRegion", "StateOrRegion"),
            ("postalCode", "PostalCode"),
            ("companyName", "CompanyName"),
        ] {
            assert!(address[name].is_null() || address[name] == known[old_name], "{name}: {address} {known}");
        }
        if new["buyer"]["buyerName"].is_string() {
            assert_eq!(new["buyer"]["buyerName"], old["BuyerInfo"]["BuyerName"]);
            assert_eq!(new["buyer"]["buyerEmail"], old["BuyerInfo"]["BuyerEmail"]);
            assert_eq!(new["buyer"].get("buyerCompanyName"), known.get("CompanyName"));
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn no_token_names_what_no_role_allows() {
    let refused = "Application does not have access to one or more requested data elements: ";
    let all = ["buyerInfo", "shippingAddress", "buyerTaxInformation"];
    for (roles, elements, without) in [
        (&[][..], &all[..], Some("[buyerInfo, shippingAddress, buyerTaxInformation]")),
        (&[], &[], None),
        (&[SHIPPING], &all, Some("[buyerInfo, buyerTaxInformation]")),
        (&[SHIPPING], &["shippingAddress"], None),
        (&[INVOICING], &all, Some("[shippingAddress]")),
        (&[REMITTANCE], &["buyerInfo"], None),
        (&RestrictedRole::ALL, &all, None),
    ] {
        let sandbox = sandbox(roles).await;
        let resource = json!({ "method": "GET", "path": V0, "dataElements": elements });
        let body = json!({ "restrictedResources": [resource] });
        let answer = Caller::new(&sandbox).await.post("/tokens/2021-03-01/restrictedDataToken", &body).await;
        match without {
            Some(names) => assert_eq!(answer.error(400, "InvalidInput"), refused.to_owned() + names),
            None => assert_eq!(answer.status, 200, "{roles:?} {elements:?}: {:?}", answer.body),
        }
    }
}

#[tokio::test]
async fn no_token_names_a_path_whose_data_no_role_allows() {
    let refused = "Application does not have access to one or more requested data elements: ";
    for (roles, rest, without) in [
        (&[][..], "address", Some("[shippingAddress]")),
        (&[INVOICING], "address", Some("[shippingAddress]")),
        (&[SHIPPING], "address", None),
        (&[SHIPPING], "buyerInfo", Some("[buyerInfo]")),
        (&[REMITTANCE], "buyerInfo", None),
        (&[SHIPPING], "orderItems/buyerInfo", Some("[buyerInfo]")),
        (&[INVOICING], "orderItems/buyerInfo", None),
    ] {
        let sandbox = sandbox(roles).await;
        let resource = json!({ "method": "GET", "path": format!("{V0}/{{orderId}}/{rest}") });
        let body = json!({ "restrictedResources": [resource] });
        let answer = Caller::new(&sandbox).await.post("/tokens/2021-03-01/restrictedDataToken", &body).await;
        match without {
            Some(names) => assert_eq!(answer.error(400, "InvalidInput"), refused.to_owned() + names, "{rest}"),
            None => assert_eq!(answer.status, 200, "{roles:?} {rest}: {:?}", answer.body),
        }
    }
}
