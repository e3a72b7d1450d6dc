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
use std::time::Duration;

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

/// The process: it does nothing unless another test has started it.
#[tokio::test(start_paused = true)]
async fn child() {
    let Ok(given) = std::env::var(CHILD) else { return };
    let (kind, folder) = given.split_once('|').unwrap();
    let folder = Path::new(folder);
    let fill = async || {
        for name in NAMES {
            let found = amazon().definitions(folder).get(name, Marketplace::JP).await.unwrap();
            assert_eq!(found.schema(), large_schema(name));
        }
    };
    match kind {
        "once" => fill().await,
        _ => loop {
            fill().await;
            for entry in fs::read_dir(folder).unwrap() {
                // Another process may have removed it.
                let _ = fs::remove_file(entry.unwrap().path());
            }
        },
    }
}

fn child_of(kind: &str, folder: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "processes::child", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
    child.env(CHILD, format!("{kind}|{}", folder.display()));
    child
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
    let children: Vec<_> = (0..4).map(|_| child_of("once", folder.path()).spawn().unwrap()).collect();
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

#[tokio::test(start_paused = true)]
async fn a_killed_process_leaves_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..8 {
        let mut children: Vec<_> = (0..2).map(|_| child_of("forever", folder.path()).spawn().unwrap()).collect();
        // Until something was written, and then at another moment each time.
        while fs::read_dir(folder.path()).unwrap().next().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(3 * round));
        for child in &mut children {
            child.kill().unwrap();
        }
        for mut child in children {
            assert_eq!(child.wait().unwrap().signal(), Some(9));
        }
        assert_whole(folder.path());
    }
    for name in NAMES {
        let found = amazon().definitions(folder.path()).get(name, Marketplace::JP).await.unwrap();
        assert_eq!(found.schema(), large_schema(name));
    }
}

/// A process that may write files of 4 kB only, which is an error like that of a full disk: the schema does not fit.
#[tokio::test(start_paused = true)]
async fn a_full_disk_does_not_stop_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let status: ExitStatus = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact processes::child --quiet"])
        .arg(program)
        .env(CHILD, format!("once|{}", folder.path().display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_whole(folder.path());
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| name.to_string_lossy().ends_with(".answer.json")), "no schema fits");
    // The answers that were kept lead to no schema, which is downloaded.
    let script = Types::new().script();
    script.definitions(folder.path()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert_eq!(script.counts(), (1, 1));
}
