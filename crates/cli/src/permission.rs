//! Whether a seller may list a product, in words, and the conditions of products.

use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};
use spapi_listings::discover::{Condition, Eligibility, Permission};

/// The word for a table.
pub fn word(permission: Permission) -> &'static str {
    match permission {
        Permission::MayList => "yes",
        Permission::NeedsApproval => "with approval",
        Permission::AsinNotFound => "no such ASIN",
        Permission::NotEligible => "no",
        _ => "restricted",
    }
}

/// What Amazon answers, and what follows from it.
pub fn json(eligibility: &Eligibility) -> Value {
    let mut value = json!(eligibility);
    value["permission"] = json!(eligibility.permission());
    value
}

/// The conditions as a user types them: `new`, `used-good`.
pub fn conditions() -> PossibleValuesParser {
    PossibleValuesParser::new(Condition::VALUES.iter().map(|condition| typed(condition)))
}

/// Amazon's name of a condition that was typed.
pub fn condition(text: &str) -> Condition {
    let known = Condition::VALUES.iter().find(|known| typed(known).eq_ignore_ascii_case(text));
    Condition::from(known.copied().unwrap_or(text))
}

/// `new` for `new_new`, `used-good` for `used_good`.
pub fn typed(condition: &str) -> String {
    match condition.split_once('_') {
        Some((kind, same)) if kind == same => kind.to_owned(),
        _ => condition.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_is_typed_in_one_way() {
        for known in Condition::VALUES {
            assert_eq!(condition(&typed(known)).as_str(), *known);
        }
        assert_eq!((typed("new_new"), typed("new_open_box")), ("new".to_owned(), "new-open-box".to_owned()));
    }
}
