//! Placeholders: what a JSON template has in the place of values.

use super::column::Column;
use super::field::{CHANNEL, FILLED};
use serde_json::Value;
use spapi_types::text::printable;

const BEGIN: &str = "<fill in: ";
const END: char = '>';

/// How many choices a placeholder names.
const MOST_CHOICES: usize = 10;

/// What stands in a template for the value of a column: the value that an empty cell has, or else words that say what to put
/// in their place.
pub(super) fn of(column: &Column) -> Value {
    if let Some(default) = &column.default {
        return default.clone();
    }
    let label = printable(&column.label).up_to(120);
    let mut text = format!("{BEGIN}{label}; {}; {}", column.need, column.takes());
    if !column.choices.is_empty() {
        let which = if column.is_open { "such as" } else { "one of" };
        text.push_str(&format!("; {which} {}", column.choices_up_to(MOST_CHOICES)));
    }
    text.push(END);
    Value::String(text)
}

fn is_placeholder(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(BEGIN) && text.ends_with(END))
}

/// Removes the placeholders that nobody has filled in, like empty cells of a spreadsheet: an instance of which nothing else
/// was to be filled in disappears, and so does an attribute without instances. Returns how many placeholders there were.
///
/// ```
/// use serde_json::json;
/// use spapi_listings::template::remove_placeholders;
///
/// let mut attributes = json!({
///     "brand": [{ "value": "Ours", "marketplace_id": "A1PA6795UKMFR9" }],
///     "color": [{ "value": "<fill in: Color; optional; text>", "marketplace_id": "A1PA6795UKMFR9" }],
/// });
/// assert_eq!(remove_placeholders(&mut attributes), 1);
/// assert_eq!(attributes, json!({ "brand": [{ "value": "Ours", "marketplace_id": "A1PA6795UKMFR9" }] }));
/// ```
pub fn remove_placeholders(value: &mut Value) -> usize {
    let mut count = 0;
    remove(value, &mut count);
    count
}

/// Returns whether the value had placeholders and nothing else that was to be filled in.
fn remove(value: &mut Value, count: &mut usize) -> bool {
    let before = *count;
    let mut is_blank = |value: &mut Value| {
        let is_one = is_placeholder(value);
        *count += usize::from(is_one);
        is_one || remove(value, count)
    };
    let is_empty = match value {
        Value::Object(members) => {
            members.retain(|_, member| !is_blank(member));
            members.keys().all(|name| FILLED.contains(&name.as_str()) || name == CHANNEL)
        }
        Value::Array(elements) => {
            elements.retain_mut(|element| !is_blank(element));
            elements.is_empty()
        }
        _ => return false,
    };
    is_empty && *count > before
}
