//! Announces a shipment of one product to Amazon's warehouses, and prints where to get the labels of its units.
//!
//! `create_inbound_shipment [SKU] [QUANTITY]`

use spapi_core::{Client, Marketplace};
use spapi_fulfillment_inbound::v2024_03_20::{FulfillmentInbound, types};
use std::error::Error;
use std::time::Duration;

const MARKETPLACE: Marketplace = Marketplace::JP;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let connection = spapi_examples::connect(MARKETPLACE).await?;
    let client = &connection.client;
    let sku = match arguments.next() {
        Some(sku) => sku,
        None => spapi_examples::stocked_sku(client, MARKETPLACE).await?,
    };
    let quantity: i64 = arguments.next().map_or(Ok(12), |text| text.parse())?;
    let inbound = FulfillmentInbound::new(client);

    // 1. What is sent, and from where.
    let seller = types::LabelOwner::Seller;
    let item = types::ItemInput::new(seller, &sku, types::PrepOwner::None, quantity);
    let from = types::AddressInput::new("1-2-3 Chaya", "Uji", "JP", "Made-up Tea", "+81 774 00 0000", "611-0000");
    let plan =
        inbound.create_inbound_plan(types::CreateInboundPlanRequest::new([MARKETPLACE], [item], from)).send().await?;
    finished(client, &plan.operation_id, connection.poll_interval).await?;
    let id = &plan.inbound_plan_id;

    // 2. Where it goes: Amazon offers placements, and the confirmed one makes the shipments.
    let request = types::GeneratePlacementOptionsRequest::default();
    let generated = inbound.generate_placement_options(id, request).send().await?;
    finished(client, &generated.operation_id, connection.poll_interval).await?;
    let options = inbound.list_placement_options(id).send().await?;
    let option = options.placement_options.first().ok_or("Amazon offers no placement")?;
    let confirmed = inbound.confirm_placement_option(id, &option.placement_option_id).send().await?;
    finished(client, &confirmed.operation_id, connection.poll_interval).await?;

    for shipment_id in &option.shipment_ids {
        let shipment = inbound.get_shipment(id, shipment_id).send().await?.into_inner();
        println!(
            "shipment\t{}\t{}",
            shipment.shipment_confirmation_id.as_deref().unwrap_or(shipment_id),
            shipment.status.as_deref().unwrap_or("without a status")
        );
    }

    // 3. A label for each unit.
    let labels = types::CreateMarketplaceItemLabelsRequest::new(
        types::LabelPrintType::StandardFormat,
        MARKETPLACE,
        [types::MskuQuantity::new(&sku, quantity)],
    )
    .page_type(types::ItemLabelPageType::A427);
    let labels = inbound.create_marketplace_item_labels(labels).send().await?;
    for document in &labels.document_downloads {
        println!("labels of {quantity} {sku}\t{}", document.uri);
    }
    Ok(())
}

/// Waits until an operation of Amazon's that went on after its answer has ended.
async fn finished(client: &Client, operation_id: &str, pause: Duration) -> Result<(), Box<dyn Error>> {
    const LOOKS: u32 = 40;
    for _ in 0..LOOKS {
        let status =
            FulfillmentInbound::new(client).get_inbound_operation_status(operation_id).send().await?.into_inner();
        match &status.operation_status {
            types::OperationStatus::Success => return Ok(()),
            types::OperationStatus::Failed => {
                let problems: Vec<_> =
                    status.operation_problems.iter().map(|problem| problem.message.as_str()).collect();
                return Err(format!("{} failed: {}", status.operation, problems.join("; ")).into());
            }
            _ => tokio::time::sleep(pause).await,
        }
    }
    Err("Amazon has not finished in time: look again later, with the id of the operation".into())
}
