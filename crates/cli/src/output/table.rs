//! Columns aligned for reading. Japanese and Chinese letters are two columns wide.

use spapi_core::text::{is_printable, printable};
use std::borrow::Cow;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What stands in a cell without value.
pub const NOTHING: &str = "-";

/// A column's title and how its cells are aligned.
#[derive(Clone, Debug)]
pub struct Column {
    title: Cow<'static, str>,
    to_the_right: bool,
}

impl Column {
    /// A column of text.
    pub const fn text(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), to_the_right: false }
    }

    /// A column of numbers.
    pub const fn number(title: &'static str) -> Self {
        Self { title: Cow::Borrowed(title), to_the_right: true }
    }

    /// A column of text whose title is known at run time only.
    pub fn named(title: String) -> Self {
        Self { title: Cow::Owned(title), to_the_right: false }
    }
}

/// So many rows are read before the first is written, to see how wide the columns are.
const LOOK_AHEAD: usize = 100;

/// A table that is written as its rows come: a hundred at a time.
///
/// Should a later row hold something wider than all before it, the columns are wider from there on.
pub struct Table<'columns, W> {
    out: W,
    columns: &'columns [Column],
    widths: Vec<usize>,
    has_title: bool,
    rows: Vec<Vec<String>>,
}

impl<'columns, W: Write> Table<'columns, W> {
    pub fn new(out: W, columns: &'columns [Column]) -> Self {
        let widths = columns.iter().map(|column| column.title.width()).collect();
        Self { out, columns, widths, has_title: false, rows: Vec::new() }
    }

    /// Adds a row, a cell a column.
    pub fn push(&mut self, row: Vec<String>) -> io::Result<()> {
        self.rows.push(row.into_iter().map(shown).collect());
        if self.rows.len() == LOOK_AHEAD { self.write() } else { Ok(()) }
    }

    /// Writes what has not been written yet, and the titles if there was no row at all.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.has_title || !self.rows.is_empty() {
            self.write()?;
        }
        self.out.flush()
    }

    /// Writes the rows that have not been written yet, if there are any.
    pub fn cut_off(self) -> io::Result<()> {
        if self.rows.is_empty() { Ok(()) } else { self.finish() }
    }

    fn write(&mut self) -> io::Result<()> {
        for row in &self.rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let mut text = String::new();
        if !self.has_title {
            self.line(&mut text, self.columns.iter().map(|column| column.title.as_ref()));
            self.has_title = true;
        }
        for row in &self.rows {
            self.line(&mut text, row.iter().map(String::as_str));
        }
        self.rows.clear();
        self.out.write_all(text.as_bytes())
    }

    fn line<'cell>(&self, text: &mut String, cells: impl Iterator<Item = &'cell str>) {
        let start = text.len();
        for (index, (cell, (column, width))) in cells.zip(self.columns.iter().zip(&self.widths)).enumerate() {
            if index > 0 {
                text.push_str("  ");
            }
            let blanks = width.saturating_sub(cell.width());
            let (before, after) = if column.to_the_right { (blanks, 0) } else { (0, blanks) };
            text.extend(std::iter::repeat_n(' ', before));
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', after));
        }
        text.truncate(start + text[start..].trim_end_matches(' ').len());
        text.push('\n');
    }
}

/// What a cell shows: its text made harmless, or `-` where it is empty.
fn shown(cell: String) -> String {
    match cell.as_str() {
        "" => NOTHING.to_owned(),
        text if is_printable(text) => cell,
        text => printable(text).to_string(),
    }
}

/// Cut to so many columns, with a mark where something is missing.
pub fn shortened(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut width = 0;
    let fits = |character: &char| {
        width += character.width().unwrap_or(0);
        width < columns
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::text("NAME"), Column::number("COUNT"), Column::text("PLACE")];

    fn table(rows: &[[&str; 3]]) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(&mut out, COLUMNS);
        for row in rows {
            table.push(row.iter().map(|cell| (*cell).to_owned()).collect()).unwrap();
        }
        table.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_by_what_letters_take_on_screen() {
        let shown = table(&[["靴下", "7", "東京"], ["sock", "1200", ""], ["靴", "1", "x"]]);
        assert_eq!(shown, "NAME  COUNT  PLACE\n靴下      7  東京\nsock   1200  -\n靴        1  x\n");
    }

    #[test]
    fn without_rows_the_titles_stand_alone() {
        assert_eq!(table(&[]), "NAME  COUNT  PLACE\n");
    }

    #[test]
    fn rows_are_written_as_they_come() {
        let rows = vec![["a", "1", "x"]; LOOK_AHEAD];
        let mut out = Vec::new();
        let mut streaming = Table::new(&mut out, COLUMNS);
        for row in &rows {
            streaming.push(row.iter().map(|cell| (*cell).to_owned()).collect()).unwrap();
        }
        drop(streaming);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 1 + LOOK_AHEAD);

        let mut rows = rows;
        rows.push(["a much longer name", "1", "x"]);
        let shown = table(&rows);
        assert_eq!(shown.lines().count(), 1 + rows.len());
        assert_eq!(shown.lines().last(), Some("a much longer name      1  x"));
        assert_eq!(shown.matches("NAME").count(), 1);
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        let shown = table(&[["a\u{1b}[31mred\nnext", "\t", "\u{202e}x"]]);
        assert!(shown.contains("a [31mred next") && shown.lines().count() == 2, "{shown}");
        assert!(!shown.contains(['\u{1b}', '\t', '\u{202e}']));
    }

    #[test]
    fn long_text_is_cut_with_a_mark() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abcde…");
        assert_eq!(shortened("靴下靴下", 6), "靴下…");
        assert_eq!(shortened("", 6), "");
    }
}
