//! `models update`: updates the project to other models, completely or not at all: the pin, the crates, their versions,
//! the changelogs.

mod changelog;
mod guard;
mod lock;
mod manifests;
mod patches;
mod rates;
mod rows;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, bail};
use toml_edit::DocumentMut;

use super::fetch;
use super::pin::{self, Pin};
use super::source::{Network, Tree};
use changelog::Raised;
use codegen::Generated;
use codegen::catalog::{Exceptions, Sections};
use codegen::diff::level::Verdict;
use codegen::diff::{self, ChangeReport, Side};
use codegen::escape::terminal;
use codegen::known::{Known, Rates, Versions};
use codegen::load;
use codegen::notifications::Schemas;
use codegen::output::Output;
use codegen::retirements::check_date;

/// The source of the new models, and what the update may do.
#[derive(clap::Args)]
pub struct Args {
    /// The commit, as 40 hexadecimal digits [default: the newest one, or what the archive says]
    #[arg(value_name = "COMMIT")]
    commit: Option<String>,
    /// Take the files from this archive (.tar.gz) or unpacked folder instead of the network
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// The day of the commit, as YYYY-MM-DD, if the archive or folder does not have it
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Print what changed and what the update would do, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite files that are not committed
    #[arg(long)]
    allow_dirty: bool,
    /// Accept models from which more than a tenth has disappeared
    #[arg(long)]
    allow_removals: bool,
    /// Accept models that are older than the pinned ones
    #[arg(long)]
    allow_older: bool,
    #[command(flatten)]
    network: Network,
}

/// Updates the checkout whose `models/` is `folder`.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    let folder = folder.canonicalize().with_context(|| format!("{} does not exist", folder.display()))?;
    let root = folder.parent().context("models/ has no parent folder")?.to_owned();
    codegen::refuse_what_is_half_written(&root)?;
    if !args.dry_run && !args.allow_dirty {
        refuse_uncommitted(&root)?;
    }
    let old_pin = Pin::read(&folder)?;
    fetch::require_complete(&old_pin, &folder.join("upstream"))?;
    let Some(compared) = Compared::new(args, &folder, old_pin).context("nothing was changed")? else { return Ok(()) };
    if !args.dry_run {
        return compared.plan(&folder, &root).context("nothing was changed")?.apply();
    }
    let too_old = guard::age(&compared.old_pin, &compared.new_pin, args.allow_older);
    let planned = compared.plan(&folder, &root).map(|update| {
        println!("\n## What the update would do\n");
        update.summary.iter().for_each(|line| println!("- {line}"));
    });
    for error in [&too_old, &planned].into_iter().filter_map(|result| result.as_ref().err()) {
        println!("\n## What would stop the update\n\n{}", terminal(&format!("{error:#}")));
    }
    too_old.and(planned).context("the update would stop; nothing was changed")
}

/// An update overwrites generated files, and people must review its changes apart from others.
fn refuse_uncommitted(root: &Path) -> Result<()> {
    let files = guard::uncommitted(root);
    if let Some(first) = files.first() {
        bail!(
            "{} files are not committed, {first} first: commit or stash them, or pass --allow-dirty to have them written \
             over where the update writes",
            files.len()
        );
    }
    Ok(())
}

/// Both sets of models, generated in memory and compared.
struct Compared {
    tree: Tree,
    old_pin: Pin,
    new_pin: Pin,
    old: Side,
    new: Side,
    report: ChangeReport,
    known: Known,
}

impl Compared {
    /// Compares the pinned models with the requested ones and prints the change report; `None` if they are the same.
    fn new(args: &Args, folder: &Path, old_pin: Pin) -> Result<Option<Self>> {
        let tree = new_tree(args, folder, &old_pin)?;
        let new_pin = new_pin(args, &tree)?;
        if new_pin == old_pin {
            println!("nothing to do: the project already uses {}", tree.title());
            return Ok(None);
        }
        // A dry run shows the change report of older models too, and fails afterwards.
        guard::age(&old_pin, &new_pin, args.allow_older || args.dry_run)?;
        if let Some(note) = guard::older(&old_pin, &new_pin) {
            println!("Note: {note}.\n");
        }
        guard::files(&tree.root, &new_pin.files)?;
        let names = |pin: &Pin| pin.files.keys().cloned().collect::<Vec<_>>();
        guard::removals("files", &names(&old_pin), &names(&new_pin), args.allow_removals)?;

        eprintln!("generating the models of {} and {} in memory", old_pin.short_commit(), new_pin.short_commit());
        let old = Tree::pinned(folder, &old_pin).side(folder)?;
        let new = tree.side(folder)?;
        let sound = |side: &Side| side.sections.values().all(|section| section.failure.is_none());
        if sound(&new) {
            guard::removals("operations", &operation_names(&old), &operation_names(&new), args.allow_removals)?;
        }
        let mut report = diff::compare(&old, &new)?;
        let known = Known::read(folder)?;
        report.retirements = known.retirements.near(None)?;
        print!("{}", report.to_markdown());
        Ok(Some(Self { tree, old_pin, new_pin, old, new, report, known }))
    }

    /// Creates everything that the update writes, in memory.
    fn plan(self, folder: &Path, root: &Path) -> Result<Update> {
        let Self { tree, old_pin, new_pin, old, new, report, known } = self;
        patches::check(&tree.root, &folder.join("patches"), &report)?;
        refuse_what_cannot_be_generated(&new)?;

        let mut summary = Vec::new();
        let sections_path = folder.join("sections.toml");
        let rows_text = text_of(&sections_path)?.unwrap_or_default();
        let (rows_text, lines) = rows::mark(&rows_text, &operations_of(&new))?;
        summary.extend(lines.into_iter().map(|line| format!("models/sections.toml: {line}")));
        let (rates, lines) = rates::keep(&known.rates, old.sections.values(), new.sections.values(), &old_pin.commit);
        summary.extend(lines.into_iter().map(|line| format!("models/rates.toml: {line}")));
        let (versions, mut raised) = raise(&report, &known.versions)?;
        let generated_in = raise_generated_in(root, &report)?;
        let known = Known { sections: Sections::parse(&rows_text)?, rates, versions, ..known };

        let loaded = load::load_models(&tree.root, &tree.name, Some(&folder.join("patches")))?;
        let models_line = format!("Models: {} at `{}` ({}).", new_pin.repository, new_pin.short_commit(), new_pin.date);
        let schemas = Schemas::read(&tree.root)?;
        let generated = codegen::workspace(root, loaded.files, &schemas, &known, new_pin.origin(), &[])?;
        generated.unjudged.iter().for_each(|line| eprintln!("warning: {line}"));
        let mut output = generated.output;
        output.file("models/upstream.toml", new_pin.to_text()?);
        if sections_path.exists() {
            output.file("models/sections.toml", rows_text);
        }
        if !known.rates.0.is_empty() || folder.join(Rates::FILE).exists() {
            output.file(Path::new("models").join(Rates::FILE), known.rates.to_text()?);
        }
        if !known.versions.0.is_empty() {
            output.file(Path::new("models").join(Versions::FILE), known.versions.to_text()?);
        }
        let mut versions: BTreeMap<String, String> =
            raised.iter().map(|raised| (raised.name.clone(), raised.to.clone())).collect();
        for (manifest, one) in generated_in {
            output.file(one.folder.join("Cargo.toml"), manifest);
            versions.insert(one.name.clone(), one.to.clone());
            raised.push(one);
        }
        for followed in manifests::follow(root, &versions)? {
            output.file(followed.place, followed.text);
            if let Some(follower) = followed.raised {
                versions.insert(follower.name.clone(), follower.to.clone());
                raised.push(follower);
            }
        }
        for raised in &raised {
            let place = raised.folder.join("CHANGELOG.md");
            let entries = changelog::entries(&report, raised);
            let text = text_of(&root.join(&place))?;
            let text = changelog::add(text.as_deref(), raised, &models_line, entries);
            output.file(&place, text.with_context(|| place.display().to_string())?);
        }
        refuse_dependents(root, &report)?;

        summary.extend(raised.iter().map(|raised| match &raised.from {
            Some(from) => format!("{}: {from} to {}", raised.name, raised.to),
            None => format!("{}: {}, a new crate", raised.name, raised.to),
        }));
        let removed = report.crates.iter().filter(|row| row.state == "removed");
        summary.extend(removed.map(|row| format!("{} is removed: say so in CHANGELOG.md", row.name)));
        summary.extend(to_judge(&report, &new, &known.sections));
        summary.extend(generated.without_words.into_iter().chain(generated.notes));
        Ok(Update { root: root.to_owned(), tree, output, summary })
    }
}

/// Everything to write, in memory, and the summary to print.
struct Update {
    root: PathBuf,
    tree: Tree,
    output: Output,
    summary: Vec<String>,
}

impl Update {
    /// Writes everything; when anything fails, restores the tree.
    fn apply(self) -> Result<()> {
        let (found, mut transaction) =
            self.output.begin(&self.root).context("the update failed, and nothing was changed")?;
        transaction
            .put(&self.tree.root, Path::new("models/upstream"))
            .context("the update failed, and nothing was changed")?;
        if let Some(lock) = text_of(&self.root.join("Cargo.lock"))? {
            // The transaction must undo cargo's changes to it too.
            transaction.write(Path::new("Cargo.lock"), &lock)?;
            lock::follow(&self.root).context("the update failed, and nothing was changed")?;
        }
        transaction.commit();
        println!("\n## Done\n");
        println!(
            "- {} files changed, {} new, {} removed; the working tree is ready to check and commit",
            found.changed.len(),
            found.missing.len(),
            found.superfluous.len()
        );
        self.summary.iter().for_each(|line| println!("- {line}"));
        Ok(())
    }
}

/// The text of a file; `None` if there is none.
fn text_of(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", path.display())),
    }
}

fn new_tree(args: &Args, folder: &Path, old_pin: &Pin) -> Result<Tree> {
    if let Some(commit) = &args.commit {
        pin::check_commit(commit)?;
    }
    match &args.from {
        Some(path) => Tree::of_path(path, Some(folder)),
        None => {
            let commit = args.commit.as_deref().unwrap_or("HEAD");
            Tree::of_commit(commit, &old_pin.repository, &args.network, Some(folder), "it with `--from FILE`")
        }
    }
}

fn new_pin(args: &Args, tree: &Tree) -> Result<Pin> {
    let commit = match (&args.commit, &tree.commit) {
        (Some(asked), Some(found)) if asked != found => {
            bail!("{} holds commit {found}, not {asked}", tree.name);
        }
        (Some(commit), _) | (None, Some(commit)) => commit,
        (None, None) => bail!("{} does not say its commit: give COMMIT and --date", tree.name),
    };
    let Some(date) = args.date.as_ref().or(tree.date.as_ref()) else {
        bail!("{} does not say the day of its commit: give --date", tree.name);
    };
    pin::check_commit(commit)?;
    check_date(date)?;
    Pin::of_path(&tree.root, commit, date)
}

fn operations_of(side: &Side) -> rows::Operations {
    let apis = side.sections.values().flat_map(|section| &section.apis);
    apis.map(|api| (api.place.clone(), api.operations.iter().map(|operation| operation.id.clone()).collect())).collect()
}

fn operation_names(side: &Side) -> Vec<String> {
    let all = operations_of(side);
    all.iter().flat_map(|(place, ids)| ids.iter().map(move |id| format!("{place}: {id}"))).collect()
}

/// The versions of exactly the crates that change.
fn raise(report: &ChangeReport, versions: &Versions) -> Result<(Versions, Vec<Raised>)> {
    let mut next = versions.clone();
    let mut raised = Vec::new();
    for row in report.crates.iter().filter(|row| !row.section.is_empty()) {
        let from = versions.of(&row.section).to_owned();
        if row.state == "removed" {
            // A section that returns must not reuse its version.
            next.0.insert(row.section.clone(), from);
            continue;
        }
        let to = match row.state {
            "new" if versions.0.contains_key(&row.section) => Verdict::Major.raise(&from)?,
            "new" => from.clone(),
            _ if row.verdict == Verdict::None => continue,
            _ => row.verdict.raise(&from)?,
        };
        if to != from {
            next.0.insert(row.section.clone(), to.clone());
        }
        let from = (row.state == "kept").then_some(from);
        raised.push(Raised {
            folder: Path::new("crates/api").join(&row.section),
            section: row.section.clone(),
            name: row.name.clone(),
            from,
            to,
            why: String::new(),
        });
    }
    Ok((next, raised))
}

/// The crates that are written by hand and hold generated files, with the reason why a version rises.
const GENERATED_IN: [(&str, &str, &str); 2] = [
    ("spapi-metadata", "crates/metadata", "Its rows follow the models."),
    ("spapi-events", "crates/events", "Its payloads follow Amazon's schemas."),
];

/// The manifests of those crates with their next versions, where their generated files change.
fn raise_generated_in(root: &Path, report: &ChangeReport) -> Result<Vec<(String, Raised)>> {
    let read = |path: &Path| -> Result<DocumentMut> {
        let text =
            fs::read_to_string(root.join(path)).with_context(|| format!("{} cannot be opened", path.display()))?;
        text.parse().with_context(|| format!("{} cannot be parsed", path.display()))
    };
    let mut raised = Vec::new();
    for (name, folder, why) in GENERATED_IN {
        let Some(row) = report.crates.iter().find(|row| row.name == name && row.verdict != Verdict::None) else {
            continue;
        };
        let folder = Path::new(folder);
        let mut manifest = read(&folder.join("Cargo.toml"))?;
        let (from, to) = manifests::next_version(&mut manifest, &read(Path::new("Cargo.toml"))?, row.verdict)?;
        let one = Raised {
            folder: folder.to_owned(),
            section: String::new(),
            name: name.to_owned(),
            from: Some(from),
            to,
            why: why.to_owned(),
        };
        raised.push((manifest.to_string(), one));
    }
    Ok(raised)
}

fn refuse_what_cannot_be_generated(new: &Side) -> Result<()> {
    let failures = new.sections.values().filter_map(|section| Some((&section.name, section.failure.as_ref()?)));
    let lines: String = failures.map(|(name, failure)| format!("\n  spapi-{name}: {failure}")).collect();
    if lines.is_empty() {
        return Ok(());
    }
    bail!(
        "the new models cannot be generated:{lines}\n\
         correct the row in models/sections.toml, or repair the model with a patch under models/patches"
    )
}

/// Hand-written code must not depend on a removed section.
fn refuse_dependents(root: &Path, report: &ChangeReport) -> Result<()> {
    for row in report.crates.iter().filter(|row| row.state == "removed") {
        if let Some(place) = manifests::dependent(root, &row.name)? {
            bail!(
                "Amazon has removed the section {}, and {} depends on {}: remove the dependency first, or keep the models \
                 as they are",
                row.section,
                place.display(),
                row.name
            );
        }
    }
    Ok(())
}

/// New operations that write and that nobody has judged yet: what happens when they are sent twice.
fn to_judge(report: &ChangeReport, new: &Side, sections: &Sections) -> Vec<String> {
    let added = |section: &Generated, place: &str, id: &str| {
        report.changes.iter().any(|change| {
            change.section == section.name
                && change.file == place
                && (change.kind == "operation-added" && change.place == id
                    || ["file-added", "section-added"].contains(&change.kind.as_str()))
        })
    };
    let mut lines = Vec::new();
    for section in new.sections.values() {
        for api in &section.apis {
            for operation in &api.operations {
                let writes = ["POST", "PATCH"].contains(&operation.method.as_str());
                let judged = |row: &Exceptions| row.repeat.is_some();
                if writes
                    && added(section, &api.place, &operation.id)
                    && !sections.row(&api.place, &operation.id).is_some_and(judged)
                {
                    lines.push(format!(
                        "models/sections.toml: say whether {} of {} can be repeated (`repeat`); until then it counts as `once`",
                        operation.id, api.place
                    ));
                }
            }
        }
    }
    lines
}
