//! What follows from notifications about listings and product types.

use crate::definition::DefinitionsChange;
use crate::{Definitions, Listings};
use spapi_core::BoxFuture;
use spapi_events::consume::{Delivery, Handler, HandlerError};
use spapi_events::payloads::{
    listings_item_issues_change, listings_item_mfn_quantity_change::ListingsItemMfnQuantityChange,
    listings_item_status_change::ListingsItemStatusChange,
    product_type_definitions_change::ProductTypeDefinitionsChange,
};
use std::future::ready;

/// The notification types by which [`Listings`] wakes those who wait, for `Router::on_types`.
pub const LISTINGS_TYPES: &[&str] =
    &["LISTINGS_ITEM_STATUS_CHANGE", "LISTINGS_ITEM_ISSUES_CHANGE", "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"];

/// Makes those who [wait](Listings::wait) for the SKU of a notification look at once: `LISTINGS_ITEM_STATUS_CHANGE`,
/// `LISTINGS_ITEM_ISSUES_CHANGE` and `LISTINGS_ITEM_MFN_QUANTITY_CHANGE`. Any other notification changes nothing.
impl Handler for Listings {
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>> {
        if let Some(sku) = sku(&delivery) {
            self.wake(sku);
        }
        Box::pin(ready(Ok(())))
    }
}

fn sku(delivery: &Delivery) -> Option<&str> {
    use listings_item_issues_change::{v1_0, v2023_12_13};
    if let Some(change) = delivery.payload_as::<ListingsItemStatusChange>() {
        return change.sku.as_deref();
    }
    if let Some(change) = delivery.payload_as::<ListingsItemMfnQuantityChange>() {
        return change.sku.as_deref();
    }
    if let Some(change) = delivery.payload_as::<v1_0::ListingsItemIssuesChange>() {
        return change.sku.as_deref();
    }
    delivery.payload_as::<v2023_12_13::ListingsItemIssuesChange>()?.sku.as_deref()
}

/// Asks Amazon about the definitions that a notification `PRODUCT_TYPE_DEFINITIONS_CHANGE` may concern, as
/// [`changed`](Definitions::changed) does. A definition that Amazon cannot be asked about is out of date from then on, so that it is
/// asked the next time. Any other notification changes nothing.
impl Handler for Definitions {
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>> {
        let Some(payload) = delivery.payload_as::<ProductTypeDefinitionsChange>() else {
            return Box::pin(ready(Ok(())));
        };
        let change = DefinitionsChange {
            version: payload.product_type_version.clone(),
            marketplace_id: payload.marketplace_id.clone(),
            new_product_types: payload.new_product_types.clone(),
        };
        Box::pin(async move {
            let compared = self.changed(&change).await;
            tracing::debug!(definitions = compared.len(), "definitions were compared after a notification");
            Ok(())
        })
    }
}
