//! The files of a tar.

use std::fs::File;
use std::io;
use tar::{Archive, EntryType};

/// A file of a tar, and where its bytes are.
pub struct Member {
    pub name: String,
    pub start: u64,
    pub size: u64,
    /// Whether it is stored in pieces.
    pub is_sparse: bool,
}

/// The files of a tar, without folders and links. If it cannot be read to its end, those that came before, and why.
pub fn of_tar(file: &File) -> (Vec<Member>, Option<io::Error>) {
    let mut members = Vec::new();
    let failed = add(file, &mut members).err();
    (members, failed)
}

fn add(file: &File, members: &mut Vec<Member>) -> io::Result<()> {
    for entry in Archive::new(file).entries_with_seek()? {
        let entry = entry?;
        let kind = entry.header().entry_type();
        if matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse) {
            members.push(Member {
                name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
                start: entry.raw_file_position(),
                size: entry.size(),
                is_sparse: kind == EntryType::GNUSparse,
            });
        }
    }
    Ok(())
}
