//! Findings of other checks than the validator's.

use super::finding::{Finding, Findings, Severity};

impl Finding {
    /// An error of this kind.
    pub(crate) fn error(keyword: &str, message: String) -> Self {
        Self {
            severity: Severity::Error,
            pointer: String::new(),
            keyword: keyword.to_owned(),
            property: None,
            attribute: None,
            label: None,
            message,
            is_stored: false,
        }
    }
}

impl Findings {
    /// Adds a finding.
    pub(crate) fn push(&mut self, finding: Finding) {
        self.add(finding);
    }

    /// Adds the findings of another check. Those that it has only counted count as errors.
    pub(crate) fn append(&mut self, other: &Self) {
        for finding in other {
            self.add(finding.clone());
        }
        for _ in 0..other.omitted() {
            self.count(Severity::Error);
        }
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        findings.into_iter().for_each(|finding| all.add(finding));
        all
    }
}
