//! What a batch does with one SKU.

use crate::attributes::{OFFER, STOCK};
use crate::{Attributes, Findings, read_patches};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_jobs::{ListingsMessage, ListingsPatch};

/// What a batch does with one SKU.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "nothing happens unless it is checked and sent"]
pub struct BulkItem {
    pub(super) sku: String,
    pub(super) product_type: String,
    pub(super) place: String,
    pub(super) requirements: Option<String>,
    pub(super) action: BulkAction,
    pub(super) findings: Findings,
}

/// The change of one SKU.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BulkAction {
    /// Creates the listing or replaces its product facts.
    Put(Value),
    /// Replaces only these attributes.
    Update(Value),
    /// Changes attributes.
    Patch(Vec<ListingsPatch>),
    /// Deletes the listing.
    Delete,
}

impl BulkItem {
    /// Creates the listing or replaces its product facts. `attributes` is an object with an array of instances for each
    /// attribute.
    pub fn put(sku: impl Into<String>, product_type: impl Into<String>, attributes: Value) -> Self {
        Self::new(sku.into(), product_type.into(), BulkAction::Put(attributes))
    }

    /// Replaces only these attributes of a listing, each instance as a whole.
    pub fn update(sku: impl Into<String>, product_type: impl Into<String>, attributes: Value) -> Self {
        Self::new(sku.into(), product_type.into(), BulkAction::Update(attributes))
    }

    /// Changes these attributes of a listing in a marketplace and keeps the rest. Of an offer (`purchasable_offer`) and of the stock
    /// (`fulfillment_availability`) the members that are not given stay, such as a sale price, the bounds of the price or a lead
    /// time; an offer without currency or audience is that of the marketplace for all buyers, and a stock without a channel that of
    /// `DEFAULT`. The instances of other attributes are replaced as a whole.
    ///
    /// # Errors
    /// When an attribute is not an array of objects.
    pub fn change(
        sku: impl Into<String>,
        product_type: impl Into<String>,
        attributes: &Attributes,
        marketplace: Marketplace,
    ) -> Result<Self, Error> {
        let patches: Result<Vec<_>, _> = attributes
            .iter()
            .map(|(name, value)| {
                let usual: &[(&str, &str)] = match name.as_str() {
                    OFFER => &[
                        ("marketplace_id", marketplace.id()),
                        ("currency", marketplace.currency()),
                        ("audience", "ALL"),
                    ],
                    STOCK => &[("fulfillment_channel_code", "DEFAULT")],
                    _ => return ListingsPatch::replace(name, value.clone()),
                };
                let mut value = value.clone();
                for instance in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                    for (selector, usual) in usual {
                        instance.entry(*selector).or_insert_with(|| (*usual).into());
                    }
                }
                ListingsPatch::merge(name, value)
            })
            .collect();
        Ok(Self::patch(sku, product_type, patches?))
    }

    /// Changes attributes of a listing.
    pub fn patch(
        sku: impl Into<String>,
        product_type: impl Into<String>,
        patches: impl IntoIterator<Item = ListingsPatch>,
    ) -> Self {
        Self::new(sku.into(), product_type.into(), BulkAction::Patch(patches.into_iter().collect()))
    }

    /// Deletes a listing from the marketplace.
    pub fn delete(sku: impl Into<String>) -> Self {
        Self::new(sku.into(), String::new(), BulkAction::Delete)
    }

    /// Sets where it comes from, such as `line 7`, for a person who corrects it.
    pub fn place(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }

    /// Sets which part of a listing a put has: `LISTING` by default, `LISTING_PRODUCT_ONLY` or `LISTING_OFFER_ONLY`.
    pub fn requirements(mut self, requirements: impl Into<String>) -> Self {
        self.requirements = Some(requirements.into());
        self
    }

    /// Adds what is known to be wrong with it, such as cells that cannot be read. With an error, it is not sent.
    pub fn findings(mut self, findings: Findings) -> Self {
        self.findings = findings;
        self
    }

    /// The SKU.
    pub fn sku(&self) -> &str {
        &self.sku
    }

    /// The product type. Empty for a deletion.
    pub fn product_type(&self) -> &str {
        &self.product_type
    }

    /// The change.
    pub fn action(&self) -> &BulkAction {
        &self.action
    }

    fn new(sku: String, product_type: String, action: BulkAction) -> Self {
        Self { sku, product_type, place: String::new(), requirements: None, action, findings: Findings::default() }
    }

    /// The message of a feed that says the same.
    pub(super) fn message(&self) -> Result<ListingsMessage, Error> {
        let (sku, product_type) = (self.sku.as_str(), self.product_type.as_str());
        match &self.action {
            BulkAction::Put(attributes) => {
                let message = ListingsMessage::update(sku, product_type, attributes.clone())?;
                match &self.requirements {
                    Some(requirements) => message.requirements(requirements),
                    None => Ok(message),
                }
            }
            BulkAction::Update(attributes) => ListingsMessage::partial_update(sku, product_type, attributes.clone()),
            BulkAction::Patch(patches) => ListingsMessage::patch(sku, product_type, patches.iter().cloned()),
            BulkAction::Delete => ListingsMessage::delete(sku),
        }
    }
}

/// An item that may be sent, as the text of its message: a batch holds tens of thousands.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub sku: String,
    pub message: Box<str>,
    pub is_deletion: bool,
    /// Whether Amazon would make a new listing of a SKU that the seller does not have, which nobody asked for.
    pub needs_listing: bool,
}

/// The message of a feed, read back.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    sku: String,
    operation_type: String,
    #[serde(default)]
    product_type: String,
    requirements: Option<String>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    patches: Value,
}

impl Prepared {
    pub fn new(item: &BulkItem) -> Result<Self, Error> {
        let message = serde_json::to_string(&item.message()?).map_err(|error| {
            Error::new(ErrorKind::Input, "the attributes cannot be written as JSON").with_source(error)
        })?;
        Ok(Self {
            sku: item.sku.clone(),
            message: message.into(),
            is_deletion: matches!(item.action, BulkAction::Delete),
            needs_listing: !matches!(item.action, BulkAction::Put(_)),
        })
    }

    /// The item again. `None` if its text cannot be read, which [`new`](Self::new) has written.
    pub fn item(&self) -> Option<BulkItem> {
        let message: Message = serde_json::from_str(&self.message).ok()?;
        let action = match message.operation_type.as_str() {
            "UPDATE" => BulkAction::Put(Value::Object(message.attributes)),
            "PARTIAL_UPDATE" => BulkAction::Update(Value::Object(message.attributes)),
            "PATCH" => BulkAction::Patch(read_patches(&message.patches).ok()?),
            "DELETE" => BulkAction::Delete,
            _ => return None,
        };
        let item = BulkItem::new(message.sku, message.product_type, action);
        Some(message.requirements.into_iter().fold(item, BulkItem::requirements))
    }

    /// What tells whether two runs send the same.
    pub fn hash(&self) -> String {
        hash(self.message.as_bytes())
    }
}

/// The SHA-256 in hexadecimal digits.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
