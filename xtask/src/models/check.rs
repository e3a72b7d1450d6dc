//! `models check`: validates models without generating anything.

use std::path::{Path, PathBuf};

use anyhow::Result;

use codegen::load;

use super::fetch;
use super::pin::Pin;

/// The models to validate.
#[derive(clap::Args)]
pub struct Args {
    /// A folder of models, without patches [default: the fetched models with this project's patches]
    #[arg(value_name = "DIR")]
    models: Option<PathBuf>,
    /// A folder of patches for them [default: none for a given DIR]
    #[arg(long, value_name = "DIR")]
    patches: Option<PathBuf>,
}

/// Loads the models, prints the warnings to standard error and a summary to standard output.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    let (models, patches) = match (&args.models, &args.patches) {
        (None, None) => (folder.join("upstream"), Some(folder.join("patches"))),
        (None, Some(patches)) => (folder.join("upstream"), Some(patches.clone())),
        (Some(models), patches) => (models.clone(), patches.clone()),
    };
    if args.models.is_none() {
        fetch::require_complete(&Pin::read(folder)?, &models)?;
    }
    let loaded = load::load_models(&models, &models.display().to_string(), patches.as_deref())?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    println!("{} models are valid, with {} warnings: {}", loaded.files.len(), loaded.warnings.len(), models.display());
    Ok(())
}
