//! Finds the header of a table, the lines before it, and the names of its columns.

use crate::error::TableError;
use crate::lead::{Lead, header_index, is_total, trimmed};
use crate::split::{Dialect, Found, Limits, Row, Splitter};
use spapi_types::text::printable;
use std::collections::{HashMap, HashSet};

/// How many rows are searched for the header if the first row may not be it.
const LOOK_AHEAD_ROWS: usize = 50;
/// How many characters of a column's name an error shows. In a document that is not a table it may have megabytes.
pub(crate) const SHOWN_CHARACTERS: usize = 80;
/// How much text is searched for it.
const LOOK_AHEAD_BYTES: usize = 1024 * 1024;

/// A document as a table: a preamble, a header and rows.
pub(crate) struct Table {
    splitter: Splitter,
    phase: Phase,
    preamble: Vec<Vec<String>>,
    columns: Columns,
    /// How many fields a row has.
    width: usize,
    /// Whether a row was found that is not the header again. Documents that were joined have the header below such a row,
    /// and directly below the header it is a row.
    has_other_rows: bool,
    closing: Option<String>,
}

enum Phase {
    /// The first line may name the delimiter.
    Beginning,
    /// The delimiter is known.
    Delimited,
    /// The notation of the first row is known.
    FirstRow,
    /// The first row may begin a preamble.
    Looking { start: usize, leads: Vec<Lead> },
    /// The header has been read, and no row below it.
    BelowHeader,
    /// The first row below the header may end with a delimiter that the header does not have, or the other way round.
    Comparing { start: usize, fields: usize, rows: usize },
    /// The number of fields is known.
    Rows,
    /// The row that begins here is the total of those above it, if no other row follows.
    Closing { start: usize },
}

impl Table {
    pub(crate) fn new(dialect: Dialect, limits: Limits) -> Self {
        Self {
            splitter: Splitter::new(dialect, limits),
            phase: Phase::Beginning,
            preamble: Vec::new(),
            columns: Columns::default(),
            width: 0,
            has_other_rows: false,
            closing: None,
        }
    }

    /// Adds text, when nothing more can be found in the existing text.
    pub(crate) fn push(&mut self, text: &str) {
        self.splitter.push(text);
    }

    /// The rows before the header.
    pub(crate) fn preamble(&self) -> &[Vec<String>] {
        &self.preamble
    }

    /// The line below the last row that says how many rows there are, or their sum.
    pub(crate) fn closing(&self) -> Option<&str> {
        self.closing.as_deref()
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many fields a row has: as many as there are columns, unless every row ends with a delimiter more or less.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The row that was found last.
    pub(crate) fn row(&self) -> Row<'_> {
        self.splitter.row()
    }

    /// Finds the next row below the header. [`row`](Self::row) returns it.
    pub(crate) fn advance(&mut self, ended: bool) -> Result<Found, TableError> {
        if self.find_header(ended)? == Found::Nothing {
            return Ok(Found::Nothing);
        }
        loop {
            let found = self.splitter.advance(ended)?;
            if let Phase::Closing { start } = self.phase {
                let is_last = found == Found::Nothing && self.splitter.held() <= LOOK_AHEAD_BYTES;
                if is_last && !ended {
                    return Ok(Found::Nothing);
                }
                self.splitter.go_back(start);
                self.splitter.look_ahead_no_more();
                self.splitter.advance(ended)?;
                self.phase = Phase::Rows;
                if is_last {
                    self.closing = self.splitter.row().get(0).map(|text| trimmed(text).to_owned());
                    return Ok(Found::Nothing);
                }
                self.has_other_rows = true;
                return Ok(Found::Row);
            }
            let is_total = found == Found::Row && self.columns.names.len() > 1 && {
                let row = self.splitter.row();
                row.len() == 1 && row.get(0).is_some_and(is_total)
            };
            if is_total && !matches!(self.phase, Phase::Comparing { .. }) {
                self.phase = Phase::Closing { start: self.splitter.row_start() };
                self.splitter.keep();
                continue;
            }
            if found == Found::Row {
                let is_header = self.columns.are_in(self.splitter.row());
                if is_header && self.has_other_rows {
                    continue;
                }
                self.has_other_rows |= !is_header;
            }
            match self.phase {
                Phase::BelowHeader if found == Found::Row => {
                    let (row, start) = (self.splitter.row(), self.splitter.row_start());
                    if row.len() == self.width || !self.columns.fit_but_for_blanks(row) {
                        self.phase = Phase::Rows;
                        return Ok(found);
                    }
                    self.phase = Phase::Comparing { start, fields: row.len(), rows: 1 };
                    self.splitter.keep();
                }
                Phase::Comparing { start, fields, rows } => {
                    let is_row = found == Found::Row;
                    let is_alike = || {
                        let row = self.splitter.row();
                        row.len() == fields && self.columns.fit_but_for_blanks(row)
                    };
                    let agrees = !is_row || is_total || is_alike();
                    let is_enough = rows == LOOK_AHEAD_ROWS || self.splitter.held() > LOOK_AHEAD_BYTES;
                    if is_row && agrees && !is_enough {
                        self.phase = Phase::Comparing { start, fields, rows: rows + 1 };
                    } else if is_row || ended {
                        if agrees {
                            self.width = fields;
                        }
                        self.splitter.go_back(start);
                        self.splitter.look_ahead_no_more();
                        self.phase = Phase::Rows;
                    } else {
                        return Ok(found);
                    }
                }
                _ => return Ok(found),
            }
        }
    }

    /// Finds the header. When it has been found, it does not change.
    pub(crate) fn find_header(&mut self, ended: bool) -> Result<Found, TableError> {
        loop {
            match &mut self.phase {
                Phase::BelowHeader | Phase::Comparing { .. } | Phase::Rows | Phase::Closing { .. } => {
                    return Ok(Found::Row);
                }
                Phase::Beginning => {
                    let Some(line) = self.splitter.take_separator(ended) else { return Ok(Found::Nothing) };
                    self.preamble.extend(line.map(|line| vec![line]));
                    self.phase = Phase::Delimited;
                }
                Phase::Delimited if self.splitter.learn_quotes(ended) => self.phase = Phase::FirstRow,
                Phase::Delimited => return Ok(Found::Nothing),
                Phase::FirstRow => {
                    if self.splitter.advance(ended)? == Found::Nothing {
                        return Ok(Found::Nothing);
                    }
                    if !Lead::of(&self.splitter).may_begin_preamble() {
                        self.take_header();
                    } else {
                        let start = self.splitter.row_start();
                        self.splitter.go_back(start);
                        self.splitter.look_ahead();
                        self.phase = Phase::Looking { start, leads: Vec::new() };
                    }
                }
                Phase::Looking { start, leads } => {
                    let found = self.splitter.advance(ended)?;
                    if found == Found::Row {
                        leads.push(Lead::of(&self.splitter));
                    }
                    let all = ended && found == Found::Nothing;
                    if all || leads.len() == LOOK_AHEAD_ROWS || self.splitter.held() > LOOK_AHEAD_BYTES {
                        let (start, leads) = (*start, std::mem::take(leads));
                        self.begin(start, &leads, header_index(&leads, all))?;
                    } else if found == Found::Nothing {
                        return Ok(Found::Nothing);
                    }
                }
            }
        }
    }

    /// Reads the rows before the header, if there is one, and the header.
    fn begin(&mut self, start: usize, leads: &[Lead], header: Option<usize>) -> Result<(), TableError> {
        self.splitter.go_back(start);
        for _ in 0..header.unwrap_or(leads.len()) {
            self.splitter.advance(true)?;
            self.preamble.push(self.splitter.row().fields().map(str::to_owned).collect());
        }
        self.splitter.look_ahead_no_more();
        self.phase = Phase::BelowHeader;
        if let Some(header) = header {
            self.splitter.go_back(leads.get(header).map_or(start, |lead| lead.start));
            // The whole header is there.
            self.splitter.learn_quotes(true);
            self.splitter.advance(true)?;
            self.take_header();
        }
        Ok(())
    }

    fn take_header(&mut self) {
        self.columns = Columns::of(self.splitter.row());
        self.width = self.columns.names.len();
        self.phase = Phase::BelowHeader;
    }
}

/// The columns of a table.
#[derive(Default)]
pub(crate) struct Columns {
    /// All different: further columns with the name `a` are `a (2)`, `a (3)` and so on.
    names: Vec<String>,
    /// As the header spells them, if that differs.
    written: HashMap<usize, String>,
}

impl Columns {
    fn of(header: Row<'_>) -> Self {
        let written: Vec<&str> = header.fields().map(trimmed).collect();
        let mut taken: HashSet<String> = written.iter().map(|name| (*name).to_owned()).collect();
        let mut columns = Self { names: Vec::with_capacity(written.len()), written: HashMap::new() };
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, name) in written.iter().copied().enumerate() {
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            if *count == 1 {
                columns.names.push(name.to_owned());
                continue;
            }
            let unique = loop {
                let unique = format!("{name} ({count})").trim_start().to_owned();
                if taken.insert(unique.clone()) {
                    break unique;
                }
                *count += 1;
            };
            columns.names.push(unique);
            columns.written.insert(index, name.to_owned());
        }
        columns
    }

    /// Whether a row has more or fewer fields than there are columns, and those fields are blank or those columns have no
    /// name.
    fn fit_but_for_blanks(&self, row: Row<'_>) -> bool {
        let count = self.names.len();
        let has_no_name = |index: usize| self.written_name(index).is_empty();
        row.len() > 1
            && row.fields().skip(count).all(|field| trimmed(field).is_empty())
            && (row.len()..count).all(has_no_name)
    }

    /// Whether a row is the header again. A single name may be a value too.
    fn are_in(&self, row: Row<'_>) -> bool {
        let count = self.names.len();
        count > 1
            && row.len() == count
            && row.fields().enumerate().all(|(index, field)| trimmed(field) == self.written_name(index))
            && row.fields().any(|field| !trimmed(field).is_empty())
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn written_name(&self, index: usize) -> &str {
        let written = self.written.get(&index).or_else(|| self.names.get(index));
        written.map_or("", String::as_str)
    }

    /// The name in a form that is safe to show, or the number of a column without a name.
    pub(crate) fn shown_name(&self, index: usize) -> String {
        match self.names.get(index).filter(|name| !name.is_empty()) {
            Some(name) => printable(name).up_to(SHOWN_CHARACTERS).to_string(),
            None => (index + 1).to_string(),
        }
    }

    /// The name under which a structure with these fields knows a column. If it has no field for the further columns of
    /// a name, but one for the name, it gets the name more than once.
    pub(crate) fn name_for(&self, index: usize, fields: Option<&[&str]>) -> Option<&str> {
        let name = self.names.get(index)?;
        match (self.written.get(&index), fields) {
            (Some(written), Some(fields)) if fields.contains(&written.as_str()) && !fields.contains(&name.as_str()) => {
                Some(written)
            }
            _ => Some(name),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::split::tests::in_pieces;
    use super::*;

    #[derive(Debug)]
    pub(in super::super) struct Read {
        pub preamble: Vec<Vec<String>>,
        pub names: Vec<String>,
        pub rows: Vec<Vec<String>>,
        pub width: usize,
    }

    /// Reads a document that comes in pieces of so many characters.
    pub(in super::super) fn read(dialect: Dialect, text: &str, piece: usize) -> Read {
        let mut table = Table::new(dialect, Limits::default());
        let mut rows = Vec::new();
        in_pieces(text, piece, |piece| {
            table.push(piece.unwrap_or_default());
            while table.advance(piece.is_none()).unwrap() == Found::Row {
                rows.push(table.row().fields().map(str::to_owned).collect());
            }
        });
        let (preamble, names) = (table.preamble().to_vec(), table.columns().names().to_vec());
        Read { preamble, names, rows, width: table.width() }
    }

    const SUMMARY: &str = "Feed Processing Summary:\n\tNumber of records processed\t\t2\n\tNumber of records \
                           successful\t\t1\n\n";
    const REPORT_HEADER: [&str; 5] = ["original-record-number", "sku", "error-code", "error-type", "error-message"];

    #[test]
    fn a_summary_before_a_table_is_its_preamble() {
        let header = REPORT_HEADER.join("\t");
        for (table, rows) in [
            (format!("{header}\n1\tA\t90220\tError\tno price\n"), 1),
            (format!("{header}\n1\tA\t90220\tError\tno price\n2\tB\t8541\tWarning\tno brand\n"), 2),
            (format!("{header}\n"), 0),
            (header, 0),
        ] {
            for line_end in ["\n", "\r\n", "\r", "\r\r\n"] {
                let text = format!("{SUMMARY}{table}").replace('\n', line_end);
                for piece in [1, 7, 10_000] {
                    let Read { preamble, names, rows: found, .. } = read(Dialect::TSV, &text, piece);
                    assert_eq!(names, REPORT_HEADER);
                    assert_eq!(preamble.len(), 3);
                    assert_eq!(preamble[0], ["Feed Processing Summary:"]);
                    assert_eq!(preamble[1], ["", "Number of records processed", "", "2"]);
                    assert_eq!(found.len(), rows);
                    if let Some(row) = found.first() {
                        assert_eq!(row[..], ["1", "A", "90220", "Error", "no price"]);
                    }
                }
            }
        }
        let Read { preamble, names, rows, .. } = read(Dialect::TSV, SUMMARY, 10);
        assert_eq!((preamble.len(), names.len(), rows.len()), (3, 0, 0), "there is no table");
    }

    #[test]
    fn lines_before_a_table_of_commas_are_its_preamble() {
        let lead = "\"Includes Amazon Marketplace, Fulfillment by Amazon (FBA)\"\n\"All amounts in USD, unless \
                    specified\"\n\"Definitions:\"\n\"Sales tax collected: tax, of \"\"all\"\" kinds\"\n";
        let header = "\"date/time\",\"settlement id\",\"type\",\"total\"\n";
        let row = "\"Jun 8, 2025 10:23:05 PM PDT\",\"1\",\"Order\",\"1,234.56\"\n";
        for (rows, count) in [(String::new(), 0), (row.to_owned(), 1), (row.repeat(200), 200)] {
            for piece in [3, 100_000] {
                let Read { preamble, names, rows: found, .. } =
                    read(Dialect::CSV, &format!("{lead}{header}{rows}"), piece);
                assert_eq!(names, ["date/time", "settlement id", "type", "total"]);
                assert_eq!(preamble.len(), 4);
                assert_eq!(preamble[3], ["Sales tax collected: tax, of \"all\" kinds"]);
                assert_eq!(found.len(), count);
                assert!(found.iter().all(|row| row[3] == "1,234.56"), "{found:?}");
            }
        }
        // The header decides how the rows are written, rather than the lines before it.
        let text = "\"Amounts in EUR\"\nsku\tname\nA\t\"Unfinished\nB\tlamp\n";
        let Read { names, rows, .. } = read(Dialect::TSV, text, 4);
        assert_eq!(names, ["sku", "name"]);
        assert_eq!(rows, [["A", "\"Unfinished"], ["B", "lamp"]]);
        let Read { names, rows, .. } = read(Dialect::TSV, "Amounts in EUR\n\"sku\"\t\"name\"\n\"A\"\t\"la\tmp\"\n", 4);
        assert_eq!((names, rows), (vec!["sku".into(), "name".into()], vec![vec!["A".into(), "la\tmp".into()]]));
        // A spreadsheet fills the lines of a preamble up.
        let text = "All amounts in USD, unless specified,,\nDefinitions:,,\na,b,c\n1,2,3\n"
            .replace("USD, unless", "USD unless");
        assert_eq!(read(Dialect::CSV, &text, 100).names, ["a", "b", "c"]);
        let Read { preamble, names, rows, .. } = read(Dialect::TSV, "Summary:\t\t\n\tprocessed\t1\na\tb\tc\n", 7);
        assert_eq!((preamble.len(), names.len(), rows.len()), (2, 3, 0));
        // A line of the preamble may have commas of its own.
        let text = "Report\nAll amounts in USD, unless specified\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n";
        assert_eq!(read(Dialect::CSV, text, 100).names, ["a", "b", "c"]);
    }

    #[test]
    fn a_table_without_a_preamble_is_read_from_its_first_row() {
        for (dialect, text, names, rows) in [
            (Dialect::TSV, "sku\nA\nB\n", &["sku"][..], 2),
            (Dialect::TSV, "sku\n", &["sku"], 0),
            (Dialect::TSV, "sku", &["sku"], 0),
            (Dialect::TSV, "sku:\nA\n", &["sku:"], 1),
            (Dialect::TSV, "sku\nA\nB\tC\nD\n", &["sku"], 3),
            (Dialect::TSV, "sku\nA\nB\tC\n", &["sku"], 2),
            (Dialect::TSV, "sku\tqty\n", &["sku", "qty"], 0),
            (Dialect::TSV, "\n \n\r\nsku\tqty\nA\t1\n", &["sku", "qty"], 1),
            (Dialect::TSV, "sku\tqty\nA\nB\t1\tx\nC\t1\ty\n", &["sku", "qty"], 3),
            (Dialect::TSV, "sku\tqty\t\nA\t1\t\n", &["sku", "qty", ""], 1),
            (Dialect::TSV, "\tqty\nA\t1\n", &["", "qty"], 1),
            (Dialect::CSV, "name\n\"a, b\"\n\"c, d\"\n", &["name"], 2),
            (Dialect::CSV, "\"name\"\n\"a, b\"\n\"\"\n", &["name"], 2),
            (Dialect::CSV, "a,b\n1\n", &["a", "b"], 1),
            (Dialect::TSV, "Merchant SKU\t\t\nA\t1\t2\nB\t1\t2\n", &["Merchant SKU", "", "(2)"], 2),
        ] {
            for piece in [1, 1000] {
                let Read { preamble, names: found, rows: count, .. } = read(dialect, text, piece);
                assert_eq!((preamble.len(), count.len()), (0, rows), "{text:?}");
                assert_eq!(found, names, "{text:?}");
            }
        }
        let single = format!("sku\n{}", "A\n".repeat(10_000));
        assert_eq!(read(Dialect::TSV, &single, 1000).rows.len(), 10_000);
        for empty in ["", "\n", " \r\n \n", "\u{3000}\r"] {
            let Read { preamble, names, rows, .. } = read(Dialect::TSV, empty, 1);
            assert_eq!((preamble.len(), names.len(), rows.len()), (0, 0, 0), "{empty:?}");
        }
    }

    #[test]
    fn the_header_tells_whether_the_rows_are_in_quotation_marks() {
        let bare = "Country\tMerchant SKU\nUS\tLMP-1\nDE\t\"Unfinished\nJP\tx\"y\n";
        let wrapped = "\"Country\"\t\"Merchant SKU\"\r\"US\"\t\"LM\tP\r-1\"\r\"DE\"\t\"5\" lamp\"\rJP\t\"a\"\"b\"\r";
        for dialect in [Dialect::TSV, Dialect::QUOTED_TSV] {
            for piece in [1, 2, 5, 1000] {
                for text in [bare.to_owned(), bare.replace('\n', "\r\n"), format!("\u{feff}{bare}")] {
                    let Read { names, rows, .. } = read(dialect, &text, piece);
                    assert_eq!(names, ["Country", "Merchant SKU"]);
                    assert_eq!(rows, [["US", "LMP-1"], ["DE", "\"Unfinished"], ["JP", "x\"y"]]);
                }
                let Read { names, rows, .. } = read(dialect, wrapped, piece);
                assert_eq!(names, ["Country", "Merchant SKU"]);
                assert_eq!(rows, [["US", "LM\tP\r-1"], ["DE", "5\" lamp"], ["JP", "a\"b"]]);
            }
        }
        for piece in [1, 2, 1000] {
            // A bare header of commas says nothing of the rows.
            let text = "date,total\n\"Jun 8, 2025\",\"1,234.56\"\n\"Unfinished,1\n2,\"x\"\n3,\"5\" y\"\n4,\"end";
            let Read { names, rows, .. } = read(Dialect::CSV, text, piece);
            assert_eq!(names, ["date", "total"]);
            assert_eq!(rows[0], ["Jun 8, 2025", "1,234.56"]);
            assert_eq!(rows[1..], [["\"Unfinished", "1"], ["2", "x"], ["3", "\"5\" y\""], ["4", "\"end"]]);
            let Read { names, rows, .. } =
                read(Dialect::TSV, "\"商品名\"\t\"数量\"\t\"\"\n\"ランプ\"\t\"1\"\t\"\"\n", piece);
            assert_eq!(
                (names, rows),
                (
                    vec!["商品名".into(), "数量".into(), String::new()],
                    vec![vec!["ランプ".into(), "1".into(), String::new()]]
                )
            );
            assert_eq!(read(Dialect::TSV, "\"a\tb\n1\t2\n", piece).names, ["\"a", "b"]);
        }
    }

    #[test]
    fn a_header_with_some_names_in_quotation_marks_has_rows_with_and_without_them() {
        let headers = ["\"a\"|b|\"c d\"", "a|\"b\"|c d", " \"a\" |b|\"c d\"  ", "a|b |\"c d\""];
        for (row, values) in [
            ("\"1\"|\"2\"|\"\"", ["1", "2", ""]),
            ("1|2|", ["1", "2", ""]),
            ("\"1|\"\"x\"\"\"|2|3", ["1|\"x\"", "2", "3"]),
            ("\"1\" | \"2\"|3", ["1", "2", "3"]),
            ("5\" lamp|x\"y\"|\"5\" lamp\"", ["5\" lamp", "x\"y\"", "\"5\" lamp\""]),
            (" x |\"y| z", [" x ", "\"y", " z"]),
        ] {
            for (dialect, delimiter) in [(Dialect::TSV, "\t"), (Dialect::QUOTED_TSV, "\t"), (Dialect::CSV, ",")] {
                for text in headers.map(|header| format!("{header}\n{row}\r\n").replace('|', delimiter)) {
                    for piece in [1, 2, 7, 1000] {
                        let Read { names, rows, .. } = read(dialect, &text, piece);
                        assert_eq!(names, ["a", "b", "c d"], "{text:?}");
                        assert_eq!(rows, [values.map(|value| value.replace('|', delimiter))], "{text:?}");
                    }
                }
            }
        }
        // Where quotation marks are not usual, an open one does not take the next rows with it.
        let text = "\"a\"\tb\n\"Unfinished\t1\nB\t5\"\n";
        assert_eq!(read(Dialect::TSV, text, 3).rows, [["\"Unfinished", "1"], ["B", "5\""]]);
        // A mark that is not closed, or closed within a name, is a letter.
        assert_eq!(read(Dialect::TSV, "\"a\"x\tb\n\"1\"\t2\n", 2).rows, [["\"1\"", "2"]]);
    }

    #[test]
    fn a_header_that_comes_again_is_not_a_row() {
        for (dialect, text, rows) in [
            (Dialect::TSV, "a\tb\n1\t2\na\tb\n3\t4\n", 2),
            (Dialect::TSV, "a\tb\n1\t2\n\u{feff}a\tb\r\n3\t4\n", 2),
            (Dialect::TSV, "a\tb\n1\t2\na\tb\na\tb\n3\t4\na\tb", 2),
            (Dialect::CSV, "\"a\",\"a\"\n1,2\n\"a\" ,\"a\"\n3,4\n", 2),
            (Dialect::TSV, "Note: all in EUR\na\tb\n1\t2\na\tb\n3\t4\n", 2),
            // Similar rows are rows, and so is what stands directly below the header.
            (Dialect::TSV, "a\tb\na\tb\na\tb\n", 2),
            (Dialect::TSV, "a\tb\n1\t2\na\tB\na\t\nb\ta\n", 4),
            (Dialect::TSV, "sku\nsku\nA\n", 2),
            (Dialect::TSV, "\t\n\t\n", 1),
        ] {
            assert_eq!(read(dialect, text, 3).rows.len(), rows, "{text:?}");
        }
    }

    #[test]
    fn a_delimiter_more_or_less_on_each_row_is_part_of_the_notation() {
        for (text, width, count) in [
            ("a\tb\n1\t2\t\n3\t4\t\n", 3, 2),
            ("a\tb\n1\t2\t\n", 3, 1),
            ("a\tb\n1\t\t\t\na\tb\n3\t4\t\t", 4, 2),
            ("a\tb\t\n1\t2\n3\t4\n", 2, 2),
            ("\"a\"\t\"b\"\n\"1\"\t\"2\"\t\n\"3\"\t\"4\"\t\n", 3, 2),
            ("Note: all in EUR\na\tb\n1\t2\t\n3\t4\t\n", 3, 2),
            ("a\tb\t\n1\t2\t\n3\t4\t\n", 3, 2),
            ("\"a\"\t\"b\"\n\"1\"\t\"2\"\t\n\n \n", 3, 1),
            ("\"a\"\t\"b\"\t\n\"1\"\t\"2\"\n\"3\"\t\"4\"\n\n", 2, 2),
            (&format!("a\tb\n{}", "1\t2\t\n".repeat(1000)), 3, 1000),
            // Not on each row: a value may be in the wrong column.
            ("a\tb\n1\t2\t\n3\t4\n", 2, 2),
            ("a\tb\n1\t2\n3\t4\t\n", 2, 2),
            ("a\tb\n1\t2\t\n3\t4\t5\n", 2, 2),
            ("a\tb\t\n1\t2\n3\t4\t\n", 3, 2),
            ("a\tb\tc\n1\t2\n3\t4\n", 3, 2),
            ("sku\nA\t\nB\t\n", 2, 2),
        ] {
            for piece in [1, 4, 1000] {
                let read = read(Dialect::TSV, text, piece);
                assert_eq!((read.width, read.rows.len()), (width, count), "{text:?}");
                assert!(read.rows.iter().all(|row| !row[0].is_empty()), "{text:?}");
            }
        }
    }

    /// The line below the rows, and how many rows there are.
    fn closing(dialect: Dialect, text: &str, piece: usize) -> (Option<String>, usize) {
        let mut table = Table::new(dialect, Limits::default());
        let mut rows = 0;
        in_pieces(text, piece, |piece| {
            table.push(piece.unwrap_or_default());
            while table.advance(piece.is_none()).unwrap() == Found::Row {
                rows += 1;
            }
        });
        (table.closing().map(str::to_owned), rows)
    }

    #[test]
    fn the_total_below_the_rows_is_not_a_row() {
        for (dialect, text, total, rows) in [
            (Dialect::TSV, "sku\tname\nA\t1\nB\t2\nTotal: 2\n", Some("Total: 2"), 2),
            (Dialect::TSV, "sku\tname\nA\t1\nTotal", Some("Total"), 1),
            (Dialect::TSV, "sku\tname\nNumber of rows: 0\r\n\r\n", Some("Number of rows: 0"), 0),
            (Dialect::TSV, "\"sku\"\t\"name\"\n\"A\"\t\"1\"\n\"Total: 1\"\n", Some("Total: 1"), 1),
            (Dialect::CSV, "sku,name,x\nA,\"1\",2\n\"Total: 1,5\"\n", Some("Total: 1,5"), 1),
            // The delimiter at the end of each other row does not matter.
            (Dialect::TSV, "sku\tname\nA\t1\t\nB\t2\t\nTotal: 2\n", Some("Total: 2"), 2),
            // Not the last, not a total, or a field for each column.
            (Dialect::TSV, "sku\tname\nTotal: 1\nA\t1\n", None, 2),
            (Dialect::TSV, "sku\tname\nA\t1\nB\n", None, 2),
            (Dialect::TSV, "sku\tname\nA\t1\nTotal\t2\n", None, 2),
            (Dialect::TSV, "sku\nA\nTotal\n", None, 2),
        ] {
            for piece in [1, 5, 1000] {
                let found = closing(dialect, text, piece);
                assert_eq!((found.0.as_deref(), found.1), (total, rows), "{text:?} by {piece}");
            }
        }
        let far = format!("sku\tname\nTotal: 1\n{}A\t1\n", "\n".repeat(5 << 18));
        assert_eq!(closing(Dialect::TSV, &far, 1 << 18), (None, 2), "it waits for the end, but not for ever");
    }

    #[test]
    fn the_line_of_a_spreadsheet_names_the_delimiter() {
        for line in ["sep=;", "SEP=;", "\"sep=;\"", "\u{feff}sep=;", "sep=; ", "\nsep=;"] {
            for (dialect, table) in [
                (Dialect::CSV, "sku;price\nA;\"1;5\"\n"),
                (Dialect::TSV, "sku;price\nA;\"1;5\"\n"),
                (Dialect::CSV, "\"sku\";\"price\"\r\n\"A\";\"1;5\"\r\n"),
                (Dialect::QUOTED_TSV, "\nsku;price\r\rA;\"1;5\""),
            ] {
                for piece in [1, 3, 1000] {
                    let Read { preamble, names, rows, .. } = read(dialect, &format!("{line}\n{table}"), piece);
                    assert_eq!(names, ["sku", "price"], "{line:?} {table:?}");
                    assert_eq!((preamble.len(), rows), (1, vec![vec!["A".to_owned(), "1;5".to_owned()]]));
                }
            }
        }
        for (dialect, text, names) in [
            (Dialect::CSV, "sep=\t\na,b\tc\n", ["a,b", "c"]),
            (Dialect::TSV, "sep=,\na\tb\n", ["a", "b"]),
            (Dialect::TSV, "sep=|\nReport: x\na|b\n1|2\n", ["a", "b"]),
            (Dialect::CSV, "sep=,\na;b,c\n", ["a;b", "c"]),
            (Dialect::CSV, "sep=x,b\n", ["sep=x", "b"]),
        ] {
            assert_eq!(read(dialect, text, 2).names, names, "{text:?}");
        }
        let Read { preamble, names, rows, .. } = read(Dialect::CSV, "sep=;\n", 2);
        assert_eq!((preamble.len(), names.len(), rows.len()), (1, 0, 0));
    }

    #[test]
    fn a_byte_order_mark_in_the_middle_does_not_hide_quotation_marks() {
        let Read { names, rows, .. } = read(Dialect::TSV, "Report:\n\u{feff}\"a\"\t\"b\"\n\"1\"\t\"2\"\n", 3);
        assert_eq!((names, rows), (vec!["a".into(), "b".into()], vec![vec!["1".into(), "2".into()]]));
    }

    #[test]
    fn what_was_written_is_read_whatever_stands_in_it_and_wherever_it_is_cut() {
        let mut random = fastrand::Rng::with_seed(5);
        let wrap = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        for _ in 0..150 {
            let columns = random.usize(2..5);
            let mut cell = |plain: bool| -> String {
                let all = ['a', 'é', ' ', '"', '"', ',', '\t', '\n', '\r', '～'];
                let letters = if plain { &all[..5] } else { &all[..] };
                (0..random.usize(0..6)).map(|_| *random.choice(letters).unwrap()).collect()
            };
            let mut table = |plain: bool| -> Vec<Vec<String>> {
                (0..4).map(|_| (0..columns).map(|_| cell(plain)).collect()).collect()
            };
            let (any, plain) = (table(false), table(true));
            let is_bare = |cell: &str| !cell.trim_start().starts_with('"') && !cell.contains([',', '\n', '\r']);
            let names: Vec<String> = (0..columns).map(|column| format!("n{column}")).collect();
            let write = |delimiter: &str, rows: &[Vec<String>], write: &dyn Fn(&str) -> String| {
                let line = |row: &Vec<String>| row.iter().map(|cell| write(cell)).collect::<Vec<_>>().join(delimiter);
                std::iter::once(&names).chain(rows).map(line).collect::<Vec<_>>().join("\r\n")
            };
            let optional = |cell: &str| if is_bare(cell) { cell.to_owned() } else { wrap(cell) };
            for piece in [1, 3, 1000] {
                for (dialect, text, rows) in [
                    (Dialect::TSV, write("\t", &any, &wrap), &any),
                    (Dialect::CSV, write(",", &any, &wrap), &any),
                    (Dialect::CSV, write(",", &any, &optional), &any),
                    (Dialect::TSV, write("\t", &plain, &str::to_owned), &plain),
                    (Dialect::QUOTED_TSV, write("\t", &plain, &str::to_owned), &plain),
                ] {
                    let Read { names: found, rows: read, .. } = read(dialect, &text, piece);
                    assert_eq!((&found, &read), (&names, rows), "{dialect:?} {text:?}");
                }
            }
        }
    }

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let names = |text: &str| read(Dialect::TSV, text, 100).names;
        assert_eq!(names("a\tb\ta\ta\n"), ["a", "b", "a (2)", "a (3)"]);
        assert_eq!(names("a\ta (2)\ta\ta (2)\n"), ["a", "a (2)", "a (3)", "a (2) (2)"]);
        assert_eq!(names("a\ta\ta (2)\n"), ["a", "a (3)", "a (2)"]);
        assert_eq!(names("a\t\t \t\n"), ["a", "", "(2)", "(3)"]);
        let many = vec!["不适用项目"; 16_000].join("\t");
        assert_eq!(names(&many)[15_999], "不适用项目 (16000)");
    }
}
