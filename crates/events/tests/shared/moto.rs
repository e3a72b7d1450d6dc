//! A server of Amazon SQS from PyPI, which `crates/sync/tests/foreign/install` installs.

use serde_json::{Value, json};
use spapi_events::consume::{SqsQueue, SqsQueueBuilder};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub const MISSING: &str = "(it is not installed here: run crates/sync/tests/foreign/install)";

fn foreign() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sync/tests/foreign")
}

fn python() -> PathBuf {
    foreign().join("venv/bin/python")
}

/// Whether it is installed with what these tests need.
pub fn is_installed() -> bool {
    python().exists()
}

/// A server, until it is dropped.
pub struct Moto {
    child: Child,
    pub url: String,
}

impl Moto {
    pub fn start() -> Self {
        let mut command = Command::new(python());
        command.arg(foreign().join("aws.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    /// Makes a queue with these attributes.
    pub async fn queue(&self, name: &str, attributes: Value) -> SqsQueue {
        let answer = self.call("CreateQueue", json!({ "QueueName": name, "Attributes": attributes })).await;
        open(answer["QueueUrl"].as_str().unwrap())
    }

    pub async fn delete_queue(&self, queue: &SqsQueue) {
        self.call("DeleteQueue", json!({ "QueueUrl": queue.url() })).await;
    }

    /// A call that consumers do not need. The server validates no signature, and takes the region from it.
    async fn call(&self, action: &str, body: Value) -> Value {
        let scope = "Credential=key/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        let request = reqwest::Client::new()
            .post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .header("authorization", format!("AWS4-HMAC-SHA256 {scope}"));
        let answer = request.body(body.to_string()).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{action}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A queue of the server by its URL.
pub fn open(url: &str) -> SqsQueue {
    keys(SqsQueue::builder(url)).build().unwrap()
}

pub fn keys(builder: SqsQueueBuilder) -> SqsQueueBuilder {
    builder.region("us-east-1").credentials("key", "secret", None)
}
