//! The rows of a document, by its own columns.

use super::documents::Problem;
use crate::catalog::{close_to, did_you_mean};
use crate::exit::{Exit, Failure};
use spapi_core::Error;
use spapi_core::document::Rows;
use spapi_core::text::printable;
use spapi_jobs::ReportDocument;
use spapi_rows::{Column, OwnedValue, RowType, TextRow, known_columns, report};

/// The rows of a document that is a table.
pub struct TableRows {
    rows: Rows<TextRow>,
    /// The number of columns of the document.
    columns: usize,
    picked: Vec<Picked>,
    /// The names of the columns, as the document has them.
    pub names: Vec<String>,
    has_values: bool,
    /// The cells that are no values of their columns' kinds, and are kept as texts.
    pub unread: u64,
}

struct Picked {
    index: usize,
    column: Option<&'static Column>,
}

impl TableRows {
    /// Opens a document. `columns` picks some of its columns, by any of their names; without it there are all. With
    /// `has_values` the cells of known columns are read as what they are.
    pub async fn open(
        document: &ReportDocument,
        type_name: &str,
        columns: &[String],
        has_values: bool,
    ) -> Result<Self, Problem> {
        let mut rows = document.rows::<TextRow>().await?;
        let names = rows.columns().await?.to_vec();
        let known = match row_type(type_name) {
            Some(row_type) => known_columns(row_type, &names),
            None => vec![None; names.len()],
        };
        let indexes = pick(columns, &names, &known)?;
        let columns = names.len();
        let picked = indexes.iter().map(|&index| Picked { index, column: known[index] }).collect();
        let names = indexes.iter().map(|&index| names[index].clone()).collect();
        Ok(Self { rows, columns, picked, names, has_values, unread: 0 })
    }

    /// The next row, or why it cannot be read; `None` after the last.
    ///
    /// # Errors
    /// When the document cannot be read further.
    pub async fn try_next(&mut self) -> Result<Option<Result<Vec<OwnedValue>, String>>, Error> {
        let Some(row) = self.rows.try_next().await? else { return Ok(None) };
        let cells = row.cells();
        if cells.len() > self.columns {
            return Ok(Some(Err(format!("it has {} fields, and there are {} columns", cells.len(), self.columns))));
        }
        let mut values = Vec::with_capacity(self.picked.len());
        for Picked { index, column } in &self.picked {
            let text = || OwnedValue::Text(cells[*index].clone());
            values.push(match column.filter(|_| self.has_values) {
                None => text(),
                Some(column) => row.value(*index, column).unwrap_or_else(|_| {
                    self.unread += 1;
                    text()
                }),
            });
        }
        Ok(Some(Ok(values)))
    }
}

/// The rows of a table of this report type, if they are known.
fn row_type(type_name: &str) -> Option<&'static RowType> {
    report(type_name)?.rows.first().copied()
}

/// The indexes of the columns of these names, in their order, or of all columns.
fn pick(wanted: &[String], names: &[String], known: &[Option<&'static Column>]) -> Result<Vec<usize>, Failure> {
    // A document without a header row has no rows either.
    if wanted.is_empty() || names.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let is_called = |index: usize, wanted: &str| {
        let column = known[index];
        let all = [Some(names[index].as_str()), column.map(|column| column.name), column.map(|column| column.field)];
        all.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(wanted))
    };
    wanted
        .iter()
        .map(|wanted| {
            (0..names.len()).find(|&index| is_called(index, wanted)).ok_or_else(|| {
                let close = did_you_mean(&close_to(wanted, names.iter().map(String::as_str)));
                let columns = names.join(", ");
                Failure::new(Exit::Failed, format!("the document has no column {wanted:?}{}", printable(&close)))
                    .with_next(format!("name some of its columns: {}", printable(&columns).up_to(1000)))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_picked_by_any_of_their_names_in_the_order_of_the_request() {
        let names = ["出品者SKU", "価格", "新しい列"].map(str::to_owned);
        let known = known_columns(row_type("GET_FLAT_FILE_OPEN_LISTINGS_DATA").unwrap(), &names);
        let pick = |wanted: &[&str]| {
            let wanted: Vec<_> = wanted.iter().map(|&name| name.to_owned()).collect();
            pick(&wanted, &names, &known)
        };
        assert_eq!(pick(&[]).unwrap(), [0, 1, 2]);
        assert_eq!(pick(&["新しい列", "SKU", "price"]).unwrap(), [2, 0, 1]);
        let Err(Failure::Error { next, .. }) = pick(&["quantity"]) else { panic!("it is not there") };
        assert!(next.unwrap().contains("出品者SKU"));
    }
}
