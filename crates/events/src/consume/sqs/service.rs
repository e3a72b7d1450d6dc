//! Signed calls of Amazon SQS, in its JSON protocol.

use super::address::Address;
use super::{credentials, fault};
use crate::consume::{QueueError, QueueErrorKind};
use futures_util::TryStreamExt;
use http::header::{CONTENT_TYPE, DATE, HeaderValue};
use http::{HeaderMap, Method};
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponseBody,
    ReqwestConnector,
};
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};

/// How long a call may take. Amazon answers a call that waits for messages after 20 seconds at the latest.
const LONGEST_CALL: Duration = Duration::from_secs(40);
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// The largest answer that is read: ten messages of 1 MiB, each character of which may take six bytes in JSON.
const LARGEST: usize = 64 << 20;

pub(super) struct Service {
    endpoint: String,
    region: String,
    http: HttpClient,
    credentials: AwsCredentialProvider,
}

impl Service {
    pub fn new(address: &Address, credentials: AwsCredentialProvider) -> Result<Self, QueueError> {
        let options = ClientOptions::new()
            .with_allow_http(address.is_plain())
            .with_timeout(LONGEST_CALL)
            .with_connect_timeout(LONGEST_CONNECT)
            // Amazon closes idle connections after a minute, and a call sent at that moment would be lost.
            .with_pool_idle_timeout(Duration::from_secs(45));
        let http = ReqwestConnector::default()
            .connect(&options)
            .map_err(|error| QueueError::new(QueueErrorKind::Config, "HTTP cannot be set up").with_source(error))?;
        Ok(Self { endpoint: format!("{}/", address.endpoint), region: address.region.clone(), http, credentials })
    }

    pub async fn call<T: for<'de> Deserialize<'de>>(&self, action: &str, body: &Value) -> Result<T, QueueError> {
        let request = self.request(action, body).await?;
        let answer = self.http.execute(request).await.map_err(|error| lost(action, &error))?;
        let (parts, body) = answer.into_parts();
        let body = read(action, body).await?;
        if !parts.status.is_success() {
            return Err(fault::of_answer(action, parts.status, &body, difference(&parts.headers)));
        }
        serde_json::from_slice(&body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            let message = format!("the answer of Amazon SQS to {action} cannot be read at {place}");
            QueueError::new(QueueErrorKind::Server, message)
                .with_hint("Something between here and Amazon may have answered in its place.")
        })
    }

    async fn request(&self, action: &str, body: &Value) -> Result<HttpRequest, QueueError> {
        // The source could show the token of a role.
        let credential = self.credentials.get_credential().await.map_err(|_| {
            QueueError::new(QueueErrorKind::Credentials, "there are no AWS credentials").with_hint(credentials::HINT)
        })?;
        credentials::check(&credential)?;
        let unusable = |_| QueueError::new(QueueErrorKind::Config, format!("{} cannot be called", self.endpoint));
        let mut request = http::Request::builder()
            .method(Method::POST)
            .uri(&self.endpoint)
            .header(CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .body(HttpRequestBody::from(body.to_string()))
            .map_err(unusable)?;
        AwsAuthorizer::new(&credential, "sqs", &self.region).try_authorize(&mut request, None).map_err(|_| {
            QueueError::new(QueueErrorKind::Credentials, "the request cannot be signed").with_hint(credentials::HINT)
        })?;
        if let Some(authorization) = request.headers_mut().get_mut(http::header::AUTHORIZATION) {
            authorization.set_sensitive(true);
        }
        Ok(request)
    }
}

async fn read(action: &str, body: HttpResponseBody) -> Result<Vec<u8>, QueueError> {
    let mut stream = body.bytes_stream();
    let mut bytes = Vec::new();
    loop {
        let next = stream.try_next().await;
        let Some(part) = next.map_err(|error| {
            QueueError::new(QueueErrorKind::Connect, format!("{action} of Amazon SQS: the answer was cut off"))
                .with_source(error)
        })?
        else {
            return Ok(bytes);
        };
        if bytes.len() + part.len() > LARGEST {
            let message = format!("{action} of Amazon SQS: the answer has more than {LARGEST} bytes");
            return Err(QueueError::new(QueueErrorKind::Server, message));
        }
        bytes.extend_from_slice(&part);
    }
}

fn lost(action: &str, error: &HttpError) -> QueueError {
    let what = match error.kind() {
        HttpErrorKind::Connect => "the server cannot be reached",
        HttpErrorKind::Timeout => "no answer in time",
        _ => "the connection was lost",
    };
    QueueError::new(QueueErrorKind::Connect, format!("{action} of Amazon SQS: {what}"))
        .with_hint("Check the network, a proxy, and the queue's URL.")
}

/// By how much the clock of this machine is ahead of the server's, in seconds.
fn difference(headers: &HeaderMap) -> Option<i64> {
    let theirs = headers.get(DATE).map(HeaderValue::to_str)?.ok()?;
    let theirs = httpdate::parse_http_date(theirs).ok()?;
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Some(match SystemTime::now().duration_since(theirs) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    })
}
