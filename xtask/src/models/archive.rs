//! Reads the files of Amazon's repository that matter here, from an archive or from a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;

use codegen::files::{self, is_pinned};

/// Takes one file: its path in the repository, with `/` between the parts, and its content.
pub type Visit<'a> = dyn FnMut(&str, &mut dyn Read) -> Result<()> + 'a;

/// What an archive says of itself, as git and GitHub write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The commit, as 40 hexadecimal digits.
    pub commit: Option<String>,
    /// The time of the commit, in seconds since 1970.
    pub time: Option<u64>,
}

/// Visits the files of an archive or an unpacked folder, which says nothing of its commit.
///
/// A folder may be the repository's own or the one that holds it, as an unpacked archive does.
pub fn visit_path(path: &Path, visit: &mut Visit<'_>) -> Result<Stamp> {
    if path.is_dir() {
        return visit_folder(path, visit).map(|()| Stamp::default());
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    visit_archive(file, visit).with_context(|| format!("cannot read the archive {}", path.display()))
}

fn visit_folder(folder: &Path, visit: &mut Visit<'_>) -> Result<()> {
    let Some(root) = files::tree_root(folder) else {
        bail!("there is no `models` folder in {}; give an unpacked archive of the repository", folder.display());
    };
    let mut names = Vec::new();
    for part in ["models", "schemas"] {
        if root.join(part).is_dir() {
            names.extend(files::files_below(&root.join(part))?.into_iter().map(|name| format!("{part}/{name}")));
        }
    }
    names.extend(["LICENSE", "NOTICE"].map(str::to_owned).into_iter().filter(|name| root.join(name).is_file()));
    for name in names.iter().filter(|name| is_pinned(name)) {
        let path = root.join(name);
        let mut file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        visit(name, &mut file)?;
    }
    Ok(())
}

/// Visits the files of a `.tar.gz` as GitHub makes it: everything is below one top folder.
///
/// The archive is read as a stream, to its end, so that one that is cut short is noticed wherever it is cut.
pub fn visit_archive(compressed: impl Read, visit: &mut Visit<'_>) -> Result<Stamp> {
    let mut stamp = Stamp::default();
    let mut archive = tar::Archive::new(GzDecoder::new(compressed));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let bytes = entry.path_bytes();
        let Ok(full) = std::str::from_utf8(&bytes) else {
            bail!("the name of an entry is not UTF-8: {}", String::from_utf8_lossy(&bytes));
        };
        if leads_outside(full) {
            bail!("the entry `{full}` leads out of the archive; this is not an archive of the repository");
        }
        let parts: Vec<_> = full.split('/').filter(|part| !part.is_empty() && *part != ".").skip(1).collect();
        let name = parts.join("/");
        let kind = entry.header().entry_type();
        drop(bytes);
        if kind == tar::EntryType::XGlobalHeader {
            let mut header = String::new();
            entry.by_ref().take(4096).read_to_string(&mut header)?;
            stamp.commit = header.lines().find_map(|line| line.split_once(" comment=")).map(|(_, sha)| sha.to_owned());
        }
        if kind.is_dir() || !is_pinned(&name) {
            continue;
        }
        if !kind.is_file() {
            bail!("the entry `{name}` is not a plain file; this is not an archive of the repository");
        }
        stamp.time = stamp.time.max(entry.header().mtime().ok());
        visit(&name, &mut entry)?;
    }
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink())?;
    Ok(stamp)
}

/// Whether an entry's name could lead to a place outside of the folder that it is unpacked to.
fn leads_outside(name: &str) -> bool {
    name.starts_with('/') || name.split(['/', '\\']).any(|part| part == "..") || name.contains([':', '\0'])
}

#[cfg(test)]
pub mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{EntryType, Header};

    use super::*;

    /// A `.tar.gz` of entries, named as they are given; names that the tar crate would refuse to write are written too.
    pub fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut tar = Vec::new();
        for (name, kind, content) in entries {
            let mut header = Header::new_ustar();
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            header.set_size(content.len() as u64);
            header.set_cksum();
            tar.extend_from_slice(header.as_bytes());
            tar.extend_from_slice(content);
            tar.resize(tar.len().next_multiple_of(512), 0);
        }
        tar.resize(tar.len() + 1024, 0);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&tar).unwrap();
        gzip.finish().unwrap()
    }

    fn contents(archive: &[u8]) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        visit_archive(archive, &mut |name, content| {
            let mut text = String::new();
            content.read_to_string(&mut text)?;
            found.push((name.to_owned(), text));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn only_what_is_pinned_is_visited_without_the_top_folder() {
        let archive = archive(&[
            ("pax_global_header", EntryType::XGlobalHeader, b"52 comment=0123456789012345678901234567890123456789\n"),
            ("top/", EntryType::Directory, b""),
            ("top/LICENSE", EntryType::Regular, b"license"),
            ("top/README.md", EntryType::Regular, b"readme"),
            ("top/clients/models/c.json", EntryType::Regular, b"client"),
            ("top/models/a/a.json", EntryType::Regular, b"model"),
            ("top/models/a/a.md", EntryType::Regular, b"prose"),
            ("top/models/link.txt", EntryType::Symlink, b""),
            ("top/schemas/x/y.graphql", EntryType::Regular, b"schema"),
        ]);
        let expected = [("LICENSE", "license"), ("models/a/a.json", "model"), ("schemas/x/y.graphql", "schema")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(contents(&archive).unwrap(), expected);
        let stamp = visit_archive(archive.as_slice(), &mut |_, _| Ok(())).unwrap();
        assert_eq!(stamp.commit.as_deref(), Some("0123456789012345678901234567890123456789"));
    }

    #[test]
    fn an_entry_that_leads_outside_or_is_a_link_is_refused() {
        let cases = [
            ("top/models/../../evil.json", EntryType::Regular, "leads out"),
            ("../evil.json", EntryType::Regular, "leads out"),
            ("/top/models/a.json", EntryType::Regular, "leads out"),
            ("top\\..\\evil.json", EntryType::Regular, "leads out"),
            ("c:/models/a.json", EntryType::Regular, "leads out"),
            ("top/models/a.json", EntryType::Symlink, "not a plain file"),
            ("top/models/a.json", EntryType::Link, "not a plain file"),
        ];
        for (name, kind, words) in cases {
            let error = contents(&archive(&[(name, kind, b"")])).unwrap_err().to_string();
            assert!(error.contains(words), "{name}: {error}");
        }
    }

    #[test]
    fn an_archive_that_is_cut_or_damaged_anywhere_is_an_error() {
        let whole = archive(&[("top/models/a/a.json", EntryType::Regular, &[b'x'; 2000])]);
        assert!(contents(&whole).is_ok());
        for length in 0..whole.len() {
            assert!(contents(&whole[..length]).is_err(), "cut at {length}");
        }
        let mut damaged = whole.clone();
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        assert!(contents(&damaged).is_err());
        assert!(contents(b"<html>not found</html>").is_err());
    }
}
