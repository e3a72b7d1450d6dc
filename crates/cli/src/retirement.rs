//! The text for a retirement: whether its day is still to come, and what replaces the retired thing.

use spapi_core::DateTime;
use spapi_metadata::Retirement;
use std::time::SystemTime;

/// The day in UTC, as `YYYY-MM-DD`.
pub fn today() -> String {
    DateTime::from(SystemTime::now()).as_str().split('T').next().unwrap_or_default().to_owned()
}

/// `will be retired on 2027-03-27, as Amazon has announced; replacement: ...`, or `was to be retired on ...` after that
/// day.
pub fn announcement(retirement: &Retirement, today: &str) -> String {
    // Dates of this form sort as texts.
    let word = if retirement.on < today { "was to be" } else { "will be" };
    let replacement = retirement.instead.map(|instead| format!("; replacement: {instead}")).unwrap_or_default();
    format!("{word} retired on {}, as Amazon has announced{replacement}", retirement.on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_decides_the_word() {
        let retired = spapi_metadata::RETIRED_TYPES.iter().find(|kind| kind.name == "POST_UIEE_BOOKLOADER_DATA");
        let announced = |today: &str| announcement(&retired.unwrap().retirement, today);
        assert_eq!(announced("2025-07-31"), "will be retired on 2025-07-31, as Amazon has announced");
        assert_eq!(announced("2025-08-01"), "was to be retired on 2025-07-31, as Amazon has announced");
    }
}
