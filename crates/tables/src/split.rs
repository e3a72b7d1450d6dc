//! Splits text into rows and fields.

use crate::error::{TableError, TableErrorKind};

/// How many bytes a row may have, unless [`Limits::longest_row`] sets it. No row of Amazon's is nearly that long.
pub const LONGEST_ROW: usize = 8 * 1024 * 1024;

/// How many columns a row may have, unless [`Limits::most_columns`] sets it: as many as a sheet of a spreadsheet.
pub const MOST_COLUMNS: usize = 16_384;

/// How a table is written.
///
/// Sellers get the same report with and without quotation marks, so the header decides. If it puts every name in
/// quotation marks, so do the rows, in each dialect. If none of the names of a [`QUOTED_TSV`] has them, they are
/// ordinary characters in the rows too.
///
/// A line ends with a line feed, a carriage return or both. A line of nothing but spaces is not a row.
///
/// [`QUOTED_TSV`]: Self::QUOTED_TSV
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    delimiter: u8,
    quoted: bool,
    flexible: bool,
}

impl Dialect {
    /// Separated by tabs. Quotation marks are ordinary characters: most reports.
    pub const TSV: Self = Self { delimiter: b'\t', quoted: false, flexible: false };
    /// Separated by tabs, with fields in quotation marks: the ledger reports.
    pub const QUOTED_TSV: Self = Self { delimiter: b'\t', quoted: true, flexible: false };
    /// Separated by commas. A field may be in quotation marks. If it begins with a quotation mark and the next one does
    /// not close it, it is taken as it is written.
    pub const CSV: Self = Self { delimiter: b',', quoted: true, flexible: false };

    /// Accepts rows that have more or fewer fields than the header has names: a missing field is absent, an extra field
    /// is dropped. Without this such a row is an error, because its values may be in the wrong columns.
    pub const fn flexible(mut self) -> Self {
        self.flexible = true;
        self
    }

    pub(crate) const fn is_flexible(self) -> bool {
        self.flexible
    }

    /// How the rows below a header with these quotation marks are read.
    fn quotes_below(self, header: HeaderQuotes) -> Quotes {
        match header {
            HeaderQuotes::All => Quotes::Wrapped,
            HeaderQuotes::None if self.delimiter == b'\t' => Quotes::Literal,
            _ if self.quoted => Quotes::Optional,
            _ => Quotes::Literal,
        }
    }
}

/// How large a row may be. A larger one is an error, so that a text which is not a table takes no more memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes a row may have. By default [`LONGEST_ROW`].
    pub longest_row: usize,
    /// How many columns a row may have. By default [`MOST_COLUMNS`].
    pub most_columns: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { longest_row: LONGEST_ROW, most_columns: MOST_COLUMNS }
    }
}

impl Limits {
    fn check_length(self, length: usize) -> Result<(), TableError> {
        if length <= self.longest_row {
            return Ok(());
        }
        let message = format!("a row of the document is longer than {} bytes", self.longest_row);
        Err(TableError::new(TableErrorKind::RowTooLong, message))
    }

    fn check_columns(self, columns: usize) -> Result<(), TableError> {
        if columns <= self.most_columns {
            return Ok(());
        }
        let message = format!("a row of the document has more than {} columns", self.most_columns);
        Err(TableError::new(TableErrorKind::TooManyColumns, message))
    }
}

/// What quotation marks mean in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// Nothing: they are ordinary characters.
    Literal,
    /// Some fields are in quotation marks: those that begin with one and have the next single one at their end.
    Optional,
    /// All fields are in quotation marks. A mark that is neither doubled nor at the end of a field belongs to the
    /// field.
    Wrapped,
}

/// How many names of a header are in quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeaderQuotes {
    None,
    Some,
    All,
}

/// A row: one text, and the offsets at which its fields end.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    text: &'a str,
    ends: &'a [usize],
    /// How many bytes are between fields.
    gap: usize,
}

impl<'a> Row<'a> {
    /// How many fields it has. At least one.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field with this index, counted from 0, without quotation marks around it.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] + self.gap);
        self.text.get(start..end)
    }

    /// All fields, in the order of the columns.
    pub fn fields(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}

/// Whether there is a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is.
    Row,
    /// More text is needed, or no text is left.
    Nothing,
}

/// Splits text into rows, and rows into fields.
pub(crate) struct Splitter {
    dialect: Dialect,
    quotes: Quotes,
    limits: Limits,
    /// Text that is still needed.
    text: String,
    /// The offset of the next row, or of the one that is being read.
    start: usize,
    /// The offset up to which the text has been read.
    read: usize,
    /// Whether the text before `start` is kept, to be read again.
    keeps: bool,
    /// The offset of the row that was found last.
    row_start: usize,
    /// The offsets at which its fields end: in `text` from `row_start` on, or in `unwrapped`.
    ends: Vec<usize>,
    /// Its fields without quotation marks, if those have a meaning.
    unwrapped: String,
    field: Field,
}

/// How far a row with quotation marks has been read.
#[derive(Clone, Copy)]
enum Field {
    /// Before a row.
    NoRow,
    Start,
    Bare,
    Quoted {
        /// The offset of its first quotation mark.
        open: usize,
        /// Its offset in `unwrapped`.
        begin: usize,
    },
}

impl Splitter {
    pub(crate) fn new(dialect: Dialect, limits: Limits) -> Self {
        Self {
            dialect,
            quotes: dialect.quotes_below(HeaderQuotes::Some),
            limits,
            text: String::new(),
            start: 0,
            read: 0,
            keeps: false,
            row_start: 0,
            ends: Vec::new(),
            unwrapped: String::new(),
            field: Field::NoRow,
        }
    }

    /// Adds text, when no further row is in the existing text.
    pub(crate) fn push(&mut self, text: &str) {
        if !self.keeps {
            let dropped = self.start;
            self.text.drain(..dropped);
            self.start = 0;
            self.read -= dropped;
            if let Field::Quoted { open, .. } = &mut self.field {
                *open -= dropped;
            }
        }
        self.text.push_str(text);
    }

    /// Keeps all text from now on, so that [`go_back`](Self::go_back) can return to it. Until quotation marks are
    /// learned again, they are ordinary characters.
    pub(crate) fn look_ahead(&mut self) {
        self.keeps = true;
        self.quotes = Quotes::Optional;
    }

    pub(crate) fn look_ahead_no_more(&mut self) {
        self.keeps = false;
    }

    /// How much text is kept.
    pub(crate) fn held(&self) -> usize {
        self.text.len()
    }

    /// The offset of the row that was found last.
    pub(crate) fn row_start(&self) -> usize {
        self.row_start
    }

    /// Continues at the beginning of a row that was found before.
    pub(crate) fn go_back(&mut self, row_start: usize) {
        self.start = row_start;
        self.read = row_start;
        self.field = Field::NoRow;
    }

    /// Inspects the quotation marks of the next row, which is a header, to read it and the rows below it accordingly.
    /// Returns whether there was enough text to decide.
    pub(crate) fn learn_quotes(&mut self, ended: bool) -> bool {
        let header = header_quotes(&self.text[self.start..], self.dialect.delimiter, ended);
        let Some(header) = header else { return false };
        self.quotes = self.dialect.quotes_below(header);
        true
    }

    /// Finds the next row that is not blank. [`row`](Self::row) returns it.
    pub(crate) fn advance(&mut self, ended: bool) -> Result<Found, TableError> {
        match self.quotes {
            Quotes::Literal => self.advance_literal(ended),
            Quotes::Optional | Quotes::Wrapped => self.advance_quoted(ended),
        }
    }

    /// The row that was found last.
    pub(crate) fn row(&self) -> Row<'_> {
        match self.quotes {
            Quotes::Literal => Row { text: &self.text[self.row_start..], ends: &self.ends, gap: 1 },
            Quotes::Optional | Quotes::Wrapped => Row { text: &self.unwrapped, ends: &self.ends, gap: 0 },
        }
    }

    fn advance_literal(&mut self, ended: bool) -> Result<Found, TableError> {
        let bytes = self.text.as_bytes();
        loop {
            let (end, next) = match memchr::memchr2(b'\n', b'\r', &bytes[self.read..]) {
                Some(length) => (self.read + length, self.read + length + 1),
                None if ended && self.start < bytes.len() => (bytes.len(), bytes.len()),
                None => {
                    self.read = bytes.len();
                    return self.limits.check_length(bytes.len() - self.start).map(|()| Found::Nothing);
                }
            };
            let line = &self.text[self.start..end];
            self.row_start = self.start;
            self.start = next;
            self.read = next;
            if !is_blank(line, self.dialect.delimiter) {
                self.limits.check_length(line.len())?;
                self.ends.clear();
                let delimiters = memchr::memchr_iter(self.dialect.delimiter, line.as_bytes());
                self.ends.extend(delimiters.take(self.limits.most_columns));
                self.ends.push(line.len());
                return self.limits.check_columns(self.ends.len()).map(|()| Found::Row);
            }
        }
    }

    fn advance_quoted(&mut self, ended: bool) -> Result<Found, TableError> {
        let delimiter = self.dialect.delimiter;
        loop {
            let bytes = self.text.as_bytes();
            self.limits.check_length(self.read - self.start)?;
            match self.field {
                Field::NoRow => {
                    if self.start == bytes.len() {
                        return Ok(Found::Nothing);
                    }
                    self.ends.clear();
                    self.unwrapped.clear();
                    self.field = Field::Start;
                }
                Field::Start => match bytes.get(self.read) {
                    None if !ended => return Ok(Found::Nothing),
                    Some(b'"') => {
                        self.field = Field::Quoted { open: self.read, begin: self.unwrapped.len() };
                        self.read += 1;
                    }
                    _ => self.field = Field::Bare,
                },
                Field::Bare => {
                    let rest = &bytes[self.read..];
                    let length = memchr::memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                    self.unwrapped.push_str(&self.text[self.read..self.read + length]);
                    self.read += length;
                    if self.read == bytes.len() && !ended {
                        return self.limits.check_length(self.read - self.start).map(|()| Found::Nothing);
                    }
                    let is_blank = self.ends.is_empty() && self.unwrapped.trim().is_empty();
                    if self.end_field()? && !is_blank {
                        return Ok(Found::Row);
                    }
                }
                Field::Quoted { open, begin } => {
                    let mark = memchr::memchr(b'"', &bytes[self.read..]).map(|length| self.read + length);
                    let until = mark.unwrap_or(bytes.len());
                    self.unwrapped.push_str(&self.text[self.read..until]);
                    self.read = until;
                    match (mark, mark.and_then(|mark| bytes.get(mark + 1))) {
                        (_, None) if !ended => {
                            return self.limits.check_length(self.read - self.start).map(|()| Found::Nothing);
                        }
                        (Some(_), Some(b'"')) => {
                            self.unwrapped.push('"');
                            self.read += 2;
                        }
                        (Some(_), next) if next.is_none_or(|next| is_end_of_field(*next, delimiter)) => {
                            self.read += 1;
                            if self.end_field()? {
                                return Ok(Found::Row);
                            }
                        }
                        (Some(_), _) if self.quotes == Quotes::Wrapped => {
                            self.unwrapped.push('"');
                            self.read += 1;
                        }
                        (None, _) if self.quotes == Quotes::Wrapped => {
                            let message = "the document ends within quotation marks";
                            return Err(TableError::new(TableErrorKind::OpenQuotes, message));
                        }
                        // The field only seemed to be in quotation marks.
                        _ => {
                            self.unwrapped.truncate(begin);
                            self.unwrapped.push('"');
                            self.read = open + 1;
                            self.field = Field::Bare;
                        }
                    }
                }
            }
        }
    }

    /// Ends a field that was read up to its delimiter or the end of its line. Returns whether it was the row's last.
    fn end_field(&mut self) -> Result<bool, TableError> {
        self.ends.push(self.unwrapped.len());
        self.limits.check_columns(self.ends.len())?;
        self.limits.check_length(self.read - self.start)?;
        let end = self.text.as_bytes().get(self.read).copied();
        self.read += usize::from(end.is_some());
        if end == Some(self.dialect.delimiter) {
            self.field = Field::Start;
            return Ok(false);
        }
        self.row_start = self.start;
        self.start = self.read;
        self.field = Field::NoRow;
        Ok(true)
    }
}

fn is_end_of_field(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || byte == b'\n' || byte == b'\r'
}

fn is_blank(line: &str, delimiter: u8) -> bool {
    match line.bytes().next() {
        None => true,
        Some(first) if first.is_ascii_graphic() => false,
        _ => !line.as_bytes().contains(&delimiter) && line.trim().is_empty(),
    }
}

/// How much text is inspected to decide how a header is written.
const LONGEST_HEADER: usize = 256 * 1024;

/// How many names of the first row that is not blank are in quotation marks. `None` if more text is needed to decide.
fn header_quotes(text: &str, delimiter: u8, ended: bool) -> Option<HeaderQuotes> {
    let ended = ended || text.len() > LONGEST_HEADER;
    let bytes = text.as_bytes();
    let end_of_line = |from: usize| memchr::memchr2(b'\n', b'\r', &bytes[from..]).map(|length| from + length);
    let mut at = 0;
    while let Some(end) = end_of_line(at).filter(|end| is_blank(&text[at..*end], delimiter)) {
        at = end + 1;
    }
    let (mut quoted, mut bare) = (false, false);
    loop {
        // Continues after the closing quotation mark of a quoted field, else at the beginning of the field.
        let closed = if bytes.get(at) == Some(&b'"') { after_quotes(bytes, at, delimiter) } else { Closed::No };
        at = match closed {
            Closed::NotYet if !ended => return None,
            Closed::At(end) => {
                quoted = true;
                end
            }
            _ => match memchr::memchr3(delimiter, b'\n', b'\r', &bytes[at..]) {
                None if !ended => return None,
                length => {
                    let end = length.map_or(bytes.len(), |length| at + length);
                    bare |= !text[at..end].trim().is_empty();
                    end
                }
            },
        };
        match bytes.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            None if !ended => return None,
            _ => break,
        }
    }
    Some(match (quoted, bare) {
        (true, false) => HeaderQuotes::All,
        (true, true) => HeaderQuotes::Some,
        (false, _) => HeaderQuotes::None,
    })
}

enum Closed {
    At(usize),
    No,
    /// The text so far has no single quotation mark.
    NotYet,
}

/// The end of the quoted field that begins at `open`.
fn after_quotes(bytes: &[u8], open: usize, delimiter: u8) -> Closed {
    let mut at = open + 1;
    while let Some(length) = memchr::memchr(b'"', &bytes[at..]) {
        let mark = at + length;
        match bytes.get(mark + 1) {
            Some(b'"') => at = mark + 2,
            None => return Closed::At(mark + 1),
            Some(next) if is_end_of_field(*next, delimiter) => return Closed::At(mark + 1),
            Some(_) => return Closed::No,
        }
    }
    Closed::NotYet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(dialect: Dialect, text: &str, piece: usize) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(dialect, Limits::default());
        let mut learned = false;
        let mut rows = Vec::new();
        let characters: Vec<char> = text.chars().collect();
        let mut pieces = characters.chunks(piece);
        loop {
            let next = pieces.next();
            if let Some(piece) = next {
                splitter.push(&piece.iter().collect::<String>());
            }
            learned = learned || splitter.learn_quotes(next.is_none());
            while learned && splitter.advance(next.is_none()).unwrap() == Found::Row {
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
        for (text, lines) in [("a\tb\r1\t2\r", 2), ("a\tb\r\r\n1\t2\r\r\n3\t4", 3), ("a\tb\n \n\u{a0}\r1\t2\n  ", 2)] {
            for piece in [1, 2, 100] {
                for dialect in [Dialect::TSV, Dialect::QUOTED_TSV] {
                    let rows = rows(dialect, text, piece);
                    assert_eq!(
                        (rows.len(), &rows[0][..], &rows[1][..]),
                        (lines, &["a", "b"].map(String::from)[..], &["1", "2"].map(String::from)[..])
                    );
                }
                assert_eq!(rows(Dialect::CSV, &text.replace('\t', ","), piece).len(), lines);
            }
        }
        assert_eq!(rows(Dialect::TSV, "a\t b\n\t\n \t\n", 1), [["a", " b"], ["", ""], [" ", ""]]);
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

    /// The error of a document that has this beginning and then repeats the same text, and how much the splitter holds
    /// then.
    fn endless(dialect: Dialect, limits: Limits, start: &str, piece: &str) -> (String, usize) {
        let mut splitter = Splitter::new(dialect, limits);
        splitter.push(start);
        let mut learned = false;
        for _ in 0..2000 {
            splitter.push(piece);
            learned = learned || splitter.learn_quotes(false);
            if !learned {
                continue;
            }
            loop {
                match splitter.advance(false) {
                    Ok(Found::Row) => {}
                    Ok(Found::Nothing) => break,
                    Err(error) => {
                        let held =
                            splitter.text.capacity() + splitter.unwrapped.capacity() + 8 * splitter.ends.capacity();
                        return (error.to_string(), held);
                    }
                }
            }
        }
        panic!("{dialect:?} goes on without end");
    }

    #[test]
    fn a_row_does_not_grow_without_end() {
        let limits = Limits::default();
        for dialect in [Dialect::TSV, Dialect::QUOTED_TSV, Dialect::CSV] {
            for start in ["", "a\tb,c\n", "\"a\"\n\"", "\"", "\"a\"\t"] {
                let (error, held) = endless(dialect, limits, start, &"x".repeat(1 << 16));
                assert!(error.contains("longer than 8388608 bytes"), "{error}");
                assert!(held < 5 * LONGEST_ROW, "{held}");
            }
            let small = Limits { longest_row: 1000, ..limits };
            assert!(endless(dialect, small, "a\n", "123456789").0.contains("longer than 1000 bytes"));
        }
    }

    #[test]
    fn the_columns_of_a_row_do_not_grow_without_end() {
        let limits = Limits::default();
        for (dialect, field) in [
            (Dialect::CSV, ","),
            (Dialect::CSV, "\"\","),
            (Dialect::TSV, "\t"),
            (Dialect::QUOTED_TSV, "\t"),
            (Dialect::QUOTED_TSV, "\"\"\t"),
        ] {
            for start in ["", "a,b\tc\n", "\"a\"\n"] {
                // What is a line to look for in a table of tabs without quotation marks is bounded by its length.
                let piece = field.repeat(1 << 16);
                let (error, held) = endless(dialect, limits, start, &piece);
                assert!(error.contains("more than 16384 columns") || error.contains("longer than 8388608"), "{error}");
                assert!(held < 5 * LONGEST_ROW, "{held}");
                let line = format!("{}\n", field.repeat(16_384));
                assert!(endless(dialect, limits, start, &line).0.contains("more than 16384 columns"), "{start}");
            }
        }
        let mut splitter = Splitter::new(Dialect::TSV, Limits { most_columns: 3, ..limits });
        splitter.push("a\tb\tc\n1\t2\t3\t4\n");
        assert!(splitter.advance(true).unwrap() == Found::Row);
        assert!(splitter.advance(true).unwrap_err().to_string().contains("more than 3 columns"));
    }
}
