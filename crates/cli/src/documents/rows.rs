//! The rows of a document, by its own columns.

use super::{Cell, Columns, pick};
use crate::connection::Problem;
use crate::exit::{Exit, Failure};
use spapi_core::document::Rows;
use spapi_jobs::ReportDocument;
use spapi_rows::{Column, OwnedValue, RowType, TextRow, known_columns, report};
use spapi_sync::ElementRows;
use std::collections::HashMap;
use std::sync::Arc;

/// What a row is to have.
pub struct Shape<'a> {
    /// Some of the columns, by any of their names. If it is empty there are all.
    pub columns: &'a [String],
    /// Whether the cells of known columns are read as what they are.
    pub has_values: bool,
}

/// The columns and the cells of a row.
pub type RowOfColumns = (Arc<Columns>, Vec<Cell>);

/// The rows of a document.
pub enum DocumentRows {
    Table(Box<TableRows>),
    Structured(Box<StructuredRows>),
}

impl DocumentRows {
    pub async fn open(
        document: &ReportDocument,
        row_type: Option<&'static RowType>,
        shape: &Shape<'_>,
    ) -> Result<Self, Problem> {
        let elements = match row_type {
            Some(row_type) => ElementRows::open(document, row_type).await?,
            None => None,
        };
        let Some(rows) = elements else {
            return Ok(Self::Table(Box::new(TableRows::open(document, row_type, shape).await?)));
        };
        Ok(Self::Structured(Box::new(StructuredRows {
            rows,
            known: row_type.map_or(&[], |row_type| row_type.columns),
            columns: shape.columns.to_vec(),
            picked: None,
        })))
    }

    /// The columns, where the document itself has them before its rows.
    pub fn header(&self) -> Option<&Arc<Columns>> {
        match self {
            Self::Table(table) => Some(&table.columns).filter(|columns| !columns.names.is_empty()),
            Self::Structured(_) => None,
        }
    }

    /// The next row, or why it cannot be read; `None` after the last.
    ///
    /// # Errors
    /// When the document cannot be read further.
    pub async fn try_next(&mut self) -> Result<Option<Result<RowOfColumns, String>>, Problem> {
        match self {
            Self::Table(table) => table.try_next().await,
            Self::Structured(structured) => structured.try_next().await,
        }
    }

    /// The cells that are no values of their columns' kinds, and are kept as texts.
    pub fn unread(&self) -> u64 {
        match self {
            Self::Table(table) => table.unread,
            Self::Structured(_) => 0,
        }
    }
}

/// The kind of rows of that name, or the first of the report type. `None` if its rows are not known.
pub fn row_type(type_name: &str, wanted: Option<&str>) -> Result<Option<&'static RowType>, Failure> {
    let kinds = report(type_name).map_or(&[][..], |report| report.rows);
    let Some(wanted) = wanted else { return Ok(kinds.first().copied()) };
    let is_called = |kind: &&&RowType| {
        let short = kind.name.strip_suffix("Row").unwrap_or(kind.name);
        [kind.name, short].iter().any(|name| name.eq_ignore_ascii_case(wanted))
    };
    match kinds.iter().find(is_called) {
        Some(found) => Ok(Some(found)),
        None => {
            let names: Vec<_> = kinds.iter().map(|kind| kind.name).collect();
            let next =
                if names.is_empty() { "leave out --rows".to_owned() } else { format!("give {}", names.join(" or ")) };
            Err(Failure::usage(format!("{type_name} has no rows called {wanted:?}")).with_next(next))
        }
    }
}

/// The rows of a document that is a table.
pub struct TableRows {
    rows: Rows<TextRow>,
    /// The number of columns of the document.
    width: usize,
    picked: Vec<Picked>,
    columns: Arc<Columns>,
    has_values: bool,
    unread: u64,
}

struct Picked {
    index: usize,
    column: Option<&'static Column>,
}

impl TableRows {
    async fn open(
        document: &ReportDocument,
        row_type: Option<&'static RowType>,
        shape: &Shape<'_>,
    ) -> Result<Self, Problem> {
        let mut rows = document.rows::<TextRow>().await?;
        let names = rows.columns().await?.to_vec();
        let known = match row_type {
            Some(row_type) => known_columns(row_type, &names),
            None => vec![None; names.len()],
        };
        let indexes = pick(shape.columns, &names, &known)?;
        let picked = indexes.iter().map(|&index| Picked { index, column: known[index] }).collect();
        let columns = Arc::new(Columns::picked(&indexes, &names, &known));
        Ok(Self { rows, width: names.len(), picked, columns, has_values: shape.has_values, unread: 0 })
    }

    async fn try_next(&mut self) -> Result<Option<Result<RowOfColumns, String>>, Problem> {
        let Some(row) = self.rows.try_next().await? else { return Ok(None) };
        if row.len() > self.width {
            return Ok(Some(Err(format!("it has {} fields, and there are {} columns", row.len(), self.width))));
        }
        let mut values = Vec::with_capacity(self.picked.len());
        for Picked { index, column } in &self.picked {
            let text = || OwnedValue::Text(row.cell(*index).to_owned());
            values.push(Cell::Value(match column.filter(|_| self.has_values) {
                None => text(),
                Some(column) => row.value(*index, column).unwrap_or_else(|_| {
                    self.unread += 1;
                    text()
                }),
            }));
        }
        Ok(Some(Ok((Arc::clone(&self.columns), values))))
    }
}

/// The rows of a document in JSON or XML, whose type is known.
pub struct StructuredRows {
    rows: ElementRows,
    known: &'static [Column],
    columns: Vec<String>,
    /// The names of the last row before columns were picked, the columns, and the indexes of those.
    picked: Option<PickedColumns>,
}

type PickedColumns = (Vec<String>, Arc<Columns>, Vec<usize>);

impl StructuredRows {
    async fn try_next(&mut self) -> Result<Option<Result<RowOfColumns, String>>, Problem> {
        let row = match self.rows.try_next().await? {
            None => return Ok(None),
            Some(Ok(row)) => row,
            // With the number of the element, the elements after it can be read.
            Some(Err(error)) if error.row().is_some() => return Ok(Some(Err(error.to_string()))),
            Some(Err(error)) => {
                return Err(Failure::new(Exit::Failed, error.to_string())
                    .with_next("--format raw writes the document as it is")
                    .into());
            }
        };
        let mut names: Vec<_> = self.known.iter().map(|column| column.name.to_owned()).collect();
        let mut values = row.values().to_vec();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for column in row.unknown() {
            let count = counts.entry(&column.name).or_default();
            *count += 1;
            names.push(if *count == 1 { column.name.to_string() } else { format!("{} ({count})", column.name) });
            values.push(OwnedValue::Text(column.value.clone()));
        }
        if self.picked.as_ref().is_none_or(|(known, ..)| *known != names) {
            let columns: Vec<_> = (0..names.len()).map(|index| self.known.get(index)).collect();
            let indexes = pick(&self.columns, &names, &columns)?;
            let picked = Arc::new(Columns::picked(&indexes, &names, &columns));
            self.picked = Some((names, picked, indexes));
        }
        let Some((_, columns, indexes)) = &self.picked else { return Ok(None) };
        let cells = indexes.iter().map(|&index| Cell::Value(values[index].clone())).collect();
        Ok(Some(Ok((Arc::clone(columns), cells))))
    }
}
