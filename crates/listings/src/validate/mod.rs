//! The local check of attributes against the schema of a product type.

mod check;
mod choices;
mod compile;
mod condition;
mod editable;
mod finding;
mod identifiers;
mod known;
mod lint;
mod message;
mod offer;
mod outline;
mod parts;
mod pointer;
mod references;
mod shared;
mod view;
mod vocabulary;
mod words;

pub use finding::{Finding, Findings, Severity};
pub(crate) use shared::{condition, nearest, selectors};

use crate::attributes::{Origin, STOCK, canonical_text, join};
use crate::{Attributes, ListingsPatch, Selectors, apply};
use check::Check;
use compile::Compiled;
use known::Known;
use outline::Outline;
use parts::Parts;
use serde_json::Value;
use spapi_core::{Error, Marketplace};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;
use view::{Origins, View};

/// Checks the attributes of listings of one product type, without a network.
///
/// It is the whole check of Amazon's that can be made from a schema: JSON Schema (Draft 2019-09) with formats asserted, and the
/// rules of Amazon's own vocabulary (`selectors`, `maxUniqueItems`, `minUniqueItems`, `maxUtf8ByteLength`,
/// `minUtf8ByteLength`, and `editable` when a listing changes). Beyond the schema it looks for what the service is known to
/// refuse or to misunderstand; such a [`Finding`] has a code as its keyword, and [`Severity::Warning`] unless Amazon surely
/// refuses the listing:
///
/// | code | meaning |
/// | --- | --- |
/// | `value_outside_open_enum` | the schema takes any text, but lists the values that Amazon knows, and this is another one |
/// | `selector_missing` | an instance lacks a member by which Amazon tells the instances apart |
/// | `enum_deprecated` | the value is one that Amazon is about to remove |
/// | `replaced_by` | the attribute is one that Amazon is about to remove |
/// | `required_missing_in_store` | the stored listing lacks a required attribute, and this change does not add it |
/// | `rule_broken_in_store` | a rule over several attributes, of which this change has none, is broken by the stored listing |
/// | `cannot_be_known` | whether this is an error depends on attributes that are neither sent nor given as stored |
/// | `fixed_value_dropped` | an instance that replaces a stored one lacks a value that cannot be changed |
/// | `marketplace_mismatch` | an error: a value is for another marketplace than [`for_marketplace`](Self::for_marketplace) says |
/// | `check_digit` | an error: a number such as an EAN has another form than its type, or a wrong check digit |
/// | `price_not_positive` | a price is zero or negative: an error where buyers would pay it, or if it is negative |
/// | `price_decimals` | an amount has more decimal places than its currency |
/// | `price_unbracketed` | the offer has a price, and the schema has a lowest and a highest price that it lacks |
/// | `price_outside_bracket` | the price is less than the lowest or more than the highest price of the offer |
/// | `empty_value` | a member of an offer is empty, which Amazon refuses (99022) |
/// | `image_of_offer` | the main image is that of the offer, not that of the product |
/// | `alternatives_empty` | the schema has an empty `anyOf`, `oneOf` or `allOf`, so that the check is weaker there |
/// | `reference_unresolved` | the schema refers to a part that it lacks, so that the check is weaker there |
/// | `reference_circular` | a reference of the schema leads back to itself, so that nothing is checked there |
///
/// It is cheap to clone. Compiling takes about a thousand times as long as a check: keep it for all listings of a product type.
#[derive(Clone)]
pub struct Validator {
    inner: Arc<Inner>,
    marketplace: Option<Marketplace>,
    kept: usize,
}

struct Inner {
    compiled: Compiled,
    outline: Outline,
    selectors: Selectors,
    parts: Parts,
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The schema has a million bytes.
        f.debug_struct("Validator").field("marketplace", &self.marketplace).finish_non_exhaustive()
    }
}

impl Validator {
    /// Compiles the schema of a product type: the text of the document to which a definition's schema link leads.
    ///
    /// Nothing is fetched, neither Amazon's meta-schema nor another document. A reference that leads nowhere is left out, and
    /// each check says so by a warning.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](spapi_core::ErrorKind::Input) for a text that is not a JSON object, is larger than 4 MiB (Amazon's
    /// schemas have about one), is nested deeper than 128 levels, or has a keyword with a value of the wrong type. The message
    /// says where.
    pub fn compile(schema: &str) -> Result<Self, Error> {
        let compiled = compile::compile(schema)?;
        let outline = Outline::of(&compiled.schema);
        let selectors = Selectors::of_schema(&compiled.schema);
        let inner = Inner { compiled, outline, selectors, parts: Parts::default() };
        Ok(Self { inner: Arc::new(inner), marketplace: None, kept: Findings::MOST })
    }

    /// Keeps up to that many errors and as many warnings of a check, instead of [`Findings::MOST`].
    pub fn keep(self, most: usize) -> Self {
        Self { kept: most, ..self }
    }

    /// Refuses also values that are for another marketplace than this one.
    pub fn for_marketplace(self, marketplace: Marketplace) -> Self {
        Self { marketplace: Some(marketplace), ..self }
    }

    /// Checks the attributes of a whole listing, as `putListingsItem` takes them.
    pub fn create(&self, attributes: &Value) -> Findings {
        let mut check = Check::new(self);
        if check.is_object(attributes) {
            check.rules(attributes, &View::whole());
            check.lints(attributes, &|_, _| true);
        }
        check.findings
    }

    /// Checks a change of a listing: `sent` has the attributes that change, each whole, as a patch with `replace` or a feed
    /// message with `PARTIAL_UPDATE` has them.
    ///
    /// With the `current` attributes of the listing (of `getListingsItem`), the check is that of the listing after the change:
    /// what is sent takes the place of the stored instances with the same selectors, and a value that is fixed (`editable`
    /// false) must stay. What the listing lacked before is a warning (`required_missing_in_store`). Without them, attributes
    /// that are not sent count as present. Pointers lead into `sent`, except for [stored values](Finding::is_stored).
    pub fn update(&self, sent: &Value, current: Option<&Attributes>) -> Findings {
        let mut check = Check::new(self);
        if !check.is_object(sent) || !current.is_none_or(|current| check.is_flat(current)) {
            return check.findings;
        }
        let changes = sent.as_object().cloned().unwrap_or_default();
        match current {
            None => check.rules(sent, &View { known: Some(self.known(&changes, None)), ..View::whole() }),
            Some(current) => {
                let stored = self.stored(current);
                let (merged, origins) = self.merged(&stored, &changes);
                check.changed(&stored, merged, &changes, &origins);
            }
        }
        check.lints(sent, &|_, _| true);
        check.findings
    }

    /// Checks what patches make of a listing, as [`update`](Self::update) does. A patch that cannot be applied is an error at
    /// `/patches/N`; all other pointers lead into the attributes that the patches make.
    ///
    /// Without the `current` attributes, the listing counts as one that has all that is not sent.
    pub fn patches(&self, patches: &[ListingsPatch], current: Option<&Attributes>) -> Findings {
        let mut check = Check::new(self);
        if !current.is_none_or(|current| check.is_flat(current)) {
            return check.findings;
        }
        let stored = current.map(|current| self.stored(current)).unwrap_or_default();
        let mut patched = stored.clone();
        let mut merged = BTreeSet::new();
        for (at, patch) in patches.iter().enumerate() {
            if let Err(error) = apply(&mut patched, patch, &self.inner.selectors) {
                let attribute = Some(patch.attribute().to_owned());
                check.add(
                    Severity::Error,
                    "patch",
                    format!("/patches/{at}"),
                    None,
                    attribute,
                    error.to_string(),
                    false,
                );
            } else if patch.op() == "merge" {
                merged.insert(patch.attribute().to_owned());
            }
        }
        let mut origins = Origins::new();
        for (attribute, value) in &patched {
            let instances = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let known: HashSet<String> =
                stored.get(attribute).and_then(Value::as_array).into_iter().flatten().map(canonical_text).collect();
            let origin = |(at, instance)| match known.contains(&canonical_text(instance)) {
                true => Origin::Stored(at),
                false => Origin::Sent(at),
            };
            origins.insert(attribute.clone(), instances.iter().enumerate().map(origin).collect());
        }
        let result = Value::Object(patched.clone());
        match current {
            None => check.rules(&result, &View { known: Some(self.known(&patched, Some(&merged))), ..View::whole() }),
            Some(_) => {
                let changes = patched.iter().filter(|(name, value)| stored.get(*name) != Some(value));
                let changes: Attributes = changes.map(|(name, value)| (name.clone(), value.clone())).collect();
                check.changed(&stored, patched, &changes, &origins);
            }
        }
        let is_sent = |attribute: &str, at: usize| {
            let origin = origins.get(attribute).and_then(|origins| origins.get(at));
            matches!(origin, Some(Origin::Sent(_)))
        };
        check.lints(&result, &is_sent);
        check.findings
    }

    /// The selectors of the product type's attributes.
    pub fn selectors(&self) -> &Selectors {
        &self.inner.selectors
    }

    /// The schema as it is checked: without the references that lead nowhere.
    pub fn schema(&self) -> &Value {
        &self.inner.compiled.schema
    }

    fn known<'check>(
        &'check self,
        sent: &'check Attributes,
        merged: Option<&'check BTreeSet<String>>,
    ) -> Known<'check> {
        Known { schema: self.schema(), parts: &self.inner.parts, sent, merged }
    }

    /// The stored attributes without the marketplace ids that Amazon's answers add and its schemas forbid.
    fn stored(&self, current: &Attributes) -> Attributes {
        let mut stored = current.clone();
        let outline = &self.inner.outline;
        let is_forbidden = outline
            .attribute(STOCK)
            .and_then(|place| outline.items(place))
            .is_some_and(|items| items.is_closed && !items.has("marketplace_id"));
        if is_forbidden {
            for instance in stored.get_mut(STOCK).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(members) = instance.as_object_mut() {
                    members.remove("marketplace_id");
                }
            }
        }
        stored
    }

    /// The listing after the change, and where the instances of the sent attributes come from.
    fn merged(&self, stored: &Attributes, sent: &Attributes) -> (Attributes, Origins) {
        let mut merged = stored.clone();
        let mut origins = Origins::new();
        for (attribute, value) in sent {
            let known = stored.get(attribute).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let value = match value.as_array() {
                // An attribute that is sent without instances stays one, so that the schema can refuse it.
                Some(instances) if !instances.is_empty() => {
                    let joined = join(known, instances, |one| self.inner.selectors.identity(attribute, one));
                    origins.insert(attribute.clone(), joined.iter().map(|(_, origin)| *origin).collect());
                    Value::Array(joined.into_iter().map(|(instance, _)| instance.clone()).collect())
                }
                _ => value.clone(),
            };
            merged.insert(attribute.clone(), value);
        }
        (merged, origins)
    }
}
