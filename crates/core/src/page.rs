//! Answers that continue on further pages.

use crate::error::{Error, Kind};
use crate::operation::Paging;
use crate::request::Request;
use crate::response::Response;
use serde_json::Value;
use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

/// The pages of an answer, fetched one by one.
///
/// ```no_run
/// # async fn f(mut pages: spapi_core::Pages<spapi_core::Value>) -> Result<(), spapi_core::Error> {
/// while let Some(page) = pages.try_next().await? {
///     println!("{:?}", page.request_id());
/// }
/// # Ok(()) }
/// ```
#[must_use = "pages are fetched by try_next"]
pub struct Pages<T> {
    /// What to send for the next page.
    request: Request<T>,
    next_token: NextToken<T>,
    progress: Progress,
    hasher: RandomState,
    /// Hashes of the tokens that were sent.
    sent: HashSet<u64>,
}

enum NextToken<T> {
    Typed(fn(&T) -> Option<&str>),
    Untyped(fn(Paging, &T) -> Option<&str>),
}

enum Progress {
    More,
    End,
    /// There is more, but it cannot be fetched.
    Stuck(Error),
}

impl<T> Pages<T> {
    pub(crate) fn new(request: Request<T>, next_token: fn(&T) -> Option<&str>) -> Self {
        Self::with(request, NextToken::Typed(next_token))
    }

    fn with(request: Request<T>, next_token: NextToken<T>) -> Self {
        let hasher = RandomState::new();
        let first = request.call.operation.paging.and_then(|paging| request.call.query_value(paging.parameter));
        let sent = first.into_iter().map(|token| hasher.hash_one(token)).collect();
        Self { request, next_token, progress: Progress::More, hasher, sent }
    }

    /// The next page, or `None` after the last. A page may be empty though others follow.
    ///
    /// It may be dropped before it is done: the same page is fetched next time. The same holds after an error.
    ///
    /// # Errors
    /// As when sending a single request; also when Amazon gives a token a second time, which would go on forever.
    pub async fn try_next(&mut self) -> Result<Option<Response<T>>, Error> {
        match &self.progress {
            Progress::More => {}
            Progress::End => return Ok(None),
            Progress::Stuck(error) => return Err(error.clone()),
        }
        let page = self.request.clone().send().await?;
        self.progress = self.advance(&page);
        Ok(Some(page))
    }

    /// Takes the next page's token from a page into the request.
    fn advance(&mut self, page: &T) -> Progress {
        let paging = self.request.call.operation.paging;
        let token = match self.next_token {
            NextToken::Typed(of) => of(page),
            NextToken::Untyped(of) => paging.and_then(|paging| of(paging, page)),
        };
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Progress::End;
        };
        let Some(paging) = paging else {
            return self.stuck("there is another page, but it is not known how to ask for it");
        };
        self.request.query(paging.parameter, token);
        let encoded = self.request.call.query_value(paging.parameter).unwrap_or_default();
        if !self.sent.insert(self.hasher.hash_one(encoded)) {
            return self.stuck("the answer names as the next a page that was fetched before: it would never end");
        }
        Progress::More
    }

    fn stuck(&self, message: &str) -> Progress {
        Progress::Stuck(Error::new(Kind::Paging, message).during(&self.request.call.operation))
    }
}

impl Pages<Value> {
    pub(crate) fn untyped(request: Request<Value>) -> Self {
        fn next_token(paging: Paging, page: &Value) -> Option<&str> {
            paging.next_token(page)
        }
        Self::with(request, NextToken::Untyped(next_token))
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("request", &self.request).finish_non_exhaustive()
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
#[must_use = "items are fetched by try_next"]
pub struct Items<T, I> {
    pages: Pages<T>,
    items: fn(T) -> Vec<I>,
    fetched: std::vec::IntoIter<I>,
}

impl<T, I> Items<T, I> {
    pub(crate) fn new(pages: Pages<T>, items: fn(T) -> Vec<I>) -> Self {
        Self { pages, items, fetched: Vec::new().into_iter() }
    }

    /// The next item, or `None` after the last.
    ///
    /// It may be dropped before it is done: no item is lost. After an error the next call fetches the same page.
    ///
    /// # Errors
    /// As [`Pages::try_next`].
    pub async fn try_next(&mut self) -> Result<Option<I>, Error> {
        loop {
            if let Some(item) = self.fetched.next() {
                return Ok(Some(item));
            }
            match self.pages.try_next().await? {
                Some(page) => self.fetched = (self.items)(page.into_inner()).into_iter(),
                None => return Ok(None),
            }
        }
    }
}

impl<T, I> fmt::Debug for Items<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
