//! One side of a comparison: a tree of Amazon's files, loaded and generated in memory.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::payloads::{self, Payload};
use crate::files;
use crate::known::{Known, Rates};
use crate::load;
use crate::notifications::Schemas;
use crate::{Generated, in_memory};

/// One side of a comparison.
pub struct Side {
    pub title: String,
    /// The sections by name.
    pub sections: BTreeMap<String, Generated>,
    /// The payloads of notifications, by the path of their schema.
    pub payloads: BTreeMap<String, Payload>,
    /// The bytes of each file, by its path in the repository.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Notes about the side: warnings, and patches that did not apply.
    pub notes: Vec<String>,
}

impl Side {
    /// Loads the tree below `root`, applies the patches of `folder` that fit, and generates it with the facts of
    /// `folder`. `name` appears in notes, `title` in the change report.
    ///
    /// # Errors
    /// When its models cannot be loaded, or their names would clash.
    pub fn of(root: &Path, name: &str, title: &str, folder: &Path) -> Result<Self> {
        let mut notes = Vec::new();
        let patched = load::load_models(root, name, Some(&folder.join("patches")));
        let loaded = match patched {
            Ok(loaded) => loaded,
            Err(error) => {
                let plain = load::load_models(root, name, None)?;
                notes.push(format!("{name}: compared without this project's patches: {error}"));
                plain
            }
        };
        notes.extend(loaded.warnings.iter().map(|warning| format!("{name}: {warning}")));
        // Kept rates would hide that a model no longer has one.
        let known = Known { rates: Rates::default(), ..Known::read(folder)? };
        let payloads = match Schemas::read(root) {
            Ok(schemas) => payloads::of(&known.notifications, &schemas),
            Err(error) => {
                notes.push(format!("{name}: compared without the payloads of notifications: {error:#}"));
                BTreeMap::new()
            }
        };
        let failed = payloads.iter().filter_map(|(path, payload)| Some((path, payload.text.as_ref().err()?)));
        notes.extend(failed.map(|(path, reason)| format!("{name}: no payload can be generated from {path}: {reason}")));
        let generated =
            in_memory(loaded.files, &known).with_context(|| format!("the models of {name} cannot be named"))?;
        for section in &generated {
            if let Some(failure) = &section.failure {
                notes.push(format!("{name}: spapi-{} cannot be generated: {failure}", section.name));
            }
        }
        let mut found = BTreeMap::new();
        for part in ["models", "schemas"] {
            let folder = root.join(part);
            for name in if folder.is_dir() { files::files_below(&folder)? } else { Vec::new() } {
                if !files::is_pinned(&format!("{part}/{name}")) {
                    continue;
                }
                let path = folder.join(&name);
                found.insert(format!("{part}/{name}"), files::read(&path)?);
            }
        }
        Ok(Self {
            title: title.to_owned(),
            sections: generated.into_iter().map(|section| (section.name.clone(), section)).collect(),
            payloads,
            files: found,
            notes,
        })
    }
}
