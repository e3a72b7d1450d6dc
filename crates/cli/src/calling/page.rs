//! The page that a call starts with.

use crate::exit::Failure;
use crate::output::json::with_number_by_path;
use serde_json::value::RawValue;
use spapi_core::operation::PagingStyle;
use spapi_metadata::Published;

/// The page that `--page-token` names.
pub struct Position<'a> {
    /// The value of a query parameter.
    pub token: Option<&'a str>,
    /// The body, with the offset of the page if the operation pages by offset.
    pub body: Option<Box<RawValue>>,
}

impl<'a> Position<'a> {
    pub fn new(found: Published, page_token: Option<&'a str>, body: Option<Box<RawValue>>) -> Result<Self, Failure> {
        let Some(PagingStyle::Offset { offset, .. }) = found.entry.operation.paging.map(|paging| paging.style) else {
            return Ok(Self { token: page_token, body });
        };
        let (Some(token), Some(body)) = (page_token, &body) else { return Ok(Self { token: None, body }) };
        let number = token.parse::<u64>().map_err(|_| {
            Failure::usage(format!("{} pages by the number of items before a page", found.entry.operation))
                .with_next("give --page-token that number")
        })?;
        let body = with_number_by_path(body, offset, number)
            .ok_or_else(|| Failure::usage(format!("the body has no place for {offset}: it is not an object there")))?;
        Ok(Self { token: None, body: Some(body) })
    }
}
