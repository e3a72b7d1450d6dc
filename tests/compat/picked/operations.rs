//! Builders as in `operations.rs` of the section crates, reduced to the methods whose calls of core differ.

use super::{meta, types};
use spapi_core::{Client, Error, Items, Pages, Request, RequestOptions, Response};

#[derive(Clone, Debug)]
pub struct PagesByOffset {
    request: Request<types::Offers>,
}

impl PagesByOffset {
    pub fn new(client: &Client) -> Self {
        Self { request: Request::new(client, &meta::PAGES_BY_OFFSET, spapi_core::decode::json) }
    }

    pub fn body(mut self, body: types::Picked) -> Self {
        self.request.json(&body);
        self
    }

    pub fn x_amzn_idempotency_token(mut self, x_amzn_idempotency_token: impl Into<String>) -> Self {
        self.request.header("x-amzn-idempotency-token", Into::<String>::into(x_amzn_idempotency_token));
        self
    }

    pub fn mskus(mut self, mskus: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.request.query_multi("mskus", mskus.into_iter().map(Into::<String>::into));
        self
    }

    pub fn created_after(mut self, created_after: impl Into<spapi_core::DateTime>) -> Self {
        self.request.query("createdAfter", Into::<spapi_core::DateTime>::into(created_after));
        self
    }

    pub fn updated_after(mut self, updated_after: impl Into<spapi_core::DateTime>) -> Self {
        self.request.query_time("updatedAfter", updated_after);
        self
    }

    pub fn base_amount(mut self, base_amount: impl Into<spapi_core::Decimal>) -> Self {
        self.request.query("baseAmount", Into::<spapi_core::Decimal>::into(base_amount));
        self
    }

    pub fn with_options(mut self, options: RequestOptions) -> Self {
        self.request.with_options(options);
        self
    }

    pub async fn send(self) -> Result<Response<types::Offers>, Error> {
        self.request.send().await
    }

    pub fn pages(self) -> Pages<types::Offers> {
        self.request.pages_by_offset()
    }

    pub fn items(self) -> Items<types::Offers, types::Picked> {
        self.request.items_by_offset(|page| page.offers)
    }
}

#[derive(Clone, Debug)]
pub struct Deletes {
    request: Request<()>,
}

impl Deletes {
    pub fn new(client: &Client, query_id: impl ::std::fmt::Display) -> Self {
        let mut request = Request::new(client, &meta::DELETES, spapi_core::decode::empty);
        request.path("queryId", query_id);
        Self { request }
    }

    pub async fn send(self) -> Result<Response<()>, Error> {
        self.request.send().await
    }
}

#[derive(Clone, Debug)]
pub struct AnswersWithList {
    request: Request<Vec<types::Picked>>,
}

impl AnswersWithList {
    pub fn new(client: &Client, body: impl Into<Vec<types::Picked>>) -> Self {
        let mut request = Request::new(client, &meta::PUTS, spapi_core::decode::json_list);
        let body: Vec<types::Picked> = body.into();
        request.json(&body);
        Self { request }
    }

    pub async fn send(self) -> Result<Response<Vec<types::Picked>>, Error> {
        self.request.send().await
    }
}

#[derive(Clone, Debug)]
pub struct AnswersOrNot {
    request: Request<Option<types::Picked>>,
}

impl AnswersOrNot {
    pub fn new(client: &Client) -> Self {
        Self { request: Request::new(client, &meta::PATCHES, spapi_core::decode::json_or_empty) }
    }

    pub async fn send(self) -> Result<Response<Option<types::Picked>>, Error> {
        self.request.send().await
    }
}

#[derive(Clone, Debug)]
pub struct AnswersWithObject {
    request: Request<spapi_core::Object>,
}

impl AnswersWithObject {
    pub fn new(client: &Client) -> Self {
        Self { request: Request::new(client, &meta::RESTRICTED_BY_RESOURCE, spapi_core::decode::json) }
    }

    pub fn restricted(mut self) -> Self {
        self.request.restricted([]);
        self
    }

    pub async fn send(self) -> Result<Response<spapi_core::Object>, Error> {
        self.request.send().await
    }
}

#[derive(Clone, Debug)]
pub struct AnswersByStatus {
    request: Request<AnswersByStatusAnswer>,
}

impl AnswersByStatus {
    pub fn new(client: &Client) -> Self {
        Self { request: Request::new(client, &meta::GRANTLESS, AnswersByStatusAnswer::decode) }
    }

    pub async fn send(self) -> Result<Response<AnswersByStatusAnswer>, Error> {
        self.request.send().await
    }
}

#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnswersByStatusAnswer {
    Status200(types::Offers),
    Status202(types::Picked),
}

impl AnswersByStatusAnswer {
    fn decode(response: &spapi_core::RawResponse) -> Result<Self, spapi_core::DecodeError> {
        match response.status().as_u16() {
            200 => spapi_core::decode::json(response).map(Self::Status200),
            _ => spapi_core::decode::json(response).map(Self::Status202),
        }
    }
}
