//! The text for a retirement: whether its day is still to come, and what replaces the retired thing.

use spapi_core::DateTime;
use spapi_metadata::Retirement;
use std::time::SystemTime;

/// The day in UTC, as `YYYY-MM-DD`.
pub fn today() -> String {
    DateTime::from(SystemTime::now()).as_str().split('T').next().unwrap_or_default().to_owned()
}

/// `ends on 2027-03-27, as Amazon has announced; instead: ...`, or `was to end on ...` after that day.
pub fn announcement(retirement: &Retirement, today: &str) -> String {
    // Dates of this form sort as texts.
    let word = if retirement.on < today { "was to end" } else { "ends" };
    let instead = retirement.instead.map(|instead| format!("; instead: {instead}")).unwrap_or_default();
    format!("{word} on {}, as Amazon has announced{instead}", retirement.on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_decides_the_word() {
        let retired = spapi_metadata::RETIRED_TYPES.iter().find(|kind| kind.name == "POST_UIEE_BOOKLOADER_DATA");
        let told = |today: &str| announcement(&retired.unwrap().retirement, today);
        assert_eq!(told("2025-07-31"), "ends on 2025-07-31, as Amazon has announced");
        assert_eq!(told("2025-08-01"), "was to end on 2025-07-31, as Amazon has announced");
    }
}
