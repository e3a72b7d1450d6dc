//! Lists a product from start to end: finds it in Amazon's catalog, checks the offer on this machine, asks Amazon for a preview, sends it,
//! waits until it is live, and deletes it.

use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::discover::{Discovery, Next, Permission, Query};
use spapi_listings::{Definitions, Listings};
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::DE;
const SELLER_ID: &str = "A1SELLER";
const SKU: &str = "EXAMPLE-1";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let id = MARKETPLACE.id();

    let discovery = Discovery::new(&connection.client, MARKETPLACE).seller_id(SELLER_ID).condition("new_new");
    let found = discovery.find(Query::of("Koffer")?).await?;
    let Next::Offer(items) = found.next() else {
        return Err("Amazon's catalog has no such product".into());
    };
    let may_list = |permission| permission == Some(Permission::MayList);
    let item = items.iter().find(|item| may_list(item.permission()) && item.offer("new_new").is_some());
    let item = item.ok_or("the seller may list none of these products")?;
    let offer = item.offer("new_new").ok_or("a family of variations has no offer")?;
    println!("found\t{}\t{}", item.asin, offer.product_type);

    let mut attributes = offer.attributes;
    let price = json!([{ "schedule": [{ "value_with_tax": 49.99 }] }]);
    attributes.insert(
        "purchasable_offer".to_owned(),
        json!([{ "currency": "EUR", "audience": "ALL", "our_price": price, "marketplace_id": id }]),
    );
    attributes.insert(
        "fulfillment_availability".to_owned(),
        json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 5 }]),
    );
    let attributes = Value::Object(attributes);

    let definitions = Definitions::new(&connection.client).seller_id(SELLER_ID);
    let definition = definitions.get(&offer.product_type, MARKETPLACE).requirements(offer.requirements.clone()).await?;
    let findings = definition.validator()?.for_marketplace(MARKETPLACE).create(&attributes);
    println!("checked\t{} errors", findings.errors().count());

    let listings =
        Listings::new(&connection.client, SELLER_ID).polling(connection.poll_interval, Duration::from_secs(15));
    let put = || {
        let put = listings.put(SKU, MARKETPLACE, &offer.product_type, attributes.clone());
        put.requirements(offer.requirements.as_str())
    };
    let preview = put().preview().await?;
    println!("preview\t{}", if preview.is_valid() { "valid" } else { "not valid" });
    put().await?.accepted()?;
    // ACCEPTED is not a live listing.
    connection.pass(Duration::from_secs(3600));
    let waited = listings.wait(SKU, MARKETPLACE).deadline(Duration::from_secs(600)).await?;
    println!("live\t{}", waited.ended);
    listings.delete(SKU, MARKETPLACE).await?.accepted()?;
    println!("deleted\t{SKU}");
    Ok(())
}
