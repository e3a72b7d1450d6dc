//! `models update`: brings the project to other models, whole or not at all: the pin, the crates, their versions, the
//! changelog.

mod changelog;
mod guard;
mod lock;
mod manifests;
mod patches;
mod rates;
mod rows;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use toml_edit::DocumentMut;

use super::diff::level::Verdict;
use super::diff::{self, Digest, Format, Side};
use super::fetch;
use super::pin::{self, Pin};
use super::source::{Network, Tree};
use crate::generate::catalog::{Exceptions, Sections};
use crate::generate::known::{Known, Rates, Versions};
use crate::generate::{self, Generated};
use crate::load;
use crate::release::git::Git;
use changelog::Raised;

/// Where the new models come from, and what is allowed to happen.
#[derive(clap::Args)]
pub struct Args {
    /// The commit, as 40 hexadecimal digits [default: the newest one, or what the archive says]
    #[arg(value_name = "COMMIT")]
    commit: Option<String>,
    /// Take the files from this archive (.tar.gz) or unpacked folder instead of the network
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// The day of the commit, as YYYY-MM-DD, where the archive or folder does not say it
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Print what changed, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write over files that are not committed
    #[arg(long)]
    allow_dirty: bool,
    /// Take models of which more than a tenth is gone
    #[arg(long)]
    allow_removals: bool,
    #[command(flatten)]
    network: Network,
}

/// Updates the checkout whose `models/` is `folder`.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    let folder = folder.canonicalize().with_context(|| format!("{} is not there", folder.display()))?;
    let root = folder.parent().context("models/ stands in no folder")?.to_owned();
    generate::refuse_what_is_half_written(&root)?;
    if !args.dry_run && !args.allow_dirty {
        refuse_uncommitted(&root)?;
    }
    let old_pin = Pin::read(&folder)?;
    if !fetch::is_complete(&old_pin, &folder.join("upstream")) {
        bail!("models/upstream does not hold the pinned models: run `cargo xtask models fetch` first");
    }
    let update = Update::prepare(args, &folder, &root, old_pin).context("nothing was changed")?;
    if let Some(update) = update {
        update.apply()?;
    }
    Ok(())
}

/// An update writes over what is generated, and its changes are to be reviewed by themselves.
fn refuse_uncommitted(root: &Path) -> Result<()> {
    // Where there is no repository nothing can be lost that it could keep.
    let files = Git::at(root).uncommitted().unwrap_or_default();
    if let Some(first) = files.first() {
        bail!(
            "{} files are not committed, {first} first: commit or stash them, or pass --allow-dirty to have them written \
             over where the update writes",
            files.len()
        );
    }
    Ok(())
}

/// All that is to be written, in memory, with what is to be said.
struct Update {
    root: PathBuf,
    tree: Tree,
    output: generate::output::Output,
    summary: Vec<String>,
}

impl Update {
    fn prepare(args: &Args, folder: &Path, root: &Path, old_pin: Pin) -> Result<Option<Self>> {
        let tree = new_tree(args, folder, &old_pin)?;
        let new_pin = new_pin(args, &tree)?;
        if new_pin == old_pin {
            println!("nothing to do: the project stands on {}", tree.title());
            return Ok(None);
        }
        guard::files(&tree.root, &new_pin.files)?;
        let names = |pin: &Pin| pin.files.keys().cloned().collect::<Vec<_>>();
        guard::removals("files", &names(&old_pin), &names(&new_pin), args.allow_removals)?;

        eprintln!("generating the models of {} and {} in memory", old_pin.short_commit(), new_pin.short_commit());
        let old = Side::of(&Tree::pinned(folder, &old_pin), folder)?;
        let new = Side::of(&tree, folder)?;
        let sound = |side: &Side| side.sections.values().all(|section| section.failure.is_none());
        if sound(&new) {
            guard::removals("operations", &operation_names(&old), &operation_names(&new), args.allow_removals)?;
        }
        let mut digest = diff::compare(&old, &new)?;
        let known = Known::read(folder)?;
        digest.retirements = known.retirements.near(None)?;
        print!("{}", digest.text(Format::Md)?);
        if args.dry_run {
            return Ok(None);
        }
        patches::check(&tree.root, &folder.join("patches"), &digest)?;
        refuse_what_cannot_be_generated(&new)?;

        let mut summary = Vec::new();
        let sections_path = folder.join("sections.toml");
        let rows_text = match sections_path.exists() {
            true => fs::read_to_string(&sections_path).context("models/sections.toml does not open")?,
            false => String::new(),
        };
        let (rows_text, told) = rows::mark(&rows_text, &operations_of(&new))?;
        summary.extend(told.into_iter().map(|line| format!("models/sections.toml: {line}")));
        let (rates, told) = rates::keep(&known.rates, old.sections.values(), new.sections.values(), &old_pin.commit);
        summary.extend(told.into_iter().map(|line| format!("models/rates.toml: {line}")));
        let (versions, mut raised) = raise(&digest, &known.versions)?;
        let operations_table = raise_operations_table(root, &digest)?;
        let known = Known { sections: Sections::parse(&rows_text)?, rates, versions, ..known };

        let loaded = load::load_models(&tree.root, Some(&folder.join("patches")))?;
        let count = format!(
            "{} files, {} sections, {} operations",
            loaded.files.len(),
            new.sections.len(),
            digest.counts.operations_new
        );
        let models_line =
            format!("Models: {} at `{}` ({}): {count}.", new_pin.repository, new_pin.short_commit(), new_pin.date);
        let generated = generate::workspace(root, loaded.files, &known, &new_pin, &[])?;
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
        let mut locked: BTreeMap<String, String> =
            raised.iter().map(|raised| (raised.name.clone(), raised.to.clone())).collect();
        if let Some((manifest, table)) = operations_table {
            output.file("crates/metadata/Cargo.toml", manifest);
            locked.insert(table.name.clone(), table.to.clone());
            raised.push(table);
        }
        for followed in manifests::follow(root, &locked)? {
            output.file(followed.place, followed.text);
            if let Some(follower) = followed.raised {
                locked.insert(follower.name.clone(), follower.to.clone());
                raised.push(follower);
            }
        }
        let changelog = fs::read_to_string(root.join("CHANGELOG.md")).context("CHANGELOG.md does not open")?;
        let entries = changelog::entries(&digest, &raised);
        output.file("CHANGELOG.md", changelog::add(&changelog, &entries, &models_line)?);
        let with_state = |state: &str| -> Vec<String> {
            digest.crates.iter().filter(|row| row.state == state).map(|row| row.name.clone()).collect()
        };
        let (fresh, gone) = (with_state("new"), with_state("removed"));
        if let Ok(text) = fs::read_to_string(root.join("Cargo.lock")) {
            output.file("Cargo.lock", lock::follow(&text, &locked, &fresh, &gone));
        }
        refuse_code_without_a_crate(root, &digest)?;

        summary.extend(raised.iter().map(|raised| match &raised.from {
            Some(from) => format!("{}: {from} to {}", raised.name, raised.to),
            None => format!("{}: {}, a new crate", raised.name, raised.to),
        }));
        summary.extend(to_judge(&digest, &new, &known.sections));
        summary.extend(generated.without_words.into_iter().chain(generated.notes));
        Ok(Some(Self { root: root.to_owned(), tree, output, summary }))
    }

    /// Writes everything; when anything fails, all is as it was.
    fn apply(self) -> Result<()> {
        let (found, mut transaction) =
            self.output.begin(&self.root).context("the update failed, and everything is as it was")?;
        transaction
            .put(&self.tree.root, Path::new("models/upstream"))
            .context("the update failed, and everything is as it was")?;
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

fn new_tree(args: &Args, folder: &Path, old_pin: &Pin) -> Result<Tree> {
    if let Some(commit) = &args.commit {
        pin::check_commit(commit)?;
    }
    match &args.from {
        Some(path) => Tree::of_path(path, Some(folder)),
        None => {
            let commit = args.commit.as_deref().unwrap_or("HEAD");
            Tree::of_commit(commit, &old_pin.repository, &args.network, Some(folder))
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
    pin::check_date(date)?;
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

/// The versions of the crates that change, and of no other.
fn raise(digest: &Digest, versions: &Versions) -> Result<(Versions, Vec<Raised>)> {
    let mut next = versions.clone();
    let mut raised = Vec::new();
    for row in digest.crates.iter().filter(|row| !row.section.is_empty()) {
        let from = versions.of(&row.section).to_owned();
        if row.state == "removed" {
            // Should the section return, its version is taken.
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
        raised.push(Raised { section: row.section.clone(), name: row.name.clone(), from, to, why: String::new() });
    }
    Ok((next, raised))
}

/// The manifest of the operations table with its next version, where its rows change.
fn raise_operations_table(root: &Path, digest: &Digest) -> Result<Option<(String, Raised)>> {
    let name = "spapi-metadata";
    let Some(row) = digest.crates.iter().find(|row| row.name == name && row.verdict != Verdict::None) else {
        return Ok(None);
    };
    let read = |path: &str| -> Result<DocumentMut> {
        let text = fs::read_to_string(root.join(path)).with_context(|| format!("{path} does not open"))?;
        text.parse().with_context(|| format!("{path} does not read"))
    };
    let mut manifest = read("crates/metadata/Cargo.toml")?;
    let (from, to) = manifests::next_version(&mut manifest, &read("Cargo.toml")?, row.verdict)?;
    let why = "Its rows follow the models.".to_owned();
    let raised = Raised { section: String::new(), name: name.to_owned(), from: Some(from), to, why };
    Ok(Some((manifest.to_string(), raised)))
}

fn refuse_what_cannot_be_generated(new: &Side) -> Result<()> {
    let failures = new.sections.values().filter_map(|section| Some((&section.name, section.failure.as_ref()?)));
    let told: String = failures.map(|(name, failure)| format!("\n  spapi-{name}: {failure}")).collect();
    if told.is_empty() {
        return Ok(());
    }
    bail!(
        "the new models cannot be generated:{told}\n\
         correct the row in models/sections.toml, or repair the model with a patch under models/patches"
    )
}

/// A section that is gone must not leave hand-written code behind that belongs to no crate, or that depends on it.
fn refuse_code_without_a_crate(root: &Path, digest: &Digest) -> Result<()> {
    for row in digest.crates.iter().filter(|row| row.state == "removed") {
        if let Some(place) = manifests::dependent(root, &row.name)? {
            bail!(
                "Amazon has removed the section {}, and {} depends on {}: remove the dependency first, or keep the models \
                 as they are",
                row.section,
                place.display(),
                row.name
            );
        }
        let own = root.join("crates/api").join(&row.section).join("src/ext");
        if own.exists() {
            bail!(
                "Amazon has removed the section {}, and {} was written by hand: move it first",
                row.section,
                own.display()
            );
        }
    }
    Ok(())
}

/// New operations that write and of which nobody has judged how they bear repeating.
fn to_judge(digest: &Digest, new: &Side, sections: &Sections) -> Vec<String> {
    let added = |section: &Generated, place: &str, id: &str| {
        digest.changes.iter().any(|change| {
            change.section == section.name
                && change.file == place
                && (change.kind == "operation-added" && change.place == id
                    || ["file-added", "section-added"].contains(&change.kind.as_str()))
        })
    };
    let mut told = Vec::new();
    for section in new.sections.values() {
        for api in &section.apis {
            for operation in &api.operations {
                let writes = ["POST", "PATCH"].contains(&operation.method.as_str());
                let judged = |row: &Exceptions| row.repeat.is_some();
                if writes
                    && added(section, &api.place, &operation.id)
                    && !sections.row(&api.place, &operation.id).is_some_and(judged)
                {
                    told.push(format!(
                        "models/sections.toml: judge how {} of {} bears repeating; until then it counts as `once`",
                        operation.id, api.place
                    ));
                }
            }
        }
    }
    told
}
