//! The effect of a change on callers of the crates, and on the crates' versions.

use anyhow::{Context, Result, ensure};
use semver::Version;
use serde::Serialize;

/// The effect of a change on a caller in Rust, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The generated crate is the same.
    Nothing,
    /// Code still compiles; the crate sends, waits or documents something different.
    Behaviour,
    /// There is more to call, to set or to read.
    Additive,
    /// Code that compiled may no longer compile, or may fail where it did not.
    Breaking,
    /// A side cannot be generated.
    Unknown,
}

/// Which part of a crate's version must be raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    None,
    Patch,
    Minor,
    Major,
    /// A side cannot be generated.
    Unknown,
}

impl Effect {
    /// The verdict on a crate whose largest change has this effect.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Nothing => Verdict::None,
            Self::Behaviour => Verdict::Patch,
            Self::Additive => Verdict::Minor,
            Self::Breaking => Verdict::Major,
            Self::Unknown => Verdict::Unknown,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Behaviour => "behaviour",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
            Self::Unknown => "unknown",
        }
    }
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Unknown => "unknown",
        }
    }

    /// The next version. Below 1.0.0 cargo treats the second number as the major one and the third as all others.
    ///
    /// # Errors
    /// When `version` is not a version, or the verdict is not known.
    pub fn raise(self, version: &str) -> Result<String> {
        let mut next = Version::parse(version).with_context(|| format!("{version:?} is not a version"))?;
        ensure!(self != Self::Unknown, "the changes are unknown, because a side cannot be generated");
        match (self, next.major) {
            (Self::None, _) => return Ok(version.to_owned()),
            (Self::Major, 0) => (next.minor, next.patch) = (next.minor + 1, 0),
            (Self::Minor | Self::Patch, 0) | (Self::Patch, _) => next.patch += 1,
            (Self::Minor, _) => (next.minor, next.patch) = (next.minor + 1, 0),
            (Self::Major | Self::Unknown, _) => (next.major, next.minor, next.patch) = (next.major + 1, 0, 0),
        }
        Ok(next.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_by_cargos_rules() {
        let cases = [
            (Verdict::None, "0.1.2", "0.1.2"),
            (Verdict::Patch, "0.1.2", "0.1.3"),
            (Verdict::Minor, "0.1.2", "0.1.3"),
            (Verdict::Major, "0.1.2", "0.2.0"),
            (Verdict::Patch, "1.2.3", "1.2.4"),
            (Verdict::Minor, "1.2.3", "1.3.0"),
            (Verdict::Major, "1.2.3", "2.0.0"),
        ];
        for (verdict, from, to) in cases {
            assert_eq!(verdict.raise(from).unwrap(), to);
        }
        assert!(Verdict::Patch.raise("one").is_err() && Verdict::Unknown.raise("0.1.0").is_err());
    }
}
