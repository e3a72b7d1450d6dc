//! Finds the columns of a row type in the header row of a document.

use crate::column::{Column, RowType};
use crate::field::{Cell, Settings};
use crate::row::{Row, UnknownColumn};
use spapi_tables::{TableError, TableErrorKind, TableReader};
use spapi_types::text::{folded, printable};
use std::collections::HashMap;
use std::sync::Arc;

/// How many characters of a header an error shows.
const SHOWN_CHARACTERS: usize = 300;

/// Where the columns of a row type are in a document.
#[derive(Clone, Debug)]
pub struct Columns {
    row_type: &'static RowType,
    slots: Vec<Slot>,
}

/// What a column of a document is.
#[derive(Clone, Debug)]
enum Slot {
    /// The column of that index.
    Known(usize),
    /// Not known, with its name.
    Unknown(Arc<str>),
}

impl Columns {
    /// Finds the columns in the header of a table.
    ///
    /// A name is that of a column if it is one of its names in any language. Case, blanks, underscores and hyphens do
    /// not count. If a header repeats the name of a column, the first is the column, and the others are unknown. If
    /// several columns have one name, as dead columns of listing reports do, they are distinguished by their order where
    /// the header has all of them, and are unknown otherwise.
    ///
    /// # Errors
    /// When the header has no known column, or lacks a column of the [key](Column::key).
    pub(crate) fn find(row_type: &'static RowType, table: &TableReader) -> Result<Self, TableError> {
        let names = table.columns();
        let written: Vec<String> = (0..names.len()).map(|index| folded(table.written_name(index))).collect();
        let places = find_columns(row_type, &written);
        let slots = places.iter().zip(names).map(|(place, name)| match place {
            Some(column) => Slot::Known(*column),
            None => Slot::Unknown(name.as_str().into()),
        });
        let columns = Self { row_type, slots: slots.collect() };
        columns.check(table).map(|()| columns)
    }

    fn check(&self, table: &TableReader) -> Result<(), TableError> {
        let shown = || printable(&table.columns().join(", ")).up_to(SHOWN_CHARACTERS).to_string();
        let RowType { name, report_type, .. } = self.row_type;
        if !self.slots.iter().any(|slot| matches!(slot, Slot::Known(_))) {
            let message =
                format!("the header row has no column of {name}, the rows of {report_type}; it has: {}", shown());
            return Err(table.error(TableErrorKind::MissingColumns, None, message));
        }
        match self.missing().find(|column| column.key && column.required) {
            Some(Column { name: key, .. }) => {
                let message = format!("the header row has no column {key}, the key of {name}; it has: {}", shown());
                Err(table.error(TableErrorKind::MissingColumns, None, message))
            }
            None => Ok(()),
        }
    }

    /// The columns that all known layouts of the report have and this document lacks.
    pub fn missing(&self) -> impl Iterator<Item = &'static Column> {
        let is_here =
            |index: usize| self.slots.iter().any(|slot| matches!(slot, Slot::Known(known) if *known == index));
        let columns = self.row_type.columns.iter().enumerate();
        columns.filter(move |(index, column)| column.required && !is_here(*index)).map(|(_, column)| column)
    }

    /// The columns of the document that are not known, in their order.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Known(_) => None,
            Slot::Unknown(name) => Some(&**name),
        })
    }

    /// Reads the row that a table has found last.
    ///
    /// # Errors
    /// When a cell cannot be read as its column's kind, or the row has more fields than the header.
    pub(crate) fn read<T: Row>(&self, table: &TableReader) -> Result<T, TableError> {
        let row = table.row();
        let is_longer = row.len() > self.slots.len() && !table.is_flexible();
        // Empty fields at the end lose nothing.
        if is_longer && row.fields().skip(self.slots.len()).any(|field| !field.trim().is_empty()) {
            let message = format!(
                "it has {} fields, and there are {} columns: a field may contain a delimiter or the end of a line",
                row.len(),
                self.slots.len()
            );
            return Err(table.error(TableErrorKind::FieldCount, None, message));
        }
        // The row is made where it is returned: some rows have two kilobytes, which copies would cost.
        let mut read = Ok(T::default());
        if let Ok(value) = &mut read {
            if let Err(error) = self.fill(value, table) {
                read = Err(error);
            }
        }
        read
    }

    fn fill<T: Row>(&self, value: &mut T, table: &TableReader) -> Result<(), TableError> {
        let settings = Settings { mark: table.mark(), marketplace: table.marketplace() };
        for (index, (slot, text)) in self.slots.iter().zip(table.row().fields()).enumerate() {
            match slot {
                Slot::Known(known) => {
                    let cell = Cell { text, column: &self.row_type.columns[*known], settings };
                    let Some(field) = value.field_mut(*known) else { continue };
                    if let Err(error) = field.read(&cell) {
                        return Err(table.error(error.kind(), Some(index), error.as_str()));
                    }
                }
                Slot::Unknown(name) => {
                    value.unknown_mut().push(UnknownColumn { name: name.clone(), value: text.to_owned() });
                }
            }
        }
        Ok(())
    }
}

/// The index of the column that each folded name of a header is.
pub(crate) fn find_columns(row_type: &RowType, header: &[String]) -> Vec<Option<usize>> {
    let places = find_by_name(row_type.columns, header);
    match row_type.by_position && places.iter().all(Option::is_none) && header.len() == row_type.columns.len() {
        true => (0..header.len()).map(Some).collect(),
        false => places,
    }
}

fn find_by_name(columns: &[Column], header: &[String]) -> Vec<Option<usize>> {
    let mut taken = vec![false; columns.len()];
    let mut found = vec![None; header.len()];
    let mut take = |place: &mut Option<usize>, column: usize| {
        if !std::mem::replace(&mut taken[column], true) {
            *place = Some(column);
        }
    };
    // The proper names come first, because an old name of one column may stand beside the proper one.
    let proper: HashMap<String, usize> =
        columns.iter().enumerate().map(|(index, column)| (folded(column.name), index)).collect();
    for (place, name) in found.iter_mut().zip(header) {
        if let Some(column) = proper.get(name) {
            take(place, *column);
        }
    }
    let mut others: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, column) in columns.iter().enumerate() {
        for name in column.also.iter().chain(column.headers.iter().map(|(_, name)| name)) {
            let named = others.entry(folded(name)).or_default();
            if named.last() != Some(&index) {
                named.push(index);
            }
        }
    }
    let mut repeats: HashMap<&str, usize> = HashMap::new();
    header.iter().for_each(|name| *repeats.entry(name).or_default() += 1);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (place, name) in found.iter_mut().zip(header) {
        let Some(named) = others.get(name).filter(|_| place.is_none()) else { continue };
        let seen = seen.entry(name).or_default();
        match named.as_slice() {
            [column] => take(place, *column),
            several if Some(&several.len()) == repeats.get(name.as_str()) => take(place, several[*seen]),
            _ => {}
        }
        *seen += 1;
    }
    found
}
