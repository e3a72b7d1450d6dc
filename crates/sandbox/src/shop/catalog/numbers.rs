//! Numbers of products outside of Amazon.

/// A number with a check digit at its end: an EAN, JAN or UPC.
pub(super) fn with_check_digit(digits: &str) -> String {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 =
        digits.chars().rev().filter_map(|digit| digit.to_digit(10)).zip(weights).map(|(digit, by)| digit * by).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The number with the 14 digits of a GTIN, so that numbers of different lengths can be compared. `None` for another text.
pub(crate) fn gtin(number: &str) -> Option<String> {
    let is_number = matches!(number.len(), 8 | 12 | 13 | 14) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{number:0>14}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_published_examples() {
        // From GS1's own page on check digits, and from the article on the UPC.
        for (digits, whole) in [("629104150021", "6291041500213"), ("03600029145", "036000291452")] {
            assert_eq!(with_check_digit(digits), whole);
        }
    }

    #[test]
    fn numbers_of_different_lengths_are_one_gtin() {
        assert_eq!(gtin("036000291452"), gtin("0036000291452"));
        for wrong in ["", "12345", "03600029145X", "036000291452０"] {
            assert_eq!(gtin(wrong), None, "{wrong}");
        }
    }
}
