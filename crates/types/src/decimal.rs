//! Exact decimals: read from JSON numbers and strings alike, without a detour over binary floating point.
//!
//! The modules serve `#[serde(with = "...")]`: [`number`] writes a JSON number, [`text`] a JSON string, and both read
//! either. The `_option` modules read null and whatever is no number as `None`, the `_list` modules leave it out, so
//! that one odd value does not lose a page.
//!
//! Besides plain digits, an exponent (`1e-7`), a leading sign and digits grouped in threes before a decimal point
//! (`1,234.50`) are read. `1,234` could mean two things and is not read. What has more digits than a [`Decimal`] holds
//! (28) is not read either, rather than rounded.
//!
//! All digits are read from JSON text. A value that was read into [`Value`](serde_json::Value) before, or that serde
//! buffers for a tagged, untagged or flattened type, has been a float by then and keeps 15.

use crate::open_enum::ARBITRARY_NUMBER;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// `Decimal` as a JSON number.
pub mod number {
    use super::*;

    /// Writes a JSON number with every digit.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&raw::<S>(value)?, serializer)
    }

    /// Reads a number from a JSON number or string; anything else is an error.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        required(deserializer)
    }
}

/// `Decimal` as a JSON string.
pub mod text {
    use super::*;

    /// Writes a JSON string with every digit.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads a number from a JSON number or string; anything else is an error.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        required(deserializer)
    }
}

/// `Option<Decimal>` as a JSON number or null.
pub mod number_option {
    use super::*;

    /// Writes a JSON number with every digit, or null.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => number::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a number from a JSON number or string; null and whatever is no number give `None`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        optional(deserializer)
    }
}

/// `Option<Decimal>` as a JSON string or null.
pub mod text_option {
    use super::*;

    /// Writes a JSON string with every digit, or null.
    pub fn serialize<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => text::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a number from a JSON number or string; null and whatever is no number give `None`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        optional(deserializer)
    }
}

/// `Vec<Decimal>` as JSON numbers.
pub mod number_list {
    use super::*;

    /// Writes JSON numbers with every digit.
    pub fn serialize<S: Serializer>(values: &[Decimal], serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            list.serialize_element(&raw::<S>(value)?)?;
        }
        list.end()
    }

    /// Reads numbers from JSON numbers or strings; whatever is no number is left out. Null gives an empty list.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
        many(deserializer)
    }
}

/// `Vec<Decimal>` as JSON strings.
pub mod text_list {
    use super::*;

    /// Writes JSON strings with every digit.
    pub fn serialize<S: Serializer>(values: &[Decimal], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(Decimal::to_string))
    }

    /// Reads numbers from JSON numbers or strings; whatever is no number is left out. Null gives an empty list.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
        many(deserializer)
    }
}

/// The digits as JSON text: the only way past `f64` without serde_json's `arbitrary_precision`, which would change
/// how every other crate of a program sees numbers.
fn raw<S: Serializer>(value: &Decimal) -> Result<Box<RawValue>, S::Error> {
    RawValue::from_string(value.to_string()).map_err(S::Error::custom)
}

fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    match serde::Deserialize::deserialize(deserializer)? {
        Lenient(Some(value)) => Ok(value),
        Lenient(None) => Err(D::Error::custom("expected a decimal number")),
    }
}

fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let Lenient(value) = serde::Deserialize::deserialize(deserializer)?;
    Ok(value)
}

fn many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
    let values: Vec<Lenient> = crate::absent::list(deserializer)?;
    Ok(values.into_iter().filter_map(|Lenient(value)| value).collect())
}

/// A number where one can be read, without an error where not.
struct Lenient(Option<Decimal>);

impl<'de> serde::Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // This is how serde_json is asked for a value's own text. Its `RawValue` asks the same way, but fails where
        // serde has buffered the value (inside tagged, untagged and flattened types); here that is read as well.
        deserializer.deserialize_newtype_struct("$serde_json::private::RawValue", RawVisitor).map(Lenient)
    }
}

/// Takes the text of a JSON value, or the value itself from a deserializer that does not give its text.
struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        map.next_key::<serde::de::IgnoredAny>()?;
        map.next_value::<RawText>().map(|RawText(value)| value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct RawText(Option<Decimal>);

impl<'de> serde::Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = RawText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a JSON value")
            }

            fn visit_str<E>(self, json: &str) -> Result<RawText, E> {
                Ok(RawText(parse_json(json)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        // The shortest text that means this float is the text it was read from, up to 15 digits.
        Ok(parse(&value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(parse(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        match entries.next_key::<Cow<'_, str>>()? {
            None => return Ok(None),
            Some(key) if key == ARBITRARY_NUMBER => return Ok(parse(&entries.next_value::<Cow<'_, str>>()?)),
            Some(_) => entries.next_value::<serde::de::IgnoredAny>()?,
        };
        while entries.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads the text of a JSON value.
fn parse_json(json: &str) -> Option<Decimal> {
    let json = json.trim();
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => parse(text),
        Some(_) => parse(&serde_json::from_str::<String>(json).ok()?),
        None => parse(json),
    }
}

/// Reads a number, exactly or not at all.
fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let grouped = whole.contains(',');
    if grouped && !(digits.contains('.') && is_grouped(whole)) {
        return None;
    }
    let mut mantissa = 0_i128;
    for digit in whole.bytes().filter(|byte| *byte != b',').chain(fraction.bytes()) {
        mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(digit_value(digit)?))?;
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if mantissa == 0 {
        scale = scale.clamp(0, 28);
    }
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    // Zeros at the end carry nothing: they go only where they would not fit.
    while (scale > 28 || mantissa > MAX_MANTISSA) && scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if scale > 28 || mantissa > MAX_MANTISSA {
        return None;
    }
    let mantissa = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
}

/// 2^96 - 1, the largest mantissa of a `Decimal`.
const MAX_MANTISSA: i128 = 79_228_162_514_264_337_593_543_950_335;

fn digit_value(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// Whether commas stand before every three digits and nowhere else: `1,234`, `12,345,678`.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Number(#[serde(with = "super::number")] Decimal);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Text(#[serde(with = "super::text")] Decimal);
    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Optional {
        #[serde(with = "super::number_option", skip_serializing_if = "Option::is_none")]
        number: Option<Decimal>,
        #[serde(with = "super::text_option", skip_serializing_if = "Option::is_none")]
        text: Option<Decimal>,
        #[serde(with = "super::number_list", skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<Decimal>,
        #[serde(with = "super::text_list", skip_serializing_if = "Vec::is_empty")]
        texts: Vec<Decimal>,
    }

    const EXACT: &[&str] = &[
        "17.31",
        "123456789012345.67",
        "0",
        "0.00",
        "-0.1",
        "17.30",
        "100",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "0.0000000000000000000000000001",
        "1234567890123456789.0123456789",
        "9007199254740993",
    ];

    #[test]
    fn every_digit_survives_from_either_form_to_either_form() {
        for digits in EXACT {
            let quoted = format!("\"{digits}\"");
            for json in [digits, quoted.as_str()] {
                let number: Number = serde_json::from_str(json).unwrap();
                let text: Text = serde_json::from_str(json).unwrap();
                assert_eq!(number.0.to_string(), *digits);
                assert_eq!(serde_json::to_string(&number).unwrap(), *digits);
                assert_eq!(serde_json::to_string(&text).unwrap(), quoted);
            }
        }
    }

    #[test]
    fn other_ways_to_write_a_number() {
        for (text, expected) in [
            ("1e-7", "0.0000001"),
            ("1E3", "1000"),
            ("1.5e+2", "150"),
            ("-2.50E1", "-25.0"),
            ("0e400", "0"),
            ("0e-400", "0.0000000000000000000000000000"),
            ("100e-2", "1.00"),
            (" 17.31 ", "17.31"),
            ("+5", "5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007", "7"),
            ("1,234.50", "1234.50"),
            ("-12,345,678.9", "-12345678.9"),
            ("1.00000000000000000000000000000000000", "1.0000000000000000000000000000"),
            ("79228162514264337593543950335.0", "79228162514264337593543950335"),
        ] {
            assert_eq!(parse(text).map(|value| value.to_string()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_not_exactly_one_is_not_read() {
        for text in [
            "",
            " ",
            "-",
            ".",
            "e5",
            "1e",
            "1,234",
            "1,234,567",
            "12,34.5",
            "1234,567.8",
            ",123.4",
            "1,,234.5",
            "1.2.3",
            "1.234,50",
            "1 000",
            "0x10",
            "NaN",
            "inf",
            "-Infinity",
            "null",
            "12abc",
            "€5",
            "１",
            "--5",
            "+-5",
            "79228162514264337593543950336",
            "1e29",
            "1e999999999",
            "1e99999999999999999999",
            "1e-29",
            "17.309999999999998721023075631819665431976318359375",
            "99999999999999999999999999999999999999999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_odd_value_is_none_where_it_may_be() {
        let read = |json: &str| serde_json::from_str::<Optional>(json).unwrap();
        for odd in ["null", "\"\"", "\"n/a\"", "\"1,234\"", "true", "[]", "[1]", "{}", r#"{"amount":1}"#, "1e40"] {
            let json = format!(r#"{{"number":{odd},"text":{odd},"numbers":[1,{odd},"2.50"],"texts":[{odd}]}}"#);
            let value = read(&json);
            assert_eq!((value.number, value.text, value.texts.len()), (None, None, 0), "{odd}");
            assert_eq!(value.numbers, ["1".parse().unwrap(), "2.50".parse().unwrap()], "{odd}");
        }
        assert_eq!(read(r#"{"numbers":null,"texts":null}"#), Optional::default());
        let json = r#"{"number":17.31,"text":"17.31","numbers":[1.10],"texts":["2.20"]}"#;
        assert_eq!(serde_json::to_string(&read(json)).unwrap(), json);
        assert_eq!(read(r#"{"text":"1\u0037.5"}"#).text, Some("17.5".parse().unwrap()));
        assert_eq!(serde_json::to_string(&Text("1234.50".parse().unwrap())).unwrap(), "\"1234.50\"");
    }

    #[test]
    fn a_required_number_that_is_none_is_an_error_without_the_value() {
        for json in ["null", "\"secret\"", "[]", "1e40"] {
            let error = serde_json::from_str::<Number>(json).unwrap_err().to_string();
            assert!(error.starts_with("expected a decimal number"), "{error}");
        }
    }

    #[test]
    fn buffered_values_are_read_too() {
        #[derive(Debug, Deserialize)]
        #[serde(tag = "type")]
        enum Tagged {
            Price(Optional),
        }
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[serde(flatten)]
            inner: Optional,
        }
        let json = r#"{"type":"Price","number":9876543210123.45,"text":"1.10","numbers":[17.31,null,7,-7]}"#;
        let Tagged::Price(tagged) = serde_json::from_str(json).unwrap();
        let Outer { inner } = serde_json::from_str(json).unwrap();
        let value: Optional = serde_json::from_value(serde_json::from_str(json).unwrap()).unwrap();
        for read in [tagged, inner, value] {
            assert_eq!(read.number.unwrap().to_string(), "9876543210123.45");
            assert_eq!(read.text.unwrap().to_string(), "1.10");
            assert_eq!(read.numbers.len(), 3);
        }
        let odd = r#"{"type":"Price","number":{"a":[1],"b":{}},"text":[{}],"numbers":[{},1]}"#;
        let Tagged::Price(odd) = serde_json::from_str(odd).unwrap();
        assert_eq!((odd.number, odd.text, odd.numbers.len()), (None, None, 1));
        let arbitrary = r#"{"type":"Price","number":{"$serde_json::private::Number":"123456789012345.67"}}"#;
        let Tagged::Price(arbitrary) = serde_json::from_str(arbitrary).unwrap();
        assert_eq!(arbitrary.number.unwrap().to_string(), "123456789012345.67");
    }

    #[test]
    fn numbers_become_plain_values() {
        let value = serde_json::to_value(Number("17.31".parse().unwrap())).unwrap();
        assert_eq!(value, serde_json::json!(17.31));
    }
}
