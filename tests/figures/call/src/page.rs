//! A page of orders as searchOrders answers it, about 98 kB long.

use serde_json::{Value, json};

/// How many orders are on the page.
pub const ORDERS: usize = 100;

/// The page as JSON, without white space, as Amazon sends it.
pub fn text() -> String {
    let orders: Vec<_> = (0..ORDERS).map(order).collect();
    json!({
        "orders": orders,
        "createdBefore": "2026-06-30T12:00:00Z",
        "pagination": { "nextToken": "c2Vjb25kLXBhZ2U" },
    })
    .to_string()
}

fn order(number: usize) -> Value {
    let day = number % 28 + 1;
    let minute = number % 60;
    let price = format!("{}.00", 1480 + 37 * number);
    let money = json!({ "amount": price, "currencyCode": "JPY" });
    let programs: &[&str] = if number % 3 == 0 { &["PRIME"] } else { &[] };
    json!({
        "orderId": format!("503-{:07}-{:07}", 1_234_567 + 7919 * number, 7_654_321 - 6007 * number),
        "createdTime": format!("2026-06-{day:02}T08:{minute:02}:31Z"),
        "lastUpdatedTime": format!("2026-06-{day:02}T19:{minute:02}:05Z"),
        "programs": programs,
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": "A1VC38T7YXB528",
            "marketplaceName": "Amazon.co.jp",
        },
        "fulfillment": {
            "fulfillmentStatus": if number % 4 == 0 { "UNSHIPPED" } else { "SHIPPED" },
            "fulfilledBy": if number % 2 == 0 { "MERCHANT" } else { "AMAZON" },
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {
                "earliestDateTime": format!("2026-06-{day:02}T15:00:00Z"),
                "latestDateTime": format!("2026-07-{day:02}T14:59:59Z"),
            },
            "deliverByWindow": { "latestDateTime": format!("2026-07-{day:02}T14:59:59Z") },
        },
        "orderItems": [{
            "orderItemId": format!("{:014}", 10_203_040_506_070_u64 + 104_729 * number as u64),
            "quantityOrdered": 1,
            "programs": ["GIFT"],
            "product": {
                "asin": format!("B0{:08}", 31_415_926 + number),
                "title": "Enamelled kettle with a wooden handle, 1.8 litres, forest green",
                "sellerSku": format!("KETTLE/18-{number:03}"),
                "condition": { "conditionType": "NEW" },
                "price": { "unitPrice": money },
            },
            "proceeds": {
                "proceedsTotal": money,
                "breakdowns": [{ "type": "ITEM", "subtotal": money }],
            },
        }],
    })
}
