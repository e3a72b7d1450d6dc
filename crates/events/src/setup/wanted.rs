//! A subscription that there should be.

use super::Filter;

/// A subscription that there should be.
///
/// It is made from the name of a notification type, or from name and version such as `LISTINGS_ITEM_ISSUES_CHANGE@2023-12-13`.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub(super) notification_type: String,
    pub(super) payload_version: Option<String>,
    pub(super) filter: Filter,
}

impl Wanted {
    /// All notifications of this type, with the newest version of its payload.
    pub fn new(notification_type: impl Into<String>) -> Self {
        Self { notification_type: notification_type.into(), payload_version: None, filter: Filter::new() }
    }

    /// With this version of the payload.
    pub fn version(mut self, payload_version: impl Into<String>) -> Self {
        self.payload_version = Some(payload_version.into());
        self
    }

    /// Only those that pass the filter.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// The notification type.
    pub fn notification_type(&self) -> &str {
        &self.notification_type
    }
}

impl From<&str> for Wanted {
    fn from(text: &str) -> Self {
        match text.split_once('@') {
            Some((name, version)) => Self::new(name).version(version),
            None => Self::new(text),
        }
    }
}
