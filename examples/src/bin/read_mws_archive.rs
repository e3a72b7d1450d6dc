//! Reads an answer of MWS that was kept, as an order of today.

use spapi_mws::read::{Item, Reader, Tally};
use spapi_orders::v0::types::Order;
use std::error::Error;

const ANSWER: &str = r#"<ListOrdersResponse xmlns="https://mws.amazonservices.com/Orders/2013-09-01">
  <ListOrdersResult><Orders><Order>
    <AmazonOrderId>503-1234567-1234567</AmazonOrderId>
    <PurchaseDate>2018-05-01T03:04:05Z</PurchaseDate>
    <OrderStatus>Shipped</OrderStatus>
    <OrderTotal><Amount>1980.00</Amount><CurrencyCode>JPY</CurrencyCode></OrderTotal>
    <TFMShipmentStatus>Delivered</TFMShipmentStatus>
  </Order></Orders></ListOrdersResult>
</ListOrdersResponse>"#;

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: read
    let mut reader = Reader::new(ANSWER.as_bytes());
    let mut tally = Tally::new();
    while let Some(item) = reader.try_next()? {
        tally.add("orders.xml", &item);
        if let Item::Record(record) = item {
            let order: Order = record.to()?;
            let total = order.order_total.unwrap_or_default();
            println!(
                "{}\t{} {}",
                order.amazon_order_id,
                total.amount.unwrap_or_default(),
                total.currency_code.unwrap_or_default()
            );
            for text in record.unmapped() {
                println!("without a place today: {}", text.path);
            }
        }
    }
    println!("{} pages are missing", tally.gaps().len());
    // ANCHOR_END: read
    Ok(())
}
