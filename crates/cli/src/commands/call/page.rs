//! How to continue after an error.

use crate::calling::Arguments;
use crate::page_token;
use crate::shell::word;
use spapi_core::operation::PagingStyle;
use spapi_metadata::Published;

/// The step that continues with the page of this token.
pub fn go_on(found: Published, token: &str, arguments: &Arguments) -> Option<String> {
    match found.entry.operation.paging?.style {
        PagingStyle::TokenElsewhere { operation, .. } => {
            let parameter = operation.paging?.token_parameter()?;
            let mut words =
                vec![format!("spapi call {operation}"), format!("{parameter}={}", page_token::as_word(token)?)];
            // The other operation may need them too.
            let entry = spapi_metadata::find(&operation.to_string().parse().ok()?)?.entry;
            for given in &arguments.values {
                if entry.parameters.iter().any(|parameter| parameter.name == given.parameter.name) {
                    words.push(word(&format!("{}={}", given.parameter.name, given.values.join(","))).into_owned());
                }
            }
            Some(format!("go on with `{} --all-pages`", words.join(" ")))
        }
        PagingStyle::Token { .. } | PagingStyle::Offset { .. } => {
            let option = page_token::option(token)?;
            let times = match arguments.fixed_times.as_slice() {
                [] => String::new(),
                times => format!(", with {} instead of the time back from now,", times.join(" ")),
            };
            Some(format!("go on with the same command{times} and {option}"))
        }
        _ => None,
    }
}
