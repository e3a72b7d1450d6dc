//! Tests the report on recordings that differ from the types. Without them, a clean recording would prove nothing.

use crate::recordings::{Checked, Folder, Table};
use crate::{verdict, wait};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One trial for each kind of report.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("recordings that drift are listed by path", drift),
        Trial::test("recordings that cannot be tested are listed by file", not_testable),
        Trial::test("missing recordings are an error", nothing),
    ]
}

fn checked(folder: &Folder) -> BTreeMap<String, Checked> {
    folder.operations.iter().map(|(name, recorded)| (name.clone(), wait(recorded.check()))).collect()
}

/// Compares line by line, ignoring column numbers, because the order of members may vary.
fn same(is: impl IntoIterator<Item = impl ToString>, expected: &[&str]) -> Result<(), Failed> {
    let is: Vec<_> = is.into_iter().map(|line| without_column(&line.to_string())).collect();
    verdict(&if is == expected { Vec::new() } else { vec![format!("{is:#?} instead of {expected:#?}")] })
}

fn without_column(line: &str) -> String {
    let Some((before, after)) = line.split_once("column ") else { return line.to_owned() };
    format!("{before}column ?{}", after.trim_start_matches(|character: char| character.is_ascii_digit()))
}

/// A recording with amounts that are texts or absent where the type has numbers.
fn drift() -> Result<(), Failed> {
    let folder = Folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded/reported/money_as_floats"))?;
    let checked = &checked(&folder)["finances@v0 listFinancialEvents"];
    same([checked.recordings, checked.clean, checked.drifted], &["1", "0", "1"])?;
    let charges = "payload.FinancialEvents.ShipmentEventList[].ShipmentItemList[].ItemChargeList[]";
    same(
        checked.drifts(),
        &[
            &format!("1 Changed {charges}.ChargeAmount.CurrencyAmount (first in 1.json)"),
            &format!("1 Lost {charges}.ChargeAmount.CurrencyAmount (first in 1.json)"),
        ],
    )
}

fn of(path: &str, request: Value, response: Value) -> Value {
    let mut recording = json!({"request": {"method": "GET", "path": path}, "response": response});
    recording["request"].as_object_mut().expect("an object").extend(request.as_object().cloned().unwrap_or_default());
    recording
}

fn not_testable() -> Result<(), Failed> {
    let order = "/orders/v0/orders/{orderId}";
    let id = json!({"path_parameters": {"orderId": "900-0000001-0000001"}});
    let clean = json!({"status": 200, "body": {"payload": {"AmazonOrderId": "900-0000001-0000001",
        "LastUpdateDate": "2026-01-31T00:00:00Z", "OrderStatus": "Shipped", "PurchaseDate": "2026-01-31T00:00:00Z"}}});
    let catalog = "/catalog/2022-04-01/items";
    let mut gone = of("/orders/v9/gone", json!({}), clean.clone());
    gone["operation"] = json!({"section": "orders", "version": "v9", "id": "getGone"});
    let mut renamed = of(order, id.clone(), clean.clone());
    renamed["operation"] = json!({"section": "orders", "version": "v0", "id": "getOrderItems"});
    let mut named = renamed.clone();
    named["operation"]["id"] = json!("getOrder");
    let mut other_form = of(order, id.clone(), clean.clone());
    other_form["form"] = json!(2);
    let files = [
        ("a.json", of(order, id.clone(), clean.clone())),
        ("b.json", of(order, id.clone(), json!({"status": 404, "body": {"errors": []}}))),
        ("c.json", of(order, id.clone(), json!({"status": 200}))),
        ("d.json", of(order, id.clone(), json!({"status": 200, "body": {"payload": "none"}}))),
        ("e.json", of(order, id.clone(), json!({"status": 200, "text": "<html>"}))),
        ("f.json", of(order, json!({}), clean.clone())),
        ("g.json", of(catalog, json!({"query": ["keywords=tea"]}), json!({"status": 200, "body": {}}))),
        (
            "h.json",
            of(
                catalog,
                json!({"query": ["marketplaceIds=A1VC38T7YXB528", "pztoq=tea"]}),
                json!({"status": 200, "body": {"numberOfResults": 0}}),
            ),
        ),
        ("i.json", of(order, id.clone(), json!({"status": 200, "body_left_out": true}))),
        ("j.json", of("/orders/v0/qxyzab/900-0000001", json!({}), json!({"status": 200, "body_left_out": true}))),
        ("k.json", gone),
        ("l.json", other_form),
        ("m.json", json!({"request": {"method": "GET", "path": order}})),
        ("n.json", json!("a buyer's name")),
        ("o/p.json", of(order, id, clean)),
        // A path of no operation, and one with stand-ins, whose answers were errors.
        ("r.json", of("/new/v1/thing", json!({}), json!({"status": 404, "body": {"errors": []}}))),
        ("s.json", of("/orders/v0/qxyzab/900-0000001", json!({}), json!({"status": 403, "body": {"errors": []}}))),
        ("t.json", renamed),
        ("u.json", named),
    ];
    let dir = tempfile::tempdir()?;
    fs::create_dir(dir.path().join("o"))?;
    for (name, recording) in files {
        fs::write(dir.path().join(name), recording.to_string())?;
    }
    fs::write(dir.path().join("q.json"), "{")?;
    fs::write(dir.path().join("notes.md"), "not looked at")?;

    let folder = Folder::read(dir.path())?;
    let checked = checked(&folder);
    same(
        checked["orders@v0 getOrder"].drifts(),
        &[
            "1 Lost payload (first in d.json)",
            "1 not callable: orderId: it is not set (first in f.json)",
            "1 the answer cannot be decoded: orders@v0 getOrder: the answer cannot be read: it is not valid JSON: 200 OK \
             (first in e.json)",
        ],
    )?;
    same(
        Table { checked: &checked, folder: &folder }.to_string().lines(),
        &[
            "operation                                     recordings   clean  drifted  not tested",
            "catalog-items@v2022_04_01 searchCatalogItems           2       1        1           0",
            "orders@v0 getOrder                                    10       4        3           3",
            "",
            "not tested:",
            "  k.json: orders@v9 getGone, GET /orders/v9/gone is not an operation of these crates",
            "  l.json: it is not a recording of the form that this spapi-record writes: `form` at line 1, column ? is \
             not known. If another version wrote it, record again with this one, or test it with a checkout of that one",
            "  m.json: it is not a recording: `response` is missing at line 1, column ?",
            "  n.json: it is not a recording: line 1, column ? is not as expected",
            "  q.json: it is not JSON: line 1, column ?",
            "  j.json: GET /orders/v0/qxyzab/900-0000001 was called by path, but no operation of these crates has that path",
            "  r.json: GET /new/v1/thing was called by path, but no operation of these crates has that path",
            "  s.json: GET /orders/v0/qxyzab/900-0000001 was called by path, but no operation of these crates has that path",
            "  h.json: no setter takes pztoq, so the call leaves it out",
            "  b.json: 404 is not a success, and no type decodes it",
            "  c.json: its answer was not recorded: no type decoded it",
            "  i.json: its answer was not recorded, because no type decodes it",
            "  t.json: it names orders@v0 getOrderItems, and was tested as orders@v0 getOrder, the operation of its \
             method and path",
        ],
    )
}

fn nothing() -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let why = |folder: &Path| Folder::read(folder).err().unwrap_or_default();
    let (empty, missing) = (why(dir.path()), why(&dir.path().join("missing")));
    let is_reported = empty.contains("there are no recordings in") && missing.contains("missing cannot be read");
    if is_reported { Ok(()) } else { Err(format!("{empty}\n{missing}").into()) }
}
