//! What a row of `models/notifications.toml` may say.

use super::{Notifications, Row, Subscription};
use crate::naming;
use crate::retirements::Retirements;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;

impl Notifications {
    /// Fails if a row says what cannot be, with its name.
    pub(super) fn check(&self) -> Result<()> {
        for row in &self.rows {
            row.check().with_context(|| row.title())?;
        }
        for pair in self.rows.windows(2) {
            let key = |row: &Row| (row.name.clone(), row.payload_version.clone());
            let (first, second) = (key(&pair[0]), key(&pair[1]));
            if first >= second {
                bail!(
                    "{} is before {}: rows are sorted by name and version, and each is once",
                    pair[0].title(),
                    pair[1].title()
                );
            }
        }
        let mut taken = BTreeSet::new();
        for name in self.names() {
            ensure!(taken.insert(naming::type_name(name)), "{name} and another type have the same name in Rust");
        }
        for other in self.rows.iter().flat_map(|row| &row.also) {
            ensure!(!self.names().contains(&other.as_str()), "{other} is the name of a type and another name of one");
        }
        Ok(())
    }
}

impl Notifications {
    /// Fails if a retired type or version has no row.
    ///
    /// # Errors
    /// When it has none, with its name.
    pub fn check_retirements(&self, retirements: &Retirements) -> Result<()> {
        for end in retirements.types().filter(|end| end.section == "notifications") {
            let is_it = |row: &&Row| {
                row.name == end.name && (end.payload.is_none() || end.payload == row.payload_version.as_deref())
            };
            let payload = end.payload.unwrap_or_default();
            ensure!(
                self.rows.iter().any(|row| is_it(&row)),
                "models/retirements.toml retires {} {payload}, which has no row in models/notifications.toml: add one",
                end.name
            );
        }
        Ok(())
    }
}

impl Row {
    fn check(&self) -> Result<()> {
        let is_name = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_uppercase())
                && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        ensure!(is_name(&self.name) && self.also.iter().all(|name| is_name(name)), "a name is written `ORDER_CHANGE`");
        let is_version = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || "-.".contains(c));
        ensure!(self.payload_version.as_deref().is_none_or(is_version), "a version is written `1.0` or `2020-09-04`");
        let is_file = |text: &str| text.ends_with(".json") && !text.contains(['/', '\\']);
        ensure!(self.schema.as_deref().is_none_or(is_file), "a schema is the name of a JSON file");
        ensure!(!self.about.is_empty() && !self.about.ends_with('.'), "`about` is some words without a full stop");
        let one_way = self.event_filter.is_empty() || !self.filter_expression;
        ensure!(one_way, "a subscription has an event filter or a filter expression");
        if self.subscription == Subscription::Console {
            ensure!(
                self.event_filter.is_empty() && !self.filter_expression,
                "without a subscription there is no filter"
            );
        }
        Ok(())
    }
}
