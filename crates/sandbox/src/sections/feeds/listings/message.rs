//! A message of the listings feed.

use crate::shop::listings::{Change, Issue, Patch, Refusal, Severity, Submission};
use crate::shop::product_types::Requirements;
use serde_json::Value;
use spapi_types::{Marketplace, Region};
use std::collections::HashSet;

/// The codes of a missing member and of a wrong one.
const MISSING: &str = "90220";
const WRONG: &str = "99022";

/// Something that is wrong with a message.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) severity: Severity,
    /// The attribute or the member of the message; empty if none.
    pub(super) name: String,
    pub(super) message: String,
}

impl Problem {
    fn new(code: &str, name: &str, what: &str) -> Self {
        let message = format!("{name} {what}");
        Self { code: code.to_owned(), severity: Severity::Error, name: name.to_owned(), message }
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::new(MISSING, name, "is required but not supplied.")
    }

    /// `what` follows the name, and ends with a full stop.
    pub(super) fn wrong(name: &str, what: &str) -> Self {
        Self::new(WRONG, name, what)
    }

    /// A problem of the attributes.
    pub(super) fn of(issue: &Issue, locale: &str) -> Self {
        Self {
            code: issue.code.clone(),
            severity: issue.severity,
            name: issue.attributes.first().cloned().unwrap_or_default(),
            message: issue.message(locale).to_owned(),
        }
    }

    pub(super) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl From<Refusal> for Problem {
    fn from(Refusal { name, what }: Refusal) -> Self {
        Self::wrong(&name, &format!("{what}."))
    }
}

/// A message.
pub(super) struct Message<'a> {
    value: &'a Value,
    pub(super) id: Option<u64>,
    pub(super) sku: Option<&'a str>,
    operation: Option<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Update,
    PartialUpdate,
    Patch,
    Delete,
}

impl Operation {
    /// Its name, the members that it needs and those that it forbids.
    fn facts(self) -> (&'static str, &'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Update => ("UPDATE", &["productType", "attributes"], &["patches"]),
            Self::PartialUpdate => ("PARTIAL_UPDATE", &["productType", "attributes"], &["requirements", "patches"]),
            Self::Patch => ("PATCH", &["productType", "patches"], &["requirements", "attributes"]),
            Self::Delete => ("DELETE", &[], &["productType", "requirements", "attributes", "patches"]),
        }
    }
}

impl<'a> Message<'a> {
    /// No message: what is wrong with a whole feed.
    pub(super) fn none() -> Self {
        Self { value: &Value::Null, id: None, sku: None, operation: None }
    }

    pub(super) fn read(value: &'a Value) -> Self {
        use Operation::{Delete, PartialUpdate, Patch, Update};
        let operation = value["operationType"].as_str();
        Self {
            value,
            id: value["messageId"].as_u64().filter(|id| (1..=2_147_483_647).contains(id)),
            sku: value["sku"].as_str().filter(|sku| !sku.is_empty()),
            operation: [Update, PartialUpdate, Patch, Delete]
                .into_iter()
                .find(|known| operation == Some(known.facts().0)),
        }
    }

    /// What is wrong with the message itself. `seen` holds the ids of the messages before it.
    pub(super) fn problems(&self, seen: &mut HashSet<u64>) -> Vec<Problem> {
        let is_filled = |name: &str| match &self.value[name] {
            Value::Object(members) => !members.is_empty(),
            Value::Array(entries) => !entries.is_empty(),
            Value::String(text) => !text.is_empty(),
            _ => false,
        };
        let mut found = Vec::new();
        match self.id {
            None => found.push(Problem::wrong("messageId", "must be a whole number from 1 to 2147483647.")),
            Some(id) if !seen.insert(id) => {
                found.push(Problem::wrong("messageId", "is the same as in an earlier message."));
            }
            Some(_) => {}
        }
        if self.sku.is_none() {
            found.push(Problem::missing("sku"));
        }
        let Some(operation) = self.operation else {
            found.push(Problem::wrong("operationType", "must be UPDATE, PARTIAL_UPDATE, PATCH or DELETE."));
            return found;
        };
        let (name, needed, forbidden) = operation.facts();
        found.extend(needed.iter().filter(|member| !is_filled(member)).map(|member| Problem::missing(member)));
        let is_there = |member: &&&str| self.value.get(**member).is_some();
        let why = format!("must not be there with the operationType {name}.");
        found.extend(forbidden.iter().filter(is_there).map(|member| Problem::wrong(member, &why)));
        if operation == Operation::Update && self.requirements().is_none() {
            let names = Requirements::ALL.map(|(name, _)| name).join(", ");
            found.push(Problem::wrong("requirements", &format!("must be one of {names}.")));
        }
        found
    }

    fn requirements(&self) -> Option<Requirements> {
        let Some(given) = self.value.get("requirements") else { return Some(Requirements::Listing) };
        Requirements::ALL.iter().find(|(name, _)| given == name).map(|(_, known)| *known)
    }

    /// The change that the message asks for; `None` for a deletion.
    pub(super) fn change(&self) -> Result<Option<Change>, Problem> {
        let attributes = self.value["attributes"].as_object();
        let change = match self.operation {
            None | Some(Operation::Delete) => return Ok(None),
            Some(Operation::Update) => Change::Put {
                attributes: attributes.cloned().unwrap_or_default(),
                requirements: self.requirements().unwrap_or(Requirements::Listing),
            },
            Some(Operation::PartialUpdate) => {
                let patches = attributes.into_iter().flatten().map(|(name, value)| Patch::replace(name, value));
                Change::Patches(patches.collect::<Result<_, _>>()?)
            }
            Some(Operation::Patch) => {
                let patches = self.value["patches"].as_array().into_iter().flatten().map(Patch::read);
                Change::Patches(patches.collect::<Result<_, _>>()?)
            }
        };
        Ok(Some(change))
    }

    pub(super) fn submission(
        &self,
        region: Region,
        marketplaces: &'a [Marketplace],
        seller: &'a str,
        sku: &'a str,
        change: &'a Change,
    ) -> Submission<'a> {
        let product_type = self.value["productType"].as_str().unwrap_or_default();
        Submission { region, marketplaces, seller, sku, product_type, change }
    }
}
