//! `Cargo.lock` follows the versions of the workspace's own crates, so that a build with `--locked` takes the tree as it
//! is. Cargo writes it.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace::cargo;

/// Has cargo bring `Cargo.lock` to the manifests of the workspace at `root`. Crates of others stay at their versions.
///
/// # Errors
/// When cargo cannot, with what it says: a manifest that does not read, or a crate that is not at hand.
pub fn follow(root: &Path) -> Result<()> {
    let mut command = cargo(root);
    // Whatever is needed has been there since this program was built.
    let output = command.args(["update", "--workspace", "--offline", "--quiet"]).output();
    let output = output.context("cargo does not start")?;
    if !output.status.success() {
        bail!("cargo does not bring Cargo.lock up to date: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
