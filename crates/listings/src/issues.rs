//! The issues of a listing, in the form of each version of the API.

use serde::{Deserialize, Serialize};
use spapi_core::{DateTime, absent};
use spapi_jobs::FeedIssue;
use spapi_types::text::printable;
use std::collections::BTreeMap;
use std::fmt;

/// How much of Amazon's message a line shows.
const LONGEST_MESSAGE: usize = 500;

spapi_core::open_enum! {
    /// How bad an issue is.
    pub enum IssueSeverity {
        /// Amazon did not take the listing, or a part of it does not work.
        Error = "ERROR",
        /// The listing works, and could be better.
        Warning = "WARNING",
        /// Only information.
        Info = "INFO",
    }
}

spapi_core::open_enum! {
    /// What an issue is about. Amazon changes the codes of issues now and then, and keeps the categories.
    pub enum IssueCategory {
        /// The value of an attribute is wrong.
        InvalidAttribute = "INVALID_ATTRIBUTE",
        /// A required attribute is missing.
        MissingAttribute = "MISSING_ATTRIBUTE",
        /// An image is not usable.
        InvalidImage = "INVALID_IMAGE",
        /// A required image is missing.
        MissingImage = "MISSING_IMAGE",
        /// The price is not allowed.
        InvalidPrice = "INVALID_PRICE",
        /// The price is missing.
        MissingPrice = "MISSING_PRICE",
        /// The product is in the catalog more than once.
        Duplicate = "DUPLICATE",
        /// The seller needs an approval.
        QualificationRequired = "QUALIFICATION_REQUIRED",
    }
}

spapi_core::open_enum! {
    /// What Amazon does because of an issue.
    pub enum EnforcementAction {
        /// Nobody can buy it.
        ListingSuppressed = "LISTING_SUPPRESSED",
        /// Amazon does not show the attribute.
        AttributeSuppressed = "ATTRIBUTE_SUPPRESSED",
        /// Amazon has removed the product from the catalog.
        CatalogItemRemoved = "CATALOG_ITEM_REMOVED",
        /// The search does not find it.
        SearchSuppressed = "SEARCH_SUPPRESSED",
    }
}

spapi_core::open_enum! {
    /// Whether Amazon carries out the actions of an issue.
    pub enum ExemptionStatus {
        /// Amazon does not.
        Exempt = "EXEMPT",
        /// Amazon does not before a date.
        ExemptUntilExpiryDate = "EXEMPT_UNTIL_EXPIRY_DATE",
        /// Amazon does.
        NotExempt = "NOT_EXEMPT",
    }
}

/// What Amazon does because of an issue, and whether the listing is exempt from it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(from = "WireEnforcements", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Enforcements {
    /// The actions.
    pub actions: Vec<EnforcementAction>,
    /// Whether Amazon carries them out. `None` if the answer does not say.
    pub exemption: Option<ExemptionStatus>,
    /// When the exemption ends.
    pub expiry_date: Option<DateTime>,
}

/// Something that is wrong with a listing, or that could be better.
///
/// The fields have the names of the newest version of the API. Issues of older versions and of a feed's processing report
/// are read too: those with the name of one attribute instead of a list, without a code, without categories.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(from = "WireIssue", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Issue {
    /// Amazon's code, such as `90220`.
    pub code: Option<String>,
    /// Amazon's words, in the locale of the request.
    pub message: String,
    /// How bad it is.
    pub severity: IssueSeverity,
    /// The names of the attributes that it is about. Empty if it is about the listing as a whole.
    pub attribute_names: Vec<String>,
    /// What it is about.
    pub categories: Vec<IssueCategory>,
    /// What Amazon does because of it.
    pub enforcements: Option<Enforcements>,
    /// The ids of the marketplaces that it applies to. Empty if the answer does not say.
    pub marketplace_ids: Vec<String>,
}

impl Issue {
    /// Whether it is an error. An issue without a severity counts as one.
    pub fn is_error(&self) -> bool {
        matches!(self.severity.as_str(), "ERROR" | "")
    }

    /// Whether it is an error from which the listing is not exempt.
    pub fn is_in_the_way(&self) -> bool {
        let exemption = self.enforcements.as_ref().and_then(|enforcements| enforcements.exemption.as_ref());
        let is_exempt = matches!(exemption, Some(ExemptionStatus::Exempt | ExemptionStatus::ExemptUntilExpiryDate));
        self.is_error() && !is_exempt
    }

    /// Whether it says the same of the same attributes.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.code == other.code && self.attribute_names == other.attribute_names
    }

    /// Whether Amazon says that it failed itself (`4000000`). The same request can succeed later.
    pub fn is_internal(&self) -> bool {
        self.code.as_deref() == Some(INTERNAL)
    }

    /// Whether it applies to the marketplace with this id, or does not say to which it applies.
    pub fn is_of(&self, marketplace_id: &str) -> bool {
        self.marketplace_ids.is_empty() || self.marketplace_ids.iter().any(|id| id == marketplace_id)
    }
}

/// The code of an internal error of Amazon's.
pub(crate) const INTERNAL: &str = "4000000";

/// One line: `ERROR 90220 (brand): the attribute is missing`.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.severity.as_str() {
            "" => f.write_str("ERROR")?,
            severity => write!(f, "{}", printable(severity).up_to(40))?,
        }
        if let Some(code) = &self.code {
            write!(f, " {}", printable(code).up_to(40))?;
        }
        if !self.attribute_names.is_empty() {
            write!(f, " ({})", printable(&self.attribute_names.join(", ")).up_to(200))?;
        }
        write!(f, ": {}", printable(&self.message).up_to(LONGEST_MESSAGE))
    }
}

/// An issue of a feed's processing report.
impl From<&FeedIssue> for Issue {
    fn from(issue: &FeedIssue) -> Self {
        Self {
            code: issue.code.clone(),
            message: issue.message.clone(),
            severity: issue.severity.to_string().into(),
            attribute_names: issue.attributes.clone(),
            ..Self::default()
        }
    }
}

/// The issues of a listing, in Amazon's order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Issues(#[serde(deserialize_with = "absent::list")] Vec<Issue>);

impl Issues {
    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Issue> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Issue> {
        self.0.iter().filter(|issue| issue.is_error())
    }

    /// The issues that are not errors.
    pub fn warnings(&self) -> impl Iterator<Item = &Issue> {
        self.0.iter().filter(|issue| !issue.is_error())
    }

    /// The issues of each attribute, by its name. Those about the listing as a whole have the key `None`. An issue about
    /// several attributes is in each of their lists.
    ///
    /// ```
    /// use spapi_listings::Issues;
    ///
    /// let issues: Issues = serde_json::from_str(r#"[{"code":"90220","severity":"ERROR","message":"missing","attributeName":"brand"}]"#)?;
    /// assert_eq!(issues.by_attribute()[&Some("brand")].len(), 1);
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    pub fn by_attribute(&self) -> BTreeMap<Option<&str>, Vec<&Issue>> {
        let mut groups: BTreeMap<Option<&str>, Vec<&Issue>> = BTreeMap::new();
        for issue in &self.0 {
            if issue.attribute_names.is_empty() {
                groups.entry(None).or_default().push(issue);
            }
            for name in &issue.attribute_names {
                groups.entry(Some(name)).or_default().push(issue);
            }
        }
        groups
    }

    /// Those that `before` does not have.
    pub(crate) fn since(&self, before: &Self) -> Self {
        self.iter().filter(|issue| !before.0.contains(issue)).cloned().collect()
    }
}

impl FromIterator<Issue> for Issues {
    fn from_iter<I: IntoIterator<Item = Issue>>(issues: I) -> Self {
        Self(issues.into_iter().collect())
    }
}

impl<'issues> IntoIterator for &'issues Issues {
    type Item = &'issues Issue;
    type IntoIter = std::slice::Iter<'issues, Issue>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Each issue on a line of its own.
impl fmt::Display for Issues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, issue) in self.0.iter().enumerate() {
            write!(f, "{}{issue}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// An issue as any version of the API writes it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireIssue {
    code: Option<String>,
    message: Option<String>,
    severity: Option<IssueSeverity>,
    /// 2020-09-01, the processing report of a feed, and early answers of 2021-08-01 beside the list.
    attribute_name: Option<String>,
    #[serde(deserialize_with = "absent::list")]
    attribute_names: Vec<String>,
    #[serde(deserialize_with = "absent::list")]
    categories: Vec<IssueCategory>,
    enforcements: Option<Enforcements>,
    #[serde(deserialize_with = "absent::list")]
    marketplace_ids: Vec<String>,
}

impl From<WireIssue> for Issue {
    fn from(wire: WireIssue) -> Self {
        let mut attribute_names = wire.attribute_names;
        if let Some(name) = wire.attribute_name.filter(|name| !name.is_empty() && !attribute_names.contains(name)) {
            attribute_names.insert(0, name);
        }
        Self {
            code: wire.code.filter(|code| !code.trim().is_empty()),
            message: wire.message.unwrap_or_default(),
            severity: wire.severity.unwrap_or_default(),
            attribute_names,
            categories: wire.categories,
            enforcements: wire.enforcements,
            marketplace_ids: wire.marketplace_ids,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireEnforcements {
    #[serde(deserialize_with = "absent::list")]
    actions: Vec<WireAction>,
    exemption: Option<WireExemption>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireAction {
    action: Option<EnforcementAction>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WireExemption {
    status: Option<ExemptionStatus>,
    expiry_date: Option<DateTime>,
}

impl From<WireEnforcements> for Enforcements {
    fn from(wire: WireEnforcements) -> Self {
        let exemption = wire.exemption.unwrap_or_default();
        Self {
            actions: wire.actions.into_iter().filter_map(|action| action.action).collect(),
            exemption: exemption.status,
            expiry_date: exemption.expiry_date,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Issues {
        spapi_types::json::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn issues_of_every_version_are_read() {
        let issues = read(
            &json!([
                { "code": "1", "message": "a", "severity": "ERROR", "attributeName": "brand" },
                { "code": "2", "message": "b", "severity": "WARNING", "attributeNames": ["brand", "color"] },
                { "code": "3", "message": "c", "severity": "ERROR", "attributeNames": null, "categories": ["INVALID_PRICE", "NEW_ONE"],
                  "enforcements": { "actions": [{ "action": "LISTING_SUPPRESSED" }, {}], "exemption": { "status": "EXEMPT_UNTIL_EXPIRY_DATE", "expiryDate": "2026-12-24T00:00Z" } },
                  "marketplaceIds": ["A1VC38T7YXB528"] },
                { "message": "d", "severity": "WARNING", "attributeName": "size", "attributeNames": ["size", "color"] },
                { "severity": "ERROR", "message": "e", "messageId": 7, "sku": "A-1" },
                { "code": 99022, "severity": "GRAVE", "message": null, "enforcements": [] },
                {},
            ])
            .to_string(),
        );
        let issues: Vec<&Issue> = issues.iter().collect();
        assert_eq!(issues[0].attribute_names, ["brand"]);
        assert_eq!((issues[1].attribute_names.len(), issues[1].is_error()), (2, false));
        assert_eq!(issues[2].categories, [IssueCategory::InvalidPrice, "NEW_ONE".into()]);
        let enforcements = issues[2].enforcements.clone().unwrap();
        assert_eq!(enforcements.actions, [EnforcementAction::ListingSuppressed]);
        assert_eq!(enforcements.expiry_date.unwrap().as_str(), "2026-12-24T00:00Z");
        assert!(issues[2].is_error() && !issues[2].is_in_the_way());
        assert!(issues[2].is_of("A1VC38T7YXB528") && !issues[2].is_of("ATVPDKIKX0DER") && issues[0].is_of("x"));
        assert_eq!(
            (issues[3].code.as_deref(), issues[3].attribute_names.as_slice()),
            (None, ["size", "color"].map(String::from).as_slice())
        );
        assert!(issues[4].is_in_the_way());
        assert_eq!((issues[5].code.as_deref(), issues[5].is_error()), (Some("99022"), false));
        assert!(issues[6].is_error(), "an issue without a severity");
    }

    #[test]
    fn issues_are_grouped_by_attribute() {
        let issues = read(
            &json!([
                { "code": "1", "severity": "WARNING", "attributeNames": ["size", "brand"] },
                { "code": "2", "severity": "ERROR" },
                { "code": "3", "severity": "ERROR", "attributeName": "brand" },
            ])
            .to_string(),
        );
        let codes = |name: Option<&str>| -> Vec<_> {
            issues.by_attribute()[&name].iter().map(|issue| issue.code.clone().unwrap()).collect()
        };
        assert_eq!(
            (codes(None), codes(Some("brand")), codes(Some("size"))),
            (vec!["2".into()], vec!["1".into(), "3".into()], vec!["1".into()])
        );
    }

    #[test]
    fn an_issue_of_a_feed_becomes_one_of_a_listing() {
        let text = r#"{"header":{},"issues":[{"messageId":2,"sku":"A-1","code":"90220","severity":"WARNING","message":"m","attributeName":"brand"}]}"#;
        let report = spapi_jobs::ProcessingReport::read(text).unwrap();
        let issue = Issue::from(&report.issues[0]);
        assert_eq!(issue.to_string(), "WARNING 90220 (brand): m");
        assert_eq!((issue.severity, issue.attribute_names.len()), (IssueSeverity::Warning, 1));
    }

    #[test]
    fn a_line_shows_no_control_characters() {
        let issues = read(r#"[{"code":"1\u001b[2J","severity":"ERROR","message":"a\nb","attributeName":"x\u202e"}]"#);
        assert_eq!(issues.to_string(), "ERROR 1 [2J (x\u{fffd}): a b");
    }

    #[test]
    fn an_issue_is_written_in_the_newest_form() {
        let issues = read(r#"[{"severity":"ERROR","message":"a","attributeName":"brand"}]"#);
        let written = serde_json::to_value(&issues).unwrap();
        assert_eq!((&written[0]["attributeNames"], &written[0]["severity"]), (&json!(["brand"]), &json!("ERROR")));
    }
}
