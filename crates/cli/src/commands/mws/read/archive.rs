//! Reads files, and what is packed in them, one by one.

use super::bounded::{Bounded, Counted, most};
use super::files::{Found, by_name};
use super::form::{BEGINNING, Form, leads_out, next_step};
use super::rows::Output;
use super::unmapped::Unmapped;
use super::{members, summary};
use crate::documents::Counts;
use crate::exit::Failure;
use crate::{input, notes};
use flate2::read::MultiGzDecoder;
use spapi_core::text::printable;
use spapi_mws::read::{Charset, Item, Kind, Reader, Tally};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use zip::ZipArchive;

/// How many problems are written one by one.
const SHOWN: u64 = 20;

/// How many records are read before a signal is looked for.
const AT_ONCE: u64 = 500;

/// What was read so far.
pub struct Reading {
    kind: Option<Kind>,
    rows: Option<String>,
    charset: Option<Charset>,
    unmapped: Option<Unmapped>,
    tally: Tally,
    /// The records of other kinds.
    others: BTreeMap<Kind, u64>,
    files: u64,
    /// The files that could not be read to their end.
    failed: u64,
    not_xml: u64,
}

impl Reading {
    pub fn new(kind: Option<Kind>, rows: Option<String>, charset: Option<Charset>, unmapped: Option<Unmapped>) -> Self {
        Self {
            kind,
            rows,
            charset,
            unmapped,
            tally: Tally::new(),
            others: BTreeMap::new(),
            files: 0,
            failed: 0,
            not_xml: 0,
        }
    }

    /// Reads all files.
    ///
    /// # Errors
    /// When the output cannot be written. Files that cannot be read are only counted.
    pub async fn read(&mut self, files: Vec<Found>, output: &mut Output<'_>) -> Result<(), Failure> {
        for Found { path, is_named, stream } in files {
            let name = input::name(&path).into_owned();
            match stream.map_or_else(|| open(&path), |stream| Ok((stream.form, Opened::Stream(stream.bytes)))) {
                Ok((form, file)) => self.read_file(&name, form, file, is_named, output).await?,
                Err(error) => self.note_failed(&name, &error.to_string()),
            }
        }
        Ok(())
    }

    async fn read_file(
        &mut self,
        name: &str,
        form: Form,
        file: Opened,
        is_named: bool,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        match (form, file) {
            (Form::Zip, Opened::File(file)) => self.read_zip(name, file, output).await,
            (Form::Tar, Opened::File(file)) => self.read_tar(name, &file, output).await,
            (Form::Zip, Opened::Stream(bytes)) => match self.spooled(name, bytes) {
                Some(file) => self.read_zip(name, file, output).await,
                None => Ok(()),
            },
            (Form::Tar, Opened::Stream(bytes)) => match self.spooled(name, bytes) {
                Some(file) => self.read_tar(name, &file, output).await,
                None => Ok(()),
            },
            (Form::Gzip, Opened::File(file)) => {
                let packed = file.metadata().map_or(0, |metadata| metadata.len());
                self.read_gzip(name, Bounded::new(MultiGzDecoder::new(file), packed), output).await
            }
            (Form::Gzip, Opened::Stream(bytes)) => self.read_gzip(name, MultiGzDecoder::new(bytes), output).await,
            (Form::Other, _) if !is_named => {
                self.not_xml += 1;
                Ok(())
            }
            (_, Opened::File(file)) => self.read_text(name, file, output).await,
            (_, Opened::Stream(bytes)) => self.read_text(name, bytes, output).await,
        }
    }

    /// Reads what was packed with gzip: a text or a tar.
    async fn read_gzip(&mut self, name: &str, mut bytes: impl Read, output: &mut Output<'_>) -> Result<(), Failure> {
        let mut beginning = Vec::new();
        // What goes wrong here goes wrong again when all is read.
        let _ = bytes.by_ref().take(BEGINNING).read_to_end(&mut beginning);
        let form = Form::of(&beginning);
        let bytes = Cursor::new(beginning).chain(bytes);
        match form {
            Form::Tar => match self.spooled(name, bytes) {
                Some(file) => self.read_tar(name, &file, output).await,
                None => Ok(()),
            },
            Form::Zip => {
                self.note_failed(name, "a zip that is packed with gzip is not read: unpack it first");
                Ok(())
            }
            _ => self.read_text(name, bytes, output).await,
        }
    }

    async fn read_zip(&mut self, name: &str, file: File, output: &mut Output<'_>) -> Result<(), Failure> {
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let mut archive = match ZipArchive::new(io::BufReader::new(file)) {
            Ok(archive) => archive,
            Err(error) => {
                self.note_failed(name, &format!("it is not a zip that can be read: {error}"));
                return Ok(());
            }
        };
        let name_of = |index| match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("entry {index}"),
        };
        let mut entries: Vec<_> = (0..archive.len()).map(|index| (index, name_of(index))).collect();
        entries.sort_by(|(_, one), (_, other)| by_name(one, other));
        // Entries may share their packed bytes, so that all together are bounded too.
        let mut unpacked = 0;
        for (index, entry_name) in entries {
            let name = format!("{name}/{entry_name}");
            let entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(error) => {
                    self.note_failed(&name, &error.to_string());
                    continue;
                }
            };
            if entry.is_dir() {
                continue;
            }
            if entry.enclosed_name().is_none() {
                self.note_failed(&name, "its path leads out of the zip, and it is not read");
                continue;
            }
            let packed = entry.compressed_size();
            let entry = Counted::new(entry, packed, most(size).saturating_sub(unpacked));
            unpacked += self.read_entry(&name, entry, packed, output).await?;
        }
        Ok(())
    }

    async fn read_tar(&mut self, name: &str, file: &File, output: &mut Output<'_>) -> Result<(), Failure> {
        let (mut found, failed) = members::of_tar(file);
        if let Some(error) = failed {
            self.note_failed(name, &format!("it is not a tar that can be read to its end: {error}"));
        }
        found.sort_by(|one, other| by_name(&one.name, &other.name));
        for member in found {
            let name = format!("{name}/{}", member.name);
            if leads_out(&member.name) {
                self.note_failed(&name, "its path leads out of the tar, and it is not read");
                continue;
            }
            if member.is_sparse {
                self.note_failed(&name, "it is stored as a sparse file: unpack the tar first");
                continue;
            }
            let mut file = file;
            match file.seek(SeekFrom::Start(member.start)) {
                Ok(_) => {
                    let entry = Counted::new(file.take(member.size), member.size, u64::MAX);
                    self.read_entry(&name, entry, member.size, output).await?;
                }
                Err(error) => self.note_failed(&name, &error.to_string()),
            }
        }
        Ok(())
    }

    /// Reads a file of an archive. Returns how many bytes came of it.
    async fn read_entry(
        &mut self,
        name: &str,
        mut entry: Counted<impl Read>,
        packed: u64,
        output: &mut Output<'_>,
    ) -> Result<u64, Failure> {
        let mut beginning = Vec::new();
        match entry.by_ref().take(BEGINNING).read_to_end(&mut beginning) {
            Ok(_) => match Form::of(&beginning) {
                Form::Text => self.read_text(name, Cursor::new(beginning).chain(&mut entry), output).await?,
                Form::Gzip => {
                    let inner = MultiGzDecoder::new(Cursor::new(beginning).chain(&mut entry));
                    self.read_text(name, Bounded::new(inner, packed), output).await?;
                }
                Form::Zip => self.note_failed(name, "a zip in an archive is not read: unpack it first"),
                Form::Tar => self.note_failed(name, "a tar in an archive is not read: unpack it first"),
                Form::Other => self.not_xml += 1,
            },
            Err(error) => self.note_failed(name, &error.to_string()),
        }
        Ok(entry.read)
    }

    /// A file without a name that has these bytes, since the files of an archive are read in another order than theirs. If they
    /// end with an error, what came before it is there.
    fn spooled(&mut self, name: &str, mut bytes: impl Read) -> Option<File> {
        let mut file = match tempfile::tempfile() {
            Ok(file) => file,
            Err(error) => {
                self.note_failed(name, &format!("no file can be created in the folder for temporary files: {error}"));
                return None;
            }
        };
        if let Err(error) = io::copy(&mut bytes, &mut file) {
            self.note_failed(name, &error.to_string());
        }
        match file.rewind() {
            Ok(()) => Some(file),
            Err(error) => {
                self.note_failed(name, &error.to_string());
                None
            }
        }
    }

    async fn read_text(&mut self, name: &str, text: impl Read, output: &mut Output<'_>) -> Result<(), Failure> {
        self.files += 1;
        let mut reader = Reader::new(text);
        if let Some(charset) = self.charset {
            reader = reader.charset(charset);
        }
        if let Some(rows) = &self.rows {
            reader = reader.rows(rows);
        }
        let mut read: u64 = 0;
        loop {
            match reader.try_next() {
                Ok(None) => return Ok(()),
                Ok(Some(item)) => self.take(name, &item, output)?,
                Err(error) => {
                    let next = next_step(error.kind()).map(|next| format!("; {next}")).unwrap_or_default();
                    self.note_failed(name, &format!("{error}{next}"));
                    return Ok(());
                }
            }
            read += 1;
            if read.is_multiple_of(AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
    }

    fn take(&mut self, name: &str, item: &Item, output: &mut Output<'_>) -> Result<(), Failure> {
        self.tally.add(name, item);
        if let Some(unmapped) = &mut self.unmapped {
            unmapped.add(name, item)?;
        }
        let Item::Record(record) = item else { return Ok(()) };
        // An answer that is an error says nothing of the others.
        if self.kind.is_none() && record.kind() != Kind::Errors {
            self.kind = Some(record.kind());
        }
        if self.kind == Some(record.kind()) {
            return output.push(record, name);
        }
        *self.others.entry(record.kind()).or_default() += 1;
        Ok(())
    }

    fn note_failed(&mut self, name: &str, reason: &str) {
        self.failed += 1;
        if self.failed <= SHOWN {
            notes::warn(format!("{}: {}", printable(name).up_to(300), printable(reason).up_to(500)));
        }
    }

    /// Says what was read and what was not.
    ///
    /// # Errors
    /// When a file could not be read to its end.
    pub fn conclude(self, counts: &Counts) -> Result<(), Failure> {
        if let Some(unmapped) = self.unmapped {
            unmapped.finish()?;
        }
        let report = self.kind.and_then(Kind::report);
        match (report, &self.rows) {
            (Some(report), None) => summary::write_rows(report),
            (None, Some(_)) => notes::warn("--rows is for reports of settlements and orders in XML, and none was read"),
            _ => {}
        }
        summary::write(&summary::Read {
            tally: &self.tally,
            others: &self.others,
            files: self.files,
            not_xml: self.not_xml,
        });
        counts.conclude()?;
        summary::failure(self.failed)
    }
}

/// An open file.
enum Opened {
    File(File),
    Stream(Box<dyn Read>),
}

fn open(path: &Path) -> io::Result<(Form, Opened)> {
    let mut file = File::open(path)?;
    let mut beginning = Vec::new();
    (&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
    file.rewind()?;
    Ok((Form::of(&beginning), Opened::File(file)))
}
