//! Which columns and rows of a stream are kept, and what is hidden of them.

use crate::RowForm;
use crate::connection::{ChosenStream, ColumnChoice, Connection};
use crate::key_file;
use crate::schema::{ColumnKind, Schema, Value};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::Sha256;
use spapi_core::{Error, ErrorKind};
use spapi_rows::{is_person, is_personal, is_personal_within};
use std::path::Path;
use std::sync::Arc;

/// What happens to the rows of a stream on their way to the destination.
pub(crate) struct Sieve<'a> {
    /// The form of the rows as they are read.
    pub full: Arc<Schema>,
    /// The form of those that are written.
    pub kept: Arc<Schema>,
    chosen: &'a ChosenStream,
    key: Option<Hmac<Sha256>>,
    /// Whether buyers' personal data are emptied. Rows in the form of documents have what Amazon shows without a restricted data
    /// token.
    hides_personal: bool,
    /// The indexes of the columns that are emptied.
    hidden: Vec<usize>,
    /// The indexes of the columns that are hashed.
    hashed: Vec<usize>,
    /// The indexes of the columns that are written.
    indexes: Vec<usize>,
    /// Whether the stream has columns that are not for everybody.
    pub has_secrets: bool,
}

impl<'a> Sieve<'a> {
    /// The sieve of a stream.
    ///
    /// # Errors
    /// When columns are to be hashed, and the key is missing or cannot be read, or they belong to the cursor.
    pub fn new(connection: &Connection, chosen: &'a ChosenStream) -> Result<Self, Error> {
        let choice = &chosen.columns;
        let key = match (choice.hash.is_empty(), &connection.hash_key_file) {
            (true, _) => None,
            (false, Some(path)) => Some(hash_key(path)?),
            (false, None) => {
                let message = format!("streams.{}.hash needs a key", chosen.stream.name);
                let hint = "Write hash_key_file = \"...\" with the path of a file that has at least 32 random bytes.";
                return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
            }
        };
        if let Some(cursor) = chosen.stream.cursor.filter(|cursor| choice.hash.iter().any(|name| name == cursor)) {
            let message =
                format!("streams.{}.hash has {cursor}, by which the newer of two rows is known", chosen.stream.name);
            return Err(Error::new(ErrorKind::Config, message).with_hint("Drop it instead, or keep it."));
        }
        let full = match &chosen.form {
            RowForm::Typed => Schema::of(chosen.stream),
            RowForm::Document(form) => Schema::of_documents(chosen.stream, form),
        };
        let is_kept = |index: &usize| *index < Schema::OWN || keeps(choice, &full.columns[*index].name);
        let indexes: Vec<_> = (0..full.columns.len()).filter(is_kept).collect();
        let mut kept = full.clone();
        kept.columns = indexes.iter().map(|index| full.columns[*index].clone()).collect();
        for column in kept.columns.iter_mut().filter(|column| choice.hash.contains(&column.name)) {
            column.kind = ColumnKind::Text;
        }
        let place = |of: &usize| indexes.iter().position(|index| index == of);
        kept.key = full.key.iter().filter_map(place).collect();
        let hides_personal = matches!(chosen.form, RowForm::Typed) && !connection.include_pii;
        let those = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (Schema::OWN..full.columns.len()).filter(|index| fits(&full.columns[*index].name)).collect()
        };
        let is_hashed = |name: &str| choice.hash.iter().any(|hash| hash == name);
        let hidden = those(&|name| hides_personal && is_personal(name) && !is_hashed(name));
        let hashed = those(&is_hashed);
        let (full, kept) = (Arc::new(full), Arc::new(kept));
        let has_secrets = full.columns.iter().any(|column| !shows(choice, &column.name));
        Ok(Self { full, kept, chosen, key, hides_personal, hidden, hashed, indexes, has_secrets })
    }

    /// The form of the rows.
    pub fn form(&self) -> &RowForm {
        &self.chosen.form
    }

    /// The row as it is written. `None` if the filter leaves it out.
    pub fn pass(&self, mut row: Vec<Value>) -> Option<Vec<Value>> {
        if !self.chosen.filter.iter().all(|(column, wanted)| self.has(&row, column, wanted)) {
            return None;
        }
        for index in &self.hidden {
            if row[*index] != Value::Null {
                let is_nullable = self.full.columns[*index].nullable;
                row[*index] = if is_nullable { Value::Null } else { Value::Text(String::new()) };
            }
        }
        for index in &self.hashed {
            if let Some(text) = text(&row[*index]) {
                row[*index] = Value::Text(self.hash(&text));
            }
        }
        if self.hides_personal {
            self.hide_within(&mut row);
        }
        self.pass_others(&mut row);
        Some(self.indexes.iter().map(|index| std::mem::replace(&mut row[*index], Value::Null)).collect())
    }

    /// Whether a value may be shown in a dead letter.
    pub fn shows(&self, name: &str) -> bool {
        shows(&self.chosen.columns, name)
    }

    /// Removes personal data from columns of JSON.
    fn hide_within(&self, row: &mut [Value]) {
        for (column, value) in self.full.columns.iter().zip(row) {
            let Value::Json(text) = value else { continue };
            let Ok(mut json) = serde_json::from_str::<Json>(text) else { continue };
            let is_within = is_person(&column.name);
            hide_personal(&mut json, is_within, &self.chosen.columns);
            let is_empty = json.as_object().is_some_and(serde_json::Map::is_empty);
            *value = if is_empty { Value::Null } else { Value::Json(json.to_string()) };
        }
    }

    /// Applies the choice to the fields of the object in [`Schema::OTHERS`].
    fn pass_others(&self, row: &mut [Value]) {
        let choice = &self.chosen.columns;
        if *choice == ColumnChoice::default() {
            return;
        }
        let Some(index) = self.full.column(Schema::OTHERS) else { return };
        let Value::Json(object) = &row[index] else { return };
        let Ok(Json::Object(mut object)) = serde_json::from_str(object) else { return };
        object.retain(|name, _| keeps(choice, name));
        for (_, value) in object.iter_mut().filter(|(name, value)| choice.hash.contains(name) && !value.is_null()) {
            *value = Json::String(self.hash(&json_text(value)));
        }
        row[index] = if object.is_empty() { Value::Null } else { Value::Json(Json::Object(object).to_string()) };
    }

    fn has(&self, row: &[Value], column: &str, wanted: &[String]) -> bool {
        let found = match self.full.column(column) {
            Some(index) => text(&row[index]),
            None => self.full.column(Schema::OTHERS).and_then(|index| match &row[index] {
                Value::Json(object) => {
                    let object: Json = serde_json::from_str(object).ok()?;
                    object.get(column).filter(|value| !value.is_null()).map(json_text)
                }
                _ => None,
            }),
        };
        found.is_some_and(|found| wanted.contains(&found))
    }

    fn hash(&self, text: &str) -> String {
        use std::fmt::Write;
        let Some(mut mac) = self.key.clone() else { return String::new() };
        mac.update(text.as_bytes());
        let mut out = String::with_capacity(64);
        for byte in mac.finalize().into_bytes() {
            let _ = write!(out, "{byte:02x}");
        }
        out
    }
}

/// Removes the personal data of an object or a list. Fields that are hashed are left for that. `is_within`: it stands in what
/// describes a buyer.
fn hide_personal(json: &mut Json, is_within: bool, choice: &ColumnChoice) {
    match json {
        Json::Array(list) => list.iter_mut().for_each(|inner| hide_personal(inner, is_within, choice)),
        Json::Object(object) => {
            let is_hidden = |name: &String| is_personal(name) || (is_within && is_personal_within(name));
            object.retain(|name, _| choice.hash.contains(name) || !is_hidden(name));
            for (name, value) in object {
                hide_personal(value, is_within || is_person(name), choice);
            }
        }
        _ => {}
    }
}

/// Whether the values of the columns of this name are for everybody.
fn shows(choice: &ColumnChoice, name: &str) -> bool {
    !is_personal(name) && keeps(choice, name) && !choice.hash.iter().any(|hash| hash == name)
}

/// Whether the columns of this name are written.
pub(super) fn keeps(choice: &ColumnChoice, name: &str) -> bool {
    let has = |names: &[String]| names.iter().any(|other| other == name);
    (choice.only.is_empty() || has(&choice.only)) && !has(&choice.drop)
}

fn json_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as the text that is hashed and compared with a filter.
fn text(value: &Value) -> Option<String> {
    let mut text = String::new();
    value.write_text(&mut text).then_some(text)
}

/// The key by which columns are hashed.
fn hash_key(path: &Path) -> Result<Hmac<Sha256>, Error> {
    let why = "Write at least 32 random bytes into it, and keep it: with another key the same value has another hash.";
    let bytes = key_file::read("hash_key_file", path, why)?;
    Hmac::new_from_slice(&bytes).map_err(|error| {
        Error::new(ErrorKind::Config, format!("hash_key_file: {} is no key", path.display())).with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hidden(object: Json) -> Json {
        let mut object = object;
        hide_personal(&mut object, false, &ColumnChoice::default());
        object
    }

    #[test]
    fn personal_data_are_hidden_at_any_depth_and_the_rest_is_kept() {
        let buyer = json!({
            "BuyerInfo": {"BuyerEmail": "s", "BuyerName": "s", "PurchaseOrderNumber": "7",
                "BuyerTaxInfo": {"CompanyLegalName": "s", "TaxingRegion": "JP", "TaxClassifications": [{"Value": "s"}]}},
            "ShippingAddress": {"Name": "s", "AddressLine1": "s", "City": "Tokyo", "Phone": "s", "ExtendedFields": {"StreetName": "s"}},
            "items": [{"title": "A name of a product", "shipToParty": {"name": "s", "attention": "s", "partyId": "P1",
                "address": {"name": "s", "addressLine1": "s", "postalCode": "1"}}}],
            "sellingParty": {"address": {"city": "Kobe"}}, "labelData": [{"packageIdentifier": "1", "content": "s"}]
        });
        let text = hidden(buyer.clone()).to_string();
        assert!(!text.contains("\"s\""), "{text}");
        for kept in ["Tokyo", "JP", "A name of a product", "P1", "Kobe", "PurchaseOrderNumber"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert_eq!(hidden(json!({"AddressType": "Commercial"})), json!({"AddressType": "Commercial"}));
    }
}
