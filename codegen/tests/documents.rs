//! `models/documents`: rows that say what cannot be are refused by file and row.

use codegen::documents::Documents;
use codegen::known::Known;
use codegen::retirements::Retirements;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn error(files: &[(&str, &str)]) -> String {
    match Documents::read(folder(files).path()) {
        Ok(_) => panic!("nothing is refused in {files:?}"),
        Err(error) => format!("{error:#}"),
    }
}

/// A row of a report with more lines.
fn report(lines: &str) -> String {
    format!("[GET_X]\ntitle = \"X\"\ncategory = \"x\"\nformat = \"tsv\"\n{lines}\n")
}

fn feed(lines: &str) -> String {
    format!(
        "[POST_X]\ntitle = \"X\"\ncategory = \"x\"\nformat = \"xml\"\ncontent_type = \"text/xml; charset=UTF-8\"\n{lines}\n"
    )
}

fn dataset(lines: &str) -> String {
    format!("[analytics_x]\ntitle = \"X\"\nversion = \"2026-01-01\"\n{lines}\n")
}

#[test]
fn a_report_that_cannot_be_is_refused_by_file_and_row() {
    for (lines, said) in [
        ("colour = \"red\"", "unknown field `colour`"),
        ("availability = [\"sometimes\"]", "unknown variant `sometimes`"),
        ("availability = [\"requested\", \"requested\"]", "availability has Requested twice"),
        ("parties = []", "parties is empty"),
        ("marketplaces = [\"DE\", \"XX\"]", "\"XX\", which is not the country code"),
        ("marketplaces = [\"A1PA6795UKMFR9\"]", "not the country code"),
        ("marketplaces = [\"DE\", \"DE\"]", "\"DE\" twice"),
        ("marketplaces = []", "marketplaces is empty"),
        ("marketplaces = \"some\"", "`marketplaces` is \"all\" or a list"),
        ("longest_days = 0", "longest_days is from 1 to 3660"),
        ("history_days = 4000", "history_days is from 1 to 3660"),
        ("longest_days = 60\nhistory_days = 30", "longest_days is 60, but the start is at most 30 days back"),
        ("dates = \"refused\"\nlongest_days = 30", "it takes no dates"),
        ("dates = \"ignored\"\nperiods = { unit = \"day\" }", "it takes no dates"),
        ("frequency = { times = 0, minutes = 30 }", "frequency has a 0"),
        ("frequency = { times = 1 }", "missing field `minutes`"),
        ("instead = \"`GET_Y`\"", "a replacement, but no status"),
        ("status = \"old\"", "unknown variant `old`"),
        ("unsure = [\"colour\"]", "unsure names \"colour\""),
        ("note = \"two\\nlines\"", "note is one line"),
        ("charset = \"latin-1\"", "unknown variant `latin-1`"),
        ("periods = { option = \"p\" }", "there is no option p"),
        ("periods = { rounding = \"inward\" }", "either option or unit"),
        ("periods = { option = \"p\" }\noptions.p = { }", "the option p has no values"),
        (
            "periods = { option = \"p\" }\noptions.p = { values = [\"FORTNIGHT\"] }",
            "\"FORTNIGHT\" of the option is not a period",
        ),
        (
            "periods = { option = \"p\", longest = { WEEK = 1 } }\noptions.p = { values = [\"DAY\"] }",
            "longest has \"WEEK\"",
        ),
        (
            "periods = { option = \"p\", longest = { DAY = 9 }, history = { DAY = 8 } }\noptions.p = { values = [\"DAY\"] }",
            "longest is more than history",
        ),
        ("options.p = { kind = \"choice\" }", "option p: a choice has values"),
        ("options.p = { kind = \"flag\", values = [\"true\"] }", "only a choice or a list has values"),
        ("options.p = { values = [\"A\", \"A\"] }", "values has \"A\" twice"),
        ("options.p = { values = [\"A\"], default = \"B\" }", "the default \"B\" is not one of its values"),
        ("options.p = { kind = \"flag\", default = \"yes\" }", "the default \"yes\" is not one of its values"),
        ("options.p = { required = true, default = \"A\" }", "an option with a default is not required"),
        ("options.p = { kind = \"list\" }", "a list has a separator"),
        ("options.p = { separator = \",\" }", "a list has a separator"),
        ("options.p = { party = \"vendor\" }", "its party is not one of the type's"),
        ("options.p = { sort = \"up\" }", "unknown field `sort`"),
        ("options.\"p q\" = { }", "a name has letters, digits and `:` only"),
    ] {
        let told = error(&[("reports.toml", &report(lines))]);
        assert!(told.contains("reports.toml: GET_X: ") && told.contains(said), "{lines}: {told}");
    }
    for (text, said) in [
        (report("").replace("tsv", "json") + "quoted = true", "only a TSV is quoted"),
        (report("").replace("tsv", "pdf") + "charset = \"utf-8\"", "only the charset of tsv, csv and text"),
        (report("").replace("tsv", "xml") + "local_numbers = true", "only tsv, csv and text have local_numbers"),
        (report("").replace("tsv", "doc"), "unknown variant `doc`"),
        (report("").replace("title = \"X\"", ""), "missing field `title`"),
        (report("").replace("title = \"X\"", "title = \"X.\""), "title ends with a full stop"),
    ] {
        let told = error(&[("reports.toml", &text)]);
        assert!(told.contains("reports.toml: GET_X: ") && told.contains(said), "{text}: {told}");
    }
    let told = error(&[("reports.toml", &report("").replace("GET_X", "get_x"))]);
    assert!(told.contains("reports.toml: get_x: a name has capital letters"), "{told}");
}

#[test]
fn a_name_or_title_twice_is_refused() {
    let told = error(&[("reports.toml", &(report("") + &report("")))]);
    assert!(told.contains("reports.toml") && told.contains("duplicate key") && told.contains("GET_X"), "{told}");
    let told = error(&[("reports.toml", &(report("") + &report("").replace("GET_X", "GET_Y")))]);
    assert!(told.contains("GET_Y: it has the title of GET_X"), "{told}");
    let told = error(&[("reports.toml", &report("").replace("GET_X", "POST_X")), ("feeds.toml", &feed(""))]);
    assert!(told.contains("POST_X is a row of reports.toml and of feeds.toml"), "{told}");
}

#[test]
fn a_feed_a_dataset_or_a_family_that_cannot_be_is_refused_by_file_and_row() {
    for (file, text, row, said) in [
        ("feeds.toml", feed("most_messages = 0"), "POST_X", "most_messages is 0"),
        ("feeds.toml", feed("longest_days = 3"), "POST_X", "unknown field `longest_days`"),
        ("feeds.toml", feed("").replace("text/xml", "text/plain"), "POST_X", "begins with text/xml"),
        ("feeds.toml", feed("").replace("\"xml\"", "\"zip\""), "POST_X", "no feed has this format"),
        ("feeds.toml", feed("unsure = [\"layout\"]"), "POST_X", "unsure names \"layout\""),
        ("data_kiosk.toml", dataset("queries = {}"), "analytics_x", "it has no queries"),
        ("data_kiosk.toml", dataset(""), "analytics_x", "missing field `queries`"),
        ("data_kiosk.toml", dataset("queries.q = { future_days = 0 }"), "analytics_x", "query q: future_days"),
        ("data_kiosk.toml", dataset("queries.q = {}\nretention_days = 0"), "analytics_x", "retention_days"),
        (
            "data_kiosk.toml",
            dataset("queries.q = {}").replace("-01-01", "-02-30"),
            "analytics_x",
            "a date is YYYY-MM-DD",
        ),
        ("families.toml", "[GET_X]\nformat = \"csv\"\n".to_owned(), "GET_X", "ends with `_`"),
        ("families.toml", "[GET_]\nformat = \"csv\"\nquoted = true\n".to_owned(), "GET_", "only a TSV is quoted"),
    ] {
        let told = error(&[(file, &text)]);
        assert!(told.contains(&format!("{file}: {row}: ")) && told.contains(said), "{text}: {told}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_named_and_a_missing_one_has_no_rows() {
    let told = error(&[("feeds.toml", "[POST_X")]);
    assert!(told.contains("feeds.toml cannot be parsed"), "{told}");
    assert!(Documents::read(Path::new("/nowhere")).unwrap().reports.is_empty());
}

#[test]
fn a_retired_type_has_a_row_and_one_end() {
    let retirements = |name: &str| {
        let text = format!("[[retirement]]\nkind = \"report\"\nname = \"{name}\"\non = \"2027-01-01\"\n");
        Retirements::read(&folder(&[("retirements.toml", &text)]).path().join("retirements.toml")).unwrap()
    };
    let documents = |lines: &str| Documents::read(folder(&[("reports.toml", &report(lines))]).path()).unwrap();
    assert!(documents("").check_retirements(&retirements("GET_X")).is_ok());
    let told = documents("").check_retirements(&retirements("GET_Y")).unwrap_err().to_string();
    assert!(told.contains("GET_Y, which has no row in models/documents/reports.toml"), "{told}");
    let told = documents("status = \"removed\"").check_retirements(&retirements("GET_X")).unwrap_err().to_string();
    assert!(told.contains("reports.toml: GET_X: it has a status"), "{told}");
}

#[test]
fn the_projects_own_rows_are_right() {
    let known = Known::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")).unwrap();
    let documents = &known.documents;
    documents.check_retirements(&known.retirements).unwrap();
    assert!(documents.reports.len() > 130 && documents.feeds.len() > 30 && documents.datasets.len() > 3);
}
