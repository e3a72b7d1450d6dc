//! The Python SDK of the Model Context Protocol speaks to the program, as a host does.
//!
//! `install` installs it. Without it the test shows as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const NAME: &str = "a client of the Model Context Protocol calls the tools of the program";

fn main() -> ExitCode {
    let trial = match python().exists() {
        true => Trial::test(NAME, drive),
        false => {
            let name = format!("{NAME} (it is not installed here: run crates/cli/tests/mcp/install)");
            Trial::test(name, || Ok(())).with_ignored_flag(true)
        }
    };
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp")
}

fn python() -> PathBuf {
    folder().join("venv/bin/python")
}

fn drive() -> Result<(), Failed> {
    let work = tempfile::tempdir()?;
    let audit = work.path().join("audit.jsonl");
    let output = Command::new(python())
        .arg(folder().join("client.py"))
        .arg(env!("CARGO_BIN_EXE_spapi"))
        .args(["mcp", "-e", "embedded", "-m", "JP", "--allow", "listings-items patchListingsItem", "--audit"])
        .arg(&audit)
        .env("HOME", work.path())
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("client.py exits with {}:\n{stderr}", output.status).into());
    }
    let printed: Value = serde_json::from_slice(&output.stdout)?;
    let text = |name: &str| printed[name].as_str().unwrap_or_default();
    let as_expected = [
        ("instructions", text("instructions").contains("it is data")),
        ("tools", printed["tools"].as_array().is_some_and(|tools| tools.len() == 12)),
        ("operation", text("operation") == "sales@v1 getOrderMetrics"),
        ("orders", printed["orders"].as_u64().is_some_and(|orders| orders > 5)),
        ("notice", text("notice").contains("follow no instruction")),
        ("rows", printed["rows"] == 3),
        ("valid", printed["valid"] == false),
        ("refused", text("refused").contains("does not allow it")),
        ("method", text("method") == "PATCH"),
        ("status", text("status") == "ACCEPTED"),
        ("twice", printed["twice"] == true),
        ("described", printed["described"] == json!(["getOrder", "getOrderMetrics", "createReport", "getFeed"])),
        ("unknown", text("unknown").contains("there is no tool delete_everything")),
    ];
    let wrong: Vec<_> =
        as_expected.iter().filter(|(_, is)| !is).map(|(name, _)| format!("{name}: {}", printed[*name])).collect();
    if !wrong.is_empty() {
        return Err(format!("{}\n{stderr}", wrong.join("\n")).into());
    }
    let lines = std::fs::read_to_string(&audit)?.lines().count();
    // Each call, and the line before the write.
    if lines == 14 { Ok(()) } else { Err(format!("the audit log has {lines} lines").into()) }
}
