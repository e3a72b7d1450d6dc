//! Delivers notifications: to a folder, and to a function that the builder was given.

use super::state::Destination;
use serde_json::{Value, json};
use spapi_types::Region;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A notification that the sandbox sends to a destination.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sent {
    /// The region of the subscription.
    pub region: Region,
    /// The destination's resource, in the form of the API: `{"sqs": {"arn": "..."}}`, or `eventBridge`.
    pub resource: Value,
    /// The body of the message: the notification, or the event of EventBridge that holds it as `detail`.
    pub body: String,
    /// The notification's id.
    pub(super) id: String,
}

impl Sent {
    pub(super) fn new(destination: &Destination, notification: &Value) -> Self {
        let metadata = ["NotificationMetadata", "notificationMetadata"].map(|name| &notification[name]);
        let text = |names: [&str; 2]| names.iter().find_map(|name| notification[*name].as_str()).unwrap_or_default();
        let id =
            metadata.iter().find_map(|known| known["NotificationId"].as_str().or(known["notificationId"].as_str()));
        let id = id.unwrap_or_default().to_owned();
        let body = match destination.resource.get("eventBridge") {
            None => notification.to_string(),
            Some(bus) => json!({
                "version": "0",
                "id": id,
                "detail-type": text(["NotificationType", "notificationType"]),
                "source": bus["name"],
                "account": bus["accountId"],
                "time": text(["EventTime", "eventTime"]),
                "region": bus["region"],
                "resources": [],
                "detail": notification,
            })
            .to_string(),
        };
        Self { region: destination.region, resource: destination.resource.clone(), body, id }
    }
}

/// A function that takes notifications.
type Listener = Arc<dyn Fn(&Sent) + Send + Sync>;

/// What takes the notifications.
#[derive(Clone, Default)]
pub(crate) struct Delivery {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) listener: Option<Listener>,
    /// The number of files so far, which orders them.
    written: Arc<AtomicU64>,
    problem: Arc<Mutex<Option<String>>>,
}

impl Delivery {
    /// Makes the folder, and continues after the files that it has.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let at = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
        fs::create_dir_all(folder).map_err(at)?;
        let number = |name: &str| name.split('-').next()?.parse::<u64>().ok();
        let numbers = fs::read_dir(folder).map_err(at)?.filter_map(|entry| number(entry.ok()?.file_name().to_str()?));
        self.written.store(numbers.max().unwrap_or_default(), Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn is_there(&self) -> bool {
        self.folder.is_some() || self.listener.is_some()
    }

    pub(super) fn take(&self, sent: &Sent) {
        if let Some(folder) = &self.folder {
            let written = self.write(folder, sent);
            let problem = written.err().map(|error| format!("{}: {error}", folder.display()));
            *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        }
        if let Some(listener) = &self.listener {
            listener(sent);
        }
    }

    /// Writes the file of a message. It has its name only when it is whole, so a reader never sees a part.
    fn write(&self, folder: &Path, sent: &Sent) -> io::Result<()> {
        let number = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{number:020}-{}", sent.id);
        let new = folder.join(format!(".{name}.new"));
        let mut file = fs::File::create(&new)?;
        file.write_all(sent.body.as_bytes())?;
        drop(file);
        fs::rename(new, folder.join(name + ".json"))
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_listener = self.listener.is_some();
        f.debug_struct("Delivery").field("folder", &self.folder).field("listener", &has_listener).finish()
    }
}
