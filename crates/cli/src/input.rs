//! Reading a file that the user names, or stdin.

use crate::exit::Failure;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The name by which errors call it.
pub fn name(file: &Path) -> Cow<'_, str> {
    if is_stdin(file) { "stdin".into() } else { file.to_string_lossy() }
}

/// Whether `-` is given.
pub fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// Refuses paths of which one does not exist, before anything is written or sent.
pub fn check_exist(paths: &[PathBuf]) -> Result<(), Failure> {
    match paths.iter().find(|path| !is_stdin(path) && !path.exists()) {
        Some(path) => Err(Failure::usage(format!("no file or folder has the path {}", path.display()))
            .with_next("check the path; nothing was written or sent")),
        None => Ok(()),
    }
}

/// Everything in the file, or in stdin for `-`. `None` if it has more bytes than `largest`.
pub fn read(file: &Path, largest: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    if is_stdin(file) {
        io::stdin().lock().take(largest + 1).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(largest + 1).read_to_end(&mut bytes)?;
    }
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= largest))
}
