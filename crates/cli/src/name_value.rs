//! Arguments of the form `NAME=VALUE`.

/// The name and the value.
pub fn parse(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("give NAME=VALUE, such as dateGranularity=WEEK"),
    }
}
