//! Names of MWS in files, folders and archives.

use crate::exit::Failure;
use crate::{input, notes};
use flate2::read::MultiGzDecoder;
use ignore::WalkBuilder;
use spapi_core::text::from_utf8_lossy;
use spapi_mws::map::{Mention, mentions};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What to do with a mention in a file of that name.
type Sink<'sink> = dyn FnMut(&str, &Mention) -> io::Result<()> + 'sink;

/// What was read.
#[derive(Default)]
pub struct ReadFiles {
    /// How many files, also within archives.
    pub files: u64,
    /// How many could not be read.
    pub failed: u64,
    /// The names of those that were left out, with the reason.
    skipped: Vec<(String, &'static str)>,
}

impl ReadFiles {
    fn skip(&mut self, name: &str, why: &'static str) {
        self.skipped.push((name.to_owned(), why));
    }

    /// Names what was left out.
    pub fn note_skipped(&self) {
        const SHOWN: usize = 20;
        for (name, why) in self.skipped.iter().take(SHOWN) {
            notes::note(format!("{name} is left out: {why}"));
        }
        if let Some(more) = self.skipped.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            notes::note(format!("{more} more {} left out", if more == 1 { "file is" } else { "files are" }));
        }
    }

    fn fail(&mut self, name: &str, error: &dyn std::fmt::Display) {
        self.failed += 1;
        notes::warn(format!("{name} cannot be read: {error}"));
    }
}

const BINARY: &str = "it is not text";
const HUGE: &str = "it has more than 4 GiB, and what follows was not read";

/// The most that is read of one file, in bytes, unpacked.
const LARGEST: u64 = 4 << 30;

/// Reads the files, folders and archives in the order of their names.
pub fn read(paths: &[PathBuf], no_ignore: bool, sink: &mut Sink) -> Result<ReadFiles, Failure> {
    input::check_exist(paths)?;
    let mut read = ReadFiles::default();
    for path in paths {
        let mut walk = WalkBuilder::new(path);
        // Settings are often in hidden files. Sources count without a repository of git too.
        walk.hidden(false).require_git(false).sort_by_file_path(Path::cmp);
        walk.git_ignore(!no_ignore)
            .ignore(!no_ignore)
            .git_global(!no_ignore)
            .git_exclude(!no_ignore)
            .parents(!no_ignore);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        for entry in walk.build() {
            match entry {
                Ok(entry)
                    if entry.file_type().is_some_and(|kind| kind.is_file()) || entry.depth() == 0 && path.is_file() =>
                {
                    file(entry.path(), &mut read, sink)?;
                }
                Ok(_) => {}
                Err(error) => read.fail(&path.display().to_string(), &error),
            }
        }
    }
    Ok(read)
}

/// Reads a file or an archive. Only a failure to write ends the reading.
fn file(path: &Path, read: &mut ReadFiles, sink: &mut Sink) -> Result<(), Failure> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => unpacked(&name, file, read, sink),
        Err(error) => {
            read.fail(&name, &error);
            Ok(())
        }
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.len() > extension.len() && name.to_ascii_lowercase().ends_with(extension)
}

fn unpacked(name: &str, file: File, read: &mut ReadFiles, sink: &mut Sink) -> Result<(), Failure> {
    if has_extension(name, ".zip") {
        zip(name, file, read, sink)
    } else if has_extension(name, ".tar") {
        tar(name, file, read, sink)
    } else if has_extension(name, ".tar.gz") || has_extension(name, ".tgz") {
        tar(name, MultiGzDecoder::new(file), read, sink)
    } else if has_extension(name, ".gz") {
        text(name, MultiGzDecoder::new(file), read, sink)
    } else {
        text(name, file, read, sink)
    }
}

fn zip(name: &str, file: File, read: &mut ReadFiles, sink: &mut Sink) -> Result<(), Failure> {
    let mut archive = match zip::ZipArchive::new(file) {
        Ok(archive) => archive,
        Err(error) => {
            read.fail(name, &error);
            return Ok(());
        }
    };
    for index in 0..archive.len() {
        match archive.by_index(index) {
            Ok(entry) if entry.is_file() => {
                let inner = entry.name().map(|inner| format!("{name}!{inner}"));
                let inner = inner.unwrap_or_else(|_| format!("entry {} of {name}", index + 1));
                text(&inner, entry, read, sink)?;
            }
            Ok(_) => {}
            Err(error) => read.fail(&format!("entry {} of {name}", index + 1), &error),
        }
    }
    Ok(())
}

fn tar(name: &str, file: impl Read, read: &mut ReadFiles, sink: &mut Sink) -> Result<(), Failure> {
    let mut archive = tar::Archive::new(file);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => {
            read.fail(name, &error);
            return Ok(());
        }
    };
    for entry in entries {
        match entry {
            Ok(entry) if entry.header().entry_type().is_file() => {
                let inner = format!("{name}!{}", String::from_utf8_lossy(&entry.path_bytes()));
                text(&inner, entry, read, sink)?;
            }
            Ok(_) => {}
            // What follows cannot be found any more.
            Err(error) => {
                read.fail(name, &error);
                break;
            }
        }
    }
    Ok(())
}

/// As much as is searched at a time, in bytes. A name of today counts beside something of MWS in the same part.
const PART: usize = 8 << 20;

/// Reads a text part by part.
fn text(name: &str, mut file: impl Read, read: &mut ReadFiles, sink: &mut Sink) -> Result<(), Failure> {
    const LOOKED_AT: usize = 8192;
    let mut part = Vec::new();
    let (mut lines, mut bytes) = (0, 0);
    loop {
        let room = (PART - part.len()) as u64;
        let count = match file.by_ref().take(room).read_to_end(&mut part) {
            Ok(count) => count as u64,
            Err(error) => {
                read.fail(name, &error);
                return Ok(());
            }
        };
        if bytes == 0 {
            if part[..part.len().min(LOOKED_AT)].contains(&0) {
                read.skip(name, BINARY);
                return Ok(());
            }
            read.files += 1;
        }
        bytes += count;
        let is_end = count < room;
        // A line that is longer than a part is cut.
        let end = if is_end {
            part.len()
        } else {
            part.iter().rposition(|byte| *byte == b'\n').map_or(part.len(), |at| at + 1)
        };
        for mut mention in mentions(&from_utf8_lossy(&part[..end])) {
            mention.line += lines;
            sink(name, &mention)?;
        }
        lines += part[..end].iter().filter(|byte| **byte == b'\n').count();
        part.drain(..end);
        if is_end {
            return Ok(());
        }
        if bytes >= LARGEST {
            read.skip(name, HUGE);
            return Ok(());
        }
    }
}
