//! The payloads of notifications: what a change of a schema means for users of `spapi-events`.
//!
//! A payload is made from one schema, its examples and our row, which is the same on both sides. So a difference of its
//! types comes from that schema: from the change of the member of its name, or from the schema as a whole.

use std::collections::BTreeMap;

use anyhow::Result;

use super::api::{self, Api};
use super::level::{Effect, Verdict};
use super::{Change, ChangeReport, CrateRow, Side, meaning, places, schemas};
use crate::emit;
use crate::notifications::{FOLDER, Notifications, Schemas, make_published};

/// The types of a payload, for a comparison.
pub struct Payload {
    /// The path of its module, such as `order_change`.
    pub module: String,
    /// The text of the module, or why it cannot be generated.
    pub text: Result<String, String>,
}

/// The payloads of all schemas that have a row, by the path of the schema in Amazon's repository.
pub fn of(notifications: &Notifications, schemas: &Schemas) -> BTreeMap<String, Payload> {
    let made = make_published(notifications, schemas).into_iter();
    made.filter_map(|(row, made)| {
        let path = format!("{FOLDER}/{}", row.schema.as_ref()?);
        let payload = match made {
            Ok(made) => {
                let text = emit::notifications::module(row, &made, None, "models");
                Payload { module: made.module_path(), text: Ok(text) }
            }
            Err(error) => Payload { module: row.title(), text: Err(format!("{error:#}")) },
        };
        Some((path, payload))
    })
    .collect()
}

/// Adds the changes of the schemas that payloads are made from, and the row of the crate.
///
/// # Errors
/// When generated code cannot be parsed, which would be a fault of the generator.
pub fn compare(report: &mut ChangeReport, old: &Side, new: &Side) -> Result<()> {
    if old.payloads.is_empty() && new.payloads.is_empty() {
        return Ok(());
    }
    let mut found = Comparison { report, counts: BTreeMap::new(), differs: false };
    let paths: Vec<&String> = old.payloads.keys().chain(new.payloads.keys()).collect();
    let mut paths = paths;
    paths.sort();
    paths.dedup();
    for path in paths {
        match (old.payloads.get(path), new.payloads.get(path)) {
            (Some(before), Some(after)) => {
                let bytes = [old, new].map(|side| side.files.get(path).map(Vec::as_slice).unwrap_or_default());
                if bytes[0] != bytes[1] {
                    found.schema(path, before, after, bytes)?;
                }
            }
            (Some(gone), None) => found.whole(path, "file-removed", Effect::Breaking, gone, "gone"),
            (None, Some(fresh)) => found.whole(path, "file-added", Effect::Additive, fresh, "new"),
            (None, None) => {}
        }
    }
    let row = found.row();
    report.crates.push(row);
    Ok(())
}

struct Comparison<'a> {
    report: &'a mut ChangeReport,
    /// The differences of the API, by their effect.
    counts: BTreeMap<Effect, usize>,
    /// Whether any generated text differs.
    differs: bool,
}

impl Comparison<'_> {
    fn whole(&mut self, path: &str, kind: &str, effect: Effect, payload: &Payload, what: &str) {
        *self.counts.entry(effect).or_default() += 1;
        self.differs = true;
        let meaning = format!("the module `payloads::{}` is {what}", payload.module);
        self.push(path, kind, Default::default(), [None, None], effect, meaning);
    }

    fn schema(&mut self, path: &str, before: &Payload, after: &Payload, bytes: [&[u8]; 2]) -> Result<()> {
        let (changes, counted) = schemas::compare(path, bytes[0], bytes[1]);
        let texts = match (&before.text, &after.text) {
            (Ok(before), Ok(after)) => [before, after],
            (Err(reason), _) | (_, Err(reason)) => {
                *self.counts.entry(Effect::Unknown).or_default() += 1;
                let meaning = format!("a side of the payload cannot be generated: {reason}");
                self.push(path, "other-changed", Default::default(), [None, None], Effect::Unknown, meaning);
                return Ok(());
            }
        };
        self.differs |= texts[0] != texts[1];
        let mut differences = differences(&after.module, texts)?;
        for difference in &differences {
            *self.counts.entry(difference.effect).or_default() += 1;
        }
        for (pointer, change) in changes {
            let name = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
            let of_change = change.member.as_deref().map(name);
            let (linked, rest): (Vec<_>, Vec<_>) = differences.into_iter().partition(|difference| {
                let item = difference.path.member.as_ref().map_or(difference.path.owner.as_str(), api::Member::name);
                of_change.as_deref() == Some(name(item).as_str())
            });
            differences = rest;
            let effect = linked.iter().map(|difference| difference.effect).max().unwrap_or(Effect::Nothing);
            let meaning = match linked.is_empty() {
                true => "the generated payload is the same, or another change has the difference".to_owned(),
                false => meaning(effect, &linked),
            };
            self.push(path, change.kind, (change.place, pointer), [change.old, change.new], effect, meaning);
        }
        // From an example, or from a change of the schema that no member has the name of.
        for difference in differences {
            let (place, text) = (difference.path.to_string(), difference.text());
            let sides = [difference.old, difference.new];
            self.push(path, "payload-changed", (place, String::new()), sides, difference.effect, text);
        }
        for (kind, number) in counted {
            self.push(path, kind, Default::default(), [None, None], Effect::Nothing, format!("in {}", places(number)));
        }
        Ok(())
    }

    fn push(
        &mut self,
        file: &str,
        kind: &str,
        (place, pointer): (String, String),
        [old, new]: [Option<String>; 2],
        effect: Effect,
        meaning: String,
    ) {
        let (section, file, kind) = ("events".to_owned(), file.to_owned(), kind.to_owned());
        self.report.changes.push(Change { section, file, kind, place, pointer, old, new, effect, meaning });
    }

    fn row(&self) -> CrateRow {
        let worst = self.counts.keys().max().map_or(Verdict::None, |effect| effect.verdict());
        let count = |effect| self.counts.get(&effect).copied().unwrap_or_default();
        CrateRow {
            name: "spapi-events".into(),
            section: String::new(),
            state: "kept",
            verdict: if self.differs { worst.max(Verdict::Patch) } else { worst },
            api_breaking: count(Effect::Breaking),
            api_additive: count(Effect::Additive),
            api_behaviour: count(Effect::Behaviour),
        }
    }
}

/// The differences of the types of a payload.
fn differences(module: &str, [old, new]: [&String; 2]) -> Result<Vec<api::Difference>> {
    let (mut before, mut after) = (Api::module(module), Api::module(module));
    before.read(module, "", old)?;
    after.read(module, "", new)?;
    Ok(before.differences(&after))
}
