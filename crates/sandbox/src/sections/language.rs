//! Locales as parameters name them.

use crate::http::{ApiError, Query};
use crate::shop::product_types::Language;
use spapi_types::Marketplace;

/// The language that a parameter asks for, and its locale. A language that the sandbox does not speak becomes that of the
/// marketplace.
pub(super) fn language(query: &Query, name: &str, own: Marketplace) -> Result<(Language, String), ApiError> {
    let default = || (Language::of_marketplace(own), own.default_locale().to_owned());
    match query.text(name) {
        None | Some("DEFAULT") => Ok(default()),
        Some(locale) if is_locale(locale) => match Language::of(locale) {
            Some(language) => Ok((language, locale.to_owned())),
            None => Ok(default()),
        },
        Some(locale) => Err(ApiError::invalid_input(format!("{name} must be a locale such as de_DE, not {locale:?}."))),
    }
}

/// Whether a text has the form of `de` or `de_DE`.
fn is_locale(text: &str) -> bool {
    let (language, country) = text.split_once('_').unwrap_or((text, "XX"));
    let is_two = |part: &str, of: fn(&u8) -> bool| part.len() == 2 && part.as_bytes().iter().all(of);
    is_two(language, u8::is_ascii_lowercase) && is_two(country, u8::is_ascii_uppercase)
}
