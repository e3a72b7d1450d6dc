//! Files with the keys of a connection.

use spapi_core::{Error, ErrorKind};
use std::path::Path;

/// The fewest bytes of a key.
const LEAST: usize = 32;
/// The most bytes of its file.
const MOST: u64 = 4096;

/// The bytes of a key's file, without the white space around them. `setting` and `hint` are for errors.
pub(crate) fn read(setting: &str, path: &Path, hint: &'static str) -> Result<Vec<u8>, Error> {
    let wrong =
        |what: &str| Error::new(ErrorKind::Config, format!("{setting}: {} {what}", path.display())).with_hint(hint);
    let length = std::fs::metadata(path).map_err(|error| wrong("cannot be read").with_source(error))?.len();
    if length > MOST {
        return Err(wrong(&format!("has more than {MOST} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong("cannot be read").with_source(error))?;
    match bytes.trim_ascii() {
        key if key.len() < LEAST => Err(wrong(&format!("has fewer than {LEAST} bytes"))),
        key => Ok(key.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_missing_or_short_is_refused_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let error = read("k", &path, "").unwrap_err().to_string();
        assert!(error.contains("a.key cannot be read"), "{error}");
        std::fs::write(&path, format!("{}\n", "k".repeat(LEAST - 1))).unwrap();
        let error = read("k", &path, "").unwrap_err().to_string();
        assert!(error.contains("fewer than 32 bytes") && !error.contains("kkk"), "{error}");
        std::fs::write(&path, "k".repeat(LEAST)).unwrap();
        assert!(read("k", &path, "").is_ok());
    }
}
