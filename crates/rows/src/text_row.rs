//! Rows of tables whose type is chosen while the program runs.

use crate::column::{Column, Kind, RowType};
use crate::columns::find_columns;
use crate::field::{Cell, CellError, Field, Nullable, Settings, Value};
use spapi_tables::{TableError, TableReader, TableRow};
use spapi_types::text::folded;
use spapi_types::{DateTime, Decimal};

/// A row of any table: the text of each column of the document. [`known_columns`] says which columns of a row type they
/// are, and [`value`](Self::value) reads one as such.
///
/// ```
/// use spapi_rows::{OpenListingRow, OwnedValue, Row, TextRow, known_columns};
/// use spapi_tables::{Dialect, Found, Limits, TableReader, TableRow};
///
/// let mut table = TableReader::new(Dialect::TSV, Limits::default());
/// table.push("sku\tasin\tprice\tquantity\tnew\nA\tB000000001\t19.80\t3\tx\n");
/// table.end();
/// assert_eq!(table.advance()?, Found::Row);
///
/// let columns = known_columns(OpenListingRow::TYPE, table.columns());
/// assert_eq!(columns[3].map(|column| column.field), Some("quantity"));
/// assert!(columns[4].is_none());
/// let row = TextRow::read_row(&TextRow::find_columns(&table)?, &table)?;
/// assert_eq!(row.cell(4), "x");
/// assert_eq!(row.value(3, columns[3].unwrap()), Ok(OwnedValue::Integer(3)));
/// # Ok::<(), spapi_tables::TableError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TextRow {
    /// All cells, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    settings: Settings,
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OwnedValue {
    /// The document has none.
    Null,
    /// A text or an id.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// An exact number.
    Decimal(Decimal),
    /// Yes or no.
    Boolean(bool),
    /// A date or time, in ISO 8601 if it could be read, else as the document has it.
    DateTime(DateTime),
}

impl TextRow {
    /// How many cells it has: at least one for each column of the document. If there are more, a field most likely contains
    /// a delimiter or the end of a line, and cells are not below their columns.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of the cell of that index. It is empty if the row lacks the cell.
    pub fn cell(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(index));
        range.and_then(|(start, end)| self.text.get(start..*end)).unwrap_or_default()
    }

    /// The texts of the cells, in the order of the columns.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// Reads the cell of that index as a value of the column. A cell that the row lacks is absent.
    ///
    /// # Errors
    /// When it is no value of the column's kind. The error says what was expected, and does not repeat the cell.
    pub fn value(&self, index: usize, column: &'static Column) -> Result<OwnedValue, &'static str> {
        let cell = Cell { text: self.cell(index), column, settings: self.settings };
        let mut value = OwnedValue::Null;
        value.read(&cell).map(|()| value).map_err(CellError::as_str)
    }
}

/// Reads a cell as what its column is.
impl Field for OwnedValue {
    fn read(&mut self, cell: &Cell<'_>) -> Result<(), CellError> {
        *self = match cell.column.kind {
            Kind::Text | Kind::Id if !cell.column.nullable => Self::Text(cell.text.to_owned()),
            Kind::Text | Kind::Id => read(cell, Self::Text)?,
            Kind::Integer => read(cell, Self::Integer)?,
            Kind::Decimal | Kind::LocalDecimal => read(cell, Self::Decimal)?,
            Kind::Boolean => read(cell, Self::Boolean)?,
            Kind::Date | Kind::DateTime => read(cell, Self::DateTime)?,
        };
        Ok(())
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(*number),
            Self::Decimal(number) => Value::Decimal(*number),
            Self::Boolean(is) => Value::Boolean(*is),
            Self::DateTime(time) => Value::DateTime(time),
        }
    }
}

fn read<T: Nullable>(cell: &Cell<'_>, value: fn(T) -> OwnedValue) -> Result<OwnedValue, CellError> {
    if T::is_absent(cell.text) { Ok(OwnedValue::Null) } else { T::read(cell).map(value) }
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Integer(number) => Self::Integer(number),
            Value::Decimal(number) => Self::Decimal(number),
            Value::Boolean(is) => Self::Boolean(is),
            Value::DateTime(time) => Self::DateTime(time.clone()),
        }
    }
}

impl TableRow for TextRow {
    type Columns = ();

    fn find_columns(_: &TableReader) -> Result<(), TableError> {
        Ok(())
    }

    fn read_row((): &(), table: &TableReader) -> Result<Self, TableError> {
        let (columns, row) = (table.columns().len(), table.row());
        let mut texts: Vec<&str> = row.fields().collect();
        // Blank fields behind the last column are delimiters too many.
        while texts.len() > columns && texts.last().is_some_and(|text| text.trim().is_empty()) {
            texts.pop();
        }
        texts.resize(texts.len().max(columns), "");
        let mut text = String::with_capacity(texts.iter().map(|text| text.len()).sum());
        let add = |cell: &&str| {
            text.push_str(cell);
            text.len()
        };
        let ends = texts.iter().map(add).collect();
        Ok(Self { text, ends, settings: Settings { mark: table.mark(), marketplace: table.marketplace() } })
    }
}

/// The column of a row type that each column of a document is, by the names in the document's header row. `None` for a
/// column that is not known.
///
/// The names are those of [`TableReader::columns`], where a further column of one name is called `name (2)`. How a name is
/// compared is said in the crate's description.
pub fn known_columns(row_type: &'static RowType, names: &[String]) -> Vec<Option<&'static Column>> {
    let written: Vec<String> = names.iter().map(|name| folded(without_number(name, names))).collect();
    let places = find_columns(row_type, &written);
    places.into_iter().map(|place| place.map(|index| &row_type.columns[index])).collect()
}

/// The name without the number that distinguishes it from an earlier column of the same name.
fn without_number<'a>(name: &'a str, names: &[String]) -> &'a str {
    let stem = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    match stem {
        Some((stem, number)) if number.parse::<u32>().is_ok() && names.iter().any(|other| other == stem) => stem,
        _ => name,
    }
}
