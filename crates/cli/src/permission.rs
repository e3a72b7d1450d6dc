//! Whether a seller may list a product, in words, and the conditions of products.

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

/// Reads a condition as a user types it, such as `new` and `used-good`, or by Amazon's name.
pub fn condition(text: &str) -> Result<Condition, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_meant = |known: &&&str| typed(known) == text || **known == text;
    match Condition::VALUES.iter().find(is_meant) {
        Some(known) => Ok(Condition::from(*known)),
        None => {
            let all: Vec<_> = Condition::VALUES.iter().map(|known| typed(known)).collect();
            Err(format!("give one of {}", all.join(", ")))
        }
    }
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
            assert_eq!(
                [condition(&typed(known)), condition(known)].map(Result::unwrap),
                [Condition::from(*known), Condition::from(*known)]
            );
        }
        assert!(condition("brand-new").unwrap_err().contains("used-like-new"));
        assert_eq!((typed("new_new"), typed("new_open_box")), ("new".to_owned(), "new-open-box".to_owned()));
    }
}
