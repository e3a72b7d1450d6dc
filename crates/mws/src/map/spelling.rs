//! Names of MWS in the spellings of client libraries and of programs that use them.

use super::{Entry, FOLDED, Kind, MWS, entries, folded};
use std::sync::LazyLock;

/// An operation as client libraries write it: `list_orders`, `ListOrdersRequest`, `MarketplaceWebServiceOrders_Model_ListOrdersRequest`.
pub(super) fn operation(word: &str) -> Option<&'static Entry> {
    // A part of a name that has small letters alone is an ordinary word.
    let mut parts = word.split('_').filter(|part| part.bytes().any(|byte| byte.is_ascii_uppercase()));
    without_affixes(word).or_else(|| parts.find_map(without_affixes))
}

/// An operation in a word that may have more before and behind it.
fn without_affixes(word: &str) -> Option<&'static Entry> {
    const BEFORE: [&str; 9] = ["invoke", "convert", "mws", "call", "execute", "begin", "end", "send", "parse"];
    const AFTER: [&str; 10] =
        ["request", "response", "result", "async", "sample", "input", "output", "command", "params", "mws"];
    const MOST_AFTER: usize = 3;
    let find = |word: &str| FOLDED.get(word).copied().filter(|entry| entry.kind == Kind::Operation);
    let with_before =
        |word: &str| find(word).or_else(|| BEFORE.iter().find_map(|before| word.strip_prefix(before)).and_then(find));
    let word = folded(word);
    let mut rest = word.as_str();
    // The names of some operations end with one of these words.
    for _ in 0..=MOST_AFTER {
        if let Some(entry) = with_before(rest) {
            return Some(entry);
        }
        rest = AFTER.iter().find_map(|after| rest.strip_suffix(after))?;
    }
    None
}

/// A parameter as the methods of a library or the settings of a program have it: `setMWSAuthToken`, `MWS_SELLER_ID`.
pub(super) fn parameter(word: &str) -> Option<&'static Entry> {
    const ACCESSORS: [&str; 5] = ["isset", "unset", "set", "get", "with"];
    let find = |word: &str| FOLDED.get(word).copied().filter(|entry| entry.kind == Kind::Parameter);
    let folded = folded(word);
    let accessed = || ACCESSORS.iter().find_map(|accessor| folded.strip_prefix(accessor)).and_then(find);
    let of_mws = || find(folded.rsplit_once("mws")?.1);
    if has_part(word, "mws") { find(&folded).or_else(accessed).or_else(of_mws) } else { accessed() }
}

/// Amazon's client library whose class or package it is: `MarketplaceWebServiceOrdersClient`, `FBAInventoryServiceMWS_Model`.
pub(super) fn library(word: &str) -> Option<&'static Entry> {
    /// The names in lower case. Longer ones stand before those that they begin with.
    static NAMES: LazyLock<Vec<(String, &'static Entry)>> = LazyLock::new(|| {
        let libraries = entries().filter(|entry| entry.kind == Kind::Library && entry.name != MWS);
        let mut names: Vec<_> = libraries.map(|entry| (entry.name.to_ascii_lowercase(), entry)).collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names
    });
    NAMES.iter().find(|(name, _)| has_part(word, name)).map(|(_, entry)| *entry)
}

/// Whether a word has a name in lower case as one or several whole parts. Underscores and capitals begin a part.
pub(super) fn has_part(word: &str, name: &str) -> bool {
    let (letters, length) = (word.as_bytes(), name.len());
    let is_here = |at: usize| letters[at..at + length].eq_ignore_ascii_case(name.as_bytes());
    let begins = |at: usize| match at.checked_sub(1).map(|before| letters[before]) {
        None | Some(b'_') => true,
        // An interface, as C# names it.
        Some(b'I') if at == 1 => letters[at].is_ascii_uppercase(),
        Some(before) => letters[at].is_ascii_uppercase() && !before.is_ascii_uppercase(),
    };
    let ends = |end: usize| letters.get(end).is_none_or(|next| *next == b'_' || !next.is_ascii_lowercase());
    (0..(letters.len() + 1).saturating_sub(length)).any(|at| is_here(at) && begins(at) && ends(at + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_name_begin_with_an_underscore_or_a_capital() {
        for word in ["MWS", "mwsClient", "MWS_URL", "amazon_mws_url", "AmazonMWS", "AmazonMwsClient", "IMWSService"] {
            assert!(has_part(word, "mws"), "{word}");
        }
        for word in ["", "mw", "farmws", "mwsx", "TMWS", "Timws", "xIMWS"] {
            assert!(!has_part(word, "mws"), "{word}");
        }
    }
}
