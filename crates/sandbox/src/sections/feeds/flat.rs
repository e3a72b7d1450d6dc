//! Flat files: a row for each record, the columns' names in the first.

use super::feed::Outcome;
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use crate::shop::Market;

/// A row that was not taken.
struct Fault<'a> {
    /// The number of the record, from 1 on.
    record: usize,
    sku: &'a str,
    message: String,
}

pub(super) fn process(market: &'static Market, text: &str) -> Outcome {
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let columns: Vec<String> =
        lines.next().unwrap_or_default().split('\t').map(|name| name.trim().to_ascii_lowercase()).collect();
    let place = |name: &str| columns.iter().position(|column| column == name);
    // What a record is about: its SKU or, in files about orders, the order in the first column.
    let (key, percent) = (place("sku").unwrap_or(0), place("points_percent"));
    let mut count = 0;
    let mut faults = Vec::new();
    for line in lines {
        count += 1;
        let values: Vec<&str> = line.split('\t').map(str::trim).collect();
        let value = |place: usize| values.get(place).copied().unwrap_or_default();
        let mut fault = |message| faults.push(Fault { record: count, sku: value(key), message });
        if value(key).is_empty() {
            fault(format!("The record has no {}.", columns[key]));
        } else if percent.is_some_and(|place| !value(place).parse().is_ok_and(|percent: u8| percent <= 100)) {
            fault("points_percent must be a whole number from 0 to 100.".to_owned());
        }
    }
    Outcome::done(report(market, count, &faults))
}

/// What is said of a file that is not looked into.
pub(super) fn accept(market: &'static Market) -> Outcome {
    Outcome::done(report(market, 1, &[]))
}

fn report(market: &'static Market, count: usize, faults: &[Fault]) -> Text {
    let charset = Charset::of(market);
    let mut lines = vec![
        "Feed Processing Summary:".to_owned(),
        format!("\tNumber of records processed\t\t{count}"),
        format!("\tNumber of records successful\t\t{}", count - faults.len()),
        String::new(),
        "original-record-number\tsku\terror-code\terror-type\terror-message".to_owned(),
    ];
    lines
        .extend(faults.iter().map(|fault| format!("{}\t{}\t90220\tError\t{}", fault.record, fault.sku, fault.message)));
    lines.push(String::new());
    Text { media_type: "text/plain", charset, text: lines.join(charset.line_end()) }
}
