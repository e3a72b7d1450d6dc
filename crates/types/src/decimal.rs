//! Exact decimals, read from numbers and texts without binary floating point.
//!
//! [`Amount`] is a [`Decimal`] that serde reads and writes, for structures of your own. The modules serve
//! `#[serde(with = "...")]`: [`number`] writes a JSON number, [`text`] a JSON string, and both read either; the
//! `_option` modules are for `Option<Decimal>`, the `_list` modules for `Vec<Decimal>`.
//!
//! The effect of a value that is not a number depends on where it is. In JSON one odd value must not lose a page: the
//! `_option` modules give `None`, and the `_list` modules leave it out. In the rows of a document ([`in_document`])
//! only a blank field is `None`, and a field that is not a number is an error.
//!
//! # What is read
//!
//! | written | read |
//! | --- | --- |
//! | `17.31`, `-0.01`, `+5`, `.5`, `1e-7` | as it is |
//! | `1,234.50`, `1.234,50`, `1 234,50`, `1'234.50`, `12,34,567.80` | the last of point and comma begins the fraction, the others group digits |
//! | `1,234,567`, `1.234.567`, `1 234` | groups of digits |
//! | `1141,18`, `44,9`, `-0,01`, `1234,567` | the comma begins the fraction, because it cannot group digits in threes |
//! | `1,234`, `1.234` | by the [`DecimalMark`]; without one, the point begins the fraction and the comma is an error |
//!
//! Spaces may be no-break spaces, narrow or not, apostrophes may be `’`, and the minus may be `−`. Currency signs,
//! percent signs and parentheses are not read. A number with more digits than a [`Decimal`] holds (28 in all) is
//! rounded, halves away from zero.
//!
//! Numbers in JSON text keep all digits. A value that went through [`Value`](serde_json::Value), or that serde buffers
//! for a tagged, untagged or flattened type, was a float on the way and keeps 15.

use crate::open_enum::ARBITRARY_NUMBER;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// What a single point or comma before exactly three digits means: `1.234` and `1,234`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecimalMark {
    /// The point begins the fraction, and the comma groups digits: as in Japan and the United States.
    Point,
    /// The comma begins the fraction, and the point groups digits: as in most of Europe.
    Comma,
    /// Either begins the fraction, because digits are not grouped.
    Either,
}

/// Why a text is not a decimal number. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecimalError {
    /// It is not a number.
    NotANumber,
    /// It has a single comma before exactly three digits, such as `1,234`, and no [`DecimalMark`] says what it means.
    AmbiguousComma,
    /// It is larger than a [`Decimal`] holds, some 7.9e28.
    TooLarge,
}

impl DecimalError {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NotANumber, Self::AmbiguousComma, Self::TooLarge];

    /// The text that it shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotANumber => "expected a decimal number",
            Self::AmbiguousComma => {
                "expected a decimal number, and a comma before three digits may group digits or begin the fraction"
            }
            Self::TooLarge => "expected a decimal number below 7.9e28",
        }
    }
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for DecimalError {}

/// A [`Decimal`] that serde reads in every form this module reads, and writes as text with every digit.
///
/// For the columns of a report, where an empty field is `None` and a field that is not a number is an error:
///
/// ```
/// use spapi_types::decimal::Amount;
///
/// #[derive(serde::Deserialize)]
/// struct Line {
///     item_price: Option<Amount>,
/// }
///
/// let line: Line = serde_json::from_str(r#"{"item_price": "1.234,50"}"#)?;
/// assert_eq!(line.item_price.unwrap().to_string(), "1234.50");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub Decimal);

impl Deref for Amount {
    type Target = Decimal;

    fn deref(&self) -> &Decimal {
        &self.0
    }
}

impl From<Decimal> for Amount {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// The errors of [`parse`] without a [`DecimalMark`].
impl FromStr for Amount {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        parse(text, None).map(Self)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        text::serialize(&self.0, serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::deserialize(deserializer).map(Self)
    }
}

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

    /// Reads a number from a JSON number or string. Null and a blank text give `None`. Anything else that is not a
    /// number gives `None` too, except in the rows of a document, where it is an error.
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

    /// Reads a number from a JSON number or string. Null and a blank text give `None`. Anything else that is not a
    /// number gives `None` too, except in the rows of a document, where it is an error.
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

    /// Reads numbers from JSON numbers or strings. What is not a number is left out, null gives an empty list.
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

    /// Reads numbers from JSON numbers or strings. What is not a number is left out, null gives an empty list.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
        many(deserializer)
    }
}

/// The digits as JSON text: the only way past `f64` without serde_json's `arbitrary_precision`, which would change
/// how every other crate of a program sees numbers.
fn raw<S: Serializer>(value: &Decimal) -> Result<Box<RawValue>, S::Error> {
    RawValue::from_string(value.to_string()).map_err(S::Error::custom)
}

thread_local! {
    /// Whether the rows of a document are being read, and with which mark.
    static DOCUMENT: Cell<Option<Option<DecimalMark>>> = const { Cell::new(None) };

    /// Whether the last value was not a number.
    static MISREAD: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, which reads one value. Returns whether it was at the position of a number and is not one.
pub(crate) fn noticing_misread<T>(read: impl FnOnce() -> T) -> (T, bool) {
    // Readers that do not ask leave theirs.
    MISREAD.set(false);
    let read = read();
    (read, MISREAD.take())
}

/// Runs `read`. Meanwhile decimals are read as in a row of a document: with this mark, and the `_option` and `_list`
/// modules give an error for a value that is not a number.
///
/// Serde cannot pass such a setting to the fields of a structure, and buffers those of flattened and untagged ones, so
/// the setting applies to the thread until `read` returns.
pub fn in_document<R>(mark: Option<DecimalMark>, read: impl FnOnce() -> R) -> R {
    struct Restore(Option<Option<DecimalMark>>);

    impl Drop for Restore {
        fn drop(&mut self) {
            DOCUMENT.set(self.0);
        }
    }

    let _restore = Restore(DOCUMENT.replace(Some(mark)));
    read()
}

/// A number, `None` for null and blank texts, or why it is not a number.
type Found = Result<Option<Decimal>, DecimalError>;

fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let Reading(found) = serde::Deserialize::deserialize(deserializer)?;
    found.and_then(|value| value.ok_or(DecimalError::NotANumber)).map_err(D::Error::custom)
}

fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let Reading(found) = serde::Deserialize::deserialize(deserializer)?;
    tolerated(found).map_err(D::Error::custom)
}

fn many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Decimal>, D::Error> {
    let found: Vec<Reading> = crate::absent::list(deserializer)?;
    found.into_iter().filter_map(|Reading(found)| tolerated(found).map_err(D::Error::custom).transpose()).collect()
}

/// Outside documents, a value that is not a number is `None`.
fn tolerated(found: Found) -> Found {
    match found {
        Err(_) if DOCUMENT.get().is_none() => Ok(None),
        found => found,
    }
}

fn read_text(text: &str) -> Found {
    if text.trim().is_empty() { Ok(None) } else { parse(text, DOCUMENT.get().flatten()).map(Some) }
}

/// The value at the position of a number. It is an error only if there is no value.
struct Reading(Found);

impl<'de> serde::Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // This name makes serde_json pass a value's own text. Its `RawValue` does the same, but fails when serde has
        // buffered the value (inside tagged, untagged and flattened types); this also accepts a buffered value.
        deserializer.deserialize_newtype_struct("$serde_json::private::RawValue", RawVisitor).map(Reading)
    }
}

/// Takes the text of a JSON value, or the value from a deserializer that does not pass its text.
struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Found;

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

struct RawText(Found);

impl<'de> serde::Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = RawText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a JSON value")
            }

            fn visit_str<E>(self, json: &str) -> Result<RawText, E> {
                Ok(RawText(read_json(json)))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number")
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Ok(Some(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Ok(Some(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        // Up to 15 digits, the shortest text of a float is the text that it was read from.
        Ok(parse(&value.to_string(), None).map(Some))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(read_text(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Err(DecimalError::NotANumber))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(None))
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(Err(DecimalError::NotANumber))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        match entries.next_key::<Cow<'_, str>>()? {
            None => return Ok(Err(DecimalError::NotANumber)),
            Some(key) if key == ARBITRARY_NUMBER => return Ok(read_text(&entries.next_value::<Cow<'_, str>>()?)),
            Some(_) => entries.next_value::<serde::de::IgnoredAny>()?,
        };
        while entries.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(Err(DecimalError::NotANumber))
    }
}

/// Reads the text of a JSON value.
fn read_json(json: &str) -> Found {
    let found = read_trimmed(json.trim());
    MISREAD.set(found.is_err());
    found
}

fn read_trimmed(json: &str) -> Found {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => read_text(text),
        Some(_) => {
            serde_json::from_str::<String>(json).map_err(|_| DecimalError::NotANumber).and_then(|text| read_text(&text))
        }
        None if json == "null" => Ok(None),
        None => parse(json, None).map(Some),
    }
}

/// Reads a number from text, in every form that the [module](self) lists.
///
/// # Errors
/// When it is not a number, could be two, or is too large.
///
/// ```
/// use spapi_types::decimal::{DecimalError, DecimalMark, parse};
///
/// assert_eq!(parse("1.234,50", None)?.to_string(), "1234.50");
/// assert_eq!(parse("1,234", Some(DecimalMark::Point))?.to_string(), "1234");
/// assert_eq!(parse("1,234", Some(DecimalMark::Comma))?.to_string(), "1.234");
/// assert_eq!(parse("1,234", None), Err(DecimalError::AmbiguousComma));
/// # Ok::<(), DecimalError>(())
/// ```
pub fn parse(text: &str, mark: Option<DecimalMark>) -> Result<Decimal, DecimalError> {
    let text = text.trim();
    if let Some(number) = plain(text, mark) {
        return Ok(number);
    }
    let number = Number::split(text, mark)?;
    let digits =
        || number.whole.bytes().filter(u8::is_ascii_digit).chain(number.fraction.bytes()).map(|byte| byte - b'0');
    let significant = digits().skip_while(|digit| *digit == 0);
    // More digits than a decimal can hold, so that rounding them away is exact, and less than an i128 can.
    let mantissa =
        significant.clone().take(KEPT_DIGITS).fold(0_i128, |mantissa, digit| mantissa * 10 + i128::from(digit));
    let left_out = significant.count().saturating_sub(KEPT_DIGITS);
    let fraction = i64::try_from(number.fraction.len()).unwrap_or(i64::MAX);
    let scale =
        fraction.saturating_sub(number.exponent.into()).saturating_sub(i64::try_from(left_out).unwrap_or(i64::MAX));
    let (mantissa, scale) = fit(mantissa, scale)?;
    let mantissa = if number.negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| DecimalError::TooLarge)
}

/// Whether a text is a number whose single point or comma may begin the fraction or group digits, such as `1.234` or
/// `-1,234`. [`parse`] reads it by the [`DecimalMark`].
///
/// ```
/// use spapi_types::decimal::is_ambiguous;
///
/// assert!(is_ambiguous("1.234") && is_ambiguous("-12,345"));
/// // Groups of digits have three of them, and the first does not begin with a zero.
/// assert!(!is_ambiguous("1.23") && !is_ambiguous("0.500") && !is_ambiguous("012.500"));
/// ```
pub fn is_ambiguous(text: &str) -> bool {
    let (_, digits) = without_sign(text.trim());
    digits.find(['.', ',']).is_some_and(|place| could_group(&digits[..place], &digits[place + 1..]))
}

/// How many digits an `i64` always holds.
const MOST_PLAIN_DIGITS: usize = 18;

/// Reads `-123.45`, the form of nearly all numbers, at once. `None` for all others.
fn plain(text: &str, mark: Option<DecimalMark>) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if digits.len() > MOST_PLAIN_DIGITS || !digits.first()?.is_ascii_digit() || !digits.last()?.is_ascii_digit() {
        return None;
    }
    let mut mantissa = 0;
    let mut point = None;
    for (index, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() && mark != Some(DecimalMark::Comma) => point = Some(index),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |point| digits.len() - point - 1);
    let mantissa = if text.len() > digits.len() { -mantissa } else { mantissa };
    Some(Decimal::new(mantissa, u32::try_from(scale).ok()?))
}

/// 2^96 - 1, the largest mantissa of a `Decimal`.
const MAX_MANTISSA: i128 = 79_228_162_514_264_337_593_543_950_335;
/// The largest scale of a `Decimal`.
const MAX_SCALE: i64 = 28;
const KEPT_DIGITS: usize = 37;

/// Brings a mantissa and a scale to what a `Decimal` holds.
fn fit(mantissa: i128, scale: i64) -> Result<(i128, u32), DecimalError> {
    if mantissa == 0 {
        return Ok((0, u32::try_from(scale.clamp(0, MAX_SCALE)).unwrap_or_default()));
    }
    let mut dropped = (scale - MAX_SCALE).max(0);
    loop {
        // Rounds once, however many digits go, with halves away from zero.
        let rounded = match u32::try_from(dropped).ok().and_then(|digits| 10_i128.checked_pow(digits)) {
            Some(power) => mantissa / power + i128::from(mantissa % power >= power - power / 2),
            None => 0,
        };
        let left = scale - dropped;
        if rounded == 0 {
            return Ok((0, 0));
        }
        if left < 0 {
            let power = u32::try_from(-left).ok().and_then(|digits| 10_i128.checked_pow(digits));
            let grown = power.and_then(|power| rounded.checked_mul(power)).filter(|grown| *grown <= MAX_MANTISSA);
            return grown.map(|grown| (grown, 0)).ok_or(DecimalError::TooLarge);
        }
        if rounded <= MAX_MANTISSA {
            return Ok((rounded, u32::try_from(left).unwrap_or_default()));
        }
        if left == 0 {
            return Err(DecimalError::TooLarge);
        }
        dropped += 1;
    }
}

/// The parts of a number in text.
#[derive(Clone, Copy)]
struct Number<'text> {
    negative: bool,
    /// Digits, and what groups them.
    whole: &'text str,
    /// Digits.
    fraction: &'text str,
    exponent: i32,
}

impl<'text> Number<'text> {
    fn split(text: &'text str, mark: Option<DecimalMark>) -> Result<Self, DecimalError> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent.parse().map_err(|_| DecimalError::NotANumber)?)),
            None => (text, None),
        };
        let (negative, digits) = without_sign(text);
        let (whole, fraction) = match fraction_begins(digits, mark, exponent.is_some())? {
            Some(place) => (&digits[..place], &digits[place + 1..]),
            None => (digits, ""),
        };
        let are_digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && is_whole(whole);
        if !are_digits || (whole.is_empty() && fraction.is_empty()) {
            return Err(DecimalError::NotANumber);
        }
        Ok(Self { negative, whole, fraction, exponent: exponent.unwrap_or(0) })
    }
}

/// Whether a number is negative, and its text without the sign.
fn without_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Whether the point or comma between two texts may group digits.
fn could_group(before: &str, after: &str) -> bool {
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    after.len() == 3
        && (1..=3).contains(&before.len())
        && !before.starts_with('0')
        && are_digits(before)
        && are_digits(after)
}

/// The offset of the point or comma that begins the fraction, if one does.
fn fraction_begins(digits: &str, mark: Option<DecimalMark>, has_exponent: bool) -> Result<Option<usize>, DecimalError> {
    let Some(place) = digits.rfind(['.', ',']) else { return Ok(None) };
    let is_comma = digits[place..].starts_with(',');
    let (before, after) = (&digits[..place], &digits[place + 1..]);
    if before.contains(if is_comma { ',' } else { '.' }) {
        // A sign that occurs more than once groups digits.
        return Ok(None);
    }
    if has_exponent || !could_group(before, after) {
        return Ok(Some(place));
    }
    match (is_comma, mark) {
        (true, Some(DecimalMark::Point)) | (false, Some(DecimalMark::Comma)) => Ok(None),
        (true, None) => Err(DecimalError::AmbiguousComma),
        (true, Some(DecimalMark::Comma | DecimalMark::Either)) | (false, _) => Ok(Some(place)),
    }
}

/// Whether a text is digits, alone or grouped by one sign: in threes, or as in India in twos with three at the end.
fn is_whole(text: &str) -> bool {
    let Some(sign) = text.chars().find(|character| !character.is_ascii_digit()) else { return true };
    if !matches!(sign, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}') {
        return false;
    }
    let groups: Vec<&str> = text.split(sign).collect();
    let [first, middle @ .., last] = &groups[..] else { return false };
    let are = |length: usize| (1..=length).contains(&first.len()) && middle.iter().all(|group| group.len() == length);
    last.len() == 3 && (are(3) || (sign == ',' && are(2))) && groups.concat().bytes().all(|byte| byte.is_ascii_digit())
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
    fn other_spellings_of_a_number_are_read() {
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
            assert_eq!(parse(text, None).map(|value| value.to_string()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_unambiguous_point_or_comma_is_read_the_same_everywhere() {
        for (text, expected) in [
            ("1141,18", "1141.18"),
            ("44,9", "44.9"),
            ("-0,01", "-0.01"),
            ("0,123", "0.123"),
            ("-0,500", "-0.500"),
            (",123", "0.123"),
            ("1234,567", "1234.567"),
            ("1,2345", "1.2345"),
            ("5,", "5"),
            ("1.234,50", "1234.50"),
            ("1,141.18", "1141.18"),
            ("1,234.567", "1234.567"),
            ("1.234,567", "1234.567"),
            ("1 234,50", "1234.50"),
            ("1\u{a0}234,50", "1234.50"),
            ("1\u{202f}234\u{202f}567,5", "1234567.5"),
            ("1 234,567", "1234.567"),
            ("1'234.50", "1234.50"),
            ("1’234’567.50", "1234567.50"),
            ("1 234", "1234"),
            ("1,234,567", "1234567"),
            ("-1.234.567", "-1234567"),
            ("1.234.567,89", "1234567.89"),
            ("12,34,567.89", "1234567.89"),
            ("1,23,456", "123456"),
            ("\u{2212}44,90", "-44.90"),
            ("\u{a0}44,90 ", "44.90"),
            ("1,5e2", "150"),
        ] {
            for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma), Some(DecimalMark::Either)] {
                let read = parse(text, mark).map(|value| value.to_string());
                assert_eq!(read.as_deref(), Ok(expected), "{text} {mark:?}");
            }
        }
    }

    #[test]
    fn an_ambiguous_point_or_comma_is_read_by_the_decimal_mark() {
        use DecimalMark::{Comma, Either, Point};
        for (text, mark, expected) in [
            ("1,234", Some(Point), Ok("1234")),
            ("1,234", Some(Comma), Ok("1.234")),
            ("1,234", Some(Either), Ok("1.234")),
            ("1,234", None, Err(DecimalError::AmbiguousComma)),
            ("-12,345", None, Err(DecimalError::AmbiguousComma)),
            ("123,456", Some(Point), Ok("123456")),
            ("1.234", Some(Point), Ok("1.234")),
            ("1.234", Some(Comma), Ok("1234")),
            ("1.234", Some(Either), Ok("1.234")),
            ("1.234", None, Ok("1.234")),
            ("-999.999", Some(Comma), Ok("-999999")),
        ] {
            let read = parse(text, mark).map(|value| value.to_string());
            assert_eq!(read.as_deref().map_err(|error| *error), expected, "{text} {mark:?}");
        }
    }

    #[test]
    fn a_number_is_ambiguous_if_its_mark_decides_what_it_is() {
        use DecimalMark::{Comma, Point};
        for text in ["1.234", "1,234", "-12.345", "\u{2212}123,456", "+1.234", " 1.234 ", "1.000"] {
            assert!(is_ambiguous(text) && parse(text, Some(Point)) != parse(text, Some(Comma)), "{text}");
        }
        for text in [
            "0.500",
            "0,500",
            "-0.500",
            "012.500",
            "012,500",
            "00.500",
            ".500",
            "1234.567",
            "1.2345",
            "1.23",
            "1.234e1",
            "1.234.567",
            "1,234.567",
            "1,234.50",
            "1234",
            "",
        ] {
            assert!(!is_ambiguous(text) && parse(text, Some(Point)) == parse(text, Some(Comma)), "{text}");
        }
    }

    #[test]
    fn more_decimals_than_a_decimal_holds_are_rounded() {
        for (text, expected) in [
            ("-1.7763568394002505E-15", "-0.0000000000000017763568394003"),
            ("1e-29", "0"),
            ("-4e-400", "0"),
            ("1e-2147483648", "0"),
            ("5e-29", "0.0000000000000000000000000001"),
            ("-5e-29", "-0.0000000000000000000000000001"),
            ("4.999e-29", "0"),
            ("17.309999999999998721023075631819665431976318359375", "17.309999999999998721023075632"),
            ("0.33333333333333333333333333333333333333333333333333333", "0.3333333333333333333333333333"),
            ("99999999999999999999999999.99999", "100000000000000000000000000.00"),
            ("7.99999999999999999999999999999999999", "8.000000000000000000000000000"),
            ("79228162514264337593543950335.4", "79228162514264337593543950335"),
            ("1.00000000000000000000000000000000000000000000000000000001", "1.0000000000000000000000000000"),
            ("0000000000000000000000000000000000000000000000000012.50", "12.50"),
        ] {
            let read = parse(text, None).unwrap();
            let expected: Decimal = expected.parse().unwrap();
            assert_eq!(read, expected, "{text}");
            let Number(json) = serde_json::from_str(text.trim_start_matches("00")).unwrap();
            assert_eq!(json, read, "{text}");
        }
        for text in ["79228162514264337593543950335.5", "79228162514264337593543950336", "1e29", "1e999999999", "1e30"]
        {
            assert_eq!(parse(text, None), Err(DecimalError::TooLarge), "{text}");
        }
        let long = "9".repeat(1_000_000);
        assert_eq!(parse(&long, None), Err(DecimalError::TooLarge));
        assert_eq!(parse(&format!("0.{long}"), None), Ok(Decimal::ONE));
        assert_eq!(parse(&format!("{}1", "0".repeat(1_000_000)), None), Ok(Decimal::ONE));
    }

    #[test]
    fn in_a_document_a_blank_is_none_and_other_text_is_an_error() {
        let read = |json: &str| in_document(None, || serde_json::from_str::<Optional>(json));
        assert_eq!(read(r#"{"text":"","number":"\u00a0 "}"#).unwrap(), Optional::default());
        for odd in ["n/a", "--", "1,234", "(5.00)", "€5", "5 EUR", "12.5%", "1e40"] {
            for json in [format!(r#"{{"text":"{odd}"}}"#), format!(r#"{{"texts":["1","{odd}"]}}"#)] {
                let error = read(&json).unwrap_err().to_string();
                assert!(error.contains("expected a decimal number") && !error.contains(odd), "{error}");
                assert!(serde_json::from_str::<Optional>(&json).is_ok(), "only documents have this error");
            }
        }
        let comma = in_document(Some(DecimalMark::Comma), || serde_json::from_str::<Optional>(r#"{"text":"1.234"}"#));
        assert_eq!(comma.unwrap().text, Some(Decimal::from(1234)));
        let panicked = std::panic::catch_unwind(|| in_document(None, || panic!("within")));
        assert!(panicked.is_err() && serde_json::from_str::<Optional>(r#"{"text":"x"}"#).is_ok());
    }

    #[test]
    fn an_amount_is_a_decimal_that_serde_reads() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Line {
            price: Option<Amount>,
            total: Amount,
        }
        let line: Line = serde_json::from_str(r#"{"price":null,"total":1920.85}"#).unwrap();
        assert_eq!((line.price, line.total), (None, Amount("1920.85".parse().unwrap())));
        assert_eq!(*line.total + Decimal::ONE, "1921.85".parse().unwrap());
        assert_eq!(serde_json::to_string(&line).unwrap(), r#"{"price":null,"total":"1920.85"}"#);
        assert_eq!("1.920,85".parse(), Ok(line.total));
        for wrong in ["\"\"", "null", "\"1,234\"", "true"] {
            assert!(serde_json::from_str::<Amount>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_number_is_not_read() {
        for text in [
            "",
            " ",
            "-",
            ".",
            "e5",
            "1e",
            "12,34.5",
            "1234,567.8",
            ",123.4",
            "1,,234.5",
            "1.2.3",
            "0x10",
            "NaN",
            "inf",
            "-Infinity",
            "null",
            "12abc",
            "€5",
            "１",
            "--5",
            "1,2,3",
            "1.2,3.4",
            "1,234 567",
            "1 234 56",
            "1 2",
            "1'23",
            "1.234 567",
            "(5.00)",
            "5.00-",
            "$5",
            "5 EUR",
            "12.5%",
            "¥1,200",
            "１,5",
            "1\t234",
            "1,abc",
            "+-5",
            "1e99999999999999999999",
        ] {
            assert_eq!(parse(text, None), Err(DecimalError::NotANumber), "{text}");
        }
    }

    #[test]
    fn an_odd_value_of_an_optional_field_is_none() {
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
    fn plain_numbers_are_read_as_all_others() {
        for text in [
            "0",
            "-0",
            "-0.00",
            "1.234",
            "12.5",
            "0.10",
            "007.50",
            "-123.45",
            "999999999999999999",
            "1.2.3",
            "1,5",
            "-",
            ".5",
            "5.",
        ] {
            for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma), Some(DecimalMark::Either)] {
                if let Some(number) = plain(text, mark) {
                    // A sign that the short way does not know.
                    let other = parse(&format!("+{}", text.trim_start_matches('-')), mark).unwrap();
                    let other = if text.starts_with('-') { -other } else { other };
                    assert_eq!((number, number.scale()), (other, other.scale()), "{text} {mark:?}");
                }
            }
        }
        assert_eq!(plain("1.234", Some(DecimalMark::Comma)), None);
    }

    #[test]
    fn numbers_become_plain_values() {
        let value = serde_json::to_value(Number("17.31".parse().unwrap())).unwrap();
        assert_eq!(value, serde_json::json!(17.31));
    }
}
