//! `spapi report`.

use crate::support::{Answer, Ran, Server, assert_expected, in_folder, reply, run, spapi, stopped};
use serde_json::Value;
use std::fs;

const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const SETTLEMENTS: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
const EMBEDDED: [&str; 4] = ["-m", "JP", "-e", "embedded"];

fn report(arguments: &[&str]) -> Ran {
    run(&[&["report"], arguments, &EMBEDDED].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn one_command_writes_the_rows_of_a_long_range_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "orders.csv");
    let ran = report(&["get", ORDERS, "--from", "60d", "-o", &file]).ended(0);
    ran.said(&["the range needs 2 reports", "2 of 2 reports are made", " rows, "]);
    let text = fs::read_to_string(&file).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<_> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!((header[0].as_str(), header.len()), ("amazon-order-id", 31));
    let dates: Vec<_> = rows.records().map(|row| row.unwrap()[2].to_owned()).collect();
    assert!(dates.len() > 100 && text.contains("ほうじ茶"), "{} rows", dates.len());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "it has addresses");
    }

    report(&["get", ORDERS, "--from", "5d", "-o", &file]).ended(2).said(&["exists already", "--overwrite"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    report(&["get", ORDERS, "--from", "5d", "-o", &file, "--overwrite"]).ended(0);
    let shorter = fs::read_to_string(&file).unwrap();
    assert!(shorter.len() < text.len() && shorter.starts_with("amazon-order-id,"), "{shorter}");
}

#[test]
fn each_state_of_one_report_is_a_line_of_stderr() {
    let ran = report(&["get", ORDERS, "--from", "5d", "--columns", "sku,item_price,is-business-order"]).ended(0);
    let states: Vec<_> = ran.err.lines().filter_map(|line| line.strip_prefix("progress: ")).collect();
    assert!(states[0].starts_with("checked: ") && states[1].ends_with(" requested"), "{states:?}");
    assert!(states.contains(&"DONE"), "{states:?}");
    assert!(ran.out.starts_with("sku  ") && ran.out.lines().count() > 10, "{}", ran.out);
}

#[test]
fn json_has_numbers_dates_and_flags_and_every_column() {
    let all = lines(&report(&["get", ORDERS, "--from", "5d", "-f", "jsonl"]).ended(0).out);
    let one = all[0].as_object().unwrap();
    assert_eq!(one.len(), 31);
    assert!(one["quantity"].is_i64() && one["is-business-order"].is_boolean(), "{one:?}");
    assert!(one["purchase-date"].as_str().unwrap().contains('T') && one["amazon-order-id"].is_string());
    let columns = ["get", ORDERS, "--from", "5d", "-f", "json", "--columns", "quantity,sku"];
    let array: Vec<Value> = serde_json::from_str(&report(&columns).ended(0).out).unwrap();
    assert_eq!(array.len(), all.len());
    assert_eq!(array[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["quantity", "sku"]);
}

#[test]
fn a_raw_document_keeps_its_charset_unless_utf_8_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let [raw, text] = ["raw.txt", "utf8.txt"].map(|file| in_folder(folder.path(), file));
    report(&["get", ORDERS, "--from", "5d", "-o", &raw]).ended(0);
    report(&["get", ORDERS, "--from", "5d", "-o", &text, "--to-utf8"]).ended(0);
    assert!(String::from_utf8(fs::read(&raw).unwrap()).is_err(), "it is Shift_JIS");
    let text = fs::read_to_string(&text).unwrap();
    assert!(text.starts_with("amazon-order-id\t"), "{text}");
    report(&["get", ORDERS, "--from", "60d", "-f", "raw"]).ended(2).said(&["2 reports", "raw writes one document"]);
    report(&["get", ORDERS, "--from", "5d", "--to-utf8"]).ended(2).said(&["--to-utf8 is for --format raw"]);
    let json = report(&["get", "GET_SALES_AND_TRAFFIC_REPORT", "--from", "10d", "-f", "raw"]).ended(0).out;
    assert!(serde_json::from_str::<Value>(&json).unwrap().get("reportSpecification").is_some());
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_the_same_rows_with_kinds() {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Decimal128Type, Int64Type};
    use arrow_schema::DataType;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let folder = tempfile::tempdir().unwrap();
    let shop = in_folder(folder.path(), "shop");
    let [file, lines_file] = ["a.parquet", "a.jsonl"].map(|file| in_folder(folder.path(), file));
    let command = |file: &str| {
        report(&["get", ORDERS, "--from", "60d", "--keep", &shop, "-o", file]).ended(0);
    };
    command(&file);
    command(&lines_file);
    let expected = lines(&fs::read_to_string(&lines_file).unwrap());

    let builder = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&file).unwrap()).unwrap();
    let schema = std::sync::Arc::clone(builder.schema());
    let kind = |name: &str| schema.field_with_name(name).unwrap().data_type().clone();
    assert_eq!(schema.fields().len(), 31);
    assert_eq!(kind("amazon-order-id"), DataType::Utf8);
    assert_eq!(kind("is-business-order"), DataType::Boolean);
    assert!(matches!(kind("purchase-date"), DataType::Timestamp(_, Some(_))), "{schema:?}");
    let mut rows = Vec::new();
    for batch in builder.build().unwrap() {
        let batch = batch.unwrap();
        let [ids, quantities, prices] =
            ["amazon-order-id", "quantity", "item-price"].map(|name| batch.column_by_name(name).unwrap());
        for row in 0..batch.num_rows() {
            rows.push((
                ids.as_string::<i32>().value(row).to_owned(),
                quantities.as_primitive::<Int64Type>().value(row),
                prices.is_valid(row).then(|| prices.as_primitive::<Decimal128Type>().value(row) / 10_i128.pow(10)),
            ));
        }
    }
    let expected: Vec<_> = expected
        .iter()
        .map(|row| {
            let price = row["item-price"].as_i64().map(i128::from);
            (row["amazon-order-id"].as_str().unwrap().to_owned(), row["quantity"].as_i64().unwrap(), price)
        })
        .collect();
    assert!(rows.len() > 100);
    assert!(rows == expected, "{:?} and {:?}", rows.first(), expected.first());
}

#[test]
fn rows_of_a_json_report_have_columns_too() {
    let sales = ["get", "GET_SALES_AND_TRAFFIC_REPORT", "--from", "10d"];
    let days =
        report(&[&sales[..], &["-f", "csv", "--columns", "date,salesByDate.unitsOrdered"]].concat()).ended(0).out;
    assert!(days.starts_with("date,salesByDate.unitsOrdered\n") && days.lines().count() >= 11, "{days}");
    let products =
        lines(&report(&[&sales[..], &["-f", "jsonl", "--rows", "salesandtrafficbyasin"]].concat()).ended(0).out);
    assert!(products.len() > 1 && products[0]["parentAsin"].is_string(), "{:?}", products[0]);
    assert!(products.iter().any(|row| row["salesByAsin.unitsOrdered"].is_i64()), "{:?}", products[0]);
}

#[test]
fn reports_that_amazon_makes_unasked_are_read() {
    let rows = lines(&report(&["get", SETTLEMENTS, "--existing", "-f", "jsonl"]).ended(0).out);
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|row| row["settlement-id"].to_string()).collect();
    assert!(ids.len() > 1, "all of them: {ids:?}");
    report(&["get", SETTLEMENTS]).ended(2).said(&["makes it unasked", "`spapi report get", "--existing`"]);
}

#[test]
fn a_span_without_data_is_told_and_leaves_no_row() {
    let old = ["get", ORDERS, "--from", "2015-01-01", "--to", "2015-01-02"];
    let ran = report(&old).ended(0).said(&["there was no data for it", "there are no rows"]);
    assert_eq!(ran.out, "");
    assert_eq!(report(&[&old[..], &["-f", "json"]].concat()).ended(0).out, "[]\n");
    report(&[&old[..], &["-f", "raw"]].concat()).ended(1).said(&["there is no document"]);
}

#[test]
fn a_wrong_request_is_refused_with_the_next_step_before_a_file_appears() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "a.csv");
    for (arguments, parts) in [
        (&["GET_MERCHANT_LISTINGS_ALL_DATE"][..], &["is not known; did you mean GET_MERCHANT_LISTINGS_ALL_DATA"][..]),
        (&["GET_EPR_MONTHLY_REPORTS", "--from", "30d"], &["does not exist for JP"]),
        (&[ORDERS, "--from", "2026-11-10", "--to", "2026-11-01"], &["is not before the end"]),
        (&[ORDERS, "--from", "2026-11-10T10:00"], &["no time zone", "2026-11-10T10:00Z"]),
        (&[ORDERS, "--from", "yesterday"], &["is not a date or time"]),
        (&[ORDERS, "--to", "1d"], &["--from"]),
        (&[ORDERS, "--from", "5d", "--option", "a=b"], &["has no option \"a\"", "--force"]),
        (&[ORDERS, "--from", "5d", "--option", "a"], &["NAME=VALUE"]),
        (&["GET_EASYSHIP_DOCUMENTS", "--from", "5d"], &["their rows are not known", "--format raw"]),
        (&[ORDERS, "--from", "5d", "--rows", "Sock"], &["no rows called \"Sock\"", "AllOrderRow"]),
    ] {
        report(&[&["get"], arguments, &["-o", &file]].concat()).ended(2).said(parts);
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "{arguments:?}");
    }
    let unknown = ["get", ORDERS, "--from", "5d", "--columns", "skuu", "-o", &file];
    report(&unknown).ended(1).said(&["has no column", "did you mean sku?", "amazon-order-id"]);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    for ending in ["doc", "xlsx", "xls", "ods", "pdf", "zip"] {
        let file = in_folder(folder.path(), &format!("a.{ending}"));
        let ending = format!("a.{ending} is not that of a format");
        let ran = report(&["get", ORDERS, "--from", "5d", "-o", &file]).ended(2);
        ran.said(&[&ending, ".csv", ".jsonl", ".txt", "--format csv", "--format raw"]);
    }
    report(&["get", ORDERS, "--from", "5d", "-o", &in_folder(folder.path(), "a")]).ended(2).said(&["has no ending"]);
    for name in [folder.path().to_str().unwrap().to_owned(), in_folder(folder.path(), "new.csv/")] {
        for format in [&[][..], &["-f", "csv"], &["-f", "raw", "--overwrite"]] {
            let ran = report(&[&["get", ORDERS, "--from", "5d", "-o", &name], format].concat()).ended(2);
            ran.said(&[&format!("{name} is a folder"), "rows.csv"]);
        }
    }
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    report(&["get", ORDERS, "--from", "5d", "-o", &in_folder(folder.path(), "no/a.csv")]).ended(2).said(&[
        "no/a.csv cannot be written",
        "no file can be created in the folder",
        "No such file",
    ]);
    run(&["report", "get", ORDERS, "-m", "JP,US", "-e", "embedded"]).ended(2).said(&["JP is in fe, US is in na"]);
}

/// With a limit on the size of files, which fails a write in the middle as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "a.csv");
    fs::write(&file, "old").unwrap();
    let program = spapi(&[]).get_program().to_owned();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(program);
    command.args(["report", "get", ORDERS, "--from", "60d", "--overwrite", "-o", &file]).args(EMBEDDED);
    let ran = Ran::of(command.env("SPAPI_QUOTA_FOLDER", folder.path()).output().unwrap());
    ran.ended(1).said(&["a.csv", "File too large", "next: make room"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert!(
        fs::read_dir(folder.path()).unwrap().all(|entry| !entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with(".spapi-"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let full = fs::File::create("/dev/full").unwrap();
    let mut command = spapi(&["report", "get", ORDERS, "--from", "5d", "-f", "csv", "-m", "JP", "-e", "embedded"]);
    let ran =
        Ran::of(command.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap());
    ran.ended(1).said(&["No space left", "next: make room"]);
}

#[test]
fn what_was_requested_is_found_again_by_a_later_run() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, journal] = ["shop", "journal"].map(|name| in_folder(folder.path(), name));
    let memory = ["--keep", &shop, "--journal", &journal];
    let requested = report(&[&["request", ORDERS, "--from", "60d"], &memory[..]].concat()).ended(0);
    let ids: Vec<_> = requested.out.lines().map(str::to_owned).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    requested.said(&["read it later: spapi report get", "--from 2"]);

    let rows = report(&[&["get", ORDERS, "--resume", "-f", "jsonl"], &memory[..]].concat()).ended(0);
    assert!(rows.out.lines().count() > 100);
    let listed = report(&["list", ORDERS, "-f", "json", "--keep", &shop]).ended(0).out;
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
    let mut found: Vec<_> = listed.iter().map(|report| report["reportId"].as_str().unwrap().to_owned()).collect();
    found.sort();
    assert_eq!(found, ids, "none was requested twice");
    assert!(listed.iter().all(|report| report["processingStatus"] == "DONE"));

    report(&[&["get", ORDERS, "--resume", "--from", "1d", "-f", "jsonl"], &memory[..]].concat())
        .ended(0)
        .said(&["nothing is to be resumed"]);
    let none = report(&["list", ORDERS, "--status", "fatal", "--keep", &shop]).ended(0).said(&["no such reports"]);
    assert_eq!(none.out.lines().count(), 1);
    report(&["list", "GET_MERCHANT_LISTING_ALL_DATA"]).ended(2).said(&["is not known; did you mean", "--force"]);
    report(&["schedule", "list", "GET_MERCHANT_LISTING_ALL_DATA"]).ended(2).said(&["is not known; did you mean"]);
    report(&["list", ORDERS, "--status", "dun"]).ended(2).said(&["not a known value", "--force"]);
}

#[test]
fn a_report_is_read_by_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, journal] = ["shop", "journal"].map(|name| in_folder(folder.path(), name));
    let memory = ["--keep", &shop, "--journal", &journal];
    let id = report(&[&["request", ORDERS, "--from", "5d"], &memory[..]].concat()).ended(0).out;
    let get = |more: &[&str]| report(&[&["get", "--report", id.trim()], more, &memory].concat());
    let ran = get(&["-f", "jsonl"]).ended(0).said(&["found", "DONE"]);
    assert!(ran.out.lines().count() > 10 && lines(&ran.out)[0]["quantity"].is_i64(), "{}", ran.out);
    report(&[&["get", ORDERS, "--resume", "--from", "1d", "-f", "jsonl"], &memory[..]].concat())
        .ended(0)
        .said(&["nothing is to be resumed"]);
    for more in [&[ORDERS][..], &["--from", "5d"], &["--existing"], &["--resume"], &["--option", "a=b"]] {
        get(more).ended(2).said(&["cannot be used with"]);
    }
    report(&["get", "--report", "12"]).ended(1).said(&["404"]);
    report(&["get"]).ended(2).said(&["TYPE"]);

    let utf8 = get(&["-f", "csv", "--columns", "product-name"]).ended(0).out;
    let wrong = get(&["-f", "csv", "--columns", "product-name", "--charset", "windows-1252"]).ended(0).out;
    assert!(utf8.contains("ほうじ茶") && !wrong.contains("ほうじ茶"), "{wrong}");
    get(&["--charset", "klingon"]).ended(2).said(&["--charset", "Shift_JIS"]);
    get(&["-f", "raw", "--charset", "UTF-8"]).ended(2).said(&["--charset changes nothing", "--to-utf8"]);
}

#[test]
fn the_list_and_schedules_take_the_times_of_other_commands() {
    for (time, code, part) in [
        ("2026-11-01", 0, ""),
        ("2026-11-01T09:30:00+09:00", 0, ""),
        ("30d", 0, ""),
        ("yesterday", 2, "an ISO 8601 date"),
        ("2026-11-01T09:30", 0, ""),
    ] {
        report(&["list", ORDERS, "--created-after", time]).ended(code).said(&[part]);
    }
    let first = ["schedule", "create", "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING", "--every", "P1D", "--first"];
    report(&[&first[..], &["soon"]].concat()).ended(2).said(&["an ISO 8601 date"]);
}

#[cfg(unix)]
#[test]
fn a_signal_while_a_report_is_awaited_leaves_no_file_and_names_the_next_step() {
    for (signal, code, said) in [("-INT", 130, "interrupted by Ctrl-C"), ("-TERM", 143, "the signal to terminate")] {
        let folder = tempfile::tempdir().unwrap();
        let [file, journal] = ["a.csv", "journal"].map(|name| in_folder(folder.path(), name));
        let answers =
            vec![reply("200 OK", r#"{"reports":[]}"#), reply("202 Accepted", r#"{"reportId":"r1"}"#), Answer::Silence];
        let server = Server::start(answers);
        let words = ["get", ORDERS, "--from", "5d", "-m", "JP", "-e", &server.url, "-o", &file, "--journal", &journal];
        let ran = stopped(&[&["report"], &words[..]].concat(), "r1 requested", signal);
        ran.ended(code).said(&[said, "add --resume"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the journal is left");
    }
}

/// Nobody can make a file there, whatever the user may do.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_named_before_anything_is_requested() {
    let ran = report(&["get", ORDERS, "--from", "5d", "-o", "/proc/a.csv"]).ended(2);
    assert!(!ran.err.contains("requested"), "{}", ran.err);
    assert!(!ran.err.contains(".spapi-"), "{}", ran.err);
    ran.said(&["/proc/a.csv cannot be written", "in the folder /proc: No such file", "-o another path"]);
}

#[test]
fn the_same_command_reads_what_it_requested_although_now_has_moved() {
    let folder = tempfile::tempdir().unwrap();
    let [shop, journal] = ["shop", "journal"].map(|name| in_folder(folder.path(), name));
    let memory = ["--keep", &shop, "--journal", &journal];
    let words = format!(" --journal {journal} -e embedded --keep {shop} -o FILE");
    let ids = report(&[&["request", ORDERS, "--from", "40d"], &memory[..]].concat()).ended(0).said(&[&words]).out;
    assert_eq!(ids.lines().count(), 2);
    std::thread::sleep(std::time::Duration::from_secs(2));
    report(&[&["get", ORDERS, "--from", "40d", "-f", "jsonl"], &memory[..]].concat())
        .ended(0)
        .said(&["an earlier run requested this range", "it is read now"]);
    let listed = report(&[&["list", ORDERS, "-f", "json"], &memory[..2]].concat()).ended(0).out;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&listed).unwrap().len(), 2, "none was requested twice");
    report(&[&["get", ORDERS, "--resume", "-f", "jsonl"], &memory[..]].concat())
        .ended(2)
        .said(&["was requested and not read", "leave out --resume, and give --from"]);
    let no_range = report(&[&["get", ORDERS, "-f", "jsonl"], &memory[..]].concat()).ended(0);
    assert!(no_range.err.contains("without --from, Amazon chooses the range"), "{}", no_range.err);
}

#[test]
fn a_type_that_must_rest_for_longer_than_the_longest_wait_ends_the_command() {
    const RETURNS: &str = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA";
    let folder = tempfile::tempdir().unwrap();
    let shop = in_folder(folder.path(), "shop");
    report(&["request", RETURNS, "--from", "60d", "--keep", &shop]).ended(0);
    report(&["request", RETURNS, "--from", "30d", "--longest-wait", "1s", "--keep", &shop])
        .ended(4)
        .said(&["only once in a while", "--longest-wait"]);
}

#[test]
fn what_another_seller_requested_is_not_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = in_folder(folder.path(), "journal");
    report(&["request", ORDERS, "--from", "5d", "--journal", &journal]).ended(0);
    let mut entries = 0;
    for file in fs::read_dir(&journal).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "json") {
            let mut entry: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            entry["seller"] = "ANOTHER".into();
            fs::write(&file, entry.to_string()).unwrap();
            entries += 1;
        }
    }
    assert_eq!(entries, 1);
    let other = ["get", ORDERS, "--resume", "--from", "1d", "-f", "jsonl", "--journal", &journal];
    report(&other).ended(0).said(&["nothing is to be resumed"]);
}

#[test]
fn a_schedule_is_created_listed_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let keep = ["--keep", folder.path().to_str().unwrap()];
    let schedule = |arguments: &[&str]| report(&[&["schedule"], arguments, &keep].concat());
    let id = schedule(&["create", "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING", "--every", "p1d"]).ended(0).out;
    let listed = schedule(&["list"]).ended(0).out;
    assert!(listed.contains(id.trim()) && listed.contains("P1D") && listed.contains(" JP"), "{listed}");
    schedule(&["cancel", id.trim()]).ended(0);
    schedule(&["list"]).ended(0).said(&["no such schedules"]);
    schedule(&["cancel", id.trim()]).ended(1).said(&["404"]);
    schedule(&["create", ORDERS, "--every", "P1X"]).ended(2).said(&["not a known period", "PT5M"]);
    schedule(&["create", SETTLEMENTS, "--every", "P1D"]).ended(2).said(&["cannot be scheduled"]);
}

#[test]
fn types_are_listed_and_one_is_shown_with_all_that_is_known() {
    assert_expected("report_types_settlement.txt", &run(&["report", "types", "settlement"]).ended(0).out);
    assert_expected("report_types_one.txt", &run(&["report", "types", "get_sales_and_traffic_report"]).ended(0).out);
    let all: Vec<Value> = serde_json::from_str(&run(&["report", "types", "-f", "json"]).ended(0).out).unwrap();
    assert_eq!(all.len(), spapi_metadata::ReportType::all().len());
    run(&["report", "types", "GET_MERCHANT_LISTINGS_ALL_DATE"])
        .ended(2)
        .said(&["did you mean GET_MERCHANT_LISTINGS_ALL"]);
}

#[test]
fn types_are_found_by_all_words_in_any_spelling() {
    let found = |filter: &str| {
        let all: Vec<Value> =
            serde_json::from_str(&run(&["report", "types", filter, "-f", "json"]).ended(0).out).unwrap();
        all.iter().map(|kind| kind["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for filter in ["end user", "end_user", "End-User", "  USER   end ", "customers user-data"] {
        assert_eq!(found(filter), ["END_USER_DATA_REPORT"], "{filter}");
    }
    let settlements = found("settlement");
    assert!(settlements.contains(&SETTLEMENTS.to_owned()) && found("settlement xml").len() < settlements.len());
    assert_eq!(found(" _ ").len(), spapi_metadata::ReportType::all().len());
    let nearest = |filter: &str, parts: &[&str]| run(&["report", "types", filter]).ended(2).said(parts);
    nearest("get merchant listing all date", &["has all words of", "did you mean GET_MERCHANT_LISTINGS_ALL_DATA"]);
    nearest("setlement", &["has \"setlement\"", "did you mean", "SETTLEMENT", "`spapi report types` lists all"]);
    let none = nearest("zzzzqqq", &["has \"zzzzqqq\""]);
    assert!(!none.err.contains("did you mean"), "{}", none.err);
}

#[test]
fn facts_that_are_not_certain_have_the_words_of_the_output() {
    let kind = |field| spapi_metadata::ReportType::all().iter().find(|kind| kind.unsure.contains(&field)).unwrap().name;
    let shown = |name: &str, format: &str| run(&["report", "types", name, "-f", format]).ended(0);
    shown(kind("longest_days"), "table").said(&["note: not certain: ", "longest range"]);
    let json: Value = serde_json::from_str(&shown(kind("longest_days"), "json").out).unwrap();
    assert!(json["unsure"].as_array().unwrap().contains(&"longestDays".into()), "{json}");
    for kind in spapi_metadata::ReportType::all().iter().filter(|kind| !kind.unsure.is_empty()) {
        let note = shown(kind.name, "table").err;
        assert!(!note.contains('_'), "{note}");
    }
}
