//! What Amazon answers about a definition, without the schema, and the request that it answers.

use super::Group;
use serde::{Deserialize, Serialize};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_product_type_definitions::v2020_09_01::types::{
    GetDefinitionsProductTypeLocale as Locale, GetDefinitionsProductTypeParentageLevel as ParentageLevel,
    GetDefinitionsProductTypeRequirements as Requirements, ProductTypeDefinition,
};
use spapi_types::text::printable;
use std::time::{Duration, SystemTime};

/// The request of a definition, with all that decides which schema Amazon returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) product_type: String,
    /// The marketplace's id.
    pub(super) marketplace: String,
    pub(super) locale: Locale,
    pub(super) requirements: Requirements,
    pub(super) is_enforced: bool,
    #[serde(default)]
    pub(super) parentage_level: Option<ParentageLevel>,
    pub(super) version: String,
    #[serde(default)]
    pub(super) seller_id: Option<String>,
}

impl Wanted {
    /// The same text for the same request, in every process.
    pub(super) fn key(&self) -> String {
        let Self { product_type, marketplace, locale, requirements, is_enforced, parentage_level, version, seller_id } =
            self;
        let parentage_level = parentage_level.as_ref().map(ParentageLevel::as_str);
        format!(
            "{product_type:?} {marketplace:?} {locale} {requirements} {is_enforced} {parentage_level:?} {version:?} {seller_id:?}"
        )
    }

    pub(super) fn marketplace(&self) -> Option<Marketplace> {
        self.marketplace.parse().ok()
    }
}

/// The layout of the file. A file with another layout is not read.
const LAYOUT: u32 = 1;

/// Amazon's answer, as it is kept. It has no link, because a link opens the document to everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Answer {
    layout: u32,
    pub(super) wanted: Wanted,
    /// When it was requested, in seconds since 1970. 0 if it is known to be out of date.
    pub(super) asked_at: u64,
    pub(super) display_name: String,
    pub(super) locale: String,
    pub(super) version: String,
    pub(super) is_latest: Option<bool>,
    pub(super) is_release_candidate: Option<bool>,
    /// In base64, as Amazon sends it.
    pub(super) checksum: String,
    pub(super) groups: Vec<Group>,
}

impl Answer {
    /// # Errors
    /// When the answer is about another product type.
    pub(super) fn new(wanted: &Wanted, definition: ProductTypeDefinition, now: SystemTime) -> Result<Self, Error> {
        let answered = &definition.product_type;
        if !answered.is_empty() && !answered.eq_ignore_ascii_case(&wanted.product_type) {
            let [wanted, answered] = [&wanted.product_type, answered].map(|name| printable(name).up_to(100));
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("Amazon answers with the definition of {answered} in place of {wanted}"),
            )
            .with_hint("Search for the name of the product type."));
        }
        let version = definition.product_type_version;
        Ok(Self {
            layout: LAYOUT,
            wanted: wanted.clone(),
            asked_at: seconds(now),
            display_name: definition.display_name,
            locale: definition.locale,
            version: version.version,
            is_latest: version.latest,
            is_release_candidate: version.release_candidate,
            checksum: definition.schema.checksum,
            groups: definition.property_groups.into_iter().map(|(name, group)| Group::new(name, group)).collect(),
        })
    }

    /// Reads what [`to_json`](Self::to_json) wrote. `None` for anything else.
    pub(super) fn of_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(json).ok().filter(|answer| answer.layout == LAYOUT)
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // Texts, numbers and flags can always be written.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// The same, known to be out of date.
    pub(super) fn outdated(&self) -> Self {
        Self { asked_at: 0, ..self.clone() }
    }

    /// How old it is. `None` if that cannot be known, because the clock has moved back.
    pub(super) fn age(&self, now: SystemTime) -> Option<Duration> {
        seconds(now).checked_sub(self.asked_at).map(Duration::from_secs)
    }
}

pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}
