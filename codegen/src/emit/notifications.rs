//! Writes what `spapi-events` has of the notification types: their names, their payloads and the facts about each.

use super::rust_types::Home;
use super::types::{Words, write_types};
use super::{banner, code, literal, literals};
use crate::naming;
use crate::notifications::{Destination, Envelope, MadePayload, Notifications, Party, Row, Subscription};
use crate::retirements::{Retirement, Retirements};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

/// Where the table comes from, as its first line says it.
const TABLE: &str = "models/notifications.toml";

/// The files of the folder `generated` by their path in it. `made` has the payload of each row, `source` says where the
/// schemas come from.
pub fn write(
    notifications: &Notifications,
    made: &[Option<MadePayload>],
    retirements: &Retirements,
    source: &str,
) -> BTreeMap<PathBuf, String> {
    let rows: Vec<_> = notifications.rows.iter().zip(made).map(|(row, made)| (row, made.as_ref())).collect();
    let mut files = BTreeMap::new();
    files.insert(PathBuf::from("mod.rs"), banner("//", TABLE) + "mod facts;\nmod payload;\npub mod payloads;\nmod types;\n\n\
         pub(crate) use facts::FACTS;\npub use payload::Payload;\npub(crate) use payload::{decode, drift};\npub use types::NotificationType;\n");
    files.insert("types.rs".into(), names(notifications));
    files.insert("facts.rs".into(), facts(&rows, retirements));
    files.insert("payload.rs".into(), payload(&rows));
    files.insert("payloads/mod.rs".into(), modules(&rows));
    for (row, made) in &rows {
        let Some(made) = made else { continue };
        let source = if row.schema.is_some() { format!("{source} and {TABLE}") } else { TABLE.to_owned() };
        let end = retirement(row, retirements);
        files.insert(PathBuf::from("payloads").join(made.file()), module(row, made, end.as_ref(), &source));
    }
    files
}

impl MadePayload {
    /// The file of its module below `payloads`.
    fn file(&self) -> String {
        match &self.version_module {
            Some(version) => format!("{}/{version}.rs", self.module),
            None => format!("{}.rs", self.module),
        }
    }

    /// The path of its module below `payloads`.
    pub fn module_path(&self) -> String {
        match &self.version_module {
            Some(version) => format!("{}::{version}", self.module),
            None => self.module.clone(),
        }
    }

    /// The path of its type below `payloads`.
    fn path(&self) -> String {
        format!("{}::{}", self.module_path(), self.root)
    }

    /// Its variant of `Payload`.
    fn variant(&self) -> String {
        let version = self.version_module.as_deref().map(|version| version.replacen('v', "V", 1)).unwrap_or_default();
        format!("{}{version}", self.root)
    }
}

/// A type's own name and version, in words.
fn about(row: &Row) -> String {
    match &row.payload_version {
        Some(version) => format!("{} {version}", code(&row.name)),
        None => code(&row.name),
    }
}

/// The module of a payload.
pub fn module(row: &Row, made: &MadePayload, end: Option<&Retirement>, source: &str) -> String {
    let mut out = banner("//", source);
    let (of, about) = (about(row), lower_first(&row.about));
    let _ = writeln!(out, "//! The payload of {of}: {about}. Any member may be absent.");
    if let Some(end) = end {
        let _ = writeln!(out, "//!\n//! {}", end.sentence());
    }
    out.push('\n');
    let words = Words { reach: &made.reach, facts: &made.facts, of: Some((&of, &made.root)) };
    write_types(&mut out, &made.types, &words, Home::Events);
    out
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The names of all types, as an enum.
fn names(notifications: &Notifications) -> String {
    let mut out = banner("//", TABLE);
    out.push_str("spapi_types::open_enum! {\n    /// A notification type.\n    pub enum NotificationType {\n");
    for name in notifications.names() {
        let about = notifications.rows.iter().rfind(|row| row.name == name).map(|row| row.about.as_str());
        let _ = writeln!(out, "        /// {}.\n        ///", about.unwrap_or_default());
        let _ = writeln!(out, "        {} = {},", naming::type_name(name), literal(name));
    }
    out.push_str("    }\n}\n\nimpl NotificationType {\n");
    out.push_str("    /// The type of that name, also under other names that Amazon has for it.\n");
    out.push_str("    pub(crate) fn known(name: &str) -> Self {\n        match name {\n");
    for row in &notifications.rows {
        for other in &row.also {
            let _ = writeln!(out, "            {} => Self::{},", literal(other), naming::type_name(&row.name));
        }
    }
    out.push_str("            _ => Self::from(name),\n        }\n    }\n}\n");
    out
}

fn modules(rows: &[(&Row, Option<&MadePayload>)]) -> String {
    let mut out = banner("//", TABLE);
    out.push_str(
        "//! The payloads: a module for each notification type and, where a type has several, below it for each version.\n",
    );
    let mut before = "";
    for (row, made) in rows {
        let Some(made) = made else { continue };
        match &made.version_module {
            None => {
                let _ = writeln!(out, "\npub mod {};", made.module);
            }
            Some(version) => {
                if before != made.module {
                    let _ = writeln!(out, "\n/// The payloads of {}.\npub mod {} {{", code(&row.name), made.module);
                }
                let _ = writeln!(out, "    pub mod {version};");
                let is_last = rows
                    .iter()
                    .rfind(|(other, _)| other.name == row.name)
                    .is_some_and(|(last, _)| std::ptr::eq(*last, *row));
                if is_last {
                    out.push_str("}\n");
                }
            }
        }
        before = &made.module;
    }
    out
}

/// The enum of all payloads, and how each is read.
fn payload(rows: &[(&Row, Option<&MadePayload>)]) -> String {
    let mut out = banner("//", TABLE);
    out.push_str(
        "use super::{NotificationType, payloads};\nuse crate::payload::{PayloadType, notes, read};\nuse serde_json::Value;\n\
         use spapi_types::json::Note;\nuse std::fmt;\n\n\
         /// The payload of a notification, by its type and version.\n///\n/// `Debug` does not show a payload that has no \
         type, which may hold a secret.\n#[derive(Clone, PartialEq)]\n\
         #[non_exhaustive]\npub enum Payload {\n",
    );
    let made = || rows.iter().filter_map(|(row, made)| Some((*row, (*made)?)));
    for (row, made) in made() {
        let _ = writeln!(out, "    /// {}.", about(row));
        let _ = writeln!(out, "    {}(Box<payloads::{}>),", made.variant(), made.path());
    }
    out.push_str(
        "    /// A payload as JSON: this crate has no type for it, or it is not an object.\n    Other(Value),\n}\n",
    );
    out.push_str("\nimpl fmt::Debug for Payload {\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {\n        match self {\n");
    for (_, made) in made() {
        let variant = made.variant();
        let _ = writeln!(
            out,
            "            Self::{variant}(payload) => f.debug_tuple({}).field(payload).finish(),",
            literal(&variant)
        );
    }
    out.push_str("            Self::Other(_) => f.write_str(\"Other(…)\"),\n        }\n    }\n}\n");
    let arm = |row: &Row, made: &MadePayload| {
        let version = match (&row.payload_version, &made.version_module) {
            (Some(version), Some(_)) => literal(version),
            // Without a version it can only be this one.
            (Some(version), None) => format!("{} | \"\"", literal(version)),
            (None, _) => "_".to_owned(),
        };
        format!("        (NotificationType::{}, {version})", naming::type_name(&row.name))
    };
    out.push_str(
        "\n/// Reads the payload of that type and version. Returns `None` if this crate has no type for it.\n",
    );
    out.push_str("pub(crate) fn decode(kind: &NotificationType, version: &str, text: &[u8]) -> Option<Payload> {\n");
    out.push_str("    match (kind, version) {\n");
    for (row, made) in made() {
        let _ = writeln!(out, "{} => read(text, Payload::{}),", arm(row, made), made.variant());
    }
    out.push_str("        _ => None,\n    }\n}\n");
    out.push_str("\n/// What a payload has otherwise than its type.\n");
    out.push_str("pub(crate) fn drift(payload: &Payload, text: &[u8]) -> Vec<Note> {\n    match payload {\n");
    for (_, made) in made() {
        let _ = writeln!(out, "        Payload::{}(_) => notes::<payloads::{}>(text),", made.variant(), made.path());
    }
    out.push_str("        Payload::Other(_) => Vec::new(),\n    }\n}\n");
    for (row, made) in made() {
        let versions: Vec<_> = row.payload_version.iter().cloned().collect();
        let _ = write!(
            out,
            "\nimpl PayloadType for payloads::{} {{\n    const NOTIFICATION_TYPE: &'static str = {};\n    \
             const VERSIONS: &'static [&'static str] = &[{}];\n\n    fn of(payload: &Payload) -> Option<&Self> {{\n        \
             if let Payload::{}(payload) = payload {{ Some(payload) }} else {{ None }}\n    }}\n}}\n",
            made.path(),
            literal(&row.name),
            literals(&versions),
            made.variant(),
        );
    }
    out
}

fn facts(rows: &[(&Row, Option<&MadePayload>)], retirements: &Retirements) -> String {
    let mut out = banner("//", TABLE);
    out.push_str(
        "use crate::facts::{DestinationKind, NotificationFacts, Party, Retirement, Spelling, Subscription};\n\n",
    );
    out.push_str("/// Every type and version, by name and then from old to new.\n");
    out.push_str("pub(crate) static FACTS: &[NotificationFacts] = &[\n");
    let some = |text: Option<&str>| text.map_or("None".to_owned(), |text| format!("Some({})", literal(text)));
    for (row, made) in rows {
        let envelope = match row.envelope {
            Some(Envelope::PascalCase) => "PascalCase",
            Some(Envelope::CamelCase) => "CamelCase",
            None => "Unknown",
        };
        let destination = match row.destination {
            Some(Destination::Sqs) => "Sqs",
            Some(Destination::EventBridge) => "EventBridge",
            Some(Destination::Either) => "Either",
            None => "Unknown",
        };
        let subscription = match row.subscription {
            Subscription::Token => "Token",
            Subscription::Grantless => "Grantless",
            Subscription::Console => "Console",
        };
        let parties = row.parties.iter().map(|party| match party {
            Party::Seller => "Party::Seller",
            Party::Vendor => "Party::Vendor",
            Party::Application => "Party::Application",
        });
        let retirement = retirement(row, retirements).map_or("None".to_owned(), |end| {
            format!("Some(Retirement {{ on: {}, instead: {} }})", literal(&end.on), some(end.instead.as_deref()))
        });
        let _ = writeln!(out, "    NotificationFacts {{\n        name: {},", literal(&row.name));
        for (name, value) in [
            ("payload_version", some(row.payload_version.as_deref())),
            ("envelope", format!("Spelling::{envelope}")),
            ("destination", format!("DestinationKind::{destination}")),
            ("parties", format!("&[{}]", parties.collect::<Vec<_>>().join(", "))),
            ("roles", format!("&[{}]", literals(&row.roles))),
            ("subscription", format!("Subscription::{subscription}")),
            ("event_filter", format!("&[{}]", literals(&row.event_filter))),
            ("filter_expression", row.filter_expression.to_string()),
            ("is_confirmed", (!row.unconfirmed).to_string()),
            ("retirement", retirement),
            ("has_payload_type", made.is_some().to_string()),
            ("about", literal(&row.about)),
            ("seller", some(row.seller.as_deref())),
            ("marketplace", some(row.marketplace.as_deref())),
            ("key", format!("&[{}]", literals(&row.key))),
        ] {
            let _ = writeln!(out, "        {name}: {value},");
        }
        out.push_str("    },\n");
    }
    out.push_str("];\n");
    out
}

/// When Amazon ends the row's type or version.
fn retirement(row: &Row, retirements: &Retirements) -> Option<Retirement> {
    let mut found = retirements.types().filter(|end| end.section == "notifications" && end.name == row.name);
    let is_of = |payload: Option<&str>| payload.is_none() || payload == row.payload_version.as_deref();
    found.find(|end| is_of(end.payload)).map(|end| end.retirement)
}
