//! Help, marketplaces and operations: the output of commands that call nothing.

use crate::support::{Ran, assert_expected, run, run_with_input, spapi};
use serde_json::Value;
use spapi_metadata::Published;
use std::io::Read;
use std::process::Stdio;

#[test]
fn help_is_as_reviewed() {
    for (arguments, file) in [
        (&["--help"][..], "help.txt"),
        (&["orders", "list", "--help"], "help_orders_list.txt"),
        (&["call", "--help"], "help_call.txt"),
        (&["report", "get", "--help"], "help_report_get.txt"),
        (&["events", "listen", "--help"], "help_events_listen.txt"),
        (&["events", "setup", "--help"], "help_events_setup.txt"),
        (&["feed", "submit", "--help"], "help_feed_submit.txt"),
        (&["feed", "result", "--help"], "help_feed_result.txt"),
        (&["kiosk", "query", "--help"], "help_kiosk_query.txt"),
        (&["listing", "bulk", "--help"], "help_listing_bulk.txt"),
        (&["listing", "price", "--help"], "help_listing_price.txt"),
        (&["listing", "validate", "--help"], "help_listing_validate.txt"),
        (&["mws", "explain", "--help"], "help_mws_explain.txt"),
        (&["mws", "map", "--help"], "help_mws_map.txt"),
        (&["mws", "read", "--help"], "help_mws_read.txt"),
        (&["sandbox", "serve", "--help"], "help_sandbox_serve.txt"),
        (&["self", "check", "--help"], "help_self_check.txt"),
        (&["sync", "init", "--help"], "help_sync_init.txt"),
        (&["sync", "reset", "--help"], "help_sync_reset.txt"),
        (&["sync", "run", "--help"], "help_sync_run.txt"),
        (&["mcp", "--help"], "help_mcp.txt"),
    ] {
        // Windows shows the program's name with .exe.
        assert_expected(file, &run(arguments).ended(0).out.replace("spapi.exe", "spapi"));
    }
}

#[test]
fn help_holds_no_value_of_the_environment() {
    let output = spapi(&["call", "--help"])
        .env("SPAPI_ENDPOINT", "https://proxy.example/of-the-environment")
        .env("SPAPI_CLIENT_SECRET", "of-the-environment")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("SPAPI_ENDPOINT") && !help.contains("of-the-environment"), "{help}");
}

#[test]
fn marketplaces_in_each_format() {
    assert_expected("marketplaces.txt", &run(&["marketplaces"]).ended(0).out);
    let json: Vec<Value> = serde_json::from_str(&run(&["marketplaces", "--format", "json"]).ended(0).out).unwrap();
    assert_eq!(json.len(), 23);
    let lines = run(&["marketplaces", "--format", "jsonl"]).ended(0).out;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, json);
    let japan = lines.iter().find(|marketplace| marketplace["countryCode"] == "JP").unwrap();
    assert_eq!((&japan["id"], &japan["region"]), (&"A1VC38T7YXB528".into(), &"fe".into()));
}

#[test]
fn operations_of_all_sections_of_one_and_one_alone() {
    assert_eq!(run(&["operations"]).ended(0).out.lines().count(), 1 + spapi_metadata::operations().count());
    assert_expected("operations_sales.txt", &run(&["operations", "sales"]).ended(0).out);
    assert_expected(
        "operations_uploads_one.txt",
        &run(&["operations", "uploads", "createUploadDestinationForResource"]).ended(0).out,
    );

    let v0 = run(&["operations", "orders@v0", "--format", "json"]).ended(0).out;
    let v0: Vec<Value> = serde_json::from_str(&v0).unwrap();
    assert_eq!(v0[0]["retirement"]["on"], "2027-03-27");
    assert!(v0.len() == 10 && v0.iter().all(|operation| operation["version"] == "v0"), "{v0:?}");
    let one = run(&["operations", "orders@2026-01-01", "searchorders", "--format", "json"]).ended(0).out;
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!((&one["pageToken"], &one["parameters"][0]["name"]), (&"paginationToken".into(), &"createdAfter".into()));
}

/// Runs the program as on a screen of 80 columns.
#[test]
fn the_fields_of_a_body_are_shown_and_an_example_is_accepted_by_call() {
    let operation = ["operations", "reports", "createReport"];
    let shown = run(&operation).ended(0).out;
    for (field, kind, required) in [
        ("reportType", "text", "yes"),
        ("marketplaceIds", "text list", "yes"),
        ("reportOptions", "text map", "-"),
        ("dataStartTime", "date", "-"),
    ] {
        let line = shown.lines().find(|line| line.starts_with(field)).unwrap_or_else(|| panic!("{field}: {shown}"));
        assert!(line.contains(&format!("{kind} ")) && line.contains(required), "{line}");
    }
    let json: Value = serde_json::from_str(&run(&[&operation[..], &["-f", "json"]].concat()).ended(0).out).unwrap();
    assert_eq!(json["body"]["required"], true);
    let fields = json["body"]["fields"].as_array().unwrap();
    let field = fields.iter().find(|field| field["path"] == "marketplaceIds").unwrap();
    assert_eq!((&field["type"], &field["required"]), (&"text list".into(), &true.into()));
    let enumerated = run(&["operations", "reports", "createReportSchedule", "-f", "json"]).ended(0).out;
    assert!(enumerated.contains("\"PT84H\""), "{enumerated}");

    let required = run(&[&operation[..], &["--example-body"]].concat()).ended(0).out;
    assert!(required.contains("\"reportType\"") && !required.contains("dataStartTime"), "{required}");
    let all = run(&[&operation[..], &["--example-body=all"]].concat()).ended(0).out;
    assert!(all.contains("\"dataStartTime\""), "{all}");
    let call = ["call", "reports", "createReport", "--dry-run", "--body", "-"];
    for body in [&required, &all] {
        let checked = run_with_input(&call, body).ended(0);
        assert_eq!(checked.err, "");
    }
    run(&["operations", "reports", "getReport", "--example-body"]).ended(2).said(&["takes no body"]);
}

fn on_a_screen(arguments: &[&str]) -> String {
    Ran::of(spapi(arguments).env("COLUMNS", "80").output().unwrap()).ended(0).out
}

#[test]
fn operations_are_readable_on_a_screen_of_80_columns() {
    let sales = on_a_screen(&["operations", "sales"]);
    assert!(sales.lines().all(|line| line.len() <= 80), "{sales}");
    let words: String = sales.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["sales@v1 getOrderMetrics", "GET /sales/v1/orderMetrics", "0.5 a second, 15 at once", "for one ASIN or SKU"]
    {
        assert!(words.contains(part), "{part} is not in {sales}");
    }
    let one = on_a_screen(&["operations", "orders", "searchOrders"]);
    assert!(one.lines().all(|line| line.len() <= 80), "{one}");
    for shown in [one, run(&["operations", "orders", "searchOrders"]).ended(0).out] {
        for value in ["PENDING_AVAILABILITY", "UNFULFILLABLE", "FULFILLMENT_ORDERS"] {
            assert!(shown.contains(value) && !shown.contains('…'), "{value} is not in {shown}");
        }
    }
}

#[test]
fn operations_are_found_by_words() {
    let found = |words: &str| {
        let json = run(&["operations", "--search", words, "-f", "json"]).ended(0).out;
        let found: Vec<Value> = serde_json::from_str(&json).unwrap();
        found.iter().map(|found| found["operation"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("granularityTimeZone"), ["getOrderMetrics"]);
    assert!(found("inventory").contains(&"getInventorySummaries".to_owned()));
    assert_eq!(found("FBA/inventory/v1 items/inventory"), ["addInventory"]);
    assert!(found("getOrders").len() > 1, "other sections have such names too");
    assert_eq!(run(&["operations", "orders@v0", "-s", "getOrders"]).ended(0).out.lines().count(), 2);
    run(&["operations", "--search", "socks on the moon"]).ended(0).said(&["note: no operation has all of these words"]);
    run(&["operations", "orders", "getOrder", "--search", "x"]).ended(2).said(&["cannot be used"]);
}

#[test]
fn every_operation_is_described() {
    for Published { section, api, entry, .. } in spapi_metadata::operations() {
        // Starting the program for each operation would take long, so one of each section is enough.
        if api.module != section.apis[0].module || entry.operation.id != api.operations[0].operation.id {
            continue;
        }
        let id = &*entry.operation.id;
        let shown = run(&["operations", &format!("{}@{}", section.name, api.module), id]).ended(0).out;
        assert!(shown.contains(&*entry.operation.path), "{shown}");
        for parameter in entry.parameters {
            assert!(shown.contains(parameter.name), "{shown}");
        }
    }
}

#[test]
fn an_error_about_an_unknown_name_has_close_ones() {
    run(&["operations", "ordrs"]).ended(2).said(&["no section \"ordrs\"; did you mean orders?", "`spapi operations`"]);
    run(&["operations", "orders@v7"]).ended(2).said(&["no version \"v7\"", "v0, 2026-01-01"]);
    run(&["operations", "orders", "serchOrders"]).ended(2).said(&["did you mean searchOrders"]);
    run(&["market"]).ended(2).said(&["marketplaces"]);
}

#[test]
fn a_reader_that_closes_the_output_is_not_an_error() {
    for arguments in [
        &["operations"][..],
        &["operations", "--format", "jsonl"],
        &["completions", "bash"],
        &["orders", "list", "--marketplace", "JP", "--endpoint", "embedded", "--format", "jsonl"],
        &["orders", "list", "--marketplace", "JP", "--endpoint", "embedded", "--format", "json"],
        &["orders", "list", "--marketplace", "JP", "--endpoint", "embedded"],
    ] {
        let mut child = spapi(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It is closed before or soon after the program writes.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{arguments:?}: {said}");
    }
}
