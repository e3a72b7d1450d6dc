//! The values of texts, in the ways in which MWS wrote them.

use super::json::Json;
use super::shape::Leaf;
use percent_encoding::percent_decode_str;
use spapi_types::Decimal;
use spapi_types::decimal::{DecimalMark, parse};
use std::borrow::Cow;

/// The value of a text that is not blank. White space counts in a [`Leaf::Text`] alone.
///
/// # Errors
/// What it should be.
pub(super) fn value(leaf: Leaf, text: &str) -> Result<Json, &'static str> {
    let text = if matches!(leaf, Leaf::Text) { text } else { text.trim() };
    Ok(match leaf {
        Leaf::Text => Json::Text(text.to_owned()),
        Leaf::Integer => Json::Plain(integer(text).ok_or("a whole number")?.to_string()),
        Leaf::Number => Json::Plain(decimal(text).ok_or("a number")?.to_string()),
        Leaf::Flag => Json::Plain(flag(text).ok_or("true or false")?.to_string()),
        Leaf::Time => Json::Text(time(text)),
        Leaf::Token => Json::Text(percent_decoded(text).into_owned()),
        Leaf::Name => Json::Text(without_underscores(text).to_owned()),
        Leaf::Words(words) => {
            let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            Json::Text(known.map_or(text, |(_, today)| today).to_owned())
        }
    })
}

/// A number with each digit of its text: one that has more than a decimal holds is not rounded.
fn decimal(text: &str) -> Option<Decimal> {
    let digits = |text: &str| {
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').to_owned()
    };
    let number = parse(text, Some(DecimalMark::Point)).ok()?;
    (digits(text) == digits(&number.to_string())).then_some(number)
}

fn integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let number = decimal(text)?;
        number.is_integer().then(|| i64::try_from(number.trunc()).ok())?
    })
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A time in ISO 8601 with its zone. All times of MWS are in UTC. Other texts stay.
fn time(text: &str) -> String {
    let mut time = percent_decoded(text).into_owned();
    if has_no_zone(&time) {
        time.push('Z');
    }
    time
}

/// Whether it is such as `2015-02-18T22:53:24.587`.
fn has_no_zone(time: &str) -> bool {
    let Some((day, clock)) = time.split_once('T') else { return false };
    let is_of_digits = |text: &str, others: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || others.contains(&byte))
    };
    day.len() == 10 && is_of_digits(day, b"-") && is_of_digits(clock, b":.")
}

/// A report or feed type without the underscores around it.
fn without_underscores(name: &str) -> &str {
    name.strip_prefix('_').and_then(|name| name.strip_suffix('_')).filter(|name| !name.is_empty()).unwrap_or(name)
}

/// A text without percent encoding. One that is not percent-encoded UTF-8 stays.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(leaf: Leaf, text: &str) -> Result<String, &'static str> {
        value(leaf, text).map(|value| {
            let mut out = String::new();
            value.write(&mut out);
            out
        })
    }

    #[test]
    fn each_spelling_of_a_value_is_read() {
        for (leaf, text, expected) in [
            (Leaf::Integer, "322", "322"),
            (Leaf::Integer, "+5", "5"),
            (Leaf::Integer, "10.00", "10"),
            (Leaf::Integer, "-3", "-3"),
            (Leaf::Number, "3220.00", "3220.00"),
            (Leaf::Number, ".5", "0.5"),
            (Leaf::Number, "-1.10", "-1.10"),
            (Leaf::Number, "1e3", "1000"),
            (Leaf::Number, "1,445", "1445"),
            (Leaf::Number, "0.00", "0.00"),
            (Leaf::Number, "1000.0100", "1000.0100"),
            (Leaf::Number, "1.00000000000000000000000000000000000", "1.0000000000000000000000000000"),
            (Leaf::Number, "79228162514264337593543950335", "79228162514264337593543950335"),
            (Leaf::Flag, "True", "true"),
            (Leaf::Flag, "FALSE", "false"),
            (Leaf::Flag, "1", "true"),
            (Leaf::Time, "2011-03-04T05%3A06%3A07Z", "\"2011-03-04T05:06:07Z\""),
            (Leaf::Time, "2011-03-04T05:06:07", "\"2011-03-04T05:06:07Z\""),
            (Leaf::Time, "2011-03-04T05:06:07.000", "\"2011-03-04T05:06:07.000Z\""),
            (Leaf::Time, "2011-03-04T05:06:07+00:00", "\"2011-03-04T05:06:07+00:00\""),
            (Leaf::Time, "2011-03-04", "\"2011-03-04\""),
            (Leaf::Time, "soon", "\"soon\""),
            (Leaf::Token, "a%2Bb%3D%3D", "\"a+b==\""),
            (Leaf::Token, "100%", "\"100%\""),
            (Leaf::Name, "_GET_ORDERS_DATA_", "\"GET_ORDERS_DATA\""),
            (Leaf::Name, "GET_ORDERS_DATA", "\"GET_ORDERS_DATA\""),
            (Leaf::Name, "_", "\"_\""),
            (Leaf::Words(&[("_DONE_", "DONE")]), "_done_", "\"DONE\""),
            (Leaf::Words(&[("_DONE_", "DONE")]), "_NEW_", "\"_NEW_\""),
            (Leaf::Text, "a\"\\\n\u{1}靴", "\"a\\\"\\\\\\n\\u0001靴\""),
        ] {
            assert_eq!(read(leaf, text).as_deref(), Ok(expected), "{leaf:?} {text}");
        }
        for (leaf, text) in [
            (Leaf::Integer, "1.5"),
            (Leaf::Integer, "many"),
            (Leaf::Integer, "99999999999999999999"),
            (Leaf::Integer, "7.00000000000000000000000000000000000001"),
            (Leaf::Number, "NaN"),
            (Leaf::Number, "0.12345678901234567890123456789"),
            (Leaf::Number, "1e-40"),
            (Leaf::Flag, "Unknown"),
        ] {
            assert!(read(leaf, text).is_err(), "{leaf:?} {text}");
        }
    }
}
