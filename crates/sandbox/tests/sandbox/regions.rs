//! Each region has its own shop, and refuses the marketplaces of the others, wherever they are named.

use crate::support::{Answer, Caller, DE, JP, US, answer, builder};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_core::Region;
use spapi_sandbox::Sandbox;

const ORDERS: &str = "/orders/2026-01-01/orders";
const REPORTS: &str = "/reports/2021-06-30/reports";
const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const SETTLEMENT: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
/// A marketplace of Europe in which the shop does not sell.
const FR: &str = "A13V1IB3VIYZZH";

fn report(marketplaces: Value) -> Value {
    json!({ "reportType": LISTINGS, "marketplaceIds": marketplaces })
}

#[track_caller]
fn refused(answer: &Answer, parameter: &str, region: &str) {
    let message = answer.error(400, "InvalidInput");
    assert!(
        message.contains(parameter) && message.contains(&format!("a marketplace of the region {region}")),
        "{message}"
    );
}

#[tokio::test]
async fn a_marketplace_of_another_region_is_refused_in_queries() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let after = ("createdAfter", "2026-11-01");
    for id in [DE, FR, "A1VC38T7YXB528,A1PA6795UKMFR9"] {
        refused(&caller.get(ORDERS, &[("marketplaceIds", id), after]).await, "marketplaceIds", "eu");
        let old = [("MarketplaceIds", id), ("CreatedAfter", "2026-11-01")];
        refused(&caller.get("/orders/v0/orders", &old).await, "MarketplaceIds", "eu");
        let query = [("reportTypes", LISTINGS), ("marketplaceIds", id)];
        refused(&caller.get(REPORTS, &query).await, "marketplaceIds", "eu");
        let query = [("feedTypes", "JSON_LISTINGS_FEED"), ("marketplaceIds", id)];
        refused(&caller.get("/feeds/2021-06-30/feeds", &query).await, "marketplaceIds", "eu");
    }
    let query = [("granularityType", "Marketplace"), ("granularityId", US), ("marketplaceIds", US)];
    refused(&caller.get("/fba/inventory/v1/summaries", &query).await, "marketplaceIds", "na");
    let delete = caller.request(Method::DELETE, "/fba/inventory/v1/items/A").query(&[("marketplaceId", US)]);
    refused(&answer(delete).await, "marketplaceId", "na");
    // A marketplace of the region where the shop does not sell gets another error.
    let unknown = caller.at(DE).get(ORDERS, &[("marketplaceIds", FR), after]).await;
    assert!(unknown.error(400, "InvalidInput").contains("does not sell in"));
}

#[tokio::test]
async fn a_marketplace_of_another_region_is_refused_in_bodies() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for ids in [json!([US]), json!([JP, US])] {
        refused(&caller.post(REPORTS, &report(ids.clone())).await, "marketplaceIds", "na");
        let mut schedule = report(ids.clone());
        schedule["reportType"] = json!("GET_SALES_AND_TRAFFIC_REPORT");
        schedule["period"] = json!("P1D");
        refused(&caller.post("/reports/2021-06-30/schedules", &schedule).await, "marketplaceIds", "na");
        let feed = json!({ "feedType": "JSON_LISTINGS_FEED", "marketplaceIds": ids, "inputFeedDocumentId": "1" });
        refused(&caller.post("/feeds/2021-06-30/feeds", &feed).await, "marketplaceIds", "na");
    }
    let item = json!({ "sellerSku": "A", "marketplaceId": US, "productName": "A" });
    refused(&caller.post("/fba/inventory/v1/items", &item).await, "marketplaceId", "na");
    let items = json!({ "inventoryItems": [{ "sellerSku": "A", "marketplaceId": US, "quantity": 1 }] });
    let add = caller.request(Method::POST, "/fba/inventory/v1/items/inventory").header("x-amzn-idempotency-token", "1");
    refused(&answer(add.json(&items)).await, "marketplaceId", "na");

    let application = Caller::of_scope(&sandbox, "sellingpartnerapi::notifications").await;
    let queue = json!({ "name": "A", "resourceSpecification": { "sqs": { "arn": "arn:aws:sqs:r:1:q" } } });
    let destinations = "/notifications/v1/destinations";
    let destination = application.post(destinations, &queue).await.body["payload"]["destinationId"].clone();
    let subscription = json!({
        "payloadVersion": "1.0",
        "destinationId": destination,
        "processingDirective": { "eventFilter": { "marketplaceIds": [US], "eventFilterType": "ANY_OFFER_CHANGED" } },
    });
    let path = "/notifications/v1/subscriptions/ANY_OFFER_CHANGED";
    refused(&caller.post(path, &subscription).await, "eventFilter.marketplaceIds", "na");
    // The destination belongs to its region too.
    assert_eq!(application.at(DE).body(destinations, &[]).await["payload"], json!([]));
}

async fn types_of(caller: &Caller, kind: &str) -> Vec<String> {
    let reports = caller.body(REPORTS, &[("reportTypes", kind), ("pageSize", "100")]).await["reports"].clone();
    let ids =
        reports.as_array().unwrap().iter().flat_map(|report| report["marketplaceIds"].as_array().unwrap().clone());
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_region_does_not_show_another_regions_data() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for id in [JP, US, DE] {
        assert_eq!(types_of(&caller.at(id), SETTLEMENT).await, [id; 3], "only the settlements of this region");
        let orders = caller.at(id).body(ORDERS, &[("createdAfter", "2026-10-01")]).await["orders"].clone();
        let orders = orders.as_array().unwrap();
        assert_eq!(orders.len(), 100);
        assert!(orders.iter().all(|order| order["salesChannel"]["marketplaceId"] == json!(id)));
        let order = orders[0]["orderId"].as_str().unwrap();
        for other in [JP, US, DE] {
            let status = caller.at(other).get(&format!("{ORDERS}/{order}"), &[]).await.status;
            assert_eq!(status == 200, other == id, "{id} from {other}");
        }
    }
    let created = caller.at(US).post(REPORTS, &report(json!([US]))).await.body["reportId"].clone();
    let path = format!("{REPORTS}/{}", created.as_str().unwrap());
    caller.get(&path, &[]).await.error(404, "NotFound");
    assert_eq!(types_of(&caller, LISTINGS).await, [""; 0]);
    assert_eq!(caller.at(US).get(&path, &[]).await.status, 200);
}

#[tokio::test]
async fn the_region_comes_from_the_path_or_amazons_host_or_the_sandbox() {
    let sandbox = Sandbox::builder().region(Region::Europe).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let token = caller.token().to_owned();
    let country = async |url: String, host: Option<&str>| {
        let request =
            Client::new().get(url + "/sellers/v1/marketplaceParticipations").header("x-amz-access-token", &token);
        let request = host.into_iter().fold(request, |request, host| request.header("host", host));
        answer(request).await.body["payload"][0]["marketplace"]["countryCode"].clone()
    };
    let own = sandbox.url().to_owned();
    assert_eq!(country(own.clone(), None).await, json!("DE"));
    assert_eq!(country(sandbox.url_of(Region::FarEast), None).await, json!("JP"));
    assert_eq!(country(sandbox.url_of(Region::NorthAmerica), None).await, json!("US"));
    assert_eq!(country(own.clone(), Some("sellingpartnerapi-fe.amazon.com")).await, json!("JP"));
    assert_eq!(country(own.clone(), Some("sandbox.sellingpartnerapi-na.amazon.com:443")).await, json!("US"));
    assert_eq!(country(own, Some("sandbox.example")).await, json!("DE"));
    // Each region's path also has the token endpoint and the sandbox's own paths.
    for path in ["/auth/o2/token", "/_sandbox/clock"] {
        let status = reqwest::get(sandbox.url_of(Region::FarEast) + path).await.unwrap().status().as_u16();
        assert_eq!(status, if path == "/auth/o2/token" { 405 } else { 200 });
    }
}
