//! The feed that sets the points of offers.

use spapi_types::text::printable;
use spapi_types::{Decimal, Marketplace};
use std::collections::HashMap;
use std::fmt;

/// The type of the feed.
pub const FEED: &str = "POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";

/// How many characters a SKU may have.
pub const LONGEST_SKU: usize = 40;

/// The points of offers in Japan, as a feed of the type [`FEED`] sets them: for each SKU a whole percentage of the price.
///
/// ```
/// use spapi_points::Preferences;
///
/// let mut points = Preferences::new();
/// points.set("SENCHA-100", 5)?;
/// points.set("MATCHA-30", 0)?;
/// assert_eq!(points.to_feed(), "sku\tpoints_percent\nSENCHA-100\t5\nMATCHA-30\t0\n");
/// assert!(points.set("SENCHA-100", 6).is_err());
/// # Ok::<(), spapi_points::PreferenceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// In their order.
    rows: Vec<(String, u8)>,
    /// The index of each SKU.
    known: HashMap<String, usize>,
}

impl Preferences {
    /// No points yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the points of a SKU to a percentage of its price, from 0 to 100.
    ///
    /// # Errors
    /// When the feed cannot have the SKU or the percentage, or has the SKU already. Nothing is added then.
    pub fn set(&mut self, sku: &str, percent: u8) -> Result<(), PreferenceError> {
        check_sku(sku)?;
        if percent > 100 {
            return Err(PreferenceError::Percent(percent.to_string()));
        }
        if let Some(index) = self.known.get(sku) {
            return Err(PreferenceError::Twice { sku: sku.to_owned(), index: *index });
        }
        self.known.insert(sku.to_owned(), self.rows.len());
        self.rows.push((sku.to_owned(), percent));
        Ok(())
    }

    /// The SKUs and their percentages, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u8)> {
        self.rows.iter().map(|(sku, percent)| (sku.as_str(), *percent))
    }

    /// How many SKUs there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no SKU.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text of the feed, in UTF-8: a header, and a line for each SKU.
    pub fn to_feed(&self) -> String {
        let mut text = "sku\tpoints_percent\n".to_owned();
        for (sku, percent) in self.iter() {
            text.push_str(&format!("{sku}\t{percent}\n"));
        }
        text
    }
}

/// Refuses a SKU that a feed of tab-separated columns cannot have.
fn check_sku(sku: &str) -> Result<(), PreferenceError> {
    let refuse = |why| Err(PreferenceError::Sku { sku: sku.to_owned(), why });
    if sku.trim().is_empty() {
        return refuse("it is empty");
    }
    if sku.contains('\t') {
        return refuse("it has a tab, which separates the columns of the feed");
    }
    if sku.contains('"') {
        return refuse("it has a quotation mark, which the feed cannot have");
    }
    if sku.contains(char::is_control) {
        return refuse("it has a line break or another control character");
    }
    if sku.trim() != sku {
        return refuse("it begins or ends with a blank");
    }
    if sku.chars().count() > LONGEST_SKU {
        return refuse("it has more than 40 characters");
    }
    Ok(())
}

/// Reads a percentage: a whole number from 0 to 100, also with a percent sign or as `5.0`.
///
/// # Errors
/// When it is no whole number from 0 to 100.
pub fn percent(text: &str) -> Result<u8, PreferenceError> {
    let bare = text.trim().trim_end_matches(['%', '\u{ff05}']).trim_end();
    let wrong = || PreferenceError::Percent(text.trim().to_owned());
    if bare.is_empty() || !bare.chars().all(|letter| letter.is_ascii_digit() || letter == '.') {
        return Err(wrong());
    }
    let number: Decimal = bare.parse().map_err(|_| wrong())?;
    let whole = number.fract().is_zero().then(|| u8::try_from(number).ok()).flatten();
    whole.filter(|percent| *percent <= 100).ok_or_else(wrong)
}

/// The whole percentage of the price that is so many points, however Amazon rounds them. `None` if there is none.
///
/// ```
/// use spapi_points::percent_of;
///
/// assert_eq!(percent_of(19, 1980.into()), Some(1));
/// assert_eq!(percent_of(30, 1980.into()), None);
/// ```
pub fn percent_of(points: i64, price: Decimal) -> Option<u8> {
    if price <= Decimal::ZERO {
        return None;
    }
    let points = Decimal::from(points);
    let distance = |percent: u8| {
        let exact = price.checked_mul(Decimal::from(percent))?.checked_div(Decimal::ONE_HUNDRED)?;
        Some(exact.checked_sub(points)?.abs())
    };
    let nearest = (0..=100).filter_map(|percent| Some((distance(percent)?, percent))).min()?;
    (nearest.0 < Decimal::ONE).then_some(nearest.1)
}

/// Refuses a marketplace that has no points.
///
/// # Errors
/// When it is not Japan.
pub fn check_marketplace(marketplace: Marketplace) -> Result<(), PreferenceError> {
    match marketplace == Marketplace::JP {
        true => Ok(()),
        false => Err(PreferenceError::Marketplace(marketplace)),
    }
}

/// Why points cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreferenceError {
    /// The feed cannot have the SKU.
    Sku {
        /// The SKU.
        sku: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The SKU comes twice.
    Twice {
        /// The SKU.
        sku: String,
        /// The index at which it comes first.
        index: usize,
    },
    /// It is no whole percentage from 0 to 100. It has the text.
    Percent(String),
    /// The marketplace has no points.
    Marketplace(Marketplace),
}

impl fmt::Display for PreferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sku { sku, .. } if sku.trim().is_empty() => write!(f, "the SKU is empty"),
            Self::Sku { sku, why } => write!(f, "the SKU {}: {why}", printable(sku).up_to(80)),
            Self::Twice { sku, .. } => write!(f, "the SKU {} comes twice", printable(sku).up_to(80)),
            Self::Percent(text) if text.is_empty() => write!(f, "the percentage is empty"),
            Self::Percent(text) => {
                write!(f, "the percentage {} is no whole number from 0 to 100", printable(text).up_to(40))
            }
            Self::Marketplace(marketplace) => {
                write!(f, "{} has no Amazon Points: only Japan has them", marketplace.country_code())
            }
        }
    }
}

impl std::error::Error for PreferenceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_has_the_exact_bytes() {
        let mut points = Preferences::new();
        for (sku, percent) in [("A-1", 0), ("靴下 赤", 100), ("b'&<", 7)] {
            points.set(sku, percent).unwrap();
        }
        assert_eq!(points.to_feed().as_bytes(), "sku\tpoints_percent\nA-1\t0\n靴下 赤\t100\nb'&<\t7\n".as_bytes());
        assert_eq!((points.len(), points.is_empty()), (3, false));
    }

    #[test]
    fn what_the_feed_cannot_have_is_refused_and_not_added() {
        let mut points = Preferences::new();
        points.set("A", 1).unwrap();
        let long = "x".repeat(41);
        for (sku, percent, why) in [
            ("", 1, "is empty"),
            (" ", 1, "is empty"),
            ("a\tb", 1, "a tab"),
            ("a\"b", 1, "a quotation mark"),
            ("a\nb", 1, "a line break"),
            (" a", 1, "a blank"),
            (long.as_str(), 1, "40 characters"),
            ("B", 101, "from 0 to 100"),
            ("A", 1, "comes twice"),
        ] {
            let error = points.set(sku, percent).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        points.set(&"靴".repeat(40), 1).unwrap();
        assert_eq!(points.len(), 2);
    }

    #[test]
    fn a_percentage_is_whole_and_from_0_to_100() {
        for (text, expected) in
            [("5", 5), (" 5 ", 5), ("5%", 5), ("5 ％", 5), ("5.0", 5), ("0", 0), ("100", 100), ("007", 7)]
        {
            assert_eq!(percent(text), Ok(expected), "{text}");
        }
        for text in ["", "%", "5.5", "-1", "101", "1e1", "five", "5,0", "5 5", ".", "99999999999999999999999999999999"]
        {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn points_are_a_whole_percentage_of_the_price() {
        for (points, price, expected) in [
            (20, "1980", Some(1)),
            (19, "1980", Some(1)),
            (198, "1980", Some(10)),
            (0, "1980", Some(0)),
            (30, "1980", None),
            (1980, "1980", Some(100)),
            (5000, "1980", None),
            (1, "0", None),
            (-5, "1980", None),
            (5, "79228162514264337593543950335", None),
        ] {
            assert_eq!(percent_of(points, price.parse().unwrap()), expected, "{points} of {price}");
        }
    }

    #[test]
    fn only_japan_has_points() {
        assert_eq!(check_marketplace(Marketplace::JP), Ok(()));
        assert!(check_marketplace(Marketplace::DE).unwrap_err().to_string().starts_with("DE has no Amazon Points"));
    }
}
