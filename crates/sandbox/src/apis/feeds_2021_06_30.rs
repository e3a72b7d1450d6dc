//! Feeds 2021-06-30: feeds and their documents.

use super::jobs::{self, Entry, List};
use super::marketplaces;
use crate::error::ApiError;
use crate::feeds::{Feed, TYPES};
use crate::jobs::Job;
use crate::reply::Reply;
use crate::routes::{Call, Handler, Route};
use crate::server::Server;
use axum::http::{HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) static ROUTES: [Route; 6] = [
    route("getFeeds", Method::GET, "/feeds/2021-06-30/feeds", get_feeds),
    route("createFeed", Method::POST, "/feeds/2021-06-30/feeds", create_feed),
    route("getFeed", Method::GET, "/feeds/2021-06-30/feeds/{feedId}", get_feed),
    route("cancelFeed", Method::DELETE, "/feeds/2021-06-30/feeds/{feedId}", cancel_feed),
    route("createFeedDocument", Method::POST, "/feeds/2021-06-30/documents", create_feed_document),
    route("getFeedDocument", Method::GET, "/feeds/2021-06-30/documents/{feedDocumentId}", get_feed_document),
];

const fn route(id: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { section: "feeds", module: "v2021_06_30", id, method, path, handler }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeedSpecification {
    feed_type: String,
    marketplace_ids: Vec<String>,
    input_feed_document_id: String,
    /// Read for their form alone: no type of feed asks for them here.
    #[serde(rename = "feedOptions")]
    _feed_options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentSpecification {
    content_type: String,
}

impl Entry for Feed {
    fn job(&self) -> &Job {
        &self.job
    }

    fn kind(&self) -> &str {
        self.kind.name
    }
}

const LIST: List = List { operation: "feeds/2021-06-30/getFeeds", entries: "feeds", types: "feedTypes" };

fn get_feeds(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let seller = call.seller()?;
    let all = |step| server.feeds.list(seller, step, server);
    jobs::list(server, &call.query, &LIST, all, feed_body)
}

fn create_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let asked: FeedSpecification = call.json()?;
    let seller = call.seller()?;
    let kind = TYPES.iter().find(|kind| kind.name == asked.feed_type);
    let kind = kind.ok_or_else(|| ApiError::invalid_input(format!("There is no feedType {:?}.", asked.feed_type)))?;
    let markets = marketplaces::of_body(asked.marketplace_ids)?;
    let input = asked.input_feed_document_id;
    if server.documents.uploaded(seller, &input).is_none() {
        return Err(ApiError::invalid_input(format!("inputFeedDocumentId: there is no feed document {input:?}.")));
    }
    server.documents.retain(&input);
    let id = server.feeds.create(seller, kind, markets, input, server.clock.now());
    Ok(Reply::accepted(json!({ "feedId": id })))
}

fn get_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let feed = server.feeds.ask(call.seller()?, call.id(), server).ok_or_else(|| no_feed(call))?;
    Ok(feed_body(&feed).into())
}

fn cancel_feed(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    match server.feeds.cancel(call.seller()?, call.id(), server.clock.now()) {
        Some(true) => Ok(Reply::empty()),
        Some(false) => Err(ApiError::invalid_input("Only a feed that is IN_QUEUE can be cancelled.")),
        None => Err(no_feed(call)),
    }
}

fn create_feed_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let DocumentSpecification { content_type } = call.json()?;
    if content_type.is_empty() || HeaderValue::from_str(&content_type).is_err() {
        return Err(ApiError::invalid_input("contentType is no value of a Content-Type header."));
    }
    let (id, url) = server.documents.create(call.seller()?, &content_type);
    Ok(Reply::created(json!({ "feedDocumentId": id, "url": url })))
}

fn get_feed_document(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let id = call.id();
    let encoding_header = call.query.flag("enableContentEncodingUrlHeader")?.unwrap_or(false);
    let download = server.documents.download(call.seller()?, id, encoding_header);
    let download = download.ok_or_else(|| ApiError::not_found(format!("There is no feed document {id:?}.")))?;
    Ok(download.body("feedDocumentId", id).into())
}

fn no_feed(call: &Call) -> ApiError {
    ApiError::not_found(format!("There is no feed {:?}.", call.id()))
}

fn feed_body(feed: &Feed) -> Value {
    let mut body = json!({ "feedId": feed.job.id, "feedType": feed.kind.name });
    feed.job.show(&mut body);
    if let Some(result) = &feed.result {
        body["resultFeedDocumentId"] = result.clone().into();
    }
    body
}
