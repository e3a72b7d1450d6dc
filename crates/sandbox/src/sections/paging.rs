//! Cuts lists into pages, and makes the opaque tokens that name the next page.

use crate::http::{ApiError, Query};
use crate::seal::Seal;
use serde::{Deserialize, Serialize};

/// The content of a page token: the query that it continues, and the last entry of the page.
///
/// The position is an entry and not a count, so that new or removed entries between two pages shift nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Next {
    pub(crate) query: Query,
    pub(crate) after: Position,
}

/// A place in a sorted list: the time (seconds since 1970) and the id of an entry.
pub(crate) type Position = (u64, String);

/// The token that continues after `next.after`. It is valid only for its operation.
pub(crate) fn token(seal: &Seal, operation: &str, next: &Next) -> String {
    // Strings and a number always encode to JSON.
    let content = serde_json::to_string(next).unwrap_or_default();
    seal.close(operation, &content)
}

/// The content of a token. The error names the parameter.
pub(crate) fn read(seal: &Seal, operation: &str, parameter: &str, token: &str) -> Result<Next, ApiError> {
    seal.open(operation, token)
        .and_then(|content| serde_json::from_str(&content).ok())
        .ok_or_else(|| ApiError::invalid_input(format!("{parameter} is not a token of an earlier answer.")))
}

/// The names of a list's parameters.
pub(crate) struct List {
    /// The operation, which also identifies its page tokens.
    pub(crate) operation: &'static str,
    pub(crate) token: &'static str,
    /// The parameter for the size of a page, if there is one.
    pub(crate) size: Option<&'static str>,
    /// The most entries of a page, which is also the default.
    pub(crate) most: usize,
}

impl List {
    /// The entries on the page that a call asks for, and the token of the next one. With a token, the query of the first page
    /// counts. `entries` finds them by the query.
    pub(crate) fn page<T>(
        &self,
        seal: &Seal,
        call: &Query,
        entries: impl FnOnce(&Query) -> Result<Vec<T>, ApiError>,
        position: impl Fn(&T) -> Position,
    ) -> Result<(Vec<T>, Option<String>), ApiError> {
        let (query, after) = match call.text(self.token) {
            None => (call.clone(), None),
            Some(token) => {
                let Next { query, after } = read(seal, self.operation, self.token, token)?;
                (query, Some(after))
            }
        };
        let size = match self.size {
            Some(size) => query.number(size, 1..=self.most)?.unwrap_or(self.most),
            None => self.most,
        };
        let mut entries = entries(&query)?;
        entries.sort_by_cached_key(&position);
        let (entries, next) = page(entries, position, after.as_ref(), size);
        Ok((entries, next.map(|after| token(seal, self.operation, &Next { query, after }))))
    }
}

/// The first `size` entries after the position, and the next position if more entries follow.
///
/// `entries` must be sorted by their positions.
pub(crate) fn page<T>(
    entries: Vec<T>,
    position: impl Fn(&T) -> Position,
    after: Option<&Position>,
    size: usize,
) -> (Vec<T>, Option<Position>) {
    let mut rest: Vec<T> = entries.into_iter().filter(|entry| after.is_none_or(|a| position(entry) > *a)).collect();
    let more = rest.len() > size;
    rest.truncate(size);
    let last = rest.last().map(position);
    (rest, last.filter(|_| more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        // Some entries have the same time, so the id decides their order.
        let all = [(1, "a"), (2, "a"), (2, "b"), (3, "a"), (4, "a")];
        let position = |entry: &(u64, &str)| (entry.0, entry.1.to_owned());
        for size in 1..=6 {
            let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
            loop {
                let (entries, next) = page(all.to_vec(), position, after.as_ref(), size);
                seen.extend(entries);
                pages += 1;
                if next.is_none() {
                    break;
                }
                after = next;
            }
            assert_eq!(seen, all, "pages of {size}");
            assert_eq!(pages, all.len().div_ceil(size), "no empty page at the end");
        }
    }
}
