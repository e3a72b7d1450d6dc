//! Marks the rows of `sections.toml` whose operation or model Amazon has removed as `gone`, and unmarks those that are
//! back. The rows stay, because removed operations often return.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Value};

/// The operations of each model, by its path: `orders-api-model/ordersV0.json`.
pub type Operations = BTreeMap<String, Vec<String>>;

/// The text of `sections.toml` for these models, and what was marked or unmarked.
///
/// # Errors
/// When the text is not TOML.
pub fn mark(text: &str, present: &Operations) -> Result<(String, Vec<String>)> {
    let mut document: DocumentMut = text.parse().context("models/sections.toml cannot be parsed")?;
    let mut lines = Vec::new();
    for (_, section) in document.iter_mut() {
        let folder = section.get("folder").and_then(Item::as_str).unwrap_or_default().to_owned();
        for (file, model) in below(section, "models") {
            let place = format!("{folder}/{file}");
            set_gone(model, !present.contains_key(&place), &place, &mut lines);
            let Some(operations) = present.get(&place) else { continue };
            for (id, row) in below(model, "operations") {
                set_gone(row, !operations.contains(&id), &format!("{place}: {id}"), &mut lines);
            }
        }
    }
    Ok((document.to_string(), lines))
}

/// The rows of a table below another one.
fn below<'a>(item: &'a mut Item, key: &str) -> Vec<(String, &'a mut Item)> {
    // Not `Item::get_mut`, which inserts missing items.
    let table = item.as_table_like_mut().and_then(|table| table.get_mut(key)).and_then(Item::as_table_like_mut);
    table.into_iter().flat_map(|table| table.iter_mut().map(|(key, item)| (key.get().to_owned(), item))).collect()
}

fn set_gone(row: &mut Item, gone: bool, what: &str, lines: &mut Vec<String>) {
    let was = row.get("gone").and_then(Item::as_bool).unwrap_or(false);
    let Some(table) = row.as_table_like_mut().filter(|_| gone != was) else { return };
    match gone {
        true => {
            table.insert("gone", Item::Value(Value::from(true)));
            lines.push(format!("{what} is gone; its row is kept in case it returns"));
        }
        false => {
            table.remove("gone");
            lines.push(format!("{what} is back, and its row applies again"));
        }
    }
    if let Some(table) = row.as_inline_table_mut() {
        table.fmt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "\
# A word.
[shop]
folder = \"shop-api-model\"

[shop.models.\"shopV0.json\"]
module = \"v0\"

[shop.models.\"shopV0.json\".operations]
# Another.
create = { repeat = \"create\", why = \"one more\" }
drop = { repeat = \"once\" }
";

    fn present(operations: &[&str]) -> Operations {
        let operations = operations.iter().map(|id| (*id).to_owned()).collect();
        [("shop-api-model/shopV0.json".to_owned(), operations)].into()
    }

    #[test]
    fn what_goes_is_marked_and_what_returns_is_as_it_was() {
        let (gone, lines) = mark(ROWS, &present(&["create"])).unwrap();
        assert_eq!(gone, ROWS.replace("drop = { repeat = \"once\" }", "drop = { repeat = \"once\", gone = true }"));
        assert_eq!(lines, ["shop-api-model/shopV0.json: drop is gone; its row is kept in case it returns"]);
        let (back, lines) = mark(&gone, &present(&["create", "drop"])).unwrap();
        assert_eq!(back, ROWS);
        assert_eq!(lines, ["shop-api-model/shopV0.json: drop is back, and its row applies again"]);
        let (whole, lines) = mark(ROWS, &Operations::new()).unwrap();
        assert_eq!(whole, ROWS.replace("module = \"v0\"\n", "module = \"v0\"\ngone = true\n"));
        assert_eq!(lines.len(), 1);
        assert_eq!(mark(ROWS, &present(&["create", "drop"])).unwrap().0, ROWS);
    }
}
