//! What follows from the notification that definitions have changed.

use super::Definitions;
use super::answer::{Answer, Wanted};
use serde_json::Value;
use spapi_core::{Error, ErrorKind, Marketplace};
use std::collections::BTreeMap;

/// The notification `PRODUCT_TYPE_DEFINITIONS_CHANGE`: a new version of Amazon's product types. It names the product types
/// that are new, and not those that have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionsChange {
    /// The version, as Amazon names it.
    pub version: Option<String>,
    /// The id of the marketplace. `None` if the notification does not name one; then all may have changed.
    pub marketplace_id: Option<String>,
    /// The names of new product types.
    pub new_product_types: Vec<String>,
}

/// The notification's type.
const TYPE: &str = "PRODUCT_TYPE_DEFINITIONS_CHANGE";

impl DefinitionsChange {
    /// Reads a notification: the whole of it, an event of EventBridge that has it in `detail`, or its payload alone.
    ///
    /// # Errors
    /// When it is of another type or has no payload.
    pub fn of(notification: &Value) -> Result<Self, Error> {
        let refuse = |why: &str| {
            let message = format!("the notification is not a {TYPE}: {why}");
            Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was asked or forgotten."))
        };
        let envelope = match notification.get("detail") {
            Some(detail) if detail.is_object() => detail,
            _ => notification,
        };
        let kind = member(envelope, "NotificationType").and_then(Value::as_str);
        if kind.is_some_and(|kind| kind != TYPE) {
            return refuse("its type is another");
        }
        let payload = member(envelope, "Payload").unwrap_or(envelope);
        // Some notifications wrap their members once more.
        let payload = match payload.as_object().map(|members| members.values().collect::<Vec<_>>()).as_deref() {
            Some([only]) if only.is_object() => *only,
            _ => payload,
        };
        let text =
            |name| member(payload, name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let (version, marketplace_id) = (text("ProductTypeVersion"), text("MarketplaceId"));
        if version.is_none() && marketplace_id.is_none() {
            return refuse("it has neither ProductTypeVersion nor MarketplaceId");
        }
        let new = member(payload, "NewProductTypes").and_then(Value::as_array).into_iter().flatten();
        let new_product_types = new.filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Self { version, marketplace_id, new_product_types })
    }
}

/// The member of that name, in either case of its first letter.
fn member<'value>(value: &'value Value, name: &str) -> Option<&'value Value> {
    let members = value.as_object()?;
    members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A kept definition, compared with what Amazon has now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compared {
    /// The name of the product type.
    pub product_type: String,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The version that was kept.
    pub version: String,
    /// What has changed.
    pub difference: Difference,
}

/// How a kept definition differs from what Amazon has now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Difference {
    /// The schema is the same.
    Nothing,
    /// The schema is another. The next request downloads it.
    Schema {
        /// The version of the new schema.
        version: String,
    },
    /// Amazon no longer has the product type. It is forgotten.
    Gone,
    /// Amazon could not be asked. The next request asks again.
    Unknown(Error),
}

impl Definitions {
    /// Asks Amazon about each definition that is kept and that the notification may concern, and says which have changed.
    /// Schemas are not downloaded: that is left to the next request of each.
    ///
    /// Definitions that were requested for another seller cannot be asked for, and are marked as out of date.
    pub async fn changed(&self, change: &DefinitionsChange) -> Vec<Compared> {
        let concerns = |answer: &Answer| {
            change.marketplace_id.as_ref().is_none_or(|marketplace| answer.wanted.marketplace == *marketplace)
        };
        let mut kept: BTreeMap<String, Answer> = BTreeMap::new();
        for answer in self.answers().await.into_iter().filter(concerns) {
            let newest = kept.entry(answer.wanted.key()).or_insert_with(|| answer.clone());
            if newest.asked_at < answer.asked_at {
                *newest = answer;
            }
        }
        self.forget(concerns);
        let mut compared = Vec::new();
        for (key, answer) in kept {
            if !self.may_ask(&answer.wanted).await {
                self.outdate(&answer).await;
                continue;
            }
            let difference = self.compare(&key, &answer).await;
            let Answer { wanted: Wanted { product_type, marketplace, .. }, version, .. } = answer;
            compared.push(Compared { product_type, marketplace_id: marketplace, version, difference });
        }
        compared
    }

    /// All answers in the folder and in memory.
    async fn answers(&self) -> Vec<Answer> {
        let mut answers = match &self.folder {
            Some(folder) => folder.answers().await,
            None => Vec::new(),
        };
        answers.extend(self.memory().answers.values().map(|known| Answer::clone(&known.answer)));
        answers
    }

    /// Whether the client calls for the seller and in the region of a request.
    async fn may_ask(&self, wanted: &Wanted) -> bool {
        let ours = match &self.seller_id {
            Some(id) => Some(id.clone()),
            None => self.client.seller_id().await.ok().flatten(),
        };
        let is_here = wanted.marketplace().map(Marketplace::region) == Some(self.client.region());
        is_here && (wanted.seller_id.is_none() || wanted.seller_id == ours)
    }

    async fn compare(&self, key: &str, kept: &Answer) -> Difference {
        match self.ask(&kept.wanted).await {
            Ok(asked) => {
                self.keep(key, &asked).await;
                let version = asked.answer.version.clone();
                match asked.answer.checksum == kept.checksum {
                    true => Difference::Nothing,
                    false => Difference::Schema { version },
                }
            }
            Err(error) if error.is_not_found() => {
                if let Some(folder) = &self.folder {
                    folder.remove_answer(&kept.wanted).await;
                }
                Difference::Gone
            }
            Err(error) => {
                self.outdate(kept).await;
                Difference::Unknown(error)
            }
        }
    }

    async fn outdate(&self, answer: &Answer) {
        self.distrust(&answer.wanted.product_type);
        if let Some(folder) = &self.folder {
            folder.keep_answer(&answer.outdated()).await;
        }
    }
}
