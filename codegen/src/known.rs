//! The project's own facts in `models/`: the rows of `sections.toml`, the rates of `rates.toml`, the versions of
//! `versions.toml`, the rows of `retirements.toml` and `documents/`, the words of `docs/`, the report columns of `rows/`,
//! the streams of `streams/`, and the notification types of `notifications.toml`.

use super::catalog::{Section, Sections};
use super::documents::Documents;
use super::notifications::Notifications;
use super::references;
use super::retirements::Retirements;
use super::rows::Reports;
use super::streams::Streams;
use super::words::Words;
use crate::load::ModelFile;
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// All of these facts.
#[derive(Debug, Default)]
pub struct Known {
    pub sections: Sections,
    pub rates: Rates,
    pub versions: Versions,
    pub retirements: Retirements,
    pub documents: Documents,
    pub words: Words,
    pub reports: Reports,
    pub streams: Streams,
    pub notifications: Notifications,
}

/// A rate that a model once had and no longer has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastKnownRate {
    pub per_second: f64,
    pub burst: u32,
    /// The last commit that is known to have it.
    pub commit: String,
}

/// `models/rates.toml`: rates that Amazon no longer publishes, by model and operation. Written by `models update`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rates(pub BTreeMap<String, BTreeMap<String, LastKnownRate>>);

/// `models/versions.toml`: the version of each section crate, by section. Written by `models update`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Versions(pub BTreeMap<String, String>);

/// The version of a section crate that has no entry.
const FIRST: &str = "0.1.0";

impl Known {
    /// Reads the files of a folder such as `models/`; a missing file counts as empty.
    ///
    /// # Errors
    /// When a file cannot be read or parsed, with its name.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Self {
            sections: Sections::read(&folder.join("sections.toml"))?,
            rates: read(&folder.join(Rates::FILE))?,
            versions: read(&folder.join(Versions::FILE))?,
            retirements: Retirements::read(&folder.join("retirements.toml"))?,
            documents: Documents::read(&folder.join("documents"))?,
            words: Words::read(&folder.join("docs"))?,
            reports: Reports::read(&folder.join("rows"))?,
            streams: Streams::read(&folder.join("streams"))?,
            notifications: Notifications::read(&folder.join("notifications.toml"))?,
        })
    }

    /// Names every model file, as [`Sections::name`] does, and adds the facts about each one.
    pub fn name(&self, models: Vec<ModelFile>, complete: bool) -> Result<Vec<Section>> {
        let mut sections = self.sections.name(models, complete)?;
        references::tell(&mut sections);
        for section in &mut sections {
            for api in &mut section.apis {
                api.last_known = self.rates.0.get(&api.place).cloned().unwrap_or_default();
            }
            self.retirements.tell(section);
            self.words.tell(section);
        }
        Ok(sections)
    }
}

impl Rates {
    pub const FILE: &str = "rates.toml";

    /// The text of the file.
    pub fn to_text(&self) -> Result<String> {
        let header = "\
# Rates that Amazon printed once and no longer prints, with the last known commit that printed them. A model that prints
# the rate again, and a `rate` in sections.toml, have precedence. Written by `cargo xtask models update`.
";
        Ok(format!("{header}\n{}", toml::to_string(self)?))
    }
}

impl Versions {
    pub const FILE: &str = "versions.toml";

    /// The version of a section's crate.
    pub fn of(&self, section: &str) -> &str {
        self.0.get(section).map_or(FIRST, String::as_str)
    }

    /// The text of the file.
    pub fn to_text(&self) -> Result<String> {
        let header = "\
# The version of each section crate that is no longer at its first, 0.1.0, or whose section Amazon has removed, so that
# it returns with another one. `cargo xtask models update` raises those of the crates that changed; whoever changes a
# crate by hand raises it here.
";
        Ok(format!("{header}\n{}", toml::to_string(self)?))
    }
}

/// Reads the files of a folder, not those of folders in it, by their names without `.toml`, of which each must be a name;
/// without the folder there are none. `form` is the form of the files' names, for the error.
pub(crate) fn read_folder<T: DeserializeOwned>(
    folder: &Path,
    form: &str,
    is_name: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, T>> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in folder.read_dir().with_context(|| format!("{} cannot be opened", folder.display()))? {
        let path = entry.with_context(|| format!("{} cannot be opened", folder.display()))?.path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| is_name(stem));
        let (Some(name), true) = (name, path.extension().is_some_and(|extension| extension == "toml")) else {
            bail!("{} is not a {form}", path.display());
        };
        let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let value = toml::from_str(&text).with_context(|| format!("{} cannot be parsed", path.display()))?;
        files.insert(name.to_owned(), value);
    }
    Ok(files)
}

/// Reads a file; without the file, the value is the default one.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> Result<T> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("{} cannot be parsed", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", path.display())),
    }
}
