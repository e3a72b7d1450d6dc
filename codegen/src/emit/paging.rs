//! Describes in words how an operation pages.

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
            Some(seconds) => format!("in pages by {token}, which lives {seconds} seconds"),
            None => format!("in pages by {token}"),
        },
        Style::Elsewhere { operation, .. } => format!("in pages, of which {operation} has the further ones"),
        Style::Offset { offset, maximum, .. } => format!("in pages by {offset} in the body, up to {maximum}"),
        Style::Index { index, .. } => format!("in pages by {index}, to be asked for one by one"),
        Style::Job { parameter, .. } => format!("in pages that are each a job, started with {parameter} in the body"),
    }
}

/// Sentences for the builder. `needed` has the parameters that the operation for the next pages requires.
pub fn sentences(paging: &Paging, needed: &[&str]) -> String {
    let mut text = match &spans(&paging.style) {
        Style::Token { token, response } => {
            let beside = match paging.rule {
                ArgumentRule::TokenOnly => "nothing else may be sent with it, and nothing is",
                ArgumentRule::RepeatRequired => "with it the required parameters are sent and no filters",
                ArgumentRule::TokenOrRepeat => "nothing else is sent with it",
                ArgumentRule::TokenPlusQueryType => "with it `QueryType=NEXT_TOKEN` and `MarketplaceId` are sent",
                _ => "all arguments are sent again with it",
            };
            format!("In pages: {token} takes what the answer has at {response}; {beside}.")
        }
        Style::Elsewhere { operation, response } => {
            let needed: Vec<_> = needed.iter().map(|name| code(name)).collect();
            let needed = match needed.is_empty() {
                true => String::new(),
                false => format!(" Set {} here, which that operation requires.", needed.join(", ")),
            };
            format!(
                "In pages: {operation} takes what the answer has at {response}, and `pages` and `items` go over to \
                 it.{needed} A token that was saved is used there."
            )
        }
        Style::Offset { offset, limit, total, maximum } => format!(
            "In pages of {limit}, from {offset}, both in the body, to the number that the answer has at {total}. \
             Offsets end at {maximum}: `pages` and `items` end in an error where there is more."
        ),
        Style::Index { index, size } => format!(
            "In pages of {size} by {index}. No answer tells the last page from others, so that each is asked for by \
             itself."
        ),
        Style::Job { parameter, response } => format!(
            "Each page is the result of a job: what the answer that tells of a job has at {response} starts the next \
             one, as {parameter} in the body beside what the first had."
        ),
    };
    if let Some(seconds) = paging.token_life {
        text.push_str(&format!(" A token lives {seconds} seconds: fetch one page right after the other."));
    }
    text
}
