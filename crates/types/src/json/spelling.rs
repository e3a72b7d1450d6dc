//! What a value in another spelling clearly means: `"false"` for a flag, `1.0` or `"1"` for an integer.
//!
//! Nothing is guessed: a text that could mean two things, or only resembles the expected type, has no meaning here.

use crate::Decimal;
use std::borrow::Cow;

/// A value after a first look: a scalar with its content; of a list or an object, only whether it is empty.
#[derive(Debug)]
pub(super) enum Token<'de> {
    Null,
    Flag(bool),
    /// The digits as they are written in the text.
    Number(&'de str),
    Text(Cow<'de, str>),
    List {
        is_empty: bool,
    },
    Object {
        is_empty: bool,
    },
}

impl Token<'_> {
    /// Its name in errors.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "a flag",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List { .. } => "a list",
            Self::Object { .. } => "an object",
        }
    }
}

/// An integer of any type. Negative ones are separate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Integer {
    Unsigned(u64),
    Negative(i64),
}

/// `true` and `false` in any case, `1` and `0`, as in XML Schema's `boolean`.
pub(super) fn flag(token: &Token<'_>) -> Option<bool> {
    match token {
        Token::Flag(flag) => Some(*flag),
        Token::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Token::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => match integer(token)? {
            Integer::Unsigned(1) => Some(true),
            Integer::Unsigned(0) => Some(false),
            _ => None,
        },
    }
}

/// A number without a fraction, however it is written: `1`, `"1"`, `1.0`, `1e3`.
pub(super) fn integer(token: &Token<'_>) -> Option<Integer> {
    let text = number(token)?;
    if let Ok(value) = text.parse() {
        return Some(Integer::Unsigned(value));
    }
    let value = match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok()?,
        false => Decimal::from_str_exact(text).ok()?,
    };
    let value = value.normalize();
    if value.scale() != 0 {
        return None;
    }
    match u64::try_from(value) {
        Ok(value) => Some(Integer::Unsigned(value)),
        Err(_) => i64::try_from(value).ok().map(Integer::Negative),
    }
}

/// A number that a float can hold.
pub(super) fn float(token: &Token<'_>) -> Option<f64> {
    number(token)?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A text, or the letters of a number or flag. Digits stay as they are written.
pub(super) fn text<'de>(token: Token<'de>) -> Result<Cow<'de, str>, Token<'de>> {
    match token {
        Token::Text(text) => Ok(text),
        Token::Number(digits) => Ok(Cow::Borrowed(digits)),
        Token::Flag(flag) => Ok(Cow::Borrowed(if flag { "true" } else { "false" })),
        other => Err(other),
    }
}

/// The digits of a number, or of a text that is nothing else.
fn number<'token>(token: &'token Token<'_>) -> Option<&'token str> {
    match token {
        Token::Number(digits) => Some(digits),
        Token::Text(text) => Some(text.trim()).filter(|text| is_number(text)),
        _ => None,
    }
}

/// As JSON writes numbers, but a plus sign and leading zeros are allowed.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    unsigned(whole) && fraction.is_none_or(digits) && exponent.is_none_or(unsigned)
}

/// Whether a value can be read as the expected type. A null never can.
pub(super) type Fits = fn(&Token<'_>) -> bool;

pub(super) fn fits_flag(token: &Token<'_>) -> bool {
    flag(token).is_some()
}

pub(super) fn fits_integer(token: &Token<'_>) -> bool {
    integer(token).is_some()
}

pub(super) fn fits_float(token: &Token<'_>) -> bool {
    float(token).is_some()
}

pub(super) fn fits_text(token: &Token<'_>) -> bool {
    matches!(token, Token::Text(_) | Token::Number(_) | Token::Flag(_))
}

pub(super) fn fits_enum(token: &Token<'_>) -> bool {
    fits_text(token) || matches!(token, Token::Object { .. })
}

pub(super) fn fits_list(token: &Token<'_>) -> bool {
    matches!(token, Token::List { .. }) || is_empty(token)
}

pub(super) fn fits_object(token: &Token<'_>) -> bool {
    matches!(token, Token::Object { .. }) || is_empty(token)
}

pub(super) fn fits_unit(_: &Token<'_>) -> bool {
    false
}

/// For a type that takes scalars and refused an object or a list.
pub(super) fn is_scalar(token: &Token<'_>) -> bool {
    !matches!(token, Token::List { .. } | Token::Object { .. })
}

/// An object that is not merely written for an empty list or text.
pub(super) fn is_object(token: &Token<'_>) -> bool {
    matches!(token, Token::Object { .. })
}

/// How some servers write an empty list or object.
pub(super) fn is_empty(token: &Token<'_>) -> bool {
    match token {
        Token::List { is_empty } | Token::Object { is_empty } => *is_empty,
        Token::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Token<'_> {
        Token::Text(Cow::Borrowed(text))
    }

    #[test]
    fn flags() {
        for (text, expected) in [("true", true), ("False", false), (" TRUE ", true), ("1", true), ("0", false)] {
            assert_eq!(flag(&of(text)), Some(expected), "{text}");
        }
        assert_eq!((flag(&Token::Number("1")), flag(&Token::Number("0.0"))), (Some(true), Some(false)));
        for text in ["", "yes", "Y", "2", "-1", "truе", "t", "null", "true false"] {
            assert_eq!(flag(&of(text)), None, "{text}");
        }
        assert_eq!(flag(&Token::Number("2")), None);
    }

    #[test]
    fn integers() {
        for (text, expected) in [
            ("1", Integer::Unsigned(1)),
            (" 12 ", Integer::Unsigned(12)),
            ("+5", Integer::Unsigned(5)),
            ("007", Integer::Unsigned(7)),
            ("1.0", Integer::Unsigned(1)),
            ("1.000", Integer::Unsigned(1)),
            ("1e3", Integer::Unsigned(1000)),
            ("2.50E1", Integer::Unsigned(25)),
            ("-3.0", Integer::Negative(-3)),
            ("-0", Integer::Unsigned(0)),
            ("-0.0", Integer::Unsigned(0)),
            ("18446744073709551615", Integer::Unsigned(u64::MAX)),
            ("18446744073709551615.0", Integer::Unsigned(u64::MAX)),
            ("-9223372036854775808", Integer::Negative(i64::MIN)),
            ("9007199254740993.0", Integer::Unsigned(9_007_199_254_740_993)),
        ] {
            assert_eq!(integer(&of(text)), Some(expected), "{text}");
        }
        for text in [
            "",
            " ",
            "1.5",
            "0.1",
            "1e-1",
            "1,234",
            "1_000",
            "0x10",
            "1e400",
            "1e99999999999",
            "NaN",
            "inf",
            "--1",
            "1.",
            ".5",
            "1e",
            "e1",
            "1 2",
            "-",
            "+",
            "18446744073709551616",
            "-9223372036854775809",
            "１",
            "1\u{0}",
        ] {
            assert_eq!(integer(&of(text)), None, "{text}");
        }
    }

    #[test]
    fn floats() {
        for (text, expected) in [("1.5", 1.5), ("1", 1.0), ("-2.5e-3", -0.0025), ("0.1", 0.1)] {
            assert_eq!(float(&of(text)), Some(expected), "{text}");
        }
        for text in ["", "NaN", "inf", "-Infinity", "1e400", "1,5", "1.5 USD", "true"] {
            assert_eq!(float(&of(text)), None, "{text}");
        }
    }
}
