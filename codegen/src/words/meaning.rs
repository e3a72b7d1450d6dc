//! The meanings of parameters and fields: the entries of `models/docs`, and the places for which each one holds.
//!
//! A place is the section, the module, and the operation of a parameter or the type of a field: `orders.v0.getOrders`,
//! `orders.v0.Order`. The entry for the smallest part of the API decides; where two are for the same part, a section's
//! own file has precedence over the shared ones, and a table for parameters or for fields over the one for both.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a parameter or a field means, in our own words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meaning {
    /// A sentence or two.
    pub about: String,
    /// A value; of a list, a value of an element.
    pub example: Option<Value>,
}

/// An example without JSON's quotation marks.
pub fn text(example: &Value) -> String {
    example.as_str().map_or_else(|| example.to_string(), str::to_owned)
}

/// What an entry may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Parameter,
    Field,
}

/// An entry as a file has it: the words alone, or with more.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "an entry is a text, a table with `about`, `example`, `in` or `unknown`, or a list of such tables"
)]
pub enum Written {
    Words(String),
    One(WrittenEntry),
    Several(Vec<WrittenEntry>),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenEntry {
    #[serde(default)]
    about: String,
    example: Option<Value>,
    /// The places for which it holds; `*` stands for any name.
    #[serde(default, rename = "in")]
    places: Vec<String>,
    /// Whether the meaning was looked for and not found, so that the entry has no words.
    #[serde(default)]
    unknown: bool,
}

/// The entries of a table, by the name on the wire.
pub type Table = BTreeMap<String, Written>;

/// An entry, and where it holds.
#[derive(Debug)]
pub struct Entry {
    /// The file, below `models/docs`, without its ending.
    pub file: String,
    /// The name as the file spells it.
    pub name: String,
    /// The one role that it has; `None` if it is for parameters and fields.
    role: Option<Role>,
    /// The parts of the API for which it holds, as names of section, module and operation or type.
    places: Vec<Vec<String>>,
    /// Whether its writer named the places for which it holds.
    pub is_placed: bool,
    /// Whether it is in the file of a section.
    is_own: bool,
    /// The meaning; `None` if it is not known.
    pub meaning: Option<Meaning>,
}

/// The entries of all files, by name in lower case: Amazon spells `sellerSKU` and `SellerSku` as it likes.
#[derive(Debug, Default)]
pub struct Entries(BTreeMap<String, Vec<Entry>>);

/// The maximum length of the words about a parameter or a field, in characters.
const LIMIT: usize = 240;

impl Entries {
    /// Adds a table of a file. `within` is the part of the API that the table is about: its names, joined by dots.
    ///
    /// # Errors
    /// When an entry has no words, or words that rustdoc or a table could not show.
    pub fn add(&mut self, file: &str, within: Option<&str>, role: Option<Role>, table: &Table) -> Result<()> {
        for (name, written) in table {
            let entries = match written {
                Written::Words(about) => vec![WrittenEntry { about: about.clone(), ..WrittenEntry::default() }],
                Written::One(entry) => vec![entry.clone()],
                Written::Several(entries) => entries.clone(),
            };
            for entry in entries {
                let entry = read(file, name, within, role, entry).with_context(|| format!("the words for {name}"))?;
                self.0.entry(name.to_ascii_lowercase()).or_default().push(entry);
            }
        }
        Ok(())
    }

    /// All entries.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.0.values().flatten()
    }

    /// The entry for a place. Several entries mean that the files contradict each other.
    pub fn at(&self, role: Role, place: [&str; 3], name: &str) -> Vec<&Entry> {
        let named = self.0.get(&name.to_ascii_lowercase()).into_iter().flatten();
        let holding = named.filter_map(|entry| Some((entry.closeness(role, place)?, entry)));
        let mut found: Vec<(_, &Entry)> = holding.collect();
        let closest = found.iter().map(|(closeness, _)| *closeness).max();
        found.retain(|(closeness, _)| Some(*closeness) == closest);
        found.into_iter().map(|(_, entry)| entry).collect()
    }
}

fn read(file: &str, name: &str, within: Option<&str>, role: Option<Role>, entry: WrittenEntry) -> Result<Entry> {
    let WrittenEntry { about, example, places, unknown } = entry;
    ensure!(!unknown || (about.is_empty() && example.is_none()), "has both a meaning and `unknown`");
    if !unknown {
        super::check(&about, LIMIT)?;
    }
    let is_placed = !places.is_empty();
    let split = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let within = within.map(split).unwrap_or_default();
    let mut paths: Vec<_> = places.iter().map(|path| [within.clone(), split(path)].concat()).collect();
    if paths.is_empty() {
        paths.push(within.clone());
    }
    ensure!(
        paths.iter().all(|path| path.len() <= 3 && path.iter().all(|part| !part.is_empty())),
        "has an `in` that is not a section, a module, and an operation or a type, joined by dots"
    );
    Ok(Entry {
        file: file.to_owned(),
        name: name.to_owned(),
        role,
        places: paths,
        is_placed,
        is_own: !within.is_empty(),
        meaning: (!unknown).then_some(Meaning { about, example }),
    })
}

impl Entry {
    /// How closely it is about a place; `None` if it does not hold there.
    fn closeness(&self, role: Role, place: [&str; 3]) -> Option<(usize, bool, bool)> {
        if self.role.is_some_and(|own| own != role) {
            return None;
        }
        let holds = |path: &&Vec<String>| path.iter().zip(place).all(|(part, name)| part == "*" || part == name);
        let named = |path: &Vec<String>| path.iter().filter(|part| *part != "*").count();
        let closest = self.places.iter().filter(holds).map(named).max()?;
        Some((closest, self.is_own, self.role.is_some()))
    }

    /// The entry in a message: its name, file and places.
    pub fn shown(&self) -> String {
        let places = self.places.iter().map(|path| path.join(".")).filter(|path| !path.is_empty());
        let places: Vec<_> = places.collect();
        match places.as_slice() {
            [] => format!("{} in models/docs/{}.toml", self.name, self.file),
            places => format!("{} in models/docs/{}.toml (for {})", self.name, self.file, places.join(", ")),
        }
    }
}

/// The meanings of the names of one version of a section.
#[derive(Debug, Clone, Default)]
pub struct Meanings {
    entries: Arc<Entries>,
    section: String,
    module: String,
}

impl Meanings {
    pub fn new(entries: &Arc<Entries>, section: &str, module: &str) -> Self {
        Self { entries: Arc::clone(entries), section: section.to_owned(), module: module.to_owned() }
    }

    /// What a parameter of an operation means, if that is known.
    pub fn of_parameter(&self, operation: &str, name: &str) -> Option<&Meaning> {
        self.of(Role::Parameter, operation, name)
    }

    /// What a field of a type means, if that is known.
    pub fn of_field(&self, kind: &str, name: &str) -> Option<&Meaning> {
        self.of(Role::Field, kind, name)
    }

    fn of(&self, role: Role, owner: &str, name: &str) -> Option<&Meaning> {
        let entries = self.entries.at(role, [&self.section, &self.module, owner], name);
        entries.first().and_then(|entry| entry.meaning.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(tables: &[(&str, Option<&str>, Option<Role>, &str)]) -> Entries {
        let mut entries = Entries::default();
        for (file, within, role, text) in tables {
            entries.add(file, *within, *role, &toml::from_str(text).unwrap()).unwrap();
        }
        entries
    }

    #[test]
    fn the_entry_for_the_smallest_part_of_the_api_decides() {
        let shared = "sku = 'A.'\nstatus = [{ in = ['*.*.Order'], about = 'B.' }, { in = ['feeds'], about = 'C.' }]";
        let entries = Arc::new(entries(&[
            ("shared/a", None, None, shared),
            ("shared/a", None, Some(Role::Parameter), "sku = 'D.'"),
            ("orders", Some("orders.v0"), Some(Role::Field), "SKU = 'E.'"),
            ("orders", Some("orders.v0.Item"), Some(Role::Field), "sku = 'F.'"),
            ("orders", Some("orders.v0"), Some(Role::Parameter), "status = { in = ['getOrders'], about = 'G.' }"),
        ]));
        let about = |section: &str, role, owner: &str, name: &str| {
            let meanings = Meanings::new(&entries, section, "v0");
            meanings.of(role, owner, name).map(|meaning| meaning.about.clone()).unwrap_or_default()
        };
        assert_eq!(about("feeds", Role::Field, "Feed", "Sku"), "A.");
        assert_eq!(about("feeds", Role::Parameter, "getFeed", "sku"), "D.");
        assert_eq!(about("orders", Role::Field, "Order", "sku"), "E.");
        assert_eq!(about("orders", Role::Field, "Item", "sku"), "F.");
        assert_eq!(about("sales", Role::Field, "Order", "status"), "B.");
        assert_eq!(about("feeds", Role::Field, "Feed", "status"), "C.");
        assert_eq!(about("orders", Role::Parameter, "getOrders", "status"), "G.");
        assert_eq!(about("sales", Role::Field, "Sale", "status"), "");
    }

    #[test]
    fn two_entries_for_one_part_are_both_found() {
        let entries = entries(&[("shared/a", None, None, "sku = 'A.'"), ("shared/b", None, None, "SKU = 'B.'")]);
        let found = entries.at(Role::Field, ["orders", "v0", "Order"], "sku");
        assert_eq!(found.iter().map(|entry| entry.file.as_str()).collect::<Vec<_>>(), ["shared/a", "shared/b"]);
    }

    #[test]
    fn an_entry_without_a_meaning_says_so_and_bad_entries_are_refused() {
        let unknown = entries(&[("orders", Some("orders.v0"), Some(Role::Field), "x = { unknown = true }")]);
        assert!(unknown.at(Role::Field, ["orders", "v0", "Order"], "x")[0].meaning.is_none());
        for (text, said) in [
            ("x = { unknown = true, about = 'A.' }", "both"),
            ("x = {}", "full stop"),
            ("x = 'A'", "full stop"),
            ("x = { about = 'A.', in = ['a.b.c.d'] }", "joined by dots"),
            ("x = { about = 'A.', in = [''] }", "joined by dots"),
        ] {
            let refused = Entries::default().add("shared/a", None, None, &toml::from_str(text).unwrap());
            let error = format!("{:#}", refused.unwrap_err());
            assert!(error.contains("the words for x") && error.contains(said), "{error}");
        }
        assert!(toml::from_str::<Table>("x = 3").unwrap_err().to_string().contains("an entry is a text"));
    }
}
