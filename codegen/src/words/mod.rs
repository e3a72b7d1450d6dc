//! `models/docs`: descriptions of sections, versions and operations, and the meanings of parameters and fields, in our own
//! words.

mod meaning;
mod review;

pub use meaning::{Meaning, Meanings, text};
pub use review::Review;

use super::catalog::Section;
use crate::known;
use anyhow::{Context, Result, bail, ensure};
use meaning::{Entries, Role, Table};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The words about all sections, by section.
#[derive(Debug, Default)]
pub struct Words {
    /// Whether the folder of words exists, so that missing words are an error.
    is_kept: bool,
    sections: BTreeMap<String, SectionWords>,
    /// The meanings of parameters and fields.
    entries: Arc<Entries>,
    /// Whether the documentation also quotes Amazon's descriptions.
    quotes: bool,
}

#[derive(Debug, Default, Deserialize)]
struct SectionWords {
    about: Option<String>,
    /// The work that its calls leave to Rust code, such as the download of a document.
    rust: Option<String>,
    /// Whether a field without words is an error.
    #[serde(default)]
    complete: bool,
    /// The meanings of parameters in all versions; an `in` names versions.
    #[serde(default)]
    parameters: Table,
    /// The meanings of fields in all versions, by the Rust name of their type; `*` stands for any type.
    #[serde(default)]
    fields: BTreeMap<String, Table>,
    #[serde(flatten)]
    modules: BTreeMap<String, ModuleWords>,
}

/// The words about one version of a section, as its file has them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModuleWords {
    about: Option<String>,
    #[serde(default)]
    operations: BTreeMap<String, String>,
    /// The meanings of parameters; an `in` names operations.
    #[serde(default)]
    parameters: Table,
    /// The meanings of fields, by the Rust name of their type; `*` stands for any type.
    #[serde(default)]
    fields: BTreeMap<String, Table>,
}

/// A file of `models/docs/shared`: meanings that names have in several sections. An `in` names sections, modules, and
/// operations or types.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedWords {
    /// Of parameters and fields.
    #[serde(default)]
    names: Table,
    #[serde(default)]
    parameters: Table,
    #[serde(default)]
    fields: Table,
}

/// The words about one version of a section.
#[derive(Debug, Clone, Default)]
pub struct ApiWords {
    /// When to use it, and what to know before.
    pub about: Option<String>,
    /// The description of each operation, by its id.
    pub operations: BTreeMap<String, String>,
    /// What parameters and fields mean.
    pub meanings: Meanings,
    /// Whether the documentation also quotes Amazon's descriptions.
    pub quotes: bool,
}

/// The maximum length of words in characters: about a section, a version, an operation.
const LIMITS: [usize; 3] = [600, 400, 200];

impl Words {
    /// Reads a folder such as `models/docs`; without the folder, no words count as missing.
    ///
    /// # Errors
    /// When a file cannot be parsed, or has words that rustdoc or a table could not show, with file and key.
    pub fn read(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            return Ok(Self::default());
        }
        let sections: BTreeMap<String, SectionWords> = known::read_folder(folder, "<section>.toml", |_| true)?;
        for (name, words) in &sections {
            words.check().with_context(|| format!("in {}", folder.join(name).with_extension("toml").display()))?;
        }
        let entries = Arc::new(entries(folder, &sections)?);
        Ok(Self { is_kept: true, sections, entries, quotes: false })
    }

    /// The same words, and beside them Amazon's own descriptions. What is generated with them must not be published.
    pub fn with_quotations(self) -> Self {
        Self { quotes: true, ..self }
    }

    /// Whether each field of a section must have words.
    fn is_complete(&self, section: &str) -> bool {
        self.sections.get(section).is_some_and(|words| words.complete)
    }

    /// Adds the words to a section and its versions.
    pub fn tell(&self, section: &mut Section) {
        let words = self.sections.get(&section.name);
        section.about = words.and_then(|words| words.about.clone());
        section.rust = words.and_then(|words| words.rust.clone());
        for api in &mut section.apis {
            let module = words.and_then(|words| words.modules.get(&api.module));
            api.words = ApiWords {
                about: module.and_then(|module| module.about.clone()),
                operations: module.map(|module| module.operations.clone()).unwrap_or_default(),
                meanings: Meanings::new(&self.entries, &section.name, &api.module),
                quotes: self.quotes,
            };
        }
    }

    /// A line for each section, version or operation without words. `operations` has the ids of an API by section and
    /// module.
    pub fn missing(&self, sections: &[Section], operations: &OperationIds) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.is_kept {
            return lines;
        }
        for section in sections {
            let mut miss =
                |what: String| lines.push(format!("models/docs/{}.toml has no words for {what}", section.name));
            if section.about.is_none() {
                miss("the section: give it an `about`".to_owned());
            }
            for api in &section.apis {
                if api.words.about.is_none() {
                    miss(format!("{}: give it an `about`", api.module));
                }
                let ids = operations.get(&(section.name.as_str(), api.module.as_str())).into_iter().flatten();
                for id in ids.filter(|id| !api.words.operations.contains_key(**id)) {
                    miss(format!("the operation {id} of {}", api.module));
                }
            }
        }
        lines
    }

    /// A line for each entry that is not among the models: a misspelt name, or something that Amazon has removed.
    pub fn superfluous(&self, sections: &[Section], operations: &OperationIds) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, words) in &self.sections {
            let mut tell = |what: String| {
                lines.push(format!("models/docs/{name}.toml has words for {what}, which is not among the models"));
            };
            if !sections.iter().any(|section| section.name == *name) {
                tell("the section".to_owned());
                continue;
            }
            for (module, words) in &words.modules {
                let Some(ids) = operations.get(&(name.as_str(), module.as_str())) else {
                    tell(module.clone());
                    continue;
                };
                words
                    .operations
                    .keys()
                    .filter(|id| !ids.contains(&id.as_str()))
                    .for_each(|id| tell(format!("the operation {id} of {module}")));
            }
        }
        lines
    }
}

/// The meanings of parameters and fields in the files of sections and in the shared ones.
fn entries(folder: &Path, sections: &BTreeMap<String, SectionWords>) -> Result<Entries> {
    let mut entries = Entries::default();
    for (name, words) in sections {
        let mut add = |within: &str, parameters: &Table, fields: &BTreeMap<String, Table>| -> Result<()> {
            entries.add(name, Some(within), Some(Role::Parameter), parameters)?;
            for (kind, table) in fields {
                let within = match kind.as_str() {
                    "*" => within.to_owned(),
                    kind if within.contains('.') => format!("{within}.{kind}"),
                    kind => format!("{within}.*.{kind}"),
                };
                entries.add(name, Some(&within), Some(Role::Field), table).with_context(|| format!("in {within}"))?;
            }
            Ok(())
        };
        let place = || format!("in {}", folder.join(name).with_extension("toml").display());
        add(name, &words.parameters, &words.fields).with_context(place)?;
        for (module, words) in &words.modules {
            let within = format!("{name}.{module}");
            add(&within, &words.parameters, &words.fields).with_context(place)?;
        }
    }
    let shared = folder.join("shared");
    for (name, words) in known::read_folder::<SharedWords>(&shared, "<topic>.toml", |_| true)? {
        let file = format!("shared/{name}");
        let tables =
            [(None, words.names), (Some(Role::Parameter), words.parameters), (Some(Role::Field), words.fields)];
        for (role, table) in tables {
            let added = entries.add(&file, None, role, &table);
            added.with_context(|| format!("in {}", shared.join(&name).with_extension("toml").display()))?;
        }
    }
    Ok(entries)
}

/// The ids of the operations, by section and module.
pub type OperationIds<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

impl SectionWords {
    fn check(&self) -> Result<()> {
        let [section, version, operation] = LIMITS;
        check_about(self.about.as_deref(), section)?;
        self.rust.as_deref().map_or(Ok(()), |text| check(text, section)).context("the `rust`")?;
        for (module, words) in &self.modules {
            check_about(words.about.as_deref(), version).with_context(|| format!("of {module}"))?;
            for (id, text) in &words.operations {
                check(text, operation).with_context(|| format!("the words for {id} of {module}"))?;
            }
        }
        Ok(())
    }
}

fn check_about(text: Option<&str>, limit: usize) -> Result<()> {
    text.map_or(Ok(()), |text| check(text, limit)).context("the `about`")
}

/// Checks that rustdoc, a Markdown table and a terminal can all show a text.
fn check(text: &str, limit: usize) -> Result<()> {
    let length = text.chars().count();
    ensure!(length <= limit, "has {length} characters: there is room for {limit}");
    ensure!(text.ends_with('.') && text.trim() == text, "must end with a full stop, without spaces around it");
    ensure!(!text.contains(|char: char| char.is_control()), "must be one line");
    ensure!(text.matches('`').count().is_multiple_of(2), "has an unpaired backtick");
    // The parts of the text outside code spans.
    for plain in text.split('`').step_by(2) {
        if let Some(found) = plain.chars().find(|char| matches!(char, '<' | '>' | '[' | ']' | '*' | '_' | '|' | '\\')) {
            bail!("has `{found}`, which Markdown interprets: put it into backticks, or leave it out");
        }
    }
    ensure!(!text.contains('|'), "has `|`, which ends a cell of a table");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Sections;
    use crate::load::ModelFile;
    use serde_json::json;

    fn sections() -> Vec<Section> {
        let model = |folder: &str, file: &str| ModelFile {
            folder: folder.to_owned(),
            file: file.to_owned(),
            document: json!({"swagger": "2.0", "info": {"version": "v0"}, "paths": {}}),
        };
        Sections::default()
            .name(vec![model("orders-api-model", "ordersV0.json"), model("sales-api-model", "sales.json")], true)
            .unwrap()
    }

    #[test]
    fn missing_and_superfluous_words_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        file(
            "orders.toml",
            "about = \"A.\"\n[v0]\nabout = \"B.\"\n[v0.operations]\ngetOrders = \"C.\"\nold = \"D.\"\n[v9]\n",
        );
        file("gone.toml", "about = \"E.\"\n");
        let words = Words::read(folder.path()).unwrap();
        let mut sections = sections();
        sections.iter_mut().for_each(|section| words.tell(section));
        assert_eq!(sections[0].about.as_deref(), Some("A."));
        assert_eq!(sections[0].apis[0].words.operations["getOrders"], "C.");
        let operations =
            BTreeMap::from([(("orders", "v0"), vec!["getOrders", "getOrder"]), (("sales", "v0"), vec!["x"])]);
        assert_eq!(
            words.missing(&sections, &operations),
            [
                "models/docs/orders.toml has no words for the operation getOrder of v0",
                "models/docs/sales.toml has no words for the section: give it an `about`",
                "models/docs/sales.toml has no words for v0: give it an `about`",
                "models/docs/sales.toml has no words for the operation x of v0",
            ]
        );
        assert_eq!(
            words.superfluous(&sections, &operations),
            [
                "models/docs/gone.toml has words for the section, which is not among the models",
                "models/docs/orders.toml has words for the operation old of v0, which is not among the models",
                "models/docs/orders.toml has words for v9, which is not among the models",
            ]
        );
    }

    #[test]
    fn without_the_folder_nothing_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let words = Words::read(&folder.path().join("docs")).unwrap();
        assert!(words.missing(&sections(), &BTreeMap::new()).is_empty());
    }

    #[test]
    fn words_that_cannot_be_shown_are_refused_by_file_and_key() {
        let cases = [
            ("Lists orders", "full stop"),
            ("Lists [orders].", "Markdown"),
            ("Lists `a|b`.", "cell"),
            ("Lists `orders.", "backtick"),
            ("Lists\\norders.", "one line"),
            ("", "full stop"),
        ];
        for (text, said) in cases {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("orders.toml"), format!("[v0.operations]\ngetOrders = \"{text}\"\n"))
                .unwrap();
            let error = format!("{:#}", Words::read(folder.path()).unwrap_err());
            assert!(
                error.contains("orders.toml") && error.contains("getOrders of v0") && error.contains(said),
                "{error}"
            );
        }
        assert!(check(&format!("{}.", "x".repeat(200)), 200).is_err());
        assert!(check("Sends `a[b]_<c>`: done.", 200).is_ok());
    }
}
