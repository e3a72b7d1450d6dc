//! The files of a workspace: the section crates, the operations table, and other files made from all sections.

use crate::catalog::Section;
use crate::emit::operations::Call;
use crate::emit::readme::ApiCalls;
use crate::emit::{self, SectionOperations};
use crate::known::{Known, Versions};
use crate::load::ModelFile;
use crate::make::{Made, make};
use crate::metadata::{self, Answers};
use crate::notifications::{self, Notifications, Schemas};
use crate::output::{self, Output};
use crate::retirements::Retirements;
use crate::rows::Reports;
use crate::streams::fields::{Sources, of_streams};
use crate::words::{OperationIds, Review};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where the models of this workspace come from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The repository on GitHub, as `owner/name`.
    pub repository: &'a str,
    /// The first digits of the commit.
    pub commit: &'a str,
}

/// The generated files and notes of a workspace.
pub struct Workspace {
    pub output: Output,
    /// A line for each thing that `models/docs` has no words for, and for each entry there that cannot be right.
    pub without_words: Vec<String>,
    /// How many fields have words, in a sentence.
    pub words: String,
    /// A line for each POST operation whose `repeat` is not in `models/sections.toml`.
    pub unjudged: Vec<String>,
    /// A line for each entry of words and each retirement of something that is not in the models.
    pub notes: Vec<String>,
}

/// Generates this workspace, or some of its sections, in memory. `schemas` are Amazon's schemas of notifications.
pub fn workspace(
    root: &Path,
    models: Vec<ModelFile>,
    schemas: &Schemas,
    known: &Known,
    origin: Origin,
    wanted: &[String],
) -> Result<Workspace> {
    // Not the commit, so that a crate that an update does not change stays equal to its released version.
    let source = origin.repository.to_owned();
    let sections = known.name(models, true)?;
    let mut output = Output::default();
    let made = make(&sections)?;
    for made in made.iter().flatten() {
        metadata::check_rows(made.api, &made.operations)?;
    }
    section_files(&mut output, &sections, &made, &source, wanted, &known.versions)?;
    if wanted.is_empty() {
        common_files(&mut output, &sections, &made, known, &source);
        known.documents.check_retirements(&known.retirements)?;
        let folder = PathBuf::from("crates/document-types/src/generated");
        for (name, text) in emit::document_types::write(&known.documents, &known.retirements) {
            output.file(folder.join(name), text);
        }
        output.owns(folder);
        let overview = emit::overview::write(&operations(&sections, &made), &format!("{source}@{}", origin.commit));
        output.file("models/OPERATIONS.md", overview);
        let table = emit::overview::section_table(&operations(&sections, &made));
        let readme = std::fs::read_to_string(root.join("README.md")).context("README.md cannot be opened")?;
        output.file(
            "README.md",
            output::between_markers("README.md", &readme, "<!-- sections:begin -->", "<!-- sections:end -->", &table)?,
        );
        let manifest =
            std::fs::read_to_string(root.join("tests/Cargo.toml")).context("tests/Cargo.toml cannot be opened")?;
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
        output.owns("tests/generated");
        output.owns("crates/api");
        row_files(&mut output, &known.reports);
        known.notifications.check_retirements(&known.retirements)?;
        notification_files(&mut output, &known.notifications, schemas, &known.retirements, &source)?;
        let streams = known.streams.complete(&known.documents, &known.reports).context("in models/streams")?;
        let sources = Sources { sections: &sections, schemas: &root.join("crates/document-types/src/schemas") };
        let rows = streams.streams.iter().map(|(name, stream)| (name, &stream.row));
        let fields = of_streams(rows, &sources).context("in models/streams")?;
        let folder = PathBuf::from("crates/sync/src/generated");
        for (name, text) in emit::streams::write(&streams, &fields) {
            output.file(folder.join(name), text);
        }
        output.owns(folder);
    }
    let ids = operation_ids(&sections, &made);
    let review = Review::of(&known.words, &sections, &made);
    let without_words = [known.words.missing(&sections, &ids), review.faults].concat();
    let notes = [
        known.words.superfluous(&sections, &ids),
        review.superfluous,
        known.retirements.superfluous(&ids),
        schemas.without_row(&known.notifications),
    ]
    .concat();
    Ok(Workspace { output, without_words, words: review.summary, unjudged: unjudged(&made), notes })
}

/// Generates a separate workspace from any models, in memory. `core` is the folder of `spapi-core`; without it the
/// workspace uses the published crate.
///
/// # Errors
/// When a model cannot be generated, or a requested section does not exist.
pub fn own_workspace(
    models: Vec<ModelFile>,
    known: &Known,
    core: Option<&Path>,
    wanted: &[String],
) -> Result<Workspace> {
    let sections = known.name(models, false)?;
    let source = "a folder of models";
    let mut output = Output::default();
    let made = make(&sections)?;
    section_files(&mut output, &sections, &made, source, wanted, &Versions::default())?;
    if wanted.is_empty() {
        common_files(&mut output, &sections, &made, known, source);
        output.file("models/OPERATIONS.md", emit::overview::write(&operations(&sections, &made), source));
        output.file("Cargo.toml", emit::krate::workspace(core, source));
        // The hand-written half of the operations table is copied too.
        output.file("crates/metadata/Cargo.toml", include_str!("../../crates/metadata/Cargo.toml").to_owned());
        output.file("crates/metadata/src/lib.rs", include_str!("../../crates/metadata/src/lib.rs").to_owned());
        output.file("crates/metadata/src/table.rs", include_str!("../../crates/metadata/src/table.rs").to_owned());
        output.file("crates/metadata/src/find.rs", include_str!("../../crates/metadata/src/find.rs").to_owned());
        output.file("crates/metadata/README.md", include_str!("../../crates/metadata/README.md").to_owned());
        output.owns("crates");
    }
    Ok(Workspace {
        output,
        without_words: Vec::new(),
        words: String::new(),
        unjudged: unjudged(&made),
        notes: Vec::new(),
    })
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

pub fn section_folder(section: &Section) -> PathBuf {
    PathBuf::from("crates/api").join(&section.name)
}

/// A line for each POST operation without a `repeat`. They are still generated.
fn unjudged(made: &[Vec<Made>]) -> Vec<String> {
    let warnings = made.iter().flatten().flat_map(|made| {
        metadata::unjudged_posts(made.api, &made.operations).map(|operation| {
            format!(
                "{}: the POST {} counts as `once`, because models/sections.toml does not say whether it can be repeated: give \
                 it a `repeat`",
                made.api.place, operation.id
            )
        })
    });
    warnings.collect()
}

/// The calls of a section's APIs.
fn calls<'a>(apis: &'a [Made<'a>]) -> Result<Vec<ApiCalls<'a>>> {
    apis.iter()
        .map(|made| {
            let calls = made.operations.iter().map(|operation| emit::operations::call(operation, &made.types));
            let calls = calls.collect::<Result<Vec<_>>>().and_then(check_names);
            let calls = calls.with_context(|| format!("in {}", made.api.place))?;
            Ok(ApiCalls { api: made.api, types: &made.types, bodies: &made.bodies, calls })
        })
        .collect()
}

/// Fails if two calls would have the same builder, or the response of one would have the name of another's builder.
fn check_names(calls: Vec<Call>) -> Result<Vec<Call>> {
    let mut taken = BTreeMap::new();
    for call in &calls {
        let answer = matches!(call.operation.answers, Answers::ByStatus(_)).then(|| call.answer.clone());
        for name in [call.operation.builder_name()].into_iter().chain(answer) {
            if let Some(other) = taken.insert(name.clone(), &call.operation.id) {
                bail!("the operations {other} and {} would both have the type `{name}`: patch one", call.operation.id);
            }
        }
    }
    Ok(calls)
}

/// The files of the section crates.
pub fn section_files(
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
            output.owns(folder);
        }
    }
    Ok(())
}

/// The operations table.
fn common_files(output: &mut Output, sections: &[Section], made: &[Vec<Made>], known: &Known, source: &str) {
    let operations = operations(sections, made);
    let table = PathBuf::from("crates/metadata/src/generated");
    output.file(table.join("mod.rs"), emit::operations_table::write_root(sections, &known.retirements, source));
    for ((section, operations), made) in operations.iter().zip(made) {
        let bodies: Vec<_> = made.iter().map(|made| &made.bodies).collect();
        let file = table.join(format!("{}.rs", section.name.replace('-', "_")));
        output.file(file, emit::operations_table::write_section(section, operations, &bodies, source));
    }
    output.owns(table);
}

/// The rows of reports. They depend on no model.
pub fn row_files(output: &mut Output, reports: &Reports) {
    let folder = PathBuf::from("crates/rows/src/generated");
    output.file(folder.join("mod.rs"), emit::rows::write_root(reports));
    for (report_type, format, rows) in reports.own() {
        let file = folder.join(format!("{}.rs", emit::rows::module(report_type)));
        output.file(file, emit::rows::write_report(reports, report_type, format, rows));
    }
    output.owns(folder);
}

/// The notification types with their payloads.
///
/// # Errors
/// When a payload cannot be generated.
pub fn notification_files(
    output: &mut Output,
    notifications: &Notifications,
    schemas: &Schemas,
    retirements: &Retirements,
    source: &str,
) -> Result<()> {
    let folder = PathBuf::from("crates/events/src/generated");
    let made = notifications::make(notifications, schemas).context("in models/notifications.toml")?;
    for (name, text) in emit::notifications::write(notifications, &made, retirements, source) {
        output.file(folder.join(name), text);
    }
    output.owns(folder);
    Ok(())
}

/// Each section with the operations of its APIs.
pub fn operations<'a>(sections: &'a [Section], made: &'a [Vec<Made>]) -> Vec<SectionOperations<'a>> {
    let of_apis = |apis: &'a Vec<Made>| apis.iter().map(|made| made.operations.as_slice()).collect();
    sections.iter().zip(made.iter().map(of_apis)).collect()
}
