//! Opens and writes our files safely where others could replace them.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Whether a link is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    Follow,
    Refuse,
}

/// Opens a regular file and nothing else, because reading a pipe or a device could wait for ever. Opening never blocks.
///
/// # Errors
/// When it cannot be opened or is not a regular file.
pub(crate) fn open_regular(path: &Path, options: &mut OpenOptions, links: Links) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let no_links = if links == Links::Refuse { libc::O_NOFOLLOW } else { 0 };
        options.custom_flags(libc::O_NONBLOCK | no_links);
    }
    #[cfg(not(unix))]
    if links == Links::Refuse && path.is_symlink() {
        return Err(io::Error::other("it is a link"));
    }
    let file = options.open(path).map_err(|error| match (links, path.is_symlink()) {
        (Links::Refuse, true) => io::Error::other("it is a link"),
        _ => error,
    })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

/// Random hexadecimal digits for the name of a file.
///
/// # Errors
/// When the system provides no random numbers.
pub(crate) fn unique_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(crate::hash::hex(bytes))
}

/// A new file that only its owner can read and change. It is removed when dropped, unless it is kept.
pub(crate) struct NewFile {
    pub file: File,
    path: std::path::PathBuf,
    is_kept: bool,
}

impl NewFile {
    /// Creates a file that did not exist before, so that another's file is never changed.
    ///
    /// # Errors
    /// When it cannot be created or exists already.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        Ok(Self { file: options.open(path)?, path: path.to_owned(), is_kept: false })
    }

    /// Renames it, and replaces the file of that name.
    ///
    /// # Errors
    /// When it cannot be renamed. It is then removed.
    pub fn replace(mut self, path: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, path)?;
        self.is_kept = true;
        Ok(())
    }

    /// Keeps the file.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

/// Whether a file or folder belongs to the user of this process or to the system's administrator.
///
/// # Errors
/// When the system does not say.
#[cfg(unix)]
pub(crate) fn is_ours(metadata: &std::fs::Metadata) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(metadata.uid() == 0 || metadata.uid() == user()?)
}

/// The user under whom this process creates files. The standard library has no call for it, but a process owns what it
/// creates, and a pair of sockets leaves nothing behind.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use std::os::unix::fs::MetadataExt;
    let (socket, _) = std::os::unix::net::UnixStream::pair()?;
    Ok(File::from(std::os::fd::OwnedFd::from(socket)).metadata()?.uid())
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_new_file_is_removed_unless_it_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (temporary, path) = (folder.path().join("temporary"), folder.path().join("kept"));
        drop(NewFile::create(&temporary).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        NewFile::create(&temporary).unwrap().replace(&path).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
    }

    #[test]
    fn an_existing_file_is_neither_opened_as_new_nor_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("another's");
        fs::write(&path, "precious").unwrap();
        assert!(NewFile::create(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    #[cfg(unix)]
    fn new_files_belong_to_the_current_user() {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(tempfile::tempfile().unwrap().metadata().unwrap().uid(), user().unwrap());
    }
}
