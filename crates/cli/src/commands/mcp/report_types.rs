//! The tools for report types: find and describe.

use super::answer::Answer;
use crate::exit::Failure;
use crate::report_types::{has, json as json_of, nearest, type_name, words};
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use spapi_metadata::ReportType;

/// How many types one answer lists.
const LISTED: usize = 60;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Find {
    /// Words that all are in the type's name, title or group, such as "settlement".
    #[serde(default)]
    words: String,
    /// How many types to leave out first.
    #[serde(default)]
    first: usize,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Describe {
    /// The report type, such as GET_MERCHANT_LISTINGS_ALL_DATA.
    #[serde(rename = "type")]
    kind: String,
}

pub fn find(find: &Find) -> Answer {
    let words = words(&find.words);
    let all: Vec<_> = ReportType::all().iter().filter(|kind| has(kind, &words)).collect();
    let shown = all.iter().skip(find.first).take(LISTED).map(
        |kind| json!({ "type": kind.name, "title": kind.title, "group": kind.category, "retires_on": kind.retires_on }),
    );
    let shown: Vec<_> = shown.collect();
    let next = find.first + shown.len();
    let more =
        (next < all.len()).then(|| format!("call find_report_types again with first {next}, or with more words"));
    let close = nearest(&words);
    let notes =
        (all.is_empty() && !close.is_empty()).then(|| format!("no type has all words; near: {}", close.join(", ")));
    Answer::known(json!({ "found": all.len(), "types": shown })).with_more(more).with_notes(notes)
}

pub fn describe(describe: &Describe) -> Result<Answer, Failure> {
    let name = known(&describe.kind)?;
    let kind = ReportType::find(&name).ok_or_else(|| unknown(&name))?;
    let mut facts = json_of(kind);
    let rows = spapi_rows::report(&name).map_or(&[][..], |report| report.rows);
    facts["rows"] = rows
        .iter()
        .map(|row| {
            let columns = row.columns.iter().map(|column| Value::from(column.field)).collect::<Vec<_>>();
            json!({ "name": row.name, "columns": columns })
        })
        .collect();
    Ok(Answer::known(facts))
}

/// A type's name, in Amazon's spelling.
pub fn known(name: &str) -> Result<String, Failure> {
    let name =
        type_name(name).map_err(|_| Failure::usage("type: it is empty").with_next("find_report_types lists them"))?;
    if ReportType::find(&name).is_some() { Ok(name) } else { Err(unknown(&name)) }
}

fn unknown(name: &str) -> Failure {
    let close = crate::catalog::did_you_mean(&ReportType::nearest(name));
    Failure::usage(format!("there is no report type {name:?}{close}")).with_next("find_report_types lists them")
}
