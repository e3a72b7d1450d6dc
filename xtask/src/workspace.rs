//! The root of this checkout, and the cargo that runs in it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace, taken from cargo at run time so that a program built in a moved checkout still finds it.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(xtask);
    root.pop();
    root
}

/// The cargo that runs this, in the workspace at `root`.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}
