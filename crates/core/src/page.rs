//! Answers that continue on further pages.

use crate::Operation;
use crate::error::{Error, ErrorKind};
use crate::idle::Idle;
use crate::operation::Paging;
use crate::operation::{PagingStyle, lookup};
use crate::request::Request;
use crate::response::Response;
use http::StatusCode;
use serde_json::Value;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::time::{Duration, SystemTime};

impl<T> Request<T> {
    /// Follows the pages of an operation that pages by tokens. `next_token` reads the next page's token from a page.
    pub fn pages(self, next_token: fn(&T) -> Option<&str>) -> Pages<T> {
        Pages::with(self, NextToken::Typed(next_token))
    }

    /// Follows the items on all pages of an operation that pages by tokens. `next_token` reads the next page's token
    /// from a page, `items` its list of items.
    pub fn items<I>(self, next_token: fn(&T) -> Option<&str>, items: fn(T) -> Vec<I>) -> Items<T, I> {
        Items::new(self.pages(next_token), items)
    }

    /// Follows the pages of an operation that pages by an offset in its body, which the operation's
    /// [`paging`](Operation::paging) describes. The first page is the one at the offset in the body.
    pub fn pages_by_offset(self) -> Pages<T> {
        Pages::with(self, NextToken::Offset)
    }

    /// Follows the items on all pages of an operation that pages by an offset in its body. `items` reads the list of
    /// items from a page.
    pub fn items_by_offset<I>(self, items: fn(T) -> Vec<I>) -> Items<T, I> {
        Items::new(self.pages_by_offset(), items)
    }
}

impl Request<serde_json::Value> {
    /// Follows the pages of an answer without a type. The operation's [`paging`](Operation::paging) gives the path of
    /// the token or of the offset. An operation without paging has one page.
    pub fn untyped_pages(self) -> Pages<serde_json::Value> {
        Pages::with(self, NextToken::Untyped(|paging, page| paging.next_token(page)))
    }
}

/// The pages of an answer, fetched one by one.
///
/// ```no_run
/// # async fn f(mut pages: spapi_core::Pages<spapi_core::Value>) -> Result<(), spapi_core::Error> {
/// while let Some(page) = pages.try_next().await? {
///     println!("{:?}", page.request_id());
/// }
/// # Ok(()) }
/// ```
///
/// To continue in another process, save [`next_token`](Self::next_token) when you have processed a page, and start with
/// that token. If [`is_done`](Self::is_done) is true, there are no further pages.
#[must_use = "pages are fetched by try_next"]
pub struct Pages<T> {
    /// What to send for the next page.
    request: Request<T>,
    next_token: NextToken<T>,
    /// The token of the next page, or its offset, as the request holds it.
    position: Option<String>,
    /// When the answer with the token came.
    given_at: Option<SystemTime>,
    progress: Progress,
    hasher: RandomState,
    /// Hashes of the tokens that were sent.
    sent: HashSet<u64>,
    idle: Idle,
    /// Whether another operation returns the further pages.
    is_elsewhere: bool,
}

enum NextToken<T> {
    Typed(fn(&T) -> Option<&str>),
    Untyped(fn(Paging, &T) -> Option<&str>),
    /// The pages are found by an offset. The operation's paging says how many items came.
    Offset,
}

enum Progress {
    More,
    End,
    /// There is another page, but it cannot be fetched.
    Stuck(Error),
}

/// A refusal of a page that does not name what is refused.
const MAY_BE_TOKEN: &str = "The page was requested by its token. If Amazon refuses the token, start again from the first \
                            page. If it refuses another argument, correct that and continue with the same token.";

impl<T> Pages<T> {
    fn with(request: Request<T>, next_token: NextToken<T>) -> Self {
        let mut pages = Self {
            request,
            next_token,
            position: None,
            given_at: None,
            progress: Progress::More,
            hasher: RandomState::new(),
            sent: HashSet::new(),
            idle: Idle::new(),
            is_elsewhere: false,
        };
        match pages.request.call.operation.paging.map(|paging| paging.style) {
            Some(PagingStyle::Token { parameter, .. }) => {
                pages.position = pages.request.call.query_text(parameter);
                pages.sent.extend(pages.position.iter().map(|token| pages.hasher.hash_one(token)));
            }
            Some(PagingStyle::Offset { offset, maximum, .. }) => {
                let first = pages.request.call.body_at(offset).and_then(|offset| offset.as_u64());
                pages.position = first.map(|offset| offset.to_string());
                if first.is_some_and(|offset| offset > maximum) {
                    pages.progress = pages.beyond(maximum);
                }
            }
            _ => {}
        }
        pages
    }

    /// Sets how many pages in a row may be empty or have the same items as the page before. The default is 100. One
    /// more is an error, because such pages may never end.
    pub fn most_idle_pages(mut self, pages: usize) -> Self {
        self.idle.most = pages;
        self
    }

    /// Fetches the next page. Returns `None` after the last. A page may be empty although others follow.
    ///
    /// You may drop the future: the next call fetches the same page. After an error it does so too.
    ///
    /// # Errors
    /// The errors of a single request. Also an error if Amazon gives the same token twice or too many pages that [bring
    /// nothing new](Self::most_idle_pages), because the pages would never end, and if there are more pages than Amazon
    /// gives out. [`Error::is_page_token_expired`] is true for a token that was used too late or is not accepted. If
    /// Amazon refuses a further page with 400 and does not say why, the hint says what to do if it was the token.
    pub async fn try_next(&mut self) -> Result<Option<Response<T>>, Error> {
        match &self.progress {
            Progress::More => {}
            Progress::End => return Ok(None),
            Progress::Stuck(error) => return Err(error.clone()),
        }
        let page = self.request.clone().send().await.map_err(|error| self.explain(error))?;
        self.given_at = Some(self.request.client.inner.clock.now());
        self.progress = self.advance(&page);
        Ok(Some(page))
    }

    /// The token of the page that [`try_next`](Self::try_next) fetches next. For an operation that pages by offset it
    /// is the offset in digits. Save it when you have processed the page before, and start with it to continue there.
    ///
    /// `None` before the first page, unless a token was set, and after the last page.
    ///
    /// The call that continues needs the other arguments of the first call too. Some tokens are valid for a short time
    /// only; the operation's documentation says so.
    pub fn next_token(&self) -> Option<&str> {
        self.position.as_deref()
    }

    /// Whether the last page has been fetched.
    pub fn is_done(&self) -> bool {
        matches!(self.progress, Progress::End)
    }

    /// Puts the position of the next page, as the page gives it, into the request.
    fn advance(&mut self, page: &Response<T>) -> Progress {
        let paging = self.request.call.operation.paging;
        if let Some(paging @ Paging { style: PagingStyle::Offset { .. }, .. }) = paging {
            return self.advance_offset(paging, page);
        }
        let token = match self.next_token {
            NextToken::Typed(of) => of(page),
            NextToken::Untyped(of) => paging.and_then(|paging| of(paging, page)),
            NextToken::Offset => return self.stuck("it does not page by an offset"),
        };
        let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
        self.position.clone_from(&token);
        let style = paging.map(|paging| paging.style);
        if let Some(PagingStyle::PageIndex { index, .. }) = style {
            return self
                .stuck(&format!("its answers do not show which page is the last: ask for each page by {index}"));
        }
        let Some(token) = token else {
            // Without the token the client would silently skip the next page.
            return match paging.filter(|paging| has_unreadable_token(page.body(), paging.style)) {
                Some(_) => self.stuck("the answer has a token for the next page that is not a text"),
                None => Progress::End,
            };
        };
        if !self.sent.insert(self.hasher.hash_one(&token)) {
            return self
                .stuck("the answer names a page that was fetched before as the next: the pages would never end");
        }
        if self.idle.is_too_much(page.body(), paging, &token) {
            return self.stuck_with_hint(
                &format!("the last {} pages brought nothing new", self.idle.most + 1),
                "Amazon keeps naming further pages. Ask with other filters, or go on from the token of the next page and \
                 allow more with most_idle_pages.",
            );
        }
        let parameter = match style {
            Some(PagingStyle::Token { parameter, .. }) => Some(parameter),
            Some(PagingStyle::TokenElsewhere { operation, .. }) => {
                self.request.call.continue_with(operation);
                self.is_elsewhere = true;
                operation.paging.and_then(|paging| paging.token_parameter())
            }
            Some(PagingStyle::Job { parameter, .. }) => {
                return self.stuck(&format!("the next page is the result of another job: start one with {parameter}"));
            }
            _ => None,
        };
        let Some(parameter) = parameter else {
            return self.stuck("there is another page, but the client does not know how to ask for it");
        };
        self.request.query(parameter, token);
        Progress::More
    }

    /// Sets the offset of the next page in the request's body. The pages end after an empty one, or when as many items
    /// came as the answer counts.
    fn advance_offset(&mut self, paging: Paging, page: &Response<T>) -> Progress {
        let (PagingStyle::Offset { offset, total, maximum, .. }, Some(_)) = (paging.style, paging.items) else {
            return self
                .stuck("the client does not know where its items are, and so not how many to skip for the next page");
        };
        let answer: Value = crate::json::read(page.body()).unwrap_or_default();
        let came = paging.list(&answer).len() as u64;
        let first = self.request.call.body_at(offset).and_then(|offset| offset.as_u64()).unwrap_or_default();
        // Adds the items that came rather than the requested page size: after a short page that would skip items.
        let next = first.saturating_add(came);
        let total = lookup(&answer, total).and_then(Value::as_u64);
        if came == 0 || total.is_some_and(|total| next >= total) {
            self.position = None;
            return Progress::End;
        }
        self.position = Some(next.to_string());
        if next > maximum {
            return self.beyond(maximum);
        }
        self.request.call.set_in_body(offset, next.into());
        Progress::More
    }

    fn beyond(&self, maximum: u64) -> Progress {
        let offset = self.position.as_deref().unwrap_or_default();
        self.stuck_with_hint(
            &format!("the next page has the offset {offset}, and Amazon accepts none beyond {maximum}"),
            "Ask with narrower filters, so that each call has fewer results.",
        )
    }

    fn stuck(&self, message: &str) -> Progress {
        self.stuck_with_hint(message, "")
    }

    fn stuck_with_hint(&self, message: &str, hint: &'static str) -> Progress {
        Progress::Stuck(
            Error::new(ErrorKind::Paging, message).with_hint(hint).with_operation(&self.request.call.operation),
        )
    }

    /// Adds to the error of a page what the paging explains about it.
    fn explain(&self, error: Error) -> Error {
        if self.is_elsewhere && error.is_input() {
            return error.with_hint(
                "This operation has the further pages: set what it needs before the first page is fetched.",
            );
        }
        match self.outlived_token() {
            Some((life, age)) if error.status() == Some(StatusCode::BAD_REQUEST) => error.with_expired_page(life, age),
            _ if !self.sends_token() => error,
            _ if error.says_page_token_refused() => error.with_refused_page(),
            _ if error.status() == Some(StatusCode::BAD_REQUEST) => error.with_further_hint(MAY_BE_TOKEN),
            _ => error,
        }
    }

    /// Whether the request of the next page has a token.
    fn sends_token(&self) -> bool {
        let paging = self.request.call.operation.paging;
        self.position.is_some() && paging.is_some_and(|paging| paging.token_parameter().is_some())
    }

    /// How long the token of the next page is valid and how old it is, if it is known to have expired.
    fn outlived_token(&self) -> Option<(Duration, Duration)> {
        let operation: &Operation = &self.request.call.operation;
        let life = operation.paging?.token_life?;
        let age = self.request.client.inner.clock.now().duration_since(self.given_at?).ok()?;
        (age >= life).then_some((life, age))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("request", &self.request).finish_non_exhaustive()
    }
}

/// Whether the answer has something other than a text at the path of the next page's token.
fn has_unreadable_token(body: &[u8], style: PagingStyle) -> bool {
    let (PagingStyle::Token { response_path, .. } | PagingStyle::TokenElsewhere { response_path, .. }) = style else {
        return false;
    };
    let answer: Value = crate::json::read(body).unwrap_or_default();
    match lookup(&answer, response_path) {
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        _ => false,
    }
}

/// The items on all pages of an answer, fetched page by page.
///
/// ```no_run
/// # async fn f(mut items: spapi_core::Items<spapi_core::Value, String>) -> Result<(), spapi_core::Error> {
/// while let Some(item) = items.try_next().await? {
///     println!("{item}");
/// }
/// # Ok(()) }
/// ```
///
/// To continue in another process, save [`next_token`](Self::next_token) when you have processed an item, and start
/// with that token. No item is lost, but items of the same page may come again.
#[must_use = "items are fetched by try_next"]
pub struct Items<T, I> {
    pages: Pages<T>,
    items: fn(T) -> Vec<I>,
    fetched: std::vec::IntoIter<I>,
    /// The token of the page that the current items belong to.
    page_token: Option<String>,
}

impl<T, I> Items<T, I> {
    pub(crate) fn new(pages: Pages<T>, items: fn(T) -> Vec<I>) -> Self {
        Self { pages, items, fetched: Vec::new().into_iter(), page_token: None }
    }

    /// Sets how many pages in a row may bring nothing new, see [`Pages::most_idle_pages`].
    pub fn most_idle_pages(mut self, pages: usize) -> Self {
        self.pages = self.pages.most_idle_pages(pages);
        self
    }

    /// Returns the next item, or `None` after the last.
    ///
    /// You may drop the future: no item is lost. After an error the next call fetches the same page.
    ///
    /// # Errors
    /// The errors of [`Pages::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<I>, Error> {
        loop {
            if let Some(item) = self.fetched.next() {
                return Ok(Some(item));
            }
            let token = self.pages.next_token().map(str::to_owned);
            match self.pages.try_next().await? {
                Some(page) => {
                    self.page_token = token;
                    self.fetched = (self.items)(page.into_inner()).into_iter();
                }
                None => return Ok(None),
            }
        }
    }

    /// The token to continue with so that no item is lost. While a page still has items to return, it is the token of
    /// that page, so all items of the page come again. After the last item of a page it is the token of the next page.
    /// For an operation that pages by offset, it is the page's offset in digits.
    ///
    /// `None` on the first page, unless a token was set: start again without one. Also `None` after the last item, when
    /// [`is_done`](Self::is_done) is true. See [`Pages::next_token`].
    pub fn next_token(&self) -> Option<&str> {
        if self.fetched.as_slice().is_empty() { self.pages.next_token() } else { self.page_token.as_deref() }
    }

    /// Whether the last item of the last page has been returned.
    pub fn is_done(&self) -> bool {
        self.fetched.as_slice().is_empty() && self.pages.is_done()
    }
}

impl<T, I> fmt::Debug for Items<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
