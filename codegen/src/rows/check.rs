//! Refuses rows that cannot be generated or could be read in two ways.

use super::{Column, Format, Report, Reports, Rows};
use anyhow::{Context, Result, bail, ensure};
use spapi_types::text::folded;
use std::collections::{BTreeMap, BTreeSet};

/// The languages of localized headers.
const LANGUAGES: &[&str] = &["ar", "de", "en-GB", "es", "es-MX", "fr", "it", "ja", "pl", "pt-BR", "tr", "zh"];

/// The member of a structure for columns that are not known.
pub const UNKNOWN: &str = "unknown";

pub fn is_report_type(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

pub fn check(reports: &Reports) -> Result<()> {
    let mut names = BTreeMap::new();
    for (report_type, report) in &reports.0 {
        check_report(reports, report).with_context(|| format!("{report_type}.toml"))?;
        for rows in &report.rows {
            if let Some(other) = names.insert(&rows.name, report_type) {
                bail!("{report_type}.toml and {other}.toml both have rows called {}", rows.name);
            }
        }
    }
    Ok(())
}

fn check_report(reports: &Reports, report: &Report) -> Result<()> {
    match (&report.same_as, report.format) {
        (Some(other), None) if report.rows.is_empty() => match reports.0.get(other) {
            Some(found) if found.same_as.is_none() => Ok(()),
            Some(_) => bail!("same_as = {other:?}: that type has no rows of its own either"),
            None => bail!("same_as = {other:?}: there is no {other}.toml"),
        },
        (Some(_), _) => bail!("a type with same_as has neither a format nor rows"),
        (None, None) => bail!("give it a format"),
        (None, Some(_)) if report.rows.is_empty() => bail!("give it rows"),
        (None, Some(format)) => {
            ensure!(!format.is_table() || report.rows.len() == 1, "a table has one kind of rows");
            report.rows.iter().try_for_each(|rows| check_rows(format, rows).with_context(|| rows.name.clone()))
        }
    }
}

fn check_rows(format: Format, rows: &Rows) -> Result<()> {
    let is_name = rows.name.starts_with(|first: char| first.is_ascii_uppercase())
        && rows.name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && rows.name.ends_with("Row");
    ensure!(is_name, "the name is not that of a structure, such as OrderRow");
    ensure!(!rows.columns.is_empty(), "it has no columns");
    ensure!(format.is_table() || !rows.by_position, "only a table is read by position");
    match (format.is_table(), &rows.at) {
        (true, None) => ensure!(rows.each.is_none(), "only JSON and XML have `each`"),
        (true, Some(_)) => bail!("only JSON and XML have `at`"),
        (false, Some(at)) => {
            ensure!(is_path(at) && rows.each.as_deref().is_none_or(is_path), "`at` and `each` are paths")
        }
        (false, None) => bail!("say with `at` where the rows are"),
    }
    let mut fields = BTreeSet::new();
    for column in &rows.columns {
        check_column(format, column).with_context(|| format!("the column {:?}", column.name))?;
        ensure!(fields.insert(&column.field), "two columns have the field {}", column.field);
    }
    check_headers(&rows.columns)
}

fn check_column(format: Format, column: &Column) -> Result<()> {
    let names = || [&column.name].into_iter().chain(&column.also).chain(column.headers.values());
    let is_plain = |name: &String| name.trim() == name && !folded(name).is_empty() && !name.contains(char::is_control);
    if let Some(name) = names().find(|name| !is_plain(name)) {
        bail!("{name:?} is not a name on one line, without spaces around it");
    }
    let is_field = column.field.starts_with(|first: char| first.is_ascii_lowercase())
        && column.field.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !column.field.contains("__")
        && !column.field.ends_with('_');
    ensure!(is_field, "its field {:?} is not in snake_case", column.field);
    ensure!(
        syn::parse_str::<syn::Ident>(&column.field).is_ok() && column.field != UNKNOWN,
        "its field {:?} is a word that Rust or the structure needs",
        column.field
    );
    ensure!(column.order.is_none() || column.kind.is_date(), "only a date has an order");
    ensure!(column.values.is_empty() || column.kind.is_text(), "only text has known values");
    ensure!(!column.key || column.kind.is_text() || column.kind.is_date(), "a key is a text or a date");
    if let Some(language) = column.headers.keys().find(|language| !LANGUAGES.contains(&language.as_str())) {
        bail!("{language:?} is not one of the languages {}", LANGUAGES.join(", "));
    }
    if !format.is_table() {
        ensure!(is_path(&column.name), "its name is not a path such as a.b or a.b@c");
        ensure!(column.also.is_empty() && column.headers.is_empty(), "a path has no other names");
    }
    Ok(())
}

/// Fails if a header would belong to two columns. In one language several columns may have one header, which a file then
/// repeats in their order.
fn check_headers(columns: &[Column]) -> Result<()> {
    let mut taken: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for column in columns {
        let english = [&column.name].into_iter().chain(&column.also).map(|name| ("", name));
        let localized = column.headers.iter().map(|(language, name)| (language.as_str(), name));
        for (language, name) in english.chain(localized) {
            match taken.insert(folded(name), (language, &column.name)) {
                Some((other_language, other)) if other != column.name => {
                    let is_repeated = !language.is_empty() && language == other_language;
                    ensure!(is_repeated, "the columns {other:?} and {:?} could both be {name:?}", column.name);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_path(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let (elements, attribute) = path.split_once('@').map_or((path, None), |(elements, name)| (elements, Some(name)));
    elements.split('.').all(is_name) && attribute.is_none_or(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Reports> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Reports::read(folder.path())
    }

    fn table(columns: &str) -> String {
        format!("format = \"tsv\"\n[[rows]]\nname = \"ARow\"\ncolumns = [\n{columns}\n]\n")
    }

    #[test]
    fn a_file_that_cannot_be_generated_is_named_with_its_row() {
        let column = |rest: &str| table(&format!("{{ name = \"a-b\", field = \"a_b\", kind = \"text\"{rest} }}"));
        let two = |a: &str, b: &str| {
            table(&format!(
                "{{ name = \"a\", field = \"a\", kind = \"text\"{a} }},\n{{ name = \"b\", field = \"b\", kind = \"text\"{b} }}"
            ))
        };
        let json = |rows: &str, name: &str| {
            format!(
                "format = \"json\"\n[[rows]]\nname = \"ARow\"\n{rows}columns = [{{ name = {name:?}, field = \"a\", kind = \"text\" }}]\n"
            )
        };
        for (text, said) in [
            (String::new(), "A.toml: give it a format"),
            ("format = \"tsv\"\n".to_owned(), "A.toml: give it rows"),
            ("same_as = \"B\"\n".to_owned(), "there is no B.toml"),
            ("same_as = \"A\"\n".to_owned(), "no rows of its own"),
            (format!("same_as = \"A\"\n{}", column("")), "neither a format nor rows"),
            ("format = \"pdf\"\n".to_owned(), "A.toml cannot be parsed"),
            (table(""), "ARow: it has no columns"),
            (column("").replace("ARow", "a-row"), "not that of a structure"),
            (column("").replace("columns", "at = \"x\"\ncolumns"), "only JSON and XML have `at`"),
            (column("").replace("columns", "each = \"x\"\ncolumns"), "only JSON and XML have `each`"),
            (column(", order = \"day-first\""), "\"a-b\": only a date has an order"),
            (column(", kinds = \"text\""), "cannot be parsed"),
            (column(", headers = { xx = \"a\" }"), "\"xx\" is not one of the languages"),
            (column(", headers = { de = \"a\\nb\" }"), "is not a name on one line"),
            (column(", also = [\" - \"]"), "is not a name on one line"),
            (column("").replace("\"a_b\"", "\"type\""), "is a word that Rust"),
            (column("").replace("\"a_b\"", "\"unknown\""), "is a word that Rust"),
            (column("").replace("\"a_b\"", "\"A_b\""), "not in snake_case"),
            (column(", key = true").replace("\"text\"", "\"boolean\""), "a key is a text or a date"),
            (column(", values = [\"x\"]").replace("\"text\"", "\"integer\""), "only text has known values"),
            (two("", "").replace("field = \"b\"", "field = \"a\""), "two columns have the field a"),
            (two("", ", also = [\"A_\"]"), "the columns \"a\" and \"b\" could both be \"A_\""),
            (two(", headers = { de = \"x\" }", ", headers = { fr = \"X\" }"), "could both be"),
            (two(", headers = { de = \"b\" }", ""), "could both be"),
            (json("", "a"), "say with `at`"),
            (json("at = \"x..y\"\n", "a"), "are paths"),
            (json("at = \"x\"\n", "a b"), "not a path"),
            (json("at = \"x\"\nby_position = true\n", "a"), "only a table is read by position"),
        ] {
            let error = format!("{:#}", read(&[("A.toml", &text)]).unwrap_err());
            assert!(error.contains(said) && error.contains("A.toml"), "{error}\n{text}");
        }
        let error = format!("{:#}", read(&[("A.toml", &column("")), ("B.toml", &column(""))]).unwrap_err());
        assert!(error.contains("A.toml and") || error.contains("B.toml and"), "{error}");
        let error = format!("{:#}", read(&[("a.toml", &column(""))]).unwrap_err());
        assert!(error.contains("a.toml is not a <REPORT_TYPE>.toml"), "{error}");
    }

    #[test]
    fn one_header_of_several_columns_is_fine_in_one_language() {
        let text = table(
            "{ name = \"a\", field = \"a\", kind = \"text\", headers = { de = \"x\" } },\n\
             { name = \"b\", field = \"b\", kind = \"text\", headers = { de = \"x\" } }",
        );
        read(&[("A.toml", &text), ("B.toml", "same_as = \"A\"\n")]).unwrap();
    }

    #[test]
    fn the_projects_own_files_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/rows");
        let reports = Reports::read(&folder).unwrap();
        assert!(reports.0.len() >= 74, "{}", reports.0.len());
    }
}
