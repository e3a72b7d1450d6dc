//! What a row may say.

use super::rows::{
    Dataset, Dates, Family, Feed, Format, Frequency, Marketplaces, OptionKind, Options, Party, Periods, Report, Status,
    TextCharset, Unit,
};
use crate::retirements::check_date;
use crate::rows::is_report_type;
use anyhow::{Context, Result, bail, ensure};
use spapi_types::Marketplace;
use std::collections::BTreeSet;

impl Report {
    pub(super) fn check(&self, name: &str) -> Result<()> {
        type_name(name)?;
        words(&self.title, self.note.as_deref())?;
        short("category", &self.category)?;
        layout(self.format, self.quoted, self.charset, self.local_numbers)?;
        different("availability", &self.availability)?;
        different("roles", &self.roles)?;
        different("schemas", &self.schemas)?;
        parties(self.parties.as_deref())?;
        marketplaces(self.marketplaces.as_ref())?;
        self.range()?;
        days("delay_hours", self.delay_hours)?;
        days("retention_days", self.retention_days)?;
        frequency(self.frequency)?;
        status(self.status, self.instead.as_deref())?;
        unsure(&self.unsure, REPORT_FACTS)?;
        options(&self.options, self.parties.as_deref())
    }

    fn range(&self) -> Result<()> {
        days("longest_days", self.longest_days)?;
        days("history_days", self.history_days)?;
        if let (Some(longest), Some(history)) = (self.longest_days, self.history_days) {
            ensure!(longest <= history, "longest_days is {longest}, but the start is at most {history} days back");
        }
        if matches!(self.dates, Some(Dates::Ignored | Dates::Refused)) {
            let has_range = self.longest_days.is_some() || self.periods.is_some() || self.dates_only;
            ensure!(!has_range, "it takes no dates, and has longest_days, periods or dates_only");
        }
        self.periods.as_ref().map_or(Ok(()), |periods| self::periods(periods, &self.options).context("periods"))
    }
}

impl Feed {
    pub(super) fn check(&self, name: &str) -> Result<()> {
        type_name(name)?;
        words(&self.title, self.note.as_deref())?;
        short("category", &self.category)?;
        let essence = match self.format {
            Format::Tsv => "text/tab-separated-values",
            Format::Csv => "text/csv",
            Format::Json => "application/json",
            Format::Xml => "text/xml",
            Format::Text => "text/plain",
            Format::Pdf => "application/pdf",
            Format::Xlsx | Format::Zip => bail!("no feed has this format"),
        };
        let is_right = self.content_type.split(';').next() == Some(essence);
        ensure!(is_right, "content_type of this format begins with {essence}, not as {:?}", self.content_type);
        different("schemas", &self.schemas)?;
        parties(self.parties.as_deref())?;
        marketplaces(self.marketplaces.as_ref())?;
        ensure!(self.most_messages != Some(0), "most_messages is 0");
        frequency(self.frequency)?;
        status(self.status, self.instead.as_deref())?;
        unsure(&self.unsure, FEED_FACTS)?;
        options(&self.options, self.parties.as_deref())
    }
}

impl Dataset {
    pub(super) fn check(&self, name: &str) -> Result<()> {
        is_word(name)?;
        words(&self.title, self.note.as_deref())?;
        check_date(&self.version).context("version")?;
        parties(self.parties.as_deref())?;
        different("roles", &self.roles)?;
        days("retention_days", self.retention_days)?;
        status(self.status, self.instead.as_deref())?;
        unsure(&self.unsure, DATASET_FACTS)?;
        ensure!(!self.queries.is_empty(), "it has no queries");
        for (name, query) in &self.queries {
            let check = || {
                is_word(name)?;
                days("future_days", query.future_days)?;
                days("most_products", query.most_products)?;
                days("history_days", query.history_days.filter(|days| *days > 0))
            };
            check().with_context(|| format!("query {name}"))?;
        }
        Ok(())
    }
}

impl Family {
    pub(super) fn check(&self, name: &str) -> Result<()> {
        type_name(name)?;
        ensure!(name.ends_with('_'), "the beginning of a name ends with `_`");
        layout(self.format, self.quoted, self.charset, self.local_numbers)
    }
}

const REPORT_FACTS: &[&str] = &[
    "layout",
    "availability",
    "access",
    "roles",
    "parties",
    "marketplaces",
    "marketplace_ids",
    "dates",
    "longest_days",
    "history_days",
    "periods",
    "delay_hours",
    "retention_days",
    "frequency",
    "options",
    "schemas",
    "status",
];
const FEED_FACTS: &[&str] = &[
    "format",
    "content_type",
    "processing_report",
    "parties",
    "marketplaces",
    "most_messages",
    "frequency",
    "options",
    "schemas",
    "status",
];
const DATASET_FACTS: &[&str] = &["parties", "roles", "queries", "retention_days", "status"];

fn unsure(names: &[String], facts: &[&str]) -> Result<()> {
    different("unsure", names)?;
    match names.iter().find(|name| !facts.contains(&name.as_str())) {
        Some(unknown) => bail!("unsure names {unknown:?}; it can name {}", facts.join(", ")),
        None => Ok(()),
    }
}

fn type_name(name: &str) -> Result<()> {
    ensure!(is_report_type(name), "a name has capital letters, digits and `_` only");
    Ok(())
}

fn is_word(name: &str) -> Result<()> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ensure!(is_name && !name.is_empty(), "a name has letters, digits and `_` only");
    Ok(())
}

fn words(title: &str, note: Option<&str>) -> Result<()> {
    short("title", title)?;
    note.map_or(Ok(()), |note| line("note", note, 200))
}

fn short(key: &str, text: &str) -> Result<()> {
    line(key, text, 80)
}

fn line(key: &str, text: &str, most: usize) -> Result<()> {
    let is_line = !text.trim().is_empty() && text.trim() == text && !text.chars().any(char::is_control);
    ensure!(is_line && text.len() <= most, "{key} is one line of 1 to {most} characters, not {text:?}");
    ensure!(!text.ends_with('.'), "{key} ends with a full stop");
    Ok(())
}

fn layout(format: Format, quoted: bool, charset: Option<TextCharset>, local_numbers: bool) -> Result<()> {
    ensure!(!quoted || format == Format::Tsv, "only a TSV is quoted or not");
    let is_text = matches!(format, Format::Tsv | Format::Csv | Format::Text);
    ensure!(charset.is_none() || is_text, "only the charset of tsv, csv and text differs from the rule");
    ensure!(!local_numbers || is_text, "only tsv, csv and text have local_numbers");
    Ok(())
}

/// Fails if a value is in a list twice.
fn different<T: Ord + std::fmt::Debug>(key: &str, values: &[T]) -> Result<()> {
    let mut seen = BTreeSet::new();
    match values.iter().find(|value| !seen.insert(*value)) {
        Some(twice) => bail!("{key} has {twice:?} twice"),
        None => Ok(()),
    }
}

fn parties(parties: Option<&[Party]>) -> Result<()> {
    let Some(parties) = parties else { return Ok(()) };
    ensure!(!parties.is_empty(), "parties is empty");
    different("parties", parties)
}

fn marketplaces(marketplaces: Option<&Marketplaces>) -> Result<()> {
    let Some(Marketplaces::Only(codes)) = marketplaces else { return Ok(()) };
    ensure!(!codes.is_empty(), "marketplaces is empty: leave it out if they are not known");
    let is_known = |code: &&String| Marketplace::ALL.iter().any(|market| market.country_code() == code.as_str());
    if let Some(unknown) = codes.iter().find(|code| !is_known(code)) {
        bail!("marketplaces has {unknown:?}, which is not the country code of a marketplace");
    }
    different("marketplaces", codes)
}

/// Fails for no time at all, and for more than ten years.
fn days(key: &str, number: Option<u32>) -> Result<()> {
    ensure!(number.is_none_or(|number| (1..=3660).contains(&number)), "{key} is from 1 to 3660");
    Ok(())
}

fn frequency(frequency: Option<Frequency>) -> Result<()> {
    let is_possible = frequency.is_none_or(|frequency| frequency.times > 0 && frequency.minutes > 0);
    ensure!(is_possible, "frequency has a 0");
    Ok(())
}

fn status(status: Option<Status>, instead: Option<&str>) -> Result<()> {
    ensure!(instead.is_none() || status.is_some(), "it has a replacement, but no status");
    instead.map_or(Ok(()), |instead| line("instead", instead, 200))
}

fn periods(periods: &Periods, options: &Options) -> Result<()> {
    let values: &[String] = match (&periods.option, periods.unit) {
        (Some(option), None) => {
            let found = options.get(option).with_context(|| format!("there is no option {option}"))?;
            ensure!(!found.values.is_empty(), "the option {option} has no values");
            &found.values
        }
        (None, Some(_)) => &[],
        _ => bail!("either option or unit says which periods there are"),
    };
    if let Some(other) = values.iter().find(|value| Unit::of_value(value).is_none()) {
        bail!("the value {other:?} of the option is not a period");
    }
    for (key, numbers) in [("longest", &periods.longest), ("history", &periods.history)] {
        for (value, number) in numbers {
            ensure!(values.contains(value), "{key} has {value:?}, which is not a value of the option");
            days(key, Some(*number))?;
        }
    }
    let longest_is_possible =
        |(value, longest): (&String, &u32)| periods.history.get(value).is_none_or(|history| longest <= history);
    ensure!(periods.longest.iter().all(longest_is_possible), "longest is more than history");
    Ok(())
}

fn options(options: &Options, parties: Option<&[Party]>) -> Result<()> {
    for (name, option) in options {
        let check = || {
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':');
            ensure!(is_name && !name.is_empty(), "a name has letters, digits and `:` only");
            let kind = option.kind();
            let takes_values = matches!(kind, OptionKind::Choice | OptionKind::List);
            ensure!(kind != OptionKind::Choice || !option.values.is_empty(), "a choice has values");
            ensure!(takes_values || option.values.is_empty(), "only a choice or a list has values");
            different("values", &option.values)?;
            let is_list = kind == OptionKind::List;
            ensure!(is_list == option.separator.is_some(), "a list has a separator, and no other kind has one");
            ensure!(option.separator.as_deref() != Some(""), "the separator is empty");
            ensure!(option.longest != Some(0), "longest is 0");
            if let Some(default) = &option.default {
                ensure!(!option.required, "an option with a default is not required");
                let is_value = match kind {
                    OptionKind::Choice => option.values.contains(default),
                    OptionKind::Flag => matches!(default.as_str(), "true" | "false"),
                    _ => true,
                };
                ensure!(is_value, "the default {default:?} is not one of its values");
            }
            let has_party = |party| parties.unwrap_or(&[Party::Seller]).contains(&party);
            ensure!(option.party.is_none_or(has_party), "its party is not one of the type's");
            Ok(())
        };
        check().with_context(|| format!("option {name}"))?;
    }
    Ok(())
}
