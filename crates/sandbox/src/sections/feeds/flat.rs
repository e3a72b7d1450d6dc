//! Flat files: one row for each record, after a first row of column names.

use super::feed::{MOST_NAMED, Outcome};
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use crate::shop::Market;
use spapi_types::text::printable;

/// A row that the sandbox refuses.
struct Fault<'a> {
    /// The number of the record, from 1.
    record: usize,
    sku: &'a str,
    message: String,
}

/// Validates each record, and passes the SKU and the percentage of points of a valid one to `set_points`, which returns whether
/// there is such a SKU.
pub(super) fn process(market: &'static Market, text: &str, set_points: impl Fn(&str, u8) -> bool) -> Outcome {
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').map(str::trim).collect();
    let place = |name: &str| columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    // A record's key: its SKU or, in files about orders, the order in the first column.
    let (key, percent) = (place("sku").unwrap_or(0), place("points_percent"));
    // The report repeats the name for each record, so a long name is cut.
    let key_name = printable(columns.get(key).copied().unwrap_or_default()).up_to(100).to_string();
    let (mut count, mut faulty) = (0, 0);
    let mut named = Vec::new();
    for line in lines {
        count += 1;
        let value = |place: usize| line.split('\t').nth(place).unwrap_or_default().trim();
        let sku = value(key);
        let percent = percent.map(|place| value(place).parse().ok().filter(|percent: &u8| *percent <= 100));
        let message = match percent {
            _ if sku.is_empty() => format!("The record has no {}.", key_name.to_lowercase()),
            Some(None) => "points_percent must be a whole number from 0 to 100.".to_owned(),
            Some(Some(percent)) if !set_points(sku, percent) => "The seller has no such SKU.".to_owned(),
            _ => continue,
        };
        faulty += 1;
        if named.len() < MOST_NAMED {
            named.push(Fault { record: count, sku, message });
        }
    }
    Outcome::done(report(market, count, faulty, &named))
}

/// The report on a file whose content is not read.
pub(super) fn accept(market: &'static Market) -> Outcome {
    Outcome::done(report(market, 1, 0, &[]))
}

/// The report on `count` records, `faulty` of which are faulty, with the first faults.
fn report(market: &'static Market, count: usize, faulty: usize, faults: &[Fault]) -> Text {
    let charset = Charset::of(market);
    let mut lines = vec![
        "Feed Processing Summary:".to_owned(),
        format!("\tNumber of records processed\t\t{count}"),
        format!("\tNumber of records successful\t\t{}", count - faulty),
        String::new(),
        "original-record-number\tsku\terror-code\terror-type\terror-message".to_owned(),
    ];
    lines
        .extend(faults.iter().map(|fault| format!("{}\t{}\t90220\tError\t{}", fault.record, fault.sku, fault.message)));
    lines.push(String::new());
    Text { media_type: "text/plain", charset, text: lines.join(charset.line_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::MARKETS;

    /// A long header that each record would repeat, and more faults than a report names.
    #[test]
    fn the_length_of_a_report_is_limited_whatever_the_feed() {
        let text = "a".repeat(1 << 20) + &"\n\tx".repeat(100_000);
        let report = process(&MARKETS[1], &text, |_, _| true).report.unwrap().text;
        assert!(report.contains("processed\t\t100000\n") && report.contains("successful\t\t0\n"));
        assert_eq!(report.lines().filter(|line| line.contains("\tError\t")).count(), MOST_NAMED);
        assert!(report.len() < 200 * MOST_NAMED, "{}", report.len());
    }
}
