//! Where this checkout is.

use std::path::PathBuf;

/// The root of the workspace, taken from cargo at run time so that a program built in a moved checkout still finds it.
pub fn root() -> PathBuf {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let mut root = PathBuf::from(xtask);
    root.pop();
    root
}
