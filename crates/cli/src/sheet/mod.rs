//! Tables of listings that a person fills in: CSV and XLSX, a row for each listing.

mod csv;
#[cfg(test)]
mod tests;
mod write;
mod xlsx;

pub use write::{Layout, write_csv, write_xlsx};

use crate::exit::Failure;
use crate::{input, notes};
use spapi_core::text::printable;
use spapi_listings::template::Cell;
use std::path::Path;

/// The largest file that is read.
const LARGEST: u64 = 64 << 20;

/// The most columns, and the most cells with something in them.
const MOST_COLUMNS: usize = 16_384;
const MOST_CELLS: usize = 20_000_000;

/// How many sheets of a workbook a message names.
const MOST_NAMED: usize = 5;

/// The first cells of the rows below the names, which a template has for a person.
pub const NOTES: [&str; 3] = ["# label", "# needed", "# takes"];

/// A table as it stands in a file.
#[derive(Debug)]
pub struct Sheet {
    kind: SheetKind,
    /// The other sheets of the workbook that a person may mean.
    pub others: Vec<String>,
    /// The names of the columns.
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Debug)]
enum SheetKind {
    Csv,
    /// With the name of the sheet.
    Xlsx(String),
}

/// A row with something in it.
#[derive(Debug)]
pub struct Row {
    /// The number of its line in CSV, or of its row in a spreadsheet, from 1.
    pub number: u64,
    /// One for each column of the header.
    pub cells: Vec<Cell>,
}

impl Sheet {
    /// Whether a file's ending is that of a table.
    pub fn is_one(path: &Path) -> bool {
        is_csv(path) || is_xlsx(path)
    }

    /// Reads a table, of a workbook the sheet with this name. Without a name it is `Listings`, or else the first.
    pub fn read(path: &Path, sheet: Option<&str>) -> Result<Self, Failure> {
        let name = input::name(path);
        let bytes = input::read(path, LARGEST)
            .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?
            .ok_or_else(|| Failure::usage(format!("{name} is larger than {} MiB", LARGEST >> 20)))?;
        let sheet = match (is_xlsx(path), sheet) {
            (true, sheet) => xlsx::read(bytes, sheet),
            (false, None) => csv::read(&bytes),
            (false, Some(_)) => Err(Wrong::new("it has no sheets").next("leave out --sheet")),
        };
        let sheet = sheet.and_then(Self::checked);
        sheet.map_err(|failed| {
            let Wrong { what, next } = failed;
            let failure = Failure::usage(format!("{name}: {what}"));
            next.into_iter().fold(failure, |failure, next| failure.with_next(next))
        })
    }

    /// Says which sheet of several is read.
    pub fn say(&self) {
        let (SheetKind::Xlsx(name), false) = (&self.kind, self.others.is_empty()) else { return };
        let shown = |name: &String| printable(name).up_to(40).to_string();
        let others: Vec<_> = self.others.iter().take(MOST_NAMED).map(shown).collect();
        let more = match self.others.len() - others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        notes::note(format!(
            "only the sheet {} is read, and not {}{more}; --sheet names another",
            shown(name),
            others.join(", ")
        ));
    }

    /// Where a cell is, such as `Listings!C7` or `line 7, column item_name`.
    pub fn cell(&self, row: u64, column: usize) -> String {
        match &self.kind {
            SheetKind::Csv => {
                let name = self.header.get(column).map(String::as_str).unwrap_or_default();
                format!("line {row}, column {}", printable(name).up_to(100))
            }
            SheetKind::Xlsx(sheet) => format!("{}!{}{row}", printable(sheet).up_to(40), letters(column)),
        }
    }

    /// Where a row is, such as `row 7 of Listings` or `line 7`.
    pub fn place(&self, row: u64) -> String {
        self.kind.place(row)
    }

    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|known| known == name)
    }

    /// The table without what only explains it, if its names are clear.
    fn checked(mut self) -> Result<Self, Wrong> {
        while self.header.last().is_some_and(String::is_empty) {
            self.header.pop();
        }
        if self.header.is_empty() {
            return Err(Wrong::new("the first row has no names of columns"));
        }
        for (column, name) in self.header.iter().enumerate() {
            if name.is_empty() {
                continue;
            }
            if let Some(first) = self.header.iter().take(column).position(|known| known == name) {
                let name = printable(name).up_to(100);
                let message = format!("the columns {} and {} have one name, {name}", letters(first), letters(column));
                return Err(Wrong::new(message).next("remove one of them, or number them, such as bullet_point.1"));
            }
        }
        let count = self.header.len();
        self.rows.retain(|row| {
            let is_note =
                row.cells.first().is_some_and(|cell| matches!(cell, Cell::Text(text) if NOTES.contains(&text.trim())));
            !is_note && !row.cells.iter().all(Cell::is_empty)
        });
        let nameless = |row: &Row, column: usize| {
            let message =
                format!("{} has a value in column {}, which has no name", self.kind.place(row.number), letters(column));
            Err(Wrong::new(message).next("put the name of an attribute into the first row, or empty the column"))
        };
        for row in &self.rows {
            let is_named = |column: usize| self.header.get(column).is_some_and(|name| !name.is_empty());
            let mut filled = row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
            if let Some((column, _)) = filled.find(|(column, _)| !is_named(*column)) {
                return nameless(row, column);
            }
        }
        self.rows.iter_mut().for_each(|row| row.cells.resize(count, Cell::Empty));
        Ok(self)
    }
}

impl SheetKind {
    fn place(&self, row: u64) -> String {
        match self {
            Self::Csv => format!("line {row}"),
            Self::Xlsx(sheet) => format!("row {row} of {}", printable(sheet).up_to(40)),
        }
    }
}

/// What is wrong with a file, and the next step.
struct Wrong {
    what: String,
    next: Option<String>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None }
    }

    fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    endings.contains(&ending.as_str())
}

pub fn is_csv(path: &Path) -> bool {
    has_ending(path, &["csv", "tsv"])
}

pub fn is_xlsx(path: &Path) -> bool {
    has_ending(path, &["xlsx", "xlsm"])
}

/// The letters of a spreadsheet's column: A to Z, then AA.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = (rest - 1) % 26;
        letters.push(char::from(b'A' + u8::try_from(digit).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}
