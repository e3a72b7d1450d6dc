//! Which parameters and fields take ids of marketplaces.

/// The names, in lower case. Amazon spells them in several ways.
const NAMES: [&str; 3] = ["marketplaceid", "marketplaceids", "destinationmarketplaces"];

/// Whether a parameter or field of that name takes ids of marketplaces.
pub fn takes_ids(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a value has the form of a marketplace's id.
pub fn is_like_id(value: &str) -> bool {
    (13..=14).contains(&value.len())
        && value.starts_with('A')
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
