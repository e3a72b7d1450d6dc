//! `cargo xtask release`: which crates are to be released, what stands in the way, and the release itself. It can be cut off
//! anywhere and called again.

mod changelog;
pub mod git;
mod packages;
mod plan;
mod publish;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use changelog::Named;
use git::{Git, tag_of};
use packages::Package;
use plan::{Known, Plan};

/// What is released, and how far it goes.
#[derive(clap::Args)]
pub struct Args {
    /// Only these crates, such as `spapi-core` [default: every crate whose version is not tagged]
    #[arg(value_name = "CRATE")]
    crates: Vec<String>,
    /// Print the plan and build each crate from its archive; publish and tag nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the headings of this release to CHANGELOG.md, to be checked and committed before it
    #[arg(long, conflicts_with = "dry_run")]
    changelog: bool,
}

/// Releases from the checkout at `root`.
pub fn run(root: &Path, args: &Args) -> Result<()> {
    let root = root.canonicalize().with_context(|| format!("{} is not there", root.display()))?;
    let git = Git::open(&root)?;
    let packages = packages::read(&root)?;
    let wanted = wanted(&packages, &args.crates)?;
    let known = known(&git, packages)?;
    let mut plan = plan::make(&known, &wanted);
    let path = root.join("CHANGELOG.md");
    let text = fs::read_to_string(&path).context("CHANGELOG.md does not open")?;
    if !args.changelog {
        let silent: Vec<_> = plan
            .rows
            .iter()
            .filter(|row| !changelog::has(&text, row))
            .map(|row| format!("{} {}", row.name, row.to))
            .collect();
        if !silent.is_empty() {
            plan.refusals.push(format!(
                "CHANGELOG.md has no heading for {}: run `cargo xtask release --changelog`, and commit it",
                silent.join(", ")
            ));
        }
        let uncommitted = git.uncommitted()?;
        plan.refusals.extend(uncommitted.iter().map(|file| format!("{file} is not committed")));
    }
    print(&plan);
    if !plan.refusals.is_empty() {
        let list: String = plan.refusals.iter().map(|refusal| format!("\n  {refusal}")).collect();
        bail!("nothing was released:{list}");
    }
    if plan.rows.is_empty() {
        return Ok(());
    }
    if args.changelog {
        let to_write = plan.rows.iter().filter(|row| !changelog::has(&text, row));
        let named = to_write.map(|row| {
            let Package { folder, programs, .. } = &known[&row.name].package;
            Named { row, folder, programs }
        });
        let is_due = |known: &&Known| {
            let changed = known.changes.is_some_and(|changes| changes.files > 0);
            changelog::is_section(&known.package.folder) && (changed || !known.tagged.contains(&known.package.version))
        };
        let due_sections: Vec<_> = known.values().filter(is_due).map(|known| known.package.name.clone()).collect();
        let names: Vec<_> = known
            .values()
            .flat_map(|known| std::iter::once(&known.package.name).chain(&known.package.programs))
            .cloned()
            .collect();
        let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let run = changelog::Run {
            crates: &named.collect::<Vec<_>>(),
            due_sections: &due_sections,
            workspace: &names,
            whole: args.crates.is_empty(),
            day: &day,
        };
        let released = changelog::release(&text, &run)?;
        if released == text {
            println!("CHANGELOG.md has all headings");
            return Ok(());
        }
        fs::write(&path, released).context("CHANGELOG.md cannot be written")?;
        println!("CHANGELOG.md is written: check and commit it, then release");
        return Ok(());
    }
    publish::package(&root, &plan.rows)?;
    if args.dry_run {
        println!("{} crates build from their archives; nothing was published", plan.rows.len());
        return Ok(());
    }
    for row in &plan.rows {
        publish::publish(&root, &git, row)?;
    }
    println!("{} crates are released: push the tags with `git push --tags`", plan.rows.len());
    Ok(())
}

fn wanted(packages: &BTreeMap<String, Package>, named: &[String]) -> Result<BTreeSet<String>> {
    if let Some(unknown) = named.iter().find(|name| !packages.contains_key(*name)) {
        let names: Vec<_> = packages.keys().map(String::as_str).collect();
        bail!("there is no crate {unknown} to publish; there are {}", names.join(", "));
    }
    Ok(if named.is_empty() { packages.keys().cloned().collect() } else { named.iter().cloned().collect() })
}

/// Each crate with what git knows of it.
fn known(git: &Git, packages: BTreeMap<String, Package>) -> Result<BTreeMap<String, Known>> {
    let mut tagged = git.tagged(packages.keys().map(String::as_str))?;
    let mut known = BTreeMap::new();
    for (name, package) in &packages {
        let tagged = tagged.remove(name).unwrap_or_default();
        let tag = tagged.last().map(|version| tag_of(name, version));
        let changes = tag.as_ref().map(|tag| git.changes(tag, &package.folder)).transpose()?;
        let needed = match &tag {
            Some(tag) => {
                let at = |path: &str| git.file_at(tag, path).unwrap_or_default();
                packages::requirements(&at(&format!("{}/Cargo.toml", package.folder)), &at("Cargo.toml"), &packages)
                    .with_context(|| format!("the manifest of {tag} does not read"))?
            }
            None => Vec::new(),
        };
        known.insert(name.clone(), Known { package: package.clone(), tagged, changes, needed });
    }
    Ok(known)
}

fn print(plan: &Plan) {
    for row in &plan.rows {
        let from = row.from.as_ref().map_or_else(|| "new".to_owned(), ToString::to_string);
        println!("{}: {from} -> {}: {}", row.name, row.to, row.why);
    }
    println!("{} crates to release, {} released as they are", plan.rows.len(), plan.released);
}
