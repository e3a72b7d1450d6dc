//! Whole numbers of the command line, and numbers of things in messages.

use std::ops::RangeInclusive;

/// A parser for a whole number in this range. Its error names the range.
pub fn whole(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| is_whole && range.contains(number));
        number.ok_or_else(|| format!("give a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A parser for a port; 0 stands for a free one.
pub fn port(text: &str) -> Result<u16, String> {
    whole(0..=u16::MAX.into())(text)?.try_into().map_err(|_| "it is not a port".to_owned())
}

/// The noun for so many things, which takes an `s` unless it is one: `error`, `errors`.
pub fn noun(count: u64, one: &str) -> String {
    format!("{one}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_singular() {
        assert_eq!([0, 1, 2].map(|count| noun(count, "error")), ["errors", "error", "errors"]);
    }

    #[test]
    fn what_is_not_in_the_range_is_refused_by_the_range() {
        let parse = whole(1..=100);
        assert_eq!((parse("1"), parse("100"), parse("007")), (Ok(1), Ok(100), Ok(7)));
        for wrong in ["", "0", "101", "-3", "+3", "80x", "1.5", "99999999999999999999999"] {
            assert_eq!(parse(wrong), Err("give a whole number from 1 to 100".to_owned()), "{wrong}");
        }
    }
}
