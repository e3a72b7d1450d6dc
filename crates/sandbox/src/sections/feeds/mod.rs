//! Feeds 2021-06-30: feeds and their documents.

mod feed;
mod flat;
mod listings;
mod xml;

pub(crate) use feed::Feed;

use super::call::Call;
use super::documents::Announced;
use super::jobs::{self, Course, Jobs};
use super::{Served, marketplaces};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use axum::http::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use spapi_metadata::FeedType;
use std::collections::BTreeMap;

/// The feeds of every seller.
pub(crate) type Feeds = Jobs<Feed>;

/// No feeds yet.
pub(crate) fn none() -> Feeds {
    Jobs::after(60_000_000_000)
}

pub(super) static SERVED: Served = Served {
    section: "feeds",
    module: "v2021_06_30",
    takes_long: true,
    operations: &[
        ("getFeeds", get_feeds),
        ("createFeed", create_feed),
        ("getFeed", get_feed),
        ("cancelFeed", cancel_feed),
        ("createFeedDocument", create_feed_document),
        ("getFeedDocument", get_feed_document),
    ],
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeedSpecification {
    feed_type: String,
    marketplace_ids: Vec<String>,
    input_feed_document_id: String,
    /// Only validated: no type of feed needs options here.
    #[serde(rename = "feedOptions")]
    _feed_options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentSpecification {
    content_type: String,
}

fn get_feeds(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::list(&server.feeds, server, call)
}

fn create_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: FeedSpecification = call.json()?;
    let account = call.account()?;
    let kind = FeedType::find(&asked.feed_type);
    let kind = kind.ok_or_else(|| ApiError::invalid_input(format!("There is no feedType {:?}.", asked.feed_type)))?;
    let markets = marketplaces::of_body(call.region, asked.marketplace_ids)?;
    let input = asked.input_feed_document_id;
    if server.documents.uploaded(account, &input).is_none() {
        return Err(ApiError::invalid_input(format!("inputFeedDocumentId: there is no feed document {input:?}.")));
    }
    server.documents.retain(&input);
    let id = server.feeds.next_id();
    let course = Course::new(id.clone(), account, markets, server.clock.now());
    server.feeds.add(Feed::new(course, kind, input));
    Ok(Reply::accepted(json!({ "feedId": id })))
}

fn get_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::get(&server.feeds, server, call)
}

fn cancel_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    jobs::cancel(&server.feeds, server, call)
}

fn create_feed_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let DocumentSpecification { content_type } = call.json()?;
    if content_type.is_empty() || content_type.len() > 256 || HeaderValue::from_str(&content_type).is_err() {
        return Err(ApiError::invalid_input(
            "contentType is not the value of a Content-Type header, or is longer than 256 bytes.",
        ));
    }
    let (id, url) = {
        let announced = Announced { content_type: &content_type, hash: None, takes_forms: false };
        server.documents.create(call.account()?, &announced)
    };
    Ok(Reply::created(json!({ "feedDocumentId": id, "url": url })))
}

fn get_feed_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let id = call.id();
    let encoding_header = call.query.flag("enableContentEncodingUrlHeader")?.unwrap_or(false);
    let download = server.documents.download(call.account()?, id, encoding_header);
    let download = download.ok_or_else(|| ApiError::not_found(format!("There is no feed document {id:?}.")))?;
    Ok(download.body("feedDocumentId", id).into())
}
