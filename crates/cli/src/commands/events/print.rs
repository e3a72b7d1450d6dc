//! Notifications as lines.

use super::work::Ending;
use crate::exit::Failure;
use crate::output::JsonOut;
use clap::ValueEnum;
use serde_json::Value;
use spapi_core::text::printable;
use spapi_events::Notification;
use spapi_events::consume::{Delivery, HandlerError};
use std::io::{self, Write};
use std::sync::Arc;

/// The form of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lines {
    /// The notification as Amazon sent it, without what it was wrapped in.
    Jsonl,
    /// Time, type, version, seller and id, to look at.
    Text,
}

/// Writes lines to stdout.
pub struct Printer {
    lines: Lines,
    ending: Arc<Ending>,
}

impl Printer {
    pub fn new(lines: Lines, ending: Arc<Ending>) -> Self {
        Self { lines, ending }
    }

    /// Writes a line, which has left the program when this returns.
    pub fn print(&self, delivery: &Delivery) -> Result<(), HandlerError> {
        let write = || -> io::Result<()> {
            match self.lines {
                Lines::Jsonl => {
                    let mut out = JsonOut::new();
                    writeln!(out, "{}", without_secrets(delivery, delivery.raw()))?;
                    out.flush()
                }
                Lines::Text => {
                    let mut out = io::stdout().lock();
                    writeln!(out, "{}", text(delivery))?;
                    out.flush()
                }
            }
        };
        write().map_err(|error| {
            self.ending.begin(Failure::from(error));
            HandlerError::new("the line could not be written")
        })
    }
}

/// What is known of a notification without its payload.
fn text(notification: &Notification) -> String {
    let time = notification.event_time.as_ref().map(|time| time.as_str());
    let parts = [
        time.unwrap_or("-"),
        notification.notification_type.as_str(),
        &notification.payload_version,
        notification.seller_id().unwrap_or("-"),
        notification.id().unwrap_or("-"),
    ];
    printable(&parts.join(" ")).to_string()
}

/// A part of the notification without the secrets that one type has.
pub fn without_secrets(notification: &Notification, part: &Value) -> String {
    match notification.notification_type.as_str() {
        "APPLICATION_OAUTH_CLIENT_NEW_SECRET" => {
            let mut part = part.clone();
            mask(&mut part);
            part.to_string()
        }
        _ => part.to_string(),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.to_ascii_lowercase();
                match value {
                    Value::String(text) if name.ends_with("secret") => *text = "***".to_owned(),
                    other => mask(other),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_secret_is_not_shown() {
        let body = br#"{"notificationVersion":"1.0","notificationType":"APPLICATION_OAUTH_CLIENT_NEW_SECRET","payloadVersion":"1.0",
            "payload":{"applicationOAuthClientNewSecret":{"clientId":"c-1","newClientSecret":"s3cret","newClientSecretExpiryTime":"2027-01-01T00:00:00Z"}},
            "notificationMetadata":{"notificationId":"n-1"}}"#;
        let notification = Notification::parse(body).unwrap();
        let shown = without_secrets(&notification, notification.raw());
        assert!(!shown.contains("s3cret") && shown.contains("2027-01-01") && shown.contains("c-1"), "{shown}");
        assert_eq!(text(&notification), "- APPLICATION_OAUTH_CLIENT_NEW_SECRET 1.0 - n-1");
    }
}
