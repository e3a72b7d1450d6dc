//! Rates that Amazon drops are kept: tables of rates vanish by mistake and come back months later.

use serde_json::Value;

use crate::generate::Generated;
use crate::generate::known::{LastKnownRate, Rates};
use crate::generate::metadata::rates::{self, Rate};
use crate::generate::normalise;
use crate::generate::walk;

/// What is to be kept after a change of models, and what was added to it.
///
/// `commit` is that of the old models. A rate that a model prints again is no longer kept.
pub fn keep<'a>(
    kept: &Rates,
    old: impl Iterator<Item = &'a Generated>,
    new: impl Iterator<Item = &'a Generated>,
    commit: &str,
) -> (Rates, Vec<String>) {
    let mut next = kept.clone();
    let mut told = Vec::new();
    let old: std::collections::BTreeMap<String, Vec<(String, Rate)>> = old.flat_map(printed).collect();
    for (place, operations) in new.flat_map(printed) {
        for (id, rate) in operations {
            let rows = next.0.entry(place.clone()).or_default();
            let before = old.get(&place).and_then(|operations| operations.iter().find(|(known, _)| *known == id));
            match (rate.values(), before.and_then(|(_, rate)| rate.values())) {
                (Some(_), _) => {
                    if rows.remove(&id).is_some() {
                        told.push(format!("{place}: {id} prints its rate again"));
                    }
                }
                (None, Some((per_second, burst))) => {
                    told.push(format!(
                        "{place}: {id} prints no rate any more; {per_second} a second, {burst} at once are kept"
                    ));
                    rows.insert(id, LastKnownRate { per_second, burst, commit: commit.to_owned() });
                }
                (None, None) => {}
            }
        }
    }
    next.0.retain(|_, rows| !rows.is_empty());
    (next, told)
}

/// The rate of each operation as the models of a section print it.
fn printed(section: &Generated) -> Vec<(String, Vec<(String, Rate)>)> {
    let of_api = |document: &Value| {
        let mut document = document.clone();
        // The ids are those that are generated. A model of which that fails was not generated.
        let _ = normalise::operation_ids::apply(&mut document);
        let operations = walk::operations(&document).map(|(_, _, operation)| {
            let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
            (text("operationId").to_owned(), rates::read(text("description")).unwrap_or(Rate::Unknown))
        });
        operations.collect()
    };
    section.apis.iter().map(|api| (api.place.clone(), of_api(&api.document))).collect()
}
