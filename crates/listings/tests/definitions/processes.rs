//! Processes that share a folder, that are killed, or whose disk is full.
#![cfg(unix)]

use crate::script::{Reply, Script, Types, definition, schema};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use spapi_core::Marketplace;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

const CHILD: &str = "SPAPI_TEST_CHILD";

/// The product types that the processes get.
const NAMES: [&str; 6] = ["LUGGAGE", "SHOES", "HAT", "HOME", "PET_TOY", "TOOL"];

/// An Amazon with a schema for each product type, large enough that writing it takes a while.
fn amazon() -> Script {
    let wanted = Arc::new(Mutex::new(String::new()));
    Script::new(move |call, _| {
        let mut wanted = wanted.lock().unwrap();
        if call.name == "document" {
            return Reply::Text(200, large_schema(&wanted));
        }
        call.name.clone_into(&mut wanted);
        let checksum = BASE64_STANDARD.encode(Md5::digest(large_schema(&wanted)));
        Reply::Json(200, definition(&wanted, call, "v1", &checksum))
    })
}

fn large_schema(name: &str) -> String {
    format!("{}{}", schema(name), " ".repeat(500_000))
}

/// The process: it does nothing unless another test has started it, with the folder to fill.
#[tokio::test(start_paused = true)]
async fn child() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    for name in NAMES {
        let found = amazon().definitions(Path::new(&folder)).get(name, Marketplace::JP).await.unwrap();
        assert_eq!(found.schema(), large_schema(name));
    }
}

/// Asserts that each file in the folder is whole: a schema has the checksum of its name, and an answer can be read.
fn assert_whole(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let contents = fs::read(&path).unwrap();
        if let Some(checksum) = name.strip_suffix(".schema.json") {
            let found: String = Md5::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, checksum);
        } else if name.ends_with(".answer.json") {
            serde_json::from_slice::<serde_json::Value>(&contents).unwrap();
        } else {
            assert!(name.starts_with(".new-"), "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn processes_fill_one_folder_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let child = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "processes::child", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
        child.env(CHILD, folder.path()).spawn().unwrap()
    };
    let children = [child(), child(), child(), child()];
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_whole(folder.path());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2 * NAMES.len());
    let script = amazon();
    for name in NAMES {
        script.definitions(folder.path()).get(name, Marketplace::JP).await.unwrap();
    }
    assert_eq!(script.counts(), (0, 0));
}

/// Runs the process so that it can write files of 4 kB only, into which no schema fits. Before that the shell runs `first`.
fn run_with_little_room(folder: &Path, first: &str) -> ExitStatus {
    Command::new("sh")
        .args(["-c", &format!("{first}; ulimit -c 0; ulimit -f 8; exec \"$0\" --exact processes::child --quiet")])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_killed_while_it_writes_a_schema_leaves_no_half_schema() {
    let folder = tempfile::tempdir().unwrap();
    // Without a handler, the system kills a process that writes more than it may.
    let status = run_with_little_room(folder.path(), ":");
    assert!(status.signal().is_some(), "{status}");
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].file_name().to_string_lossy().starts_with(".new-") && files[0].metadata().unwrap().len() > 0);
    for name in NAMES {
        let found = amazon().definitions(folder.path()).get(name, Marketplace::JP).await.unwrap();
        assert_eq!(found.schema(), large_schema(name));
    }
    assert_whole(folder.path());
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_does_not_stop_the_work() {
    let folder = tempfile::tempdir().unwrap();
    // With the signal ignored, writing is an error, as on a full disk.
    let status = run_with_little_room(folder.path(), "trap '' XFSZ");
    assert!(status.success(), "{status}");
    assert_whole(folder.path());
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| name.to_string_lossy().ends_with(".answer.json")), "no schema fits");
    // The answers that were kept lead to no schema, which is downloaded.
    let script = Types::new().script();
    script.definitions(folder.path()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert_eq!(script.counts(), (1, 1));
}
