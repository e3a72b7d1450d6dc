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
                    writeln!(out, "{}", without_secrets(delivery))?;
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

/// The type whose payload has a secret.
const OF_SECRET: &str = "APPLICATION_OAUTH_CLIENT_NEW_SECRET";

/// The notification without the secret that one type has.
pub fn without_secrets(notification: &Notification) -> String {
    let mut raw = notification.raw().clone();
    if notification.notification_type.as_str() == OF_SECRET {
        let payloads = raw.as_object_mut().into_iter().flatten();
        payloads.filter(|(name, _)| name.eq_ignore_ascii_case("payload")).for_each(|(_, payload)| mask(payload, ""));
    }
    raw.to_string()
}

/// The payload without the secret that one type has.
pub fn payload_without_secrets(notification: &Notification) -> String {
    let payload = notification.payload_json();
    if notification.notification_type.as_str() != OF_SECRET {
        return payload.to_string();
    }
    let mut payload = payload.clone();
    mask(&mut payload, "");
    payload.to_string()
}

/// Hides every text but ids and times, because Amazon publishes no schema that says where the secret is.
fn mask(value: &mut Value, name: &str) {
    let name = name.to_ascii_lowercase();
    match value {
        Value::String(text) if !["clientid", "time"].iter().any(|shown| name.ends_with(shown)) => {
            *text = "***".to_owned();
        }
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| mask(value, name)),
        Value::Array(values) => values.iter_mut().for_each(|value| mask(value, &name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_secret_is_not_shown_wherever_it_is_in_the_payload() {
        let body = |payload: &str| {
            format!(
                r#"{{"notificationVersion":"1.0","notificationType":"APPLICATION_OAUTH_CLIENT_NEW_SECRET","payloadVersion":"1.0",
                "payload":{payload},"notificationMetadata":{{"notificationId":"n-1"}}}}"#
            )
        };
        let members =
            r#"{"clientId":"c-1","newClientSecret":"s3cret","newClientSecretExpiryTime":"2027-01-01T00:00:00Z"}"#;
        let wrapped = format!(r#"{{"applicationOAuthClientNewSecret":{members}}}"#);
        for payload in [members, &wrapped, r#""s3cret""#, r#"["s3cret"]"#, r#"{"value":["s3cret"]}"#] {
            let notification = Notification::parse(body(payload).as_bytes()).unwrap();
            for shown in [without_secrets(&notification), payload_without_secrets(&notification)] {
                assert!(!shown.contains("s3cret"), "{shown}");
                assert!(!payload.contains("c-1") || shown.contains("2027-01-01") && shown.contains("c-1"), "{shown}");
            }
            assert!(!format!("{notification:?} {:?}", notification.payload).contains("s3cret"));
            assert_eq!(text(&notification), "- APPLICATION_OAUTH_CLIENT_NEW_SECRET 1.0 - n-1");
        }
    }
}
