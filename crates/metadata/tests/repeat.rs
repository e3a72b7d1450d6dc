//! Tests that the generated table repeats operations as `models/sections.toml` says.

use spapi_metadata::{Published, operations};
use spapi_types::Method;
use spapi_types::operation::Repeat;
use std::path::Path;

/// Only a person can distinguish a search by POST from a payout, so each POST needs a row.
#[test]
fn every_post_has_a_repeat_and_counts_by_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/sections.toml");
    let sections: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let (mut unjudged, mut count) = (Vec::new(), 0);
    for Published { section, api, entry, .. } in operations() {
        let operation = entry.operation;
        if operation.method != Method::POST {
            continue;
        }
        count += 1;
        let row = ["models", api.model, "operations", &*operation.id]
            .iter()
            .try_fold(sections.get(section.name).unwrap(), |value, name| value.get(name));
        let expected = match row.and_then(|row| row.get("repeat")).and_then(|repeat| repeat.as_str()) {
            Some("safe") => Repeat::Safe,
            Some("idempotent") => Repeat::Idempotent,
            Some("create") => Repeat::Create,
            Some("once") => Repeat::Once,
            _ => {
                unjudged.push(operation.to_string());
                Repeat::Once
            }
        };
        assert_eq!(operation.repeat, expected, "{operation}");
    }
    assert!(unjudged.is_empty(), "give these a `repeat` in models/sections.toml: {unjudged:?}");
    assert_eq!(count, 129);
}
