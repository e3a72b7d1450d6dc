//! `spapi kiosk`.

use crate::support::{Answer, Ran, Server, in_folder, reply, run, run_with_input, spapi, stopped};
use serde_json::Value;
use spapi_core::DateTime;
use std::fs;
use std::time::{Duration, SystemTime};

const EMBEDDED: [&str; 4] = ["-m", "US", "-e", "embedded"];

fn kiosk(arguments: &[&str]) -> Ran {
    run(&[&["kiosk", "query"], arguments, &EMBEDDED].concat())
}

fn day(days_ago: u64) -> String {
    let time = SystemTime::now() - Duration::from_secs(days_ago * 24 * 3600);
    DateTime::from(time).as_str()[..10].to_owned()
}

/// A query of these fields for each day of a span.
fn query(fields: &str, from: u64, to: u64) -> String {
    let (from, to) = (day(from), day(to));
    format!(
        "query {{\n  # each day\n  analytics_salesAndTraffic_2024_04_24 {{ salesAndTrafficByDate(aggregateBy: DAY, \
         startDate: \"{from}\", endDate: \"{to}\", marketplaceIds: [\"ATVPDKIKX0DER\"]) {{ {fields} }} }} }}"
    )
}

const FIELDS: &str = "startDate sales { unitsOrdered orderedProductSales { amount currencyCode } }";

#[test]
fn the_rows_of_all_pages_get_into_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let [file, text] = ["sales.csv", "query.graphql"].map(|name| in_folder(folder.path(), name));
    fs::write(&text, query(FIELDS, 90, 10)).unwrap();
    let ran = kiosk(&[&text, "-o", &file]).ended(0).said(&["2 pages are read", "81 rows, "]);
    assert!(ran.err.contains("progress: ") && ran.err.contains(" requested"), "{}", ran.err);
    let csv = fs::read_to_string(&file).unwrap();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<_> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let expected = [
        "startDate",
        "sales.unitsOrdered",
        "sales.orderedProductSales.amount",
        "sales.orderedProductSales.currencyCode",
    ];
    assert_eq!(header, expected, "as the document has them");
    let days: Vec<_> = rows.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!((days.len(), days[0].as_str(), days[80].as_str()), (81, day(90).as_str(), day(10).as_str()));
    kiosk(&[&text, "-o", &file]).ended(2).said(&["exists already", "--overwrite"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside the file");
}

#[test]
fn each_format_has_the_same_rows() {
    let text = query(FIELDS, 70, 10);
    let raw = run_with_input(&[&["kiosk", "query", "-", "-f", "raw"], &EMBEDDED[..]].concat(), &text).ended(0).out;
    let raw: Vec<Value> = raw.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(raw.len(), 61);
    let flat = kiosk(&["--query", &text, "-f", "jsonl"]).ended(0).out;
    let flat: Vec<Value> = flat.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (raw, flat) in raw.iter().zip(&flat) {
        assert_eq!(raw["sales"]["unitsOrdered"], flat["sales.unitsOrdered"]);
        assert_eq!(raw["sales"]["orderedProductSales"]["amount"], flat["sales.orderedProductSales.amount"]);
    }
    assert_eq!(flat.len(), raw.len());
    let one = kiosk(&["--query", &text, "-f", "json", "--columns", "sales.unitsOrdered,startdate"]).ended(0).out;
    let one: Vec<Value> = serde_json::from_str(&one).unwrap();
    assert_eq!(one[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["sales.unitsOrdered", "startDate"]);
    let table = kiosk(&["-q", &text, "--columns", "startDate,sales.unitsOrdered"]).ended(0).out;
    assert!(table.starts_with("startDate   sales.unitsOrdered\n") && table.lines().count() == 62, "{table}");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_the_kinds_that_the_values_have() {
    use arrow_schema::DataType;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "a.parquet");
    kiosk(&["-q", &query(FIELDS, 70, 10), "-o", &file]).ended(0);
    let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&file).unwrap()).unwrap();
    let schema = std::sync::Arc::clone(builder.schema());
    let kind = |name: &str| schema.field_with_name(name).unwrap().data_type().clone();
    assert_eq!(kind("startDate"), DataType::Date32);
    assert_eq!(kind("sales.unitsOrdered"), DataType::Int64);
    assert!(matches!(kind("sales.orderedProductSales.amount"), DataType::Int64 | DataType::Decimal128(38, 10)));
    let rows: usize = builder.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 61);
}

#[test]
fn a_query_that_cannot_be_run_is_refused_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "a.csv");
    let missing = in_folder(folder.path(), "missing");
    let long = format!("{{a{{{}}}}}", "bcd ".repeat(2001));
    for (arguments, code, parts) in [
        (&["-q", "{ a { b }"][..], 2, &["opens { at line 1, column 1"][..]),
        (&["-q", ""], 2, &["has no field"]),
        (
            &["-q", "{ analytics_salesAndTrafic_2024_04_24 { a } }"],
            2,
            &[
                "is not known; did you mean",
                "--force",
                "the datasets are analytics_",
                ", analytics_salesAndTraffic_2024_04_24",
            ],
        ),
        (&["-q", "{ nothing_like_it { a } }"], 2, &["is not known", "analytics_salesAndTraffic_2024_04_24"]),
        (&["-q", &long], 2, &["8008 characters"]),
        (&[missing.as_str()], 2, &["missing cannot be read", "--query TEXT"]),
        (&[], 2, &["FILE"]),
        (&[missing.as_str(), "-q", "{a}"], 2, &["cannot be used with"]),
        (&["-q", &query("startDate", 10, 20)], 1, &["failed", "endDate"]),
        (&["-q", &query("startDay", 20, 10), "--force"], 1, &["createQuery", "startDay"]),
        (&["-q", &query("startDate", 20, 10), "--columns", "startDay"], 1, &["no column", "did you mean startDate?"]),
    ] {
        kiosk(&[arguments, &["-o", &file]].concat()).ended(code).said(parts);
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "{arguments:?}");
    }
    let latin = in_folder(folder.path(), "latin");
    fs::write(&latin, b"{ \xe9 }").unwrap();
    kiosk(&[&latin]).ended(2).said(&["is not text in UTF-8"]);
    run(&["kiosk", "query", "-q", "{a{b}}", "-e", "embedded"]).ended(2).said(&["neither --marketplace nor --region"]);
}

#[cfg(target_os = "linux")]
#[test]
fn pages_that_cannot_be_kept_are_an_error_before_the_query_is_sent() {
    let mut command = spapi(&[&["kiosk", "query", "-q", &query("startDate", 20, 10)], &EMBEDDED[..]].concat());
    let ran = Ran::of(command.env("TMPDIR", "/proc/nowhere").output().unwrap()).ended(1);
    assert!(!ran.err.contains("requested"), "{}", ran.err);
    ran.said(&["the pages cannot be kept in /proc/nowhere", "TMPDIR"]);
}

#[cfg(feature = "kiosk-check")]
#[test]
fn the_schema_of_the_program_finds_a_misspelt_field_before_the_query_is_sent() {
    let ran = kiosk(&["-q", &query("startDate sales { unitsOrderd }", 20, 10)]).ended(2);
    assert!(!ran.err.contains("requested"), "{}", ran.err);
    ran.said(&["does not fit the dataset's schema", "line 3, column", "unitsOrderd", "--force", "--schema FILE"]);
}

#[cfg(feature = "kiosk-check")]
#[test]
fn a_schema_that_is_given_replaces_the_one_of_the_program_and_knows_other_datasets() {
    let folder = tempfile::tempdir().unwrap();
    let schema = in_folder(folder.path(), "schema.graphql");
    fs::write(&schema, "type Query { analytics_new_2030_01_01: Data } type Data { days: [Int] }").unwrap();
    let asks = |text: &str, more: &[&str]| kiosk(&[&["-q", text, "--schema", &schema], more].concat());
    asks("{ analytics_new_2030_01_01 { days } }", &[]).ended(1).said(&["analytics_new_2030_01_01"]);
    asks("{ analytics_new_2030_01_01 { weeks } }", &[]).ended(2).said(&["weeks", "--force"]);
    asks(&query("startDate", 20, 10), &[]).ended(2).said(&["analytics_salesAndTraffic_2024_04_24"]);
    assert_eq!(asks(&query("startDate", 20, 10), &["--force", "-f", "jsonl"]).ended(0).out.lines().count(), 11);
}

#[cfg(feature = "kiosk-check")]
#[test]
fn a_schema_finds_a_mistake_before_the_query_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let schema = in_folder(folder.path(), "schema.graphql");
    fs::write(&schema, "type Query { analytics_salesAndTraffic_2024_04_24: Data } type Data { days: [Int] }").unwrap();
    let ran = kiosk(&["-q", &query("startDate", 20, 10), "--schema", &schema]).ended(2);
    assert!(!ran.err.contains("requested"), "{}", ran.err);
    ran.said(&["does not fit the dataset's schema", "salesAndTrafficByDate"]);
    kiosk(&["-q", "{a{b}}", "--schema", "nowhere.graphql"]).ended(2).said(&["nowhere.graphql", "cannot be read"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_what_was_requested_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, journal] = ["shop", "journal"].map(|name| in_folder(folder.path(), name));
    let text = query(FIELDS, 70, 10);
    let words = ["-q", &text, "-f", "csv", "--keep", &shop, "--journal", &journal];
    let mut command = spapi(&[&["kiosk", "query"], &words[..], &EMBEDDED].concat());
    command.stdout(fs::File::create("/dev/full").unwrap()).stderr(std::process::Stdio::piped());
    Ran::of(command.spawn().unwrap().wait_with_output().unwrap()).ended(1).said(&[
        "No space left",
        "make room",
        "run the same command again",
    ]);
    let again = kiosk(&words).ended(0).said(&["resumed"]);
    assert_eq!(again.out.lines().count(), 62);
    assert!(!again.err.contains(" requested"), "{}", again.err);
    kiosk(&words).ended(0).said(&[" requested"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_a_query_is_awaited_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let [file, journal] = ["a.csv", "journal"].map(|name| in_folder(folder.path(), name));
    let server = Server::start(vec![
        reply("200 OK", r#"{"queries":[]}"#),
        reply("202 Accepted", r#"{"queryId":"q1"}"#),
        Answer::Silence,
    ]);
    let words = [
        "kiosk",
        "query",
        "-q",
        "{a{b}}",
        "--force",
        "-m",
        "US",
        "-e",
        &server.url,
        "-o",
        &file,
        "--journal",
        &journal,
    ];
    let ran = stopped(&words, "q1 requested", "-INT");
    ran.ended(130).said(&["interrupted by Ctrl-C", "run the same command again"]);
    assert!(!fs::exists(&file).unwrap());
    assert!(fs::read_dir(folder.path()).unwrap().count() == 1, "only the journal is left");
}
