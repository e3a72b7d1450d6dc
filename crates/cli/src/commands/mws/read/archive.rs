//! Reads files, and what is packed in them, one by one.

use super::bounded::{Bounded, most};
use super::files::{Found, by_name};
use super::rows::Output;
use super::summary;
use super::unmapped::Unmapped;
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

/// How many bytes say what a file is.
const BEGINNING: u64 = 512;

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

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Zip,
    Gzip,
    Text,
    Other,
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
    pub async fn read(&mut self, files: &[Found], output: &mut Output<'_>) -> Result<(), Failure> {
        for Found { path, is_named } in files {
            let name = input::name(path).into_owned();
            match open(path) {
                Ok((form, file)) => self.read_file(&name, form, file, *is_named, output).await?,
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
            (Form::Zip, Opened::Stdin(_)) => {
                self.note_failed(name, "a zip is read from a file, not from a pipe");
                Ok(())
            }
            (Form::Gzip, Opened::File(file)) => {
                let packed = file.metadata().map_or(0, |metadata| metadata.len());
                self.read_text(name, Bounded::new(MultiGzDecoder::new(file), packed), output).await
            }
            (Form::Gzip, Opened::Stdin(stdin)) => self.read_text(name, MultiGzDecoder::new(stdin), output).await,
            (Form::Other, _) if !is_named => {
                self.not_xml += 1;
                Ok(())
            }
            (_, Opened::File(file)) => self.read_text(name, file, output).await,
            (_, Opened::Stdin(stdin)) => self.read_text(name, stdin, output).await,
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
            let left = most(size).saturating_sub(unpacked);
            let mut counted = Counted { inner: Bounded::new(entry, packed), left, read: 0 };
            let mut beginning = Vec::new();
            match (&mut counted).take(BEGINNING).read_to_end(&mut beginning) {
                Ok(_) => match form_of(&beginning) {
                    Form::Text => self.read_text(&name, Cursor::new(beginning).chain(&mut counted), output).await?,
                    Form::Gzip => {
                        let inner = MultiGzDecoder::new(Cursor::new(beginning).chain(&mut counted));
                        self.read_text(&name, Bounded::new(inner, packed), output).await?;
                    }
                    Form::Zip => self.note_failed(&name, "a zip in a zip is not read: unpack it first"),
                    Form::Other => self.not_xml += 1,
                },
                Err(error) => self.note_failed(&name, &error.to_string()),
            }
            unpacked += counted.read;
        }
        Ok(())
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
                    self.note_failed(name, &error.to_string());
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
    Stdin(io::Chain<Cursor<Vec<u8>>, io::Stdin>),
}

fn open(path: &Path) -> io::Result<(Form, Opened)> {
    let mut beginning = Vec::new();
    if input::is_stdin(path) {
        io::stdin().take(BEGINNING).read_to_end(&mut beginning)?;
        let form = form_of(&beginning);
        return Ok((form, Opened::Stdin(Cursor::new(beginning).chain(io::stdin()))));
    }
    let mut file = File::open(path)?;
    (&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
    file.seek(SeekFrom::Start(0))?;
    Ok((form_of(&beginning), Opened::File(file)))
}

fn form_of(beginning: &[u8]) -> Form {
    if beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06") {
        return Form::Zip;
    }
    if beginning.starts_with(b"\x1f\x8b") {
        return Form::Gzip;
    }
    // In UTF-16 every other byte is zero.
    let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    let text = text.strip_prefix(b"\xff\xfe").or(text.strip_prefix(b"\xfe\xff")).unwrap_or(text);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    if first == Some(&b'<') { Form::Text } else { Form::Other }
}

/// Counts what is read, and ends with an error after so many bytes.
struct Counted<R> {
    inner: R,
    left: u64,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(into)?;
        self.read += length as u64;
        if self.read > self.left {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the files of the zip unpack to far more than its size",
            ));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_beginning() {
        for (beginning, form) in [
            (&b"<?xml"[..], Form::Text),
            (b"\xef\xbb\xbf \r\n<a", Form::Text),
            (b"\xff\xfe<\0a\0", Form::Text),
            (b"\0<\0a", Form::Text),
            (b"PK\x03\x04", Form::Zip),
            (b"\x1f\x8b\x08", Form::Gzip),
            (b"sku\tprice", Form::Other),
            (b"", Form::Other),
        ] {
            assert_eq!(form_of(beginning), form, "{beginning:?}");
        }
    }
}
