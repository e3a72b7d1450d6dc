//! The records of Airbyte's streams: the rows as their documents have them, and the fields that are added.

use super::state::written;
use super::{AirbyteStream, AirbyteType, CursorOrigin};
use crate::connection::AirbyteSettings;
use crate::{DocumentForm, Reading, Stream};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use spapi_core::document::Charset;
use spapi_core::{Error, ErrorKind};
use spapi_rows::XmlForm;
use std::collections::BTreeMap;

/// The form of the rows of a stream.
pub(super) fn form(stream: &Stream, known: &AirbyteStream, settings: &AirbyteSettings) -> DocumentForm {
    let mut fields: Vec<String> = Vec::new();
    if stream.parent().is_some() {
        fields.extend(known.injected.iter().map(|field| (*field).to_owned()));
    }
    if let Some(cursor) = known.cursor.filter(|cursor| cursor.origin != CursorOrigin::SliceEnd)
        && !fields.iter().any(|field| field == cursor.field)
    {
        fields.push(cursor.field.to_owned());
    }
    let mut form = DocumentForm {
        fields,
        names: known
            .columns_of(settings.version)
            .filter_map(|column| Some((column.field?, column.name)))
            .filter(|(field, name)| !is_older(stream, field, name))
            .collect(),
        charset: settings.quirks.latin1.then_some(Charset::WINDOWS_1252),
        ..DocumentForm::default()
    };
    let is_time = |kind| matches!(kind, AirbyteType::Date | AirbyteType::DateTime | AirbyteType::Timestamp);
    let times = known.columns_of(settings.version).filter(|column| is_time(column.kind) && column.field.is_some());
    let reading = match known.name {
        _ if !settings.quirks.text_dates => Some(Reading::Time),
        "GET_SELLER_FEEDBACK_DATA"
        | "GET_LEDGER_DETAIL_VIEW_DATA"
        | "GET_LEDGER_SUMMARY_VIEW_DATA"
        | "GET_MERCHANTS_LISTINGS_FYP_REPORT"
        | "GET_MERCHANT_LISTINGS_ALL_DATA"
        | "GET_MERCHANT_LISTINGS_DATA"
        | "GET_MERCHANT_LISTINGS_DATA_BACK_COMPAT"
        | "GET_MERCHANT_LISTINGS_INACTIVE_DATA" => Some(Reading::Value),
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE" => Some(Reading::TextOrNull),
        _ => None,
    };
    form.read = times.filter_map(|column| Some((column.name.to_owned(), reading?))).collect();
    match known.name {
        "GET_SELLER_FEEDBACK_DATA" => form.read.push(("rating".to_owned(), Reading::Value)),
        "GET_XML_BROWSE_TREE_DATA" => {
            form.xml = XmlForm::new("text").lists(&["attribute", "id", "refinementField"]);
        }
        "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL" => form.xml = XmlForm::new("value").lists(&["OrderItem"]),
        _ => {}
    }
    form
}

/// Whether Airbyte declares a column by a name that Amazon's reports no longer have. Its records have the report's own name.
fn is_older(stream: &Stream, field: &str, name: &str) -> bool {
    let columns = stream.row_type().map(|rows| rows.columns).unwrap_or_default();
    columns
        .iter()
        .any(|column| column.field == field && !column.name.eq_ignore_ascii_case(name) && column.also.contains(&name))
}

/// A slice, as the fields of its records show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// Where the last slice of the run ends.
    pub end: Timestamp,
}

impl Bounds {
    /// The end of the slice, as a stream with this cursor has it.
    pub fn last(&self, stream: &str, field: &str) -> Timestamp {
        let before = self.to.checked_sub(SignedDuration::from_secs(1)).unwrap_or(self.to);
        match field {
            "dataEndTime" | "PostedBefore" | "createdBefore" if self.to >= self.end => self.end,
            // Their slices share their bounds.
            "changedBefore" => self.to,
            "createdBefore" if stream == "VendorOrdersStatus" => self.to,
            _ => before,
        }
    }

    /// The value of a cursor that is the end of the slice.
    pub fn cursor(&self, stream: &str, field: &str) -> Timestamp {
        let last = self.last(stream, field);
        match field {
            "dataEndTime" => midnight(last),
            _ => last,
        }
    }
}

fn midnight(moment: Timestamp) -> Timestamp {
    let day = moment.to_zoned(TimeZone::UTC).start_of_day();
    day.map_or(moment, |day| day.timestamp())
}

fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

/// The fields that are added to every record of a slice, as name and JSON.
pub(super) fn injected(known: &AirbyteStream, bounds: &Bounds, marketplace: &str) -> Vec<(&'static str, String)> {
    let value = |field: &str| match field {
        "dataEndTime" => Some(day(bounds.last(known.name, field))),
        "date" => Some(day(bounds.from)),
        "marketplaceId" => Some(marketplace.to_owned()),
        // They are those of the parent's row.
        "AmazonOrderId" | "LastUpdateDate" | "ShipmentId" => None,
        _ => Some(written(bounds.last(known.name, field))),
    };
    known.injected.iter().filter_map(|field| Some((*field, json!(value(field)?).to_string()))).collect()
}

/// Appends a record: an object of JSON with further members, which replace those of the same name.
///
/// # Errors
/// When the text is no object.
pub(super) fn append(out: &mut Vec<u8>, object: &str, added: &[(&str, String)]) -> Result<(), Error> {
    let has = |(name, _): &(&str, String)| object.contains(&format!("\"{name}\""));
    if let (Some(open), false) = (object.trim_end().strip_suffix('}'), added.iter().any(has)) {
        out.extend_from_slice(open.as_bytes());
        let mut is_empty = open.trim() == "{";
        for (name, value) in added {
            if !std::mem::replace(&mut is_empty, false) {
                out.push(b',');
            }
            out.extend_from_slice(format!("\"{name}\":{value}").as_bytes());
        }
        out.push(b'}');
        return Ok(());
    }
    let wrong = |error| Error::new(ErrorKind::Decode, "a row is no object of JSON").with_source(error);
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(object).map_err(wrong)?;
    for (name, value) in added {
        members.insert((*name).to_owned(), RawValue::from_string(value.clone()).map_err(wrong)?);
    }
    serde_json::to_writer(out, &members).map_err(wrong)
}

/// The fields of a parent's row that a record has, as name and JSON.
pub(super) fn of_parent<'a>(
    known: &AirbyteStream,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, String)> {
    let is_injected = |(name, _): &(&str, &str)| known.injected.contains(name);
    let given = fields.into_iter().filter(is_injected);
    given.map(|(name, text)| (name, Value::from(text).to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn appended(object: &str, added: &[(&str, &str)]) -> Value {
        let added: Vec<_> = added.iter().map(|(name, value)| (*name, json!(value).to_string())).collect();
        let mut out = Vec::new();
        append(&mut out, object, &added).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn fields_are_added_and_replaced_and_numbers_keep_their_digits() {
        assert_eq!(appended(r#"{"a":1}"#, &[("b", "x"), ("c", "y")]), json!({ "a": 1, "b": "x", "c": "y" }));
        assert_eq!(appended("{}", &[("b", "x")]), json!({ "b": "x" }));
        assert_eq!(appended("{}", &[]), json!({}));
        assert_eq!(
            appended(r#"{"endDate":"2026-01-01","a":{"endDate":1}}"#, &[("endDate", "z")]),
            json!({ "endDate": "z", "a": { "endDate": 1 } })
        );
        let mut out = Vec::new();
        append(&mut out, r#"{"n":0.10,"d":"x"}"#, &[("d", "1".to_owned())]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"d":1,"n":0.10}"#);
        assert!(append(&mut Vec::new(), "[1]", &[]).is_err());
    }

    #[test]
    fn the_end_of_a_slice_is_written_as_the_stream_has_it() {
        let of = |stream: &str, from: &str, to: &str| {
            let known = AirbyteStream::find(stream).unwrap();
            let bounds = Bounds { from: at(from), to: at(to), end: at("2026-01-10T12:00:00Z") };
            let cursor = known.cursor.unwrap();
            let added = injected(known, &bounds, "ATVPDKIKX0DER");
            let added: Vec<_> = added.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {}", added.join(" "), written(bounds.cursor(stream, cursor.field)))
        };
        let fees = "GET_FBA_STORAGE_FEE_CHARGES_DATA";
        assert_eq!(
            of(fees, "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z"),
            "dataEndTime=\"2026-01-07\" 2026-01-07T00:00:00Z"
        );
        assert_eq!(
            of(fees, "2026-01-08T00:00:00Z", "2026-01-10T12:00:00Z"),
            "dataEndTime=\"2026-01-10\" 2026-01-10T00:00:00Z"
        );
        assert_eq!(
            of("GET_SALES_AND_TRAFFIC_REPORT", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            "date=\"2026-01-01\" queryEndDate=\"2026-01-01T23:59:59Z\" marketplaceId=\"ATVPDKIKX0DER\" 2026-01-01T23:59:59Z"
        );
        assert_eq!(
            of("VendorOrders", "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z"),
            "changedBefore=\"2026-01-08T00:00:00Z\" 2026-01-08T00:00:00Z"
        );
        assert_eq!(
            of("ListFinancialEvents", "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z"),
            "PostedBefore=\"2026-01-07T23:59:59Z\" 2026-01-07T23:59:59Z"
        );
    }
}
