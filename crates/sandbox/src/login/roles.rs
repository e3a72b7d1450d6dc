//! The roles that allow an application to see buyers' data.

use super::DataElement;
use crate::shop::{Buyer, FulfilledBy, Order, Status};
use std::time::SystemTime;

/// A role that Amazon grants to applications with a reason to see buyers' data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestrictedRole {
    /// Direct-to-Consumer Shipping: to ship orders to buyers.
    DirectToConsumerShipping,
    /// Tax Invoicing: to write invoices.
    TaxInvoicing,
    /// Tax Remittance: to calculate and pay taxes.
    TaxRemittance,
}

impl RestrictedRole {
    /// All roles that the sandbox knows.
    pub const ALL: [Self; 3] = [Self::DirectToConsumerShipping, Self::TaxInvoicing, Self::TaxRemittance];
}

/// The restricted roles that the application holds.
#[derive(Clone, Debug)]
pub(crate) struct Roles(Vec<RestrictedRole>);

/// The parts of an order's personal data that the application may see.
pub(crate) struct Seen<'a> {
    pub(crate) buyer: &'a Buyer,
    pub(crate) name: bool,
    pub(crate) email: bool,
    /// The recipient's name, street and postal code, and a gift's message.
    pub(crate) recipient: bool,
    pub(crate) phone: bool,
}

impl Roles {
    pub(crate) fn new(held: impl IntoIterator<Item = RestrictedRole>) -> Self {
        Self(held.into_iter().collect())
    }

    fn ship(&self) -> bool {
        self.0.contains(&RestrictedRole::DirectToConsumerShipping)
    }

    fn tax(&self) -> bool {
        self.0.contains(&RestrictedRole::TaxInvoicing) || self.0.contains(&RestrictedRole::TaxRemittance)
    }

    /// Whether a restricted data token may name the element.
    pub(crate) fn allow(&self, element: DataElement) -> bool {
        match element {
            DataElement::ShippingAddress => self.ship(),
            DataElement::BuyerInfo | DataElement::BuyerTaxInformation => self.tax(),
            // One that no restricted operation of the sandbox takes.
            _ => false,
        }
    }

    /// The personal data of an order that the application may see without a restricted data token; none before payment.
    pub(crate) fn see<'a>(&self, order: &'a Order, now: SystemTime) -> Option<Seen<'a>> {
        let by_merchant = order.fulfilled_by == FulfilledBy::Merchant;
        let goes_out = matches!(order.status, Status::Unshipped | Status::PartiallyShipped | Status::Shipped);
        let to_ship = goes_out && by_merchant && self.ship();
        // Where Amazon itself settles the tax, nobody needs the name for it.
        let to_tax = goes_out && self.tax() && order.market.currency() == "EUR";
        let arrived = order.status == Status::Shipped && now > order.deliver_by.1;
        Some(Seen {
            buyer: order.known_buyer()?,
            name: to_ship || to_tax,
            email: to_ship,
            recipient: to_ship,
            phone: to_ship && !arrived,
        })
    }
}
