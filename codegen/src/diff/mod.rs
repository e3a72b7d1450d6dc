//! What changed in Amazon's models, and what it means for callers of the crates.
//!
//! Both sides are generated in memory and their public APIs are compared; that comparison decides. Comparing the models
//! then shows the reason for each difference. A difference of the API without such a reason is listed separately.

mod api;
mod document;
mod explain;
pub mod level;
mod markdown;
mod origins;
mod payloads;
mod schema;
mod schemas;
mod side;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::escape::code;
use crate::metadata::paging::Style;
use crate::notifications;
use crate::{Generated, GeneratedApi};
use api::Api;
use level::{Effect, Verdict};
use schema::{At, Found, Node};
pub use side::Side;

/// All differences between two sets of models. `models/README.md` documents the JSON form.
#[derive(Debug, Serialize)]
pub struct ChangeReport {
    pub old: String,
    pub new: String,
    pub counts: Counts,
    pub crates: Vec<CrateRow>,
    pub changes: Vec<Change>,
    /// Differences of the generated API that no change of a model explains.
    pub unexplained: Vec<Unexplained>,
    /// The retirements that are near.
    pub retirements: Vec<String>,
    /// Notes about the two sides.
    pub notes: Vec<String>,
}

#[derive(Debug, Default, Serialize)]
pub struct Counts {
    pub files_added: usize,
    pub files_removed: usize,
    pub files_changed: usize,
    pub files_same: usize,
    pub breaking: usize,
    pub additive: usize,
    pub behaviour: usize,
    pub nothing: usize,
    pub unknown: usize,
    pub operations_old: usize,
    pub operations_new: usize,
}

/// A crate with its verdict.
#[derive(Debug, Serialize)]
pub struct CrateRow {
    #[serde(rename = "crate")]
    pub name: String,
    pub section: String,
    /// `new`, `removed` or `kept`.
    pub state: &'static str,
    pub verdict: Verdict,
    /// The differences of the crate's public API, by their effect.
    pub api_breaking: usize,
    pub api_additive: usize,
    pub api_behaviour: usize,
}

/// A change of a model or a schema.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// `orders`; `events` for the schemas of payloads, `schemas` for the other published schemas.
    pub section: String,
    /// The model below `models/`, or the schema with the prefix `schemas/`.
    pub file: String,
    pub kind: String,
    pub place: String,
    pub pointer: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub effect: Effect,
    /// The effect in words.
    pub meaning: String,
}

#[derive(Debug, Serialize)]
pub struct Unexplained {
    pub section: String,
    pub file: String,
    pub place: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub effect: Effect,
}

impl ChangeReport {
    /// Writes the change report for people, in Markdown.
    pub fn to_markdown(&self) -> String {
        markdown::write(self)
    }

    /// Writes the change report as one JSON object.
    ///
    /// # Errors
    /// Never, because the names of its fields are strings.
    pub fn to_json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// Compares two sides.
///
/// # Errors
/// When generated code cannot be parsed, which would be a fault of the generator.
pub fn compare(old: &Side, new: &Side) -> Result<ChangeReport> {
    let mut report = ChangeReport {
        old: old.title.clone(),
        new: new.title.clone(),
        counts: Counts::default(),
        crates: Vec::new(),
        changes: Vec::new(),
        unexplained: Vec::new(),
        retirements: Vec::new(),
        notes: old.notes.iter().chain(&new.notes).cloned().collect(),
    };
    let mut tables_differ = false;
    let names: BTreeSet<&String> = old.sections.keys().chain(new.sections.keys()).collect();
    for name in names {
        let (before, after) = (old.sections.get(name), new.sections.get(name));
        let mut comparison = Comparison::new(name, old, new, before, after);
        comparison.run().with_context(|| format!("in the section {name}"))?;
        tables_differ |= before.map(|section| &section.table) != after.map(|section| &section.table);
        report.crates.push(comparison.row());
        report.changes.append(&mut comparison.changes);
        report.unexplained.append(&mut comparison.unexplained);
    }
    report.crates.push(CrateRow {
        name: "spapi-metadata".into(),
        section: String::new(),
        state: "kept",
        verdict: if tables_differ { Verdict::Patch } else { Verdict::None },
        api_breaking: 0,
        api_additive: 0,
        api_behaviour: 0,
    });
    payloads::compare(&mut report, old, new)?;
    other_files(&mut report, old, new);
    report.count(old, new);
    Ok(report)
}

impl ChangeReport {
    fn count(&mut self, old: &Side, new: &Side) {
        let operations = |side: &Side| -> usize {
            side.sections.values().flat_map(|section| &section.apis).map(|api| api.operations.len()).sum()
        };
        let counts = &mut self.counts;
        counts.operations_old = operations(old);
        counts.operations_new = operations(new);
        let paths: BTreeSet<&String> = old.files.keys().chain(new.files.keys()).collect();
        for path in paths {
            match (old.files.get(path), new.files.get(path)) {
                (None, _) => counts.files_added += 1,
                (_, None) => counts.files_removed += 1,
                (old, new) if old != new => counts.files_changed += 1,
                _ => counts.files_same += 1,
            }
        }
        for change in &self.changes {
            match change.effect {
                Effect::Breaking => counts.breaking += 1,
                Effect::Additive => counts.additive += 1,
                Effect::Behaviour => counts.behaviour += 1,
                Effect::Nothing => counts.nothing += 1,
                Effect::Unknown => counts.unknown += 1,
            }
        }
    }
}

/// The comparison of one section.
struct Comparison<'a> {
    section: &'a str,
    sides: [&'a Side; 2],
    before: Option<&'a Generated>,
    after: Option<&'a Generated>,
    changes: Vec<Change>,
    unexplained: Vec<Unexplained>,
    /// The differences of the API, by their effect.
    effects: BTreeMap<Effect, usize>,
}

impl<'a> Comparison<'a> {
    fn new(
        section: &'a str,
        old: &'a Side,
        new: &'a Side,
        before: Option<&'a Generated>,
        after: Option<&'a Generated>,
    ) -> Self {
        let (changes, unexplained) = (Vec::new(), Vec::new());
        Self { section, sides: [old, new], before, after, changes, unexplained, effects: BTreeMap::new() }
    }

    fn run(&mut self) -> Result<()> {
        let apis = |section: Option<&'a Generated>| -> BTreeMap<&'a str, &'a GeneratedApi> {
            section.into_iter().flat_map(|section| &section.apis).map(|api| (api.place.as_str(), api)).collect()
        };
        let (old, new) = (apis(self.before), apis(self.after));
        let places: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        for place in places {
            match (old.get(place), new.get(place)) {
                (Some(old), Some(new)) => self.api(place, old, new)?,
                (Some(api), None) => self.whole_file(place, "file-removed", Effect::Breaking, api),
                (None, Some(api)) => self.whole_file(place, "file-added", Effect::Additive, api),
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Adds a model that is new or removed, and its module.
    fn whole_file(&mut self, place: &str, kind: &str, effect: Effect, api: &GeneratedApi) {
        let kind = match (kind, self.before, self.after) {
            ("file-added", None, _) => "section-added",
            ("file-removed", _, None) => "section-removed",
            _ => kind,
        };
        *self.effects.entry(effect).or_default() += 1;
        let number = format!("{} operations", api.operations.len());
        let (old, new) = if effect == Effect::Breaking { (Some(number), None) } else { (None, Some(number)) };
        let what = if effect == Effect::Breaking { "gone" } else { "new" };
        let operations: Vec<_> = api.operations.iter().map(|operation| code(&operation.id)).collect();
        let listed = if operations.is_empty() { String::new() } else { format!(" with {}", operations.join(", ")) };
        self.push(place, kind, "", "", old, new, effect, format!("the module `{}` is {what}{listed}", api.module));
    }

    fn api(&mut self, place: &str, before: &GeneratedApi, after: &GeneratedApi) -> Result<()> {
        let path = format!("models/{place}");
        let bytes = self.sides.map(|side| side.files.get(&path));
        let mut difference =
            document::compare(&before.document, &after.document).with_context(|| format!("in {place}"))?;
        difference.found.extend(paging(before, after, &difference.operations));
        if difference.found.is_empty() && difference.counted.is_empty() && bytes[0] != bytes[1] {
            difference.counted.insert("format-changed", 1);
        }
        let mut linked: Vec<Vec<api::Difference>> = vec![Vec::new(); difference.found.len()];
        if self.is_unknown() {
            let reason = "a side of the section cannot be generated";
            for found in &difference.found {
                let (old, new) = (found.old.clone(), found.new.clone());
                self.push(
                    place,
                    found.kind,
                    &found.place,
                    &found.pointer(&before.document, &after.document),
                    old,
                    new,
                    Effect::Unknown,
                    reason.to_owned(),
                );
            }
            difference.found.clear();
        }
        for found in self.api_differences(before, after)? {
            *self.effects.entry(found.effect).or_default() += 1;
            let behind = explain::of(&found, &difference.found, &difference.graph);
            if behind.is_empty() {
                self.unexplained.push(Unexplained {
                    section: self.section.to_owned(),
                    file: place.to_owned(),
                    place: found.path.to_string(),
                    old: found.old.clone(),
                    new: found.new.clone(),
                    effect: found.effect,
                });
            }
            for index in behind {
                linked[index].push(found.clone());
            }
        }
        for (found, linked) in difference.found.iter().zip(&linked) {
            let effect = linked.iter().map(|found| found.effect).max().unwrap_or(Effect::Nothing);
            let meaning = match linked.is_empty() {
                true => without_effect(found, after),
                false => meaning(effect, linked),
            };
            let (old, new) = (found.old.clone(), found.new.clone());
            let pointer = found.pointer(&before.document, &after.document);
            self.push(place, found.kind, &found.place, &pointer, old, new, effect, meaning);
        }
        for (kind, number) in &difference.counted {
            let meaning = match *kind {
                "format-changed" => "the file has another format and the same content".to_owned(),
                "order-changed" => format!("values or parameters in another order, in {}", places(*number)),
                "prose-changed" => format!("prose, in {}", places(*number)),
                "example-changed" => format!("examples and the sandbox's answers, in {}", places(*number)),
                "header-changed" => format!("response headers, which core reads itself, in {}", places(*number)),
                _ => format!("extensions from which nothing is generated, in {}", places(*number)),
            };
            self.push(place, kind, "", "", None, None, Effect::Nothing, meaning);
        }
        Ok(())
    }

    fn is_unknown(&self) -> bool {
        [self.before, self.after].into_iter().flatten().any(|section| section.failure.is_some())
    }

    /// The differences of a module's public API; `None` if a side cannot be generated.
    fn api_differences(&self, old: &GeneratedApi, new: &GeneratedApi) -> Result<Vec<api::Difference>> {
        let text = |side: Option<&'a Generated>, module: &str, file: &str| -> Option<&'a str> {
            side?.files.get(&format!("src/generated/{module}/{file}.rs")).map(String::as_str)
        };
        if self.is_unknown() {
            return Ok(Vec::new());
        }
        let (mut before, mut after) = (Api::module(&old.module), Api::module(&new.module));
        for (area, file) in [("", "mod"), ("types", "types"), ("operations", "operations"), ("meta", "meta")] {
            let texts = (text(self.before, &old.module, file), text(self.after, &new.module, file));
            if old.module == new.module && texts.0 == texts.1 {
                continue;
            }
            before.read(&old.module, area, texts.0.unwrap_or_default())?;
            after.read(&new.module, area, texts.1.unwrap_or_default())?;
        }
        Ok(before.differences(&after))
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of a change")]
    fn push(
        &mut self,
        file: &str,
        kind: &str,
        place: &str,
        pointer: &str,
        old: Option<String>,
        new: Option<String>,
        effect: Effect,
        meaning: String,
    ) {
        self.changes.push(Change {
            section: self.section.to_owned(),
            file: file.to_owned(),
            kind: kind.to_owned(),
            place: place.to_owned(),
            pointer: pointer.to_owned(),
            old,
            new,
            effect,
            meaning,
        });
    }

    fn row(&self) -> CrateRow {
        let state = match (self.before, self.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "kept",
        };
        let worst = self.effects.keys().max().map_or(Verdict::None, |effect| effect.verdict());
        // A difference that only documentation shows is part of the crate too.
        let text = |section: &Option<&'a Generated>| section.map(|section| &section.files);
        let verdict = match text(&self.before) == text(&self.after) {
            _ if self.is_unknown() => Verdict::Unknown,
            true => worst,
            false => worst.max(Verdict::Patch),
        };
        let count = |effect| self.effects.get(&effect).copied().unwrap_or_default();
        CrateRow {
            name: format!("spapi-{}", self.section),
            section: self.section.to_owned(),
            state,
            verdict,
            api_breaking: count(Effect::Breaking),
            api_additive: count(Effect::Additive),
            api_behaviour: count(Effect::Behaviour),
        }
    }
}

fn places(number: usize) -> String {
    if number == 1 { "one place".to_owned() } else { format!("{number} places") }
}

/// How the paging of an operation changed, as the generator sees it. `pointers` has the pointer of each operation.
fn paging(old: &GeneratedApi, new: &GeneratedApi, pointers: &BTreeMap<String, String>) -> Vec<Found> {
    let mut differ = schema::Differ::default();
    for operation in &new.operations {
        let Some(before) = old.operations.iter().find(|before| before.id == operation.id) else { continue };
        if before.paging == operation.paging {
            continue;
        }
        let described = |operation: &crate::metadata::Operation| {
            operation.paging.as_ref().map(|paging| {
                let items = paging.items.as_deref().unwrap_or("no single list");
                let turned = match &paging.style {
                    Style::Token { token, response } => format!("token {token}, next in {response}"),
                    Style::Elsewhere { operation, response } => format!("continues in {operation}, next in {response}"),
                    Style::Offset { offset, total, .. } => format!("offset {offset}, total in {total}"),
                    Style::Index { index, .. } => format!("index {index}"),
                    Style::Job { parameter, response } => format!("job {parameter}, next in {response}"),
                };
                format!("{turned}, {items}")
            })
        };
        let pointer = pointers.get(&operation.id).cloned().unwrap_or_default();
        let at = At::new(Node::Operation(operation.id.clone()), operation.id.clone(), pointer);
        differ.push("paging-changed", &at, described(before), described(operation), [None, None]);
    }
    differ.found
}

/// The largest effect among the differences that a change causes.
fn meaning(effect: Effect, linked: &[api::Difference]) -> String {
    let worst: Vec<_> = linked.iter().filter(|found| found.effect == effect).map(api::Difference::text).collect();
    let shown = worst.iter().take(2).cloned().collect::<Vec<_>>().join("; ");
    match worst.len() {
        0..=2 => shown,
        number => format!("{shown}; and {} more", number - 2),
    }
}

/// Why a change has no effect on callers.
fn without_effect(found: &Found, api: &GeneratedApi) -> String {
    let overridden = |id: &str| {
        let operation = api.operations.iter().find(|operation| operation.id == id);
        operation.is_some_and(|operation| matches!(operation.rate, crate::metadata::Rate::Overridden { .. }))
    };
    let text = match (found.kind, &found.node) {
        (kind, Node::Operation(id)) if kind.starts_with("rate-") && overridden(id) => "sections.toml gives the rate",
        (kind, _) if kind.starts_with("response-") => "core decodes errors of any shape",
        ("constraint-changed", _) => "affects at most documentation",
        (kind, Node::Definition(_)) if kind.starts_with("definition-") => "no type is generated from it",
        (kind, Node::Definition(_)) if kind.ends_with("-renamed") => "the name in Rust is the same",
        _ => "the generated API is the same",
    };
    text.to_owned()
}

/// Compares the files that are not models: the published schemas, and other files in the folder of models.
fn other_files(report: &mut ChangeReport, old: &Side, new: &Side) {
    let models: BTreeSet<String> = [old, new]
        .into_iter()
        .flat_map(|side| side.sections.values().flat_map(|section| &section.apis))
        .map(|api| format!("models/{}", api.place))
        .collect();
    let paths: BTreeSet<&String> = old.files.keys().chain(new.files.keys()).collect();
    let has_payload = |path: &String| [old, new].iter().any(|side| side.payloads.contains_key(path));
    for path in paths.into_iter().filter(|path| !models.contains(*path) && !has_payload(path)) {
        let mut push = |kind: &str, place: String, pointer: String, old, new, meaning: &str| {
            let (section, file) = ("schemas".to_owned(), path.clone());
            let (kind, meaning) = (kind.to_owned(), meaning.to_owned());
            report.changes.push(Change {
                section,
                file,
                kind,
                place,
                pointer,
                old,
                new,
                effect: Effect::Nothing,
                meaning,
            });
        };
        let none = match path.starts_with(notifications::FOLDER) {
            true => "no code is generated from it while models/notifications.toml has no row for it",
            false => "no code is generated from it",
        };
        match (old.files.get(path), new.files.get(path)) {
            (None, _) => push("file-added", String::new(), String::new(), None, None, none),
            (_, None) => push("file-removed", String::new(), String::new(), None, None, none),
            (Some(old), Some(new)) if old != new => {
                let (found, counted) = schemas::compare(path, old, new);
                for (pointer, found) in found {
                    push(found.kind, found.place, pointer, found.old, found.new, none);
                }
                for (kind, number) in counted {
                    push(kind, String::new(), String::new(), None, None, &format!("in {}", places(number)));
                }
            }
            _ => {}
        }
    }
}
