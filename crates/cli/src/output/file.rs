//! The place that an output goes to: stdout, or a file that appears only when it is whole.

use crate::exit::Failure;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::NamedTempFile;

/// Writes an output. An error names the file.
pub struct Writer {
    out: BufWriter<Box<dyn Write + Send>>,
    path: Option<PathBuf>,
    written: Arc<AtomicU64>,
}

/// The place of an output, in which a file appears when it is whole.
pub struct Place {
    file: Option<(NamedTempFile, PathBuf)>,
    overwrites: bool,
    written: Arc<AtomicU64>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Whether a file that exists is replaced.
    pub overwrites: bool,
    /// Whether only its owner may read it.
    pub is_private: bool,
}

/// Opens the file of this path, or stdout. Nothing is at the path before [`Place::finish`].
///
/// # Errors
/// When the file could not be put there.
pub fn open(path: Option<&Path>, rules: Rules) -> Result<(Writer, Place), Failure> {
    let written = Arc::new(AtomicU64::new(0));
    let (out, file): (Box<dyn Write + Send>, _) = match path {
        None => (Box::new(io::stdout()), None),
        Some(path) => {
            let (file, path) = beside(path, rules)?;
            let out = file.reopen().map_err(|error| in_place(&path, error))?;
            (Box::new(out), Some((file, path)))
        }
    };
    let path = file.as_ref().map(|(_, path)| path.clone());
    let writer = Writer { out: BufWriter::new(out), path, written: Arc::clone(&written) };
    Ok((writer, Place { file, overwrites: rules.overwrites, written }))
}

impl Writer {
    /// Whether a user sees the output at once.
    pub fn is_terminal(&self) -> bool {
        self.path.is_none() && io::stdout().is_terminal()
    }
}

impl Place {
    /// The bytes that have been written.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Puts the file into its place, after everything has been written and flushed.
    pub fn finish(self) -> Result<(), Failure> {
        let Some((file, path)) = self.file else { return Ok(()) };
        let kept = match self.overwrites {
            true => file.persist(&path),
            // Another program may have made it meanwhile.
            false => file.persist_noclobber(&path),
        };
        kept.map(drop).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => in_place(&path, error.error).into(),
        })
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes).map_err(|error| named(self.path.as_deref(), error))?;
        self.written.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| named(self.path.as_deref(), error))
    }
}

fn named(path: Option<&Path>, error: io::Error) -> io::Error {
    match path {
        Some(path) => in_place(path, error),
        None => error,
    }
}

fn in_place(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file beside the path, and the path that it is for.
fn beside(path: &Path, rules: Rules) -> Result<(NamedTempFile, PathBuf), Failure> {
    let given = path.display();
    // The file that a link names is replaced, and not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(metadata) = path.symlink_metadata() {
        refuse(&path, &metadata, rules)?;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".spapi-");
    #[cfg(unix)]
    if !rules.is_private {
        // The user's mask takes from it what it must.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder).map_err(|error| {
        let text = error.to_string();
        // The error ends with the file beside the path, which the user does not know.
        let cause = text.rsplit_once(" at path ").map_or(text.as_str(), |(cause, _)| cause);
        let folder = folder.display();
        Failure::usage(format!("{given} cannot be written: no file can be created in the folder {folder}: {cause}"))
            .with_next("create the folder or change its permissions, or give -o another path")
    })?;
    Ok((file, path))
}

/// Refuses the path of a folder, also of one that does not exist.
pub fn refuse_folder(path: &Path) -> Result<(), Failure> {
    if path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator) {
        return Err(Failure::usage(format!("{} is a folder", path.display())).with_next(format!(
            "give -o a file in it, such as {}, or leave it out for stdout",
            path.join("rows.csv").display()
        )));
    }
    Ok(())
}

fn refuse(path: &Path, metadata: &fs::Metadata, rules: Rules) -> Result<(), Failure> {
    let shown = path.display();
    if !metadata.is_file() {
        return Err(Failure::usage(format!("{shown} is not a file that can be replaced"))
            .with_next("give -o the path of a file, or leave it out for stdout"));
    }
    if !rules.overwrites {
        return Err(exists(path));
    }
    if metadata.permissions().readonly() {
        return Err(
            Failure::usage(format!("{shown} is read-only")).with_next("make it writable, or give -o another path")
        );
    }
    Ok(())
}

fn exists(path: &Path) -> Failure {
    Failure::usage(format!("{} exists already", path.display()))
        .with_next("add --overwrite to replace it, or give -o another path")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(failure: Failure) -> String {
        match failure {
            Failure::Error { message, next, .. } => format!("{message} | {}", next.unwrap_or_default()),
            Failure::ReaderGone => String::new(),
        }
    }

    fn opened(path: &Path, rules: Rules) -> Result<(Writer, Place), String> {
        open(Some(path), rules).map_err(message)
    }

    fn write(path: &Path, rules: Rules, text: &str) -> Result<(), String> {
        let (mut writer, place) = opened(path, rules)?;
        writer.write_all(text.as_bytes()).unwrap();
        writer.flush().unwrap();
        assert_eq!(place.written(), text.len() as u64);
        place.finish().map_err(message)
    }

    const OVERWRITES: Rules = Rules { overwrites: true, is_private: false };

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let (mut writer, place) = opened(&path, Rules::default()).unwrap();
        writer.write_all(b"a,b\n").unwrap();
        writer.flush().unwrap();
        assert!(!path.exists());
        place.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n");

        drop(opened(&folder.path().join("b.csv"), Rules::default()).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left of what was not finished");
    }

    #[test]
    fn a_file_that_exists_is_replaced_on_request_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let (_, meanwhile) = opened(&path, Rules::default()).unwrap();
        fs::write(&path, "old").unwrap();
        assert!(opened(&path, Rules::default()).err().unwrap().contains("--overwrite"));
        assert!(message(meanwhile.finish().unwrap_err()).contains("--overwrite"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write(&path, OVERWRITES, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_place_that_cannot_hold_the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(opened(folder.path(), OVERWRITES).err().unwrap().contains("is not a file"));
        let missing = folder.path().join("no/a.csv");
        assert!(opened(&missing, OVERWRITES).err().unwrap().contains("no file can be created in the folder"));
        let read_only = folder.path().join("a.csv");
        fs::write(&read_only, "old").unwrap();
        let mut permissions = fs::metadata(&read_only).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&read_only, permissions).unwrap();
        assert!(opened(&read_only, OVERWRITES).err().unwrap().contains("is read-only"));
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_its_owners_and_a_link_stays() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.path().join("a.csv");
        write(&path, Rules { is_private: true, ..Rules::default() }, "").unwrap();
        assert_eq!(mode(&path), 0o600);
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, OVERWRITES, "x").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
    }
}
