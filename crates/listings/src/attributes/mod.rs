//! The attributes of a listing, and what patches make of them.

mod patch;
mod selectors;
mod text;

pub use patch::apply;
pub(crate) use patch::{Origin, join};
pub use selectors::Selectors;
pub(crate) use selectors::{canonical, canonical_text, identity, is_equal};
pub use text::read_attributes;

/// The attribute with the offers.
pub(crate) const OFFER: &str = "purchasable_offer";

/// The attribute with the stock. Amazon's answers have a marketplace id in it that its schemas forbid.
pub(crate) const STOCK: &str = "fulfillment_availability";

/// The attributes of a listing by name. The value of each is an array of objects, its instances: one for each marketplace,
/// language, audience or other [selector](Selectors).
pub type Attributes = serde_json::Map<String, serde_json::Value>;
