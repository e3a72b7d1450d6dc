//! `spapi airbyte`, and the program by the name of Airbyte's source.

use crate::support::{Ran, in_folder, run, spapi};
use serde_json::{Value, json};
use std::path::Path;

const SECRET: &str = "Atzr|very-secret-token";

fn messages(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(folder: &Path, name: &str, value: &Value) -> String {
    let path = in_folder(folder, name);
    std::fs::write(&path, value.to_string()).unwrap();
    path
}

fn config(folder: &Path, change: impl FnOnce(&mut Value)) -> String {
    let mut config = json!({
        "region": "JP", "account_type": "Seller", "lwa_app_id": "amzn1.application-oa2-client.0",
        "lwa_client_secret": "amzn1.oa2-cs.v1.secret", "refresh_token": SECRET, "replication_start_date": "2026-11-01T00:00:00Z",
    });
    change(&mut config);
    write(folder, "config.json", &config)
}

fn catalog(folder: &Path, names: &[&str]) -> String {
    let streams: Vec<_> =
        names.iter().map(|name| json!({ "stream": { "name": name }, "sync_mode": "full_refresh" })).collect();
    write(folder, "catalog.json", &json!({ "streams": streams }))
}

#[test]
fn the_four_commands_write_messages_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), |_| ());
    let spec = messages(&run(&["airbyte", "spec"]).ended(0));
    assert_eq!((spec.len(), &spec[0]["type"]), (1, &json!("SPEC")));
    let checked = run(&["airbyte", "check", "--config", &config, "--endpoint", "embedded"]).ended(0);
    assert_eq!(messages(&checked)[0]["connectionStatus"]["status"], "SUCCEEDED");
    let found = messages(&run(&["airbyte", "discover", "--config", &config]).ended(0));
    assert_eq!(found[0]["catalog"]["streams"].as_array().unwrap().len(), 48);
    let catalog = catalog(folder.path(), &["Orders", "GET_MERCHANT_LISTINGS_ALL_DATA"]);
    let read = ["airbyte", "read", "--config", &config, "--catalog", &catalog, "--endpoint", "embedded", "--debug"];
    let read = run(&read).ended(0);
    let messages = messages(&read);
    let of = |kind: &str| messages.iter().filter(|message| message["type"] == kind).count();
    assert!(of("RECORD") > 20 && of("STATE") >= 2 && of("TRACE") >= 6);
    assert!(messages.iter().any(|message| message["log"]["level"] == "DEBUG"));
    assert!(!read.out.contains(SECRET) && !read.err.contains(SECRET));
}

#[test]
fn a_wrong_configuration_fails_the_check_and_the_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = config(folder.path(), |config| config["region"] = json!("XX"));
    let checked = messages(&run(&["airbyte", "check", "--config", &path]).ended(0));
    assert_eq!(checked[0]["connectionStatus"]["status"], "FAILED");
    let words = checked[0]["connectionStatus"]["message"].as_str().unwrap();
    assert!(words.starts_with("Config validation error: ") && words.contains("region"), "{words}");
    let catalog = catalog(folder.path(), &["Orders"]);
    let failed = messages(&run(&["airbyte", "read", "--config", &path, "--catalog", &catalog]).ended(1));
    assert_eq!(failed[0]["trace"]["error"]["failure_type"], "config_error");
    let path = config(folder.path(), |_| ());
    let state = write(folder.path(), "state.json", &json!([{ "type": "LEGACY", "data": {} }]));
    let read =
        ["airbyte", "read", "--config", &path, "--catalog", &catalog, "--state", &state, "--endpoint", "embedded"];
    let failed = messages(&run(&read).ended(1));
    assert!(failed[0]["trace"]["error"]["message"].as_str().unwrap().contains("LEGACY"));
}

#[cfg(unix)]
#[test]
fn a_link_with_the_name_of_airbytes_source_has_the_commands_directly() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("source-amazon-seller-partner");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_spapi"), &link).unwrap();
    let path = config(folder.path(), |config| config["account_type"] = json!("Vendor"));
    let ran = std::process::Command::new(&link).args(["discover", "--config", &path, "--debug"]).output().unwrap();
    let found = messages(&Ran::of(ran).ended(0));
    assert_eq!(found[0]["catalog"]["streams"][0]["name"], "VendorOrders");
    assert_ne!(spapi(&["discover"]).output().unwrap().status.code(), Some(0));
}
