//! `Cargo.lock` follows the versions of the workspace's own crates, so that a build with `--locked` works. Cargo writes
//! it.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::workspace::cargo;

/// Has cargo update `Cargo.lock` for the manifests of the workspace at `root`. Other crates keep their versions.
///
/// # Errors
/// When cargo fails, with its message: a manifest that cannot be read, or a crate that is not available offline.
pub fn follow(root: &Path) -> Result<()> {
    let mut command = cargo(root);
    // The build of this program has fetched all crates.
    let output = command.args(["update", "--workspace", "--offline", "--quiet"]).output();
    let output = output.context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("cargo cannot update Cargo.lock: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
