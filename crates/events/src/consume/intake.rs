//! Receives messages and finds out what they are.

use super::call::limited;
use super::run::LONGEST_CALL;
use super::{Delivery, Marks, Message, Queue, QueueError, QueueErrorKind, Receipt};
use crate::{Notification, ParseError};
use std::sync::Arc;
use std::time::Duration;

/// A message that was received.
pub(super) struct Arrived {
    pub message: Message,
    pub decoded: Result<Delivery, ParseError>,
    /// The id of the notification. One without an id is handled each time it comes.
    pub id: Option<String>,
    /// Whether it was handled by an earlier process.
    pub is_marked: bool,
}

/// Why nothing can be done with messages that may have been received.
pub(super) struct Failed {
    pub error: QueueError,
    /// What was received.
    pub receipts: Vec<Receipt>,
}

/// Receives, decodes, and looks what was handled before.
pub(super) async fn receive(
    queue: Arc<impl Queue>,
    marks: Option<Arc<dyn Marks>>,
    most: usize,
    wait: Duration,
    visibility: Duration,
) -> Result<Vec<Arrived>, Failed> {
    let longest = wait.saturating_add(LONGEST_CALL);
    let receive = async move { queue.receive(most, wait, visibility).await };
    let messages = limited(QueueErrorKind::Connect, "the queue", longest, receive).await;
    let messages = messages.map_err(|error| Failed { error, receipts: Vec::new() })?;
    let mut arrived: Vec<_> = messages.into_iter().map(decode).collect();
    let Some(marks) = marks else { return Ok(arrived) };
    let (places, ids): (Vec<_>, Vec<_>) =
        arrived.iter().enumerate().filter_map(|(place, arrived)| Some((place, arrived.id.clone()?))).unzip();
    if ids.is_empty() {
        return Ok(arrived);
    }
    // After that time the messages come back.
    let look = async move { marks.are_marked(&ids).await };
    match limited(QueueErrorKind::Storage, "the marks", visibility, look).await {
        Ok(marked) => {
            for (place, is_marked) in places.into_iter().zip(marked) {
                arrived[place].is_marked = is_marked;
            }
            Ok(arrived)
        }
        Err(error) => {
            Err(Failed { error, receipts: arrived.into_iter().map(|arrived| arrived.message.receipt).collect() })
        }
    }
}

fn decode(message: Message) -> Arrived {
    let decoded = Notification::parse(&message.body).map(|notification| Delivery::new(notification, &message));
    let id = decoded.as_ref().ok().and_then(|delivery| delivery.id()).filter(|id| !id.is_empty()).map(str::to_owned);
    Arrived { message, decoded, id, is_marked: false }
}
