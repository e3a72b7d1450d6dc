//! The parts of buyers' data that a restricted data token opens.

/// A part of the buyers' data in an order, which a caller requests by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DataElement {
    /// The buyer's name, e-mail address and purchase order number.
    BuyerInfo,
    /// The address that the order goes to.
    ShippingAddress,
    /// The buyer's data for a tax invoice.
    BuyerTaxInformation,
}

impl DataElement {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::BuyerInfo, Self::ShippingAddress, Self::BuyerTaxInformation];

    /// Amazon's name for it: `buyerInfo`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BuyerInfo => "buyerInfo",
            Self::ShippingAddress => "shippingAddress",
            Self::BuyerTaxInformation => "buyerTaxInformation",
        }
    }
}
