//! Identifiers of products: their kinds, and their check digits.

use spapi_catalog_items::v2022_04_01::types::SearchCatalogItemsIdentifiersType as IdentifierKind;
use spapi_core::{Error, ErrorKind};
use spapi_types::text::printable;
use std::fmt;

/// An identifier of a product, in the spelling that Amazon takes: without blanks and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identifier {
    kind: IdentifierKind,
    value: String,
}

impl Identifier {
    /// The identifier in a text, if it has the form of one. A text of another form is `None`: words to search for.
    ///
    /// | form | kind |
    /// | --- | --- |
    /// | `B`, a digit, and 8 digits or letters | ASIN |
    /// | 13 digits from 978 or 979; 10 digits, of which the last may be an `X` | ISBN |
    /// | 13 digits from 45 or 49 | JAN |
    /// | 8 digits, and any other 13 | EAN |
    /// | 12 digits | UPC |
    /// | 14 digits | GTIN |
    ///
    /// Digits may be in groups, with blanks or hyphens between, and full-width as in `４９０１`.
    ///
    /// ```
    /// use spapi_listings::discover::Identifier;
    ///
    /// assert_eq!(Identifier::detect("4 006381 333931")?.unwrap().to_string(), "EAN 4006381333931");
    /// assert_eq!(Identifier::detect("a suitcase with 4 wheels")?, None);
    /// let error = Identifier::detect("4006381333932").unwrap_err().to_string();
    /// assert!(error.contains("4006381333931"), "the error names the right one: {error}");
    /// # Ok::<(), spapi_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the text has the form of an identifier, and its check digit is wrong. The error names the right one.
    pub fn detect(text: &str) -> Result<Option<Self>, Error> {
        let compact = compact(text);
        let is_asin = narrow(text.trim()).to_ascii_uppercase() == compact && is_asin_of_goods(&compact);
        let digits = compact.strip_suffix('X').unwrap_or(&compact);
        let has_x = digits.len() < compact.len();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let kind = match compact.len() {
            _ if is_asin => IdentifierKind::Asin,
            _ if !is_number => return Ok(None),
            10 => IdentifierKind::Isbn,
            _ if has_x => return Ok(None),
            8 => IdentifierKind::Ean,
            12 => IdentifierKind::Upc,
            13 if compact.starts_with("978") || compact.starts_with("979") => IdentifierKind::Isbn,
            13 if compact.starts_with("45") || compact.starts_with("49") => IdentifierKind::Jan,
            13 => IdentifierKind::Ean,
            14 => IdentifierKind::Gtin,
            _ => return Ok(None),
        };
        Self::new(kind, text).map(Some)
    }

    /// An identifier of this kind. A SKU is taken as it is.
    ///
    /// # Errors
    /// When the text does not have the form of that kind, or its check digit is wrong. The error names the right one.
    pub fn new(kind: impl Into<IdentifierKind>, text: &str) -> Result<Self, Error> {
        let kind = kind.into();
        match checked(&kind, text) {
            Ok(value) => Ok(Self { kind, value }),
            Err(why) => {
                let shown = printable(text.trim()).up_to(60);
                let error = Error::new(ErrorKind::Input, format!("{shown} cannot be {}: {why}", article(&kind)));
                Err(error.with_hint("Nothing was sent."))
            }
        }
    }

    /// The kind of the identifier.
    pub fn kind(&self) -> &IdentifierKind {
        &self.kind
    }

    /// The identifier in the spelling that Amazon takes.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The number in 14 digits, which is the same for all kinds that number one product. `None` for an ASIN or SKU.
    pub(super) fn number(&self) -> Option<String> {
        match self.kind {
            IdentifierKind::Isbn if self.value.len() == 10 => {
                let isbn_13 = format!("978{}", self.value);
                Some(format!("0{}", with_check(&isbn_13)))
            }
            _ => number(&self.value).filter(|_| !matches!(self.kind, IdentifierKind::Asin | IdentifierKind::Sku)),
        }
    }
}

/// The kind and the value: `EAN 4006381333931`.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.value)
    }
}

/// The identifier in the spelling that Amazon takes, or why the text is none of that kind.
pub(crate) fn checked(kind: &IdentifierKind, text: &str) -> Result<String, String> {
    let compact = compact(text);
    let lengths: &[usize] = match kind {
        IdentifierKind::Ean | IdentifierKind::Jan => &[13, 8],
        IdentifierKind::Upc => &[12],
        IdentifierKind::Gtin => &[14, 13, 12, 8],
        IdentifierKind::Isbn => &[13, 10],
        IdentifierKind::Asin if is_asin(&compact) => return Ok(compact),
        IdentifierKind::Asin => return Err("an ASIN has 10 letters and digits".to_owned()),
        _ if text.trim().is_empty() => return Err("it is empty".to_owned()),
        _ => return Ok(text.trim().to_owned()),
    };
    let is_isbn_10 = *kind == IdentifierKind::Isbn && compact.len() == 10;
    let has_form = match compact.split_at_checked(compact.len().saturating_sub(1)) {
        Some((front, last)) => {
            let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            is_digits(front) && (is_digits(last) || (is_isbn_10 && last == "X"))
        }
        None => false,
    };
    if !has_form || !lengths.contains(&compact.len()) {
        let other = if has_form { other_form(&compact) } else { "" };
        let lengths: Vec<_> = lengths.iter().map(ToString::to_string).collect();
        return Err(format!("{kind} has {} digits{other}", lengths.join(" or ")));
    }
    let right = if is_isbn_10 { with_isbn_10_check(&compact) } else { with_check(&compact) };
    match right == compact {
        true => Ok(compact),
        false => Err(format!("its last digit, the check digit, does not fit the others; with them it is {right}")),
    }
}

/// What digits of another number are, as the end of a sentence. Spreadsheets drop zeros at the front.
fn other_form(digits: &str) -> &'static str {
    match digits.len() {
        12 if with_check(digits) == digits => {
            "; these 12 are a UPC: send them as one, or as an EAN with a 0 in front of them"
        }
        13 if digits.starts_with('0') => "; these 13 are an EAN; without the 0 in front they are a UPC",
        13 if with_check(digits) == digits => "; these 13 are an EAN",
        14 if with_check(digits) == digits => "; these 14 are a GTIN",
        11 if with_check(&format!("0{digits}")) == format!("0{digits}") => {
            "; with a 0 in front, which spreadsheets drop, these 11 are a UPC"
        }
        _ => "",
    }
}

/// A number in 14 digits.
pub(super) fn number(value: &str) -> Option<String> {
    let is_number = (8..=14).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{value:0>14}"))
}

fn article(kind: &IdentifierKind) -> String {
    let kind = printable(kind.as_str()).up_to(20).to_string();
    let is_vowel = kind.starts_with(['A', 'E', 'I', 'S']);
    format!("{} {kind}", if is_vowel { "an" } else { "a" })
}

/// Whether it is the ASIN of anything: of a book it is the ISBN.
fn is_asin(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether it is an ASIN and not a word of ten letters.
fn is_asin_of_goods(text: &str) -> bool {
    is_asin(text) && text.starts_with('B') && text.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

/// Full-width letters, digits and hyphens as the usual ones.
fn narrow(text: &str) -> String {
    let narrow = |character| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    };
    text.chars().map(narrow).collect()
}

/// The text without blanks and hyphens, in upper case.
fn compact(text: &str) -> String {
    let is_between = |character: &char| {
        character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}')
    };
    narrow(text)
        .chars()
        .filter(|character| !is_between(character))
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// The number with the check digit that its other digits ask for: each second digit from the right counts three times, and
/// all sum up to a multiple of ten (GS1 General Specifications, 7.9).
fn with_check(number: &str) -> String {
    let front = number.get(..number.len().saturating_sub(1)).unwrap_or_default();
    let digits = front.bytes().rev().map(|byte| u32::from(byte.saturating_sub(b'0')));
    let sum: u32 = digits.enumerate().map(|(index, digit)| digit * if index % 2 == 0 { 3 } else { 1 }).sum();
    format!("{front}{}", (10 - sum % 10) % 10)
}

/// The same for an ISBN of ten digits: the digits count from ten to two, and sum up with the check digit to a multiple of
/// eleven, where `X` is ten (ISO 2108:1992).
fn with_isbn_10_check(number: &str) -> String {
    let front = number.get(..9).unwrap_or_default();
    let digits = front.bytes().map(|byte| u32::from(byte.saturating_sub(b'0')));
    let sum: u32 = digits.zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => format!("{front}X"),
        digit => format!("{front}{digit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(text: &str) -> Option<String> {
        Identifier::detect(text).unwrap().map(|identifier| identifier.to_string())
    }

    #[test]
    fn each_kind_is_detected_by_its_form() {
        for (text, expected) in [
            ("B0ABCDEFGH", "ASIN B0ABCDEFGH"),
            (" b07xyz1234 ", "ASIN B07XYZ1234"),
            ("4006381333931", "EAN 4006381333931"),
            ("73513537", "EAN 73513537"),
            ("4901234567894", "JAN 4901234567894"),
            ("4512345678906", "JAN 4512345678906"),
            ("４９０１２３４５６７８９４", "JAN 4901234567894"),
            ("036000291452", "UPC 036000291452"),
            ("0 36000 29145 2", "UPC 036000291452"),
            ("978-3-16-148410-0", "ISBN 9783161484100"),
            ("3-16-148410-X", "ISBN 316148410X"),
            ("0306406152", "ISBN 0306406152"),
            ("10012345678902", "GTIN 10012345678902"),
        ] {
            assert_eq!(detected(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn words_are_not_identifiers() {
        for text in [
            "",
            "suitcase",
            "BACKPACKER",
            "501",
            "B0 ABCDEFGH",
            "12345678901",
            "X",
            "1234567X",
            "靴下",
            "iPhone 15",
            "-",
        ] {
            assert_eq!(detected(text), None, "{text}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_refused_with_the_right_number() {
        for (wrong, right) in [
            ("4006381333932", "4006381333931"),
            ("73513536", "73513537"),
            ("036000291453", "036000291452"),
            ("9783161484109", "9783161484100"),
            ("0306406153", "0306406152"),
            ("3161484100", "316148410X"),
            ("10012345678901", "10012345678902"),
        ] {
            let error = Identifier::detect(wrong).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(&format!("it is {right}")), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_named_kind_is_checked_by_its_form() {
        for (kind, text) in
            [("UPC", "4006381333931"), ("ASIN", "B0ABC"), ("ISBN", "X306406152"), ("EAN", "40063813X3931"), ("EAN", "")]
        {
            assert!(Identifier::new(kind, text).unwrap_err().is_input(), "{kind} {text}");
        }
        assert_eq!(Identifier::new("SKU", " a/b #1 ").unwrap().value(), "a/b #1");
        assert_eq!(Identifier::new("ASIN", "0306406152").unwrap().to_string(), "ASIN 0306406152");
        assert_eq!(Identifier::new("GTIN", "4006381333931").unwrap().value(), "4006381333931");
        assert!(Identifier::new("SKU", " ").unwrap_err().is_input());
    }

    #[test]
    fn one_product_has_one_number_by_whatever_kind() {
        let number = |kind, text| Identifier::new(kind, text).unwrap().number();
        assert_eq!(number("ISBN", "0306406152"), number("EAN", "9780306406157"));
        assert_eq!(number("UPC", "036000291452"), number("EAN", "0036000291452"));
        assert_eq!(number("UPC", "036000291452").as_deref(), Some("00036000291452"));
        assert_eq!(number("SKU", "036000291452"), None);
        assert_eq!(number("ASIN", "0306406152"), None);
    }
}
