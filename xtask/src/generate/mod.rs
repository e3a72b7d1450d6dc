//! `cargo xtask generate`: from Amazon's models to section crates.
//!
//! load -> name -> normalise -> progenitor and typify -> passes -> emit. Nothing is written before everything is made.

pub mod catalog;
mod convert;
mod emit;
mod facts;
mod facts_table;
pub mod known;
pub mod metadata;
pub mod normalise;
pub mod output;
mod passes;
pub mod retirements;
mod transaction;
mod types;
pub mod walk;
pub mod words;

use crate::load::{self, ModelFile};
use crate::models::pin::Pin;
use anyhow::{Context, Result, bail};
use catalog::{Api, Section};
use clap::Parser;
use emit::SectionOperations;
use emit::readme::ApiCalls;
use known::{Known, Versions};
use metadata::Operation;
use output::Output;
use passes::reach::Reach;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
pub use transaction::refuse_what_is_half_written;
use types::Types;
use words::OperationIds;

/// What `generate` is asked for.
#[derive(Debug, Parser)]
pub struct Args {
    /// Only these sections, such as `orders`; all where none is named.
    sections: Vec<String>,
    /// Write nothing; fail with the list of files that differ, are missing or should not be there, and where an operation
    /// has no words of ours.
    #[arg(long)]
    check: bool,
    /// A folder of models to read in place of `models/upstream`; goes with `--out`.
    #[arg(long, value_name = "DIR", requires = "out")]
    models: Option<PathBuf>,
    /// A folder to write a workspace of its own to.
    #[arg(long, value_name = "DIR", requires = "models")]
    out: Option<PathBuf>,
    /// Where `spapi-core` stands for that workspace; without it, the published one is named.
    #[arg(long, value_name = "PATH", requires = "out")]
    core: Option<PathBuf>,
}

/// An API with all that its files are made of.
struct Made<'a> {
    api: &'a Api,
    operations: Vec<Operation>,
    types: Types,
    reach: Reach,
    facts: facts_table::Facts,
}

/// Generates, or checks what was generated.
pub fn run(root: &Path, args: &Args) -> Result<()> {
    match (&args.models, &args.out) {
        (Some(models), Some(out)) => into_own_workspace(root, models, out, args),
        _ => into_this_workspace(root, args),
    }
}

fn into_this_workspace(root: &Path, args: &Args) -> Result<()> {
    refuse_what_is_half_written(root)?;
    let models = root.join("models/upstream");
    if !models.is_dir() {
        bail!("the models are not there: run `cargo xtask models fetch`");
    }
    let pin = Pin::read(&root.join("models"))?;
    let loaded = load_and_warn(&models, Some(&root.join("models/patches")))?;
    let known = Known::read(&root.join("models"))?;
    let Workspace { output, without_words, notes } = workspace(root, loaded.files, &known, &pin, &args.sections)?;
    for warning in without_words.iter().chain(&notes) {
        eprintln!("warning: {warning}");
    }
    finish(root, &output, args.check)?;
    if args.check && !without_words.is_empty() {
        bail!("{} things have no words of ours; the warnings name them", without_words.len());
    }
    Ok(())
}

/// What is generated of this workspace.
pub struct Workspace {
    pub output: Output,
    /// What `models/docs` has no words for, a line each.
    pub without_words: Vec<String>,
    /// Words and retirements of what is not among the models, a line each.
    pub notes: Vec<String>,
}

/// Everything that is generated of this workspace, or of some of its sections, in memory.
pub fn workspace(
    root: &Path,
    models: Vec<ModelFile>,
    known: &Known,
    pin: &Pin,
    wanted: &[String],
) -> Result<Workspace> {
    // Not the commit: a crate that an update leaves as it is must not differ from the one that was released.
    let source = pin.repository.clone();
    let sections = known.name(models, true)?;
    let mut output = Output::default();
    let made = make(&sections)?;
    warn_of_unjudged(&made);
    for made in made.iter().flatten() {
        metadata::check_rows(made.api, &made.operations)?;
    }
    section_files(&mut output, &sections, &made, &source, wanted, &known.versions)?;
    if wanted.is_empty() {
        common_files(&mut output, &sections, &made, known, &source);
        let digest = emit::digest::write(&operations(&sections, &made), &format!("{source}@{}", pin.short_commit()));
        output.file("models/OPERATIONS.md", digest);
        let table = emit::digest::section_table(&operations(&sections, &made));
        let readme = std::fs::read_to_string(root.join("README.md")).context("README.md does not open")?;
        output.file(
            "README.md",
            output::between_markers("README.md", &readme, "<!-- sections:begin -->", "<!-- sections:end -->", &table)?,
        );
        let manifest =
            std::fs::read_to_string(root.join("tests/Cargo.toml")).context("tests/Cargo.toml does not open")?;
        let dependencies = emit::krate::path_dependencies(&sections);
        let manifest = output::between_markers(
            "tests/Cargo.toml",
            &manifest,
            "# sections:begin",
            "# sections:end",
            &dependencies,
        )?;
        output.file("tests/Cargo.toml", manifest);
        let resolved = sections.iter().zip(&made).map(|(section, apis)| Ok((section, calls(apis)?)));
        let resolved = resolved.collect::<Result<Vec<_>>>()?;
        output.file("tests/generated/readmes.rs", emit::readme::compile_test(&resolved, &source));
        output.file("tests/generated/dispatch.rs", emit::dispatch::write(&resolved, &source));
        output.owns("tests/generated", None);
        output.owns("crates/api", Some("*/src/ext"));
    }
    let ids = operation_ids(&sections, &made);
    let without_words = known.words.missing(&sections, &ids);
    let notes = [known.words.superfluous(&sections, &ids), known.retirements.superfluous(&ids)].concat();
    Ok(Workspace { output, without_words, notes })
}

/// The ids of the operations, by section and module.
fn operation_ids<'a>(sections: &'a [Section], made: &'a [Vec<Made>]) -> OperationIds<'a> {
    let apis = sections.iter().zip(made).flat_map(|(section, apis)| apis.iter().map(move |made| (section, made)));
    apis.map(|(section, made)| {
        let ids = made.operations.iter().map(|operation| operation.id.as_str()).collect();
        ((section.name.as_str(), made.api.module.as_str()), ids)
    })
    .collect()
}

/// A section as it is generated, for those who compare.
pub struct Generated {
    /// `orders`; its crate is `spapi-orders`.
    pub name: String,
    pub apis: Vec<GeneratedApi>,
    /// The crate's files by their place in it.
    pub files: BTreeMap<String, String>,
    /// Its rows of the operations table.
    pub table: String,
    /// Why it cannot be generated; it has no files and no operations then.
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

/// Generates every section in memory. Rows of `sections.toml` for what these models lack are passed over, and a section
/// that cannot be generated says why.
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
            for (_, rows) in operations(sections, &made) {
                generated.table = emit::operations_table::write_section(section, &rows, "models");
            }
            for (api, made) in generated.apis.iter_mut().zip(made.into_iter().flatten()) {
                api.operations = made.operations;
            }
        }
        Err(error) => generated.failure = Some(format!("{error:#}")),
    }
    generated
}

fn section_folder(section: &Section) -> PathBuf {
    PathBuf::from("crates/api").join(&section.name)
}

fn into_own_workspace(root: &Path, models: &Path, out: &Path, args: &Args) -> Result<()> {
    // Our patches belong to the pinned models; these may be any.
    let loaded = load_and_warn(models, None)?;
    let known = Known::read(&root.join("models"))?;
    let sections = known.name(loaded.files, false)?;
    let manifest = out.join("Cargo.toml");
    if let Ok(text) = std::fs::read_to_string(&manifest) {
        if !text.contains(emit::MARK) {
            bail!("{} was not written by this command: choose another folder for --out", manifest.display());
        }
    } else if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) && !args.check {
        bail!("{} holds something else: choose an empty folder for --out", out.display());
    }
    let core = args.core.as_deref().map(|path| {
        let found = path.canonicalize().with_context(|| format!("--core {} is not there", path.display()))?;
        match found.join("Cargo.toml").is_file() {
            true => Ok(found),
            false => bail!("--core {} holds no crate", path.display()),
        }
    });
    let source = "a folder of models";
    let mut output = Output::default();
    let made = make(&sections)?;
    warn_of_unjudged(&made);
    section_files(&mut output, &sections, &made, source, &args.sections, &Versions::default())?;
    if args.sections.is_empty() {
        common_files(&mut output, &sections, &made, &known, source);
        output.file("models/OPERATIONS.md", emit::digest::write(&operations(&sections, &made), source));
        output.file("Cargo.toml", emit::krate::workspace(core.transpose()?.as_deref(), source));
        // The hand-written half of the operations table goes along.
        output.file("crates/metadata/Cargo.toml", include_str!("../../../crates/metadata/Cargo.toml").to_owned());
        output.file("crates/metadata/src/lib.rs", include_str!("../../../crates/metadata/src/lib.rs").to_owned());
        output.file("crates/metadata/src/table.rs", include_str!("../../../crates/metadata/src/table.rs").to_owned());
        output.file("crates/metadata/src/find.rs", include_str!("../../../crates/metadata/src/find.rs").to_owned());
        output.file("crates/metadata/README.md", include_str!("../../../crates/metadata/README.md").to_owned());
        output.owns("crates", None);
    }
    finish(out, &output, args.check)
}

fn load_and_warn(models: &Path, patches: Option<&Path>) -> Result<load::Models> {
    let loaded = load::load_models(models, patches)?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(loaded)
}

/// Lists the POST operations of which nobody has said how they bear repeating. They are generated all the same.
fn warn_of_unjudged(made: &[Vec<Made>]) {
    for made in made.iter().flatten() {
        for operation in metadata::unjudged_posts(made.api, &made.operations) {
            eprintln!(
                "warning: {}: the POST {} counts as `once`, since models/sections.toml does not say how it bears \
                 repeating: give it a `repeat`",
                made.api.place, operation.id
            );
        }
    }
}

/// Makes everything of every section, in memory, on all processors.
fn make(sections: &[Section]) -> Result<Vec<Vec<Made<'_>>>> {
    let make_api = |api| make_api(api).with_context(|| format!("in {}", api.place));
    sections.par_iter().map(|section| section.apis.par_iter().map(make_api).collect()).collect()
}

fn make_api(api: &Api) -> Result<Made<'_>> {
    let mut document = api.document.clone();
    normalise::operation_ids::apply(&mut document)?;
    normalise::shared::apply(&mut document)?;
    normalise::all_of::apply(&mut document)?;
    let answers = normalise::answers::read(&document);
    let operations = metadata::operations(api, &document, &answers)?;
    normalise::answers::reduce(&mut document);
    normalise::money::apply(&mut document);
    let mut openapi = convert::to_openapi(&document)?;
    normalise::hoist::apply(&mut openapi)?;
    let facts = facts_table::Facts::read(&openapi);
    normalise::formats::apply(&mut openapi);
    normalise::bounds::apply(&mut openapi);
    let values = normalise::enum_values::take(&mut openapi);
    let mut types = types::of(&openapi, values)?;
    let reach = passes::reach::apply(&mut types, &operations);
    passes::absence::apply(&mut types, &reach);
    passes::decimals::apply(&mut types);
    passes::unknown_fields::apply(&mut types, &reach);
    Ok(Made { api, operations, types, reach, facts })
}

/// The calls of a section's APIs.
fn calls<'a>(apis: &'a [Made<'a>]) -> Result<Vec<ApiCalls<'a>>> {
    apis.iter()
        .map(|made| {
            let calls = made.operations.iter().map(|operation| emit::operations::call(operation, &made.types));
            let calls = calls.collect::<Result<_>>().with_context(|| format!("in {}", made.api.place))?;
            Ok(ApiCalls { api: made.api, types: &made.types, calls })
        })
        .collect()
}

/// The files of the section crates.
fn section_files(
    output: &mut Output,
    sections: &[Section],
    made: &[Vec<Made>],
    source: &str,
    wanted: &[String],
    versions: &Versions,
) -> Result<()> {
    if let Some(unknown) = wanted.iter().find(|name| !sections.iter().any(|section| section.name == **name)) {
        let names: Vec<_> = sections.iter().map(|section| section.name.as_str()).collect();
        bail!("there is no section {unknown}; there are {}", names.join(", "));
    }
    for (section, apis) in sections.iter().zip(made) {
        if !wanted.is_empty() && !wanted.contains(&section.name) {
            continue;
        }
        let folder = section_folder(section);
        let resolved = calls(apis)?;
        output.file(folder.join("Cargo.toml"), emit::krate::manifest(section, versions.of(&section.name), source));
        output.file(folder.join("README.md"), emit::readme::write(section, &resolved, source));
        output.file(folder.join("src/lib.rs"), emit::krate::lib(section, source));
        output.file(folder.join("src/generated/mod.rs"), emit::krate::generated(section, source));
        for (made, resolved) in apis.iter().zip(&resolved) {
            let folder = folder.join("src/generated").join(&made.api.module);
            let operations = &made.operations;
            let module = emit::module::write(&section.title, made.api, &resolved.calls, &made.types, source);
            output.file(folder.join("mod.rs"), module);
            output
                .file(folder.join("meta.rs"), emit::meta::write(&section.name, &made.api.version, operations, source));
            output.file(folder.join("operations.rs"), emit::operations::write(&resolved.calls, &made.types, source));
            output.file(folder.join("types.rs"), emit::types::write(&made.types, &made.reach, &made.facts, source));
        }
        if !wanted.is_empty() {
            output.owns(folder, Some("src/ext"));
        }
    }
    Ok(())
}

/// The operations table.
fn common_files(output: &mut Output, sections: &[Section], made: &[Vec<Made>], known: &Known, source: &str) {
    let operations = operations(sections, made);
    let table = PathBuf::from("crates/metadata/src/generated");
    output.file(table.join("mod.rs"), emit::operations_table::write_root(sections, &known.retirements, source));
    for (section, operations) in &operations {
        let file = table.join(format!("{}.rs", section.name.replace('-', "_")));
        output.file(file, emit::operations_table::write_section(section, operations, source));
    }
    output.owns(table, None);
}

/// Each section with the operations of its APIs.
fn operations<'a>(sections: &'a [Section], made: &'a [Vec<Made>]) -> Vec<SectionOperations<'a>> {
    let of_apis = |apis: &'a Vec<Made>| apis.iter().map(|made| made.operations.as_slice()).collect();
    sections.iter().zip(made.iter().map(of_apis)).collect()
}

fn finish(root: &Path, output: &Output, check: bool) -> Result<()> {
    if check {
        let found = output.compare(root)?;
        if found.is_empty() {
            println!("{} generated files are as they should be", output.len());
            return Ok(());
        }
        bail!("{}run `cargo xtask generate`", found.lines(["changed", "missing", "superfluous"]));
    }
    std::fs::create_dir_all(root).with_context(|| format!("{} cannot be made", root.display()))?;
    let found = output.write(root)?;
    print!("{}", found.lines(["changed", "new", "removed"]));
    println!(
        "{} files, {} lines: {} changed, {} new, {} removed",
        output.len(),
        output.lines(),
        found.changed.len(),
        found.missing.len(),
        found.superfluous.len()
    );
    Ok(())
}
