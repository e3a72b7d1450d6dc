//! Rows of objects of JSON: a value for each field of the stream, and what is not known.

use crate::schema::{ColumnKind, Rejected, Schema, Value, day, microseconds};
use crate::stream::Field;
use crate::{SliceId, Stream};
use serde_json::{Map, Value as Json};
use spapi_types::operation::lookup;
use spapi_types::{DateTime, Decimal};
use std::str::FromStr;

impl Schema {
    /// A row of the table from an object of JSON. `parent` is the object that it belongs to, and `null` if there is none.
    /// [`OTHERS`](Self::OTHERS) has the fields that are not columns.
    ///
    /// A number is read from a text too, and a text from a number. An empty text is no value where a text is not expected.
    ///
    /// # Errors
    /// When it is not an object, has none of the fields of the key, or a value does not fit its column.
    pub fn object(&self, id: &SliceId, object: &Json, parent: &Json) -> Result<Vec<Value>, Rejected> {
        let rejected =
            |column: &str, reason: &'static str| Rejected { column: column.to_owned(), reason: reason.into() };
        let Json::Object(others) = object else { return Err(rejected(Self::OTHERS, "expected an object")) };
        let mut others = others.clone();
        let mut out = vec![
            Value::Text(id.connection.clone()),
            Value::Text(id.marketplace.clone()),
            Value::Text(id.slice.clone()),
            Value::Integer(0),
            Value::Null,
        ];
        let fields = Stream::find(self.stream).map(|stream| stream.fields).unwrap_or_default();
        for (column, field) in self.columns[Self::OWN..].iter().zip(fields) {
            let value = match field.of_parent {
                true => lookup(parent, field.path).cloned(),
                false => take(&mut others, field),
            };
            let value = value.map_or(Ok(Value::Null), |value| convert(column.kind, value));
            out.push(value.map_err(|reason| rejected(&column.name, reason))?);
        }
        if !others.is_empty() {
            out[Self::OTHERS_INDEX] = Value::Json(Json::Object(others).to_string());
        }
        if let Some(first) = self.own_key().next()
            && self.own_key().all(|index| out[index] == Value::Null)
        {
            return Err(rejected(&self.columns[first].name, "the value is missing"));
        }
        Ok(out)
    }
}

/// Takes the value of a field out of an object, and the objects on the way that have nothing else.
fn take(object: &mut Map<String, Json>, field: &Field) -> Option<Json> {
    take_at(object, field.path)
}

fn take_at(object: &mut Map<String, Json>, path: &str) -> Option<Json> {
    let Some((first, rest)) = path.split_once('.') else { return object.remove(path) };
    // An object that is absent has no fields.
    if object.get(first).is_some_and(Json::is_null) {
        object.remove(first);
    }
    let inner = object.get_mut(first)?.as_object_mut()?;
    let taken = take_at(inner, rest);
    if inner.is_empty() {
        object.remove(first);
    }
    taken
}

fn convert(kind: ColumnKind, value: Json) -> Result<Value, &'static str> {
    let is_blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    Ok(match (kind, value) {
        (_, Json::Null) => Value::Null,
        (ColumnKind::Json, value) => Value::Json(value.to_string()),
        (ColumnKind::Text, Json::String(text)) => Value::Text(text),
        (ColumnKind::Text, value @ (Json::Number(_) | Json::Bool(_))) => Value::Text(value.to_string()),
        (ColumnKind::Text, _) => return Err("expected a text"),
        _ if is_blank => Value::Null,
        (ColumnKind::Integer, value) => Value::Integer(whole(&value).ok_or("expected a whole number of 64 bits")?),
        (ColumnKind::Decimal, value) => Value::Decimal(decimal(&value).ok_or("expected a number")?),
        (ColumnKind::Boolean, value) => Value::Boolean(truth(&value).ok_or("expected true or false")?),
        (ColumnKind::Date, Json::String(text)) => Value::Date(day(&DateTime::from(text))?),
        (ColumnKind::Date, _) => return Err("expected a date"),
        (ColumnKind::Timestamp, Json::String(text)) => Value::Timestamp(microseconds(&DateTime::from(text))?),
        (ColumnKind::Timestamp, _) => return Err("expected a date and time"),
    })
}

fn decimal(value: &Json) -> Option<Decimal> {
    let text = match value {
        Json::String(text) => text.trim().replace(',', ""),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

fn whole(value: &Json) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = decimal(value)?;
    if number.fract().is_zero() { i64::try_from(number).ok() } else { None }
}

fn truth(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(is) => Some(*is),
        Json::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Json::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(stream: &str, object: Json, parent: Json) -> Result<(Schema, Vec<Value>), Rejected> {
        let schema = Schema::of(Stream::find(stream).unwrap());
        let row = schema.object(&SliceId::default(), &object, &parent)?;
        Ok((schema, row))
    }

    #[test]
    fn fields_are_columns_with_types_and_the_rest_is_kept() {
        let order = json!({
            "AmazonOrderId": "1", "LastUpdateDate": "2026-01-01T09:00:00+09:00", "IsPrime": "true",
            "NumberOfItemsShipped": "2", "OrderTotal": {"CurrencyCode": "JPY", "Amount": "1,234.50", "New": 1},
            "ShippingAddress": {"City": "Tokyo"}, "EarliestShipDate": "", "Neu": [1], "PaymentMethodDetails": ["x"]
        });
        let (schema, row) = row("Orders", order, Json::Null).unwrap();
        let value = |name: &str| &row[schema.column(name).unwrap()];
        assert_eq!(value("AmazonOrderId"), &Value::Text("1".to_owned()));
        assert_eq!(value("LastUpdateDate"), &Value::Timestamp(1_767_225_600_000_000));
        assert_eq!(value("IsPrime"), &Value::Boolean(true));
        assert_eq!(value("NumberOfItemsShipped"), &Value::Integer(2));
        assert_eq!(value("OrderTotal_CurrencyCode"), &Value::Text("JPY".to_owned()));
        assert_eq!(value("OrderTotal_Amount"), &Value::Decimal("1234.50".parse().unwrap()));
        assert_eq!(value("ShippingAddress"), &Value::Json(r#"{"City":"Tokyo"}"#.to_owned()));
        assert_eq!(value("EarliestShipDate"), &Value::Null);
        let Value::Json(others) = value(Schema::OTHERS) else { panic!("nothing is left") };
        assert_eq!(others.parse::<Json>().unwrap(), json!({"Neu": [1], "OrderTotal": {"New": 1}}));
    }

    #[test]
    fn a_field_of_the_parent_is_taken_from_the_parent() {
        let item = json!({"OrderItemId": "7", "ItemPrice": {"CurrencyCode": "JPY", "Amount": 3}});
        let (schema, row) = row("OrderItems", item, json!({"AmazonOrderId": "1", "ASIN": "no"})).unwrap();
        let value = |name: &str| &row[schema.column(name).unwrap()];
        assert_eq!(value("AmazonOrderId"), &Value::Text("1".to_owned()));
        assert_eq!((value("ASIN"), value(Schema::OTHERS)), (&Value::Null, &Value::Null));
        assert_eq!(value("ItemPrice_Amount"), &Value::Decimal(Decimal::from(3)));
    }

    #[test]
    fn a_value_that_does_not_fit_rejects_the_row_without_showing_the_value() {
        for (field, value, reason) in [
            ("NumberOfItemsShipped", json!("many"), "expected a whole number of 64 bits"),
            ("NumberOfItemsShipped", json!(1.5), "expected a whole number of 64 bits"),
            ("IsPrime", json!(1), "expected true or false"),
            ("PurchaseDate", json!("soon"), "expected a date and time"),
            ("PurchaseDate", json!(5), "expected a date and time"),
            ("SalesChannel", json!({"a": 1}), "expected a text"),
        ] {
            let rejected = row("Orders", json!({"AmazonOrderId": "1", field: value}), Json::Null).unwrap_err();
            assert_eq!((rejected.column.as_str(), &*rejected.reason), (field, reason));
        }
        let rejected = row("Orders", json!({"IsPrime": true}), Json::Null).unwrap_err();
        assert_eq!((rejected.column.as_str(), &*rejected.reason), ("AmazonOrderId", "the value is missing"));
        assert!(row("Orders", json!([]), Json::Null).is_err());
        let whole = row("Orders", json!({"AmazonOrderId": 1, "NumberOfItemsShipped": 2.0}), Json::Null);
        let (schema, row) = whole.unwrap();
        assert_eq!(row[schema.column("NumberOfItemsShipped").unwrap()], Value::Integer(2));
    }
}
