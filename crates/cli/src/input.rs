//! Reading a file that the user names, or stdin.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The name by which errors call it.
pub fn name(file: &Path) -> Cow<'_, str> {
    if is_stdin(file) { "stdin".into() } else { file.to_string_lossy() }
}

/// Whether `-` is given.
pub fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
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
