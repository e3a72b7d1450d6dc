//! Report types as data for people and programs: the words that find them, and their facts as JSON.

use crate::catalog::close_to;
use serde_json::{Value, json};
use spapi_metadata::ReportType;
use spapi_metadata::document_types::{Access, Availability, Dates, MarketplaceIds, Marketplaces, OptionKind};

/// A type's name, in Amazon's spelling if it is known.
pub fn type_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let known = ReportType::find(&name.to_ascii_uppercase()).map(|kind| kind.name);
    match known.unwrap_or(name) {
        "" => Err("give a report type; `spapi report types` lists them"),
        name => Ok(name.to_owned()),
    }
}

/// The words of a text in lower case, without what stands between them.
pub fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '-'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn words_of(kind: &ReportType) -> Vec<String> {
    [kind.name, kind.title, kind.category].into_iter().flat_map(words).collect()
}

/// The types whose names are nearest to these words, or else those that have the nearest word for each of them.
pub fn nearest(typed: &[String]) -> Vec<&'static str> {
    let names = ReportType::nearest(&typed.join("_"));
    if !names.is_empty() {
        return names;
    }
    let known: Vec<_> = ReportType::all().iter().flat_map(words_of).collect();
    let near = |word: &String| close_to(word, known.iter().map(String::as_str)).first().copied();
    let Some(near) = typed.iter().map(near).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let has = |kind: &&ReportType| {
        let own = words_of(kind);
        near.iter().all(|word| own.iter().any(|one| one == word))
    };
    ReportType::all().iter().filter(has).take(3).map(|kind| kind.name).collect()
}

/// Whether a type has all of these words in its name, title or group.
pub fn has(kind: &ReportType, words: &[String]) -> bool {
    let own = words_of(kind).join(" ");
    words.iter().all(|word| own.contains(word.as_str()))
}

pub fn format(kind: &ReportType) -> String {
    format!("{:?}", kind.layout.format).to_uppercase()
}

pub fn comes(kind: &ReportType) -> Vec<&'static str> {
    let words = kind.availability.iter().map(|way| match way {
        Availability::Requested => "requested",
        Availability::Scheduled => "scheduled",
        Availability::Automatic => "automatic",
        _ => "otherwise",
    });
    words.collect()
}

pub fn marketplaces(kind: &ReportType) -> String {
    match kind.marketplaces {
        Marketplaces::All => "all".to_owned(),
        Marketplaces::Only(some) => some.iter().map(|one| one.country_code()).collect::<Vec<_>>().join(","),
        _ => String::new(),
    }
}

pub fn json(kind: &ReportType) -> Value {
    let options = kind.options.iter().map(|option| {
        json!({
            "name": option.name,
            "kind": kind_of(option.kind),
            "required": option.is_required,
            "values": option.values,
            "default": option.default,
            "longest": option.longest,
        })
    });
    let options: Vec<_> = options.collect();
    json!({
        "type": kind.name,
        "title": kind.title,
        "group": kind.category,
        "format": format(kind),
        "comes": comes(kind),
        "access": access(kind.access),
        "roles": kind.roles,
        "marketplaces": match kind.marketplaces {
            Marketplaces::Only(some) => json!(some.iter().map(|one| one.country_code()).collect::<Vec<_>>()),
            Marketplaces::All => json!("all"),
            _ => Value::Null,
        },
        "marketplacesOfOne": several(kind.marketplace_ids),
        "range": range(kind.dates),
        "longestDays": kind.longest_days,
        "historyDays": kind.history_days,
        "retentionDays": kind.retention_days,
        "options": options,
        "retiresOn": kind.retires_on,
        "instead": kind.instead,
        "note": Some(kind.note).filter(|note| !note.is_empty()),
        "unsure": kind.unsure.iter().map(|fact| words_for(fact).1).collect::<Vec<_>>(),
    })
}

pub fn kind_of(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Flag => "true or false",
        OptionKind::Choice => "choice",
        OptionKind::List(_) => "list",
        OptionKind::DateTime => "time",
        OptionKind::Locale => "locale",
        OptionKind::Marketplace => "marketplace id",
        OptionKind::Currency => "currency",
        _ => "text",
    }
}

pub fn access(access: Access) -> &'static str {
    match access {
        Access::Open => "any of the roles",
        Access::RestrictedRole => "a restricted role",
        _ => "a restricted role, and a restricted data token",
    }
}

pub fn several(ids: MarketplaceIds) -> &'static str {
    match ids {
        MarketplaceIds::One => "one",
        MarketplaceIds::Several => "several",
        MarketplaceIds::Ignored => "all of the account, whichever are given",
        MarketplaceIds::Refused => "none",
        _ => "",
    }
}

pub fn range(dates: Dates) -> &'static str {
    match dates {
        Dates::Required => "required",
        Dates::Optional => "optional",
        Dates::Ignored => "ignored",
        Dates::Refused => "refused",
        _ => "",
    }
}

/// The word of the table and the key of JSON for a field of the type.
pub fn words_for(field: &'static str) -> (&'static str, &'static str) {
    match field {
        "availability" => ("comes", "comes"),
        "dates" => ("range of time", "range"),
        "delay_hours" => ("complete after", "delayHours"),
        "layout" => ("format", "format"),
        "longest_days" => ("longest range", "longestDays"),
        "status" => ("retired on", "retiresOn"),
        other => (other, other),
    }
}

/// Whether documents of the type may have data about persons. Those of a type that is not known may.
pub fn is_personal(type_name: &str) -> bool {
    let is_open = ReportType::find(type_name).is_some_and(|kind| kind.access == Access::Open);
    let rows = spapi_rows::report(type_name).map_or(&[][..], |report| report.rows);
    !is_open || rows.iter().flat_map(|row| row.columns).any(|column| spapi_rows::is_personal(column.field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_about_persons_are_known_by_access_and_columns() {
        for (name, personal) in [
            ("END_USER_DATA_REPORT", true),
            ("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", true),
            ("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL", true),
            ("GET_SOMETHING_NEW", true),
            ("GET_MERCHANT_LISTINGS_ALL_DATA", false),
            ("GET_AFN_INVENTORY_DATA", false),
        ] {
            assert_eq!(is_personal(name), personal, "{name}");
        }
    }
}
