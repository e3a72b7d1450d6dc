//! Reads a report's document into a slice of a destination as it is: each row as one object of JSON.

use super::lane::Failed;
use super::sink::Sink;
use crate::schema::day;
use crate::{DocumentForm, ElementRows, Reading, Rejected};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime as CivilDateTime};
use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use spapi_jobs::ReportDocument;
use spapi_rows::{Column, Kind, OwnedValue, RowType, TextRow, known_columns};
use std::sync::Arc;

/// Reads all rows. A row that does not fit goes to the dead letters.
///
/// # Errors
/// When the document cannot be read further, or the destination cannot take the rows.
pub(super) async fn read(document: &ReportDocument, form: &DocumentForm, sink: &mut Sink<'_>) -> Result<(), Failed> {
    let row_type = sink.stream.row_type();
    let elements_of = match row_type {
        Some(row_type) => ElementRows::open(document, row_type).await?,
        None => None,
    };
    match elements_of {
        Some(rows) => elements(rows, form, sink).await,
        None => table(document, row_type, form, sink).await,
    }
}

async fn elements(mut rows: ElementRows, form: &DocumentForm, sink: &mut Sink<'_>) -> Result<(), Failed> {
    loop {
        match rows.try_next_element(form.xml).await? {
            None => return Ok(()),
            Some(Ok(json)) => {
                let fields = fields_of(&json, form)?;
                let row = sink.schema.document(sink.id, json, fields);
                sink.push(row).await?;
            }
            // With the number of the element, the elements after it can be read.
            Some(Err(error)) if error.row().is_some() => {
                let why = Rejected { column: String::new(), reason: error.to_string().into() };
                sink.reject(why, std::iter::empty()).await?;
            }
            Some(Err(error)) => return Err(Error::new(ErrorKind::Decode, error.to_string()).into()),
        }
    }
}

/// The fields of an element that are columns too.
fn fields_of(json: &str, form: &DocumentForm) -> Result<Vec<Option<String>>, Error> {
    if form.fields.is_empty() {
        return Ok(Vec::new());
    }
    let element: Value = serde_json::from_str(json).map_err(|error| {
        Error::new(ErrorKind::Decode, "an element of the document cannot be read").with_source(error)
    })?;
    Ok(form.fields_of(&element, &Value::Null))
}

/// A column of a table.
struct Place {
    /// Its name and a colon, as JSON.
    name: String,
    reading: Option<(Reading, Option<&'static Column>)>,
    /// Which of the form's fields it is.
    field: Option<usize>,
}

async fn table(
    document: &ReportDocument,
    row_type: Option<&'static RowType>,
    form: &DocumentForm,
    sink: &mut Sink<'_>,
) -> Result<(), Failed> {
    let mut rows = document.rows::<TextRow>().await?;
    let header = rows.columns().await?.to_vec();
    let known = row_type.map_or_else(|| vec![None; header.len()], |row_type| known_columns(row_type, &header));
    let place = |(written, known): (&String, Option<&'static Column>)| {
        let name = name_of(written, known, &header, form);
        Place {
            name: format!("{}:", Value::String(name.to_owned())),
            reading: form.read.iter().find(|(read, _)| read == name).map(|(_, reading)| (*reading, known)),
            field: form.fields.iter().position(|field| field == name),
        }
    };
    let places: Vec<Place> = header.iter().zip(known).map(place).collect();
    let schema = Arc::clone(&sink.schema);
    while let Some(row) = rows.try_next().await? {
        if row.len() > places.len() {
            let reason = "the row has more fields than there are columns: a field may contain a delimiter";
            sink.reject(Rejected { column: String::new(), reason: reason.into() }, std::iter::empty()).await?;
            continue;
        }
        let mut fields = vec![None; form.fields.len()];
        let mut json = Vec::with_capacity(places.iter().map(|place| place.name.len() + 16).sum());
        for (index, (place, text)) in places.iter().zip(row.cells()).enumerate() {
            json.push(if index == 0 { b'{' } else { b',' });
            json.extend_from_slice(place.name.as_bytes());
            let value = match place.reading {
                None => None,
                Some((Reading::TextOrNull, _)) => text.trim().is_empty().then_some(Value::Null),
                Some((Reading::Time, _)) if text.trim().is_empty() => Some(Value::Null),
                Some((Reading::Time, _)) if is_iso(text) => None,
                Some((Reading::Value | Reading::Time, column)) => {
                    column.and_then(|column| json_of(row.value(index, column).ok()?, column.kind))
                }
            };
            if let Some(field) = place.field {
                fields[field] = match &value {
                    Some(Value::String(text)) => Some(text.clone()),
                    _ => Some(text.to_owned()).filter(|text| !text.is_empty()),
                };
            }
            let written = match &value {
                Some(value) => serde_json::to_writer(&mut json, value),
                None => serde_json::to_writer(&mut json, text),
            };
            written.map_err(|error| Error::new(ErrorKind::Decode, "a row is no JSON").with_source(error))?;
        }
        json.extend_from_slice(if places.is_empty() { b"{}" } else { b"}" });
        let json = String::from_utf8(json)
            .map_err(|error| Error::new(ErrorKind::Decode, "a row is no text").with_source(error))?;
        sink.push(schema.document(sink.id, json, fields)).await?;
    }
    Ok(())
}

/// The name of a column: that of the header row, or the form's for the field that the column is. A header in another language
/// that is known becomes the English one.
fn name_of<'a>(written: &'a str, known: Option<&'static Column>, header: &[String], form: &DocumentForm) -> &'a str {
    if form.names.iter().any(|(_, name)| *name == written) {
        return written;
    }
    let Some(column) = known else { return written };
    let named = form.names.iter().find(|(field, _)| *field == column.field).map(|(_, name)| *name);
    match named.or_else(|| (!written.is_ascii()).then_some(column.name)) {
        Some(name) if !header.iter().any(|other| other == name) => name,
        _ => written,
    }
}

/// Whether a text is a date or time in ISO 8601.
fn is_iso(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<CivilDateTime>().is_ok() || text.parse::<Date>().is_ok()
}

/// A value as JSON. `None` if the text says it better.
fn json_of(value: OwnedValue, kind: Kind) -> Option<Value> {
    match value {
        OwnedValue::Integer(number) => Some(number.into()),
        OwnedValue::Decimal(number) => serde_json::from_str(&number.to_string()).ok(),
        // A report by months has months where others have days.
        OwnedValue::DateTime(time) if kind == Kind::Date && !time.is_iso_8601() => day(&time).ok().map(Value::from),
        OwnedValue::DateTime(time) => Some(time.as_str().into()),
        OwnedValue::Boolean(is) => Some(is.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_in_a_column_of_days_is_its_first_day() {
        let read = |kind, text: &str| json_of(OwnedValue::DateTime(text.into()), kind);
        assert_eq!(read(Kind::Date, "11/2026"), Some("2026-11-01".into()));
        assert_eq!(read(Kind::Date, "2026-11-30"), Some("2026-11-30".into()));
        assert_eq!(read(Kind::DateTime, "2026-11-30T01:02:03Z"), Some("2026-11-30T01:02:03Z".into()));
        for unread in ["13/2026", "11/26", "soon"] {
            assert_eq!(read(Kind::Date, unread), None, "{unread}");
        }
    }
}
