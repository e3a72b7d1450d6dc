//! Compares the words of `models/docs` with the parameters and fields of the models: what has none, what is superfluous,
//! and which entry would have to say two things.

use super::Words;
use super::meaning::{Entry, Role};
use crate::catalog::Section;
use crate::make::Made;
use crate::metadata::{Kind, Parameter};
use crate::types::{Type, Types};
use std::collections::{BTreeMap, BTreeSet};

/// The result of the comparison.
#[derive(Debug, Default)]
pub struct Review {
    /// A line for each parameter, each field of a complete section, and each entry that needs work.
    pub faults: Vec<String>,
    /// A line for each entry that nothing uses.
    pub superfluous: Vec<String>,
    /// How many fields have words, and where they are missing.
    pub summary: String,
}

impl Review {
    /// Compares the words with the models.
    pub fn of(words: &Words, sections: &[Section], made: &[Vec<Made>]) -> Self {
        let mut reviewer = Reviewer { words, uses: BTreeMap::new(), review: Self::default(), fields: Vec::new() };
        for (section, apis) in sections.iter().zip(made) {
            let mut counts = Counts { section: section.name.clone(), ..Counts::default() };
            for api in apis {
                reviewer.api(&section.name, api, &mut counts);
            }
            reviewer.fields.push(counts);
        }
        reviewer.entries();
        reviewer.summarize();
        reviewer.review
    }
}

/// How many fields a section has, and how many of them have no words.
#[derive(Debug, Default)]
struct Counts {
    section: String,
    all: usize,
    /// Those of which an entry says that their meaning is not known.
    unknown: usize,
    missing: usize,
}

/// A use of an entry.
#[derive(Clone)]
struct Use {
    place: String,
    shape: Shape,
    /// Whether a value there may be the example.
    fits: bool,
}

struct Reviewer<'a> {
    words: &'a Words,
    /// The uses of each entry, by its address.
    uses: BTreeMap<*const Entry, Vec<Use>>,
    review: Review,
    fields: Vec<Counts>,
}

impl<'a> Reviewer<'a> {
    fn api(&mut self, section: &str, made: &Made, counts: &mut Counts) {
        let module = &made.api.module;
        for operation in &made.operations {
            for parameter in &operation.parameters {
                let place = [section, module.as_str(), operation.id.as_str()];
                let found = self.note(
                    Role::Parameter,
                    place,
                    &parameter.name,
                    Use {
                        place: format!("{} of {}", parameter.name, place.join(".")),
                        shape: Shape::of_parameter(parameter),
                        fits: !parameter.example.is_empty(),
                    },
                );
                if found.is_none() {
                    self.review.faults.push(format!(
                        "models/docs/{section}.toml has no words for the parameter {} of {} of {module}",
                        parameter.name, operation.id
                    ));
                }
            }
        }
        for structure in made.types.structs.values() {
            for field in structure.fields.iter().filter(|field| !field.rest) {
                counts.all += 1;
                let place = [section, module.as_str(), structure.name.as_str()];
                let found = self.note(
                    Role::Field,
                    place,
                    &field.wire,
                    Use {
                        place: format!("{} of {}", field.wire, place.join(".")),
                        shape: Shape::of_field(&field.kind, &made.types),
                        fits: made
                            .facts
                            .meaning(&structure.name, &field.wire)
                            .is_some_and(|found| found.example.is_some()),
                    },
                );
                match found.map(|entry| entry.meaning.is_some()) {
                    Some(true) => {}
                    Some(false) => counts.unknown += 1,
                    None => {
                        counts.missing += 1;
                        if self.words.is_complete(section) {
                            self.review.faults.push(format!(
                                "models/docs/{section}.toml has no words for the field {} of {} of {module}",
                                field.wire, structure.name
                            ));
                        }
                    }
                }
            }
        }
    }

    /// Notes the use of an entry. Returns the entry, if there is one.
    fn note(&mut self, role: Role, place: [&str; 3], name: &str, used: Use) -> Option<&'a Entry> {
        let entries = self.words.entries.at(role, place, name);
        if let [first, second, ..] = entries.as_slice() {
            let (first, second) = (first.shown(), second.shown());
            self.review.faults.push(format!("{} has two entries: {first} and {second}", used.place));
        }
        for entry in &entries {
            self.uses.entry(std::ptr::from_ref(*entry)).or_default().push(used.clone());
        }
        entries.first().copied()
    }

    /// Looks for entries without a use, with two meanings, or with an example that fits nowhere.
    fn entries(&mut self) {
        for entry in self.words.entries.all() {
            let Some(uses) = self.uses.get(&std::ptr::from_ref(entry)) else {
                self.review.superfluous.push(format!("nothing uses the words for {}", entry.shown()));
                continue;
            };
            let two = uses.split_first().filter(|_| !entry.is_placed).and_then(|(first, others)| {
                let other = others.iter().find(|other| !first.shape.may_mean_the_same(&other.shape));
                other.map(|other| (first, other))
            });
            if let Some((one, other)) = two {
                self.review.faults.push(format!(
                    "{} is about {}, {}, and about {}, {}: give each meaning an entry with an `in`, or name the places with \
                     an `in` if the meaning is the same",
                    entry.shown(),
                    one.place,
                    one.shape.shown(),
                    other.place,
                    other.shape.shown()
                ));
            }
            let has_example = entry.meaning.as_ref().is_some_and(|meaning| meaning.example.is_some());
            if has_example && !uses.iter().any(|used| used.fits) {
                self.review.faults.push(format!("no place of {} can have its example", entry.shown()));
            }
        }
    }

    fn summarize(&mut self) {
        let all: usize = self.fields.iter().map(|counts| counts.all).sum();
        let missing: usize = self.fields.iter().map(|counts| counts.missing).sum();
        let unknown: usize = self.fields.iter().map(|counts| counts.unknown).sum();
        let without = self.fields.iter().filter(|counts| counts.missing > 0);
        let without: Vec<_> = without.map(|counts| format!("{} {}", counts.section, counts.missing)).collect();
        let end = if without.is_empty() { String::new() } else { format!("; without: {}", without.join(", ")) };
        let have = all - missing - unknown;
        self.review.summary = format!("{have} of {all} fields have words, the meaning of {unknown} is not known{end}");
    }
}

/// What a value is, as far as it shows that two names mean different things.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Any JSON.
    Any,
    /// Text, also a date.
    Text,
    Number,
    Boolean,
    /// One of these texts.
    OneOf(BTreeSet<String>),
    /// An object with these fields; none if it may have any.
    Object(BTreeSet<String>),
}

impl Shape {
    fn of_parameter(parameter: &Parameter) -> Self {
        match parameter.kind {
            Kind::Integer | Kind::Number => Self::Number,
            Kind::Boolean => Self::Boolean,
            _ if !parameter.values.is_empty() => Self::one_of(&parameter.values),
            _ => Self::Text,
        }
    }

    fn one_of<'v>(values: impl IntoIterator<Item = &'v String>) -> Self {
        let values: BTreeSet<_> = values.into_iter().map(|value| value.to_ascii_lowercase()).collect();
        // A flag is sometimes sent as a text.
        match values.iter().all(|value| ["true", "false"].contains(&value.as_str())) {
            true => Self::Boolean,
            false => Self::OneOf(values),
        }
    }

    fn of_field(kind: &Type, types: &Types) -> Self {
        match kind {
            Type::Text | Type::DateTime | Type::Secret => Self::Text,
            Type::Integer | Type::Decimal(_) => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Any => Self::Any,
            Type::Object | Type::Map(_) => Self::Object(BTreeSet::new()),
            Type::List(items) => Self::of_field(items, types),
            Type::Named(name) => match (types.enums.get(name), types.structs.get(name)) {
                (Some(found), _) => Self::one_of(found.variants.iter().map(|(_, wire)| wire)),
                (None, Some(found)) => {
                    let named = found.fields.iter().filter(|field| !field.rest);
                    Self::Object(named.map(|field| field.wire.to_ascii_lowercase()).collect())
                }
                (None, None) => Self::Any,
            },
        }
    }

    fn may_mean_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Text, Self::OneOf(_)) | (Self::OneOf(_), Self::Text) => true,
            (Self::OneOf(one), Self::OneOf(other)) => !one.is_disjoint(other),
            (Self::Object(one), Self::Object(other)) => one.is_empty() || other.is_empty() || !one.is_disjoint(other),
            _ => self == other,
        }
    }

    /// The shape in a message.
    fn shown(&self) -> String {
        let few = |names: &BTreeSet<String>| {
            let more = if names.len() > 3 { ", ..." } else { "" };
            names.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ") + more
        };
        match self {
            Self::Any => "any JSON".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::OneOf(values) => format!("one of {}", few(values)),
            Self::Object(fields) => format!("an object of {}", few(fields)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;
    use crate::load::ModelFile;
    use crate::make::make;
    use serde_json::json;

    /// The review of words about a model whose operation `getThing` takes `sku`, and answers `sku` and `state`, and
    /// another API whose `state` has other values.
    fn review(orders: &str, shared: &str) -> Review {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("shared")).unwrap();
        std::fs::write(folder.path().join("orders.toml"), orders).unwrap();
        std::fs::write(folder.path().join("shared/names.toml"), shared).unwrap();
        let known = Known { words: Words::read(folder.path()).unwrap(), ..Known::default() };
        let model = |folder: &str, state: serde_json::Value| ModelFile {
            folder: folder.to_owned(),
            file: format!("{folder}V0.json"),
            document: json!({
                "swagger": "2.0", "info": {"title": "T", "version": "v0"},
                "paths": {format!("/{folder}/v0"): {"get": {
                    "operationId": "getThing",
                    "parameters": [{"name": "sku", "in": "query", "type": "string", "maxLength": 4}],
                    "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}},
                }}},
                "definitions": {"Thing": {"type": "object", "properties": {"sku": {"type": "string"}, "state": state}}},
            }),
        };
        let models = vec![
            model("orders", json!({"type": "string", "enum": ["OPEN", "CLOSED"]})),
            model("feeds", json!({"type": "string", "enum": ["DONE"]})),
        ];
        let sections = known.name(models, false).unwrap();
        let made = make(&sections).unwrap();
        Review::of(&known.words, &sections, &made)
    }

    #[test]
    fn missing_words_are_faults_of_parameters_and_of_complete_sections() {
        let found = review("", "");
        assert_eq!(
            found.faults,
            [
                "models/docs/feeds.toml has no words for the parameter sku of getThing of v0",
                "models/docs/orders.toml has no words for the parameter sku of getThing of v0",
            ]
        );
        assert_eq!(
            found.summary,
            "0 of 4 fields have words, the meaning of 0 is not known; without: feeds 2, orders 2"
        );
        let found = review("complete = true", "[names]\nsku = 'A.'");
        assert_eq!(found.faults, ["models/docs/orders.toml has no words for the field state of Thing of v0"]);
        let unknown = "complete = true\n[v0.fields.Thing]\nstate = { unknown = true }";
        assert_eq!(review(unknown, "[names]\nsku = 'A.'").faults, [""; 0]);
    }

    #[test]
    fn an_entry_with_two_meanings_is_named_unless_it_names_its_places() {
        let found = review("", "[names]\nsku = 'A.'\nstate = 'B.'");
        assert_eq!(found.faults.len(), 1);
        for part in ["state in models/docs/shared/names.toml", "feeds.v0.Thing, one of done", "one of closed, open"] {
            assert!(found.faults[0].contains(part), "{}", found.faults[0]);
        }
        let placed = "[names]\nsku = 'A.'\nstate = { in = ['*.*.Thing'], about = 'B.' }";
        assert_eq!(review("", placed).faults, [""; 0]);
    }

    #[test]
    fn superfluous_and_contradicting_entries_and_examples_that_fit_nowhere_are_named() {
        let found = review("", "[names]\nsku = 'A.'\nskew = 'B.'\n[fields]\nSKU = 'C.'\nSku = 'D.'");
        assert_eq!(found.superfluous, ["nothing uses the words for skew in models/docs/shared/names.toml"]);
        assert_eq!(found.faults.len(), 2);
        assert!(found.faults[0].contains("sku of feeds.v0.Thing has two entries: SKU in "), "{}", found.faults[0]);
        let long = "[fields]\nsku = 'A.'\n[parameters]\nsku = { about = 'B.', example = 'TOO-LONG' }";
        let fault = "no place of sku in models/docs/shared/names.toml can have its example";
        assert_eq!(review("", long).faults, [fault]);
    }
}
