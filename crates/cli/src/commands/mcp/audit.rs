//! The log of every call: a line of JSON each.

use super::shield::{HIDDEN, Shield};
use crate::exit::{Exit, Failure};
use serde_json::{Map, Value, json};
use spapi_core::DateTime;
use spapi_rows::is_personal;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// A file to which lines are added. Only its owner can read it.
pub struct Audit {
    path: PathBuf,
    file: Mutex<File>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A write is about to be sent.
    Sending,
    Done,
    Failed,
    TimedOut,
    Cancelled,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A line of the log.
pub struct Entry<'a> {
    pub tool: &'a str,
    pub arguments: &'a Map<String, Value>,
    pub outcome: Outcome,
    pub lasted: Duration,
    /// The bytes of the answer.
    pub bytes: usize,
    /// What was sent, or why the call failed.
    pub detail: Option<String>,
}

/// The file unless the user names one.
pub fn usual() -> Option<PathBuf> {
    Some(dirs::state_dir().or_else(dirs::data_local_dir)?.join("spapi").join("mcp").join("audit.jsonl"))
}

impl Audit {
    /// Opens the file, which is created with its folder if it does not exist.
    ///
    /// # Errors
    /// When it cannot be written, or others can read it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let cannot = |error: io::Error| {
            Failure::new(Exit::Failed, format!("the audit log {} cannot be written: {error}", path.display()))
                .with_next("give another file by --audit")
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make(folder).map_err(cannot)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(cannot)?;
        if is_open_to_others(&file).map_err(cannot)? {
            return Err(Failure::usage(format!("others can read or change the audit log {}", path.display()))
                .with_next(format!(
                    "make it your own: chmod 600 {}",
                    crate::shell::word(&path.display().to_string())
                )));
        }
        Ok(Self { path: path.to_owned(), file: Mutex::new(file) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, without secrets and buyers' data.
    ///
    /// # Errors
    /// When it cannot be written. Then nothing may be sent and nothing shown.
    pub fn write(&self, entry: &Entry<'_>) -> Result<(), Failure> {
        let mut line = json!({
            "time": DateTime::from(SystemTime::now()).to_string(),
            "tool": entry.tool,
            "arguments": masked(entry.arguments),
            "outcome": entry.outcome.word(),
            "milliseconds": u64::try_from(entry.lasted.as_millis()).unwrap_or(u64::MAX),
            "bytes": entry.bytes,
        });
        if let Some(detail) = &entry.detail {
            line["detail"] = Shield::new(false).clean(detail.as_str().into()).value;
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write, so that the lines of several servers do not mix.
        file.write_all(format!("{line}\n").as_bytes()).map_err(|error| {
            Failure::new(Exit::Failed, format!("the audit log {} cannot be written: {error}", self.path.display()))
                .with_next("make room on its disk; calls are refused until it can be written")
        })
    }
}

/// The arguments as they may be kept.
fn masked(arguments: &Map<String, Value>) -> Value {
    let mut arguments = arguments.clone();
    for (_, value) in arguments.iter_mut() {
        hide_conditions(value);
    }
    let cleaned = Shield::new(false).clean(Value::Object(arguments));
    let mut value = cleaned.value;
    if let (Value::Object(object), false) = (&mut value, cleaned.left_out.is_empty()) {
        object.insert("left_out".to_owned(), json!(cleaned.left_out));
    }
    value
}

/// Hides the values that are compared with columns of buyers' data.
fn hide_conditions(value: &mut Value) {
    for condition in value.as_array_mut().into_iter().flatten() {
        let is_about_buyers = condition.get("column").and_then(Value::as_str).is_some_and(is_personal);
        if let (true, Some(value)) = (is_about_buyers, condition.get_mut("value")) {
            *value = HIDDEN.into();
        }
    }
}

/// Makes a folder that only the user can enter, unless it is there.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && metadata.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_line_has_no_buyers_data_and_no_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/audit.jsonl");
        let audit = Audit::open(&path).unwrap();
        let given = arguments(json!({
            "operation": "orders@v0 getOrders",
            "parameters": {"BuyerEmail": "s@example.com"},
            "body": {"destinationAddress": {"name": "s-name", "addressLine1": "s-line"}, "client_secret": "s-secret"},
            "conditions": [{"column": "buyer_email", "comparison": "=", "value": "s@example.com"}],
        }));
        let entry = Entry {
            tool: "call_operation",
            arguments: &given,
            outcome: Outcome::Failed,
            lasted: Duration::from_millis(5),
            bytes: 7,
            detail: Some("refused Atza|s-token\n".to_owned()),
        };
        audit.write(&entry).unwrap();
        audit.write(&Entry { outcome: Outcome::Done, detail: None, ..entry }).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for hidden in ["s@example.com", "s-name", "s-line", "s-secret", "s-token"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["arguments"]["operation"], "orders@v0 getOrders");
        assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&"failed".into(), &"done".into()));
        assert_eq!(lines[0]["detail"], "refused [hidden]");
        assert!(lines[0]["time"].as_str().unwrap().ends_with('Z'));
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        Audit::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let Err(Failure::Error { message, next, .. }) = Audit::open(&path) else { panic!("others can read it") };
        assert!(message.contains("others can read") && next.unwrap().contains("chmod 600"), "{message}");
    }
}
