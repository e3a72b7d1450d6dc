//! Packages and publishes crates by cargo, and tags what is published.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::git::Git;
use super::plan::Row;
use crate::workspace::cargo;

/// Makes the archive of each crate and builds it from there: crates that are not on the registry yet are taken from the
/// archives made beside them.
///
/// # Errors
/// When an archive cannot be made or does not build.
pub fn package(root: &Path, rows: &[Row]) -> Result<()> {
    let mut command = cargo(root);
    command.args(["package", "--locked"]);
    for row in rows {
        command.args(["--package", &row.name]);
    }
    let status = command.status().context("cargo does not start")?;
    if !status.success() {
        bail!("`cargo package` failed, see above: nothing was published");
    }
    Ok(())
}

/// Publishes a crate and tags the commit that it was made from.
///
/// # Errors
/// When cargo does not publish it. Running the same command again goes on here.
pub fn publish(root: &Path, git: &Git, row: &Row) -> Result<()> {
    let tag = row.tag();
    // A run that is cut off between the registry's yes and the tag leaves this, and the next one tags the same commit.
    let pending = git.pending(&tag);
    let commit = git.head()?;
    if pending.is_none() {
        git.set_pending(&tag, Some(&commit))?;
    }
    match (upload(root, row)?, pending) {
        (Upload::Done, _) => {
            git.tag(&tag, &commit)?;
            println!("{tag}: published and tagged");
        }
        (Upload::WasThere, Some(commit)) => {
            git.tag(&tag, &commit)?;
            println!("{tag}: was published by an earlier run, and is tagged now");
        }
        (Upload::WasThere, None) => {
            git.set_pending(&tag, None)?;
            bail!(
                "{} {} is on the registry, and not tagged here: get the tags with `git fetch --tags`, or tag the commit \
                 that it was made from with `git tag {tag} COMMIT`, and run the same command again",
                row.name,
                row.to
            );
        }
        (Upload::Failed, _) => bail!(
            "`cargo publish` of {} {} failed, see above; what was published before it is tagged, and the same command goes \
             on from here",
            row.name,
            row.to
        ),
    }
    git.set_pending(&tag, None)
}

enum Upload {
    Done,
    WasThere,
    Failed,
}

fn upload(root: &Path, row: &Row) -> Result<Upload> {
    let mut command = cargo(root);
    // Its archive has been built by `package` just before.
    command.args(["publish", "--locked", "--no-verify", "--package", &row.name]);
    let mut child = command.stderr(Stdio::piped()).spawn().context("cargo does not start")?;
    let mut was_there = false;
    for line in child.stderr.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        let line = line.context("what cargo says does not read")?;
        // Cargo has no other way to tell it; the registry itself says the second.
        was_there |= line.contains("already exists on") || line.contains("is already uploaded");
        eprintln!("{line}");
    }
    let status = child.wait().context("cargo is lost")?;
    Ok(match (status.success(), was_there) {
        (true, _) => Upload::Done,
        (false, true) => Upload::WasThere,
        (false, false) => Upload::Failed,
    })
}
