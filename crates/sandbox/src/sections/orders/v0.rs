//! Orders v0: getOrders, getOrder, getOrderItems, and the operations that show only the buyer.
//!
//! Buyers' names and addresses need a restricted data token. Without one, the first three operations leave them out, and
//! the others refuse the call.

use super::list::{self, Event, Names};
use crate::http::{ApiError, Query, Reply};
use crate::login::{Caller, DataElement};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use crate::shop::{Buyer, FulfilledBy, Item, Market, Order, Payment, Speed, Status};
use crate::time::dates;
use serde_json::{Value, json};

pub(in crate::sections) static SERVED: Served = Served {
    section: "orders",
    module: "v0",
    takes_long: false,
    operations: &[
        ("getOrders", get_orders),
        ("getOrder", get_order),
        ("getOrderAddress", get_order_address),
        ("getOrderBuyerInfo", get_order_buyer_info),
        ("getOrderItems", get_order_items),
        ("getOrderItemsBuyerInfo", get_order_items_buyer_info),
        ("getOrderRegulatedInfo", get_order_regulated_info),
    ],
};

const NAMES: Names = Names {
    operation: "orders/v0/getOrders",
    marketplaces: "MarketplaceIds",
    created_after: "CreatedAfter",
    created_before: "CreatedBefore",
    updated_after: "LastUpdatedAfter",
    updated_before: "LastUpdatedBefore",
    page_size: "MaxResultsPerPage",
    token: "NextToken",
};

/// Filters that match no order of the shop.
const FIND_NOTHING: [&str; 5] = [
    "ActualFulfillmentSupplySourceId",
    "BuyerEmail",
    "EasyShipShipmentStatuses",
    "ElectronicInvoiceStatuses",
    "StoreChainStoreId",
];

const STATUSES: [(&str, Option<Status>); 8] = [
    ("PendingAvailability", Some(Status::PendingAvailability)),
    ("Pending", Some(Status::Pending)),
    ("Unshipped", Some(Status::Unshipped)),
    ("PartiallyShipped", Some(Status::PartiallyShipped)),
    ("Shipped", Some(Status::Shipped)),
    // Exists only in Brazil, where the shop does not sell.
    ("InvoiceUnconfirmed", None),
    ("Canceled", Some(Status::Cancelled)),
    ("Unfulfillable", Some(Status::Unfulfillable)),
];

const CHANNELS: [(&str, FulfilledBy); 2] = [("AFN", FulfilledBy::Amazon), ("MFN", FulfilledBy::Merchant)];

fn get_orders(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    // It is required with a token too.
    if call.query.list(NAMES.marketplaces).is_none_or(|ids| ids.is_empty()) {
        return Err(ApiError::invalid_input("MarketplaceIds is required."));
    }
    let page = list::page(server, call.region, &call.query, &NAMES, &[], filter)?;
    let orders: Vec<Value> = page.orders.into_iter().map(|order| order_body(order, &call.caller)).collect();
    let mut payload = json!({ "Orders": orders });
    let until = match page.period.event {
        Event::Created => "CreatedBefore",
        Event::Updated => "LastUpdatedBefore",
    };
    payload[until] = dates::text(page.period.until).into();
    if let Some(token) = page.token {
        payload["NextToken"] = token.into();
    }
    Ok(json!({ "payload": payload }).into())
}

fn get_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    Ok(json!({ "payload": order_body(list::order(server, call)?, &call.caller) }).into())
}

fn get_order_items(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let order = list::order(server, call)?;
    refuse_token(call)?;
    let items: Vec<Value> = order.items.iter().map(|item| item_body(order, item, &call.caller)).collect();
    Ok(json!({ "payload": { "AmazonOrderId": order.id, "OrderItems": items } }).into())
}

fn get_order_address(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    call.caller.must_be_restricted()?;
    let order = list::order(server, call)?;
    let mut payload = json!({ "AmazonOrderId": order.id });
    if let Some(buyer) = order.known_buyer() {
        payload["ShippingAddress"] = address(order, buyer);
        if let Some(company) = &buyer.company {
            payload["BuyerCompanyName"] = company.name.clone().into();
        }
    }
    Ok(json!({ "payload": payload }).into())
}

fn get_order_buyer_info(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    call.caller.must_be_restricted()?;
    let order = list::order(server, call)?;
    let mut payload = order.known_buyer().map_or_else(|| json!({}), buyer_info);
    payload["AmazonOrderId"] = order.id.clone().into();
    Ok(json!({ "payload": payload }).into())
}

fn get_order_items_buyer_info(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    call.caller.must_be_restricted()?;
    let order = list::order(server, call)?;
    refuse_token(call)?;
    let item = |item: &Item| {
        let mut body = item_buyer_info(order, item);
        body["OrderItemId"] = item.id.clone().into();
        body
    };
    let items: Vec<Value> = order.items.iter().map(item).collect();
    Ok(json!({ "payload": { "AmazonOrderId": order.id, "OrderItems": items } }).into())
}

/// The shop sells no regulated products, so no order needs verification.
fn get_order_regulated_info(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    call.caller.must_be_restricted()?;
    let order = list::order(server, call)?;
    Ok(json!({
        "payload": {
            "AmazonOrderId": order.id,
            "RegulatedInformation": { "Fields": [] },
            "RequiresDosageLabel": false,
            "RegulatedOrderVerificationStatus": {
                "Status": "Approved",
                "RequiresMerchantAction": false,
                "ValidRejectionReasons": [],
            },
        },
    })
    .into())
}

/// Every order's items fit on one page, so the sandbox never gives a token here.
fn refuse_token(call: &Call) -> Result<(), ApiError> {
    match call.query.text("NextToken") {
        Some(_) => Err(ApiError::invalid_input("NextToken is not a token of an earlier answer.")),
        None => Ok(()),
    }
}

/// The condition from the filters of getOrders.
fn filter(query: &Query) -> Result<impl Fn(&Order) -> bool + use<>, ApiError> {
    let texts = |name| query.list(name).map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let statuses = query.choices("OrderStatuses", &STATUSES)?;
    let channels = query.choices("FulfillmentChannels", &CHANNELS)?;
    let payments = query.choices("PaymentMethods", &[("COD", "COD"), ("CVS", "CVS"), ("Other", "Other")])?;
    let ids = texts("AmazonOrderIds");
    let seller_order_id = query.text("SellerOrderId").map(str::to_owned);
    let earliest = (query.date("EarliestDeliveryDateAfter")?, query.date("EarliestDeliveryDateBefore")?);
    let latest = (query.date("LatestDeliveryDateAfter")?, query.date("LatestDeliveryDateBefore")?);
    let pick_up = query.flag("IsISPU")?.unwrap_or(false);
    let nothing = pick_up || FIND_NOTHING.iter().any(|name| query.text(name).is_some());
    Ok(move |order: &Order| {
        let within = |time, (after, before): (Option<_>, Option<_>)| {
            after.is_none_or(|after| time >= after) && before.is_none_or(|before| time <= before)
        };
        !nothing
            && statuses.as_ref().is_none_or(|statuses| statuses.contains(&Some(order.status)))
            && channels.as_ref().is_none_or(|channels| channels.contains(&order.fulfilled_by))
            && payments.as_ref().is_none_or(|payments| payments.contains(&payment_method(order)))
            && ids.as_ref().is_none_or(|ids| ids.contains(&order.id))
            && seller_order_id.as_ref().is_none_or(|id| *id == seller_order_id_of(order))
            && within(order.deliver_by.0, earliest)
            && within(order.deliver_by.1, latest)
    })
}

fn order_body(order: &Order, caller: &Caller) -> Value {
    let market = order.market;
    let mut body = json!({
        "AmazonOrderId": order.id,
        "SellerOrderId": seller_order_id_of(order),
        "PurchaseDate": dates::text(order.created),
        "LastUpdateDate": dates::text(order.updated),
        "OrderStatus": status(order.status),
        "FulfillmentChannel": match order.fulfilled_by { FulfilledBy::Amazon => "AFN", FulfilledBy::Merchant => "MFN" },
        "SalesChannel": market.name,
        "ShipServiceLevel": service_level(order.speed),
        "NumberOfItemsShipped": order.units_shipped(),
        "NumberOfItemsUnshipped": order.units_unshipped(),
        "PaymentMethod": payment_method(order),
        "PaymentMethodDetails": [payment_detail(order.payment)],
        "MarketplaceId": market.marketplace.id(),
        "ShipmentServiceLevelCategory": service_level(order.speed),
        "OrderType": if order.status == Status::PendingAvailability { "Preorder" } else { "StandardOrder" },
        "EarliestShipDate": dates::text(order.ship_by.0),
        "LatestShipDate": dates::text(order.ship_by.1),
        "IsBusinessOrder": order.business,
        "IsPrime": order.prime,
        "IsPremiumOrder": order.speed == Speed::NextDay,
        "IsGlobalExpressEnabled": false,
        "IsReplacementOrder": false,
        "IsSoldByAB": false,
        "IsISPU": false,
        "IsAccessPointOrder": false,
        "HasRegulatedItems": false,
    });
    if order.fulfilled_by == FulfilledBy::Merchant {
        body["EarliestDeliveryDate"] = dates::text(order.deliver_by.0).into();
        body["LatestDeliveryDate"] = dates::text(order.deliver_by.1).into();
    }
    if order.has_amounts() {
        body["OrderTotal"] = money(market, order.total());
    }
    if let Some(buyer) = order.known_buyer() {
        if caller.sees(DataElement::BuyerInfo) {
            body["BuyerInfo"] = buyer_info(buyer);
        }
        if caller.sees(DataElement::ShippingAddress) {
            body["ShippingAddress"] = address(order, buyer);
        }
        if let Some(company) = buyer.company.as_ref().filter(|_| caller.sees(DataElement::BuyerTaxInformation)) {
            body["BuyerTaxInformation"] = json!({
                "BuyerLegalCompanyName": company.name,
                "BuyerBusinessAddress": format!("{}, {} {}", buyer.street, buyer.postal_code, buyer.city),
                "BuyerTaxRegistrationId": company.tax_id,
            });
        }
    }
    body
}

fn buyer_info(buyer: &Buyer) -> Value {
    let mut body = json!({ "BuyerEmail": buyer.email, "BuyerName": buyer.name });
    if let Some(company) = &buyer.company {
        body["PurchaseOrderNumber"] = company.purchase_order.clone().into();
        body["BuyerTaxInfo"] = json!({ "CompanyLegalName": company.name });
    }
    body
}

fn address(order: &Order, buyer: &Buyer) -> Value {
    let mut body = json!({
        "Name": buyer.name,
        "AddressLine1": buyer.street,
        "City": buyer.city,
        "PostalCode": buyer.postal_code,
        "CountryCode": order.market.marketplace.country_code(),
        "Phone": buyer.phone,
        "AddressType": if buyer.company.is_some() { "Commercial" } else { "Residential" },
    });
    if let Some(building) = &buyer.building {
        body["AddressLine2"] = building.clone().into();
    }
    if let Some(region) = buyer.region {
        body["StateOrRegion"] = region.into();
    }
    if let Some(company) = &buyer.company {
        body["CompanyName"] = company.name.clone().into();
    }
    body
}

/// The gift message; empty for an item that is not a gift.
fn item_buyer_info(order: &Order, item: &Item) -> Value {
    match order.known_buyer() {
        Some(buyer) if item.gift => json!({ "GiftMessageText": buyer.gift_message, "GiftWrapLevel": "Standard" }),
        _ => json!({}),
    }
}

fn item_body(order: &Order, item: &Item, caller: &Caller) -> Value {
    let market = order.market;
    let mut body = json!({
        "ASIN": item.product.asin,
        "SellerSKU": item.product.sku,
        "OrderItemId": item.id,
        "Title": item.product.title,
        "QuantityOrdered": item.quantity,
        "QuantityShipped": item.shipped,
        "ProductInfo": { "NumberOfItems": "1" },
        "ConditionId": "New",
        "ConditionSubtypeId": "New",
        "IsTransparency": false,
    });
    if let Some(reason) = item.cancel_reason {
        body["BuyerRequestedCancel"] = json!({ "IsBuyerRequestedCancel": "true", "BuyerCancelReason": reason });
    }
    // Before payment an item shows no amounts and no gift.
    if order.has_amounts() {
        body["IsGift"] = item.gift.to_string().into();
        let amounts = [
            ("ItemPrice", item.price),
            ("ItemTax", item.tax),
            ("ShippingPrice", item.shipping),
            ("ShippingTax", item.shipping_tax),
            ("PromotionDiscount", item.promotion.map_or(0, |promotion| promotion.discount)),
        ];
        for (name, amount) in amounts {
            body[name] = money(market, amount);
        }
        if let Some(promotion) = item.promotion {
            body["PromotionIds"] = json!([promotion.id]);
        }
        if let Some(points) = item.points {
            // One point is worth one yen.
            body["PointsGranted"] = json!({ "PointsNumber": points, "PointsMonetaryValue": money(market, points) });
        }
    }
    if caller.sees(DataElement::BuyerInfo) {
        body["BuyerInfo"] = item_buyer_info(order, item);
    }
    body
}

fn money(market: &Market, units: i64) -> Value {
    json!({ "CurrencyCode": market.currency(), "Amount": market.amount(units) })
}

/// The seller's own order id, or Amazon's if the seller gave none.
fn seller_order_id_of(order: &Order) -> &str {
    order.seller_order_id.as_deref().unwrap_or(&order.id)
}

/// The name of a status.
pub(super) fn status(status: Status) -> &'static str {
    STATUSES.iter().find(|(_, known)| *known == Some(status)).map_or("", |(text, _)| text)
}

fn service_level(speed: Speed) -> &'static str {
    match speed {
        Speed::Standard => "Standard",
        Speed::Expedited => "Expedited",
        Speed::NextDay => "NextDay",
    }
}

fn payment_method(order: &Order) -> &'static str {
    match order.payment {
        Payment::CashOnDelivery => "COD",
        Payment::ConvenienceStore => "CVS",
        Payment::CreditCard | Payment::Invoice => "Other",
    }
}

fn payment_detail(payment: Payment) -> &'static str {
    match payment {
        Payment::CreditCard => "Standard",
        Payment::CashOnDelivery => "CashOnDelivery",
        Payment::ConvenienceStore => "ConvenienceStore",
        Payment::Invoice => "Invoice",
    }
}
