//! `spapi points`.

use crate::support::{Ran, in_folder, run, run_with_input, spapi};
use serde_json::{Value, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

/// A shop, and a folder for files.
struct Shop {
    _runtime: tokio::runtime::Runtime,
    sandbox: Sandbox,
    folder: TempDir,
}

impl Shop {
    fn open() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::builder().limits(Limits::Off).start()).unwrap();
        Self { _runtime: runtime, sandbox, folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = spapi(&[arguments, &["-e", self.sandbox.url()]].concat());
        command.envs([
            ("SPAPI_CLIENT_ID", CLIENT_ID),
            ("SPAPI_CLIENT_SECRET", CLIENT_SECRET),
            ("SPAPI_REFRESH_TOKEN", REFRESH_TOKEN),
            ("SPAPI_SELLER_ID", "A1SELLER"),
        ]);
        Ran::of(command.output().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = in_folder(self.folder.path(), name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The points of SKUs, and which percentage they are.
    fn points(&self, skus: &[&str]) -> Vec<(Value, Value)> {
        let ran = self.run(&[&["points", "show", "-f", "jsonl"], skus].concat()).ended(0);
        let shown = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        shown
            .filter(|shown| shown["audience"] != "B2B")
            .map(|one| (one["points"].clone(), one["percent"].clone()))
            .collect()
    }
}

#[test]
fn a_dry_run_writes_the_exact_feed_and_sends_nothing() {
    let ran = run(&["points", "set", "靴下 1", "5%", "--dry-run"]).ended(0).said(&["nothing was sent"]);
    assert_eq!(ran.out, "sku\tpoints_percent\n靴下 1\t5\n");
    let table = "\u{feff}SKU;Points Percent;note\nA-1;5;x\n'=B;0;\nC;100.0;\n";
    let ran = run_with_input(&["points", "set", "--file", "-", "--dry-run"], table).ended(0).said(&["not read: note"]);
    assert_eq!(ran.out, "sku\tpoints_percent\nA-1\t5\n=B\t0\nC\t100\n");
}

#[test]
fn what_cannot_be_set_is_refused_before_anything_is_sent() {
    for (arguments, says) in [
        (&["points", "set", "A", "5", "-m", "DE"][..], "DE has no Amazon Points: only Japan has them"),
        (&["points", "show", "A", "-m", "US"], "US has no Amazon Points"),
        (&["points", "reconcile", "--from", "30d", "-m", "US"], "US has no Amazon Points"),
        (&["points", "set", "A", "5.5"], "the percentage 5.5 is no whole number from 0 to 100"),
        (&["points", "set", "A", "-1"], "the percentage -1 is no whole number"),
        (&["points", "set", "A", "101"], "the percentage 101 is no whole number"),
        (&["points", "set", "a\tb", "5"], "it has a tab"),
        (&["points", "set", "a\"b", "5"], "it has a quotation mark"),
        (&["points", "set", "A"], "PERCENT"),
        (&["points", "set"], "SKU"),
        (
            &["points", "reconcile", "--from", "2026-10-02", "--to", "2026-10-01", "-e", "embedded"],
            "--to is not after --from",
        ),
        (&["points", "reconcile", "--from", "30d", "-f", "raw"], "raw"),
        (
            &["points", "reconcile", "--from", "30d", "--settlement", "/no/such.txt", "-o", "/no/such.csv"],
            "no file or folder has the path /no/such.txt",
        ),
    ] {
        run(arguments).ended(2).said(&[says]);
    }
}

#[test]
fn each_row_of_a_table_that_is_wrong_is_named() {
    let table = "sku,points_percent\nA,5\nB,5.5\nA,6\n,5\n\"a\"\"b\",1\nC,\n";
    run_with_input(&["points", "set", "--file", "-"], table).ended(2).said(&[
        "line 3, column points_percent: the percentage 5.5 is no whole number from 0 to 100",
        "line 4, column sku: the SKU A comes twice; it is in line 2 already",
        "line 5, column sku: the SKU is empty",
        "line 6, column sku: the SKU a\"b: it has a quotation mark",
        "line 7, column points_percent: the percentage is empty",
        "5 rows of stdin are wrong; nothing was sent",
    ]);
    for (table, says) in [
        (
            "sku,standard_price_points_percent\nA,5\n",
            "instead: sku and points_percent of the feed POST_FLAT_FILE_OFFER_POINTS",
        ),
        ("sku\tsale-price-points-percent\nA\t5\n", "no column for sale prices"),
        ("sku,StandardPricePointsPercent,points_percent\nA,5,5\n", "by which Amazon no longer sets points"),
        ("sku,standard-price-points\nA,5\n", "no longer sets points"),
        ("sku,percent\nA,5\n", "has no column points_percent; it has sku, percent"),
        ("points_percent\n5\n", "has no column sku"),
        ("sku,points_percent\n", "has no row"),
        (
            "sku,points_percent\nA,5\n\"B,6\nC,7\n",
            "stdin: line 3 has a cell that a quotation mark opens, and none closes",
        ),
    ] {
        run_with_input(&["points", "set", "--file", "-"], table).ended(2).said(&[says]);
    }
}

#[test]
fn points_are_set_by_a_table_and_shown_and_refused_rows_are_named() {
    let shop = Shop::open();
    assert_eq!(shop.points(&["SENCHA-100"]), [(json!(10), json!("0.93"))]);
    let file = shop.write("points.csv", "sku,points_percent\nSENCHA-100,5\nNO-SUCH,3\nHASHI-23,0\n");
    let ran = shop.run(&["points", "set", "--file", &file, "-f", "json"]).ended(1);
    let refused: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&refused[0]["sku"], &refused[0]["place"]), (&json!("NO-SUCH"), &json!("line 3")), "{refused:?}");
    assert_eq!(refused.len(), 1);
    // The listings show them some seconds later, and the command waits for it.
    ran.said(&["3 processed, 2 accepted, 1 refused", "2 listings show the points"]);
    assert_eq!(shop.points(&["SENCHA-100", "HASHI-23"]), [(json!(54), json!("5")), (Value::Null, Value::Null)]);

    let ran = shop.run(&["points", "show", "--file", &file]).ended(1).said(&["no listing in JP of the SKU NO-SUCH"]);
    assert!(ran.out.contains("SENCHA-100") && ran.out.contains("1080 JPY"), "{}", ran.out);
    let ran =
        shop.run(&["points", "set", "SENCHA-100", "1", "--settle", "0s"]).ended(0).said(&["1 processed, 1 accepted"]);
    let show =
        format!("Amazon applies the points later; `spapi points show SENCHA-100 -e {}` shows them", shop.sandbox.url());
    ran.said(&[&show]);
    let ran = shop.run(&["points", "set", "SENCHA-100", "2", "--no-wait"]).ended(0);
    assert_eq!(ran.out.trim().parse::<u64>().map(|_| ran.out.lines().count()), Ok(1), "{}", ran.out);
}

#[test]
fn the_hints_of_a_shop_that_ends_with_the_command_name_nothing_that_is_gone() {
    let set = |arguments: &[&str]| run(&[&["points", "set", "-e", "embedded"], arguments].concat());
    set(&["SENCHA-100", "5"]).ended(0).said(&["1 processed, 1 accepted", "1 listing shows the points"]);
    set(&["SENCHA-100", "5", "--settle", "0s"]).ended(0).said(&["Amazon applies the points later; this shop ends"]);
    set(&["SENCHA-100", "5", "--no-wait"]).ended(0).said(&["this shop ends with the command; --keep FOLDER keeps it"]);
    let refused = set(&["NO-SUCH", "5"]).ended(1).said(&["1 processed, 0 accepted"]);
    assert!(!refused.err.contains("spapi feed result"), "{}", refused.err);
    // In a shop that is kept, the command of the hint works.
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().to_str().unwrap();
    let kept = set(&["NO-SUCH", "5", "--keep", keep]).ended(1);
    let (_, hint) = kept.err.split_once("`spapi ").unwrap();
    let words: Vec<_> = hint.split('`').next().unwrap().split(' ').collect();
    run(&words).ended(1).said(&["Amazon did not take all of feed"]);
}

#[test]
fn a_change_of_a_price_keeps_the_points_and_can_set_them_again() {
    let shop = Shop::open();
    let price = ["listing", "price", "SENCHA-100", "-m", "JP", "--restore-points", "--price"];
    shop.run(&[&price[..], &["1180"]].concat()).ended(0);
    shop.sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(shop.points(&["SENCHA-100"])[0].0, json!(10));
}

/// Reads the settlements of the shop into files, and compares them with Finances.
#[test]
fn settlements_and_finances_are_compared() {
    let shop = Shop::open();
    let reconcile = ["points", "reconcile", "--from", "60d", "--lag", "0s"];
    let json = [&reconcile[..], &["-f", "json"]].concat();
    let ran = shop.run(&json).ended(0).said(&["orders with points", "a later settlement can have them"]);
    assert_eq!(ran.out.trim(), "[]");
    let ran = shop.run(&[&json[..], &["--open"]].concat()).ended(0);
    let open: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    assert!(!open.is_empty() && open.iter().all(|one| one["status"] == "open" && one["what"] == "notSettled"));

    let kind = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
    let list = shop.run(&["report", "list", kind, "-m", "JP", "-f", "json"]).ended(0);
    let reports: Vec<Value> = serde_json::from_str(&list.out).unwrap();
    let mut files = Vec::new();
    for report in &reports {
        let (id, path) =
            (report["reportId"].as_str().unwrap(), in_folder(shop.folder.path(), &format!("{}.txt", files.len())));
        // One of them as Amazon has it, and the others in UTF-8.
        let charset = if files.is_empty() { None } else { Some("--to-utf8") };
        let get = ["report", "get", "--report", id, "-m", "JP", "-o", &path];
        shop.run(&get.into_iter().chain(charset).collect::<Vec<_>>()).ended(0);
        files.push(path);
    }
    assert_eq!(files.len(), 3);
    let of_files = |more: &[&str]| {
        let files = files.iter().flat_map(|file| ["--settlement", file.as_str()]);
        shop.run(&[more, &files.collect::<Vec<_>>()].concat())
    };
    assert_eq!(of_files(&json).ended(0).out.trim(), "[]");
    of_files(&[&json[..], &["--settlement", &files[0]]].concat()).ended(0).said(&["was read before, and counts once"]);

    // In one file a grant is gone, another is doubled, and a third has another amount.
    let text = fs::read_to_string(&files[1]).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let order = |line: &str| line.split('\t').nth(7).unwrap().to_owned();
    let mut granted: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].contains("PointsGranted")).collect();
    // Of three orders, each of which may have several items.
    granted.dedup_by_key(|index| order(&lines[*index]));
    let planted: Vec<_> = granted[..3].iter().map(|index| order(&lines[*index])).collect();
    lines.push(lines[granted[1]].clone());
    lines[granted[2]] = lines[granted[2]].replace("\t-", "\t-9");
    lines.remove(granted[0]);
    fs::write(&files[1], lines.join("\n") + "\n").unwrap();
    let ran = of_files(&json).ended(1).said(&["3 differences of points between settlements and Finances"]);
    let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let what = |order: &str| found.iter().find(|one| one["orderId"] == order).map(|one| one["what"].clone());
    let expected = ["notSettled", "doubledInSettlements", "amount"].map(|what| Some(json!(what)));
    assert_eq!(planted.iter().map(|order| what(order)).collect::<Vec<_>>(), expected, "{found:?}");
    let csv = in_folder(shop.folder.path(), "differences.csv");
    of_files(&[&reconcile[..], &["-o", &csv]].concat()).ended(1);
    let written = fs::read_to_string(csv).unwrap();
    assert!(written.starts_with("orderId,sku,meaning,status,what,settled,booked,posted\n"), "{written}");
    assert_eq!(written.lines().count(), 4);

    let wrong = shop.write("wrong.txt", "sku\tprice\nA\t1\n");
    shop.run(&[&reconcile[..], &["--settlement", &wrong]].concat())
        .ended(2)
        .said(&["wrong.txt is no settlement report"]);
    let cut = text.lines().enumerate().filter(|(index, _)| *index != 1).map(|(_, line)| line.to_owned() + "\n");
    let cut = shop.write("cut.txt", &cut.collect::<String>());
    shop.run(&[&reconcile[..], &["--settlement", &cut]].concat())
        .ended(1)
        .said(&["does not name the time of its settlement"]);
}
