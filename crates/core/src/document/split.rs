//! From text to rows and fields.

use crate::error::{Error, Kind};
use csv_core::ReadRecordResult;

/// No row of Amazon's is nearly as long; what is, is no table.
const LONGEST_ROW: usize = 8 * 1024 * 1024;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    delimiter: u8,
    quoted: bool,
    flexible: bool,
}

impl Dialect {
    /// Separated by tabs, and quotation marks are characters like any other: most reports.
    pub const TSV: Self = Self { delimiter: b'\t', quoted: false, flexible: false };
    /// Separated by tabs, with fields in quotation marks: the ledger reports.
    pub const QUOTED_TSV: Self = Self { delimiter: b'\t', quoted: true, flexible: false };
    /// Separated by commas, with fields in quotation marks.
    pub const CSV: Self = Self { delimiter: b',', quoted: true, flexible: false };

    /// Takes rows that have more or fewer fields than the first names columns: what is missing is absent, what is
    /// beyond is left out. Otherwise such a row is an error, since its values may stand in the wrong columns.
    pub const fn flexible(mut self) -> Self {
        self.flexible = true;
        self
    }

    pub(super) const fn is_flexible(self) -> bool {
        self.flexible
    }
}

/// A row, as one text and where its fields end in it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// How many bytes stand between fields.
    gap: usize,
}

impl<'a> Row<'a> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&'a str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] + self.gap);
        self.text.get(start..end)
    }
}

/// Cuts text into rows, and rows into fields.
pub(super) struct Splitter {
    /// Text that is not cut yet, from `start` on.
    text: String,
    start: usize,
    /// Up to where no end of a row was found.
    searched: usize,
    ends: Vec<usize>,
    delimiter: u8,
    quoted: Option<Box<Quoted>>,
}

/// What a row in quotation marks is unwrapped into, also across pieces.
struct Quoted {
    reader: csv_core::Reader,
    fields: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    count: usize,
    text: String,
    /// Whether the row in `text` was found, and the next begins anew.
    whole: bool,
}

/// Whether there is a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Row,
    /// More text is needed, or there is none.
    Nothing,
}

impl Splitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        let quoted = dialect.quoted.then(|| {
            Box::new(Quoted {
                reader: csv_core::ReaderBuilder::new().delimiter(dialect.delimiter).build(),
                fields: vec![0; 4096],
                length: 0,
                ends: vec![0; 64],
                count: 0,
                text: String::new(),
                whole: false,
            })
        });
        Self { text: String::new(), start: 0, searched: 0, ends: Vec::new(), delimiter: dialect.delimiter, quoted }
    }

    /// Adds text, once no row is left in what is there.
    pub(super) fn push(&mut self, text: &str) {
        self.text.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        self.text.push_str(text);
    }

    /// Looks for the next row that is not blank; [`row`](Self::row) then gives it.
    pub(super) fn advance(&mut self, ended: bool) -> Result<Found, Error> {
        if self.quoted.is_some() { self.advance_quoted(ended) } else { self.advance_plain(ended) }
    }

    /// The row that was found last.
    pub(super) fn row(&self) -> Row<'_> {
        match &self.quoted {
            Some(quoted) => Row { text: &quoted.text, ends: &quoted.ends[..quoted.count], gap: 0 },
            // The row stands before `start`, where the first of `ends` begins to count.
            None => {
                let (from, ends) = self.ends.split_first().map_or((0, &[][..]), |(from, ends)| (*from, ends));
                Row { text: &self.text[from..], ends, gap: 1 }
            }
        }
    }

    fn advance_plain(&mut self, ended: bool) -> Result<Found, Error> {
        let bytes = self.text.as_bytes();
        loop {
            let (end, next) = match memchr::memchr(b'\n', &bytes[self.searched..]) {
                Some(length) => (self.searched + length, self.searched + length + 1),
                None if ended && self.start < bytes.len() => (bytes.len(), bytes.len()),
                None => {
                    self.searched = bytes.len();
                    return check_length(bytes.len() - self.start).map(|()| Found::Nothing);
                }
            };
            let line = &bytes[self.start..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let from = self.start;
            self.start = next;
            self.searched = next;
            if !line.is_empty() {
                self.ends.clear();
                self.ends.push(from);
                self.ends.extend(memchr::memchr_iter(self.delimiter, line));
                self.ends.push(line.len());
                return check_length(line.len()).map(|()| Found::Row);
            }
        }
    }

    fn advance_quoted(&mut self, ended: bool) -> Result<Found, Error> {
        let Some(quoted) = &mut self.quoted else { return Ok(Found::Nothing) };
        let Quoted { reader, fields, length, ends, count, text, whole } = &mut **quoted;
        if std::mem::take(whole) {
            (*length, *count) = (0, 0);
            text.clear();
        }
        loop {
            let input = &self.text.as_bytes()[self.start..];
            // No input means the end to the reader.
            if input.is_empty() && !ended {
                return Ok(Found::Nothing);
            }
            let (result, read, written, found) = reader.read_record(input, &mut fields[*length..], &mut ends[*count..]);
            self.start += read;
            self.searched = self.start;
            *length += written;
            *count += found;
            check_length(*length)?;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => fields.resize(fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(Found::Nothing),
                ReadRecordResult::Record => {
                    // It came from text and was cut at ASCII, so it is text.
                    text.push_str(&String::from_utf8_lossy(&fields[..*length]));
                    *whole = true;
                    return Ok(Found::Row);
                }
            }
        }
    }
}

fn check_length(length: usize) -> Result<(), Error> {
    if length <= LONGEST_ROW {
        return Ok(());
    }
    Err(Error::new(Kind::Decode, format!("a row is longer than {LONGEST_ROW} bytes"))
        .with_hint("It may be no table, or its quotation marks are not meant as such."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(dialect: Dialect, text: &str, piece: usize) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(dialect);
        let mut rows = Vec::new();
        let characters: Vec<char> = text.chars().collect();
        let mut pieces = characters.chunks(piece);
        loop {
            let next = pieces.next();
            if let Some(piece) = next {
                splitter.push(&piece.iter().collect::<String>());
            }
            while splitter.advance(next.is_none()).unwrap() == Found::Row {
                let row = splitter.row();
                rows.push((0..row.len()).map(|index| row.get(index).unwrap().to_owned()).collect());
                assert_eq!(row.get(row.len()), None);
            }
            if next.is_none() {
                return rows;
            }
        }
    }

    #[test]
    fn tabs_and_lines_and_quotation_marks_that_are_none() {
        let text = "a\tb\tc\r\n1\t\"x\t\n\r\n\n\t\t\r\n\"é\"\t\"\"\t～";
        for piece in [1, 2, 3, 5, 1000] {
            let rows = rows(Dialect::TSV, text, piece);
            assert_eq!(rows, [["a", "b", "c"], ["1", "\"x", ""], ["", "", ""], ["\"é\"", "\"\"", "～"]], "{piece}");
        }
        for none in ["", "\n", "\r\n\r\n"] {
            assert!(rows(Dialect::TSV, none, 1).is_empty());
        }
        assert_eq!(rows(Dialect::TSV, "a\rb\n", 1), [["a\rb"]]);
    }

    #[test]
    fn quotation_marks_that_are_some() {
        let text = "a,\"b\",c\r\n\"1,\n\"\"é\"\"\",,\"\"\n\n,x\"y,\"z\"";
        let long = format!("{text}\n\"{}\",{}", "é".repeat(9000), ",".repeat(200));
        for piece in [1, 2, 3, 5, 1000, 100_000] {
            let rows = rows(Dialect::CSV, &long, piece);
            assert_eq!(rows[..3], [["a", "b", "c"], ["1,\n\"é\"", "", ""], ["", "x\"y", "z"]], "{piece}");
            assert_eq!((rows.len(), rows[3].len(), rows[3][0].len()), (4, 202, 18000));
        }
        assert_eq!(rows(Dialect::QUOTED_TSV, "\"a\"\t\"b,\"\r\n", 1), [["a", "b,"]]);
        assert!(rows(Dialect::CSV, "\n\r\n", 1).is_empty());
    }

    #[test]
    fn a_row_does_not_grow_without_end() {
        for dialect in [Dialect::TSV, Dialect::CSV] {
            let mut splitter = Splitter::new(dialect);
            let piece = "x".repeat(1 << 20);
            let error = (0..20).find_map(|_| {
                splitter.push(&piece);
                splitter.advance(false).err()
            });
            assert!(error.unwrap().to_string().contains("longer than 8388608 bytes"));
        }
    }
}
