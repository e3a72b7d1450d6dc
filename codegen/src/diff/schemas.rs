//! The published schemas of reports, feeds, notifications and Data Kiosk. Code is generated from those of notifications
//! alone, but people who read the other documents need to know what changed too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::schema::{At, Differ, Found, Node};

/// The differences between two versions of a schema file, each with its JSON pointer. GraphQL has no pointers.
pub fn compare(name: &str, old: &[u8], new: &[u8]) -> (Vec<(String, Found)>, BTreeMap<&'static str, usize>) {
    let mut differ = Differ::default();
    let at = At::new(Node::File, "", String::new());
    let mut documents = [Value::Null, Value::Null];
    if name.ends_with(".example.json") {
        differ.count("example-changed");
    } else if name.ends_with(".graphql") {
        graphql(&mut differ, &at, old, new);
    } else {
        let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        match (json(old), json(new)) {
            (Ok(old), Ok(new)) if old == new => differ.count("format-changed"),
            (Ok(old), Ok(new)) => {
                differ.schema(&at, &old, &new);
                documents = [old, new];
            }
            (old, new) => {
                let described = |side: Result<Value, serde_json::Error>| {
                    Some(side.map_or_else(|error| format!("not JSON: {error}"), |_| "JSON".to_owned()))
                };
                differ.push("other-changed", &at, described(old), described(new), [None, None]);
            }
        }
    }
    let [old, new] = documents;
    (differ.found.into_iter().map(|found| (found.pointer(&old, &new), found)).collect(), differ.counted)
}

/// Compares fields and values, each under its type; descriptions and comments count as prose.
fn graphql(differ: &mut Differ, at: &At, old: &[u8], new: &[u8]) {
    let (before, after) = (read_graphql(old), read_graphql(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let described = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let nothing = differ.found.len();
    for name in names {
        let at = at.below(name, name);
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) if old != new => {
                differ.push("type-changed", &at, described(Some(old)), described(Some(new)), [None, None]);
            }
            (Some(old), None) => differ.push("property-removed", &at, described(Some(old)), None, [None, None]),
            (None, new @ Some(_)) => differ.push("property-added", &at, None, described(new), [None, None]),
            _ => {}
        }
    }
    if differ.found.len() == nothing {
        differ.count("prose-changed");
    }
}

/// The lines of each type, as `Type.field` with the text after the colon.
fn read_graphql(bytes: &[u8]) -> Map<String, Value> {
    let text = String::from_utf8_lossy(bytes);
    // Descriptions are enclosed in triple quotes: every second piece is one.
    let code: String = text.split("\"\"\"").step_by(2).collect();
    let mut holder = String::new();
    let mut found = Map::new();
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '"'])) {
        if let Some(head) = line.strip_suffix('{') {
            holder = head.trim().rsplit(' ').next().unwrap_or_default().to_owned();
            found.insert(holder.clone(), head.trim().into());
        } else if line != "}" {
            let (name, kind) = line.split_once(':').unwrap_or((line, ""));
            found.insert(format!("{holder}.{}", name.trim()), kind.trim().into());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, old: &str, new: &str) -> Vec<String> {
        let (found, counted) = compare(name, old.as_bytes(), new.as_bytes());
        let found = found.iter().map(|(_, found)| format!("{} {}", found.kind, found.place));
        found.chain(counted.keys().map(|kind| (*kind).to_owned())).collect()
    }

    #[test]
    fn json_schemas_are_compared_by_their_meaning() {
        let old = r#"{"title": "A", "required": ["a"], "properties": {"a": {"type": "string", "enum": ["x"]}}}"#;
        let new =
            r#"{"title": "B", "required": [], "properties": {"a": {"type": "string", "enum": ["x", "y"]}, "b": {}}}"#;
        assert_eq!(
            shown("r.json", old, new),
            ["enum-value-added a", "required-removed a", "property-added b", "prose-changed"]
        );
        assert_eq!(shown("r.json", old, &old.replace(": ", ":")), ["format-changed"]);
        assert_eq!(shown("r.example.json", "{}", "[]"), ["example-changed"]);
        assert_eq!(shown("r.json", "{", "{}"), ["other-changed "]);
    }

    #[test]
    fn graphql_is_compared_by_fields() {
        let old = "\"\"\"Says.\"\"\"\ntype A {\n  # note\n  a: String!\n  b: Int\n}\n";
        assert_eq!(shown("k.graphql", old, &old.replace("Says", "Tells")), ["prose-changed"]);
        let new = "type A {\n a: String\n c: Int\n}\nenum E {\n ONE\n}";
        assert_eq!(
            shown("k.graphql", old, new),
            [
                "type-changed A.a",
                "property-removed A.b",
                "property-added A.c",
                "property-added E",
                "property-added E.ONE"
            ]
        );
    }
}
