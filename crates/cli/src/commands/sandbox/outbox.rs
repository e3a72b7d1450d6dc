//! Sends the notifications of a served sandbox to a queue of Amazon SQS, or of a server that speaks its protocol.

use crate::exit::{Exit, Failure};
use crate::notes;
use spapi_events::consume::SqsQueue;
use spapi_sandbox::Sent;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

/// The most notifications that wait to be sent.
const WAITING: usize = 10_000;

/// How many one call sends.
const AT_ONCE: usize = 10;

/// The pauses before a call that failed is tried again, in seconds. After the last one its notifications are given up.
const PAUSES: [u64; 4] = [1, 2, 5, 10];

/// What waits to be sent, and the task that sends it.
pub struct Outbox {
    sender: Sender<String>,
    task: JoinHandle<()>,
}

impl Outbox {
    /// An outbox of the queue with this URL or ARN. The settings of AWS come from the environment.
    pub fn open(queue: &str) -> Result<Self, Failure> {
        let queue = SqsQueue::from_env(queue)
            .map_err(|error| Failure::new(Exit::Failed, format!("--notifications-to: {error}")))?;
        let (sender, waiting) = channel(WAITING);
        Ok(Self { sender, task: tokio::spawn(send(queue, waiting)) })
    }

    /// The function that puts a notification into the outbox. It never waits.
    pub fn slot(&self) -> impl Fn(&Sent) + Send + Sync + 'static {
        let sender = self.sender.clone();
        move |sent| {
            if sender.try_send(sent.body.clone()).is_err() {
                notes::warn(format!("a notification is not sent: {WAITING} wait for the queue already"));
            }
        }
    }

    /// Sends what still waits. All slots must be gone.
    pub async fn close(self) {
        let Self { sender, task } = self;
        drop(sender);
        // A panic of the task has been printed already.
        let _ = task.await;
    }
}

async fn send(queue: SqsQueue, mut waiting: Receiver<String>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, AT_ONCE).await > 0 {
        let mut pauses = PAUSES.iter();
        while !batch.is_empty() {
            let problem = match queue.send_all(&batch).await {
                Ok(refused) => {
                    let left = refused.iter().filter_map(|refused| batch.get(refused.index).cloned()).collect();
                    batch = left;
                    refused.into_iter().next().map(|refused| refused.error.to_string())
                }
                Err(error) => Some(error.to_string()),
            };
            match (problem, pauses.next()) {
                (Some(_), Some(pause)) => tokio::time::sleep(Duration::from_secs(*pause)).await,
                (Some(problem), None) => {
                    notes::warn(format!("{} notifications are not sent: {problem}", batch.len()));
                    batch.clear();
                }
                (None, _) => {}
            }
        }
    }
}
