//! Finds the header of a table, the lines before it, and the names of its columns.

use crate::error::TableError;
use crate::split::{Dialect, Found, Limits, Row, Splitter};
use spapi_types::text::printable;
use std::collections::{HashMap, HashSet};

/// How many rows are searched for the header if the first row has a single field.
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
}

enum Phase {
    Beginning,
    /// The notation of the first row is known.
    FirstRow,
    /// The first row may begin a preamble.
    Looking {
        start: usize,
        leads: Vec<Lead>,
    },
    /// The header has been read.
    Rows,
}

/// One of the first rows.
struct Lead {
    start: usize,
    fields: usize,
    /// How many of them are not blank.
    filled: usize,
    begins_empty: bool,
    ends_with_colon: bool,
}

impl Table {
    pub(crate) fn new(dialect: Dialect, limits: Limits) -> Self {
        Self {
            splitter: Splitter::new(dialect, limits),
            phase: Phase::Beginning,
            preamble: Vec::new(),
            columns: Columns::default(),
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

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The row that was found last.
    pub(crate) fn row(&self) -> Row<'_> {
        self.splitter.row()
    }

    /// Finds the next row below the header. [`row`](Self::row) returns it.
    pub(crate) fn advance(&mut self, ended: bool) -> Result<Found, TableError> {
        match self.find_header(ended)? {
            Found::Row => self.splitter.advance(ended),
            Found::Nothing => Ok(Found::Nothing),
        }
    }

    /// Finds the header. When it has been found, it does not change.
    pub(crate) fn find_header(&mut self, ended: bool) -> Result<Found, TableError> {
        loop {
            match &mut self.phase {
                Phase::Rows => return Ok(Found::Row),
                Phase::Beginning if self.splitter.learn_quotes(ended) => self.phase = Phase::FirstRow,
                Phase::Beginning => return Ok(Found::Nothing),
                Phase::FirstRow => {
                    if self.splitter.advance(ended)? == Found::Nothing {
                        return Ok(Found::Nothing);
                    }
                    if !begins_preamble(self.splitter.row()) {
                        self.columns = Columns::of(self.splitter.row());
                        self.phase = Phase::Rows;
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
        self.phase = Phase::Rows;
        if let Some(header) = header {
            self.splitter.go_back(leads.get(header).map_or(start, |lead| lead.start));
            // The whole header is there.
            self.splitter.learn_quotes(true);
            self.splitter.advance(true)?;
            self.columns = Columns::of(self.splitter.row());
        }
        Ok(())
    }
}

impl Lead {
    fn of(splitter: &Splitter) -> Self {
        let row = splitter.row();
        let first = row.get(0).unwrap_or_default().trim();
        Self {
            start: splitter.row_start(),
            fields: row.len(),
            filled: row.fields().filter(|field| !field.trim().is_empty()).count(),
            begins_empty: first.is_empty(),
            ends_with_colon: ends_with_colon(first),
        }
    }
}

fn ends_with_colon(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether a first row may begin a preamble: it has a single field, or it is a heading or a sentence that a program has
/// padded with empty fields.
fn begins_preamble(row: Row<'_>) -> bool {
    let first = row.get(0).unwrap_or_default().trim();
    let is_prose = || ends_with_colon(first) || first.split_whitespace().count() > 3;
    row.len() == 1 || (row.fields().skip(1).all(|field| field.trim().is_empty()) && is_prose())
}

/// Which of the first rows is the header. `None` if all of them are a preamble without a table.
///
/// The header is the first row of several fields, after the first row, that begins a table: most rows below it have the
/// same number of fields, or all have several but not more than it, or there are none and it has at least three. A row
/// that begins with an empty field is not a header, because the summary of a processing report has such rows. A row
/// with only one field that is not blank is not a header either. If no row fits, the first row is the header of a
/// single column.
fn header_index(leads: &[Lead], ended: bool) -> Option<usize> {
    let Some((first, rest)) = leads.split_first() else { return Some(0) };
    let begins_table = |index: &usize| {
        let fields = leads[*index].fields;
        let below = &leads[index + 1..];
        let alike = below.iter().filter(|lead| lead.fields == fields).count();
        let goes_on = match below {
            [] => fields >= 3,
            _ => alike * 2 >= below.len() || below.iter().all(|lead| (2..=fields).contains(&lead.fields)),
        };
        leads[*index].filled > 1 && !leads[*index].begins_empty && goes_on
    };
    let is_summary = ended && first.ends_with_colon && !rest.is_empty();
    match (1..leads.len()).find(begins_table) {
        Some(index) => Some(index),
        None if is_summary && rest.iter().all(|lead| lead.begins_empty && lead.fields > 1) => None,
        None => Some(0),
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
        // In a text that was joined from several, the decoder keeps a byte order mark in the middle.
        let is_outside = |character: char| character.is_whitespace() || character == '\u{feff}';
        let written: Vec<&str> = header.fields().map(|name| name.trim_matches(is_outside)).collect();
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
mod tests {
    use super::*;

    /// The preamble, the names of the columns and the rows.
    fn read(dialect: Dialect, text: &str, piece: usize) -> (Vec<Vec<String>>, Vec<String>, Vec<Vec<String>>) {
        let mut table = Table::new(dialect, Limits::default());
        let mut rows = Vec::new();
        let characters: Vec<char> = text.chars().collect();
        let mut pieces = characters.chunks(piece);
        loop {
            let next = pieces.next();
            if let Some(piece) = next {
                table.push(&piece.iter().collect::<String>());
            }
            while table.advance(next.is_none()).unwrap() == Found::Row {
                rows.push(table.row().fields().map(str::to_owned).collect());
            }
            if next.is_none() {
                return (table.preamble().to_vec(), table.columns().names().to_vec(), rows);
            }
        }
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
                    let (preamble, names, found) = read(Dialect::TSV, &text, piece);
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
        let (preamble, names, rows) = read(Dialect::TSV, SUMMARY, 10);
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
                let (preamble, names, found) = read(Dialect::CSV, &format!("{lead}{header}{rows}"), piece);
                assert_eq!(names, ["date/time", "settlement id", "type", "total"]);
                assert_eq!(preamble.len(), 4);
                assert_eq!(preamble[3], ["Sales tax collected: tax, of \"all\" kinds"]);
                assert_eq!(found.len(), count);
                assert!(found.iter().all(|row| row[3] == "1,234.56"), "{found:?}");
            }
        }
        // The header decides how the rows are written, rather than the lines before it.
        let text = "\"Amounts in EUR\"\nsku\tname\nA\t\"Unfinished\nB\tlamp\n";
        let (_, names, rows) = read(Dialect::TSV, text, 4);
        assert_eq!(names, ["sku", "name"]);
        assert_eq!(rows, [["A", "\"Unfinished"], ["B", "lamp"]]);
        let (_, names, rows) = read(Dialect::TSV, "Amounts in EUR\n\"sku\"\t\"name\"\n\"A\"\t\"la\tmp\"\n", 4);
        assert_eq!((names, rows), (vec!["sku".into(), "name".into()], vec![vec!["A".into(), "la\tmp".into()]]));
        // A spreadsheet fills the lines of a preamble up.
        let text = "All amounts in USD, unless specified,,\nDefinitions:,,\na,b,c\n1,2,3\n"
            .replace("USD, unless", "USD unless");
        assert_eq!(read(Dialect::CSV, &text, 100).1, ["a", "b", "c"]);
        let (preamble, names, rows) = read(Dialect::TSV, "Summary:\t\t\n\tprocessed\t1\na\tb\tc\n", 7);
        assert_eq!((preamble.len(), names.len(), rows.len()), (2, 3, 0));
        // A line of the preamble may have commas of its own.
        let text = "Report\nAll amounts in USD, unless specified\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n";
        assert_eq!(read(Dialect::CSV, text, 100).1, ["a", "b", "c"]);
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
                let (preamble, found, count) = read(dialect, text, piece);
                assert_eq!((preamble.len(), count.len()), (0, rows), "{text:?}");
                assert_eq!(found, names, "{text:?}");
            }
        }
        let single = format!("sku\n{}", "A\n".repeat(10_000));
        assert_eq!(read(Dialect::TSV, &single, 1000).2.len(), 10_000);
        for empty in ["", "\n", " \r\n \n", "\u{3000}\r"] {
            let (preamble, names, rows) = read(Dialect::TSV, empty, 1);
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
                    let (_, names, rows) = read(dialect, &text, piece);
                    assert_eq!(names, ["Country", "Merchant SKU"]);
                    assert_eq!(rows, [["US", "LMP-1"], ["DE", "\"Unfinished"], ["JP", "x\"y"]]);
                }
                let (_, names, rows) = read(dialect, wrapped, piece);
                assert_eq!(names, ["Country", "Merchant SKU"]);
                assert_eq!(rows, [["US", "LM\tP\r-1"], ["DE", "5\" lamp"], ["JP", "a\"b"]]);
            }
        }
        for piece in [1, 2, 1000] {
            // A bare header of commas says nothing of the rows.
            let text = "date,total\n\"Jun 8, 2025\",\"1,234.56\"\n\"Unfinished,1\n2,\"x\"\n3,\"5\" y\"\n4,\"end";
            let (_, names, rows) = read(Dialect::CSV, text, piece);
            assert_eq!(names, ["date", "total"]);
            assert_eq!(rows[0], ["Jun 8, 2025", "1,234.56"]);
            assert_eq!(rows[1..], [["\"Unfinished", "1"], ["2", "x"], ["3", "\"5\" y\""], ["4", "\"end"]]);
            let (_, names, rows) = read(Dialect::TSV, "\"商品名\"\t\"数量\"\t\"\"\n\"ランプ\"\t\"1\"\t\"\"\n", piece);
            assert_eq!(
                (names, rows),
                (
                    vec!["商品名".into(), "数量".into(), String::new()],
                    vec![vec!["ランプ".into(), "1".into(), String::new()]]
                )
            );
            // Some names in quotation marks: as the dialect has it.
            assert_eq!(read(Dialect::TSV, "\"a\"\tb\n\"1\"\t2\n", piece).2, [["\"1\"", "2"]]);
            assert_eq!(read(Dialect::QUOTED_TSV, "\"a\"\tb\n\"1\"\t2\n", piece).2, [["1", "2"]]);
            assert_eq!(read(Dialect::TSV, "\"a\tb\n1\t2\n", piece).1, ["\"a", "b"]);
        }
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
            let is_bare = |cell: &str| !cell.starts_with('"') && !cell.contains([',', '\n', '\r']);
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
                    let (_, found, read) = read(dialect, &text, piece);
                    assert_eq!((&found, &read), (&names, rows), "{dialect:?} {text:?}");
                }
            }
        }
    }

    #[test]
    fn columns_of_one_name_are_told_apart() {
        let names = |text: &str| read(Dialect::TSV, text, 100).1;
        assert_eq!(names("a\tb\ta\ta\n"), ["a", "b", "a (2)", "a (3)"]);
        assert_eq!(names("a\ta (2)\ta\ta (2)\n"), ["a", "a (2)", "a (3)", "a (2) (2)"]);
        assert_eq!(names("a\ta\ta (2)\n"), ["a", "a (3)", "a (2)"]);
        assert_eq!(names("a\t\t \t\n"), ["a", "", "(2)", "(3)"]);
        let many = vec!["不适用项目"; 16_000].join("\t");
        assert_eq!(names(&many)[15_999], "不适用项目 (16000)");
    }
}
