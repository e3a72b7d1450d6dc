//! Aligned columns. Japanese and Chinese letters are two columns wide.

use super::screen::wrapped;
use spapi_core::text::{is_printable, printable};
use std::borrow::Cow;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text of a cell without a value.
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

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// A column of text whose title comes from a server.
    pub fn named(title: &str) -> Self {
        Self { title: Cow::Owned(printable(title).to_string()), to_the_right: false }
    }
}

/// The number of rows that are read before the first is written, to find the widths of the columns.
const LOOK_AHEAD: usize = 100;

/// A table that is written while its rows arrive, a hundred at a time.
///
/// If a later row has a wider cell, its column is wider from there on.
pub struct Table<W> {
    out: W,
    columns: Vec<Column>,
    widths: Vec<usize>,
    has_title: bool,
    rows: Vec<Vec<String>>,
    screen: Option<usize>,
}

impl<W: Write> Table<W> {
    pub fn new(out: W, columns: impl Into<Vec<Column>>) -> Self {
        let columns = columns.into();
        let widths = columns.iter().map(|column| column.title.width()).collect();
        Self { out, columns, widths, has_title: false, rows: Vec::new(), screen: None }
    }

    /// Wraps the cells of the last column to a screen of this width, if there is one.
    pub fn wrapped_to(mut self, screen: Option<usize>) -> Self {
        self.screen = screen;
        self
    }

    /// Adds a row, with a cell for each column.
    pub fn push(&mut self, row: Vec<String>) -> io::Result<()> {
        self.rows.push(row.into_iter().map(cell).collect());
        if self.rows.len() == LOOK_AHEAD { self.write() } else { Ok(()) }
    }

    /// Writes the remaining rows, and the titles if there was no row.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.has_title || !self.rows.is_empty() {
            self.write()?;
        }
        self.out.flush()
    }

    /// Writes the remaining rows, if there are any.
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
            let is_last = index + 1 == self.columns.len();
            if let Some(screen) = self.screen.filter(|_| is_last) {
                let offset = self.widths[..index].iter().map(|width| width + 2).sum::<usize>();
                let cell = in_place(cell, offset, screen);
                if cell.starts_with('\n') {
                    text.truncate(start + text[start..].trim_end_matches(' ').len());
                }
                text.push_str(&cell);
                continue;
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

/// A last cell, whose further lines are below the first. If it has little room behind the others, it is below them.
fn in_place(cell: &str, offset: usize, screen: usize) -> String {
    const LEAST: usize = 30;
    const INDENTATION: usize = 4;
    if offset + cell.width() <= screen {
        cell.to_owned()
    } else if offset + LEAST <= screen {
        wrapped(cell, screen, offset).join("\n").trim_start().to_owned()
    } else {
        format!("\n{}", wrapped(cell, screen, INDENTATION).join("\n"))
    }
}

/// The text of a cell.
fn cell(text: String) -> String {
    match text.as_str() {
        "" => NOTHING.to_owned(),
        harmless if is_printable(harmless) => text,
        other => printable(other).to_string(),
    }
}

/// The text cut to a number of columns, with a mark where it was cut.
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

    #[test]
    fn the_last_column_is_wrapped_to_the_screen() {
        let shown = |screen| {
            let mut out = Vec::new();
            let mut table = Table::new(&mut out, COLUMNS).wrapped_to(Some(screen));
            table
                .push(["sock", "7", "a place with a long name that fills two lines"].map(str::to_owned).into())
                .unwrap();
            table.finish().unwrap();
            String::from_utf8(out).unwrap()
        };
        let beside = "\
NAME  COUNT  PLACE
sock      7  a place with a long name that
             fills two lines
";
        assert_eq!(shown(44), beside);
        let below = "\
NAME  COUNT  PLACE
sock      7
    a place with a long name that
    fills two lines
";
        assert_eq!(shown(34), below);
        assert_eq!(shown(100).lines().count(), 2);
    }
}
