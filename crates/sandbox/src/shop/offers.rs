//! Prices and the seller's own stock. Unlike orders, feeds can change them.

use super::{Market, Product, by_amazon, market};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The price of a product, and the seller's quantity of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The price in the currency's smallest unit.
    pub(crate) price: i64,
    /// `None` if Amazon ships the product and counts its stock.
    pub(crate) quantity: Option<u64>,
}

/// The place of the product that the seller has sold out, so that its offer is inactive.
const SOLD_OUT: u64 = 9;

/// A change of an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) price: Option<i64>,
    pub(crate) quantity: Option<u64>,
}

/// The offers of the shop.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    /// The changes since the start, by marketplace id and SKU.
    changes: Mutex<HashMap<(&'static str, &'static str), Change>>,
}

impl Offers {
    fn changes(&self) -> MutexGuard<'_, HashMap<(&'static str, &'static str), Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of the state that is kept between runs: each change with its marketplace and SKU.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        let changes = self.changes();
        let mut changes: Vec<_> = changes.iter().map(|((market, sku), change)| (*market, *sku, *change)).collect();
        changes.sort_by_key(|(market, sku, _)| (*market, *sku));
        serde_json::to_value(changes)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        for (id, sku, change) in serde_json::from_value::<Vec<(String, String, Change)>>(saved)? {
            if let Some(market) = market(&id) {
                self.change(market, &sku, change);
            }
        }
        Ok(())
    }

    /// The present offer of a product.
    pub(crate) fn of(&self, market: &'static Market, product: &'static Product) -> Offer {
        let key = (market.marketplace.id(), product.sku);
        let Change { price, quantity } = self.changes().get(&key).copied().unwrap_or_default();
        let place = market.products.iter().position(|known| known == product).unwrap_or_default() as u64;
        let counted = !by_amazon(market, product);
        let left = if place == SOLD_OUT { 0 } else { 5 + 7 * place };
        Offer { price: price.unwrap_or(product.price), quantity: counted.then(|| quantity.unwrap_or(left)) }
    }

    /// Changes an offer. A product that the shop does not sell in the marketplace stays unsold.
    pub(crate) fn change(&self, market: &'static Market, sku: &str, change: Change) {
        let Some(product) = market.products.iter().find(|product| product.sku == sku) else { return };
        let mut changes = self.changes();
        let known = changes.entry((market.marketplace.id(), product.sku)).or_default();
        known.price = change.price.or(known.price);
        known.quantity = change.quantity.or(known.quantity);
    }
}
