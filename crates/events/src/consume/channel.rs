//! A queue in the process.

use super::queue::LONGEST_HIDDEN;
use super::{BoxFuture, Message, Queue, QueueError, QueueErrorKind, Receipt, Refused, SendMessage};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// A queue in the process, for tests and for notifications that do not come from a queue. Clones share the messages, which end
/// with the process.
///
/// It hides messages, for 12 hours at most, and counts receipts as Amazon SQS does, by tokio's clock, so that a test can pause the time.
#[derive(Clone, Default)]
pub struct ChannelQueue(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    sent: Notify,
}

#[derive(Default)]
struct State {
    visible: VecDeque<Kept>,
    /// By the receipt.
    hidden: HashMap<u64, (Instant, Kept)>,
    messages: u64,
    receipts: u64,
}

struct Kept {
    body: Vec<u8>,
    message_id: String,
    receive_count: u32,
}

impl ChannelQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a message into the queue.
    pub fn push(&self, body: impl Into<Vec<u8>>) {
        let mut state = self.lock();
        state.messages += 1;
        let message_id = state.messages.to_string();
        state.visible.push_back(Kept { body: body.into(), message_id, receive_count: 0 });
        self.0.sent.notify_waiters();
    }

    /// How many messages are in the queue, also those that are hidden.
    pub fn len(&self) -> usize {
        let state = self.lock();
        state.visible.len() + state.hidden.len()
    }

    /// Whether no message is in the queue.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts of all messages, in no order. Text that is not UTF-8 is left out.
    pub fn bodies(&self) -> Vec<String> {
        let state = self.lock();
        let all = state.visible.iter().chain(state.hidden.values().map(|(_, kept)| kept));
        all.filter_map(|kept| String::from_utf8(kept.body.clone()).ok()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the messages of several receipts.
    fn each<'a>(
        &self,
        receipts: impl Iterator<Item = &'a Receipt>,
        mut work: impl FnMut(&mut State, usize, u64, Kept),
    ) -> Vec<Refused> {
        let mut state = self.lock();
        state.show_again();
        let mut refused = Vec::new();
        for (index, receipt) in receipts.enumerate() {
            let found =
                receipt.as_str().parse().ok().and_then(|number| Some((number, state.hidden.remove(&number)?.1)));
            match found {
                Some((number, kept)) => work(&mut state, index, number, kept),
                None => {
                    let error = QueueError::new(QueueErrorKind::Receipt, "the receipt is no longer valid");
                    refused.push(Refused::new(index, error));
                }
            }
        }
        drop(state);
        self.0.sent.notify_waiters();
        refused
    }
}

impl State {
    /// Shows messages again whose time is over. Returns when that is so for the next one.
    fn show_again(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let mut over: Vec<_> = self
            .hidden
            .iter()
            .filter(|(_, (until, _))| *until <= now)
            .map(|(receipt, (until, _))| (*until, *receipt))
            .collect();
        over.sort_unstable();
        for (_, receipt) in over {
            self.visible.extend(self.hidden.remove(&receipt).map(|(_, kept)| kept));
        }
        self.hidden.values().map(|(until, _)| *until).min()
    }

    fn receive(&mut self, most: usize, visibility: Duration) -> Vec<Message> {
        let until = Instant::now() + visibility.min(LONGEST_HIDDEN);
        let mut messages = Vec::new();
        for mut kept in self.visible.drain(..most.min(self.visible.len())).collect::<Vec<_>>() {
            self.receipts += 1;
            kept.receive_count += 1;
            let mut message =
                Message::new(&kept.message_id, Receipt::new(self.receipts.to_string()), kept.body.clone());
            message.receive_count = Some(kept.receive_count);
            self.hidden.insert(self.receipts, (until, kept));
            messages.push(message);
        }
        messages
    }
}

impl Queue for ChannelQueue {
    fn receive(
        &self,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> BoxFuture<'_, Result<Vec<Message>, QueueError>> {
        let end = Instant::now() + wait.min(LONGEST_HIDDEN);
        Box::pin(async move {
            loop {
                let mut sent = std::pin::pin!(self.0.sent.notified());
                sent.as_mut().enable();
                let next = {
                    let mut state = self.lock();
                    let next = state.show_again();
                    let messages = state.receive(most, visibility);
                    if !messages.is_empty() || Instant::now() >= end {
                        return Ok(messages);
                    }
                    next.map_or(end, |next| next.min(end))
                };
                // Whatever ended the wait, it looks again.
                let _ = timeout_at(next, sent).await;
            }
        })
    }

    fn delete<'a>(&'a self, receipts: &'a [Receipt]) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        Box::pin(std::future::ready(Ok(self.each(receipts.iter(), |_, _, _, _| ()))))
    }

    fn change_visibility<'a>(
        &'a self,
        changes: &'a [(Receipt, Duration)],
    ) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        let now = Instant::now();
        let receipts = changes.iter().map(|(receipt, _)| receipt);
        let refused = self.each(receipts, |state, index, receipt, kept| match changes[index].1 {
            Duration::ZERO => state.visible.push_back(kept),
            visibility => drop(state.hidden.insert(receipt, (now + visibility.min(LONGEST_HIDDEN), kept))),
        });
        Box::pin(std::future::ready(Ok(refused)))
    }
}

impl SendMessage for ChannelQueue {
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>> {
        self.push(body);
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for ChannelQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChannelQueue").field("messages", &self.len()).finish_non_exhaustive()
    }
}
