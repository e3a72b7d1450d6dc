//! What is expected to differ: `drift.toml`, reviewed by people.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// The rows of `drift.toml`.
#[derive(Deserialize)]
pub struct Expected {
    #[serde(default)]
    drift: Vec<Row>,
}

/// Differences of one reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Why they differ, and why that is right.
    reason: String,
    /// `MODEL OPERATION STATUS #INDEX: KIND PATH`.
    places: Vec<String>,
}

impl Expected {
    /// Reads the file.
    ///
    /// # Panics
    /// Where it does not read.
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("contract/drift.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The places of one model.
    pub fn of(&self, model: &str) -> BTreeSet<String> {
        self.places().filter(|place| place.split(' ').next() == Some(model)).cloned().collect()
    }

    /// The models that are named.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.places().map(|place| place.split(' ').next().unwrap_or_default())
    }

    /// The number of places by reason.
    pub fn counts(&self) -> Vec<(&str, usize)> {
        self.drift.iter().map(|row| (row.reason.as_str(), row.places.len())).collect()
    }

    fn places(&self) -> impl Iterator<Item = &String> {
        self.drift.iter().flat_map(|row| &row.places)
    }
}
