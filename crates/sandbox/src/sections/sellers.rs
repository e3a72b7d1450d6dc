//! Sellers v1: getMarketplaceParticipations, getAccount.

use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use crate::shop::{Market, markets_of};
use serde_json::{Value, json};
use spapi_types::Region;

pub(super) static SERVED: Served = Served {
    section: "sellers",
    module: "v1",
    takes_long: false,
    operations: &[("getMarketplaceParticipations", get_marketplace_participations), ("getAccount", get_account)],
};

/// The name of the shop.
const SHOP_NAME: &str = "Sandbox Kitchen";

fn get_marketplace_participations(_: &Server, call: &Call) -> Result<Reply, ApiError> {
    Ok(json!({ "payload": participations(call.region) }).into())
}

fn get_account(_: &Server, call: &Call) -> Result<Reply, ApiError> {
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
        "marketplaceParticipationList": participations(call.region),
        "business": {
            "name": "Sandbox Kitchen K.K.",
            "nonLatinName": "サンドボックスキッチン株式会社",
            "registeredBusinessAddress": address,
        },
        "primaryContact": { "name": "Hana Mihon", "nonLatinName": "見本 花", "address": address },
    });
    Ok(json!({ "payload": account }).into())
}

fn participations(region: Region) -> Vec<Value> {
    markets_of(region).map(participation).collect()
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
        "storeName": SHOP_NAME,
    })
}
