//! Checks a batch before anything of it is sent.

use super::item::{BulkAction, BulkItem, Prepared};
use super::outcome::{BulkOutcome, Outcome};
use crate::listing::sku_fault;
use crate::{Findings, Validator};
use spapi_core::Error;
use spapi_types::text::printable;
use std::collections::HashMap;

/// How many places of one SKU a finding names.
const MOST_PLACES: usize = 5;

/// Items that are checked: which may be sent, and what is wrong with the others.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) entries: Vec<Entry>,
}

/// One SKU of a batch.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub sku: String,
    pub places: Vec<String>,
    pub state: State,
}

#[derive(Clone, Debug)]
pub(super) enum State {
    Ready(Prepared),
    Invalid(Findings),
}

impl Batch {
    /// Checks all items. `validator` returns the validator for an item, or `None` for one that is sent without a check of its
    /// attributes; an error of it is a finding of the item. `progress` gets the number of items that are checked.
    ///
    /// An item with an error is not sent, and the others are. If two items have one SKU, none of both is sent.
    pub fn check(
        items: impl IntoIterator<Item = BulkItem>,
        mut validator: impl FnMut(&BulkItem) -> Result<Option<Validator>, Error>,
        mut progress: impl FnMut(usize),
    ) -> Self {
        let mut batch = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (done, item) in items.into_iter().enumerate() {
            match known.get(&item.sku).and_then(|index| batch.entries.get_mut(*index)) {
                Some(entry) => entry.repeat(&item),
                None => {
                    known.insert(item.sku.clone(), batch.entries.len());
                    batch.entries.push(checked(item, &mut validator));
                }
            }
            progress(done + 1);
        }
        batch
    }

    /// How many SKUs it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no SKU.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many SKUs may be sent.
    pub fn ready(&self) -> usize {
        self.prepared().count()
    }

    /// The SKUs that are not sent, and why.
    pub fn invalid(&self) -> impl Iterator<Item = BulkOutcome> {
        self.entries.iter().filter_map(|entry| match &entry.state {
            State::Invalid(findings) => Some(BulkOutcome {
                sku: entry.sku.clone(),
                places: entry.places.clone(),
                outcome: Outcome::Invalid { findings: findings.clone() },
            }),
            State::Ready(_) => None,
        })
    }

    pub(super) fn prepared(&self) -> impl Iterator<Item = &Prepared> {
        self.entries.iter().filter_map(|entry| match &entry.state {
            State::Ready(prepared) => Some(prepared),
            State::Invalid(_) => None,
        })
    }
}

impl Entry {
    /// Notes another item with the same SKU.
    fn repeat(&mut self, item: &BulkItem) {
        // Rows without a SKU are wrong for that reason.
        if self.sku.trim().is_empty() {
            return self.places.push(item.place.clone());
        }
        self.places.push(item.place.clone());
        let named: Vec<_> =
            self.places.iter().take(MOST_PLACES).map(|place| printable(place).up_to(80).to_string()).collect();
        let more = match self.places.len() - named.len() {
            0 => String::new(),
            more => format!(" and in {more} more"),
        };
        let sku = printable(&self.sku).up_to(80);
        let message = format!("the SKU {sku} is in {}{more}; leave one of them", named.join(" and in "));
        self.state = State::Invalid(Findings::of_input("duplicate_sku", message));
    }
}

fn checked(item: BulkItem, validator: &mut impl FnMut(&BulkItem) -> Result<Option<Validator>, Error>) -> Entry {
    let mut findings = match (validator(&item), &item.action) {
        (Ok(Some(validator)), BulkAction::Put(attributes)) => validator.create(attributes),
        (Ok(Some(validator)), BulkAction::Update(attributes)) => validator.update(attributes, None),
        (Ok(Some(validator)), BulkAction::Patch(patches)) => validator.patches(patches, None),
        (Ok(_), _) => Findings::default(),
        (Err(error), _) => Findings::of_input("product_type", error.to_string()),
    };
    findings.append(&item.findings);
    // The one who made the item may have said it with its place.
    if !findings.errors().any(|error| error.keyword == "sku") {
        sku_fault(&item.sku).into_iter().for_each(|why| findings.append(&Findings::of_input("sku", why)));
    }
    if findings.is_valid() {
        match Prepared::new(&item) {
            Ok(prepared) => return Entry { sku: item.sku, places: vec![item.place], state: State::Ready(prepared) },
            // A feed and a call take less than a validator may.
            Err(error) => findings.append(&Findings::of_input("message", error.to_string())),
        }
    }
    Entry { sku: item.sku, places: vec![item.place], state: State::Invalid(findings) }
}
