//! Reads the files of Amazon's repository that the project needs, from an archive or from a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;

use codegen::escape::visible;
use codegen::files::{self, LARGEST_FILE, is_pinned};

/// Receives one file: its path in the repository, with `/` between the parts, and its content.
pub type Visit<'a> = dyn FnMut(&str, &mut dyn Read) -> Result<()> + 'a;

/// The commit and its time, as archives of git and GitHub hold them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The commit, as 40 hexadecimal digits.
    pub commit: Option<String>,
    /// The time of the commit, in seconds since 1970.
    pub time: Option<u64>,
}

/// Visits the files of an archive, or of an unpacked folder, which does not name its commit.
///
/// The folder may be the repository's or the one above it, as in an unpacked archive.
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
        check_size(name, file.metadata().with_context(|| format!("cannot read {}", path.display()))?.len())?;
        visit(name, &mut file)?;
    }
    Ok(())
}

/// Visits the files of a `.tar.gz` in GitHub's form, where everything is below one top folder.
///
/// It reads the archive as a stream to its end, which finds an incomplete archive wherever it is cut. It reads raw
/// entries, because the `tar` crate reads long names without a limit.
///
/// # Errors
/// When it is incomplete or damaged, holds what no archive of the repository holds, or exceeds a limit.
pub fn visit_archive(compressed: impl Read, visit: &mut Visit<'_>) -> Result<Stamp> {
    let mut stamp = Stamp::default();
    let mut archive = tar::Archive::new(Unpacked { content: GzDecoder::new(compressed), received: 0 });
    // The name of the next entry, if its own header has no room for it.
    let mut long_name: Option<Vec<u8>> = None;
    for (count, entry) in archive.entries()?.raw(true).enumerate() {
        ensure!(count < MOST_ENTRIES, "the archive has more than {MOST_ENTRIES} entries (MOST_ENTRIES)");
        let mut entry = entry?;
        let size = entry.header().entry_size()?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions()
        {
            ensure!(
                size <= LARGEST_HEADER,
                "a header of the archive has {size} bytes; at most {LARGEST_HEADER} are allowed (LARGEST_HEADER)"
            );
            let mut header = Vec::new();
            entry.read_to_end(&mut header)?;
            if kind.is_pax_global_extensions() {
                let commit = pax(&header, "comment").map(|sha| String::from_utf8_lossy(&sha).into_owned());
                stamp.commit = commit.or(stamp.commit);
            } else if kind.is_gnu_longname() {
                header.truncate(header.iter().position(|byte| *byte == 0).unwrap_or(header.len()));
                long_name = Some(header);
            } else if kind.is_pax_local_extensions() {
                ensure!(pax(&header, "size").is_none(), "an entry of the archive has its size in an extension header");
                long_name = pax(&header, "path").or(long_name);
            }
            continue;
        }
        let bytes = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let Ok(full) = std::str::from_utf8(&bytes) else {
            bail!("the name of an entry is not UTF-8: {}", visible(&String::from_utf8_lossy(&bytes)));
        };
        if leads_outside(full) {
            bail!("the entry `{}` leads out of the archive; this is not an archive of the repository", visible(full));
        }
        let parts: Vec<_> = full.split('/').filter(|part| !part.is_empty() && *part != ".").skip(1).collect();
        let name = parts.join("/");
        if kind.is_dir() || !is_pinned(&name) {
            continue;
        }
        if !kind.is_file() {
            bail!("the entry `{}` is not a plain file; this is not an archive of the repository", visible(&name));
        }
        check_size(&name, size)?;
        stamp.time = stamp.time.max(entry.header().mtime().ok());
        visit(&name, &mut entry)?;
    }
    let mut rest = archive.into_inner();
    io::copy(&mut rest, &mut io::sink())?;
    Ok(stamp)
}

/// The value of a key in a header of extensions.
fn pax(header: &[u8], key: &str) -> Option<Vec<u8>> {
    let found = tar::PaxExtensions::new(header).flatten().find(|extension| extension.key_bytes() == key.as_bytes())?;
    Some(found.value_bytes().to_vec())
}

fn check_size(name: &str, size: u64) -> Result<()> {
    let name = visible(name);
    ensure!(size <= LARGEST_FILE, "{name} has {size} bytes; at most {LARGEST_FILE} are allowed (LARGEST_FILE)");
    Ok(())
}

/// Entries of an archive; Amazon's have some two hundred.
const MOST_ENTRIES: usize = 20_000;
/// Bytes of a long name or of other headers of an entry.
const LARGEST_HEADER: u64 = 64 * 1024;
/// Bytes that an archive may be unpacked to; Amazon's are 9 MiB.
const LARGEST_ARCHIVE: u64 = 256 * 1024 * 1024;

/// The unpacked bytes of an archive, up to a limit.
struct Unpacked<R> {
    content: R,
    received: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer).map_err(|error| {
            let message = format!("the download is incomplete, or the archive is damaged: download it again ({error})");
            io::Error::new(error.kind(), message)
        })?;
        self.received += length as u64;
        if self.received > LARGEST_ARCHIVE {
            let message = format!("it unpacks to more than {LARGEST_ARCHIVE} bytes (LARGEST_ARCHIVE)");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(length)
    }
}

/// Whether an entry's name could lead out of the folder that the archive is unpacked to.
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

    /// What `length` bytes of nothing are packed to, after the header of an entry that has as many.
    fn bomb(name: &str, kind: EntryType, length: u64) -> Vec<u8> {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(length);
        header.set_cksum();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(header.as_bytes()).unwrap();
        io::copy(&mut io::repeat(b'a').take(length), &mut gzip).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn what_is_too_large_is_refused_by_its_limit_before_it_is_read() {
        let cases = [
            (
                bomb("top/models/a/a.json", EntryType::Regular, LARGEST_FILE + 1),
                "models/a/a.json has 16777217 bytes",
                "LARGEST_FILE",
            ),
            (bomb("././@LongLink", EntryType::GNULongName, LARGEST_HEADER + 1), "has 65537 bytes", "LARGEST_HEADER"),
            (bomb("././@LongLink", EntryType::GNULongLink, 1 << 20), "has 1048576 bytes", "LARGEST_HEADER"),
            (bomb("PaxHeader", EntryType::XHeader, 1 << 20), "has 1048576 bytes", "LARGEST_HEADER"),
            (bomb("pax_global_header", EntryType::XGlobalHeader, 1 << 20), "has 1048576 bytes", "LARGEST_HEADER"),
            (bomb("top/notes", EntryType::Regular, LARGEST_ARCHIVE), "more than 268435456 bytes", "LARGEST_ARCHIVE"),
        ];
        for (archive, words, limit) in cases {
            let error = format!("{:#}", contents(&archive).unwrap_err());
            assert!(error.contains(words) && error.contains(limit), "{words}: {error}");
        }
        let many: Vec<_> = (0..=MOST_ENTRIES).map(|_| ("top/", EntryType::Directory, b"".as_slice())).collect();
        let error = contents(&archive(&many)).unwrap_err().to_string();
        assert!(error.contains("MOST_ENTRIES"), "{error}");
    }

    #[test]
    fn long_names_are_read_in_both_ways_of_writing_them() {
        let long = format!("top/models/{}/a.json", "a".repeat(150));
        let record = format!("{} path={long}\n", long.len() + 10);
        assert_eq!(record.len(), long.len() + 10);
        for (name, kind, header) in
            [("././@LongLink", EntryType::GNULongName, format!("{long}\0")), ("PaxHeader", EntryType::XHeader, record)]
        {
            let archive = archive(&[
                (name, kind, header.as_bytes()),
                ("short", EntryType::Regular, b"{}"),
                ("top/LICENSE", EntryType::Regular, b"x"),
            ]);
            let names: Vec<_> = contents(&archive).unwrap().into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, [long.trim_start_matches("top/"), "LICENSE"]);
        }
    }

    #[test]
    fn an_archive_that_is_cut_or_damaged_anywhere_is_an_error() {
        let whole = archive(&[("top/models/a/a.json", EntryType::Regular, &[b'x'; 2000])]);
        assert!(contents(&whole).is_ok());
        for length in 0..whole.len() {
            assert!(contents(&whole[..length]).is_err(), "cut at {length}");
        }
        let error = format!("{:#}", contents(&whole[..whole.len() / 2]).unwrap_err());
        assert!(error.contains("the download is incomplete"), "{error}");
        let mut damaged = whole.clone();
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        assert!(contents(&damaged).is_err());
        assert!(contents(b"<html>not found</html>").is_err());
    }
}
