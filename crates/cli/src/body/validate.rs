//! Validates a body against the table of operations, before anything is sent.

use crate::catalog::{close_to, did_you_mean};
use crate::exit::Failure;
use crate::force::Force;
use crate::marketplace::{is_like_id, takes_ids};
use crate::output::json::members;
use crate::time::{FORMS, back_from_now};
use serde_json::value::RawValue;
use spapi_core::text::printable;
use spapi_core::{DateTime, Marketplace};
use spapi_metadata::{Field, Kind, ObjectSchema, Published, Schema};
use std::collections::HashSet;
use std::ops::Range;

/// A body that can be sent.
#[derive(Debug)]
pub struct Validated {
    /// The body with ids for country codes and times for times back from now, else unchanged.
    pub body: Box<RawValue>,
    /// The marketplaces that it names.
    pub marketplaces: Vec<Marketplace>,
}

/// Validates a body. Replaces country codes by the ids of marketplaces, and times back from now by times.
///
/// All mistakes are refused together. With `--force` they become warnings, and the body is sent as it is.
pub fn validate(
    found: Published,
    body: Box<RawValue>,
    force: &Force,
    warnings: &mut Vec<String>,
) -> Result<Validated, Failure> {
    let Some(schema) = &found.entry.schema else { return Ok(Validated { body, marketplaces: Vec::new() }) };
    let mut reader = Reader { start: body.get().as_ptr() as usize, ..Reader::default() };
    reader.value("", schema, None, &body);
    let Reader { mistakes, notes, replacements, marketplaces, .. } = reader;
    if !mistakes.is_empty() && !force.force {
        return Err(failure(found, &mistakes));
    }
    let sent = |mistake: Mistake| format!("{}, and the body is sent as it is{}", mistake.what, mistake.suggestion);
    warnings.extend(mistakes.into_iter().map(sent));
    warnings.extend(notes);
    let body = if replacements.is_empty() { body } else { replaced(&body, &replacements)? };
    Ok(Validated { body, marketplaces })
}

/// A mistake in the body, and what the user may mean.
struct Mistake {
    what: String,
    suggestion: String,
}

fn failure(found: Published, mistakes: &[Mistake]) -> Failure {
    const SHOWN: usize = 20;
    let line = |mistake: &Mistake| format!("{}{}", mistake.what, mistake.suggestion);
    let mut message = match mistakes {
        [one] => line(one),
        many => {
            let shown: Vec<_> = many.iter().take(SHOWN).map(|mistake| format!("\n  {}", line(mistake))).collect();
            format!("the body has {} mistakes:{}", many.len(), shown.concat())
        }
    };
    if mistakes.len() > SHOWN {
        message.push_str("\n  ...");
    }
    Failure::usage(message).with_next(format!(
        "correct it, or add --force to send it as it is; `spapi operations {found}` shows the fields, and with \
         --example-body a body to fill in"
    ))
}

/// The body with other texts in these places.
fn replaced(body: &RawValue, replacements: &[(Range<usize>, String)]) -> Result<Box<RawValue>, Failure> {
    let mut text = body.get().to_owned();
    for (range, replacement) in replacements.iter().rev() {
        text.replace_range(range.clone(), &format!("\"{replacement}\""));
    }
    RawValue::from_string(text).map_err(|error| Failure::usage(format!("the body is not valid JSON: {error}")))
}

#[derive(Default)]
struct Reader {
    /// The address of the body's first byte. Values are parts of its text.
    start: usize,
    mistakes: Vec<Mistake>,
    notes: Vec<String>,
    /// The places of texts that are not sent as they are, in the order of the body, and what is sent instead.
    replacements: Vec<(Range<usize>, String)>,
    marketplaces: Vec<Marketplace>,
}

impl Reader {
    fn value(&mut self, path: &str, schema: &Schema, field: Option<&Field>, value: &RawValue) {
        match schema {
            Schema::Any => {}
            Schema::AnyObject if members(value).is_some() => {}
            Schema::Object(object) => match members(value) {
                Some(members) => self.object(path, object, members),
                None => self.is_not(path, "an object", value),
            },
            Schema::Map(values) => match members(value) {
                Some(members) => {
                    for (name, value) in members {
                        self.value(&below(path, &name), values, field, value);
                    }
                }
                None => self.is_not(path, "an object", value),
            },
            Schema::List(items) => match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
                Ok(elements) => {
                    for (number, element) in elements.into_iter().enumerate() {
                        self.value(&format!("{path}[{number}]"), items, field, element);
                    }
                }
                Err(_) => self.is_not(path, "a list", value),
            },
            Schema::AnyObject => self.is_not(path, "an object", value),
            Schema::Enum(known) => {
                if let Some(text) = self.text(path, "text", value)
                    && !known.contains(&text.as_str())
                    && !is_test_case(&text)
                {
                    let close = did_you_mean(&close_to(&text, known.iter().copied()));
                    self.mistake(path, &format!("{} is not a known value", shown(value)), close);
                }
            }
            Schema::Scalar(Kind::Integer) if is_integer(value.get()) => {}
            Schema::Scalar(Kind::Integer) => self.is_not(path, "a whole number", value),
            Schema::Scalar(Kind::Number) if is_number(value.get()) => {}
            Schema::Scalar(Kind::Number) => self.is_not(path, "a number", value),
            Schema::Scalar(Kind::Boolean) if matches!(value.get(), "true" | "false") => {}
            Schema::Scalar(Kind::Boolean) => self.is_not(path, "true or false", value),
            Schema::Scalar(Kind::DateTime) => {
                if let Some(text) = self.text(path, "a time in a text", value) {
                    self.time(path, &text, field, value);
                }
            }
            _ => {
                if let Some(text) = self.text(path, "text", value)
                    && field.is_some_and(|field| takes_ids(field.name))
                {
                    self.marketplace(path, &text, value);
                }
            }
        }
    }

    fn object(&mut self, path: &str, object: &ObjectSchema, members: Vec<(String, &RawValue)>) {
        let mut given = HashSet::new();
        for (name, value) in &members {
            let path = below(path, name);
            if !given.insert(name.as_str()) {
                self.mistake(&path, "it is given twice", String::new());
                continue;
            }
            let field = object.fields.iter().find(|field| field.name == name);
            match field {
                Some(field) if value.get() == "null" && !field.is_required => {}
                Some(_) if value.get() == "null" => self.mistake(&path, "it is required, but null", String::new()),
                Some(field) => self.value(&path, &field.schema, Some(field), value),
                None if object.is_open => {}
                None => {
                    let close = did_you_mean(&close_to(name, object.fields.iter().map(|field| field.name)));
                    self.mistake(&path, "there is no such field", close);
                }
            }
        }
        let missing = object.fields.iter().filter(|field| field.is_required && !given.contains(field.name));
        for field in missing {
            self.mistake(&below(path, field.name), "it is required, but missing", String::new());
        }
    }

    fn time(&mut self, path: &str, text: &str, field: Option<&Field>, value: &RawValue) {
        let is_day = field.is_some_and(|field| field.limits.split("; ").any(|limit| limit == "date"));
        match back_from_now(text, is_day) {
            Ok(Some(time)) => self.replace(value, time),
            Ok(None) if is_test_case(text) || DateTime::from(text).is_iso_8601() => {}
            Ok(None) => self.mistake(path, &format!("{} is not a time (give {FORMS})", shown(value)), String::new()),
            Err(error) => self.mistake(path, &format!("{} is not a time: {error}", shown(value)), String::new()),
        }
    }

    /// Sends a text in the place of this value. The text is the same in JSON.
    fn replace(&mut self, value: &RawValue, text: String) {
        let start = value.get().as_ptr() as usize - self.start;
        self.replacements.push((start..start + value.get().len(), text));
    }

    fn marketplace(&mut self, path: &str, text: &str, value: &RawValue) {
        match text.parse::<Marketplace>() {
            Ok(marketplace) => {
                self.marketplaces.push(marketplace);
                if text != marketplace.id() {
                    self.replace(value, marketplace.id().to_owned());
                }
            }
            Err(_) if is_test_case(text) => {}
            Err(_) if is_like_id(text) => {
                self.notes.push(format!(
                    "{} of the body: {} is not a known marketplace, and is sent as it is",
                    printable(path),
                    shown(value)
                ));
            }
            Err(_) => {
                let codes = Marketplace::ALL.iter().map(|marketplace| marketplace.country_code());
                let close = did_you_mean(&close_to(text, codes));
                self.mistake(path, &format!("{} is not a known marketplace", shown(value)), close);
            }
        }
    }

    /// The text, if it is one.
    fn text(&mut self, path: &str, wants: &str, value: &RawValue) -> Option<String> {
        let text = serde_json::from_str(value.get()).ok();
        if text.is_none() {
            self.is_not(path, wants, value);
        }
        text
    }

    fn is_not(&mut self, path: &str, wants: &str, value: &RawValue) {
        self.mistake(path, &format!("it takes {wants}, not {}", shown(value)), String::new());
    }

    fn mistake(&mut self, path: &str, what: &str, suggestion: String) {
        let path = if path.is_empty() { "the body".to_owned() } else { format!("{} of the body", printable(path)) };
        self.mistakes.push(Mistake { what: format!("{path}: {what}"), suggestion });
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The value as it is shown: an object or list by its kind, else the first of its characters.
fn shown(value: &RawValue) -> String {
    const LONGEST: usize = 60;
    match value.get().as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        _ => printable(value.get()).up_to(LONGEST).to_string(),
    }
}

/// Amazon's sandbox accepts these words for any value.
fn is_test_case(text: &str) -> bool {
    text.contains("TEST_CASE")
}

fn is_number(json: &str) -> bool {
    json.starts_with(|character: char| character == '-' || character.is_ascii_digit())
}

/// Whether it is a whole number in any spelling: `5`, `5.0`, `1e3`.
fn is_integer(json: &str) -> bool {
    is_number(json) && (json.parse::<i128>().is_ok() || json.parse::<f64>().is_ok_and(|number| number.fract() == 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(operation: &str, body: &str, force: bool) -> (Result<Validated, String>, Vec<String>) {
        let found = spapi_metadata::find(&operation.parse().unwrap()).unwrap();
        let body = serde_json::from_str(body).unwrap();
        let mut warnings = Vec::new();
        let validated = validate(found, body, &Force { force }, &mut warnings).map_err(|failure| match failure {
            Failure::Error { message, .. } => message,
            Failure::ReaderGone => String::new(),
        });
        (validated, warnings)
    }

    fn refusal(operation: &str, body: &str) -> String {
        run(operation, body, false).0.unwrap_err()
    }

    fn accepted(operation: &str, body: &str) -> String {
        let (validated, warnings) = run(operation, body, false);
        assert!(warnings.is_empty(), "{warnings:?}");
        validated.unwrap().body.get().to_owned()
    }

    #[test]
    fn a_misspelt_field_is_refused_with_what_it_may_mean() {
        assert_eq!(
            refusal("reports createReport", r#"{"reportTyp": "X", "reportType": "X", "marketplaceIds": ["JP"]}"#),
            "reportTyp of the body: there is no such field; did you mean reportType or reportOptions?"
        );
        let nested = r#"{"productType": "X", "patches": [{"op": "add", "path": "/a", "valu": []}]}"#;
        assert_eq!(
            refusal("listings-items patchListingsItem", nested),
            "patches[0].valu of the body: there is no such field; did you mean value?"
        );
    }

    #[test]
    fn all_mistakes_are_listed_together() {
        let error =
            refusal("reports createReport", r#"{"reportTyp": 5, "marketplaceIds": "JP", "dataStartTime": "soon"}"#);
        assert!(error.starts_with("the body has 4 mistakes:"), "{error}");
        for part in [
            "reportTyp of the body: there is no such field",
            "marketplaceIds of the body: it takes a list, not \"JP\"",
            "dataStartTime of the body: \"soon\" is not a time",
            "reportType of the body: it is required, but missing",
        ] {
            assert!(error.contains(part), "{part} is not in {error}");
        }
    }

    #[test]
    fn types_and_values_are_those_of_the_model() {
        let wrong = |operation: &str, body: &str, part: &str| {
            let error = refusal(operation, body);
            assert!(error.contains(part), "{part} is not in {error}");
        };
        wrong("reports createReport", r#"{"reportType": null, "marketplaceIds": []}"#, "required, but null");
        wrong("reports createReport", r#"[]"#, "the body: it takes an object, not a list");
        wrong("reports createReport", r#"{"reportType": 5, "marketplaceIds": []}"#, "it takes text, not 5");
        wrong(
            "reports createReport",
            r#"{"reportType": "A", "marketplaceIds": [], "reportOptions": {"a": 1}}"#,
            "reportOptions.a of the body: it takes text, not 1",
        );
        wrong(
            "reports createReportSchedule",
            r#"{"reportType": "A", "marketplaceIds": [], "period": "PT5X"}"#,
            "period of the body: \"PT5X\" is not a known value; did you mean PT5M",
        );
        wrong("product-fees getMyFeesEstimates", r#"{}"#, "the body: it takes a list, not an object");
        wrong(
            "reports createReport",
            r#"{"reportType": "A", "reportType": "B", "marketplaceIds": []}"#,
            "reportType of the body: it is given twice",
        );
    }

    #[test]
    fn a_whole_number_is_a_number_and_a_text_is_not() {
        for (json, integer, number) in
            [("5", true, true), ("5.0", true, true), ("1e3", true, true), ("5.5", false, true), ("\"5\"", false, false)]
        {
            assert_eq!((is_integer(json), is_number(json)), (integer, number), "{json}");
        }
    }

    #[test]
    fn country_codes_become_ids_and_nothing_else_changes() {
        let body =
            r#"{ "reportType": "JP", "marketplaceIds": ["JP", "ATVPDKIKX0DER" , "de"], "reportOptions": {"a": "JP"} }"#;
        let (validated, warnings) = run("reports createReport", body, false);
        let validated = validated.unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        let expected = body.replace(r#"["JP""#, r#"["A1VC38T7YXB528""#).replace(r#""de""#, r#""A1PA6795UKMFR9""#);
        assert_eq!(validated.body.get(), expected);
        assert_eq!(validated.marketplaces, [Marketplace::JP, Marketplace::US, Marketplace::DE]);
        let error = refusal("reports createReport", r#"{"reportType": "A", "marketplaceIds": ["XX"]}"#);
        assert!(error.contains("marketplaceIds[0] of the body: \"XX\" is not a known marketplace"), "{error}");
    }

    #[test]
    fn times_back_from_now_become_times_where_the_field_takes_one() {
        let body =
            r#"{"reportType": "7d", "marketplaceIds": ["JP"], "dataStartTime": "7d", "dataEndTime":"2026-11-01"}"#;
        let sent = accepted("reports createReport", body);
        let sent: serde_json::Value = serde_json::from_str(&sent).unwrap();
        let start = sent["dataStartTime"].as_str().unwrap();
        assert!(start.starts_with("20") && DateTime::from(start).is_iso_8601(), "{start}");
        assert_eq!((&sent["reportType"], &sent["dataEndTime"]), (&"7d".into(), &"2026-11-01".into()));
        let day = accepted(
            "invoices@2024-06-19 createInvoicesExport",
            r#"{"marketplaceId": "ATVPDKIKX0DER", "dateStart": "7d", "dateEnd": "1d"}"#,
        );
        let day: serde_json::Value = serde_json::from_str(&day).unwrap();
        assert_eq!(day["dateStart"].as_str().unwrap().len(), "2026-11-01".len());
        for wrong in ["soon", "99999999999d"] {
            let body = format!(r#"{{"reportType": "A", "marketplaceIds": [], "dataStartTime": "{wrong}"}}"#);
            let error = refusal("reports createReport", &body);
            assert!(error.contains(&format!("dataStartTime of the body: \"{wrong}\" is not a time")), "{error}");
        }
    }

    #[test]
    fn free_objects_and_further_members_are_left_alone() {
        let body = r#"{"productType":"X","attributes":{"marketplaceId":"JP","price":[{"value":1.10}]}}"#;
        assert_eq!(accepted("listings-items putListingsItem", body), body);
        let body = r#"{"reportType": "TEST_CASE_200", "marketplaceIds": ["TEST_CASE"], "dataStartTime": null}"#;
        assert_eq!(accepted("reports createReport", body), body);
    }

    #[test]
    fn what_is_forced_is_sent_with_a_warning() {
        let body = r#"{"reportTyp": 1.50}"#;
        let (validated, warnings) = run("reports createReport", body, true);
        assert_eq!(validated.unwrap().body.get(), body);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(
            warnings[0].ends_with("and the body is sent as it is; did you mean reportType or reportOptions?"),
            "{warnings:?}"
        );
    }
}
