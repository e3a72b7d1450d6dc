//! Notifications, and queues that fail on purpose.

use spapi_events::consume::{
    BoxFuture, ChannelQueue, Message, Queue, QueueError, QueueErrorKind, Receipt, Refused, SendMessage,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A notification of a feed with this id.
pub fn feed(id: &str) -> String {
    format!(
        r#"{{"notificationVersion":"2020-09-04","notificationType":"FEED_PROCESSING_FINISHED","payloadVersion":"2020-09-04",
        "eventTime":"2026-11-30T12:00:00Z","payload":{{"feedProcessingFinishedNotification":{{"sellerId":"A1","feedId":"{id}",
        "feedType":"JSON_LISTINGS_FEED","processingStatus":"DONE"}}}},
        "notificationMetadata":{{"applicationId":"amzn1.sp.solution.1","subscriptionId":"s","publishTime":"2026-11-30T12:00:01Z",
        "notificationId":"{id}"}}}}"#
    )
}

/// Numbers without a pattern, the same in each run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}

/// What a call of a queue does instead of its work.
#[derive(Clone)]
#[allow(dead_code, reason = "not all tests use all of them")]
pub enum Fault {
    /// It does its work.
    Nothing,
    /// It fails, and does nothing.
    Fails(QueueErrorKind),
    /// It never ends.
    Hangs,
    /// It panics, and does nothing.
    Panics,
    /// It does nothing, and says that all is well.
    Lies,
    /// It does its work, and says that it failed.
    Lost(QueueErrorKind),
    /// It does its work for all but these, which it refuses.
    Refuses(Vec<usize>, QueueErrorKind),
}

type Plan = Arc<dyn Fn(u32) -> Fault + Send + Sync>;

/// A queue in the process whose calls fail by a plan, which gets the number of the call.
#[derive(Clone)]
pub struct Faulty {
    pub inner: ChannelQueue,
    pub receives: Arc<AtomicU32>,
    pub deletes: Arc<AtomicU32>,
    on_receive: Plan,
    on_delete: Plan,
    on_change: Plan,
    changes: Arc<AtomicU32>,
}

impl Faulty {
    pub fn new(inner: &ChannelQueue) -> Self {
        let nothing: Plan = Arc::new(|_| Fault::Nothing);
        Self {
            inner: inner.clone(),
            receives: Arc::default(),
            deletes: Arc::default(),
            on_receive: Arc::clone(&nothing),
            on_delete: Arc::clone(&nothing),
            on_change: nothing,
            changes: Arc::default(),
        }
    }

    pub fn on_receive(mut self, plan: impl Fn(u32) -> Fault + Send + Sync + 'static) -> Self {
        self.on_receive = Arc::new(plan);
        self
    }

    pub fn on_delete(mut self, plan: impl Fn(u32) -> Fault + Send + Sync + 'static) -> Self {
        self.on_delete = Arc::new(plan);
        self
    }

    pub fn on_change(mut self, plan: impl Fn(u32) -> Fault + Send + Sync + 'static) -> Self {
        self.on_change = Arc::new(plan);
        self
    }
}

fn error(kind: QueueErrorKind) -> QueueError {
    QueueError::new(kind, "it fails on purpose")
}

impl Queue for Faulty {
    fn receive(
        &self,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> BoxFuture<'_, Result<Vec<Message>, QueueError>> {
        let number = self.receives.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match (self.on_receive)(number) {
                Fault::Fails(kind) => Err(error(kind)),
                Fault::Hangs => std::future::pending().await,
                Fault::Panics => panic!("on purpose"),
                Fault::Lost(kind) => {
                    self.inner.receive(most, wait, visibility).await?;
                    Err(error(kind))
                }
                _ => self.inner.receive(most, wait, visibility).await,
            }
        })
    }

    fn delete<'a>(&'a self, receipts: &'a [Receipt]) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        let number = self.deletes.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match (self.on_delete)(number) {
                Fault::Nothing => self.inner.delete(receipts).await,
                Fault::Fails(kind) => Err(error(kind)),
                Fault::Hangs => std::future::pending().await,
                Fault::Panics => panic!("on purpose"),
                Fault::Lies => Ok(Vec::new()),
                Fault::Lost(kind) => {
                    self.inner.delete(receipts).await?;
                    Err(error(kind))
                }
                Fault::Refuses(indexes, kind) => {
                    let kept: Vec<_> = (0..receipts.len()).filter(|index| !indexes.contains(index)).collect();
                    let others: Vec<_> = kept.iter().map(|index| receipts[*index].clone()).collect();
                    self.inner.delete(&others).await?;
                    let refused = indexes.into_iter().filter(|index| *index < receipts.len());
                    Ok(refused.map(|index| Refused::new(index, error(kind))).collect())
                }
            }
        })
    }

    fn change_visibility<'a>(
        &'a self,
        changes: &'a [(Receipt, Duration)],
    ) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        let number = self.changes.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match (self.on_change)(number) {
                Fault::Panics => panic!("on purpose"),
                Fault::Hangs => std::future::pending().await,
                Fault::Nothing => self.inner.change_visibility(changes).await,
                Fault::Fails(kind) | Fault::Lost(kind) | Fault::Refuses(_, kind) => Err(error(kind)),
                Fault::Lies => Ok(Vec::new()),
            }
        })
    }
}

impl SendMessage for Faulty {
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>> {
        match (self.on_receive)(0) {
            Fault::Fails(kind) => Box::pin(std::future::ready(Err(error(kind)))),
            _ => self.inner.send(body),
        }
    }
}
