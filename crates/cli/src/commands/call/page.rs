//! Where a call begins among its pages, and how it goes on where it was cut off.

use crate::catalog::Found;
use crate::continuation::{page_token_option, quoted};
use crate::exit::Failure;
use crate::output::json::with_number_at;
use serde_json::value::RawValue;
use spapi_core::operation::PagingStyle;

/// The page that `--page-token` names, where the operation takes it.
pub struct Position<'a> {
    /// For a parameter of the query.
    pub token: Option<&'a str>,
    /// With the offset of the page, of an operation that pages by one.
    pub body: Option<Box<RawValue>>,
}

impl<'a> Position<'a> {
    pub fn new(found: Found, page_token: Option<&'a str>, body: Option<Box<RawValue>>) -> Result<Self, Failure> {
        let Some(PagingStyle::Offset { offset, .. }) = found.entry.operation.paging.map(|paging| paging.style) else {
            return Ok(Self { token: page_token, body });
        };
        let (Some(token), Some(body)) = (page_token, &body) else { return Ok(Self { token: None, body }) };
        let number = token.parse::<u64>().map_err(|_| {
            Failure::usage(format!("{} pages by the number of items before a page", found.entry.operation))
                .with_next("give --page-token that number")
        })?;
        let body = with_number_at(body, offset, number)
            .ok_or_else(|| Failure::usage(format!("the body has no place for {offset}: it is not an object there")))?;
        Ok(Self { token: None, body: Some(body) })
    }
}

/// What goes on behind the pages that were written: with the page of this token. `fixed_times` are the arguments that
/// were given as times back from now.
pub fn go_on(found: Found, token: &str, fixed_times: &[String]) -> Option<String> {
    match found.entry.operation.paging?.style {
        PagingStyle::TokenElsewhere { operation, .. } => {
            let parameter = operation.paging?.token_parameter()?;
            let argument = quoted(token)?;
            let (section, module) = (found.section.name, found.api.module);
            Some(format!(
                "go on with `spapi call {section}@{module} {} {parameter}={argument} --all-pages`",
                operation.id
            ))
        }
        PagingStyle::Token { .. } | PagingStyle::Offset { .. } => {
            let option = page_token_option(token)?;
            let times = match fixed_times {
                [] => String::new(),
                times => format!(", and {} in the place of the time back from now", times.join(" ")),
            };
            Some(format!("go on with the same command and {option}{times}"))
        }
        _ => None,
    }
}
