//! The text of a query: what it needs of its white space, and its dataset.
//!
//! Only the lexical grammar of GraphQL is read here. The rest is for the schema and for Amazon.

use crate::table::{self, refuse};
use spapi_core::Error;
use spapi_document_types::Dataset;
use std::time::SystemTime;

/// A query that can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The text without needless white space, commas and comments.
    pub text: String,
    /// The name of its first field, which names the dataset.
    pub dataset: String,
}

impl Query {
    pub fn read(text: &str, now: SystemTime) -> Result<Self, Error> {
        let tokens = tokens(text)?;
        let dataset = dataset(&tokens);
        let Some(dataset) = dataset else {
            return refuse(
                "the query has no field",
                "Write a query such as { analytics_economics_2024_03_15 { ... } }.",
            );
        };
        let text = joined(&tokens);
        let length = text.chars().count();
        if length > Dataset::LONGEST_QUERY {
            return refuse(
                format!("the query has {length} characters, and Amazon takes {}", Dataset::LONGEST_QUERY),
                "White space and comments are not counted. Ask for fewer fields or marketplaces at a time.",
            );
        }
        if let Some(known) = Dataset::find(&dataset).filter(|known| known.is_gone(&table::day(now))) {
            let what = format_args!("has the dataset {dataset}");
            return table::refuse_gone(what, known.instead, "Ask for another dataset.");
        }
        Ok(Self { text, dataset })
    }
}

/// Whether a query that Amazon shows is this one, whatever white space Amazon has added.
pub(crate) fn is_same(shown: &str, sent: &str) -> bool {
    shown == sent || tokens(shown).is_ok_and(|tokens| joined(&tokens) == sent)
}

/// The tokens of the text. Each is a piece of it.
fn tokens(text: &str) -> Result<Vec<&str>, Error> {
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => {
                rest = &rest[rest.find(['\n', '\r']).unwrap_or(rest.len())..];
                continue;
            }
            ',' | '\u{feff}' => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            _ if first.is_whitespace() => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '"' => match string(rest) {
                Some(length) => length,
                None => return refuse(format!("the query has a text without an end at {}", place(text, rest)), CLOSE),
            },
            _ if is_word(first) => word(rest),
            _ if rest.starts_with("...") => 3,
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '{' | '(' | '[' => open.push((first, rest)),
            '}' | ')' | ']' => {
                let fits = matches!(
                    (open.pop(), first),
                    (Some(('{', _)), '}') | (Some(('(', _)), ')') | (Some(('[', _)), ']')
                );
                if !fits {
                    return refuse(
                        format!("the query closes {first} at {}, which is not open", place(text, rest)),
                        CLOSE,
                    );
                }
            }
            _ => {}
        }
        tokens.push(token);
        rest = after;
    }
    match open.pop() {
        Some((bracket, at)) => {
            refuse(format!("the query opens {bracket} at {} and does not close it", place(text, at)), CLOSE)
        }
        None => Ok(tokens),
    }
}

const CLOSE: &str = "Close each text and bracket.";

/// The line and column at which the rest of a text begins.
fn place(text: &str, rest: &str) -> String {
    let before = &text[..text.len() - rest.len()];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+') || !letter.is_ascii() && !letter.is_whitespace()
}

/// The length of the name or number at the start of the text.
fn word(text: &str) -> usize {
    let end = |from: usize| text[from..].find(|c| !is_word(c)).map_or(text.len(), |length| from + length);
    let whole = end(0);
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match text[whole..].strip_prefix('.') {
        // A number has a digit after its point. Otherwise three points follow.
        Some(after) if is_number && after.starts_with(|c: char| c.is_ascii_digit()) => end(whole + 1),
        _ => whole,
    }
}

/// The length of the string at the start of the text.
fn string(text: &str) -> Option<usize> {
    if text.starts_with("\"\"\"") {
        let mut at = 3;
        loop {
            at += text[at..].find("\"\"\"")?;
            if !text[..at].ends_with('\\') {
                return Some(at + 3);
            }
            at += 3;
        }
    }
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' | '\r' => return None,
            '"' if !is_escaped => return Some(at + 1),
            _ => is_escaped = letter == '\\' && !is_escaped,
        }
    }
    None
}

/// The tokens in one line, with a space only where two would become one.
fn joined(tokens: &[&str]) -> String {
    let mut text = String::new();
    let mut before = "";
    for token in tokens {
        let is_number = before.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let would_merge = match (before.chars().next_back(), token.chars().next()) {
            (Some('"'), Some('"')) | (Some('.'), Some('.')) => true,
            (Some(last), Some('.')) => is_number && is_word(last),
            (Some(last), Some(first)) => is_word(last) && is_word(first),
            _ => false,
        };
        if would_merge {
            text.push(' ');
        }
        text.push_str(token);
        before = token;
    }
    text
}

/// The name of the first field, without its alias.
fn dataset(tokens: &[&str]) -> Option<String> {
    // An operation may have arguments and directives before its fields.
    let mut depth = 0;
    let start = tokens.iter().position(|token| {
        match *token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ => {}
        }
        *token == "{" && depth == 0
    })?;
    let fields = &tokens[start + 1..];
    let name = match fields {
        [_, ":", name, ..] | [name, ..] => *name,
        [] => return None,
    };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Query, Error> {
        Query::read(text, SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_790_000_000))
    }

    #[test]
    fn only_needless_white_space_is_removed() {
        for (text, expected) in [
            (
                "query  Q {\n  a_1 ( x : \"a  #, b\" , y:[1 , 2.50 -3e+2]) { b,\n # no\n c ...F @x } }",
                "query Q{a_1(x:\"a  #, b\"y:[1 2.50 -3e+2]){b c...F@x}}",
            ),
            (
                "{a(x:\"\"\"b  \\\"\"\" c\n\"\"\" y:\"\\\"\" z:\"\" \"w\")}",
                "{a(x:\"\"\"b  \\\"\"\" c\n\"\"\"y:\"\\\"\"z:\"\" \"w\")}",
            ),
            ("\u{feff}{a}\r\n# end", "{a}"),
            ("{a(x:[ 1.5 ... ])  ... on B { c } d ...E}", "{a(x:[1.5 ...])...on B{c}d...E}"),
        ] {
            let once = read(text).unwrap().text;
            assert_eq!(once, expected);
            assert_eq!(read(&once).unwrap().text, once, "a second time changes nothing");
        }
    }

    #[test]
    fn the_dataset_is_the_first_field_whatever_its_alias() {
        for text in [
            "{analytics_x{a}}",
            "query Q($a:[String!]={b:1}){ alias : analytics_x { a } }",
            "query @d(a:{b:1}) {analytics_x(a:1){b}}",
        ] {
            assert_eq!(read(text).unwrap().dataset, "analytics_x");
        }
    }

    #[test]
    fn what_cannot_be_a_query_is_refused_with_its_place() {
        for (text, part) in [
            ("", "no field"),
            (" # {a}", "no field"),
            ("{}", "no field"),
            ("{a", "opens { at line 1, column 1"),
            ("{a\n  (b}", "closes } at line 2, column 5"),
            ("{a(b:\"c)}", "text without an end at line 1, column 6"),
            ("{a(b:\"\"\"c)}", "text without an end"),
            ("}", "not open"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(part), "{text}: {error}");
        }
        let long = format!("{{a{{{}}}}}", "bcd ".repeat(2001));
        assert!(read(&long).unwrap_err().to_string().contains("has 8008 characters"), "{}", read(&long).unwrap_err());
        assert!(read(&format!("{{a{{b{}}}}}", " ".repeat(100_000))).is_ok());
        assert!(read(&"{".repeat(1_000_000)).is_err());
    }

    #[test]
    fn a_dataset_that_is_gone_is_refused_and_an_unknown_one_is_not() {
        let gone = Dataset::all().iter().find(|dataset| dataset.is_gone("2026-09-21")).unwrap();
        let error = read(&format!("{{{}{{a}}}}", gone.name)).unwrap_err();
        assert!(error.to_string().contains("no longer has the dataset"), "{error}");
        assert!(read("{analytics_new_2030_01_01{a}}").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_no_token_is_lost(
            text in r#"\{[a-z]([a-z \-:.#0-9\n]|"[^"\\\n\r]*"|\.\.\.|\PC){0,30}\}"#
        ) {
            if let Ok(query) = read(&text) {
                proptest::prop_assert_eq!(tokens(&query.text).unwrap(), tokens(&text).unwrap());
                proptest::prop_assert!(is_same(&text, &query.text));
            }
        }
    }
}
