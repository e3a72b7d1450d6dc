//! Reads files of listings: what each listing is, and where it stands.

use crate::exit::Failure;
use crate::sheet::Sheet;
use crate::{input, notes};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use spapi_core::text::printable;
use spapi_listings::read_attributes;
use spapi_listings::template::remove_placeholders;
use std::path::Path;

/// The largest file of JSON that is read.
const LARGEST: u64 = 1 << 30;

/// What to do with a file that is not JSON.
const CORRECT: &str = "correct it at this place; tables need a name that ends with .csv or .xlsx";

/// The most listings of a file.
const MOST: usize = 2_000_000;

/// What a file has.
pub enum Content {
    /// A table, whose cells become attributes by the schema of each row.
    Sheet(Sheet),
    /// Objects of JSON.
    Json(Vec<Found>),
}

impl Content {
    /// Says which sheet of several is read.
    pub fn say(&self) {
        if let Self::Sheet(sheet) = self {
            sheet.say();
        }
    }
}

/// A listing in JSON.
#[derive(Debug)]
pub struct Found {
    /// The number of its line, in a file of JSON lines.
    pub line: Option<u64>,
    /// The JSON pointer of [`value`](Self::value) in the file or line.
    pub pointer: String,
    pub sku: Option<String>,
    pub product_type: Option<String>,
    pub requirements: Option<String>,
    /// As a feed names it: `UPDATE`, `PARTIAL_UPDATE`, `PATCH` or `DELETE`.
    pub operation: Option<String>,
    /// What it says.
    pub value: Said,
}

/// What a listing in JSON says.
#[derive(Debug)]
pub enum Said {
    Attributes(Value),
    Patches(Value),
    /// Neither, as for a deletion.
    Nothing,
}

/// Reads a file of listings, of a workbook the sheet with this name. Returns how many placeholders of a template nobody has
/// filled in.
pub fn content(file: &Path, sheet: Option<&str>) -> Result<(Content, usize), Failure> {
    if !input::is_stdin(file) && Sheet::is_one(file) {
        let sheet = Sheet::read(file, sheet)?;
        if sheet.rows.is_empty() {
            let name = input::name(file);
            return Err(Failure::usage(format!("{name} has no listing: no row below the names has a value"))
                .with_next("fill in a row for each listing"));
        }
        return Ok((Content::Sheet(sheet), 0));
    }
    if sheet.is_some() {
        return Err(Failure::usage(format!("--sheet is for workbooks, and {} is none", input::name(file))));
    }
    let values = json(file)?;
    let is_lines = values.len() > 1;
    let mut found = Vec::new();
    for (line, value) in values {
        let line = is_lines.then_some(line);
        match value {
            Value::Array(elements) => {
                let elements = elements.into_iter().enumerate();
                found.extend(elements.map(|(index, element)| entry(line, format!("/{index}"), element)));
            }
            Value::Object(mut members) if is_feed(&members) => {
                let Some(Value::Array(messages)) = members.remove("messages") else { continue };
                let messages = messages.into_iter().enumerate();
                found.extend(messages.map(|(index, message)| entry(line, format!("/messages/{index}"), message)));
            }
            value => found.push(entry(line, String::new(), value)),
        }
    }
    let name = input::name(file);
    if found.is_empty() {
        return Err(Failure::usage(format!("{name} has no listing")).with_next(
            "give attributes as JSON, or a template that is filled in; `spapi listing template` writes one",
        ));
    }
    if found.len() > MOST {
        return Err(Failure::usage(format!("{name} has more than {MOST} listings")).with_next("split it"));
    }
    let count = found.iter_mut().map(|one| match &mut one.value {
        Said::Attributes(attributes) => remove_placeholders(attributes),
        _ => 0,
    });
    let count = count.sum();
    Ok((Content::Json(found), count))
}

/// Says how many values of a template were removed, because nobody has filled them in.
pub fn say_placeholders(count: usize) {
    match count {
        0 => {}
        1 => notes::note("1 value of the template, which nobody has filled in, counts as empty"),
        many => notes::note(format!("{many} values of the template, which nobody has filled in, count as empty")),
    }
}

/// The values of JSON in a file, one after another, each with its line.
pub fn json(file: &Path) -> Result<Vec<(u64, Value)>, Failure> {
    let name = input::name(file);
    let bytes = input::read(file, LARGEST)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?
        .ok_or_else(|| Failure::usage(format!("{name} is larger than {} MiB", LARGEST >> 20)))?;
    let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_slice(json).into_iter::<&RawValue>();
    let (mut line, mut counted) = (1, 0);
    loop {
        let before = stream.byte_offset();
        let Some(value) = stream.next() else { break };
        let text = value.map_err(|error| {
            Failure::usage(format!("{name} is not valid JSON: {}", printable(&error.to_string()).up_to(200)))
                .with_next(CORRECT)
        })?;
        // Blanks between two values belong to the second.
        let start = json.get(before..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let at = before + start;
        line += json.get(counted..at).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = at;
        let value = read_attributes(text.get())
            .map_err(|error| Failure::usage(format!("{name}, value at line {line}: {error}")).with_next(CORRECT))?;
        values.push((line, value));
    }
    Ok(values)
}

/// A listing: attributes alone, or the body of a put or patch, or the message of a feed.
fn entry(line: Option<u64>, pointer: String, value: Value) -> Found {
    let mut found = Found {
        line,
        pointer,
        sku: None,
        product_type: None,
        requirements: None,
        operation: None,
        value: Said::Nothing,
    };
    let mut members = match value {
        Value::Object(members) if is_body(&members) => members,
        other => return Found { value: Said::Attributes(other), ..found },
    };
    let mut text = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    found.sku = text("sku");
    found.product_type = text("productType");
    found.requirements = text("requirements");
    found.operation = text("operationType").map(|operation| operation.to_ascii_uppercase());
    if let Some(attributes) = members.remove("attributes") {
        found.pointer.push_str("/attributes");
        found.value = Said::Attributes(attributes);
    } else if let Some(patches) = members.remove("patches") {
        // Findings of patches begin with /patches.
        found.value = Said::Patches(patches);
    }
    found
}

/// Whether an object is a feed, and not attributes of which one has the name `messages`.
fn is_feed(members: &Map<String, Value>) -> bool {
    let Some(messages) = members.get("messages").and_then(Value::as_array) else { return false };
    let is_message = |message: &Value| {
        let has = |name: &str| message.get(name).is_some_and(|value| value.is_string() || value.is_number());
        has("messageId") || has("operationType") || message.as_object().is_some_and(is_body)
    };
    members.get("header").is_some_and(Value::is_object) || messages.iter().any(is_message)
}

/// Whether an object is a listing, and not its attributes: attributes have arrays as their values.
fn is_body(members: &Map<String, Value>) -> bool {
    let is_text = |name: &str| members.get(name).is_some_and(Value::is_string);
    let has_product_type = is_text("productType") || is_text("sku");
    let says = members.contains_key("attributes") || members.get("patches").is_some_and(Value::is_array);
    (says || is_text("operationType")) && (has_product_type || members.get("attributes").is_some_and(Value::is_object))
}
