//! The local check of attributes against the schema of a product type.

mod choices;
mod compile;
mod condition;
mod editable;
mod finding;
mod lint;
mod message;
mod offer;
mod outline;
mod pointer;
mod references;
mod shared;
mod vocabulary;
mod words;

pub use finding::{Finding, Findings, Severity};
pub(crate) use shared::{condition, nearest};

use crate::attributes::{OFFER, Origin, STOCK, is_equal, join};
use crate::{Attributes, ListingsPatch, Selectors, apply};
use compile::Compiled;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use lint::{Lint, Walk};
use message::{Said, Writer};
use outline::Outline;
use serde_json::Value;
use spapi_core::{Error, Marketplace};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use words::{name, shown};

/// How deep attributes may be nested, which is as deep as `serde_json` reads.
const DEEPEST: usize = 128;

/// Checks the attributes of listings of one product type, without a network.
///
/// It is the whole check of Amazon's that can be made from a schema: JSON Schema (Draft 2019-09) with formats asserted, and the
/// rules of Amazon's own vocabulary (`selectors`, `maxUniqueItems`, `minUniqueItems`, `maxUtf8ByteLength`,
/// `minUtf8ByteLength`, and `editable` when a listing changes). Beyond the schema it warns of what the service is known to
/// refuse or to misunderstand; such a [`Finding`] has [`Severity::Warning`] and a code as its keyword:
///
/// | code | meaning |
/// | --- | --- |
/// | `value_outside_open_enum` | the schema takes any text, but lists the values that Amazon knows, and this is another one |
/// | `selector_missing` | an instance lacks a member by which Amazon tells the instances apart |
/// | `enum_deprecated` | the value is one that Amazon is about to remove |
/// | `replaced_by` | the attribute is one that Amazon is about to remove |
/// | `required_missing_in_store` | the stored listing lacks a required attribute, and this change does not add it |
/// | `marketplace_mismatch` | a value is for another marketplace than [`for_marketplace`](Self::for_marketplace) says |
/// | `price_unbracketed` | the offer has a price, and the schema has a lowest and a highest price that it lacks |
/// | `price_outside_bracket` | the price is less than the lowest or more than the highest price of the offer |
/// | `empty_value` | a member of an offer is empty, which Amazon refuses (99022) |
/// | `image_of_offer` | the main image is that of the offer, not that of the product |
/// | `alternatives_empty` | the schema has an empty `anyOf`, `oneOf` or `allOf`, so that the check is weaker there |
/// | `reference_unresolved` | the schema refers to a part that it lacks, so that the check is weaker there |
///
/// It is cheap to clone. Compiling takes about a thousand times as long as a check: keep it for all listings of a product type.
#[derive(Clone)]
pub struct Validator {
    inner: Arc<Inner>,
    marketplace: Option<Marketplace>,
}

struct Inner {
    compiled: Compiled,
    outline: Outline,
    selectors: Selectors,
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
        Ok(Self { inner: Arc::new(Inner { compiled, outline, selectors }), marketplace: None })
    }

    /// Warns also of values that are for another marketplace than this one, and says more about those that the schema does not
    /// list.
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
            None => check.rules(sent, &View { sent: Some(&changes), ..View::whole() }),
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
        let is_new = |attribute: &str, instance: &Value| {
            let stored = stored.get(attribute).and_then(Value::as_array);
            !stored.is_some_and(|stored| stored.iter().any(|stored| is_equal(stored, instance)))
        };
        let mut origins = Origins::new();
        for (attribute, value) in &patched {
            let instances = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let origin = |(at, instance)| match is_new(attribute, instance) {
                true => Origin::Sent(at),
                false => Origin::Stored(at),
            };
            origins.insert(attribute.clone(), instances.iter().enumerate().map(origin).collect());
        }
        let result = Value::Object(patched.clone());
        match current {
            None => check.rules(&result, &View { sent: Some(&patched), merged: Some(&merged), ..View::whole() }),
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
                    let is_same = |one: &Value, other: &Value| self.inner.selectors.is_same(attribute, one, other);
                    let joined = join(known, instances, is_same);
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

/// Where the instances of attributes come from.
type Origins = BTreeMap<String, Vec<Origin>>;

/// How the attributes that are checked relate to those that are sent and stored.
struct View<'view> {
    /// The attributes that are sent, if the others are unknown.
    sent: Option<&'view Attributes>,
    /// The attributes whose instances may have members that are unknown.
    merged: Option<&'view BTreeSet<String>>,
    /// Where the instances come from, if some of them are stored. An attribute that is absent is stored.
    origins: Option<&'view Origins>,
    /// The required attributes that the listing lacked before.
    lacked: BTreeSet<String>,
}

impl View<'_> {
    fn whole() -> Self {
        Self { sent: None, merged: None, origins: None, lacked: BTreeSet::new() }
    }

    /// Whether the error is only that something is not sent.
    fn forgives(&self, error: &ValidationError<'_>) -> bool {
        if self.sent.is_none() {
            return false;
        }
        let mut names = pointer::segments(error.instance_path().as_str());
        let is_partial = match (names.next(), names.next(), names.next()) {
            (None, ..) => true,
            (Some(attribute), Some(_), None) => self.merged.is_some_and(|merged| merged.contains(attribute.as_ref())),
            _ => false,
        };
        is_partial
            && match error.kind() {
                Kind::Required { .. } | Kind::MinProperties { .. } => true,
                Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                    context.iter().any(|errors| errors.iter().all(|error| self.forgives(error)))
                }
                _ => false,
            }
    }

    /// The pointer that is shown for one into the attributes that are checked, and whether it leads into the stored ones.
    fn shown(&self, pointer: &str) -> (String, bool) {
        let Some(origins) = self.origins else { return (pointer.to_owned(), false) };
        let mut parts = pointer.splitn(4, '/').skip(1);
        let Some(attribute) = parts.next() else { return (pointer.to_owned(), false) };
        let name = pointer::segments(pointer).next().unwrap_or_default();
        let Some(instances) = origins.get(name.as_ref()) else { return (pointer.to_owned(), true) };
        let index: Option<usize> = parts.next().and_then(|index| index.parse().ok());
        let Some(origin) = index.and_then(|index| instances.get(index)) else { return (pointer.to_owned(), false) };
        let (index, is_stored) = match origin {
            Origin::Sent(index) => (index, false),
            Origin::Stored(index) => (index, true),
        };
        let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
        (format!("/{attribute}/{index}{rest}"), is_stored)
    }
}

/// One check of one listing.
struct Check<'check> {
    validator: &'check Validator,
    findings: Findings,
}

impl<'check> Check<'check> {
    fn new(validator: &'check Validator) -> Self {
        let mut check = Self { validator, findings: Findings::default() };
        for (code, cut) in &validator.inner.compiled.cut {
            let message = format!(
                "the schema is incomplete, and the check is weaker for it: {}",
                spapi_types::text::printable(cut).up_to(200)
            );
            check.add(Severity::Warning, code, String::new(), None, None, message, false);
        }
        check
    }

    /// Whether the attributes are an object that can be walked.
    fn is_object(&mut self, attributes: &Value) -> bool {
        match attributes {
            Value::Object(members) => self.is_flat(members),
            other => {
                let other = shown(other);
                self.unusable(format!(
                    "the attributes must be an object with each attribute by its name; {other} stands there"
                ));
                false
            }
        }
    }

    /// Whether the attributes are not nested too deep.
    fn is_flat(&mut self, attributes: &Attributes) -> bool {
        let is_flat = attributes.values().all(|value| is_flatter(value, DEEPEST - 1));
        if !is_flat {
            self.unusable(format!("the attributes are nested deeper than {DEEPEST} levels"));
        }
        is_flat
    }

    fn unusable(&mut self, message: String) {
        self.add(Severity::Error, "type", String::new(), None, None, message, false);
    }

    /// Checks the attributes against the schema.
    fn rules(&mut self, attributes: &Value, view: &View<'_>) {
        let inner = &self.validator.inner;
        if inner.compiled.rules.is_valid(attributes) {
            return;
        }
        let writer = Writer { schema: &inner.compiled.schema, outline: &inner.outline, attributes, sent: view.sent };
        // Several conditions may require the same member.
        let mut missing = BTreeSet::new();
        for error in inner.compiled.rules.iter_errors(attributes) {
            if view.forgives(&error) {
                continue;
            }
            if let Kind::Required { property: Value::String(property) } = error.kind() {
                let is_dependent = error.schema_path().as_str().ends_with("/dependentRequired");
                if !missing.insert((error.instance_path().as_str().to_owned(), property.clone(), is_dependent)) {
                    continue;
                }
            }
            if !self.findings.has_room(Severity::Error) {
                self.findings.count(Severity::Error);
                continue;
            }
            let (pointer, is_stored) = view.shown(error.instance_path().as_str());
            for Said { keyword, property, attribute, message } in writer.said(&error) {
                let was_missing = keyword == "required"
                    && pointer.is_empty()
                    && property.as_ref().is_some_and(|property| view.lacked.contains(property));
                let (severity, keyword, message) = match was_missing {
                    true => {
                        let message =
                            format!("{message}; the stored listing lacks it too, and this change does not add it");
                        (Severity::Warning, "required_missing_in_store", message)
                    }
                    false => (Severity::Error, keyword.as_str(), message),
                };
                self.add(severity, keyword, pointer.clone(), property, attribute, message, is_stored);
            }
        }
    }

    /// Checks a listing after a change of the stored one.
    fn changed(&mut self, stored: &Attributes, after: Attributes, changes: &Attributes, origins: &Origins) {
        let inner = &self.validator.inner;
        let after = Value::Object(after);
        let mut lacked = BTreeSet::new();
        if !inner.compiled.rules.is_valid(&after) {
            for error in inner.compiled.rules.iter_errors(&Value::Object(stored.clone())) {
                match error.kind() {
                    Kind::Required { property: Value::String(missing) } if error.instance_path().is_empty() => {
                        lacked.insert(missing.clone());
                    }
                    _ => {}
                }
            }
        }
        self.rules(&after, &View { origins: Some(origins), lacked, ..View::whole() });
        for (attribute, value) in changes {
            let (Some(sent), Some(stored)) = (value.as_array(), stored.get(attribute).and_then(Value::as_array)) else {
                continue;
            };
            let mut found = Vec::new();
            editable::compare(
                &inner.outline,
                &inner.selectors,
                attribute,
                stored,
                sent,
                &mut |pointer, stored, sent| {
                    found.push((
                        pointer.to_owned(),
                        format!(
                            "cannot be changed once a listing has it: {} is stored, and {} is sent",
                            shown(stored),
                            shown(sent)
                        ),
                    ));
                },
            );
            for (pointer, why) in found {
                let subject = self.writer().subject(&pointer);
                let attribute = Some(attribute.clone());
                self.add(Severity::Error, "editable", pointer, None, attribute, format!("{subject} {why}"), false);
            }
        }
    }

    /// Looks for what the schema accepts and Amazon may not, in the instances that are looked at.
    fn lints(&mut self, attributes: &Value, looks_at: &dyn Fn(&str, usize) -> bool) {
        let inner = &self.validator.inner;
        let mut lints = Vec::new();
        let mut found = |lint: Lint| lints.push(lint);
        let walk = Walk { outline: &inner.outline, marketplace: self.validator.marketplace, looks_at };
        walk.attributes(attributes, &mut found);
        if let Some(attributes) = attributes.as_object() {
            let offers = attributes.get(OFFER).and_then(Value::as_array);
            for (at, offer) in offers.into_iter().flatten().enumerate() {
                if looks_at(OFFER, at) {
                    offer::offer(&inner.outline, at, offer, &mut found);
                }
            }
            offer::image(&inner.outline, attributes, &mut found);
        }
        for Lint { code, pointer, property, message } in lints {
            // The schema has said it better.
            if code == "empty_value" && self.findings.errors().any(|error| error.pointer.starts_with(&pointer)) {
                continue;
            }
            let subject = self.writer().subject(&pointer);
            let attribute = pointer::segments(&pointer).next().map(|name| name.into_owned());
            self.add(Severity::Warning, code, pointer, property, attribute, format!("{subject} {message}"), false);
        }
    }

    fn writer(&self) -> Writer<'check> {
        let inner = &self.validator.inner;
        Writer { schema: &inner.compiled.schema, outline: &inner.outline, attributes: &Value::Null, sent: None }
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        severity: Severity,
        keyword: &str,
        pointer: String,
        property: Option<String>,
        attribute: Option<String>,
        message: String,
        is_stored: bool,
    ) {
        let label = attribute.as_deref().and_then(|attribute| self.writer().label(attribute).map(name));
        let keyword = keyword.to_owned();
        self.findings.add(Finding { severity, pointer, keyword, property, attribute, label, message, is_stored });
    }
}

/// Whether the value is nested at most that deep.
fn is_flatter(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_flatter(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|member| is_flatter(member, levels - 1)),
        _ => true,
    }
}
