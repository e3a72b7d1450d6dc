//! Sellers v1: getMarketplaceParticipations, getAccount.

use crate::error::ApiError;
use crate::reply::Reply;
use crate::routes::{Call, Handler, Route};
use crate::server::Server;
use crate::shop::{MARKETS, Market};
use axum::http::Method;
use serde_json::{Value, json};

pub(super) static ROUTES: [Route; 2] = [
    route("getMarketplaceParticipations", "/sellers/v1/marketplaceParticipations", get_marketplace_participations),
    route("getAccount", "/sellers/v1/account", get_account),
];

const fn route(id: &'static str, path: &'static str, handler: Handler) -> Route {
    Route { section: "sellers", module: "v1", id, method: Method::GET, path, handler }
}

/// What the shop calls itself.
const STORE: &str = "Sandbox Kitchen";

fn get_marketplace_participations(_: &Server, _: &Call) -> Result<Reply, ApiError> {
    Ok(json!({ "payload": participations() }).into())
}

fn get_account(_: &Server, _: &Call) -> Result<Reply, ApiError> {
    let address = json!({
        "addressLine1": "見本町1丁目2-3",
        "city": "千代田区",
        "stateOrProvinceCode": "東京都",
        "postalCode": "100-0000",
        "countryCode": "JP",
    });
    let account = json!({
        "businessType": "PRIVATE_LIMITED",
        "sellingPlan": "PROFESSIONAL",
        "marketplaceParticipationList": participations(),
        "business": {
            "name": "Sandbox Kitchen K.K.",
            "nonLatinName": "サンドボックスキッチン株式会社",
            "registeredBusinessAddress": address,
        },
        "primaryContact": { "name": "Hana Mihon", "nonLatinName": "見本 花", "address": address },
    });
    Ok(json!({ "payload": account }).into())
}

fn participations() -> Vec<Value> {
    MARKETS.iter().map(participation).collect()
}

fn participation(market: &Market) -> Value {
    let marketplace = market.marketplace;
    json!({
        "marketplace": {
            "id": marketplace.id(),
            "name": market.name,
            "countryCode": marketplace.country_code(),
            "defaultCurrencyCode": marketplace.currency(),
            "defaultLanguageCode": marketplace.default_locale(),
            "domainName": marketplace.retail_host(),
        },
        "participation": { "isParticipating": true, "hasSuspendedListings": false },
        "storeName": STORE,
    })
}
