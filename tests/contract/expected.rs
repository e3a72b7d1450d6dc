//! The expected differences: `expected.toml`, which people review.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// The rows of `expected.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    #[serde(default)]
    difference: Vec<Row>,
}

/// Differences with one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Why they differ, and why this is correct.
    reason: String,
    /// `SECTION@MODULE OPERATION STATUS #INDEX: WHAT`, or `SECTION@MODULE OPERATION request: WHAT`.
    places: Vec<String>,
}

impl Expected {
    /// Reads the file.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/expected.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Among the places that `is_meant` selects: the differences that are found but not listed, or listed but not found.
    pub fn problems(&self, found: &BTreeSet<String>, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
        let listed: BTreeSet<_> = self.places().filter(|place| is_meant(place)).cloned().collect();
        let new = found.difference(&listed).map(|place| format!("not in expected.toml: {place}"));
        let gone = listed.difference(found).map(|place| format!("in expected.toml, but not found: {place}"));
        new.chain(gone).collect()
    }

    /// Each reason with those of its places that `is_meant` selects.
    pub fn reasons(&self, is_meant: impl Fn(&str) -> bool) -> Vec<(&str, Vec<&str>)> {
        let rows = self.difference.iter().map(|row| {
            let places = row.places.iter().map(String::as_str).filter(|place| is_meant(place)).collect::<Vec<_>>();
            (row.reason.as_str(), places)
        });
        rows.filter(|(_, places)| !places.is_empty()).collect()
    }

    /// Every place.
    pub fn places(&self) -> impl Iterator<Item = &String> {
        self.difference.iter().flat_map(|row| &row.places)
    }
}

/// Whether the place is in a request that the tests make rather than in an example.
pub fn is_request(place: &str) -> bool {
    place.split(": ").next().is_some_and(|name| name.ends_with(" request"))
}
