//! Reads a report's document into a slice of a destination.

use super::lane::Failed;
use super::sink::{Cell, Sink};
use crate::{ElementRows, Rejected, Schema, Stream};
use spapi_core::{Error, ErrorKind};
use spapi_jobs::ReportDocument;
use spapi_rows::{Column, OwnedValue, RowType, TextRow, known_columns};
use std::sync::Arc;

/// Reads all rows. A row that does not fit goes to the dead letters.
///
/// # Errors
/// When the document cannot be read further, or the destination cannot take the rows.
pub(super) async fn read(document: &ReportDocument, sink: &mut Sink<'_>) -> Result<(), Failed> {
    let row_type = sink.stream.row_type();
    let elements_of = match row_type {
        Some(row_type) => ElementRows::open(document, row_type).await?,
        None => None,
    };
    match elements_of {
        Some(rows) => elements(rows, sink).await,
        None => table(document, row_type, sink).await,
    }
}

async fn table(
    document: &ReportDocument,
    row_type: Option<&'static RowType>,
    sink: &mut Sink<'_>,
) -> Result<(), Failed> {
    let mut rows = document.rows::<TextRow>().await?;
    let names = rows.columns().await?.to_vec();
    let known = row_type.map_or_else(|| vec![None; names.len()], |row_type| known_columns(row_type, &names));
    let columns = row_type.map_or(&[][..], |row_type| row_type.columns);
    check_key(sink.stream, columns, &known)?;
    while let Some(row) = rows.try_next().await? {
        let found =
            cells(&row, columns, &known, &names).and_then(|(values, others)| sink.schema.row(sink.id, &values, others));
        match found {
            Ok(values) => sink.push(values).await?,
            Err(why) => {
                // Where there is a cell too many, none has a column for certain.
                let is_certain = row.len() <= names.len();
                let letter = row.cells().enumerate().map(|(index, text)| Cell {
                    name: names.get(index).map_or("", String::as_str),
                    field: known.get(index).and_then(|column| column.filter(|_| is_certain)).map(|column| column.field),
                    text,
                });
                sink.reject(why, letter).await?;
            }
        }
    }
    Ok(())
}

/// Refuses a document without a column of the key that every layout has: its rows would replace each other.
fn check_key(stream: &Stream, columns: &[Column], known: &[Option<&Column>]) -> Result<(), Error> {
    let is_there = |field: &str| known.iter().flatten().any(|column| column.field == field);
    let of_key = columns.iter().filter(|column| stream.key.contains(&column.field) && !column.nullable);
    match of_key.map(|column| column.field).find(|field| !is_there(field)) {
        Some(field) if !known.is_empty() => {
            let message = format!("the document of {} has no column for {field}, a part of the key", stream.name);
            Err(Error::new(ErrorKind::Decode, message)
                .with_hint("Amazon may have renamed it. Look for a newer version."))
        }
        _ => Ok(()),
    }
}

type Cells<'a> = (Vec<OwnedValue>, Vec<(&'a str, &'a str)>);

/// The values of a row in the order of the known columns, and the cells of the others.
fn cells<'a>(
    row: &'a TextRow,
    columns: &'static [Column],
    known: &[Option<&'static Column>],
    names: &'a [String],
) -> Result<Cells<'a>, Rejected> {
    if row.len() > names.len() {
        let reason = "the row has more fields than there are columns: a field may contain a delimiter";
        return Err(Rejected { column: String::new(), reason: reason.into() });
    }
    // A text that every layout has is empty where the document lacks it.
    let absent = |column: &Column| if column.nullable { OwnedValue::Null } else { OwnedValue::Text(String::new()) };
    let mut values: Vec<_> = columns.iter().map(absent).collect();
    let mut others = Vec::new();
    for (index, (cell, column)) in row.cells().zip(known).enumerate() {
        let place =
            column.and_then(|column| columns.iter().position(|known| known.field == column.field).zip(Some(column)));
        let Some((place, column)) = place else {
            others.push((names[index].as_str(), cell));
            continue;
        };
        values[place] = row
            .value(index, column)
            .map_err(|reason| Rejected { column: column.field.to_owned(), reason: reason.into() })?;
    }
    Ok((values, others))
}

async fn elements(mut rows: ElementRows, sink: &mut Sink<'_>) -> Result<(), Failed> {
    loop {
        match rows.try_next().await? {
            None => return Ok(()),
            Some(Ok(row)) => {
                let others = row.unknown().iter().map(|column| (&*column.name, column.value.as_str()));
                match sink.schema.row(sink.id, row.values(), others) {
                    Ok(values) => sink.push(values).await?,
                    Err(why) => {
                        let schema = Arc::clone(&sink.schema);
                        let texts: Vec<_> = row.values().iter().map(|value| format!("{value:?}")).collect();
                        let columns = schema.columns.iter().skip(Schema::OWN).zip(&texts);
                        let letter =
                            columns.map(|(column, text)| Cell { name: &column.name, field: Some(&column.name), text });
                        sink.reject(why, letter).await?;
                    }
                }
            }
            // With the number of the element, the elements after it can be read.
            Some(Err(error)) if error.row().is_some() => {
                let column = error.column().unwrap_or_default().to_owned();
                sink.reject(Rejected { column, reason: error.to_string().into() }, std::iter::empty()).await?;
            }
            Some(Err(error)) => return Err(Error::new(ErrorKind::Decode, error.to_string()).into()),
        }
    }
}
