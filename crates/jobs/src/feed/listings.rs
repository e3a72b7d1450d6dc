//! The builder of `JSON_LISTINGS_FEED`.

mod split;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::{Map, Value, json};
use spapi_core::{Bytes, Error, ErrorKind};
use spapi_document_types::FeedType;
use spapi_types::text::printable;
use std::collections::BTreeMap;
use std::iter::Peekable;

/// The type of the feed.
pub(super) const TYPE: &str = "JSON_LISTINGS_FEED";

/// The most messages of a feed, unless the table of types says otherwise.
const MOST_MESSAGES: usize = 25_000;

/// The largest id of a message.
const LARGEST_ID: u64 = 2_147_483_647;

/// Builds feeds of the type `JSON_LISTINGS_FEED`, the only one that Amazon still takes for listings.
///
/// ```
/// use serde_json::json;
/// use spapi_jobs::{ListingsFeed, ListingsMessage, ListingsPatch};
///
/// let price = json!([{"currency": "EUR", "audience": "ALL", "our_price": [{"schedule": [{"value_with_tax": 12.5}]}]}]);
/// let messages = [
///     ListingsMessage::patch("A-1", "LUGGAGE", [ListingsPatch::merge("purchasable_offer", price)?])?,
///     ListingsMessage::delete("A-2")?,
/// ];
/// let parts = ListingsFeed::new("A1SELLER").issue_locale("de_DE").parts(messages).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!((parts.len(), parts[0].len(), parts[0].sku(2)), (1, 2, Some("A-2")));
/// # Ok::<_, spapi_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListingsFeed {
    header: Map<String, Value>,
    most_messages: usize,
    most_bytes: usize,
}

impl ListingsFeed {
    /// A feed of this seller. For a vendor it is the vendor code.
    pub fn new(seller_id: impl Into<String>) -> Self {
        let mut header = Map::new();
        header.insert("sellerId".into(), seller_id.into().into());
        header.insert("version".into(), "2.0".into());
        let most_messages = FeedType::find(TYPE).and_then(|kind| kind.most_messages);
        Self {
            header,
            most_messages: most_messages.map_or(MOST_MESSAGES, |most| most as usize),
            most_bytes: usize::try_from(FeedType::ADVISED_BYTES).unwrap_or(usize::MAX),
        }
    }

    /// Sets the language of the issues' messages, such as `ja_JP`. By default Amazon chooses `en_US`.
    pub fn issue_locale(mut self, locale: impl Into<String>) -> Self {
        self.header.insert("issueLocale".into(), locale.into().into());
        self
    }

    /// Asks Amazon to put the listings after the feed into the processing report, with these parts of
    /// `getListingsItem`, such as `issues`: it is where problems of the catalog show.
    pub fn with_items(mut self, parts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let parts: Vec<String> = parts.into_iter().map(Into::into).collect();
        self.header.insert("report".into(), json!({ "includedData": parts, "apiVersion": "2021-08-01" }));
        self
    }

    /// Sets the most messages of one part. By default and at most 25,000.
    pub fn most_messages(mut self, messages: usize) -> Self {
        self.most_messages = messages.clamp(1, self.most_messages);
        self
    }

    /// Sets the most bytes of one part. By default 10 MiB, as Amazon advises. A larger message is a part of its own.
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// The most messages and the most bytes of one part.
    pub fn limits(&self) -> (usize, usize) {
        (self.most_messages, self.most_bytes)
    }

    /// The feeds that a feed of your own needs, as [`parts`](Self::parts) limits them. A feed that is small enough stays as it
    /// is, byte for byte. Otherwise each part has its header and some of its messages, unchanged and with their ids.
    ///
    /// # Errors
    /// When the text is not a listings feed: it is not JSON, has no header or no message, or two messages have one id. Also
    /// when messages of one SKU would get into several parts, which Amazon may process in any order.
    ///
    /// ```
    /// use spapi_jobs::ListingsFeed;
    ///
    /// let text = r#"{"header":{"sellerId":"A1SELLER","version":"2.0"},
    ///     "messages":[{"messageId":7,"sku":"A-1","operationType":"DELETE"}]}"#;
    /// let parts = ListingsFeed::split(text)?;
    /// assert_eq!((parts.len(), parts[0].sku(7)), (1, Some("A-1")));
    /// # Ok::<_, spapi_core::Error>(())
    /// ```
    pub fn split(text: impl Into<Bytes>) -> Result<Vec<ListingsPart>, Error> {
        let Self { most_messages, most_bytes, .. } = Self::new("");
        split::parts(text.into(), most_messages, most_bytes)
    }

    /// The feeds that the messages need, each made when the iterator reaches it, so that one part is in memory. Messages
    /// have ids from 1, which go on from part to part. Amazon may process parts in any order, so put all messages of one
    /// SKU into one.
    pub fn parts<I: IntoIterator<Item = ListingsMessage>>(self, messages: I) -> ListingsParts<I::IntoIter> {
        ListingsParts { feed: self, messages: messages.into_iter().peekable(), last_id: 0 }
    }
}

/// The feeds that messages need. [`ListingsFeed::parts`] makes it.
#[derive(Debug)]
#[must_use = "an iterator does nothing unless it is used"]
pub struct ListingsParts<I: Iterator<Item = ListingsMessage>> {
    feed: ListingsFeed,
    messages: Peekable<I>,
    last_id: u64,
}

/// One feed of a [`ListingsFeed`].
#[derive(Clone, Debug)]
pub struct ListingsPart {
    pub(super) bytes: Bytes,
    pub(super) skus: BTreeMap<u64, String>,
}

impl ListingsPart {
    /// The JSON text.
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// How many messages it has. It has at least one.
    #[expect(clippy::len_without_is_empty, reason = "a part is never empty")]
    pub fn len(&self) -> usize {
        self.skus.len()
    }

    /// The SKU of a message.
    pub fn sku(&self, message_id: u64) -> Option<&str> {
        self.skus.get(&message_id).map(String::as_str)
    }
}

impl<I: Iterator<Item = ListingsMessage>> Iterator for ListingsParts<I> {
    type Item = Result<ListingsPart, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.messages.peek()?;
        Some(self.part())
    }
}

impl<I: Iterator<Item = ListingsMessage>> ListingsParts<I> {
    fn part(&mut self) -> Result<ListingsPart, Error> {
        let header = encoded(&self.feed.header)?;
        let mut bytes = [b"{\"header\":".as_slice(), &header, b",\"messages\":[".as_slice()].concat();
        let end = b"]}";
        let mut skus = BTreeMap::new();
        while skus.len() < self.feed.most_messages {
            let Some(message) = self.messages.peek() else { break };
            let id = self.last_id + 1;
            if id > LARGEST_ID {
                let message = format!("a listings feed has ids up to {LARGEST_ID} only");
                return Err(Error::new(ErrorKind::Input, message).with_hint("Begin another feed."));
            }
            let text = encoded(&Numbered { message_id: id, message })?;
            let is_full = bytes.len() + 1 + text.len() + end.len() > self.feed.most_bytes;
            if is_full && !skus.is_empty() {
                break;
            }
            if !skus.is_empty() {
                bytes.push(b',');
            }
            bytes.extend_from_slice(&text);
            skus.insert(id, message.sku.clone());
            self.last_id = id;
            self.messages.next();
        }
        bytes.extend_from_slice(end);
        Ok(ListingsPart { bytes: bytes.into(), skus })
    }
}

fn encoded(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value)
        .map_err(|error| Error::new(ErrorKind::Input, "a message cannot be written as JSON").with_source(error))
}

/// A message with its id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Numbered<'a> {
    message_id: u64,
    #[serde(flatten)]
    message: &'a ListingsMessage,
}

/// What a listings feed does with one SKU.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListingsMessage {
    sku: String,
    operation_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirements: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patches: Option<Vec<ListingsPatch>>,
}

impl ListingsMessage {
    /// Creates the listing or replaces all of its product facts (`UPDATE`). `attributes` is an object with an array for
    /// each attribute, as the schema of the product type has them.
    ///
    /// # Errors
    /// When the SKU or the product type is empty, or the attributes do not have this form.
    pub fn update(sku: impl Into<String>, product_type: impl Into<String>, attributes: Value) -> Result<Self, Error> {
        Self::with_attributes("UPDATE", sku.into(), product_type.into(), attributes)
    }

    /// Replaces only these attributes of the listing (`PARTIAL_UPDATE`).
    ///
    /// # Errors
    /// The errors of [`update`](Self::update).
    pub fn partial_update(
        sku: impl Into<String>,
        product_type: impl Into<String>,
        attributes: Value,
    ) -> Result<Self, Error> {
        Self::with_attributes("PARTIAL_UPDATE", sku.into(), product_type.into(), attributes)
    }

    /// Changes attributes of the listing (`PATCH`).
    ///
    /// # Errors
    /// When the SKU or the product type is empty, or there is no patch.
    pub fn patch(
        sku: impl Into<String>,
        product_type: impl Into<String>,
        patches: impl IntoIterator<Item = ListingsPatch>,
    ) -> Result<Self, Error> {
        let mut message = Self::new("PATCH", sku.into(), Some(product_type.into()))?;
        let patches: Vec<_> = patches.into_iter().collect();
        if patches.is_empty() {
            return message.refuse("has no patch");
        }
        message.patches = Some(patches);
        Ok(message)
    }

    /// Deletes the listing (`DELETE`).
    ///
    /// # Errors
    /// When the SKU is empty.
    pub fn delete(sku: impl Into<String>) -> Result<Self, Error> {
        Self::new("DELETE", sku.into(), None)
    }

    /// Sets which part of a listing the attributes are: `LISTING` by default, `LISTING_PRODUCT_ONLY` or
    /// `LISTING_OFFER_ONLY`.
    ///
    /// # Errors
    /// When the message is no [`update`](Self::update): Amazon refuses it for the other operations.
    pub fn requirements(mut self, requirements: impl Into<String>) -> Result<Self, Error> {
        if self.operation_type != "UPDATE" {
            return self.refuse("takes no requirements, which only UPDATE does");
        }
        self.requirements = Some(requirements.into());
        Ok(self)
    }

    /// The SKU.
    pub fn sku(&self) -> &str {
        &self.sku
    }

    fn new(operation_type: &'static str, sku: String, product_type: Option<String>) -> Result<Self, Error> {
        let is_empty = |text: &str| text.trim().is_empty();
        let message = Self { sku, operation_type, product_type, requirements: None, attributes: None, patches: None };
        if is_empty(&message.sku) {
            return Err(Error::new(
                ErrorKind::Input,
                format!("a message of a listings feed ({operation_type}) has no SKU"),
            ));
        }
        match message.product_type.as_deref().is_some_and(is_empty) {
            true => message.refuse("has no product type"),
            false => Ok(message),
        }
    }

    fn with_attributes(
        operation_type: &'static str,
        sku: String,
        product_type: String,
        attributes: Value,
    ) -> Result<Self, Error> {
        let mut message = Self::new(operation_type, sku, Some(product_type))?;
        let Value::Object(attributes) = attributes else {
            return message.refuse("has attributes that are no object");
        };
        if attributes.is_empty() {
            return message.refuse("has no attributes");
        }
        if let Some((name, _)) = attributes.iter().find(|(_, value)| !value.is_array()) {
            return message.refuse(format_args!("has an attribute {} that is not an array", printable(name).up_to(60)));
        }
        message.attributes = Some(attributes);
        Ok(message)
    }

    fn refuse<T>(&self, why: impl std::fmt::Display) -> Result<T, Error> {
        let sku = printable(&self.sku).up_to(60);
        Err(Error::new(ErrorKind::Input, format!("the {} of SKU {sku} {why}", self.operation_type)))
    }
}

/// A change of one attribute of a listing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListingsPatch {
    op: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

impl ListingsPatch {
    /// Adds these values to the attribute. Values with equal selectors are replaced.
    ///
    /// # Errors
    /// When the attribute is not a name of the first level, or the value is not an array of objects.
    pub fn add(attribute: impl AsRef<str>, value: Value) -> Result<Self, Error> {
        Self::new("add", attribute.as_ref(), Some(value))
    }

    /// Replaces the values with equal selectors, each as a whole.
    ///
    /// # Errors
    /// The errors of [`add`](Self::add).
    pub fn replace(attribute: impl AsRef<str>, value: Value) -> Result<Self, Error> {
        Self::new("replace", attribute.as_ref(), Some(value))
    }

    /// Changes only the members that the value names, which Amazon does for `purchasable_offer` and
    /// `fulfillment_availability`.
    ///
    /// # Errors
    /// The errors of [`add`](Self::add).
    pub fn merge(attribute: impl AsRef<str>, value: Value) -> Result<Self, Error> {
        Self::new("merge", attribute.as_ref(), Some(value))
    }

    /// Deletes the values with these selectors.
    ///
    /// # Errors
    /// The errors of [`add`](Self::add).
    pub fn delete(attribute: impl AsRef<str>, selectors: Value) -> Result<Self, Error> {
        Self::new("delete", attribute.as_ref(), Some(selectors))
    }

    /// The operation: `add`, `replace`, `merge` or `delete`.
    pub fn op(&self) -> &str {
        self.op
    }

    /// The name of the attribute.
    pub fn attribute(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The values: objects, or the selectors of those that it deletes.
    pub fn instances(&self) -> &[Value] {
        self.value.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn new(op: &'static str, attribute: &str, value: Option<Value>) -> Result<Self, Error> {
        let name = attribute.strip_prefix("/attributes/").unwrap_or(attribute);
        let refuse = |why: &str| {
            let shown = printable(attribute).up_to(60);
            Err(Error::new(ErrorKind::Input, format!("the patch ({op}) of the attribute {shown} {why}")))
        };
        if name.is_empty() || name.contains('/') {
            return refuse("must name an attribute of the first level, such as purchasable_offer");
        }
        let is_list = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_object));
        if !value.as_ref().is_none_or(is_list) {
            return refuse("needs an array of objects as its value");
        }
        Ok(Self { op, path: format!("/attributes/{name}"), value })
    }
}
