//! Splits text into rows and fields.

use crate::error::{TableError, TableErrorKind};

/// How many bytes a row may have, unless [`Limits::longest_row`] sets it. No row of Amazon's is nearly that long.
pub const LONGEST_ROW: usize = 8 * 1024 * 1024;

/// How many columns a row may have, unless [`Limits::most_columns`] sets it: as many as a sheet of a spreadsheet.
pub const MOST_COLUMNS: usize = 16_384;

/// How a table is written.
///
/// Sellers get the same report with and without quotation marks, so the header decides. If it puts every name in
/// quotation marks, so do the rows, in each dialect. If some names have them, so may some fields. If none of the names of
/// a [`QUOTED_TSV`] has them, they are ordinary characters in the rows too. Spaces around the quotation marks do not
/// belong to the field.
///
/// A first line `sep=;` or with another sign, as spreadsheets write it, changes the delimiter.
///
/// A line ends with a line feed, a carriage return or both. A line of nothing but spaces is not a row. Zeros and the end
/// mark of DOS (Ctrl-Z) at the end of a table do not belong to it.
///
/// [`QUOTED_TSV`]: Self::QUOTED_TSV
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    delimiter: u8,
    quoted: bool,
    flexible: bool,
}

impl Dialect {
    /// Separated by tabs. Quotation marks are ordinary characters, unless names in the header have them: most reports.
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
            HeaderQuotes::Some => Quotes::WithinLine,
            HeaderQuotes::None => Quotes::Literal,
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
    /// As `Optional`, but no field has a line end: in a table that is usually without quotation marks, a field that
    /// only begins with one would take the next rows with it.
    WithinLine,
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

    /// At most so many of its first fields.
    pub(crate) fn first(self, most: usize) -> Self {
        Self { ends: &self.ends[..self.ends.len().min(most)], ..self }
    }

    /// All fields, in the order of the columns.
    pub fn fields(self) -> impl Iterator<Item = &'a str> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&end| {
            let field = self.text.get(start..end);
            start = end + self.gap;
            field
        })
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
    /// What follows `text` and may be the end of the document: padding from the first character that is not a space.
    padding: String,
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
        /// Its offset, with the spaces before its first quotation mark.
        from: usize,
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
            padding: String::new(),
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
            if let Field::Quoted { from, .. } = &mut self.field {
                *from -= dropped;
            }
        }
        let rest = text.trim_end_matches(is_padding).len();
        if rest > 0 || self.padding.len() > self.limits.longest_row {
            self.text.push_str(&std::mem::take(&mut self.padding));
        }
        let end = match self.padding.is_empty() {
            true => text[rest..].find(is_end_mark).map_or(text.len(), |length| rest + length),
            false => 0,
        };
        self.text.push_str(&text[..end]);
        self.padding.push_str(&text[end..]);
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    /// Takes the line `sep=;`, with which a spreadsheet names the delimiter of the rows below it. If the first row below
    /// it has only the delimiter of the dialect, that one stays. `None` if more text is needed to decide.
    pub(crate) fn take_separator(&mut self, ended: bool) -> Option<Option<String>> {
        let text = &self.text[self.start..];
        let (ended, own) = (ended || text.len() > LONGEST_HEADER, self.dialect.delimiter);
        let mut end = 0;
        let mut lines = text.split_inclusive(['\n', '\r']).filter_map(|line| {
            end += line.len();
            let is_whole = ended || line.ends_with(['\n', '\r']);
            let line = line.trim_end_matches(['\n', '\r']);
            let is_blank = is_blank(line, b'\t') && is_blank(line, own);
            (!is_whole || !is_blank).then_some((line, is_whole, end))
        });
        let Some((first, is_whole, end)) = lines.next() else { return ended.then_some(None) };
        if !is_whole && first.len() <= LONGEST_SEPARATOR {
            return None;
        }
        let Some(separator) = separator(first) else { return Some(None) };
        match lines.next() {
            Some((next, true, _)) => {
                let has = |delimiter: u8| next.as_bytes().contains(&delimiter);
                if has(separator) || !has(own) {
                    self.dialect.delimiter = separator;
                    self.dialect.quoted |= separator != b'\t';
                }
            }
            _ if !ended => return None,
            _ => {}
        }
        let line = first.trim_start_matches('\u{feff}').to_owned();
        self.go_back(self.start + end);
        Some(Some(line))
    }

    /// Keeps all text from now on. Until quotation marks are learned again, some fields may be in them.
    pub(crate) fn look_ahead(&mut self) {
        self.keep();
        self.quotes = Quotes::Optional;
    }

    /// Keeps all text from now on, so that [`go_back`](Self::go_back) can return to it.
    pub(crate) fn keep(&mut self) {
        self.keeps = true;
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
        // In a text that was joined from several, the decoder keeps a byte order mark in the middle.
        if self.text[self.start..].starts_with('\u{feff}') {
            self.go_back(self.start + '\u{feff}'.len_utf8());
        }
        let header = header_quotes(&self.text[self.start..], self.dialect.delimiter, ended);
        let Some(header) = header else { return false };
        self.quotes = self.dialect.quotes_below(header);
        true
    }

    /// Finds the next row that is not blank. [`row`](Self::row) returns it.
    pub(crate) fn advance(&mut self, ended: bool) -> Result<Found, TableError> {
        match self.quotes {
            Quotes::Literal => self.advance_literal(ended),
            Quotes::Optional | Quotes::WithinLine | Quotes::Wrapped => self.advance_quoted(ended),
        }
    }

    /// The row that was found last.
    pub(crate) fn row(&self) -> Row<'_> {
        match self.quotes {
            Quotes::Literal => Row { text: &self.text[self.row_start..], ends: &self.ends, gap: 1 },
            Quotes::Optional | Quotes::WithinLine | Quotes::Wrapped => {
                Row { text: &self.unwrapped, ends: &self.ends, gap: 0 }
            }
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
                Field::Start => {
                    let mark = self.read + spaces(&bytes[self.read..], delimiter);
                    match bytes.get(mark) {
                        None if !ended => return self.needs_more(),
                        Some(b'"') => {
                            self.field = Field::Quoted { from: self.read, begin: self.unwrapped.len() };
                            self.read = mark + 1;
                        }
                        _ => self.field = Field::Bare,
                    }
                }
                Field::Bare => {
                    let rest = &bytes[self.read..];
                    let length = memchr::memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                    self.unwrapped.push_str(&self.text[self.read..self.read + length]);
                    self.read += length;
                    if self.read == bytes.len() && !ended {
                        return self.needs_more();
                    }
                    let is_blank = self.ends.is_empty() && self.unwrapped.chars().all(is_padding);
                    if self.end_field()? && !is_blank {
                        return Ok(Found::Row);
                    }
                }
                Field::Quoted { from, begin } => {
                    let rest = &bytes[self.read..];
                    // A field that begins with spaces is quoted only if it is closed on its line.
                    let within_line = match self.quotes {
                        Quotes::WithinLine => true,
                        Quotes::Optional => bytes[from] != b'"',
                        _ => false,
                    };
                    let length = match within_line {
                        true => memchr::memchr3(b'"', b'\n', b'\r', rest),
                        false => memchr::memchr(b'"', rest),
                    };
                    let length = length.unwrap_or(rest.len());
                    self.unwrapped.push_str(&self.text[self.read..self.read + length]);
                    self.read += length;
                    match mark_at(bytes, self.read, delimiter) {
                        Mark::Last(_) if !ended => return self.needs_more(),
                        Mark::Missing if self.read == bytes.len() && !ended => return self.needs_more(),
                        Mark::Doubled => {
                            self.unwrapped.push('"');
                            self.read += 2;
                        }
                        Mark::Closing(end) | Mark::Last(end) => {
                            self.read = end;
                            if self.end_field()? {
                                return Ok(Found::Row);
                            }
                        }
                        Mark::Inside if self.quotes == Quotes::Wrapped => {
                            self.unwrapped.push('"');
                            self.read += 1;
                        }
                        Mark::Missing if self.quotes == Quotes::Wrapped => {
                            let message = "the document ends within quotation marks";
                            return Err(TableError::new(TableErrorKind::OpenQuotes, message));
                        }
                        // The field only seemed to be in quotation marks.
                        Mark::Inside | Mark::Missing => {
                            self.unwrapped.truncate(begin);
                            self.read = from;
                            self.field = Field::Bare;
                        }
                    }
                }
            }
        }
    }

    /// The row goes on in text that is not there yet.
    fn needs_more(&self) -> Result<Found, TableError> {
        self.limits.check_length(self.text.len() - self.start).map(|()| Found::Nothing)
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
        _ => !line.as_bytes().contains(&delimiter) && line.chars().all(is_padding),
    }
}

/// What some writers put behind a text: the end mark of DOS (Ctrl-Z), and zeros.
fn is_end_mark(character: char) -> bool {
    matches!(character, '\u{1a}' | '\0')
}

pub(crate) fn is_padding(character: char) -> bool {
    character.is_whitespace() || is_end_mark(character)
}

/// How many spaces are at the beginning. Where tabs do not separate fields, they are spaces.
fn spaces(bytes: &[u8], delimiter: u8) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t') && **byte != delimiter).count()
}

/// What a quotation mark in a quoted field is.
enum Mark {
    /// The first of two, which are one mark of the text.
    Doubled,
    /// The last of the field, which ends at this offset, after spaces.
    Closing(usize),
    /// As `Closing`, at the end of the text.
    Last(usize),
    /// A mark of the text, or a sign that the field is not quoted.
    Inside,
    /// There is no quotation mark.
    Missing,
}

fn mark_at(bytes: &[u8], at: usize, delimiter: u8) -> Mark {
    if bytes.get(at) != Some(&b'"') {
        return Mark::Missing;
    }
    if bytes.get(at + 1) == Some(&b'"') {
        return Mark::Doubled;
    }
    let end = at + 1 + spaces(&bytes[at + 1..], delimiter);
    match bytes.get(end) {
        None => Mark::Last(end),
        Some(next) if is_end_of_field(*next, delimiter) => Mark::Closing(end),
        Some(_) => Mark::Inside,
    }
}

/// How long the line that names the delimiter may be.
const LONGEST_SEPARATOR: usize = 40;

/// The delimiter that a line such as `sep=;` names, in quotation marks or without them.
fn separator(line: &str) -> Option<u8> {
    let line = line.trim_start_matches('\u{feff}').trim_matches(' ');
    let bare = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (name, value) = bare.split_at_checked("sep=".len())?;
    match value.as_bytes() {
        [byte] if name.eq_ignore_ascii_case("sep=") => {
            (*byte == b'\t' || (byte.is_ascii_punctuation() && *byte != b'"')).then_some(*byte)
        }
        _ => None,
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
        let open = at + spaces(&bytes[at..], delimiter);
        let closed = if bytes.get(open) == Some(&b'"') { after_quotes(bytes, open, delimiter) } else { Closed::No };
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
        at += length;
        match mark_at(bytes, at, delimiter) {
            Mark::Doubled => at += 2,
            Mark::Closing(end) | Mark::Last(end) => return Closed::At(end),
            Mark::Inside | Mark::Missing => return Closed::No,
        }
    }
    Closed::NotYet
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Calls `take` with each piece of a text, of so many characters, and then with `None`.
    pub(in super::super) fn in_pieces(text: &str, piece: usize, mut take: impl FnMut(Option<&str>)) {
        let characters: Vec<char> = text.chars().collect();
        characters.chunks(piece).for_each(|piece| take(Some(&piece.iter().collect::<String>())));
        take(None);
    }

    fn rows(dialect: Dialect, text: &str, piece: usize) -> Vec<Vec<String>> {
        let mut splitter = Splitter::new(dialect, Limits::default());
        let mut learned = false;
        let mut rows = Vec::new();
        in_pieces(text, piece, |piece| {
            splitter.push(piece.unwrap_or_default());
            learned = learned || splitter.learn_quotes(piece.is_none());
            while learned && splitter.advance(piece.is_none()).unwrap() == Found::Row {
                let row = splitter.row();
                rows.push(row.fields().map(str::to_owned).collect());
                assert_eq!(row.get(row.len()), None);
            }
        });
        rows
    }

    #[test]
    fn bare_fields_keep_their_quotation_marks() {
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
    fn quoted_fields_are_unquoted() {
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
    fn spaces_around_quotation_marks_do_not_belong_to_a_field() {
        for (dialect, delimiter) in [(Dialect::TSV, "\t"), (Dialect::QUOTED_TSV, "\t"), (Dialect::CSV, ",")] {
            for piece in [1, 2, 3, 1000] {
                let text = "\"a\" |\"b\"\r\n\"1\"  | \"2 \" \r\n \"x\"\"\" |\"y\" ".replace('|', delimiter);
                assert_eq!(rows(dialect, &text, piece), [["a", "b"], ["1", "2 "], ["x\"", "y"]], "{text:?}");
                // Others belong to it, and so do marks within it.
                let text = "\"a\" | b |c\n\"5\" lamp\" | x |\"y\" \n".replace('|', delimiter);
                let last = &rows(dialect, &text, piece)[1][1..];
                assert_eq!(last, [" x ", "y"], "{text:?}");
            }
        }
        assert_eq!(rows(Dialect::CSV, "\"a\"\t,\"b\"\n", 1), [["a", "b"]]);
        assert_eq!(
            rows(Dialect::CSV, "a,b\n1, \"x, y\"\n \"z,2\n3,\"4\"\n", 3)[1..],
            [["1", "x, y"], [" \"z", "2"], ["3", "4"]]
        );
        assert_eq!(rows(Dialect::CSV, "a,b\n  \"x\" y,  \"z\n", 1)[1], ["  \"x\" y", "  \"z"]);
        assert_eq!(rows(Dialect::TSV, "a\tb\n \"x\" \t\"y\"\n", 1)[1], [" \"x\" ", "\"y\""]);
    }

    #[test]
    fn the_end_mark_of_a_text_and_zeros_behind_it_are_not_rows() {
        for (header, row) in [("a\tb", "1\t2"), ("\"a\"\t\"b\"", "\"1\"\t\"2\"")] {
            for dialect in [Dialect::TSV, Dialect::QUOTED_TSV, Dialect::CSV] {
                let (header, row) = match dialect.delimiter {
                    b',' => (header.replace('\t', ","), row.replace('\t', ",")),
                    _ => (header.to_owned(), row.to_owned()),
                };
                for line_end in ["\n", "\r\n", "\r"] {
                    let table = [header.as_str(), &row].join(line_end);
                    let zeros = "\0".repeat(10_000);
                    for end in [
                        "\u{1a}",
                        "\n\u{1a}",
                        "\n\u{1a}\n",
                        "\u{1a}\n\n",
                        "\n\u{1a}\0\0",
                        "\0",
                        "\n\0\0\n",
                        "\n \u{1a}\u{1a} ",
                        &zeros,
                    ] {
                        for piece in [1, 3, 1000] {
                            let text = format!("{table}{}", end.replace('\n', line_end));
                            assert_eq!(rows(dialect, &text, piece), [["a", "b"], ["1", "2"]], "{text:?} {piece}");
                        }
                    }
                }
            }
        }
        // In the middle, they are characters, but a line of nothing else is blank.
        for piece in [1, 3, 1000] {
            let text = "a\tb\n1\0\t2\u{1a}\n\u{1a}\n3\t\u{1a}\n4\t5\n";
            assert_eq!(rows(Dialect::TSV, text, piece), [["a", "b"], ["1\0", "2\u{1a}"], ["3", "\u{1a}"], ["4", "5"]]);
        }
        assert!(rows(Dialect::TSV, "\u{1a}", 1).is_empty() && rows(Dialect::CSV, "\n\u{1a}\0", 1).is_empty());
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
        panic!("{dialect:?} has no limit");
    }

    #[test]
    fn the_length_of_a_row_is_limited() {
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
    fn the_number_of_columns_of_a_row_is_limited() {
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
