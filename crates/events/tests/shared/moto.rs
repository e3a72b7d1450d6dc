//! Queues of a server of Amazon SQS.

use crate::aws::Aws;
use serde_json::{Value, json};
use spapi_events::consume::{SqsQueue, SqsQueueBuilder};

/// A server, until it is dropped.
pub struct Moto(Aws);

impl Moto {
    pub fn start() -> Self {
        Self(Aws::start())
    }

    /// Makes a queue with these attributes.
    pub fn queue(&self, name: &str, attributes: Value) -> SqsQueue {
        open(&self.0.queue(name, &attributes))
    }

    pub fn delete_queue(&self, queue: &SqsQueue) {
        self.0.sqs("DeleteQueue", &json!({ "QueueUrl": queue.url() }));
    }
}

/// A queue of the server by its URL.
pub fn open(url: &str) -> SqsQueue {
    keys(SqsQueue::builder(url)).build().unwrap()
}

pub fn keys(builder: SqsQueueBuilder) -> SqsQueueBuilder {
    builder.region("us-east-1").credentials("key", "secret", None)
}
