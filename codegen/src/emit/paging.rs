//! Describes in words how the pages of an operation's answer are requested.

use super::code;
use crate::metadata::paging::{Paging, Style};
use spapi_types::operation::ArgumentRule;

/// The style, with each name as a code span.
fn spans(style: &Style) -> Style {
    match style {
        Style::Token { token, response } => Style::Token { token: code(token), response: code(response) },
        Style::Elsewhere { operation, response } => {
            Style::Elsewhere { operation: code(operation), response: code(response) }
        }
        Style::Offset { offset, limit, total, maximum } => {
            let [offset, limit, total] = [offset, limit, total].map(|name| code(name));
            Style::Offset { offset, limit, total, maximum: *maximum }
        }
        Style::Index { index, size } => Style::Index { index: code(index), size: code(size) },
        Style::Job { parameter, response } => Style::Job { parameter: code(parameter), response: code(response) },
    }
}

/// A few words for the list of an operation's facts.
pub fn fact(paging: &Paging) -> String {
    match &spans(&paging.style) {
        Style::Token { token, .. } => match paging.token_life {
            Some(seconds) => format!("in pages by {token}, which is valid for {seconds} seconds"),
            None => format!("in pages by {token}"),
        },
        Style::Elsewhere { operation, .. } => format!("in pages, the further ones by {operation}"),
        Style::Offset { offset, maximum, .. } => format!("in pages by {offset} in the body, up to {maximum}"),
        Style::Index { index, .. } => format!("in pages by {index}, requested one by one"),
        Style::Job { parameter, .. } => format!("in pages, each by a job of its own, with {parameter} in the body"),
    }
}

/// Sentences for the builder. `needed` has the parameters that the operation for the next pages requires.
pub fn sentences(paging: &Paging, needed: &[&str]) -> String {
    let mut text = match &spans(&paging.style) {
        Style::Token { token, response } => {
            let beside = match paging.rule {
                ArgumentRule::TokenOnly => "without any other argument, because Amazon refuses others",
                ArgumentRule::RepeatRequired => "with the required parameters and without filters",
                ArgumentRule::TokenOrRepeat => "without any other argument",
                ArgumentRule::TokenPlusQueryType => "with `QueryType=NEXT_TOKEN` and `MarketplaceId`",
                _ => "with all other arguments",
            };
            format!(
                "In pages: the answer has the next page's token at {response}. The client sends it as {token}, {beside}."
            )
        }
        Style::Elsewhere { operation, response } => {
            let needed: Vec<_> = needed.iter().map(|name| code(name)).collect();
            let needed = match needed.is_empty() {
                true => String::new(),
                false => format!(" That operation requires {}: set it here.", needed.join(", ")),
            };
            format!(
                "In pages: the answer has the next page's token at {response}, and {operation} returns the further \
                 pages. `pages` and `items` call it by themselves.{needed} Use a saved token with that operation."
            )
        }
        Style::Offset { offset, limit, total, maximum } => format!(
            "In pages: the body has the page size at {limit} and the offset at {offset}, and the answer has the total at \
             {total}. Amazon accepts offsets up to {maximum}; beyond it, `pages` and `items` return an error."
        ),
        Style::Index { index, size } => format!(
            "In pages: {index} selects the page, and {size} sets its size. Answers do not show which page is the last, so \
             request each page with a call of its own."
        ),
        Style::Job { parameter, response } => format!(
            "In pages: each page is the result of a job. The answer about a job has the next page's token at {response}. \
             To start the job for that page, send the token as {parameter} in the body, beside the first job's members."
        ),
    };
    if let Some(seconds) = paging.token_life {
        text.push_str(&format!(" A token is valid for {seconds} seconds, so fetch the pages without a pause."));
    }
    text
}
