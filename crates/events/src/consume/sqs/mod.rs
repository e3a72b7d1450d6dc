//! Queues of Amazon SQS (feature `sqs`).

mod address;
mod attributes;
mod batch;
mod credentials;
mod fault;
mod profile;
mod service;

pub use attributes::{QueueAttributes, Redrive};

use super::{BoxFuture, Message, Queue, QueueError, QueueErrorKind, Receipt, Refused, SendMessage};
use address::Address;
use batch::{AT_ONCE, batches};
use profile::Profile;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use service::Service;
use spapi_types::text::from_utf8_lossy;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Amazon SQS waits for messages for 20 seconds at most.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Amazon SQS hides a message for 12 hours at most.
const LONGEST_HIDDEN: u64 = 12 * 3600;

/// The most bytes of one batch that is sent. Queues may be set to take less than Amazon's largest message.
const LARGEST_BATCH: usize = 256 * 1024;

/// A queue of Amazon SQS. Clones share its connections.
///
/// Amazon sends notifications to standard queues alone, not to those whose name ends in `.fifo`. The credentials need the
/// permissions `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:ChangeMessageVisibility` and, for
/// [`attributes`](Self::attributes), `sqs:GetQueueAttributes`.
///
/// ```no_run
/// use spapi_events::consume::{Consumer, Delivery, SqsQueue};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let queue = SqsQueue::from_env("https://sqs.eu-west-1.amazonaws.com/123456789012/notifications")?;
/// let consumer = Consumer::new(queue, |delivery: Delivery| async move {
///     println!("{}", delivery.notification_type.as_str());
///     Ok(())
/// });
/// println!("{}", consumer.run(std::future::pending()).await?);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SqsQueue(Arc<Inner>);

struct Inner {
    address: Address,
    service: Service,
}

/// Settings of an [`SqsQueue`]. [`SqsQueue::builder`] makes it.
///
/// `Debug` does not show credentials.
pub struct SqsQueueBuilder {
    queue: String,
    region: Option<String>,
    endpoint: Option<String>,
    allows_http: bool,
    keys: Option<credentials::Keys>,
}

impl SqsQueue {
    /// A queue by its URL or its ARN, with what the environment says.
    ///
    /// Credentials are `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN` if they are temporary; otherwise
    /// the keys of the profile that `AWS_PROFILE` names, or of `default`, in `~/.aws/credentials` and `~/.aws/config`; otherwise those
    /// of the role that the machine has: by `AWS_WEB_IDENTITY_TOKEN_FILE`, of a container, or of an EC2 instance. Of profiles, keys
    /// alone are read: SSO, a role and a program that prints keys are errors that say what to do. The region is that of the URL or
    /// ARN, otherwise `AWS_REGION`, `AWS_DEFAULT_REGION` or that of the profile. With an ARN, `AWS_ENDPOINT_URL_SQS` or
    /// `AWS_ENDPOINT_URL` names another server.
    ///
    /// # Errors
    /// When it is neither a URL nor an ARN of a queue, the region is not known, or the profile cannot be used.
    pub fn from_env(queue: &str) -> Result<Self, QueueError> {
        Self::builder(queue).build()
    }

    /// A queue by its URL or its ARN, with settings of your own. What is not set comes from the environment, as
    /// [`from_env`](Self::from_env) says.
    pub fn builder(queue: &str) -> SqsQueueBuilder {
        SqsQueueBuilder { queue: queue.to_owned(), region: None, endpoint: None, allows_http: false, keys: None }
    }

    /// The URL of the queue.
    pub fn url(&self) -> &str {
        &self.0.address.url
    }

    /// The ARN of the queue, by which a destination of the Notifications API names it. `None` if the URL has no account.
    pub fn arn(&self) -> Option<&str> {
        self.0.address.arn.as_deref()
    }

    /// The region of the queue.
    pub fn region(&self) -> &str {
        &self.0.address.region
    }

    /// Reads the settings of the queue: its policy, its dead-letter queue, how many messages it has.
    ///
    /// # Errors
    /// When the queue does not exist or the credentials may not read it.
    pub async fn attributes(&self) -> Result<QueueAttributes, QueueError> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "Attributes", default)]
            attributes: Option<HashMap<String, String>>,
        }
        let answer: Answer = self.call("GetQueueAttributes", json!({ "AttributeNames": ["All"] })).await?;
        Ok(QueueAttributes::new(answer.attributes.unwrap_or_default()))
    }

    /// Puts messages into the queue, several with each call. Returns those that were not taken.
    ///
    /// # Errors
    /// When a call fails. Messages before it are in the queue.
    pub async fn send_all<T: AsRef<str>>(&self, bodies: &[T]) -> Result<Vec<Refused>, QueueError> {
        let mut refused = Vec::new();
        let (mut start, mut bytes) = (0, 0);
        for (index, body) in bodies.iter().enumerate() {
            let length = body.as_ref().len();
            if index > start && (index - start == AT_ONCE || bytes + length > LARGEST_BATCH) {
                refused.extend(self.send_batch(&bodies[start..index], start).await?);
                (start, bytes) = (index, 0);
            }
            bytes += length;
        }
        if start < bodies.len() {
            refused.extend(self.send_batch(&bodies[start..], start).await?);
        }
        Ok(refused)
    }

    async fn send_batch<T: AsRef<str>>(&self, bodies: &[T], first: usize) -> Result<Vec<Refused>, QueueError> {
        let entry = |(index, body): (usize, &T)| json!({ "Id": index.to_string(), "MessageBody": body.as_ref() });
        let entries: Vec<_> = bodies.iter().enumerate().map(entry).collect();
        self.batch("SendMessageBatch", entries, first).await
    }

    /// Sends the entries of one batch, and reads what became of each.
    async fn batch(&self, action: &str, entries: Vec<Value>, first: usize) -> Result<Vec<Refused>, QueueError> {
        let sent = entries.len();
        let answer: batch::Answer = self.call(action, json!({ "Entries": entries })).await?;
        Ok(answer.refused(sent, first))
    }

    async fn call<T: for<'de> Deserialize<'de>>(&self, action: &str, body: Value) -> Result<T, QueueError> {
        let mut members = Map::new();
        members.insert("QueueUrl".to_owned(), self.url().into());
        if let Value::Object(others) = body {
            members.extend(others);
        }
        self.0.service.call(action, &Value::Object(members)).await
    }
}

impl SqsQueueBuilder {
    /// Sets the region that requests are signed for.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the server that is called: `https://sqs.eu-west-1.amazonaws.com`. By default that of the queue's URL, or Amazon's of
    /// the region.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Allows a server without TLS that is not on loopback. Everybody on the way can read the messages.
    pub fn allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }

    /// Sets the credentials: an access key, its secret, and a session token if they are temporary.
    pub fn credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        self.keys = Some(credentials::Keys::new(access_key_id.into(), secret_access_key.into(), session_token));
        self
    }

    /// The queue. Nothing is sent yet.
    ///
    /// # Errors
    /// When it is neither a URL nor an ARN of a queue, the region is not known, or the server needs TLS.
    pub fn build(self) -> Result<SqsQueue, QueueError> {
        self.build_with(&|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    fn build_with(self, variable: &dyn Fn(&str) -> Option<String>) -> Result<SqsQueue, QueueError> {
        let with_profile = |name: &str| {
            let of_profile = || Profile::find(variable).ok()??.region();
            variable(name).or_else(|| if name == "AWS_DEFAULT_REGION" { of_profile() } else { None })
        };
        let address = Address::parse(&self.queue, self.region.as_deref(), self.endpoint.as_deref(), &with_profile)?;
        if address.is_plain() && !address.is_loopback() && !self.allows_http {
            let message = format!("{} is without TLS and not on this machine", address.endpoint);
            return Err(QueueError::new(QueueErrorKind::Config, message).with_hint("Use https, or allow http by name."));
        }
        let keys = credentials::provider(self.keys, &address.region, variable)?;
        let service = Service::new(&address, keys)?;
        Ok(SqsQueue(Arc::new(Inner { address, service })))
    }
}

#[derive(Deserialize)]
struct Received {
    #[serde(rename = "Messages", default)]
    messages: Option<Vec<ReceivedMessage>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReceivedMessage {
    message_id: String,
    receipt_handle: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    attributes: Option<HashMap<String, String>>,
}

impl From<ReceivedMessage> for Message {
    fn from(received: ReceivedMessage) -> Self {
        let mut message = Self::new(received.message_id, Receipt::new(received.receipt_handle), received.body);
        let attributes = received.attributes.unwrap_or_default();
        message.receive_count = attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok());
        let sent = attributes.get("SentTimestamp").and_then(|time| time.parse().ok());
        message.sent_at = sent.and_then(|time| UNIX_EPOCH.checked_add(Duration::from_millis(time)));
        message
    }
}

impl Queue for SqsQueue {
    fn receive(
        &self,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> BoxFuture<'_, Result<Vec<Message>, QueueError>> {
        let wanted = json!({
            "MaxNumberOfMessages": most.clamp(1, AT_ONCE),
            "WaitTimeSeconds": seconds(wait.min(LONGEST_WAIT)),
            "VisibilityTimeout": seconds(visibility),
            "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp"],
        });
        Box::pin(async move {
            let received: Received = self.call("ReceiveMessage", wanted).await?;
            Ok(received.messages.unwrap_or_default().into_iter().map(Message::from).collect())
        })
    }

    fn delete<'a>(&'a self, receipts: &'a [Receipt]) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        Box::pin(async move {
            let mut refused = Vec::new();
            for (first, batch) in batches(receipts) {
                let entry = |(index, receipt): (usize, &Receipt)| json!({ "Id": index.to_string(), "ReceiptHandle": receipt.as_str() });
                let entries = batch.iter().enumerate().map(entry).collect();
                refused.extend(self.batch("DeleteMessageBatch", entries, first).await?);
            }
            Ok(refused)
        })
    }

    fn change_visibility<'a>(
        &'a self,
        changes: &'a [(Receipt, Duration)],
    ) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        Box::pin(async move {
            let mut refused = Vec::new();
            for (first, batch) in batches(changes) {
                let entry = |(index, (receipt, visibility)): (usize, &(Receipt, Duration))| {
                    json!({
                        "Id": index.to_string(),
                        "ReceiptHandle": receipt.as_str(),
                        "VisibilityTimeout": seconds(*visibility),
                    })
                };
                let entries = batch.iter().enumerate().map(entry).collect();
                refused.extend(self.batch("ChangeMessageVisibilityBatch", entries, first).await?);
            }
            Ok(refused)
        })
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }
}

impl SendMessage for SqsQueue {
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>> {
        Box::pin(async move {
            // Amazon SQS takes text alone. What is none cannot have come from such a queue.
            let sent = self.call("SendMessage", json!({ "MessageBody": from_utf8_lossy(body) })).await;
            sent.map(|_: serde::de::IgnoredAny| ())
        })
    }
}

/// Whole seconds, so that a time that is not zero stays one.
fn seconds(time: Duration) -> u64 {
    let whole = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    whole.min(LONGEST_HIDDEN)
}

impl fmt::Debug for SqsQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsQueue").field("url", &self.url()).field("region", &self.region()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SqsQueueBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsQueueBuilder").field("queue", &self.queue).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/notifications";

    fn build(builder: SqsQueueBuilder) -> Result<SqsQueue, QueueError> {
        builder.build_with(&|name| (name == "AWS_SECRET_ACCESS_KEY").then(|| "hush".to_owned()))
    }

    #[test]
    fn secrets_are_not_shown() {
        let builder = SqsQueue::builder(URL).credentials("key-id", "open sesame", Some("a-token".into()));
        let shown =
            format!("{builder:?} {:?}", build(SqsQueue::builder(URL).credentials("key-id", "open sesame", None)));
        assert!(!shown.contains("sesame") && !shown.contains("a-token"), "{shown}");
    }

    #[test]
    fn half_of_the_credentials_is_an_error_that_names_the_rest() {
        let error = build(SqsQueue::builder(URL)).unwrap_err();
        assert!(error.kind() == QueueErrorKind::Credentials, "{error}");
        assert!(error.to_string().contains("AWS_ACCESS_KEY_ID") && !error.to_string().contains("hush"), "{error}");
    }

    #[test]
    fn credentials_that_no_header_can_hold_are_refused() {
        for (key, secret, token) in [("k\n", "s", None), ("", "s", None), ("k", "", None), ("k", "s", Some("t\u{7f}é"))]
        {
            let error = build(SqsQueue::builder(URL).credentials(key, secret, token.map(str::to_owned))).unwrap_err();
            assert_eq!(error.kind(), QueueErrorKind::Credentials, "{error}");
        }
    }

    #[test]
    fn http_is_for_loopback_or_by_name() {
        let with = |url: &str| SqsQueue::builder(url).region("eu-west-1").credentials("k", "s", None);
        for url in ["http://127.0.0.1:5000/1/q", "http://localhost/1/q", "http://[::1]:80/1/q"] {
            assert!(build(with(url)).is_ok(), "{url}");
        }
        for url in ["http://queue.example/1/q", "http://127.0.0.1.example/1/q", "http://10.0.0.1/1/q"] {
            let error = build(with(url)).unwrap_err();
            assert!(error.to_string().contains("without TLS"), "{error}");
            assert!(build(with(url).allow_http()).is_ok());
        }
    }

    #[test]
    fn times_are_whole_seconds_that_amazon_takes() {
        let times = [0, 1, 999, 1000, 1001, 90_000_000].map(|millis| seconds(Duration::from_millis(millis)));
        assert_eq!(times, [0, 1, 1, 1, 2, LONGEST_HIDDEN]);
        assert_eq!(seconds(Duration::MAX), LONGEST_HIDDEN);
    }
}
