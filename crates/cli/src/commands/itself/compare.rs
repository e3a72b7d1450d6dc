//! What of the API is new or gone, as seen from what the program knows.

use super::model::{Key, Model, Operation};
use spapi_metadata::{Api, Entry, Published, SECTIONS, Section};
use std::collections::{BTreeMap, BTreeSet};

/// A difference between the models and what the program knows.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub change: Change,
    pub section: String,
    /// Empty for a section.
    pub version: String,
    /// Empty for a section or a version.
    pub operation: String,
    /// The name of a parameter; for a section or a version, of its folder or file; else empty.
    pub name: String,
}

/// A thing, and whether it is new or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    NewSection,
    NewVersion,
    NewOperation,
    NewParameter,
    RemovedVersion,
    RemovedOperation,
    RemovedParameter,
}

impl Change {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewSection => "new section",
            Self::NewVersion => "new version",
            Self::NewOperation => "new operation",
            Self::NewParameter => "new parameter",
            Self::RemovedVersion => "removed version",
            Self::RemovedOperation => "removed operation",
            Self::RemovedParameter => "removed parameter",
        }
    }
}

/// The differences: first what is new or changed in the models, in their order, then what they no longer have.
pub fn differences(models: &[Model]) -> Vec<Difference> {
    let known = Known::new(models);
    let mut found = Vec::new();
    let mut new_sections = BTreeSet::new();
    for model in models {
        let is_new = |operation: &Operation| !known.operations.contains_key(&operation.key);
        // Without any operation, or in a renamed file, there is nothing new to call.
        let is_new_version = !model.operations.is_empty() && model.operations.iter().all(is_new);
        let section = known.section_of(model);
        let place = Place { section: section.unwrap_or_else(|| plain(&model.folder)), version: &model.version };
        if section.is_none() && is_new_version && new_sections.insert(&model.folder) {
            found.push(Place { version: "", ..place }.difference(Change::NewSection, "", &model.folder));
        }
        if is_new_version && !known.files.contains(model.file.as_str()) {
            found.push(place.difference(Change::NewVersion, "", &model.file));
        }
        for operation in &model.operations {
            match known.operations.get(&operation.key) {
                Some(published) => found.extend(changed(published, operation)),
                None => found.push(place.difference(Change::NewOperation, &operation.id, "")),
            }
        }
    }
    found.extend(SECTIONS.iter().flat_map(|section| section.apis.iter().flat_map(|api| known.removed(section, api))));
    found
}

/// What the program knows, beside what the models have.
struct Known<'models> {
    operations: BTreeMap<Key, Published>,
    files: BTreeSet<&'static str>,
    /// The section of each folder with a model that the program knows.
    folders: BTreeMap<&'models str, &'static str>,
    /// The operations that the models have.
    published: BTreeSet<&'models Key>,
}

impl<'models> Known<'models> {
    fn new(models: &'models [Model]) -> Self {
        let mut known = Self {
            operations: spapi_metadata::operations().map(|published| (key(published.entry), published)).collect(),
            files: SECTIONS.iter().flat_map(|section| section.apis).map(|api| api.model).collect(),
            folders: BTreeMap::new(),
            published: models.iter().flat_map(|model| &model.operations).map(|operation| &operation.key).collect(),
        };
        for model in models {
            let section = SECTIONS.iter().find(|section| section.apis.iter().any(|api| api.model == model.file));
            known.folders.extend(section.map(|section| (model.folder.as_str(), section.name)));
        }
        known
    }

    /// The section to which a model belongs: that of its folder, or of its operations if the folder has another name.
    fn section_of(&self, model: &Model) -> Option<&'static str> {
        let of_operations = || model.operations.iter().find_map(|operation| self.operations.get(&operation.key));
        let of_folder = self.folders.get(model.folder.as_str()).copied();
        of_folder.or_else(|| of_operations().map(|published| published.section.name))
    }

    /// What the models do not have of an API: some of its operations, or all of them and so the API too.
    fn removed(&self, section: &Section, api: &Api) -> Vec<Difference> {
        let place = Place { section: section.name, version: section.version_of(api) };
        let is_gone = |entry: &&Entry| !self.published.contains(&key(entry));
        let gone = api.operations.iter().filter(is_gone);
        let gone: Vec<_> =
            gone.map(|entry| place.difference(Change::RemovedOperation, &entry.operation.id, "")).collect();
        let is_whole = !gone.is_empty() && gone.len() == api.operations.len();
        is_whole.then(|| place.difference(Change::RemovedVersion, "", api.model)).into_iter().chain(gone).collect()
    }
}

fn key(entry: &Entry) -> Key {
    Key::new(entry.operation.method.as_str(), &entry.operation.path)
}

/// The parameters of an operation that are new or gone.
fn changed(published: &Published, operation: &Operation) -> Vec<Difference> {
    let Published { section, api, entry, .. } = published;
    let place = Place { section: section.name, version: section.version_of(api) };
    let known: BTreeSet<&str> = entry.parameters.iter().map(|parameter| parameter.name).collect();
    let is_new = |name: &&String| !known.contains(name.as_str());
    let is_gone = |name: &&&str| !operation.parameters.contains(**name);
    let id = &entry.operation.id;
    let new = operation.parameters.iter().filter(is_new).map(|name| place.difference(Change::NewParameter, id, name));
    let gone = known.iter().filter(is_gone).map(|name| place.difference(Change::RemovedParameter, id, name));
    new.chain(gone).collect()
}

/// A version of a section.
#[derive(Clone, Copy)]
struct Place<'a> {
    section: &'a str,
    version: &'a str,
}

impl Place<'_> {
    fn difference(&self, change: Change, operation: &str, name: &str) -> Difference {
        Difference {
            change,
            section: self.section.to_owned(),
            version: self.version.to_owned(),
            operation: operation.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// The name that a new section probably gets: that of its folder without what most folders end with.
fn plain(folder: &str) -> &str {
    ["-api-model", "-model", "-api"].iter().find_map(|end| folder.strip_suffix(end)).unwrap_or(folder)
}
