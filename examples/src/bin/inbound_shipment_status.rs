//! Shows the shipments to Amazon's warehouses: how far they are, and how many units have arrived.
//!
//! `inbound_shipment_status [SHIPMENT...]`; without ids, those that changed in the last 60 days

use spapi_core::Marketplace;
use spapi_fulfillment_inbound::v0::{FulfillmentInbound, types::GetShipmentsQueryType};
use std::error::Error;
use std::time::{Duration, SystemTime};

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let ids: Vec<String> = std::env::args().skip(1).collect();
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let inbound = FulfillmentInbound::new(&connection.client);

    // Amazon refuses times of the last two minutes.
    let until = SystemTime::now() - Duration::from_secs(5 * 60);
    let shipments = inbound.get_shipments().marketplace_id(MARKETPLACE);
    let shipments = match ids.as_slice() {
        [] => shipments
            .query_type(GetShipmentsQueryType::DateRange)
            .last_updated_after(until - Duration::from_secs(60 * 24 * 3600))
            .last_updated_before(until),
        ids => shipments.query_type(GetShipmentsQueryType::Shipment).shipment_id_list(ids),
    };
    let mut shipments = shipments.items();
    while let Some(shipment) = shipments.try_next().await? {
        let id = shipment.shipment_id.unwrap_or_default();
        let items = inbound.get_shipment_items_by_shipment_id(&id).send().await?.payload()?;
        let items = items.item_data;
        let (sent, arrived) = items.iter().fold((0, 0), |(sent, arrived), item| {
            (sent + item.quantity_shipped.unwrap_or_default(), arrived + item.quantity_received.unwrap_or_default())
        });
        let status = shipment.shipment_status.map(|status| status.to_string()).unwrap_or_default();
        println!("{id}\t{status}\t{arrived} of {sent} units have arrived");
    }
    Ok(())
}
