//! Writes the rows of `spapi-document-types`. Only what differs from the rule is written.

use super::{banner, literal, literals};
use crate::documents::{
    Dataset, Documents, Family, Feed, Format, Frequency, Marketplaces, OptionKind, OptionRow, Options, Periods, Query,
    Report, Rows, TextCharset, Unit, retirement,
};
use crate::retirements::Retirements;
use spapi_types::Marketplace;
use std::cmp::Reverse;
use std::fmt::{Debug, Write};

/// The files of the folder `generated` by name, with their texts.
pub fn write(documents: &Documents, retirements: &Retirements) -> [(&'static str, String); 5] {
    let root = "pub mod data_kiosk;\npub mod families;\npub mod feeds;\npub mod reports;\n";
    [
        ("mod.rs", file("models/documents", root)),
        ("reports.rs", file("models/documents/reports.toml", &reports(&documents.reports, retirements))),
        ("feeds.rs", file("models/documents/feeds.toml", &feeds(&documents.feeds, retirements))),
        ("data_kiosk.rs", file("models/documents/data_kiosk.toml", &datasets(&documents.datasets, retirements))),
        ("families.rs", file("models/documents/families.toml", &families(&documents.families))),
    ]
}

fn file(source: &str, text: &str) -> String {
    format!("{}{text}", banner("//", source))
}

/// The fields of a row that are not by rule.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn set(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    fn some(&mut self, name: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    fn number(&mut self, name: &'static str, value: Option<u32>) {
        self.some(name, value.map(|value| format!("Some({value})")));
    }

    fn flag(&mut self, name: &'static str, value: bool) {
        self.some(name, value.then(|| "true".to_owned()));
    }

    fn texts(&mut self, name: &'static str, values: &[String]) {
        self.some(name, (!values.is_empty()).then(|| texts(values)));
    }

    fn optional_text(&mut self, name: &'static str, value: Option<&str>) {
        self.some(name, value.map(|value| format!("Some({})", literal(value))));
    }

    fn word(&mut self, name: &'static str, kind: &str, value: Option<impl Debug>) {
        self.some(name, value.map(|value| format!("{kind}::{value:?}")));
    }

    fn words(&mut self, name: &'static str, kind: &str, values: &[impl Debug]) {
        let list = values.iter().map(|value| format!("{kind}::{value:?}"));
        self.some(name, (!values.is_empty()).then(|| list_of(list)));
    }

    fn end(&mut self, status: Option<impl Debug>, instead: Option<&str>, note: Option<&str>, unsure: &[String]) {
        self.word("status", "Status", status);
        self.optional_text("instead", instead);
        self.some("note", note.map(literal));
        self.texts("unsure", unsure);
    }

    fn retires(&mut self, retirements: &Retirements, section: &str, name: &str) {
        if let Some(end) = retirement(retirements, section, name) {
            self.optional_text("retires_on", Some(&end.on));
            self.optional_text("instead", end.instead.as_deref());
        }
    }

    /// A row on several lines.
    fn row(self, kind: &str) -> String {
        let mut out = format!("    {kind} {{\n");
        for (name, value) in self.0 {
            let _ = writeln!(out, "        {name}: {value},");
        }
        let _ = write!(out, "        ..{kind}::UNKNOWN\n    }},\n");
        out
    }

    /// A row on one line.
    fn inline(self, kind: &str, rest: &str) -> String {
        let fields: Vec<_> = self.0.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        match fields.is_empty() {
            true => rest.to_owned(),
            false => format!("{kind} {{ {}, ..{rest} }}", fields.join(", ")),
        }
    }
}

fn list_of(values: impl IntoIterator<Item = String>) -> String {
    format!("&[{}]", values.into_iter().collect::<Vec<_>>().join(", "))
}

fn texts(values: &[String]) -> String {
    format!("&[{}]", literals(values))
}

fn reports(rows: &Rows<Report>, retirements: &Retirements) -> String {
    let mut out = String::from(
        "use crate::{\n    Access, Availability, Dates, DocumentOption, Format, Frequency, Layout, MarketplaceIds, Marketplaces, OptionKind,\n    Party, Period, Periods, ReportType, Rounding, Status, Unit,\n};\nuse spapi_types::Marketplace;\n\npub static REPORT_TYPES: &[ReportType] = &[\n",
    );
    for (name, row) in rows {
        let mut fields = Fields::default();
        fields.set("name", literal(name));
        fields.set("title", literal(&row.title));
        fields.set("category", literal(&row.category));
        fields.set("layout", layout(row.format, row.quoted, row.charset, row.local_numbers));
        fields.words("availability", "Availability", &row.availability);
        fields.word("access", "Access", row.access);
        fields.texts("roles", &row.roles);
        fields.words("parties", "Party", row.parties.as_deref().unwrap_or_default());
        fields.some("marketplaces", row.marketplaces.as_ref().map(marketplaces));
        fields.word("marketplace_ids", "MarketplaceIds", row.marketplace_ids);
        fields.word("dates", "Dates", row.dates);
        fields.flag("has_dates_only", row.dates_only);
        fields.number("longest_days", row.longest_days);
        fields.number("history_days", row.history_days);
        fields.some("periods", row.periods.as_ref().map(|periods| self::periods(periods, &row.options)));
        fields.number("delay_hours", row.delay_hours);
        fields.some("retention_days", row.retention_days.map(|days| days.to_string()));
        fields.some("frequency", row.frequency.map(|rate| format!("Some({})", frequency(rate))));
        fields.some("options", options(&row.options));
        fields.texts("schemas", &row.schemas);
        fields.retires(retirements, "reports", name);
        fields.end(row.status, row.instead.as_deref(), row.note.as_deref(), &row.unsure);
        out.push_str(&fields.row("ReportType"));
    }
    out.push_str("];\n");
    out
}

fn feeds(rows: &Rows<Feed>, retirements: &Retirements) -> String {
    let mut out = String::from(
        "use crate::{\n    DocumentOption, FeedType, Format, Frequency, Marketplaces, OptionKind, Party, ProcessingReport, Status,\n};\nuse spapi_types::Marketplace;\n\npub static FEED_TYPES: &[FeedType] = &[\n",
    );
    for (name, row) in rows {
        let mut fields = Fields::default();
        fields.set("name", literal(name));
        fields.set("title", literal(&row.title));
        fields.set("category", literal(&row.category));
        fields.word("format", "Format", Some(row.format));
        fields.set("content_type", literal(&row.content_type));
        fields.word("processing_report", "ProcessingReport", row.processing_report);
        fields.words("parties", "Party", row.parties.as_deref().unwrap_or_default());
        fields.some("marketplaces", row.marketplaces.as_ref().map(marketplaces));
        fields.number("most_messages", row.most_messages);
        fields.some("frequency", row.frequency.map(frequency));
        fields.some("options", options(&row.options));
        fields.texts("schemas", &row.schemas);
        fields.retires(retirements, "feeds", name);
        fields.end(row.status, row.instead.as_deref(), row.note.as_deref(), &row.unsure);
        out.push_str(&fields.row("FeedType"));
    }
    out.push_str("];\n");
    out
}

fn datasets(rows: &Rows<Dataset>, retirements: &Retirements) -> String {
    let mut out = String::from(
        "use crate::{Dataset, MarketplaceIds, Party, Query, Rounding};\n\npub static DATASETS: &[Dataset] = &[\n",
    );
    for (name, row) in rows {
        let mut fields = Fields::default();
        fields.set("name", literal(name));
        fields.set("title", literal(&row.title));
        fields.set("version", literal(&row.version));
        fields.optional_text("schema", row.schema.as_deref());
        fields.words("parties", "Party", row.parties.as_deref().unwrap_or_default());
        fields.texts("roles", &row.roles);
        fields.set("queries", list_of(row.queries.iter().map(|(name, query)| self::query(name, query))));
        fields.number("retention_days", row.retention_days);
        fields.retires(retirements, "data-kiosk", name);
        fields.end(row.status, row.instead.as_deref(), row.note.as_deref(), &row.unsure);
        out.push_str(&fields.row("Dataset"));
    }
    out.push_str("];\n");
    out
}

fn query(name: &str, query: &Query) -> String {
    let mut fields = Fields::default();
    fields.word("rounding", "Rounding", query.rounding);
    fields.flag("is_utc", query.utc);
    fields.number("history_days", query.history_days);
    fields.number("future_days", query.future_days);
    fields.number("most_products", query.most_products);
    fields.word("marketplace_ids", "MarketplaceIds", query.marketplace_ids);
    fields.inline("Query", &format!("Query::new({})", literal(name)))
}

/// The families, those with the longest beginnings first.
fn families(rows: &Rows<Family>) -> String {
    let mut out = String::from("use crate::{Format, Layout};\n\npub static FAMILIES: &[(&str, Layout)] = &[\n");
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(beginning, _)| Reverse(beginning.len()));
    for (beginning, row) in rows {
        let layout = layout(row.format, row.quoted, row.charset, row.local_numbers);
        let _ = writeln!(out, "    ({}, {layout}),", literal(beginning));
    }
    out.push_str("];\n");
    out
}

fn layout(format: Format, quoted: bool, charset: Option<TextCharset>, local_numbers: bool) -> String {
    let quoted = if quoted { ".quoted()" } else { "" };
    let charset = if charset == Some(TextCharset::Utf8) { ".in_utf8()" } else { "" };
    let numbers = if local_numbers { ".with_local_numbers()" } else { "" };
    format!("Layout::of(Format::{format:?}){quoted}{charset}{numbers}")
}

fn marketplaces(marketplaces: &Marketplaces) -> String {
    match marketplaces {
        Marketplaces::Word(all) => format!("Marketplaces::{all:?}"),
        Marketplaces::Only(codes) => {
            let listed = Marketplace::ALL.iter().map(|market| market.country_code());
            let listed = listed.filter(|code| codes.iter().any(|other| other == code));
            format!("Marketplaces::Only({})", list_of(listed.map(|code| format!("Marketplace::{code}"))))
        }
    }
}

fn frequency(frequency: Frequency) -> String {
    format!("Frequency {{ times: {}, minutes: {} }}", frequency.times, frequency.minutes)
}

fn periods(periods: &Periods, options: &Options) -> String {
    let values = periods.option.as_ref().and_then(|option| options.get(option)).map(|option| option.values.as_slice());
    let choices = match (values, periods.unit) {
        (_, Some(unit)) => list_of([format!("Period::new(\"\", Unit::{unit:?})")]),
        (values, None) => list_of(values.unwrap_or_default().iter().map(|value| period(value, periods))),
    };
    let option = periods.option.as_ref().map_or("None".to_owned(), |option| format!("Some({})", literal(option)));
    let rounding = periods.rounding.map_or("None".to_owned(), |rounding| format!("{rounding:?}"));
    format!(
        "Some(Periods {{ option: {option}, choices: {choices}, rounding: Rounding::{rounding}, takes_several: {:?}, is_utc: {} }})",
        periods.several, periods.utc
    )
}

fn period(value: &str, periods: &Periods) -> String {
    // A row with another value was refused.
    let unit = Unit::of_value(value).map_or_else(String::new, |unit| format!("{unit:?}"));
    let mut fields = Fields::default();
    fields.number("longest", periods.longest.get(value).copied());
    fields.number("history", periods.history.get(value).copied());
    fields.inline("Period", &format!("Period::new({}, Unit::{unit})", literal(value)))
}

fn options(options: &Options) -> Option<String> {
    (!options.is_empty()).then(|| list_of(options.iter().map(|(name, row)| option(name, row))))
}

fn option(name: &str, row: &OptionRow) -> String {
    let kind = match (row.kind(), &row.separator) {
        (OptionKind::List, Some(separator)) => format!("List({})", literal(separator)),
        (kind, _) => format!("{kind:?}"),
    };
    let mut fields = Fields::default();
    fields.flag("is_required", row.required);
    fields.texts("values", &row.values);
    fields.optional_text("default", row.default.as_deref());
    fields.number("longest", row.longest);
    fields.some("party", row.party.map(|party| format!("Some(Party::{party:?})")));
    fields.inline("DocumentOption", &format!("DocumentOption::new({}, OptionKind::{kind})", literal(name)))
}
