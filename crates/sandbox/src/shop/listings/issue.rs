//! Issues of listings, as answers show them.

use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// An issue of a listing in one marketplace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Issue {
    pub(crate) code: String,
    /// The message by language, such as `en`. English is always there.
    pub(crate) messages: BTreeMap<String, String>,
    pub(crate) severity: Severity,
    pub(crate) attributes: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) enforcement: Option<Enforcement>,
}

/// How much an issue matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Severity {
    Error,
    Warning,
    Info,
}

/// What Amazon does because of an issue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Enforcement {
    pub(crate) actions: Vec<String>,
    pub(crate) exemption: Exemption,
}

/// Whether the actions are held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Exemption {
    /// The actions apply.
    NotExempt,
    /// They do not apply.
    Exempt,
    /// They apply from that time on.
    Until(SystemTime),
}

/// The action that ends the sale.
pub(crate) const LISTING_SUPPRESSED: &str = "LISTING_SUPPRESSED";

/// The action that removes a listing from searches.
pub(crate) const SEARCH_SUPPRESSED: &str = "SEARCH_SUPPRESSED";

impl Issue {
    /// An issue with an English message, without enforcements.
    pub(crate) fn new(
        code: &str,
        severity: Severity,
        category: &str,
        attribute: &str,
        message: impl Into<String>,
    ) -> Self {
        let listed = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
        Self {
            code: code.to_owned(),
            messages: BTreeMap::from([("en".to_owned(), message.into())]),
            severity,
            attributes: listed(attribute),
            categories: listed(category),
            enforcement: None,
        }
    }

    /// Adds the message in another language.
    pub(crate) fn and(mut self, language: &str, message: impl Into<String>) -> Self {
        self.messages.insert(language.to_owned(), message.into());
        self
    }

    /// Adds an action that applies.
    pub(crate) fn with_action(self, action: &str) -> Self {
        let enforcement = Enforcement { actions: vec![action.to_owned()], exemption: Exemption::NotExempt };
        Self { enforcement: Some(enforcement), ..self }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether an action applies at a time.
    pub(crate) fn enforces(&self, action: &str, now: SystemTime) -> bool {
        self.enforcement.as_ref().is_some_and(|enforcement| {
            let applies = match enforcement.exemption {
                Exemption::NotExempt => true,
                Exemption::Exempt => false,
                Exemption::Until(end) => end <= now,
            };
            applies && enforcement.actions.iter().any(|known| known == action)
        })
    }

    /// When a temporary exemption ends.
    pub(crate) fn exempt_until(&self) -> Option<SystemTime> {
        match self.enforcement.as_ref()?.exemption {
            Exemption::Until(end) => Some(end),
            _ => None,
        }
    }

    /// The message in the language of a locale, or in English.
    pub(crate) fn message(&self, locale: &str) -> &str {
        let language = locale.split('_').next().unwrap_or_default();
        self.messages.get(language).or_else(|| self.messages.get("en")).map(String::as_str).unwrap_or_default()
    }

    /// The body in which the API shows it.
    pub(crate) fn body(&self, locale: &str, marketplaces: &[&str]) -> Value {
        let mut body = json!({
            "code": self.code,
            "message": self.message(locale),
            "severity": self.severity,
            "attributeNames": self.attributes,
            "categories": self.categories,
            "marketplaceIds": marketplaces,
        });
        if let Some(Enforcement { actions, exemption }) = &self.enforcement {
            let actions: Vec<Value> = actions.iter().map(|action| json!({ "action": action })).collect();
            let exemption = match exemption {
                Exemption::NotExempt => json!({ "status": "NOT_EXEMPT" }),
                Exemption::Exempt => json!({ "status": "EXEMPT" }),
                Exemption::Until(end) => {
                    json!({ "status": "EXEMPT_UNTIL_EXPIRY_DATE", "expiryDate": dates::text(*end) })
                }
            };
            body["enforcements"] = json!({ "actions": actions, "exemption": exemption });
        }
        body
    }

    /// Reads an issue in the form of [`body`](Self::body), or says what is wrong.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let Given { code, message, severity, attribute_names, categories, enforcements } =
            serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
        let enforcement = enforcements.map(GivenEnforcements::read).transpose()?;
        let messages = BTreeMap::from([("en".to_owned(), message)]);
        Ok(Self { code, messages, severity, attributes: attribute_names, categories, enforcement })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Given {
    code: String,
    message: String,
    severity: Severity,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    enforcements: Option<GivenEnforcements>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenEnforcements {
    actions: Vec<GivenAction>,
    exemption: GivenExemption,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenAction {
    action: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GivenExemption {
    status: String,
    expiry_date: Option<String>,
}

impl GivenEnforcements {
    fn read(self) -> Result<Enforcement, String> {
        let exemption = match (self.exemption.status.as_str(), self.exemption.expiry_date) {
            ("NOT_EXEMPT", None) => Exemption::NotExempt,
            ("EXEMPT", None) => Exemption::Exempt,
            ("EXEMPT_UNTIL_EXPIRY_DATE", Some(date)) => {
                Exemption::Until(dates::read(&date).ok_or("expiryDate is not an ISO 8601 date")?)
            }
            _ => {
                return Err("exemption needs the status NOT_EXEMPT or EXEMPT, or EXEMPT_UNTIL_EXPIRY_DATE and an \
                            expiryDate"
                    .into());
            }
        };
        Ok(Enforcement { actions: self.actions.into_iter().map(|given| given.action).collect(), exemption })
    }
}
