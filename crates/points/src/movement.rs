//! What points cost a seller, or gave back.

use serde::Serialize;
use spapi_types::{DateTime, Decimal, Points};
use std::fmt;

/// What points are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Meaning {
    /// Points that buyers of an offer get.
    Offered,
    /// Points that a buyer got for an item of an order.
    Granted,
    /// Points that a buyer gave back, for a refund, a claim or a chargeback.
    Returned,
}

/// `offered`, `granted` or `returned`.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offered => "offered",
            Self::Granted => "granted",
            Self::Returned => "returned",
        })
    }
}

/// The cost of points of an item of an order: a row of a settlement, or a part of an event of Finances. Both have money only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Movement {
    /// Amazon's id of the order.
    pub order_id: String,
    /// The SKU, where Amazon names it.
    pub sku: Option<String>,
    /// Whether the points were granted or returned.
    pub meaning: Meaning,
    /// The amount on the seller's account: below zero for what the seller pays.
    #[serde(with = "spapi_types::decimal::text")]
    pub amount: Decimal,
    /// The ISO code of the currency, where Amazon names it.
    pub currency: Option<String>,
    /// When Amazon booked it.
    pub posted: Option<DateTime>,
}

impl Movement {
    /// A movement of an order, of which only the amount is known.
    pub fn new(order_id: impl Into<String>, meaning: Meaning, amount: impl Into<Decimal>) -> Self {
        let (order_id, amount) = (order_id.into(), amount.into());
        Self { order_id, sku: None, meaning, amount, currency: None, posted: None }
    }

    /// Sets the SKU. An empty one is none.
    pub fn sku(mut self, sku: impl Into<String>) -> Self {
        self.sku = Some(sku.into()).filter(|sku| !sku.is_empty());
        self
    }

    /// Sets the currency. An empty one is none.
    pub fn currency(mut self, code: impl Into<String>) -> Self {
        self.currency = Some(code.into()).filter(|code| !code.is_empty());
        self
    }

    /// Sets when Amazon booked it. An empty text is none.
    pub fn posted(mut self, time: impl Into<DateTime>) -> Self {
        self.posted = Some(time.into()).filter(|time| !time.is_empty());
        self
    }

    /// The points, of which only the money is known.
    pub fn points(&self) -> Points {
        Points::of_money(self.amount, self.currency.clone().unwrap_or_default())
    }
}
