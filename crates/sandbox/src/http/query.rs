//! The query string of a request, read the way the published models describe it.

use super::ApiError;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::time::{Duration, SystemTime};

/// The percent-decoded parameters of a query string, in the order of the request. An empty value counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Refuses a query that repeats a name: commas join lists here, so a client that repeats the name would get an answer
    /// for only one of its values.
    pub(crate) fn refuse_repeated_names(&self) -> Result<(), ApiError> {
        let mut seen = HashSet::new();
        match self.0.iter().find(|(name, _)| !seen.insert(name)) {
            Some((name, _)) => Err(ApiError::invalid_input(format!(
                "{name} is given more than once; join the values of a list with commas."
            ))),
            None => Ok(()),
        }
    }

    /// The names and values as the client sent them, including empty ones.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is another parameter than this one.
    pub(crate) fn has_others_than(&self, name: &str) -> bool {
        self.pairs().any(|(known, value)| known != name && !value.is_empty())
    }

    /// The percent-decoded value.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// Sets a value, or replaces it.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// The values of a list, or `None` if it is absent.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.text(name)?.split(',').map(str::trim).filter(|value| !value.is_empty()).collect())
    }

    /// The values of a list that takes only `known` values, or `None` if it is absent.
    pub(crate) fn choices<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Option<Vec<T>>, ApiError> {
        let Some(values) = self.list(name) else { return Ok(None) };
        let read = |value: &str| {
            known.iter().find(|(text, _)| *text == value).map(|(_, choice)| *choice).ok_or_else(|| {
                let known: Vec<&str> = known.iter().map(|(text, _)| *text).collect();
                ApiError::invalid_input(format!("{name} has no value {value:?}; it takes {}.", known.join(", ")))
            })
        };
        values.into_iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    /// A date, or `None` if it is absent.
    pub(crate) fn date(&self, name: &str) -> Result<Option<SystemTime>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        dates::read(text)
            .map(Some)
            .ok_or_else(|| ApiError::invalid_input(format!("{name} is not an ISO 8601 date: {text:?}.")))
    }

    /// The range between two dates: from the start, if there is one, to two minutes before `now` at the latest.
    pub(crate) fn range(&self, from: &str, to: &str, now: SystemTime) -> Result<Range<SystemTime>, ApiError> {
        let latest = now - Duration::from_secs(120);
        let start = self.date(from)?.unwrap_or(SystemTime::UNIX_EPOCH);
        match self.date(to)? {
            Some(end) if end < start => Err(ApiError::invalid_input(format!("{to} is before {from}."))),
            Some(end) if end > latest => {
                Err(ApiError::invalid_input(format!("{to} must be at least two minutes before the present.")))
            }
            end => Ok(start..end.unwrap_or(latest)),
        }
    }

    /// A whole number within the range, or `None` if it is absent.
    pub(crate) fn number(&self, name: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().ok().filter(|number| range.contains(number)).map(Some).ok_or_else(|| {
            ApiError::invalid_input(format!("{name} must be {} to {}, not {text:?}.", range.start(), range.end()))
        })
    }

    /// `true` or `false`, or `None` if it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| ApiError::invalid_input(format!("{name} must be true or false, not {text:?}.")))
    }
}
