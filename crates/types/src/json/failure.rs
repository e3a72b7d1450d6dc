//! Why a value could not be decoded, and how the next reading can avoid the failure.

use super::DecodeError;
use super::rules::{Check, Passes};
use super::scan::Broken;
use serde::de::{Error, Expected, Unexpected};
use std::fmt::{self, Display};

/// An error of [`Reader`](super::reader::Reader). It is a box because results of this type pass through every level of
/// every type.
#[derive(Debug)]
pub(super) struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    reason: Reason,
    place: Option<Place>,
    /// Which values fail like this one.
    check: Option<Check>,
    /// Where such values are passed over when the text is read again.
    passes: Option<Passes>,
}

/// Which value failed.
#[derive(Debug)]
pub(super) struct Place {
    /// Where the value begins in the text.
    pub start: usize,
    pub path: String,
}

/// What is wrong. It holds no value of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    NotJson(Broken),
    TooDeep,
    /// What the type expects, and the kind of the value in the text if it is known.
    Unexpected {
        expected: String,
        found: Option<&'static str>,
    },
    Missing(&'static str),
    Repeated(&'static str),
    TooLong,
    DoesNotFit,
}

impl Failure {
    pub(super) fn new(reason: Reason) -> Self {
        Self(Box::new(Inner { reason, place: None, check: None, passes: None }))
    }

    pub(super) fn unexpected(expected: &dyn Expected, found: &'static str) -> Self {
        Self::new(Reason::Unexpected { expected: expected.to_string(), found: Some(found) })
    }

    pub(super) fn reason(&self) -> &Reason {
        &self.0.reason
    }

    pub(super) fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    pub(super) fn set_place(&mut self, place: Place) {
        self.0.place = Some(place);
    }

    pub(super) fn with_check(mut self, check: Check) -> Self {
        self.0.check = Some(check);
        self
    }

    /// Sets what passes the value over, if the value begins here and no inner failure has set it.
    pub(super) fn pass(&mut self, start: usize, passes: impl FnOnce() -> Passes) {
        let begins_there = self.0.place.as_ref().is_some_and(|place| place.start == start);
        if begins_there && self.0.check.is_some() && self.0.passes.is_none() {
            self.0.passes = Some(passes());
        }
    }

    /// What the next reading of the text must do differently, if that helps.
    pub(super) fn remedy(&self) -> Option<(Passes, Check)> {
        self.0.passes.clone().zip(self.0.check)
    }
}

impl From<&Failure> for DecodeError {
    fn from(failure: &Failure) -> Self {
        let path = failure.place().map(|place| place.path.clone());
        Self::new(path.unwrap_or_default(), failure.to_string())
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(Broken::Syntax) => f.write_str("it is not valid JSON"),
            Self::NotJson(Broken::EndsEarly) => f.write_str("it ends too early"),
            Self::TooDeep => f.write_str("it is nested too deep"),
            Self::Unexpected { expected, found: Some(found) } => write!(f, "expected {expected}, found {found}"),
            Self::Unexpected { expected, found: None } => write!(f, "expected {expected}"),
            Self::Missing(name) => write!(f, "missing field `{name}`"),
            Self::Repeated(name) => write!(f, "the member `{name}` occurs twice"),
            Self::TooLong => f.write_str("it has more members than its type"),
            Self::DoesNotFit => f.write_str("the value does not fit its type"),
        }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.reason.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// The errors of the types themselves. Their texts may repeat the value, so only the expectation is kept.
impl Error for Failure {
    fn custom<T: Display>(message: T) -> Self {
        if message.to_string() == DECIMAL_EXPECTED {
            return Self::new(Reason::Unexpected { expected: "a decimal number".to_owned(), found: None });
        }
        Self::new(Reason::DoesNotFit)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unexpected(expected, found_name(&found))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Reason::Unexpected { expected: expected.to_string(), found: None })
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(Reason::Unexpected { expected: expected.to_string(), found: None })
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Reason::DoesNotFit)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Reason::DoesNotFit)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Reason::Missing(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Reason::Repeated(field))
    }
}

/// The error of [`crate::decimal`] for a required number that cannot be read.
const DECIMAL_EXPECTED: &str = "expected a decimal number";

fn found_name(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a flag",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::Bytes(_) => "a text",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "another value",
    }
}
