//! `models/notifications.toml` and the payloads of notifications, which are made from Amazon's schemas and its rows.

mod check;
mod make;
mod names;
mod schema;

pub use make::{FOLDER, MadePayload, Schemas, make, make_published};

use crate::known;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// All rows of the file, by name and then from old to new.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    #[serde(default, rename = "notification")]
    pub rows: Vec<Row>,
}

/// A notification type in one version of its payload.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub name: String,
    pub payload_version: Option<String>,
    pub envelope: Option<Envelope>,
    pub schema: Option<String>,
    pub destination: Option<Destination>,
    #[serde(default)]
    pub parties: Vec<Party>,
    #[serde(default)]
    pub roles: Vec<String>,
    #[serde(default)]
    pub subscription: Subscription,
    #[serde(default)]
    pub event_filter: Vec<String>,
    #[serde(default)]
    pub filter_expression: bool,
    #[serde(default)]
    pub unconfirmed: bool,
    pub about: String,
    pub seller: Option<String>,
    pub marketplace: Option<String>,
    #[serde(default)]
    pub key: Vec<String>,
    #[serde(default)]
    pub also: Vec<String>,
    /// Members that the schema lacks or has wrongly, by their place.
    #[serde(default)]
    pub members: toml::Table,
    /// Names of the types of members, by their place.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
}

/// How an envelope is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Envelope {
    PascalCase,
    CamelCase,
}

/// Where Amazon sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    Sqs,
    EventBridge,
    Either,
}

/// Whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    Seller,
    Vendor,
    Application,
}

/// How a subscription is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subscription {
    #[default]
    Token,
    Grantless,
    Console,
}

impl Notifications {
    /// Reads the file. A folder without the file has no rows.
    ///
    /// # Errors
    /// When the file cannot be read or parsed, or a row says what cannot be, with its name.
    pub fn read(path: &Path) -> Result<Self> {
        let found: Self = known::read(path)?;
        found.check().with_context(|| format!("in {}", path.display()))?;
        Ok(found)
    }

    /// The names of all types, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.rows.iter().map(|row| row.name.as_str()).collect();
        names.dedup();
        names
    }

    /// Whether a type has a row for more than one version.
    pub fn has_versions(&self, name: &str) -> bool {
        self.rows.iter().filter(|row| row.name == name).count() > 1
    }
}

impl Row {
    /// The version in words: `ORDER_CHANGE 1.0`.
    pub fn title(&self) -> String {
        match &self.payload_version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether the crate has a type for the payload.
    pub fn has_payload(&self) -> bool {
        self.schema.is_some() || !self.members.is_empty()
    }
}
