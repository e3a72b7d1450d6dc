//! Reads CSV, also as spreadsheets write it: with a byte order mark, and with semicolons where the comma begins a fraction.

use super::{MOST_CELLS, MOST_COLUMNS, Row, Sheet, SheetKind, Wrong};
use spapi_listings::template::Cell;

const BOM: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn read(bytes: &[u8]) -> Result<Sheet, Wrong> {
    let text = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = text.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Wrong::new(format!("line {line} is not in UTF-8")).next("save it as CSV UTF-8, or as XLSX")
    })?;
    if text.contains('\0') {
        return Err(Wrong::new("it is not a text").next("save it as CSV UTF-8, or as XLSX"));
    }
    let delimiter = delimiter(text);
    if let Some(line) = open_quote(text.as_bytes(), delimiter) {
        return Err(Wrong::new(format!("line {line} has a cell that a quotation mark opens, and none closes"))
            .next("close the cell with a quotation mark, and double those that belong to its value"));
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut sheet = Sheet { kind: SheetKind::Csv, others: Vec::new(), header: Vec::new(), rows: Vec::new() };
    let mut record = csv::StringRecord::new();
    let (mut is_first, mut count) = (true, 0);
    let (mut line, mut counted) = (1, 0);
    loop {
        let read = reader.read_record(&mut record);
        if !read.map_err(|error| Wrong::new(format!("it cannot be read as CSV: {error}")))? {
            return Ok(sheet);
        }
        line += lines(text, &mut counted, record.position().map_or(0, csv::Position::byte));
        if record.len() > MOST_COLUMNS {
            return Err(Wrong::new(format!("line {line} has more than {MOST_COLUMNS} columns")));
        }
        if std::mem::take(&mut is_first) {
            sheet.header = record.iter().map(|name| name.trim().to_owned()).collect();
            continue;
        }
        let cells: Vec<Cell> = record.iter().map(cell).collect();
        count += cells.len();
        if count > MOST_CELLS {
            return Err(Wrong::new(format!("it has more than {MOST_CELLS} cells")).next("split it"));
        }
        sheet.rows.push(Row { number: line, cells });
    }
}

/// How many lines end between the place that is counted and the beginning of a record, which moves the place. The reader begins a
/// record before the second character of the line's end.
fn lines(text: &str, counted: &mut usize, start: u64) -> u64 {
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let start = start + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let between = text.as_bytes().get(*counted..start).unwrap_or_default();
    *counted = start;
    between.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The line with the quotation mark that opens the last cell, if none closes it. The reader would take all that follows for
/// that one cell.
fn open_quote(text: &[u8], delimiter: u8) -> Option<u64> {
    let (mut line, mut opened) = (1, None);
    let (mut begins, mut after_quote) = (true, false);
    for byte in text {
        if opened.is_some() {
            // Two quotation marks in a row stand for one.
            match (byte, after_quote) {
                (b'"', _) => after_quote = !after_quote,
                (_, true) => (opened, after_quote) = (None, false),
                _ => {}
            }
        } else if begins && *byte == b'"' {
            opened = Some(line);
        }
        if opened.is_none() {
            begins = *byte == delimiter || matches!(byte, b'\n' | b'\r');
        }
        line += u64::from(*byte == b'\n');
    }
    opened.filter(|_| !after_quote)
}

/// A cell, without the apostrophe that keeps a spreadsheet from running a formula.
fn cell(text: &str) -> Cell {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => Cell::from(rest),
        _ => Cell::from(text),
    }
}

/// What stands between the names of the first row.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    let marks = [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))];
    marks.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(mark, _)| mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_found() {
        for (text, line) in [
            ("a,b\n\"c,d\ne,f\n", Some(2)),
            ("a,\"b", Some(1)),
            ("a,\"b\"\"\n", Some(1)),
            ("\"a\nb\",c\n\"d", Some(3)),
            ("\"a\"\"b\",c\n", None),
            ("\"a\"", None),
            ("a\"b,c\"\n", None),
            ("\"\",\"\"\n", None),
            ("", None),
        ] {
            assert_eq!(open_quote(text.as_bytes(), b','), line, "{text:?}");
        }
    }
}
