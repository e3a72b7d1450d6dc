//! The first run: the sandbox inside the program, with nothing configured.

use crate::support::{CREDENTIALS, run, spapi};
use serde_json::Value;

const LIST: [&str; 6] = ["orders", "list", "--marketplace", "JP", "--endpoint", "embedded"];

fn list(more: &[&str]) -> crate::support::Ran {
    run(&[&LIST, more].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn orders_come_as_a_table() {
    let ran = list(&[]).ended(0).said(&["embedded sandbox"]);
    let mut rows = ran.out.lines();
    assert_eq!(
        rows.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["ORDER", "ID", "CREATED", "MARKET", "STATUS", "ITEMS", "TOTAL", "CURRENCY"]
    );
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split_whitespace().collect()).collect();
    assert!(rows.len() > 20, "{}", ran.out);
    for row in &rows {
        let [id, created, market, status, items, total, currency] = row.as_slice() else { panic!("{row:?}") };
        assert!(id.len() == 19 && id.chars().all(|c| c.is_ascii_digit() || c == '-'), "{row:?}");
        assert!(created.ends_with('Z') && *market == "JP", "{row:?}");
        assert!(status.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{row:?}");
        assert!(items.parse::<u32>().unwrap() > 0, "{row:?}");
        assert!(
            *currency == "JPY" && total.parse::<u32>().unwrap() > 0 || (*total, *currency) == ("-", "-"),
            "{row:?}"
        );
    }
    assert!(rows.iter().any(|row| row[6] == "JPY"));
}

#[test]
fn orders_come_as_json_and_as_lines() {
    let count = list(&[]).ended(0).out.lines().count() - 1;
    let array: Vec<Value> = serde_json::from_str(&list(&["--format", "json"]).ended(0).out).unwrap();
    let lines = lines(&list(&["--format", "jsonl"]).ended(0).out);
    assert_eq!((array.len(), lines.len()), (count, count));
    for order in &lines {
        assert_eq!(order["salesChannel"]["marketplaceId"], "A1VC38T7YXB528");
    }
    let titles: Vec<_> = lines.iter().filter_map(|order| order["orderItems"][0]["product"]["title"].as_str()).collect();
    assert!(titles.iter().any(|title| !title.is_ascii()), "Japanese as it is written: {titles:?}");
}

#[test]
fn a_limit_ends_the_list() {
    // The shop's times depend on its start, but its ids do not.
    let ids = |text: &str| lines(text).iter().map(|order| order["orderId"].clone()).collect::<Vec<_>>();
    let all = list(&["--format", "jsonl", "--created-after", "60d"]).ended(0);
    let few = list(&["--format", "jsonl", "--created-after", "60d", "--limit", "5"]).ended(0);
    assert_eq!(ids(&few.out), ids(&all.out)[..5]);
    list(&["--limit", "0"]).ended(2);
}

#[test]
fn filters_reach_the_server() {
    let shipped = list(&["--format", "jsonl", "--status", "shipped,partially-shipped", "--status", "UNSHIPPED"]);
    let statuses: std::collections::BTreeSet<String> = lines(&shipped.ended(0).out)
        .iter()
        .map(|order| order["fulfillment"]["fulfillmentStatus"].as_str().unwrap().to_owned())
        .collect();
    assert!(statuses.contains("SHIPPED") && !statuses.contains("CANCELLED"), "{statuses:?}");

    let week = lines(&list(&["--format", "jsonl", "--created-after", "7d"]).ended(0).out).len();
    let older = list(&["--format", "jsonl", "--created-after", "30d", "--created-before", "7d"]).ended(0);
    let month = lines(&list(&["--format", "jsonl"]).ended(0).out).len();
    assert!(0 < week && week < month);
    // An order at the limit of the period may move between two runs.
    assert!((week + lines(&older.out).len()).abs_diff(month) <= 1);

    let more = list(&["--format", "jsonl", "--include", "payment", "-n", "1"]).ended(0);
    assert!(more.out.contains("fulfillmentStatus"), "{}", more.out);
}

#[test]
fn several_marketplaces_of_one_region() {
    let both = run(&["orders", "list", "--marketplace", "JP,AU", "--marketplace", "A19VAU5U5O7RUS", "-e", "embedded"]);
    both.ended(1).said(&["the sandbox's shop does not sell in", "A39IBJ37TRP1C6", "request id"]);
    run(&["orders", "list", "--marketplace", "JP,US", "-e", "embedded"])
        .ended(2)
        .said(&["JP is in fe, US is in na", "each region's marketplaces by themselves"]);
}

#[test]
fn an_empty_list_is_not_an_error() {
    let none =
        list(&["--format", "json", "--updated-after", "4m", "--updated-before", "3m", "--status", "unfulfillable"]);
    assert_eq!(none.ended(0).said(&["there are no such orders"]).out, "[]\n");
}

#[test]
fn real_credentials_stay_out_of_the_embedded_sandbox() {
    let mut command = spapi(&[&LIST[..], &["-n", "1", "-v"]].concat());
    for (name, value) in CREDENTIALS {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "the sandbox would have refused made-up credentials");
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("operation=searchOrders") && log.contains("status=200"), "{log}");
}

#[test]
fn any_operation_can_be_called_by_name() {
    let orders = ["call", "orders@v0", "getOrders", "MarketplaceIds=JP", "-e", "embedded"];
    let answer = run(&[&orders[..], &["CreatedAfter=2000-01-01", "MaxResultsPerPage=2"]].concat())
        .ended(0)
        .said(&["embedded sandbox", "more pages: --all-pages"]);
    let answer: Value = serde_json::from_str(&answer.out).unwrap();
    let ids: Vec<&str> = answer["payload"]["Orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["AmazonOrderId"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);

    let id = format!("orderId={}", ids[0]);
    let order: Value =
        serde_json::from_str(&run(&["call", "orders", "GETORDER", &id, "-e", "embedded"]).ended(0).out).unwrap();
    assert_eq!(order["order"]["orderId"], ids[0]);
    let items = run(&["call", "orders", "getOrderItems", &id, "-e", "embedded", "-f", "table"]).ended(0).out;
    assert!(items.starts_with("ASIN") && items.contains("ItemPrice.Amount"), "{items}");
}

#[test]
fn all_pages_are_followed_in_each_format() {
    let call = |more: &[&str]| {
        let call = ["call", "orders", "searchOrders", "marketplaceIds=JP", "createdAfter=2000-01-01", "--all-pages"];
        run(&[&call[..], &["maxResultsPerPage=40", "-e", "embedded"], more].concat()).ended(0)
    };
    let lines = lines(&call(&["--format", "jsonl"]).out);
    assert!(lines.len() > 80 && lines.iter().all(|order| order["orderId"].is_string()), "{}", lines.len());
    let pages: Vec<Value> = serde_json::from_str(&call(&["--format", "json"]).out).unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page["orders"].as_array().unwrap().len()).collect();
    assert!(sizes[0] == 40 && sizes.len() > 2 && sizes.iter().sum::<usize>() == lines.len(), "{sizes:?}");
    assert_eq!(call(&["--format", "table"]).out.lines().count(), 1 + lines.len());
}

#[test]
fn an_operation_that_the_sandbox_does_not_serve_has_a_next_step() {
    run(&["call", "supply-sources", "getSupplySources", "-e", "embedded"]).ended(1).said(&[
        "501",
        "does not serve supply-sources@2020-07-01 getSupplySources",
        "request id",
        "next: ",
        "--endpoint sandbox",
    ]);
    run(&["call", "orders", "getOrder", "orderId=nothing", "-e", "embedded"]).ended(1).said(&["404", "NotFound"]);
}

#[test]
fn a_quota_that_is_used_up_for_too_long_ends_the_program() {
    let spent = run(&[
        "call",
        "orders",
        "searchOrders",
        "createdAfter=2000-01-01",
        "maxResultsPerPage=1",
        "--all-pages",
        "--format",
        "jsonl",
        "--longest-wait",
        "1s",
        "-e",
        "embedded",
    ]);
    let spent = spent.ended(4).said(&["quota", "next: ", "--longest-wait 1"]);
    assert_eq!(spent.out.lines().count(), 20, "all that the burst allows is written");
}

#[test]
fn a_shop_is_kept_between_runs_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let body = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/data/report.json");
    let keep = ["-m", "JP", "-e", "embedded", "--keep", folder.path().to_str().unwrap()];
    let made = run(&[&["call", "reports", "createReport", "--body", body], &keep[..]].concat()).ended(0).out;
    let made: Value = serde_json::from_str(&made).unwrap();
    let id = format!("reportId={}", made["reportId"].as_str().unwrap());
    let found = run(&[&["call", "reports", "getReport", &id], &keep[..]].concat()).ended(0).out;
    assert_eq!(serde_json::from_str::<Value>(&found).unwrap()["reportId"], made["reportId"]);
    run(&["call", "reports", "getReport", &id, "-m", "JP", "-e", "embedded"])
        .ended(1)
        .said(&["new in each run", "404"]);
    run(&["orders", "list", "-m", "JP", "--keep", "x"]).ended(2).said(&["--keep is for --endpoint embedded"]);
}

#[test]
fn each_region_has_its_own_shop() {
    for (marketplace, currency) in [("US", "USD"), ("DE", "EUR"), ("JP", "JPY")] {
        let shown = run(&["orders", "list", "-m", marketplace, "-e", "embedded"]).ended(0).out;
        assert!(shown.contains(currency), "{shown}");
    }
}
