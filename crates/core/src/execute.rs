//! Sends every call to Amazon: quota, credentials, sending, retries, tracing.

use crate::auth::{Resource, Token};
use crate::call::{Call, Prepared};
use crate::client::Client;
use crate::error::{self, Error, ErrorKind};
use crate::headers::retry_after;
use crate::mask::Mask;
use crate::observe::{Asked, Noted};
use crate::operation::Repeat;
use crate::response::{OperationRef, RawResponse};
use crate::retry::{Attempt, Reaction, Retry};
use crate::throttle::{Bucket, Lane, Permit};
use crate::transport::{Body, Purpose};
use crate::wire::{self, Answer};
use crate::{Operation, RequestOptions};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use tracing::{Instrument, Span, field::Empty};

const RESTRICTED_HINT: &str = "This operation shows buyers' data only with a restricted data token: ask for one with \
                               .restricted(...). If you do not want them, check the application's roles and the region \
                               of the refresh token.";

static CREATE_TOKEN: Operation = Operation::new(
    "tokens",
    "2021-03-01",
    "createRestrictedDataToken",
    Method::POST,
    "/tokens/2021-03-01/restrictedDataToken",
)
.rate(1.0, 10)
.repeat(Repeat::Safe);

/// How much of a request id is logged.
const LONGEST_ID: usize = 200;

const ACCESS_TOKEN: HeaderName = HeaderName::from_static("x-amz-access-token");

/// The answer to a call.
pub(crate) struct Executed {
    pub raw: RawResponse,
    /// The token that the call was sent with.
    pub token: Option<Arc<Token>>,
    /// The type of value that the call expects.
    pub asked: Asked,
}

impl Client {
    /// Sends a call until it succeeds or no further attempt is allowed.
    ///
    /// The future is boxed so that it is compiled once, in this crate, and not again in every crate that calls.
    pub(crate) fn execute(&self, call: Call) -> Pin<Box<dyn Future<Output = Result<Executed, Error>> + Send>> {
        let client = self.clone();
        let operation = call.operation.clone();
        let span = tracing::info_span!(
            "spapi_call",
            section = %operation.section,
            version = %operation.version,
            operation = %operation.id,
            method = %operation.method,
            attempt = Empty,
            wait_ms = Empty,
            status = Empty,
            request_id = Empty,
        );
        // Not `Span::current`: if a filter drops this span, that is the caller's span.
        let recorded = span.clone();
        Box::pin(
            async move {
                let result = client.attempts(&operation, call, &recorded).await;
                result.map_err(|error| error.with_operation(&operation))
            }
            .instrument(span),
        )
    }

    async fn attempts(&self, operation: &OperationRef, call: Call, span: &Span) -> Result<Executed, Error> {
        let inner = &*self.inner;
        let options = call.options.clone();
        let restricted_server = inner.restricted.as_ref().filter(|_| call.is_for_restricted_token);
        let server = restricted_server.unwrap_or(&inner.api);
        let prepared = call.prepare(&server.base, inner.marketplaces_in)?;
        let bucket = inner.quotas.bucket(server, self.account.identity().await?, operation);
        let retry = Retry {
            policy: options.retry.as_ref().unwrap_or(&inner.retry),
            repeat: operation.repeat,
            longest_wait: options.longest_wait.unwrap_or(inner.longest_wait),
            clock: &*inner.clock,
        };
        let mut sending = Sending {
            client: self,
            operation,
            options: &options,
            prepared: &prepared,
            bucket: bucket.as_ref(),
            lane: options.priority.unwrap_or(inner.priority).lane(),
            longest_wait: retry.longest_wait,
            timeout: options.timeout.unwrap_or(inner.timeout),
            span,
            ready: None,
            waited: Duration::ZERO,
            refused: None,
        };
        let raw = retry.drive(&mut sending).await?;
        let token = sending.ready.take().map(|(_, token)| token);
        drop(sending);
        Ok(Executed { raw, token, asked: prepared.asked })
    }
}

/// A call in progress.
struct Sending<'a> {
    client: &'a Client,
    operation: &'a OperationRef,
    options: &'a RequestOptions,
    prepared: &'a Prepared,
    bucket: Option<&'a Arc<Bucket>>,
    lane: Lane,
    longest_wait: Duration,
    timeout: Duration,
    span: &'a Span,
    /// The quota's permit and the token of the next attempt. After the attempt only the token is left.
    ready: Option<(Option<Permit>, Arc<Token>)>,
    /// How long the call has waited so far, for the quota and between attempts.
    waited: Duration,
    /// The token that Amazon refused. It is renewed once.
    refused: Option<Arc<Token>>,
}

impl Attempt for Sending<'_> {
    type Output = RawResponse;

    /// Gets a token, and a permit of the quota.
    ///
    /// It gets the token before waiting for the permit so that the call can go out at once after it: Amazon counts a
    /// call when it arrives. It gets the token again after the wait because it may have expired meanwhile. Usually it
    /// has not, and nothing is sent.
    async fn ready(&mut self, waited: Duration) -> Result<(), Error> {
        self.waited += waited;
        let mut token = self.token().await?;
        let mut permit = None;
        if let Some(bucket) = self.bucket {
            let queued_at = Instant::now();
            permit = Some(bucket.take(self.lane, self.longest_wait).await?);
            self.waited += queued_at.elapsed();
            token = self.token().await?;
        }
        self.ready = Some((permit, token));
        Ok(())
    }

    async fn run(&mut self, number: u32) -> Result<RawResponse, Error> {
        self.span.record("attempt", number);
        self.span.record("wait_ms", u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX));
        let Some((permit, token)) = &mut self.ready else {
            return Err(Error::new(ErrorKind::Input, "the call was sent before it was ready"));
        };
        let (mut permit, token) = (permit.take(), Arc::clone(token));
        // A call that is dropped from here on may have reached Amazon.
        permit.iter_mut().for_each(|permit| permit.set_used(true));
        let sent = self.send(&token, permit.as_mut()).await;
        if let (Some(permit), Err(error)) = (&mut permit, &sent) {
            permit.set_used(!error.never_left());
        }
        // The call has had its turn, so it does not queue behind calls that came later.
        self.lane = Lane::Again;
        sent
    }

    fn failed(&mut self, error: &Error) -> Reaction {
        if self.refused.is_none() && wants_fresh_token(error) {
            tracing::debug!("Amazon refused the access token; trying once with a new one");
            self.refused = self.ready.take().map(|(_, token)| token);
            return Reaction::Now;
        }
        Reaction::After(match (error.retry_after(), self.bucket) {
            (Some(asked), _) => asked,
            (None, Some(bucket)) if error.is_throttled() => bucket.interval(),
            (None, _) => Duration::ZERO,
        })
    }
}

impl Sending<'_> {
    async fn send(&self, token: &Token, permit: Option<&mut Permit>) -> Result<RawResponse, Error> {
        let Self { client, operation, prepared, .. } = self;
        let server = prepared.uri.host().unwrap_or("the server");
        let purpose = match prepared.is_for_restricted_token {
            true => Purpose::RestrictedDataToken,
            false => Purpose::Call(Box::new(Operation::clone(operation))),
        };
        let request = client.inner.wire.request(purpose).method(&operation.method).uri(prepared.uri.clone());
        let mut request = request
            .body(prepared.body.clone().map_or_else(Body::empty, Body::from))
            .map_err(|error| Error::transport(wire::unusable(error), server))?;
        let headers = request.headers_mut();
        headers.extend(prepared.headers.clone());
        headers.insert(ACCESS_TOKEN, token.header.clone());
        // RFC 9110, section 8.6: a method that may have a body announces an empty one.
        if prepared.body.is_none() && matches!(operation.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mask = token.mask();
        let answer = client.inner.wire.ask(request, self.timeout, server, prepared.is_for_restricted_token, mask).await;
        let answer = answer.map_err(|error| with_outcome(error, operation))?;
        // A refusal by a limit of the call's own says nothing about the bucket.
        let is_about_bucket = !self.options.has_own_limit || answer.status != StatusCode::TOO_MANY_REQUESTS;
        if let Some(permit) = permit.filter(|_| is_about_bucket) {
            let asked = retry_after(&answer.headers, client.inner.clock.now());
            permit.answered(answer.status, &answer.headers, asked).await;
        }
        self.received(answer, mask)
    }

    /// Turns an answer into a success or an error.
    fn received(&self, answer: Answer, mask: &Mask) -> Result<RawResponse, Error> {
        let Self { operation, prepared, span, .. } = self;
        let (inner, status) = (&self.client.inner, answer.status);
        span.record("status", status.as_u16());
        if let Some(id) = crate::headers::request_id(&answer.headers) {
            // `to_str` succeeds only for ASCII without control characters.
            span.record("request_id", id.get(..LONGEST_ID).unwrap_or(id));
        }
        let failure = match status.is_success() {
            true => hollow(&answer, operation, mask, inner.clock.now()),
            false => Some(Error::answer(&answer, mask, inner.clock.now())),
        };
        let Some(error) = failure else { return Ok(RawResponse::received(answer, OperationRef::clone(operation))) };
        if !prepared.is_for_restricted_token {
            let answer = (status, &answer.headers, &answer.body);
            inner.observers.tell(operation, &prepared.asked, answer, Noted::none());
        }
        let lacks_token = operation.restricted.is_some() && prepared.restricted.is_none();
        let error = match status {
            StatusCode::FORBIDDEN if lacks_token => error.with_role_hint(RESTRICTED_HINT),
            _ => error,
        };
        Err(with_outcome(error.with_unread(&answer), operation))
    }

    async fn token(&self) -> Result<Arc<Token>, Error> {
        let (account, refused) = (&self.client.account, self.refused.as_ref());
        match (&self.prepared.restricted, self.operation.grantless) {
            (Some(resource), _) => account.restricted_token(resource, refused, self.restricted_token(resource)).await,
            (None, Some(scope)) => account.scope_token(scope, refused, self.longest_wait).await,
            (None, None) => account.seller_token(refused, self.longest_wait).await,
        }
    }

    /// Gets a new restricted data token with a call of its own, which has the options of the call that needs it.
    async fn restricted_token(&self, resource: &Resource) -> Result<Token, Error> {
        let mut call = Call::new(OperationRef::Listed(&CREATE_TOKEN));
        call.is_for_restricted_token = true;
        call.set_json(&resource.token_request());
        call.options = self.options.clone();
        let asked_at = self.client.inner.clock.now();
        let answer = self.client.execute(call).await;
        let token = answer.and_then(|answer| Resource::token(answer.raw.body(), asked_at));
        token.map_err(|error| error.on_behalf_of(format!("{}: no restricted data token", **self.operation)))
    }
}

/// The error for a success that holds nothing although a value is expected, or that holds only errors.
fn hollow(answer: &Answer, operation: &Operation, mask: &Mask, now: SystemTime) -> Option<Error> {
    // Every operation that only reads has a body in its answers, except for 204.
    let reads = operation.repeat == Repeat::Safe && operation.method != Method::HEAD;
    let may_be_blank = matches!(answer.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
    if reads && !may_be_blank && spapi_types::json::is_blank(&answer.body) {
        let error = Error::blank(ErrorKind::Decode, "the answer cannot be read: it is empty");
        return Some(error.with_decode_path(String::new()).with_answer(answer.status, &answer.headers, now));
    }
    error::holds_only_errors(&answer.body).then(|| Error::only_errors(answer, mask, now))
}

/// Sets whether the call may have been carried out although it failed.
fn with_outcome(error: Error, operation: &Operation) -> Error {
    let unknown = error.is_transient() && operation.repeat != Repeat::Safe;
    error.with_outcome_unknown(unknown)
}

fn wants_fresh_token(error: &Error) -> bool {
    match error.status() {
        Some(StatusCode::UNAUTHORIZED) => true,
        Some(StatusCode::FORBIDDEN) => error.says_token_refused(),
        _ => false,
    }
}
