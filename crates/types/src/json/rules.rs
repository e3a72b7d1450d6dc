//! What one reading of a text learns for the next.
//!
//! serde cannot go back: when a type has asked for a number, its field can no longer become `None`. So a value that
//! cannot be read ends the reading, and the text is read again with rules that say in advance what to pass over. A rule
//! is about a type and a kind of failure rather than one path, so that a page with a thousand odd values of a kind is
//! read twice, not a thousand times.

use super::DecodeError;
use super::failure::{Failure, Reason};
use super::scan::{Oddities, Scan};
use super::spelling::{Fits, Token};
use std::collections::{HashMap, HashSet};

/// How many bytes may be read again, beyond [`ALWAYS`] readings. This limits the work for a hostile answer.
const MOST_BYTES: usize = 32 << 20;
/// How many readings any text gets.
const ALWAYS: usize = 8;
/// How many readings even a short text gets at most.
const MOST: usize = 1000;

/// Where a value is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Passes {
    /// An `Option` of the type with this name is `None`.
    Option(&'static str),
    /// The member of this name is treated as absent in structures that a visitor of this name reads.
    Member(&'static str, String),
}

/// Which values are passed over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    /// Values that cannot be read as the type expects.
    Unfit(Fits),
    /// Values with the same letters as one that the type refused. Holds the hash of the letters.
    Same(u64),
}

#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: HashMap<Passes, Checks>,
    /// Why each member that was passed over could not be read.
    omitted: Vec<(String, DecodeError)>,
    /// The offsets of the members that occur again later in their object. `None` until they are looked for.
    repeated: Option<HashSet<usize>>,
    readings: usize,
}

#[derive(Debug, Default)]
pub(super) struct Checks {
    unfit: Vec<Fits>,
    same: HashSet<u64>,
}

impl Checks {
    pub(super) fn is_unfit(&self, token: &Token<'_>) -> bool {
        self.unfit.iter().any(|fits| !fits(token))
    }

    pub(super) fn looks_at_letters(&self) -> bool {
        !self.same.is_empty()
    }

    pub(super) fn has_letters(&self, hash: u64) -> bool {
        self.same.contains(&hash)
    }
}

impl Rules {
    pub(super) fn are_none(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn of(&self, passes: &Passes) -> Option<&Checks> {
        self.rules.get(passes)
    }

    pub(super) fn is_repeated(&self, key: usize) -> bool {
        self.repeated.as_ref().is_some_and(|repeated| repeated.contains(&key))
    }

    /// Finds the members that occur again later.
    pub(super) fn find_repeated(&mut self, text: &str) {
        self.repeated = Some(Scan::new(text, 0, Oddities::default()).repeated_members());
    }

    /// Whether a failure adds a rule, so that another reading helps.
    pub(super) fn learn(&mut self, text: &str, failure: &Failure) -> bool {
        self.readings += 1;
        let affordable = self.readings < ALWAYS || self.readings.saturating_mul(text.len()) < MOST_BYTES;
        if !affordable || self.readings >= MOST {
            return false;
        }
        if matches!(failure.reason(), Reason::Repeated(_)) && self.repeated.is_none() {
            self.find_repeated(text);
            return true;
        }
        let Some((passes, check)) = failure.remedy() else { return false };
        if let Passes::Member(_, name) = &passes {
            self.omitted.push((name.clone(), DecodeError::from(failure)));
        }
        let checks = self.rules.entry(passes).or_default();
        match check {
            // An existing rule did not help.
            Check::Unfit(fits) if checks.unfit.iter().any(|known| std::ptr::fn_addr_eq(*known, fits)) => return false,
            Check::Unfit(fits) => checks.unfit.push(fits),
            Check::Same(hash) => return checks.same.insert(hash),
        }
        true
    }

    /// The error of a text that cannot be read. If a field is missing because its value was passed over, the error is
    /// about that value.
    pub(super) fn error(self, failure: &Failure) -> DecodeError {
        if let Reason::Missing(field) = failure.reason() {
            if let Some((_, error)) = self.omitted.into_iter().find(|(name, _)| name == field) {
                return error;
            }
        }
        DecodeError::from(failure)
    }
}
