//! The candidates that a shell offers.

use crate::support::{Ran, run, spapi};

/// The candidates for the last of the words, as bash asks for them.
fn offered(words: &[&str]) -> Vec<String> {
    let mut command = spapi(&[&["--", "spapi"], words].concat());
    command.env("SPAPI_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string()).env("_CLAP_IFS", "\n");
    Ran::of(command.output().unwrap()).ended(0).out.lines().map(str::to_owned).collect()
}

#[test]
fn sections_operations_and_parameters_are_offered() {
    for command in ["call", "operations"] {
        assert_eq!(offered(&[command, "ord"]), ["orders"]);
        assert_eq!(offered(&[command, "orders@"]), ["orders@v0", "orders@2026-01-01"]);
        assert_eq!(offered(&[command, "orders", "sear"]), ["searchOrders"]);
        assert_eq!(offered(&[command, "orders@v0", "getOrders"]), ["getOrders"]);
        assert!(offered(&[command, "no-section", ""]).iter().all(|word| word.starts_with('-')));
    }
    let search = ["call", "orders", "-m", "JP", "searchOrders"];
    assert_eq!(offered(&[&search[..], &["cr"]].concat()), ["createdAfter=", "createdBefore="]);
    assert_eq!(offered(&[&search[..], &["createdAfter=7d", "cr"]].concat()), ["createdBefore="]);
}

#[test]
fn values_are_offered() {
    let search = ["call", "orders", "searchOrders"];
    let after = |more: &[&str]| offered(&[&search[..], more].concat());
    assert_eq!(after(&["marketplaceIds=J"]), ["marketplaceIds=JP"]);
    assert_eq!(after(&["marketplaceIds=JP,SG,A"]), ["marketplaceIds=JP,SG,AE", "marketplaceIds=JP,SG,AU"]);
    assert_eq!(after(&["includedData=BUYER,REC"]), ["includedData=BUYER,RECIPIENT"]);
    // As bash splits a word at its `=`.
    assert_eq!(after(&["marketplaceIds", "=", "J"]), ["JP"]);
    assert_eq!(after(&["includedData", "EX"]), ["EXPENSE"]);
    assert_eq!(offered(&["call", "orders@v0", "getOrders", "IsISPU="]), ["IsISPU=true", "IsISPU=false"]);

    assert_eq!(offered(&["feed", "submit", "JSON"]), ["JSON_LISTINGS_FEED"]);
    assert_eq!(offered(&["events", "setup", "ORDER_CH"]), ["ORDER_CHANGE"]);
    assert_eq!(
        offered(&["events", "listen", "--type", "ORDER_CHANGE,LISTINGS_ITEM_I"]),
        ["ORDER_CHANGE,LISTINGS_ITEM_ISSUES_CHANGE"]
    );
    assert_eq!(offered(&["mws", "map", "ListOrders"]), ["ListOrders", "ListOrdersByNextToken"]);
    assert_eq!(offered(&["orders", "list", "-m", "J"]), ["JP"]);
    assert_eq!(offered(&["orders", "list", "-m", "JP,S"]), ["JP,SE", "JP,SA", "JP,SG"]);
    assert_eq!(offered(&["orders", "list", "--status", "unshipped,part"]), ["unshipped,partially-shipped"]);
    assert_eq!(offered(&["orders", "list", "--include", "REC"]), ["RECIPIENT"]);
    assert_eq!(offered(&["orders", "list", "--format", ""]), ["table", "json", "jsonl"]);
    assert_eq!(offered(&["doctor", "--marketplace", "j"]), ["JP"]);
    assert_eq!(offered(&["doctor", "--region", ""]), ["na", "eu", "fe"]);
    assert_eq!(offered(&["doctor", "--endpoint", "em"]), ["embedded"]);
}

#[test]
fn profiles_are_offered() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["jp.json", "us.json", "notes.txt", ".hidden.json"] {
        std::fs::write(folder.path().join(name), "{}").unwrap();
    }
    let mut command = spapi(&["--", "spapi", "doctor", "--profile", ""]);
    command.env("SPAPI_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", "3").env("_CLAP_IFS", "\n");
    let ran = Ran::of(command.env("SPAPI_CONFIG_FOLDER", folder.path()).output().unwrap());
    assert_eq!(ran.ended(0).out, "jp\nus");
}

#[test]
fn there_is_a_script_for_each_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell]).ended(0).out;
        assert!(script.contains("SPAPI_COMPLETE") && script.contains("spapi"), "{shell}: {script}");
    }
    run(&["completions", "cmd"]).ended(2).said(&["bash", "zsh"]);
}

/// The script works in a real bash, if there is one.
#[cfg(unix)]
#[test]
fn bash_reads_the_script() {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_spapi")).parent().unwrap().to_str().unwrap();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let script = "eval \"$(spapi completions bash)\"; COMP_WORDS=(spapi call orders se); COMP_CWORD=3; COMP_TYPE=9; \
                  _clap_complete_spapi spapi se orders; echo \"${COMPREPLY[@]}\"";
    let output = std::process::Command::new("bash").args(["-c", script]).env("PATH", path).output();
    match output {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "searchOrders\n"),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "only for want of a bash: {error}"),
    }
}
