//! Decides which section crate, module and client each model file becomes, and holds the facts of
//! `models/sections.toml` about its operations. A model that the file does not name gets its names by rule, because
//! Amazon adds sections without notice.

use super::known::LastKnownRate;
use super::references::References;
use super::retirements::Retirement;
use super::words::ApiWords;
use crate::load::ModelFile;
use crate::naming;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spapi_types::DataElement;
use spapi_types::operation::{ArgumentRule, Repeat};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `models/sections.toml`: facts about Amazon's models that the models do not have.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Sections(BTreeMap<String, SectionRow>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SectionRow {
    folder: String,
    title: Option<String>,
    reference: Option<String>,
    #[serde(default)]
    models: BTreeMap<String, ModelRow>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelRow {
    module: Option<String>,
    client: Option<String>,
    /// Whether Amazon has removed the file. The row is kept in case the file returns.
    #[serde(default)]
    gone: bool,
    #[serde(default)]
    operations: BTreeMap<String, Exceptions>,
}

/// The parts of an operation's response that need a restricted data token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Restricted {
    /// `true`: the whole response.
    Whole(bool),
    /// The parts that a caller requests by name.
    Parts(Vec<DataElement>),
    /// A single resource for each token.
    By(By),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum By {
    #[serde(rename = "by-resource")]
    Resource,
}

/// What differs from the rules for one operation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    /// What happens when the same call is sent twice.
    pub repeat: Option<Repeat>,
    /// The reason, if it is not obvious; for readers of the file.
    #[allow(dead_code, reason = "read by people")]
    why: Option<String>,
    /// The parameters that are sent together with a page token.
    pub paging_rule: Option<ArgumentRule>,
    /// How the operation pages, or `false` for an operation that does not page.
    pub paging: Option<PagingRow>,
    /// How many seconds a page token is valid, if it expires soon.
    pub token_life: Option<u64>,
    /// The scope of a grantless operation.
    pub grantless: Option<String>,
    /// The personal data for which the operation needs a restricted data token.
    pub restricted: Option<Restricted>,
    /// A rate from another source than the model.
    pub rate: Option<RateRow>,
    /// Whether the operation exists in the sandbox only.
    #[serde(default)]
    pub sandbox_only: bool,
    /// Parameters that a call needs although the model does not require them, with values for the README's call.
    #[serde(default)]
    pub example: BTreeMap<String, String>,
    /// Whether the README's example of a body uses this operation.
    #[serde(default)]
    pub shown: bool,
    /// Whether Amazon has removed the operation. The row is kept in case the operation returns.
    #[serde(default)]
    pub gone: bool,
}

/// How an operation pages. Paths are names joined by dots.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum PagingRow {
    Pages(bool),
    /// By a token in the query.
    Token {
        token: String,
        response: String,
        items: Option<String>,
    },
    /// By a token that another operation of the model takes.
    Elsewhere {
        elsewhere: String,
        response: String,
        items: Option<String>,
    },
    /// By an offset in the body.
    Offset {
        offset: String,
        limit: String,
        total: String,
        maximum: u64,
        items: String,
    },
    /// By an index in the query; the response does not mark the last page.
    Index {
        index: String,
        size: String,
    },
    /// By jobs, each of which is started with a token in the body.
    Job {
        job: String,
        response: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateRow {
    pub per_second: f64,
    pub burst: u32,
    #[allow(dead_code, reason = "read by people")]
    why: Option<String>,
}

/// A section with its named model files.
#[derive(Debug)]
pub struct Section {
    /// `orders`; its crate is `spapi-orders`.
    pub name: String,
    /// The section's name in prose.
    pub title: String,
    /// Amazon's page about the section.
    pub reference: String,
    /// What the section is for, in our own words.
    pub about: Option<String>,
    /// The work that its calls leave to Rust code, if any.
    pub rust: Option<String>,
    /// The model files, oldest version first.
    pub apis: Vec<Api>,
}

/// A named model file.
#[derive(Debug)]
pub struct Api {
    /// The path of the model file below the folder of models.
    pub place: String,
    /// The file's name.
    pub file: String,
    /// The module: `v0`, `transfers_v2024_06_01`.
    pub module: String,
    /// The client struct: `Orders`.
    pub client: String,
    /// What Amazon calls the version: `v0`, `2026-01-01`.
    pub version: String,
    /// The model.
    pub document: serde_json::Value,
    /// What differs from the rules, by operation.
    pub exceptions: BTreeMap<String, Exceptions>,
    /// Rates from an earlier model, by operation.
    pub last_known: BTreeMap<String, LastKnownRate>,
    /// What the version is for, and what its operations do.
    pub words: ApiWords,
    /// Amazon's pages about the operations.
    pub references: References,
    /// The retirement of the version.
    pub retirement: Option<Retirement>,
    /// The retirements of single operations.
    pub retirements: BTreeMap<String, Retirement>,
}

const REFERENCE: &str = "https://developer-docs.amazon.com/sp-api/";

impl Sections {
    /// Reads `models/sections.toml`; a missing file counts as empty.
    pub fn read(path: &Path) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).with_context(|| format!("{} cannot be parsed", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be opened", path.display())),
        }
    }

    /// Parses the text of `models/sections.toml`.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// The row of an operation of a model, such as `orders-api-model/ordersV0.json`.
    pub fn row(&self, place: &str, operation: &str) -> Option<&Exceptions> {
        let (folder, file) = place.split_once('/')?;
        let section = self.0.values().find(|section| section.folder == folder)?;
        section.models.get(file)?.operations.get(operation)
    }

    /// Names every model file. Fails if two files would share a module, or, if the models are the `complete` published
    /// set, if a row names a file that does not exist.
    pub fn name(&self, models: Vec<ModelFile>, complete: bool) -> Result<Vec<Section>> {
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for model in models {
            let row = self.0.iter().find(|(_, row)| row.folder == model.folder);
            let name = row.map_or_else(|| naming::section(&model.folder), |(name, _)| name.clone());
            let row = row.map(|(_, row)| row);
            let file_row = row.and_then(|row| row.models.get(&model.file)).cloned().unwrap_or_default();
            let info_version = model.document.pointer("/info/version").and_then(|v| v.as_str()).unwrap_or_default();
            let (module, client) = naming::module_and_client(&name, &model.file, info_version);
            seen.insert((model.folder.clone(), model.file.clone()));
            let api = Api {
                place: format!("{}/{}", model.folder, model.file),
                module: file_row.module.unwrap_or(module),
                client: file_row.client.unwrap_or(client),
                version: published_version(&naming::api_and_version(&model.file, info_version).1),
                file: model.file,
                document: model.document,
                exceptions: file_row.operations,
                last_known: BTreeMap::new(),
                words: ApiWords::default(),
                references: References::default(),
                retirement: None,
                retirements: BTreeMap::new(),
            };
            for (what, text) in [("module", &api.module), ("client", &api.client)] {
                if syn::parse_str::<syn::Ident>(text).is_err() {
                    bail!("{}: the {what} `{text}` is not a Rust name: name it in models/sections.toml", api.place);
                }
            }
            let section = sections.entry(name.clone()).or_insert_with(|| Section {
                title: row.and_then(|row| row.title.clone()).unwrap_or_else(|| naming::title(&name)),
                reference: row.and_then(|row| row.reference.clone()).unwrap_or_else(|| REFERENCE.into()),
                name,
                about: None,
                rust: None,
                apis: Vec::new(),
            });
            if let Some(twin) = section.apis.iter().find(|other| other.module == api.module) {
                bail!(
                    "{} and {} would both be the module `{}` of {}: give one another name in models/sections.toml",
                    twin.place,
                    api.place,
                    api.module,
                    section.name
                );
            }
            section.apis.push(api);
        }
        if complete {
            for (name, row) in &self.0 {
                for (file, _) in row.models.iter().filter(|(_, model)| !model.gone) {
                    if !seen.contains(&(row.folder.clone(), file.clone())) {
                        bail!(
                            "models/sections.toml names {}/{file} ({name}), which is not among the models",
                            row.folder
                        );
                    }
                }
            }
        }
        let mut sections: Vec<_> = sections.into_values().collect();
        for section in &mut sections {
            section.apis.sort_by(|a, b| (&a.version_order(), &a.module).cmp(&(&b.version_order(), &b.module)));
        }
        Ok(sections)
    }
}

impl Api {
    /// Sorts `v0` and `v1` before dated versions.
    fn version_order(&self) -> (usize, String) {
        (self.version.len(), self.version.clone())
    }
}

/// Amazon's name for the version of a module: `v2024_06_01` is `2024-06-01`.
fn published_version(module: &str) -> String {
    match module.strip_prefix('v') {
        Some(date) if date.contains('_') => date.replace('_', "-"),
        _ => module.to_owned(),
    }
}
