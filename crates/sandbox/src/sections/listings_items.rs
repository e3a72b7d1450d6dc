//! Listings Items 2021-08-01: searchListingsItems, getListingsItem, from the shop's offers.

use super::Served;
use super::call::Call;
use super::marketplaces;
use super::paging::List;
use crate::http::{ApiError, Query, Reply};
use crate::server::Server;
use crate::shop::{Market, Product, by_amazon};
use crate::time::dates;
use serde_json::{Value, json};

pub(super) static SERVED: Served = Served {
    section: "listings-items",
    module: "v2021_08_01",
    takes_long: false,
    operations: &[("searchListingsItems", search_listings_items), ("getListingsItem", get_listings_item)],
};

const LIST: List =
    List { operation: "listings/2021-08-01/searchListingsItems", token: "pageToken", size: Some("pageSize"), most: 20 };

/// The parts of a listing that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Summaries,
    Offers,
    Availability,
    Issues,
    ProductTypes,
    /// What no listing of the shop has.
    Absent,
}

const PARTS: [(&str, Part); 8] = [
    ("summaries", Part::Summaries),
    ("offers", Part::Offers),
    ("fulfillmentAvailability", Part::Availability),
    ("issues", Part::Issues),
    ("productTypes", Part::ProductTypes),
    ("attributes", Part::Absent),
    ("procurement", Part::Absent),
    ("relationships", Part::Absent),
];

/// The product type of everything in the shop.
const PRODUCT_TYPE: &str = "KITCHEN";

fn search_listings_items(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let market = market(call)?;
    let mut number = 0;
    let (products, token) = LIST.page(
        &server.pages,
        &call.query,
        |query| {
            let found = chosen(market, query)?;
            number = found.len();
            Ok(found)
        },
        |product| (0, product.sku.to_owned()),
    )?;
    let parts = parts(&call.query)?;
    let items: Vec<Value> = products.iter().map(|product| item(server, market, product, &parts)).collect();
    let mut answer = json!({ "numberOfResults": number, "items": items });
    if let Some(token) = token {
        answer["pagination"] = json!({ "nextToken": token });
    }
    Ok(answer.into())
}

fn get_listings_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let market = market(call)?;
    let sku = call.path.get(1).map(|(_, value)| value.as_str()).unwrap_or_default();
    let product = market.products.iter().find(|product| product.sku == sku);
    let product = product.ok_or_else(|| ApiError::not_found(format!("The seller has no SKU {sku:?}.")))?;
    Ok(item(server, market, product, &parts(&call.query)?).into())
}

fn market(call: &Call) -> Result<&'static Market, ApiError> {
    let ids = call.query.list("marketplaceIds").unwrap_or_default();
    let markets = marketplaces::read(call.region, "marketplaceIds", ids)?;
    match markets[..] {
        [market] => Ok(market),
        _ => Err(ApiError::invalid_input("marketplaceIds must hold one id.")),
    }
}

fn parts(query: &Query) -> Result<Vec<Part>, ApiError> {
    Ok(query.choices("includedData", &PARTS)?.unwrap_or_else(|| vec![Part::Summaries]))
}

/// The products that a search asks for.
fn chosen(market: &'static Market, query: &Query) -> Result<Vec<&'static Product>, ApiError> {
    let Some(wanted) = query.list("identifiers") else { return Ok(market.products.iter().collect()) };
    let of: fn(&Product) -> String = match query.text("identifiersType") {
        Some("SKU") => |product| product.sku.to_owned(),
        Some("ASIN") => |product| product.asin.to_owned(),
        Some("FNSKU") => Product::fnsku,
        _ => return Err(ApiError::invalid_input("identifiersType must be SKU, ASIN or FNSKU in the sandbox.")),
    };
    Ok(market.products.iter().filter(|product| wanted.contains(&of(product).as_str())).collect())
}

fn item(server: &Server, market: &'static Market, product: &'static Product, parts: &[Part]) -> Value {
    let (offer, id) = (server.offers.of(market, product), market.marketplace.id());
    let is_sold_out = offer.quantity == Some(0);
    let mut body = json!({ "sku": product.sku });
    for part in parts {
        match part {
            Part::Summaries => {
                let mut summary = json!({
                    "marketplaceId": id,
                    "asin": product.asin,
                    "productType": PRODUCT_TYPE,
                    "conditionType": "new_new",
                    "status": if is_sold_out { json!(["DISCOVERABLE"]) } else { json!(["BUYABLE", "DISCOVERABLE"]) },
                    "itemName": product.title,
                    "createdDate": dates::text(server.began - CREATED),
                    "lastUpdatedDate": dates::text(server.began),
                });
                if by_amazon(market, product) {
                    summary["fnSku"] = product.fnsku().into();
                }
                body["summaries"] = json!([summary]);
            }
            Part::Offers => {
                body["offers"] = json!([{
                    "marketplaceId": id,
                    "offerType": "B2C",
                    "price": { "currencyCode": market.currency(), "amount": market.amount(offer.price) },
                }]);
            }
            Part::Availability => {
                body["fulfillmentAvailability"] = match offer.quantity {
                    Some(quantity) => json!([{ "fulfillmentChannelCode": "DEFAULT", "quantity": quantity }]),
                    None => {
                        json!([{ "fulfillmentChannelCode": format!("AMAZON_{}", market.marketplace.region().code()) }])
                    }
                };
            }
            Part::Issues => body["issues"] = json!([]),
            Part::ProductTypes => body["productTypes"] = json!([{ "marketplaceId": id, "productType": PRODUCT_TYPE }]),
            Part::Absent => {}
        }
    }
    body
}

/// How long before the start of the sandbox the listings were made.
const CREATED: std::time::Duration = std::time::Duration::from_secs(200 * 24 * 3600);
