//! Sections generated in memory, for comparing two sets of models.

use crate::catalog::Section;
use crate::emit;
use crate::known::{Known, Versions};
use crate::load::ModelFile;
use crate::make::make;
use crate::metadata::Operation;
use crate::output::Output;
use crate::workspace::{operations, section_files, section_folder};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A generated section, for comparisons.
pub struct Generated {
    /// `orders`; its crate is `spapi-orders`.
    pub name: String,
    pub apis: Vec<GeneratedApi>,
    /// The crate's files by their path in it.
    pub files: BTreeMap<String, String>,
    /// The section's rows of the operations table.
    pub table: String,
    /// Why the section cannot be generated; it then has no files and no operations.
    pub failure: Option<String>,
}

/// An API of a generated section.
pub struct GeneratedApi {
    /// The model file below the folder of models.
    pub place: String,
    pub module: String,
    pub document: serde_json::Value,
    pub operations: Vec<Operation>,
}

/// Generates every section in memory. Rows of `sections.toml` for things that these models lack are ignored, and a
/// section that cannot be generated has the reason.
pub fn in_memory(models: Vec<ModelFile>, known: &Known) -> Result<Vec<Generated>> {
    let sections = known.name(models, false)?;
    Ok(sections.par_iter().map(section_in_memory).collect())
}

fn section_in_memory(section: &Section) -> Generated {
    let apis = section.apis.iter().map(|api| GeneratedApi {
        place: api.place.clone(),
        module: api.module.clone(),
        document: api.document.clone(),
        operations: Vec::new(),
    });
    let mut generated = Generated {
        name: section.name.clone(),
        apis: apis.collect(),
        files: BTreeMap::new(),
        table: String::new(),
        failure: None,
    };
    let sections = std::slice::from_ref(section);
    let made = make(sections).and_then(|made| {
        let mut output = Output::default();
        section_files(&mut output, sections, &made, "models", &[], &Versions::default())?;
        Ok((made, output))
    });
    match made {
        Ok((made, output)) => {
            generated.files = output.below(&section_folder(section));
            for ((_, rows), made) in operations(sections, &made).into_iter().zip(&made) {
                let bodies: Vec<_> = made.iter().map(|made| &made.bodies).collect();
                generated.table = emit::operations_table::write_section(section, &rows, &bodies, "models");
            }
            for (api, made) in generated.apis.iter_mut().zip(made.into_iter().flatten()) {
                api.operations = made.operations;
            }
        }
        Err(error) => generated.failure = Some(format!("{error:#}")),
    }
    generated
}
