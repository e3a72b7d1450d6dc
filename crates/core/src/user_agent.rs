//! The user agent in Amazon's form: `App/1.0 (Language=Rust/1.85; Platform=linux)`.

use crate::error::{Error, ErrorKind};
use http::HeaderValue;

/// Amazon refuses calls with a longer user agent.
const LONGEST: usize = 500;

/// The header for an application, or for this library if the application is not set.
///
/// The language's version is the oldest Rust that can build this crate, because the crate does not know its compiler.
pub(crate) fn header(application: Option<&(String, String)>) -> Result<HeaderValue, Error> {
    let library = env!("CARGO_PKG_VERSION");
    let language = concat!("Rust/", env!("CARGO_PKG_RUST_VERSION"));
    let platform = std::env::consts::OS;
    let text = match application {
        None => format!("spapi/{library} (Language={language}; Platform={platform})"),
        Some((name, version)) => {
            for (what, text) in [("name", name), ("version", version)] {
                let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                if text.trim().is_empty() || !printable {
                    let message = format!("the application's {what} must be printable ASCII and not empty");
                    return Err(
                        Error::new(ErrorKind::Config, message).with_hint("It is sent to Amazon as the user agent.")
                    );
                }
            }
            let (name, version) = (escaped(name, '/'), escaped(version, '('));
            format!("{name}/{version} (Language={language}; Platform={platform}; Library=spapi/{library})")
        }
    };
    if text.len() > LONGEST {
        let message = format!("the user agent would have {} characters; Amazon takes {LONGEST}", text.len());
        return Err(Error::new(ErrorKind::Config, message).with_hint("Give a shorter application name or version."));
    }
    HeaderValue::from_str(&text)
        .map_err(|error| Error::new(ErrorKind::Config, "the user agent cannot be sent").with_source(error))
}

/// The text with a backslash before each backslash and each character that would end the part.
fn escaped(text: &str, end: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\\' || character == end {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, version: &str) -> Result<String, String> {
        let header = header(Some(&(name.into(), version.into()))).map_err(|error| error.to_string())?;
        Ok(header.to_str().unwrap().to_owned())
    }

    #[test]
    fn names_the_application_the_language_and_the_platform() {
        let rest = format!("(Language=Rust/1.85; Platform={}", std::env::consts::OS);
        let library = env!("CARGO_PKG_VERSION");
        assert_eq!(header(None).unwrap(), format!("spapi/{library} {rest})"));
        assert_eq!(of("Shop", "1.0").unwrap(), format!("Shop/1.0 {rest}; Library=spapi/{library})"));
        assert!(of(r"A/B\C (D)", r"1(2\3)/4").unwrap().starts_with(r"A\/B\\C (D)/1\(2\\3)/4 (Language"));
    }

    #[test]
    fn a_name_that_amazon_would_refuse_is_refused() {
        assert!(of(&"x".repeat(400), "1").is_ok());
        assert!(of(&"x".repeat(500), "1").unwrap_err().contains("Amazon takes 500"));
        for (name, version) in [("", "1"), ("Shop", " "), ("Läden", "1"), ("a\nb", "1"), ("Shop", "1\r\nx: y")] {
            assert!(of(name, version).unwrap_err().contains("printable ASCII"), "{name:?} {version:?}");
        }
    }
}
