//! Calls every operation that the sandbox serves, with a success and the errors that are easy to cause.

use crate::schemas::Schemas;
use crate::support::{Answer, Caller, DE, JP, US, answer, builder, fulfillment_order, presigned};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_metadata::Published;
use spapi_metadata::document_types::Dates;
use spapi_sandbox::{Limits, Sandbox};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

/// The sections of which the sandbox serves operations.
pub const SECTIONS: [&str; 22] = [
    "application-management",
    "catalog-items",
    "data-kiosk",
    "fba-inventory",
    "feeds",
    "finances",
    "fulfillment-inbound",
    "fulfillment-outbound",
    "listings-items",
    "listings-restrictions",
    "notifications",
    "orders",
    "product-pricing",
    "product-type-definitions",
    "reports",
    "restricted orders",
    "sales",
    "sellers",
    "tokens",
    "uploads",
    "vendor-direct-fulfillment-shipping",
    "vendor-orders",
];

/// The operations that were called, over all sections.
static CALLED: Mutex<BTreeSet<(String, String, String)>> = Mutex::new(BTreeSet::new());

/// Calls one API and collects what is wrong with its answers.
struct Check<'a> {
    schemas: &'a Schemas,
    section: &'static str,
    module: &'static str,
    problems: Vec<String>,
}

impl Check<'_> {
    /// Validates an answer to the operation, which must have this status.
    fn answer(&mut self, id: &str, status: u16, answer: Answer) -> Value {
        if answer.status != status {
            self.problems.push(format!("{id}: {} instead of {status}: {}", answer.status, answer.body));
        }
        let found = self.schemas.answer(self.section, self.module, id, answer.status.as_u16(), Some(&answer.body));
        self.problems.extend(found);
        self.called(id);
        answer.body
    }

    /// Validates an answer without a body.
    fn empty(&mut self, id: &str, status: u16, answer: (u16, String)) {
        if (answer.0, answer.1.as_str()) != (status, "") {
            self.problems.push(format!("{id}: {answer:?} instead of {status} without a body"));
        }
        self.problems.extend(self.schemas.answer(self.section, self.module, id, status, None));
        self.called(id);
    }

    async fn get(&mut self, id: &str, caller: &Caller, path: &str, query: &[(&str, &str)]) -> Value {
        self.answer(id, 200, caller.get(path, query).await)
    }

    fn called(&self, id: &str) {
        let name = (self.section.to_owned(), self.module.to_owned(), id.to_owned());
        CALLED.lock().expect("no panic").insert(name);
    }
}

/// What is wrong with the answers of a section.
pub async fn problems(section: &str, schemas: &Schemas) -> Vec<String> {
    let sandbox = builder().compressed_documents(false).start().await.expect("a sandbox");
    let caller = Caller::new(&sandbox).await;
    let check = |section, module| Check { schemas, section, module, problems: Vec::new() };
    match section {
        "application-management" => rotation(check("application-management", "v2023_11_30"), &sandbox).await,
        "catalog-items" => catalog(check("catalog-items", "v2022_04_01"), &caller).await,
        "data-kiosk" => data_kiosk(check("data-kiosk", "v2023_11_15"), &caller).await,
        "fba-inventory" => inventory(check("fba-inventory", "v1"), &caller).await,
        "feeds" => feeds(check("feeds", "v2021_06_30"), &caller).await,
        "notifications" => notifications(check("notifications", "v1"), &sandbox, &caller).await,
        "orders" => [
            orders_v0(check("orders", "v0"), &caller).await,
            orders_2026(check("orders", "v2026_01_01"), &caller).await,
            throttled(check("orders", "v0")).await,
        ]
        .concat(),
        "restricted orders" => restricted_orders(check("orders", "v0"), &caller).await,
        "reports" => reports(check("reports", "v2021_06_30"), &caller).await,
        "finances" => {
            let v0 = finances_v0(check("finances", "v0"), &caller).await;
            [v0, finances_2024(check("finances", "v2024_06_19"), &caller).await].concat()
        }
        "fulfillment-inbound" => {
            let v0 = inbound(check("fulfillment-inbound", "v0"), &caller).await;
            [v0, plans(check("fulfillment-inbound", "v2024_03_20"), &caller).await].concat()
        }
        "fulfillment-outbound" => outbound(check("fulfillment-outbound", "v2020_07_01"), &sandbox, &caller).await,
        "listings-items" => listings(check("listings-items", "v2021_08_01"), &caller).await,
        "listings-restrictions" => restrictions(check("listings-restrictions", "v2021_08_01"), &caller).await,
        "product-pricing" => pricing(check("product-pricing", "v0"), &caller).await,
        "product-type-definitions" => definitions(check("product-type-definitions", "v2020_09_01"), &caller).await,
        "sales" => sales(check("sales", "v1"), &caller).await,
        "vendor-direct-fulfillment-shipping" => {
            labels(check("vendor-direct-fulfillment-shipping", "v1"), &caller).await
        }
        "vendor-orders" => vendor_orders(check("vendor-orders", "v1"), &caller).await,
        "sellers" => sellers(check("sellers", "v1"), &sandbox, &caller).await,
        "tokens" => tokens(check("tokens", "v2021_03_01"), &caller).await,
        "uploads" => uploads(check("uploads", "v2020_11_01"), &caller).await,
        _ => vec![format!("nobody calls {section}")],
    }
}

/// The operations that the sandbox serves and no section's calls reach.
pub async fn uncalled() -> Vec<String> {
    // This makes the calls of all sections itself, because the test may run first or alone.
    let upstream = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/upstream");
    let schemas = Schemas::new(&upstream);
    for section in SECTIONS {
        problems(section, &schemas).await;
    }
    let sandbox = builder().start().await.expect("a sandbox");
    let mut left_out = Vec::new();
    for Published { section, api, entry, .. } in spapi_metadata::operations() {
        let operation = entry.operation;
        let path = operation.path.replace(['{', '}', '+'], "");
        let method = Method::from_bytes(operation.method.as_str().as_bytes()).expect("a method");
        let status = Client::new().request(method, sandbox.url().to_owned() + &path).send().await.expect("an answer");
        let name = (section.name.to_owned(), api.module.to_owned(), operation.id.clone().into_owned());
        if status.status() != 501 && !CALLED.lock().expect("no panic").contains(&name) {
            left_out.push(format!("{name:?} is served but not called"));
        }
    }
    left_out
}

async fn rotation(mut check: Check<'_>, sandbox: &Sandbox) -> Vec<String> {
    let application = Caller::of_scope(sandbox, "sellingpartnerapi::client_credential:rotation").await;
    let path = "/applications/2023-11-30/clientSecret";
    let response = application.request(Method::POST, path).send().await.expect("an answer");
    let answer = (response.status().as_u16(), response.text().await.expect("a whole body"));
    check.empty("rotateApplicationClientSecret", 204, answer);
    let seller = Caller::new(sandbox).await;
    check.answer("rotateApplicationClientSecret", 403, seller.post(path, &json!({})).await);
    check.problems
}

async fn inventory(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    let path = "/fba/inventory/v1/summaries";
    for id in [JP, US, DE] {
        let caller = &caller.at(id);
        let query = [("granularityType", "Marketplace"), ("granularityId", id), ("marketplaceIds", id)];
        let detailed = [&query[..], &[("details", "true")]].concat();
        check.get("getInventorySummaries", caller, path, &detailed).await;
        check.get("getInventorySummaries", caller, path, &query).await;
    }
    check.answer("getInventorySummaries", 400, caller.get(path, &[]).await);
    let items = "/fba/inventory/v1/items";
    let item = json!({ "sellerSku": "NEW", "marketplaceId": JP, "productName": "New" });
    check.answer("createInventoryItem", 200, caller.post(items, &item).await);
    let add = caller.request(Method::POST, &format!("{items}/inventory")).header("x-amzn-idempotency-token", "1");
    let units = json!({ "inventoryItems": [{ "sellerSku": "NEW", "marketplaceId": JP, "quantity": 1 }] });
    check.answer("addInventory", 200, answer(add.json(&units)).await);
    let delete = caller.request(Method::DELETE, &format!("{items}/NEW")).query(&[("marketplaceId", JP)]);
    check.answer("deleteInventoryItem", 200, answer(delete).await);
    check.problems
}

async fn finances_v0(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const V0: &str = "/finances/v0";
    for marketplace in [JP, US, DE] {
        let caller = &caller.at(marketplace);
        let groups = format!("{V0}/financialEventGroups");
        check.get("listFinancialEventGroups", caller, &groups, &[]).await;
        let events = format!("{V0}/financialEvents");
        check.get("listFinancialEvents", caller, &events, &[("MaxResultsPerPage", "100")]).await;
    }
    let wrong = [("MaxResultsPerPage", "101")];
    for (id, path) in [("listFinancialEventGroups", "financialEventGroups"), ("listFinancialEvents", "financialEvents")]
    {
        check.answer(id, 400, caller.get(&format!("{V0}/{path}"), &wrong).await);
    }
    check.problems
}

async fn finances_2024(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/finances/2024-06-19/transactions";
    for marketplace in [JP, US, DE] {
        let caller = &caller.at(marketplace);
        let mut found = check.get("listTransactions", caller, PATH, &[("postedAfter", "2026-01-01")]).await;
        while let Some(token) = found["payload"]["nextToken"].as_str() {
            let token = token.to_owned();
            found = check.get("listTransactions", caller, PATH, &[("nextToken", token.as_str())]).await;
        }
    }
    check.answer("listTransactions", 400, caller.get(PATH, &[("postedAfter", "soon")]).await);
    check.problems
}

async fn inbound(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/fba/inbound/v0/shipments";
    let query = [("QueryType", "SHIPMENT"), ("MarketplaceId", JP)];
    let found = check.get("getShipments", caller, PATH, &query).await;
    let id = found["payload"]["ShipmentData"][0]["ShipmentId"].as_str().expect("an id").to_owned();
    let items = format!("{PATH}/{id}/items");
    check.get("getShipmentItemsByShipmentId", caller, &items, &[("MarketplaceId", JP)]).await;
    let labels = format!("{PATH}/{id}/labels");
    let query = [("PageType", "PackageLabel_A4_2"), ("LabelType", "BARCODE_2D")];
    check.get("getLabels", caller, &labels, &query).await;
    check.answer("getLabels", 400, caller.get(&labels, &[]).await);
    check.answer("getShipments", 400, caller.get(PATH, &[]).await);
    check.answer("getShipmentItemsByShipmentId", 404, caller.get(&format!("{PATH}/1/items"), &[]).await);
    check.problems
}

/// Takes an inbound plan through all its steps.
async fn plans(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const ROOT: &str = "/inbound/fba/2024-03-20";
    let query = [("granularityType", "Marketplace"), ("granularityId", JP), ("marketplaceIds", JP)];
    let found = caller.body("/fba/inventory/v1/summaries", &query).await;
    let sku = &found["payload"]["inventorySummaries"][0]["sellerSku"];
    let wanted = json!({
        "destinationMarketplaces": [JP],
        "items": [{ "msku": sku, "quantity": 4, "labelOwner": "SELLER", "prepOwner": "NONE" }],
        "sourceAddress": {
            "name": "A Shop",
            "addressLine1": "1-2-3 Mihon",
            "city": "Chiyoda",
            "countryCode": "JP",
            "postalCode": "100-0000",
            "phoneNumber": "03-0000-0000",
        },
    });
    let plans = format!("{ROOT}/inboundPlans");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    check.answer("createInboundPlan", 400, caller.post(&plans, &json!({})).await);
    let made = check.answer("createInboundPlan", 202, caller.post(&plans, &wanted).await);
    let operation = format!("{ROOT}/operations/{}", text(&made["operationId"]));
    check.get("getInboundOperationStatus", caller, &operation, &[]).await;
    check.answer("getInboundOperationStatus", 404, caller.get(&format!("{ROOT}/operations/1"), &[]).await);
    let plan = format!("{plans}/{}", text(&made["inboundPlanId"]));
    let placements = format!("{plan}/placementOptions");
    check.answer("generatePlacementOptions", 202, caller.post(&placements, &json!({})).await);
    let placement = check.get("listPlacementOptions", caller, &placements, &[]).await["placementOptions"][0].clone();
    let (id, shipment) = (text(&placement["placementOptionId"]), text(&placement["shipmentIds"][0]));
    let confirmation = format!("{placements}/{id}/confirmation");
    check.answer("confirmPlacementOption", 202, caller.post(&confirmation, &json!({})).await);
    let transports = format!("{plan}/transportationOptions");
    let configuration = json!({ "shipmentId": shipment, "readyToShipWindow": { "start": "2026-11-24T00:00:00Z" } });
    let wanted = json!({ "placementOptionId": id, "shipmentTransportationConfigurations": [configuration] });
    check.answer("generateTransportationOptions", 202, caller.post(&transports, &wanted).await);
    let found = check.get("listTransportationOptions", caller, &transports, &[]).await;
    let option = &found["transportationOptions"][0]["transportationOptionId"];
    let chosen = json!({ "transportationSelections": [{ "shipmentId": shipment, "transportationOptionId": option }] });
    let confirmation = format!("{transports}/confirmation");
    check.answer("confirmTransportationOptions", 202, caller.post(&confirmation, &chosen).await);
    check.get("getInboundPlan", caller, &plan, &[]).await;
    check.get("listInboundPlans", caller, &plans, &[("pageSize", "1")]).await;
    let shipment = format!("{plan}/shipments/{shipment}");
    check.get("getShipment", caller, &shipment, &[]).await;
    check.get("listShipmentItems", caller, &format!("{shipment}/items"), &[]).await;
    let units = json!([{ "msku": sku, "quantity": 4 }]);
    let labels = json!({ "labelType": "STANDARD_FORMAT", "marketplaceId": JP, "mskuQuantities": units });
    check.answer("createMarketplaceItemLabels", 200, caller.post(&format!("{ROOT}/items/labels"), &labels).await);
    check.problems
}

async fn outbound(mut check: Check<'_>, sandbox: &Sandbox, caller: &Caller) -> Vec<String> {
    const ROOT: &str = "/fba/outbound/2020-07-01";
    let item = json!({ "sellerSku": "NEW", "marketplaceId": JP, "productName": "New" });
    caller.post("/fba/inventory/v1/items", &item).await;
    let add = caller.request(Method::POST, "/fba/inventory/v1/items/inventory").header("x-amzn-idempotency-token", "1");
    let units = json!({ "inventoryItems": [{ "sellerSku": "NEW", "marketplaceId": JP, "quantity": 2 }] });
    answer(add.json(&units)).await;
    let orders = format!("{ROOT}/fulfillmentOrders");
    let preview = |sku: &str| {
        let order = fulfillment_order("A", sku, 1);
        json!({ "marketplaceId": JP, "address": order["destinationAddress"], "items": order["items"] })
    };
    for sku in ["NEW", "NONE"] {
        let path = format!("{orders}/preview");
        check.answer("getFulfillmentPreview", 200, caller.post(&path, &preview(sku)).await);
    }
    for id in ["A", "B"] {
        let order = fulfillment_order(id, "NEW", 1);
        check.answer("createFulfillmentOrder", 200, caller.post(&orders, &order).await);
    }
    check.answer("createFulfillmentOrder", 400, caller.post(&orders, &json!({})).await);
    let cancel = caller.request(Method::PUT, &format!("{orders}/B/cancel"));
    check.answer("cancelFulfillmentOrder", 200, answer(cancel).await);
    for hours in [0, 2, 5] {
        sandbox.clock().advance(Duration::from_secs(3600 * hours));
        check.get("getFulfillmentOrder", &Caller::new(sandbox).await, &format!("{orders}/A"), &[]).await;
    }
    let caller = Caller::new(sandbox).await;
    check.get("listAllFulfillmentOrders", &caller, &orders, &[]).await;
    let tracking = format!("{ROOT}/tracking");
    check.get("getPackageTrackingDetails", &caller, &tracking, &[("packageNumber", "1001")]).await;
    check.answer("getPackageTrackingDetails", 404, caller.get(&tracking, &[("packageNumber", "1")]).await);
    check.answer("getFulfillmentOrder", 404, caller.get(&format!("{orders}/C"), &[]).await);
    check.problems
}

async fn listings(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/listings/2021-08-01/items/SELLER1";
    let all = "summaries,attributes,issues,offers,fulfillmentAvailability,relationships,productTypes";
    for marketplace in [JP, US, DE] {
        let caller = &caller.at(marketplace);
        let query = [("marketplaceIds", marketplace), ("includedData", all)];
        let found = check.get("searchListingsItems", caller, PATH, &query).await;
        let sku = found["items"][0]["sku"].as_str().expect("a SKU").to_owned();
        check.get("getListingsItem", caller, &format!("{PATH}/{sku}"), &query).await;
    }
    let path = format!("{PATH}/HASHI-23");
    let send = async |method: Method, query: &[(&str, &str)], body: &Value| {
        answer(caller.request(method, &path).query(query).json(body)).await
    };
    let (at, preview) = (("marketplaceIds", JP), ("mode", "VALIDATION_PREVIEW"));
    let invalid = json!({ "productType": "KITCHEN", "attributes": { "brand": [{ "value": 1 }] } });
    let with_identifiers = [at, preview, ("includedData", "issues,identifiers")];
    check.answer("putListingsItem", 200, send(Method::PUT, &with_identifiers, &invalid).await);
    check.answer("putListingsItem", 400, send(Method::PUT, &[], &invalid).await);
    let value = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 1 }]);
    let patch = json!({ "op": "merge", "path": "/attributes/fulfillment_availability", "value": value });
    let patch = json!({ "productType": "PRODUCT", "patches": [patch] });
    check.answer("patchListingsItem", 200, send(Method::PATCH, &[at, preview], &patch).await);
    check.answer("patchListingsItem", 200, send(Method::PATCH, &[at], &patch).await);
    check.answer("patchListingsItem", 400, send(Method::PATCH, &[at], &json!({})).await);
    check.answer("deleteListingsItem", 200, answer(caller.request(Method::DELETE, &path).query(&[at])).await);
    check.answer("deleteListingsItem", 400, answer(caller.request(Method::DELETE, &path)).await);
    check.answer("searchListingsItems", 400, caller.get(PATH, &[]).await);
    check.answer("getListingsItem", 404, caller.get(&format!("{PATH}/none"), &[("marketplaceIds", JP)]).await);
    check.problems
}

async fn catalog(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/catalog/2022-04-01/items";
    let all = "attributes,classifications,dimensions,identifiers,images,productTypes,relationships,salesRanks,summaries,\
               vendorDetails";
    for (marketplace, word) in [(JP, "シャツ"), (US, "shirt"), (DE, "hemd")] {
        let caller = &caller.at(marketplace);
        let query = [("marketplaceIds", marketplace), ("keywords", word), ("includedData", all)];
        let found = check.get("searchCatalogItems", caller, PATH, &query).await;
        let token = found["pagination"]["nextToken"].as_str().expect("a second page");
        let next = [("marketplaceIds", marketplace), ("pageToken", token)];
        let found = check.get("searchCatalogItems", caller, PATH, &next).await;
        let asin = found["items"][0]["asin"].as_str().expect("an ASIN").to_owned();
        let query = [("marketplaceIds", marketplace), ("includedData", all)];
        check.get("getCatalogItem", caller, &format!("{PATH}/{asin}"), &query).await;
    }
    check.answer("searchCatalogItems", 400, caller.get(PATH, &[]).await);
    check.answer("getCatalogItem", 404, caller.get(&format!("{PATH}/B000000000"), &[("marketplaceIds", JP)]).await);
    check.problems
}

async fn pricing(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const V0: &str = "/products/pricing/v0";
    for (marketplace, asin, sku) in [(JP, "B0SBXJ0008", "HASHI-23"), (US, "B0SBXU0007", "SPOON-5")] {
        let caller = &caller.at(marketplace);
        let of = |kind: &'static str, name: &'static str, value: &'static str| {
            [("MarketplaceId", marketplace), ("ItemType", kind), (name, value)]
        };
        for (id, path) in [("getPricing", "price"), ("getCompetitivePricing", "competitivePrice")] {
            let path = format!("{V0}/{path}");
            for query in [of("Asin", "Asins", asin), of("Sku", "Skus", sku)] {
                check.get(id, caller, &path, &query).await;
            }
            check.answer(id, 400, caller.get(&path, &[]).await);
        }
        let new = [("MarketplaceId", marketplace), ("ItemCondition", "New")];
        for (id, path) in [
            ("getListingOffers", format!("{V0}/listings/{sku}/offers")),
            ("getItemOffers", format!("{V0}/items/{asin}/offers")),
        ] {
            check.get(id, caller, &path, &new).await;
            check.answer(id, 400, caller.get(&path, &[]).await);
        }
    }
    check.problems
}

async fn definitions(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/definitions/2020-09-01/productTypes";
    for marketplace in [JP, US, DE] {
        let caller = &caller.at(marketplace);
        let found = check.get("searchDefinitionsProductTypes", caller, PATH, &[("marketplaceIds", marketplace)]).await;
        for found in found["productTypes"].as_array().expect("product types") {
            let path = format!("{PATH}/{}", found["name"].as_str().expect("a name"));
            check.get("getDefinitionsProductType", caller, &path, &[("marketplaceIds", marketplace)]).await;
        }
    }
    check.answer("searchDefinitionsProductTypes", 400, caller.get(PATH, &[]).await);
    check.answer("getDefinitionsProductType", 400, caller.get(&format!("{PATH}/TEA"), &[]).await);
    check.answer(
        "getDefinitionsProductType",
        404,
        caller.get(&format!("{PATH}/NONE"), &[("marketplaceIds", JP)]).await,
    );
    check.problems
}

async fn restrictions(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/listings/2021-08-01/restrictions";
    let caller = &caller.at(US);
    // One product for each kind of answer. The model does not allow `[{}]`, so its product is left out.
    for number in 0..20 {
        let asin = format!("B0SB{number:06}");
        let query = [("asin", asin.as_str()), ("sellerId", "A1"), ("marketplaceIds", US)];
        check.get("getListingsRestrictions", caller, PATH, &query).await;
    }
    check.answer("getListingsRestrictions", 400, caller.get(PATH, &[]).await);
    check.problems
}

async fn sales(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/sales/v1/orderMetrics";
    let interval = "2026-10-01T00:00:00Z--2026-11-01T00:00:00Z";
    for granularity in ["Day", "Week", "Month", "Total"] {
        let query = [("marketplaceIds", JP), ("interval", interval), ("granularity", granularity)];
        check.get("getOrderMetrics", caller, PATH, &query).await;
    }
    check.answer("getOrderMetrics", 400, caller.get(PATH, &[("marketplaceIds", JP)]).await);
    check.problems
}

async fn vendor_orders(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const V1: &str = "/vendor/orders/v1";
    let orders = format!("{V1}/purchaseOrders");
    let found = check.get("getPurchaseOrders", caller, &orders, &[]).await;
    let number = found["payload"]["orders"][0]["purchaseOrderNumber"].as_str().expect("a number").to_owned();
    check.get("getPurchaseOrder", caller, &format!("{orders}/{number}"), &[]).await;
    let status = format!("{V1}/purchaseOrdersStatus");
    check.get("getPurchaseOrdersStatus", caller, &status, &[]).await;
    let wrong = [("limit", "0")];
    check.answer("getPurchaseOrders", 400, caller.get(&orders, &wrong).await);
    check.answer("getPurchaseOrdersStatus", 400, caller.get(&status, &wrong).await);
    check.answer("getPurchaseOrder", 404, caller.get(&format!("{orders}/none"), &[]).await);
    check.problems
}

async fn labels(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const PATH: &str = "/vendor/directFulfillment/shipping/v1/shippingLabels";
    let resources = json!([{ "method": "GET", "path": PATH }]);
    let caller = caller.restricted(resources).await;
    let query = [("createdAfter", "2026-01-01"), ("createdBefore", "2026-11-20")];
    check.get("getShippingLabels", &caller, PATH, &query).await;
    check.answer("getShippingLabels", 400, caller.get(PATH, &[]).await);
    check.problems
}

async fn feeds(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const FEEDS: &str = "/feeds/2021-06-30/feeds";
    let caller = &caller.at(US);
    const DOCUMENTS: &str = "/feeds/2021-06-30/documents";
    let content_type = "application/json; charset=UTF-8";
    let created = caller.post(DOCUMENTS, &json!({ "contentType": content_type })).await;
    let created = check.answer("createFeedDocument", 201, created);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let messages = json!([{ "messageId": 1, "sku": "A", "operationType": "DELETE" }, { "messageId": 2 }]);
    let report = json!({ "includedData": ["issues", "summaries"], "apiVersion": "2021-08-01" });
    let feed = json!({ "header": { "sellerId": "A1", "version": "2.0", "report": report }, "messages": messages });
    let upload = Client::new().put(text(&created["url"])).header("content-type", content_type);
    assert_eq!(presigned(upload.body(feed.to_string())).await.status, 200);
    let order = json!({
        "feedType": "JSON_LISTINGS_FEED",
        "marketplaceIds": [US],
        "inputFeedDocumentId": created["feedDocumentId"],
    });
    check.answer("createFeed", 400, caller.post(FEEDS, &json!({})).await);
    let created = check.answer("createFeed", 202, caller.post(FEEDS, &order).await);
    let path = format!("{FEEDS}/{}", text(&created["feedId"]));
    let mut feed = Value::Null;
    for _ in 0..3 {
        feed = check.get("getFeed", caller, &path, &[]).await;
        check.get("getFeeds", caller, FEEDS, &[("feedTypes", "JSON_LISTINGS_FEED"), ("pageSize", "1")]).await;
    }
    check.answer("getFeed", 404, caller.get(&format!("{FEEDS}/1"), &[]).await);
    let document = format!("{DOCUMENTS}/{}", text(&feed["resultFeedDocumentId"]));
    let document = check.get("getFeedDocument", caller, &document, &[]).await;
    let report = presigned(Client::new().get(text(&document["url"]))).await;
    let report: Value = serde_json::from_str(report.text()).expect("JSON");
    check.problems.extend(check.schemas.document("feeds/listings-feed-processing-report-schema-v2.json", &report));
    let second = caller.post(FEEDS, &order).await.body;
    check.empty("cancelFeed", 200, caller.delete(&format!("{FEEDS}/{}", text(&second["feedId"])), &[]).await);
    check.problems
}

async fn data_kiosk(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const QUERIES: &str = "/dataKiosk/2023-11-15/queries";
    let caller = &caller.at(US);
    let query = format!(
        "{{analytics_salesAndTraffic_2024_04_24{{salesAndTrafficByDate(aggregateBy:DAY,startDate:\"2026-09-01\",\
         endDate:\"2026-11-20\",marketplaceIds:[\"{US}\"]){{startDate}}}}}}"
    );
    check.answer("createQuery", 400, caller.post(QUERIES, &json!({ "query": "" })).await);
    let mut path = String::new();
    for _ in 0..2 {
        let created = check.answer("createQuery", 202, caller.post(QUERIES, &json!({ "query": query })).await);
        path = format!("{QUERIES}/{}", created["queryId"].as_str().expect("an id"));
    }
    let mut ended = Value::Null;
    for _ in 0..3 {
        ended = check.get("getQuery", caller, &path, &[]).await;
        check.get("getQueries", caller, QUERIES, &[("pageSize", "1")]).await;
    }
    check.answer("getQuery", 404, caller.get(&format!("{QUERIES}/1"), &[]).await);
    let document = format!("/dataKiosk/2023-11-15/documents/{}", ended["dataDocumentId"].as_str().expect("a document"));
    check.get("getDocument", caller, &document, &[]).await;
    let created = caller.post(QUERIES, &json!({ "query": query })).await.body;
    let path = format!("{QUERIES}/{}", created["queryId"].as_str().expect("an id"));
    check.empty("cancelQuery", 204, caller.delete(&path, &[]).await);
    check.problems
}

async fn notifications(mut check: Check<'_>, sandbox: &Sandbox, seller: &Caller) -> Vec<String> {
    const DESTINATIONS: &str = "/notifications/v1/destinations";
    let application = Caller::of_scope(sandbox, "sellingpartnerapi::notifications").await;
    let bus = json!({ "eventBridge": { "region": "us-east-1", "accountId": "000000000000" } });
    let queue = json!({ "sqs": { "arn": "arn:aws:sqs:eu-west-1:000000000000:orders" } });
    let mut id = Value::Null;
    for resource in [bus, queue.clone()] {
        let wanted = json!({ "name": "orders", "resourceSpecification": resource });
        let created = check.answer("createDestination", 200, application.post(DESTINATIONS, &wanted).await);
        id = created["payload"]["destinationId"].clone();
    }
    let again = json!({ "name": "orders", "resourceSpecification": queue });
    check.answer("createDestination", 409, application.post(DESTINATIONS, &again).await);
    check.get("getDestinations", &application, DESTINATIONS, &[]).await;
    let destination = format!("{DESTINATIONS}/{}", id.as_str().expect("an id"));
    check.get("getDestination", &application, &destination, &[]).await;
    let path = "/notifications/v1/subscriptions/ORDER_CHANGE";
    let wanted = json!({ "payloadVersion": "1.0", "destinationId": id });
    let created = check.answer("createSubscription", 200, seller.post(path, &wanted).await);
    check.get("getSubscription", seller, path, &[]).await;
    let listed = [("notificationTypes", "ORDER_CHANGE")];
    check.get("getSubscriptions", seller, "/notifications/v1/subscriptions", &listed).await;
    let test = json!({ "payloadVersion": "1.0", "testScenario": "Any" });
    let test = json!({ "destinationId": id, "testNotification": test });
    let test_path = format!("{path}/testNotification");
    check.answer("sendTestNotification", 200, application.post(&test_path, &test).await);
    check.answer("sendTestNotification", 400, application.post(&test_path, &json!({})).await);
    check.answer("deleteDestination", 409, answer(application.request(Method::DELETE, &destination)).await);
    let by_id = format!("{path}/{}", created["payload"]["subscriptionId"].as_str().expect("an id"));
    check.get("getSubscriptionById", &application, &by_id, &[]).await;
    check.answer("deleteSubscriptionById", 200, answer(application.request(Method::DELETE, &by_id)).await);
    check.answer("getSubscription", 404, seller.get(path, &[]).await);
    check.answer("deleteDestination", 200, answer(application.request(Method::DELETE, &destination)).await);
    check.problems
}

async fn orders_v0(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const ORDERS: &str = "/orders/v0/orders";
    for id in [JP, US, DE] {
        let caller = &caller.at(id);
        let query = [("MarketplaceIds", id), ("CreatedAfter", "2026-10-01")];
        let found = check.get("getOrders", caller, ORDERS, &query).await;
        for order in found["payload"]["Orders"].as_array().expect("orders") {
            let path = format!("{ORDERS}/{}", order["AmazonOrderId"].as_str().expect("an id"));
            check.get("getOrderItems", caller, &format!("{path}/orderItems"), &[]).await;
        }
        let one = found["payload"]["Orders"][0]["AmazonOrderId"].as_str().expect("an id").to_owned();
        check.get("getOrder", caller, &format!("{ORDERS}/{one}"), &[]).await;
    }
    check.answer("getOrders", 400, caller.get(ORDERS, &[]).await);
    check.answer("getOrder", 404, caller.get(&format!("{ORDERS}/1"), &[]).await);
    check.answer("getOrderAddress", 403, caller.get(&format!("{ORDERS}/1/address"), &[]).await);
    check.problems
}

async fn orders_2026(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const ORDERS: &str = "/orders/2026-01-01/orders";
    let all = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT";
    let mut query = vec![("createdAfter", "2026-10-01"), ("includedData", all)];
    let mut found = check.get("searchOrders", caller, ORDERS, &query).await;
    let id = found["orders"][0]["orderId"].as_str().expect("an id").to_owned();
    while let Some(token) = found["pagination"]["nextToken"].as_str() {
        let token = token.to_owned();
        query = vec![("includedData", all)];
        let query = [&query[..], &[("paginationToken", token.as_str())]].concat();
        found = check.get("searchOrders", caller, ORDERS, &query).await;
    }
    check.get("getOrder", caller, &format!("{ORDERS}/{id}"), &[("includedData", all)]).await;
    check.answer("searchOrders", 400, caller.get(ORDERS, &[]).await);
    check.answer("getOrder", 404, caller.get(&format!("{ORDERS}/1"), &[]).await);
    check.problems
}

async fn throttled(mut check: Check<'_>) -> Vec<String> {
    let sandbox = builder().limits(Limits::Factor(0.001)).start().await.expect("a sandbox");
    let caller = Caller::new(&sandbox).await;
    caller.get("/orders/v0/orders", &[]).await;
    check.answer("getOrders", 429, caller.get("/orders/v0/orders", &[]).await);
    check.problems
}

async fn restricted_orders(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const ORDERS: &str = "/orders/v0/orders";
    let elements = ["buyerInfo", "shippingAddress", "buyerTaxInformation"];
    let list = json!([{ "method": "GET", "path": ORDERS, "dataElements": elements }]);
    let list = caller.restricted(list).await;
    let parts = [
        ("getOrderAddress", "address"),
        ("getOrderBuyerInfo", "buyerInfo"),
        ("getOrderItemsBuyerInfo", "orderItems/buyerInfo"),
        ("getOrderRegulatedInfo", "regulatedInfo"),
        ("getOrderItems", "orderItems"),
    ];
    let mut resources = vec![json!({ "method": "GET", "path": format!("{ORDERS}/{{orderId}}") })];
    for (id, part) in parts {
        let elements = if id == "getOrderItems" { &elements[..1] } else { &[] };
        let path = format!("{ORDERS}/{{orderId}}/{part}");
        resources.push(json!({ "method": "GET", "path": path, "dataElements": elements }));
    }
    let single = caller.restricted(json!(resources)).await;
    for id in [JP, US, DE] {
        let (list, single) = (list.at(id), single.at(id));
        let query = [("MarketplaceIds", id), ("CreatedAfter", "2026-10-01")];
        let found = check.get("getOrders", &list, ORDERS, &query).await;
        for order in found["payload"]["Orders"].as_array().expect("orders") {
            let path = format!("{ORDERS}/{}", order["AmazonOrderId"].as_str().expect("an id"));
            for (id, part) in parts {
                check.get(id, &single, &format!("{path}/{part}"), &[]).await;
            }
        }
    }
    check.problems
}

async fn reports(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    const REPORTS: &str = "/reports/2021-06-30/reports";
    const DOCUMENTS: &str = "/reports/2021-06-30/documents";
    const SCHEDULES: &str = "/reports/2021-06-30/schedules";
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for order in json_reports() {
        let kind = order["reportType"].as_str().expect("a type");
        let caller = &caller.at(order["marketplaceIds"][0].as_str().expect("a marketplace"));
        let created = check.answer("createReport", 202, caller.post(REPORTS, &order).await);
        let path = format!("{REPORTS}/{}", text(&created["reportId"]));
        let mut report = Value::Null;
        for _ in 0..3 {
            report = check.get("getReport", caller, &path, &[]).await;
        }
        let document = format!("{DOCUMENTS}/{}", text(&report["reportDocumentId"]));
        let document = check.get("getReportDocument", caller, &document, &[]).await;
        let answer = presigned(Client::new().get(text(&document["url"]))).await;
        let said: Value = serde_json::from_str(answer.text()).expect("JSON");
        let schemas = spapi_metadata::ReportType::find(kind).expect("a known type").schemas;
        assert!(!schemas.is_empty(), "{kind} has no schema");
        for file in schemas {
            check.problems.extend(check.schemas.document(&format!("reports/{file}"), &said));
        }
        let people = said.get("endUserData").and_then(Value::as_array);
        if people.is_some_and(Vec::is_empty) {
            check.problems.push(format!("{order}: the document has no people to check"));
        }
    }
    check.answer("createReport", 400, caller.post(REPORTS, &json!({})).await);
    check.answer("getReport", 404, caller.get(&format!("{REPORTS}/1"), &[]).await);
    let kinds = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2,GET_SALES_AND_TRAFFIC_REPORT";
    check.get("getReports", caller, REPORTS, &[("reportTypes", kinds)]).await;
    let order = json!({ "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [JP] });
    let created = caller.post(REPORTS, &order).await.body;
    check.empty("cancelReport", 200, caller.delete(&format!("{REPORTS}/{}", text(&created["reportId"])), &[]).await);

    let order = json!({
        "reportType": "GET_SALES_AND_TRAFFIC_REPORT",
        "marketplaceIds": [JP],
        "period": "P1D",
        "reportOptions": { "dateGranularity": "DAY" },
    });
    let created = check.answer("createReportSchedule", 201, caller.post(SCHEDULES, &order).await);
    let path = format!("{SCHEDULES}/{}", text(&created["reportScheduleId"]));
    check.get("getReportSchedule", caller, &path, &[]).await;
    check.get("getReportSchedules", caller, SCHEDULES, &[("reportTypes", "GET_SALES_AND_TRAFFIC_REPORT")]).await;
    check.empty("cancelReportSchedule", 200, caller.delete(&path, &[]).await);
    check.problems
}

/// A request for each report in JSON that has a schema, and for each of its periods.
fn json_reports() -> Vec<Value> {
    let request = |kind: &str, marketplace: &str, [from, until]: [&str; 2], options: Value| {
        json!({
            "reportType": kind,
            "marketplaceIds": [marketplace],
            "dataStartTime": from,
            "dataEndTime": until,
            "reportOptions": options,
        })
    };
    let mut requests = Vec::new();
    for period in ["DAY", "WEEK", "MONTH"] {
        let range = ["2026-09-01T00:00:00Z", "2026-10-31T23:59:59Z"];
        for (kind, option) in
            [("GET_SALES_AND_TRAFFIC_REPORT", "dateGranularity"), ("END_USER_DATA_REPORT", "reportPeriod")]
        {
            requests.push(request(kind, DE, range, json!({ option: period })));
        }
    }
    for kind in [
        "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT",
        "GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT",
        "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT",
        "GET_VENDOR_FORECASTING_REPORT",
        "GET_VENDOR_SALES_REPORT",
        "GET_VENDOR_INVENTORY_REPORT",
        "GET_VENDOR_TRAFFIC_REPORT",
        "GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT",
        "GET_VENDOR_REAL_TIME_INVENTORY_REPORT",
    ] {
        let options = spapi_metadata::ReportType::find(kind).expect("a known type").options.iter().map(|option| {
            let value = if option.name == "reportPeriod" { "WEEK" } else { option.values[0] };
            (option.name.to_owned(), json!(value))
        });
        let range = match kind.contains("REAL_TIME") {
            true => ["2026-11-21T00:00:00Z", "2026-11-21T23:59:59Z"],
            false => ["2026-11-08T00:00:00Z", "2026-11-14T23:59:59Z"],
        };
        let mut request = request(kind, US, range, Value::Object(options.collect()));
        let known = spapi_metadata::ReportType::find(kind).expect("a known type");
        if let (Dates::Refused, Some(request)) = (known.dates, request.as_object_mut()) {
            request.retain(|name, _| !name.starts_with("data"));
        }
        requests.push(request);
    }
    requests
}

async fn sellers(mut check: Check<'_>, sandbox: &Sandbox, caller: &Caller) -> Vec<String> {
    check.get("getMarketplaceParticipations", caller, "/sellers/v1/marketplaceParticipations", &[]).await;
    check.get("getAccount", caller, "/sellers/v1/account", &[]).await;
    let stranger = Caller::with_token(sandbox, "Atza|guess");
    check.answer("getAccount", 403, stranger.get("/sellers/v1/account", &[]).await);
    check.problems
}

async fn tokens(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    let path = "/tokens/2021-03-01/restrictedDataToken";
    let wanted = json!({ "restrictedResources": [{ "method": "GET", "path": "/orders/v0/orders" }] });
    check.answer("createRestrictedDataToken", 200, caller.post(path, &wanted).await);
    check.answer("createRestrictedDataToken", 400, caller.post(path, &json!({})).await);
    check.problems
}

async fn uploads(mut check: Check<'_>, caller: &Caller) -> Vec<String> {
    let path = "/uploads/2020-11-01/uploadDestinations/aplus/2020-11-01/contentDocuments";
    let query =
        [("marketplaceIds", JP), ("contentMD5", "900150983cd24fb0d6963f7d28e17f72"), ("contentType", "image/png")];
    let created = answer(caller.request(Method::POST, path).query(&query)).await;
    check.answer("createUploadDestinationForResource", 201, created);
    let refused = answer(caller.request(Method::POST, path)).await;
    check.answer("createUploadDestinationForResource", 400, refused);
    check.problems
}
