//! The shop's stock in Amazon's warehouses. Unlike orders, clients can change it.

use crate::http::ApiError;
use crate::keep::{self, forms};
use crate::shop::{MARKETS, Market, Random, by_amazon};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The most SKUs, and the most tokens, that the sandbox keeps.
const MOST: usize = 20_000;

/// How long a repeated call is recognized by its token.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Separates the random numbers of the stock from those of orders.
const STOCK: u64 = 0x7374_6F63_6B73;

/// Units of one SKU in Amazon's warehouses of one marketplace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stock {
    #[serde(with = "forms::market")]
    pub(crate) market: &'static Market,
    pub(crate) sku: String,
    pub(crate) asin: String,
    /// Amazon's number for the seller's units.
    pub(crate) fn_sku: String,
    pub(crate) name: String,
    pub(crate) fulfillable: u64,
    /// On the way to the warehouse.
    pub(crate) inbound: u64,
    pub(crate) reserved: u64,
    pub(crate) updated: SystemTime,
}

impl Stock {
    pub(crate) fn total(&self) -> u64 {
        self.fulfillable.saturating_add(self.inbound).saturating_add(self.reserved)
    }
}

/// The stock of the shop.
#[derive(Debug)]
pub(crate) struct Inventory {
    stocks: Mutex<Vec<Stock>>,
    /// The tokens that recognize repeated calls that add units, with the time of each first call.
    added: Mutex<HashMap<String, SystemTime>>,
}

impl Inventory {
    /// The stock that the seed decides.
    pub(crate) fn new(seed: u64, now: SystemTime) -> Self {
        let products = MARKETS.iter().flat_map(|market| market.products.iter().map(move |product| (market, product)));
        let stocks = products
            .filter(|(market, product)| by_amazon(market, product))
            .enumerate()
            .map(|(place, (market, product))| {
                let mut random = Random::new(seed ^ STOCK, place as u64);
                Stock {
                    market,
                    sku: product.sku.to_owned(),
                    asin: product.asin.to_owned(),
                    fn_sku: product.fnsku(),
                    name: product.title.to_owned(),
                    fulfillable: random.below(80),
                    inbound: random.below(3) * 24,
                    reserved: random.below(4),
                    updated: now - Duration::from_secs(random.below(20 * 24 * 3600)),
                }
            })
            .collect();
        Self { stocks: Mutex::new(stocks), added: Mutex::default() }
    }

    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        Ok(json!({ "stocks": keep::saved(&self.stocks)?, "added": keep::saved(&self.added)? }))
    }

    pub(crate) fn restore(&self, mut saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.stocks, saved["stocks"].take())?;
        keep::restore(&self.added, saved["added"].take())
    }

    fn stocks(&self) -> MutexGuard<'_, Vec<Stock>> {
        self.stocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stock of a marketplace, by SKU.
    pub(crate) fn of(&self, market: &Market) -> Vec<Stock> {
        let mut found: Vec<Stock> = self.stocks().iter().filter(|stock| stock.market == market).cloned().collect();
        found.sort_by(|one, other| one.sku.cmp(&other.sku));
        found
    }

    /// Adds a new SKU without units.
    pub(super) fn create(
        &self,
        market: &'static Market,
        sku: &str,
        name: &str,
        now: SystemTime,
    ) -> Result<(), ApiError> {
        let mut stocks = self.stocks();
        if stocks.iter().any(|stock| stock.market == market && stock.sku == sku) {
            return Err(ApiError::invalid_input(format!("The marketplace already has the SKU {sku:?}.")));
        }
        if stocks.len() >= MOST {
            return Err(ApiError::too_many("SKUs", MOST));
        }
        let number = stocks.len();
        stocks.push(Stock {
            market,
            sku: sku.to_owned(),
            asin: format!("B0SBXN{number:04}"),
            fn_sku: format!("X0SBXN{number:04}"),
            name: name.to_owned(),
            fulfillable: 0,
            inbound: 0,
            reserved: 0,
            updated: now,
        });
        Ok(())
    }

    /// Removes a SKU. Returns whether it existed.
    pub(crate) fn delete(&self, market: &Market, sku: &str) -> bool {
        let mut stocks = self.stocks();
        let before = stocks.len();
        stocks.retain(|stock| stock.market != market || stock.sku != sku);
        stocks.len() < before
    }

    /// The stock of a SKU.
    pub(crate) fn get(&self, market: &Market, sku: &str) -> Option<Stock> {
        self.stocks().iter().find(|stock| stock.market == market && stock.sku == sku).cloned()
    }

    /// Changes the stock of a SKU. Returns whether it exists.
    fn change(&self, market: &Market, sku: &str, at: SystemTime, change: impl FnOnce(&mut Stock)) -> bool {
        let mut stocks = self.stocks();
        let Some(stock) = stocks.iter_mut().find(|stock| stock.market == market && stock.sku == sku) else {
            return false;
        };
        change(stock);
        stock.updated = at;
        true
    }

    /// Reserves units for an order, as far as they are there. Returns whether the SKU exists.
    pub(crate) fn reserve(&self, market: &Market, sku: &str, units: u64, at: SystemTime) -> bool {
        self.change(market, sku, at, |stock| {
            let units = units.min(stock.fulfillable);
            stock.fulfillable -= units;
            stock.reserved = stock.reserved.saturating_add(units);
        })
    }

    /// Lets reserved units leave. Returns whether the SKU exists.
    pub(crate) fn send(&self, market: &Market, sku: &str, units: u64, at: SystemTime) -> bool {
        self.change(market, sku, at, |stock| stock.reserved = stock.reserved.saturating_sub(units))
    }

    /// Makes reserved units free again. Returns whether the SKU exists.
    pub(crate) fn free(&self, market: &Market, sku: &str, units: u64, at: SystemTime) -> bool {
        self.change(market, sku, at, |stock| {
            let units = units.min(stock.reserved);
            stock.reserved -= units;
            stock.fulfillable = stock.fulfillable.saturating_add(units);
        })
    }

    /// Adds units that are on their way to the warehouse. Returns whether the SKU exists.
    pub(crate) fn announce(&self, market: &Market, sku: &str, units: u64, at: SystemTime) -> bool {
        self.change(market, sku, at, |stock| stock.inbound = stock.inbound.saturating_add(units))
    }

    /// Lets units arrive that were on their way. Returns whether the SKU exists.
    pub(crate) fn arrive(&self, market: &Market, sku: &str, units: u64, at: SystemTime) -> bool {
        self.change(market, sku, at, |stock| {
            stock.inbound = stock.inbound.saturating_sub(units);
            stock.fulfillable = stock.fulfillable.saturating_add(units);
        })
    }

    /// Adds units that can be sold at once. If one of the SKUs does not exist, it adds none, and the error is that SKU.
    /// The same token adds once a day. Returns whether it added.
    pub(crate) fn add(&self, token: &str, units: &[(&Market, String, u64)], now: SystemTime) -> Result<bool, String> {
        let mut stocks = self.stocks();
        let place = |market: &Market, sku: &str| stocks.iter().position(|s| s.market == market && s.sku == sku);
        let places: Vec<(usize, u64)> = units
            .iter()
            .map(|(market, sku, units)| Ok((place(market, sku).ok_or_else(|| sku.clone())?, *units)))
            .collect::<Result<_, String>>()?;
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        added.retain(|_, first| now < *first + TOKEN_LIFE);
        if added.contains_key(token) {
            return Ok(false);
        }
        if added.len() >= MOST {
            // Drop the oldest token, although a repetition of its call would then add again.
            let oldest = added.iter().min_by_key(|(_, first)| **first).map(|(token, _)| token.clone());
            oldest.and_then(|oldest| added.remove(&oldest));
        }
        added.insert(token.to_owned(), now);
        for (place, units) in places {
            if let Some(stock) = stocks.get_mut(place) {
                stock.fulfillable = stock.fulfillable.saturating_add(units);
                stock.updated = now;
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_recognized_for_a_day() {
        let start = SystemTime::UNIX_EPOCH + 365 * TOKEN_LIFE;
        let inventory = Inventory::new(1, start);
        let market = &MARKETS[0];
        let first = || inventory.of(market)[0].clone();
        let (sku, before) = (first().sku, first().fulfillable);
        let add = |token: &str, at| inventory.add(token, &[(market, sku.clone(), 1)], at).unwrap();
        let last = start + TOKEN_LIFE - Duration::from_secs(1);
        add("one", start);
        add("one", last);
        add("two", last);
        assert_eq!(first().fulfillable, before + 2);
        add("one", start + TOKEN_LIFE);
        assert_eq!(first().fulfillable, before + 3);
        assert_eq!(inventory.added.lock().unwrap().len(), 2);
        add("three", start + 3 * TOKEN_LIFE);
        assert_eq!(inventory.added.lock().unwrap().len(), 1);
    }
}
