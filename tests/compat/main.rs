//! Section crates that were generated for an earlier core compile against this core and make their calls. `README.md`
//! says when these snapshots and `picked` may be replaced.

#![allow(dead_code, reason = "operations that no test calls must compile too")]
#![allow(clippy::too_many_arguments, clippy::large_enum_variant, clippy::enum_variant_names)]
#![allow(clippy::module_name_repetitions, clippy::new_without_default, clippy::should_implement_trait)]

mod names;
mod picked;
#[rustfmt::skip]
#[path = "sections/sales/mod.rs"]
mod sales;
#[rustfmt::skip]
#[path = "sections/shipment_invoicing/mod.rs"]
mod shipment_invoicing;
#[rustfmt::skip]
#[path = "sections/tokens/mod.rs"]
mod tokens;
#[rustfmt::skip]
#[path = "sections/vehicles/mod.rs"]
mod vehicles;

use serde_json::json;
use spapi_core::Marketplace;
use spapi_tests::{Answer, Server};

#[tokio::test]
async fn a_plain_call() {
    let server = Server::always(Answer::json(200, json!({"payload": [{"interval": "i", "orderCount": 3}]}))).await;
    let call = sales::v1::Sales::new(&server.client()).get_order_metrics().marketplace_ids([Marketplace::JP]);
    let answer =
        call.interval("i").granularity(sales::v1::types::GetOrderMetricsGranularity::Day).send().await.unwrap();
    assert_eq!(answer.payload[0].order_count, Some(3));
    assert_eq!(server.call().query(), ["granularity=Day", "interval=i", "marketplaceIds=A1VC38T7YXB528"]);
}

#[tokio::test]
async fn a_call_with_a_body() {
    use tokens::v2021_03_01::{Tokens, types};
    let server = Server::always(Answer::json(200, json!({"restrictedDataToken": "r", "expiresIn": 60}))).await;
    let resource = types::RestrictedResource::new(types::RestrictedResourceMethod::Get, "/orders/v0/orders");
    let body = types::CreateRestrictedDataTokenRequest::new([resource]);
    let answer = Tokens::new(&server.client()).create_restricted_data_token(body).send().await.unwrap();
    assert_eq!(answer.expires_in, Some(60));
    assert_eq!(server.call().json(), json!({"restrictedResources": [{"method": "GET", "path": "/orders/v0/orders"}]}));
}

#[tokio::test]
async fn a_call_with_pages() {
    use vehicles::v2024_11_01::{Vehicles, types::GetVehiclesVehicleType};
    let page = |token: &str| Answer::json(200, json!({"vehicles": [{}], "pagination": {"nextToken": token}}));
    let server = Server::in_turn([page("next"), page("")]).await;
    let call = Vehicles::new(&server.client()).get_vehicles().marketplace_id(Marketplace::JP.id());
    let mut vehicles = call.vehicle_type(GetVehiclesVehicleType::Car).items();
    let mut found = 0;
    while vehicles.try_next().await.unwrap().is_some() {
        found += 1;
    }
    assert_eq!((found, server.calls().len()), (2, 2));
    assert!(server.calls()[1].query().contains(&"pageToken=next"));
}

#[tokio::test]
async fn a_restricted_call() {
    // Whether core requests a restricted data token first does not matter here.
    let server = Server::new(|call| match call.path().ends_with("/restrictedDataToken") {
        true => Answer::json(200, json!({"restrictedDataToken": "r", "expiresIn": 60})),
        false => Answer::json(200, json!({"payload": {"WarehouseId": "w"}})),
    })
    .await;
    let section = shipment_invoicing::v0::ShipmentInvoicing::new(&server.client());
    let answer = section.get_shipment_details("S1").send().await.unwrap();
    assert_eq!(answer.payload.clone().and_then(|shipment| shipment.warehouse_id).as_deref(), Some("w"));
}
