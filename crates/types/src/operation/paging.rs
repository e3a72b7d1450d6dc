//! How an operation's answers continue.

use super::Operation;
use serde_json::Value;
use std::time::Duration;

/// How an operation's answers continue: what requests the next page, and what a client sends with it.
///
/// ```
/// use spapi_types::operation::{ArgumentRule, Paging};
/// use std::time::Duration;
///
/// const BY_TOKEN: Paging = Paging::token("nextToken", "pagination.nextToken")
///     .items("payload.inventorySummaries")
///     .rule(ArgumentRule::RepeatArguments)
///     .token_life(Duration::from_secs(30));
/// assert_eq!(BY_TOKEN.token_parameter(), Some("nextToken"));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Paging {
    /// What requests the next page.
    pub style: PagingStyle,
    /// The path of the one list in an answer, as names joined by dots, if there is one.
    pub items: Option<&'static str>,
    /// What a client sends beside a token.
    pub rule: ArgumentRule,
    /// The lifetime of a token, if it is known to be short.
    pub token_life: Option<Duration>,
}

/// What requests the next page. Paths are names joined by dots: `payload.NextToken`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum PagingStyle {
    /// A token in the answer.
    #[non_exhaustive]
    Token {
        /// The query parameter that takes the token.
        parameter: &'static str,
        /// The path of the next page's token in an answer.
        response_path: &'static str,
    },
    /// A token in the answer that another operation takes. That operation answers in the same form and has its own
    /// paging by token.
    #[non_exhaustive]
    TokenElsewhere {
        /// The path of the next page's token in an answer.
        response_path: &'static str,
        /// The operation that has the further pages.
        operation: &'static Operation,
    },
    /// The number of items before the page, in the body. The answer tells how many there are in all.
    #[non_exhaustive]
    Offset {
        /// The path of the offset in the body.
        offset: &'static str,
        /// The path of the length of a page in the body.
        limit: &'static str,
        /// The path of the number of all items in an answer.
        total: &'static str,
        /// The highest offset that Amazon takes.
        maximum: u64,
    },
    /// A number in the query. No answer marks the last page, so a caller requests such pages one by one.
    #[non_exhaustive]
    PageIndex {
        /// The query parameter that takes the page's index.
        index: &'static str,
        /// The query parameter that takes the length of a page.
        size: &'static str,
    },
    /// A token in the answer about a finished job. It starts another job, whose result is the next page. Both
    /// operations, the one that starts a job and the one that reads it, have the same description.
    #[non_exhaustive]
    Job {
        /// The path of the token in the body that starts a job.
        parameter: &'static str,
        /// The path of the next page's token in the answer about a job.
        response_path: &'static str,
    },
}

/// What to send with the token of a further page. Amazon's operations differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ArgumentRule {
    /// All arguments of the first page.
    RepeatArguments,
    /// Only the token and the path's parameters: anything else makes the call fail.
    TokenOnly,
    /// The required parameters, and none of the filters.
    RepeatRequired,
    /// The token and the path's parameters are enough, so nothing else is sent.
    TokenOrRepeat,
    /// The token, `QueryType=NEXT_TOKEN` and `MarketplaceId`, and none of the filters.
    TokenPlusQueryType,
}

impl ArgumentRule {
    /// Its name in tables, which it is also read from: `repeat-arguments`, `token-only`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RepeatArguments => "repeat-arguments",
            Self::TokenOnly => "token-only",
            Self::RepeatRequired => "repeat-required",
            Self::TokenOrRepeat => "token-or-repeat",
            Self::TokenPlusQueryType => "token-plus-query-type",
        }
    }
}

impl Paging {
    const fn by(style: PagingStyle) -> Self {
        Self { style, items: None, rule: ArgumentRule::RepeatArguments, token_life: None }
    }

    /// Paging by a token, which is at `response_path` of the answer and which the query parameter `parameter` takes.
    pub const fn token(parameter: &'static str, response_path: &'static str) -> Self {
        Self::by(PagingStyle::Token { parameter, response_path })
    }

    /// Paging by a token, which is at `response_path` of the answer and which the other operation takes.
    pub const fn token_elsewhere(response_path: &'static str, operation: &'static Operation) -> Self {
        Self::by(PagingStyle::TokenElsewhere { response_path, operation })
    }

    /// Paging by an offset in the body, up to `maximum`. `offset` and `limit` are paths in the body, `total` is the
    /// path of the number of all items in an answer.
    pub const fn offset(offset: &'static str, limit: &'static str, total: &'static str, maximum: u64) -> Self {
        Self::by(PagingStyle::Offset { offset, limit, total, maximum })
    }

    /// Pages with a number, in the query parameter `index`, and a length, in `size`. No answer has the number of pages.
    pub const fn page_index(index: &'static str, size: &'static str) -> Self {
        Self::by(PagingStyle::PageIndex { index, size })
    }

    /// Pages that are each the result of a job. The token is at `response_path` of the answer about a job, and at
    /// `parameter` of the body that starts the next.
    pub const fn job(parameter: &'static str, response_path: &'static str) -> Self {
        Self::by(PagingStyle::Job { parameter, response_path })
    }

    /// Sets the path of the one list in an answer, as names joined by dots.
    pub const fn items(mut self, path: &'static str) -> Self {
        self.items = Some(path);
        self
    }

    /// Sets what a client sends beside the token.
    pub const fn rule(mut self, rule: ArgumentRule) -> Self {
        self.rule = rule;
        self
    }

    /// Sets the lifetime of a token.
    pub const fn token_life(mut self, life: Duration) -> Self {
        self.token_life = Some(life);
        self
    }

    /// The query parameter that takes a token, where one does.
    pub fn token_parameter(&self) -> Option<&'static str> {
        match self.style {
            PagingStyle::Token { parameter, .. } => Some(parameter),
            _ => None,
        }
    }

    /// Whether a client can follow the pages. It cannot if no answer marks the last page, or if each page is a job.
    pub fn can_be_followed(&self) -> bool {
        match self.style {
            PagingStyle::Token { .. } | PagingStyle::TokenElsewhere { .. } | PagingStyle::Offset { .. } => true,
            PagingStyle::PageIndex { .. } | PagingStyle::Job { .. } => false,
        }
    }

    /// The next page's token in an untyped answer. `None` if it is missing or empty.
    pub fn next_token<'page>(&self, page: &'page Value) -> Option<&'page str> {
        let (PagingStyle::Token { response_path, .. }
        | PagingStyle::TokenElsewhere { response_path, .. }
        | PagingStyle::Job { response_path, .. }) = self.style
        else {
            return None;
        };
        lookup(page, response_path)?.as_str().filter(|token| !token.is_empty())
    }

    /// The list in an untyped answer. Empty if it is missing or null.
    pub fn list<'page>(&self, page: &'page Value) -> &'page [Value] {
        let list = self.items.and_then(|path| lookup(page, path)?.as_array());
        list.map(Vec::as_slice).unwrap_or_default()
    }
}

/// The value at a path of names joined by dots, such as `payload.NextToken`; `None` if a name on the way is missing.
pub fn lookup<'value>(value: &'value Value, path: &str) -> Option<&'value Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;
    use serde_json::json;

    static REST: Operation = Operation::new("things", "v0", "listThings", Method::GET, "/things")
        .paging(Paging::token("NextToken", "payload.NextToken").items("payload.Things"));

    #[test]
    fn token_and_list_are_found_by_path() {
        let page = json!({"payload": {"NextToken": "t", "Things": [1, 2]}});
        for paging in [
            REST.paging.unwrap(),
            Paging::token_elsewhere("payload.NextToken", &REST).items("payload.Things"),
            Paging::job("token", "payload.NextToken").items("payload.Things"),
        ] {
            assert_eq!(paging.next_token(&page), Some("t"));
            assert_eq!(paging.list(&page).len(), 2);
            for last in
                [json!({"payload": {"NextToken": ""}}), json!({"payload": {"NextToken": null}}), json!([]), json!(1)]
            {
                assert_eq!(paging.next_token(&last), None);
                assert!(paging.list(&last).is_empty());
            }
        }
        for paging in [Paging::offset("offset", "limit", "payload.NextToken", 9), Paging::page_index("i", "n")] {
            assert_eq!(paging.next_token(&page), None);
        }
    }

    #[test]
    fn only_an_operations_own_token_is_a_query_parameter() {
        assert_eq!(REST.paging.unwrap().token_parameter(), Some("NextToken"));
        assert_eq!(Paging::token_elsewhere("t", &REST).token_parameter(), None);
        assert_eq!(Paging::job("paginationToken", "t").token_parameter(), None);
    }
}
