//! Orders 2026-01-01: searchOrders, getOrder.
//!
//! An answer has the datasets that `includedData` names. The personal data in BUYER and RECIPIENT depend on the
//! application's restricted roles and need no restricted data token; every caller gets the other data.

use super::list::{self, Event, Names};
use crate::http::{ApiError, Query, Reply};
use crate::login::Seen;
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use crate::shop::{FulfilledBy, Item, Market, Order, Package, Payment, Speed, Status};
use crate::time::dates;
use serde_json::{Map, Value, json};

pub(in crate::sections) static SERVED: Served = Served {
    section: "orders",
    module: "v2026_01_01",
    takes_long: false,
    operations: &[("searchOrders", search_orders), ("getOrder", get_order)],
};

const NAMES: Names = Names {
    operation: "orders/2026-01-01/searchOrders",
    marketplaces: "marketplaceIds",
    created_after: "createdAfter",
    created_before: "createdBefore",
    updated_after: "lastUpdatedAfter",
    updated_before: "lastUpdatedBefore",
    page_size: "maxResultsPerPage",
    token: "paginationToken",
};

const INCLUDED_DATA: &str = "includedData";

const STATUSES: [(&str, Status); 7] = [
    ("PENDING_AVAILABILITY", Status::PendingAvailability),
    ("PENDING", Status::Pending),
    ("UNSHIPPED", Status::Unshipped),
    ("PARTIALLY_SHIPPED", Status::PartiallyShipped),
    ("SHIPPED", Status::Shipped),
    ("CANCELLED", Status::Cancelled),
    ("UNFULFILLABLE", Status::Unfulfillable),
];

const FULFILLERS: [(&str, FulfilledBy); 2] = [("AMAZON", FulfilledBy::Amazon), ("MERCHANT", FulfilledBy::Merchant)];

/// A part of an order that an answer holds only on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dataset {
    Buyer,
    Recipient,
    Proceeds,
    Expense,
    Promotion,
    Cancellation,
    Fulfillment,
    Packages,
    Tax,
    Payment,
    /// A dataset that no order of the shop has.
    Absent,
}

const DATASETS: [(&str, Dataset); 11] = [
    ("BUYER", Dataset::Buyer),
    ("RECIPIENT", Dataset::Recipient),
    ("PROCEEDS", Dataset::Proceeds),
    ("EXPENSE", Dataset::Expense),
    ("PROMOTION", Dataset::Promotion),
    ("CANCELLATION", Dataset::Cancellation),
    ("FULFILLMENT", Dataset::Fulfillment),
    ("PACKAGES", Dataset::Packages),
    ("TAX", Dataset::Tax),
    ("PAYMENT", Dataset::Payment),
    ("FULFILLMENT_ORDERS", Dataset::Absent),
];

fn search_orders(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let page = list::page(server, call.region, &call.query, &NAMES, &[INCLUDED_DATA], filter)?;
    let included = included(&page.query)?;
    let orders: Vec<Value> = page.orders.into_iter().map(|order| order_body(server, order, &included)).collect();
    let mut answer = json!({ "orders": orders });
    let until = match page.period.event {
        Event::Created => "createdBefore",
        Event::Updated => "lastUpdatedBefore",
    };
    answer[until] = dates::text(page.period.until).into();
    if let Some(token) = page.token {
        answer["pagination"] = json!({ "nextToken": token });
    }
    Ok(answer.into())
}

fn get_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let included = included(&call.query)?;
    Ok(json!({ "order": order_body(server, list::order(server, call)?, &included) }).into())
}

fn included(query: &Query) -> Result<Vec<Dataset>, ApiError> {
    Ok(query.choices(INCLUDED_DATA, &DATASETS)?.unwrap_or_default())
}

/// The condition from the filters of searchOrders.
fn filter(query: &Query) -> Result<impl Fn(&Order) -> bool + use<>, ApiError> {
    let statuses = query.choices("fulfillmentStatuses", &STATUSES)?;
    let fulfillers = query.choices("fulfilledBy", &FULFILLERS)?;
    Ok(move |order: &Order| {
        statuses.as_ref().is_none_or(|statuses| statuses.contains(&order.status))
            && fulfillers.as_ref().is_none_or(|fulfillers| fulfillers.contains(&order.fulfilled_by))
    })
}

fn order_body(server: &Server, order: &Order, included: &[Dataset]) -> Value {
    let market = order.market;
    let seen = server.roles.see(order, server.clock.now());
    let items: Vec<Value> = order.items.iter().map(|item| item_body(order, item, seen.as_ref(), included)).collect();
    let mut body = json!({
        "orderId": order.id,
        "createdTime": dates::text(order.created),
        "lastUpdatedTime": dates::text(order.updated),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": market.marketplace.id(),
            "marketplaceName": market.name,
        },
        "orderItems": items,
    });
    if let Some(id) = &order.seller_order_id {
        body["orderAliases"] = json!([{ "aliasId": id, "aliasType": "SELLER_ORDER_ID" }]);
    }
    let programs: Vec<&str> = [
        (order.business, "AMAZON_BUSINESS"),
        (order.prime, "PRIME"),
        (order.speed == Speed::NextDay, "PREMIUM"),
        (order.status == Status::PendingAvailability, "PREORDER"),
    ]
    .into_iter()
    .filter_map(|(is_in, program)| is_in.then_some(program))
    .collect();
    if !programs.is_empty() {
        body["programs"] = json!(programs);
    }
    for dataset in included {
        match dataset {
            Dataset::Buyer => {
                if let Some(buyer) = seen.as_ref().and_then(buyer) {
                    body["buyer"] = buyer;
                }
            }
            Dataset::Recipient => {
                if let Some(seen) = &seen {
                    body["recipient"] = json!({ "deliveryAddress": address(order, seen) });
                }
            }
            Dataset::Fulfillment => body["fulfillment"] = fulfillment(order),
            Dataset::Proceeds if order.has_amounts() => {
                let breakdowns = breakdowns(market, &order.items);
                body["proceeds"] = json!({ "grandTotal": money(market, order.total()), "breakdowns": breakdowns });
            }
            Dataset::Payment if order.has_amounts() => {
                let method = match order.payment {
                    Payment::CreditCard => "CreditCard",
                    Payment::CashOnDelivery => "CashOnDelivery",
                    Payment::ConvenienceStore => "ConvenienceStore",
                    Payment::Invoice => "Invoice",
                };
                let amount = money(market, order.total());
                body["payment"] =
                    json!({ "paymentExecutions": [{ "paymentMethod": method, "paymentAmount": amount }] });
            }
            Dataset::Packages if !order.packages.is_empty() => {
                body["packages"] = order.packages.iter().map(package_body).collect();
            }
            _ => {}
        }
    }
    body
}

/// The buyer; `None` if there is nothing to show.
fn buyer(seen: &Seen) -> Option<Value> {
    let company = seen.buyer.company.as_ref();
    let members = [
        ("buyerName", seen.name.then_some(&seen.buyer.name)),
        ("buyerEmail", seen.email.then_some(&seen.buyer.email)),
        ("buyerCompanyName", company.map(|company| &company.name)),
        ("buyerPurchaseOrderNumber", company.map(|company| &company.purchase_order)),
    ];
    let shown: Map<String, Value> =
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect();
    (!shown.is_empty()).then(|| shown.into())
}

/// The address. The city and larger places do not identify a person.
fn address(order: &Order, seen: &Seen) -> Value {
    let buyer = seen.buyer;
    let mut body = json!({
        "city": buyer.city,
        "countryCode": order.market.marketplace.country_code(),
        "addressType": if buyer.company.is_some() { "COMMERCIAL" } else { "RESIDENTIAL" },
    });
    if let Some(region) = buyer.region {
        body["stateOrRegion"] = region.into();
    }
    if let Some(company) = &buyer.company {
        body["companyName"] = company.name.clone().into();
    }
    if seen.recipient {
        body["name"] = buyer.name.clone().into();
        body["addressLine1"] = buyer.street.clone().into();
        body["postalCode"] = buyer.postal_code.clone().into();
        if let Some(building) = &buyer.building {
            body["addressLine2"] = building.clone().into();
        }
    }
    if seen.phone {
        body["phone"] = buyer.phone.clone().into();
    }
    body
}

fn fulfillment(order: &Order) -> Value {
    let window = |(earliest, latest)| json!({ "earliestDateTime": dates::text(earliest), "latestDateTime": dates::text(latest) });
    json!({
        "fulfillmentStatus": name_of(&STATUSES, order.status),
        "fulfilledBy": name_of(&FULFILLERS, order.fulfilled_by),
        "fulfillmentServiceLevel": match order.speed {
            Speed::Standard => "STANDARD",
            Speed::Expedited => "EXPEDITED",
            Speed::NextDay => "NEXT_DAY",
        },
        "shipByWindow": window(order.ship_by),
        "deliverByWindow": window(order.deliver_by),
    })
}

fn package_body(package: &Package) -> Value {
    let (status, detailed) = if package.delivered { ("DELIVERED", "DELIVERED") } else { ("IN_TRANSIT", "PICKED_UP") };
    let contents = package.contents.iter().map(|(id, quantity)| json!({ "orderItemId": id, "quantity": quantity }));
    json!({
        "packageReferenceId": package.reference,
        "createdTime": dates::text(package.sent),
        "packageStatus": { "status": status, "detailedStatus": detailed },
        "carrier": package.carrier,
        "shipTime": dates::text(package.sent),
        "shippingService": package.service,
        "trackingNumber": package.tracking_number,
        "packageItems": contents.collect::<Vec<_>>(),
    })
}

fn item_body(order: &Order, item: &Item, seen: Option<&Seen>, included: &[Dataset]) -> Value {
    let market = order.market;
    let mut product = json!({
        "asin": item.product.asin,
        "title": item.product.title,
        "sellerSku": item.product.sku,
        "condition": { "conditionType": "NEW", "conditionSubtype": "NEW" },
    });
    if order.has_amounts() {
        product["price"] = json!({ "unitPrice": money(market, item.product.price) });
    }
    let mut body = json!({ "orderItemId": item.id, "quantityOrdered": item.quantity, "product": product });
    for dataset in included {
        match (dataset, item.promotion, item.points) {
            (Dataset::Proceeds, ..) if order.has_amounts() => {
                let breakdowns = breakdowns(market, std::slice::from_ref(item));
                body["proceeds"] =
                    json!({ "proceedsTotal": money(market, item.total(market)), "breakdowns": breakdowns });
            }
            (Dataset::Expense, _, Some(points)) if order.has_amounts() => {
                // One point is worth one yen.
                let granted = json!({ "pointsNumber": points, "pointsMonetaryValue": money(market, points) });
                body["expense"] = json!({ "pointsCost": { "pointsGranted": granted } });
            }
            (Dataset::Promotion, Some(promotion), _) if order.has_amounts() => {
                body["promotion"] = json!({ "breakdowns": [{ "promotionId": promotion.id }] });
            }
            (Dataset::Cancellation, ..) if order.status == Status::Cancelled => {
                body["cancellation"] = cancellation(item);
            }
            (Dataset::Fulfillment, ..) => {
                let unfulfilled = if order.status == Status::Cancelled { 0 } else { item.quantity - item.shipped };
                body["fulfillment"] = json!({ "quantityFulfilled": item.shipped, "quantityUnfulfilled": unfulfilled });
                if let Some(seen) = seen.filter(|_| item.gift) {
                    let mut gift = json!({ "giftWrapLevel": "Standard" });
                    if seen.recipient {
                        gift["giftMessage"] = seen.buyer.gift_message.into();
                    }
                    body["fulfillment"]["packing"] = json!({ "giftOption": gift });
                }
            }
            // Only in this marketplace does Amazon itself withhold the tax.
            (Dataset::Tax, ..) if order.has_amounts() && !market.tax_included => {
                let collection =
                    json!({ "model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc." });
                body["tax"] = json!({ "taxCollections": [collection] });
            }
            _ => {}
        }
    }
    body
}

fn cancellation(item: &Item) -> Value {
    match item.cancel_reason {
        Some(reason) => json!({
            "cancellationRequest": { "requester": "BUYER", "cancelReason": reason },
            "cancellationExecution": { "cancelledBy": "BUYER", "cancelReason": reason },
        }),
        None => json!({ "cancellationExecution": { "cancelledBy": "MERCHANT" } }),
    }
}

/// The parts of the items' proceeds. They add up to the total.
fn breakdowns(market: &Market, items: &[Item]) -> Vec<Value> {
    let sum = |part: fn(&Item, &Market) -> i64| -> i64 { items.iter().map(|item| part(item, market)).sum() };
    [
        ("ITEM", sum(|item, _| item.price)),
        ("SHIPPING", sum(|item, _| item.shipping)),
        ("TAX", sum(Item::tax_on_top)),
        ("DISCOUNT", sum(|item, _| item.promotion.map_or(0, |promotion| -promotion.discount))),
    ]
    .into_iter()
    .filter(|(_, amount)| *amount != 0)
    .map(|(kind, amount)| json!({ "type": kind, "subtotal": money(market, amount) }))
    .collect()
}

fn money(market: &Market, units: i64) -> Value {
    json!({ "amount": market.amount(units), "currencyCode": market.currency() })
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}
