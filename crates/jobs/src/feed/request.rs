//! The request to process a feed.

use super::work::FeedWork;
use super::{FeedBody, FeedJob, FeedOutcome};
use crate::context::Context;
use crate::job::Job;
use crate::journal::Entry;
use crate::table::{self, UNCHECKED, refuse};
use spapi_core::{BoxFuture, Error};
use spapi_document_types::FeedType;
use spapi_types::text::printable;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The most marketplaces of a feed.
const MOST_MARKETPLACES: usize = 25;

/// The name under which the journal has the hash of the body. No option of a feed has this form.
const BODY: &str = "body (SHA-256)";

/// A feed to submit. [`Feeds::submit`](super::Feeds::submit) makes it.
///
/// Await it for the outcome, or turn it into a [`job`](Self::job) for each state on the way.
#[must_use = "a request does nothing unless it is awaited or made a job"]
#[derive(Clone)]
pub struct FeedRequest {
    context: Arc<Context>,
    type_name: String,
    marketplaces: Vec<String>,
    options: BTreeMap<String, String>,
    content_type: Option<String>,
    is_unchecked: bool,
    body: FeedBody,
}

impl FeedRequest {
    pub(super) fn new(context: Arc<Context>, type_name: String, marketplaces: Vec<String>, body: FeedBody) -> Self {
        let options = BTreeMap::new();
        Self { context, type_name, marketplaces, options, content_type: None, is_unchecked: false, body }
    }

    /// Sets an option of the type, such as `metadata:orderid`.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// Sets the content type of the body. By default it is the one of the type.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sends what this crate's table of types would refuse, for a type that Amazon has changed.
    pub fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// The size of the body in bytes. Amazon advises less than 10 MiB.
    pub fn size(&self) -> u64 {
        self.body.size()
    }

    /// A job that uploads and submits the feed. Nothing is sent yet.
    ///
    /// # Errors
    /// When the type does not take the feed: it is gone, the marketplace or an option is wrong or missing, the content type
    /// is not known, or the body is empty.
    pub fn job(self) -> Result<FeedJob, Error> {
        let content_type = self.check()?;
        if self.body.exceeds_advice() {
            tracing::warn!(
                bytes = self.size(),
                type_name = self.type_name,
                "the feed is larger than the 10 MiB that Amazon advises"
            );
        }
        let mut identity = self.options.clone();
        // The same options with another body are another feed.
        identity.insert(BODY.to_owned(), self.body.hash().to_owned());
        let entry = Entry {
            kind: "feed".into(),
            region: self.context.client.region().code().to_owned(),
            type_name: self.type_name,
            marketplaces: self.marketplaces,
            options: identity,
            ..Entry::default()
        };
        let work = FeedWork { context: self.context, entry, options: self.options, content_type, body: self.body };
        Ok(Job::new(work, None))
    }

    /// Compares the request with what is known of its type. Returns the content type.
    fn check(&self) -> Result<String, Error> {
        let name = self.type_name.as_str();
        if name.trim().is_empty() {
            return refuse("the feed type is empty", "Name a type such as JSON_LISTINGS_FEED.");
        }
        if self.marketplaces.is_empty() || self.marketplaces.len() > MOST_MARKETPLACES {
            let message =
                format!("a feed has 1 to {MOST_MARKETPLACES} marketplaces, and {} are given", self.marketplaces.len());
            return refuse(message, "Name the marketplaces, such as Marketplace::JP.");
        }
        if self.body.size() == 0 {
            return refuse(format!("the body of the {name} feed is empty"), "Give the content of the feed.");
        }
        let kind = FeedType::find(name);
        if !self.is_unchecked {
            table::check_feed_type(name)?;
            table::check_ids(&self.marketplaces)?;
            kind.map_or(Ok(()), |kind| self.check_known(kind))?;
        }
        if let Some(content_type) = &self.content_type {
            return Ok(content_type.clone());
        }
        if let Some(kind) = kind.filter(|kind| !kind.content_type.is_empty()) {
            return Ok(kind.content_type.to_owned());
        }
        refuse(
            format!("the content type of the feed type {} is not known", printable(name).up_to(100)),
            "If it is a new type, set .content_type(\"text/xml; charset=UTF-8\") or what it takes.",
        )
    }

    fn check_known(&self, kind: &FeedType) -> Result<(), Error> {
        if kind.is_gone(&table::day(self.context.client.clock().now())) {
            return table::refuse_gone(format_args!("takes {} feeds", kind.name), kind.instead, UNCHECKED);
        }
        table::check_marketplaces(&kind.into(), &self.marketplaces)?;
        table::check_options(&kind.into(), &self.options)
    }
}

impl IntoFuture for FeedRequest {
    type Output = Result<FeedOutcome, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.job()?.await })
    }
}

impl fmt::Debug for FeedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedRequest")
            .field("type_name", &self.type_name)
            .field("marketplaces", &self.marketplaces)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
