//! Which columns and rows of a stream are kept, and what is hidden of them.

use crate::connection::{ChosenStream, ColumnChoice, Connection};
use crate::schema::{ColumnKind, Schema, Value};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::Value as Json;
use sha2::Sha256;
use spapi_core::{Error, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// The least bytes of a key.
const LEAST: usize = 32;
/// The most bytes of a key.
const MOST: u64 = 4096;

/// Parts of the names of columns with buyers' personal data, in lower case and without separators.
const PERSONAL: [&str; 10] = [
    "buyername",
    "buyercompany",
    "buyeridentificationnumber",
    "recipientname",
    "shipaddress",
    "billaddress",
    "addressline",
    "customername",
    "phone",
    "email",
];

/// Whether a column of this name has buyers' personal data.
pub(super) fn is_personal(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PERSONAL.iter().any(|part| name.contains(part))
}

/// What happens to the rows of a stream on their way to the destination.
pub(crate) struct Sieve<'a> {
    /// The form of the rows as they are read.
    pub full: Arc<Schema>,
    /// The form of those that are written.
    pub kept: Arc<Schema>,
    chosen: &'a ChosenStream,
    key: Option<Hmac<Sha256>>,
    /// Whether columns with buyers' personal data are emptied: those of reports, because an operation is not asked for them.
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
            (false, Some(path)) => Some(read_key(path)?),
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
        let full = Schema::of(chosen.stream);
        let is_kept = |index: &usize| *index < Schema::OWN || keeps(choice, &full.columns[*index].name);
        let indexes: Vec<_> = (0..full.columns.len()).filter(is_kept).collect();
        let mut kept = full.clone();
        kept.columns = indexes.iter().map(|index| full.columns[*index].clone()).collect();
        for column in kept.columns.iter_mut().filter(|column| choice.hash.contains(&column.name)) {
            column.kind = ColumnKind::Text;
        }
        let place = |of: &usize| indexes.iter().position(|index| index == of);
        kept.key = full.key.iter().filter_map(place).collect();
        let hides_personal = !connection.include_pii && chosen.stream.report_type().is_some();
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
        self.pass_others(&mut row);
        Some(self.indexes.iter().map(|index| std::mem::replace(&mut row[*index], Value::Null)).collect())
    }

    /// Whether a value may be shown in a dead letter.
    pub fn shows(&self, name: &str) -> bool {
        shows(&self.chosen.columns, name)
    }

    /// Applies the choice to the fields of the object in [`Schema::OTHERS`].
    fn pass_others(&self, row: &mut [Value]) {
        let choice = &self.chosen.columns;
        let hides = self.hides_personal;
        if !hides && *choice == ColumnChoice::default() {
            return;
        }
        let Some(index) = self.full.column(Schema::OTHERS) else { return };
        let Value::Json(object) = &row[index] else { return };
        let Ok(Json::Object(mut object)) = serde_json::from_str(object) else { return };
        object.retain(|name, _| keeps(choice, name) && (!hides || !is_personal(name) || choice.hash.contains(name)));
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

/// Whether the values of the columns of this name are for everybody.
fn shows(choice: &ColumnChoice, name: &str) -> bool {
    !is_personal(name) && keeps(choice, name) && !choice.hash.iter().any(|hash| hash == name)
}

/// Whether the columns of this name are written.
fn keeps(choice: &ColumnChoice, name: &str) -> bool {
    let has = |names: &[String]| names.iter().any(|other| other == name);
    (choice.only.is_empty() || has(&choice.only)) && !has(&choice.drop)
}

fn json_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as the text that is hashed and compared with a filter.
fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) | Value::Date(text) | Value::Json(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Boolean(is) => is.to_string(),
        Value::Timestamp(microseconds) => format!("{:.6}", Timestamp::from_microsecond(*microseconds).ok()?),
    })
}

fn read_key(path: &Path) -> Result<Hmac<Sha256>, Error> {
    let wrong = |what: &str| {
        Error::new(ErrorKind::Config, format!("hash_key_file: {} {what}", path.display())).with_hint(
            "Write at least 32 random bytes into it, and keep it: with another key the same value has another hash.",
        )
    };
    let length = std::fs::metadata(path).map_err(|error| wrong("cannot be read").with_source(error))?.len();
    if length > MOST {
        return Err(wrong(&format!("has more than {MOST} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong("cannot be read").with_source(error))?;
    if bytes.trim_ascii().len() < LEAST {
        return Err(wrong(&format!("has fewer than {LEAST} bytes")));
    }
    Hmac::new_from_slice(bytes.trim_ascii()).map_err(|error| wrong("is no key").with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_missing_or_short_is_refused_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        let error = read_key(&path).unwrap_err().to_string();
        assert!(error.contains("a.key cannot be read"), "{error}");
        std::fs::write(&path, format!("{}\n", "k".repeat(LEAST - 1))).unwrap();
        let error = read_key(&path).unwrap_err().to_string();
        assert!(error.contains("fewer than 32 bytes") && !error.contains("kkk"), "{error}");
        std::fs::write(&path, "k".repeat(LEAST)).unwrap();
        assert!(read_key(&path).is_ok());
    }

    #[test]
    fn columns_of_buyers_are_known_by_their_names() {
        for name in ["buyer-email", "ship_address_1", "BuyerName", "recipient_name", "Ship Phone Number"] {
            assert!(is_personal(name), "{name}");
        }
        for name in
            ["ship_city", "buyer_requested_cancel_reason", "sku", "address_type", "is_buyer_requested_cancellation"]
        {
            assert!(!is_personal(name), "{name}");
        }
    }
}
