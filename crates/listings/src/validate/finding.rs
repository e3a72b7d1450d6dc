//! What a check finds, and how it is shown.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use spapi_types::text::printable;
use std::fmt;

/// Whether a finding forbids sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The schema or Amazon's service refuses the attributes.
    Error,
    /// The schema accepts the attributes, but Amazon may refuse them or do something else than meant.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong, or may be wrong, with the attributes of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Whether it forbids sending.
    pub severity: Severity,
    /// The JSON pointer of the value in the attributes: `/bullet_point/2/value`, or an empty text for the attributes as a
    /// whole. [`is_stored`](Self::is_stored) says into which attributes it leads.
    pub pointer: String,
    /// The keyword of the schema that failed (`required`, `maxLength`, `maxUniqueItems`, `editable`), or the code of the lint
    /// (`selector_missing`), or `patch` for a patch that cannot be applied.
    pub keyword: String,
    /// The name of the member that is missing or that is too much, where the keyword is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The attribute of the first level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The attribute's label, in the language of the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What is wanted and what stands there, in one English sentence.
    pub message: String,
    /// Whether the value is one that the listing already has, and not one that is sent. The pointer leads into the stored
    /// attributes then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_stored: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match self.pointer.as_str() {
            "" => "the attributes".into(),
            pointer => printable(pointer).up_to(200).to_string(),
        };
        let stored = if self.is_stored { " of the stored listing" } else { "" };
        write!(f, "{} at {at}{stored}: {} [{}]", self.severity.name(), self.message, printable(&self.keyword).up_to(60))
    }
}

/// What a check has found: nothing, or errors and warnings in the order of the check.
///
/// `Display` writes a line for each. At most [`Findings::MOST`] errors and as many warnings are kept, unless
/// [`Validator::keep`](crate::Validator::keep) says more; the others are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    errors: usize,
    warnings: usize,
    most: usize,
}

impl Default for Findings {
    fn default() -> Self {
        Self::keeping(Self::MOST)
    }
}

impl Findings {
    /// How many errors, and how many warnings, are kept by default.
    pub const MOST: usize = 200;

    /// No findings. Of those to come, that many errors and as many warnings are kept.
    pub fn keeping(most: usize) -> Self {
        Self { kept: Vec::new(), errors: 0, warnings: 0, most }
    }

    /// How many errors are counted but not kept.
    pub fn omitted_errors(&self) -> usize {
        self.errors - self.errors().count()
    }

    /// Whether nothing forbids sending: no error was found. Warnings do not count.
    pub fn is_valid(&self) -> bool {
        self.errors == 0
    }

    /// The errors that are kept.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Error)
    }

    /// The warnings that are kept.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Warning)
    }

    /// The errors and warnings that are kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.kept.iter()
    }

    /// The number of findings that are counted but not kept.
    pub fn omitted(&self) -> usize {
        self.errors + self.warnings - self.kept.len()
    }

    /// Whether another finding of this severity is kept.
    pub(super) fn has_room(&self, severity: Severity) -> bool {
        let count = match severity {
            Severity::Error => self.errors,
            Severity::Warning => self.warnings,
        };
        count < self.most
    }

    pub(super) fn add(&mut self, finding: Finding) {
        let severity = finding.severity;
        if self.has_room(severity) {
            self.kept.push(finding);
        }
        self.count(severity);
    }

    /// Counts a finding that is not kept.
    pub(super) fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
    }

    /// Writes a line for each of these findings, and how many are not kept.
    pub(crate) fn lines<'finding>(
        &self,
        f: &mut fmt::Formatter<'_>,
        findings: impl Iterator<Item = &'finding Finding>,
    ) -> fmt::Result {
        for (at, finding) in findings.enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        match self.omitted() {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.kept.iter().filter(move |finding| finding.severity == severity)
    }
}

impl<'findings> IntoIterator for &'findings Findings {
    type Item = &'findings Finding;
    type IntoIter = std::slice::Iter<'findings, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines(f, self.iter())
    }
}

/// `{"valid": …, "findings": […], "omitted": …}`.
impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Findings", 3)?;
        members.serialize_field("valid", &self.is_valid())?;
        members.serialize_field("findings", &self.kept)?;
        members.serialize_field("omitted", &self.omitted())?;
        members.end()
    }
}
