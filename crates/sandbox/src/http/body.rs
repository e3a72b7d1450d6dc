//! Reads the bodies of requests, and limits the memory that they take.

use super::ApiError;
use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// The largest body of a call, in bytes.
const BODY_LIMIT: usize = 8 << 20;

/// How long a body may take. A slower client would keep a connection busy.
const LONGEST: Duration = Duration::from_secs(120);

/// The memory for all bodies that the server reads and all documents that it keeps.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    most: usize,
    used: Arc<AtomicUsize>,
}

/// A part of the room, taken until it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    room: Room,
    bytes: usize,
}

/// A body in memory, with the room that it takes.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _share: Share,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than the limit, or the client stopped sending.
    TooLargeOrCut,
    TooSlow,
    /// Other bodies and documents take the room.
    NoRoom,
}

impl Held {
    /// A part of the body in place of the whole.
    pub(crate) fn with(self, part: Bytes) -> Self {
        Self { bytes: part, ..self }
    }
}

impl Room {
    /// Room for `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, used: Arc::default() }
    }

    /// The total number of bytes that there is room for.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes an empty part.
    fn share(&self) -> Share {
        Share { room: self.clone(), bytes: 0 }
    }

    /// Takes room for the bytes; `None` if there is not enough.
    pub(crate) fn hold(&self, bytes: Bytes) -> Option<Held> {
        let mut share = self.share();
        share.grow(bytes.len()).then_some(Held { bytes, _share: share })
    }

    /// Reads a body up to a limit. When there is no room for a number of bytes, `make_room` is called with it.
    pub(crate) async fn read(&self, body: Body, limit: usize, make_room: impl Fn(usize)) -> Result<Held, Unread> {
        timeout(LONGEST, self.read_patiently(body, limit, make_room)).await.unwrap_or(Err(Unread::TooSlow))
    }

    async fn read_patiently(&self, mut body: Body, limit: usize, make_room: impl Fn(usize)) -> Result<Held, Unread> {
        let mut share = self.share();
        let mut read = Vec::new();
        if http_body::Body::size_hint(&body).lower() > limit as u64 {
            drain(body, limit).await;
            return Err(Unread::TooLargeOrCut);
        }
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(drop).and_then(|frame| frame.into_data().map_err(drop)) else {
                return Err(Unread::TooLargeOrCut);
            };
            if read.len() + data.len() > limit {
                drain(body, limit).await;
                return Err(Unread::TooLargeOrCut);
            }
            // Only bytes that have arrived take room: a client may announce more and stop at any time.
            if !share.grow_by(data.len(), &make_room) {
                drain(body, limit).await;
                return Err(Unread::NoRoom);
            }
            read.extend_from_slice(&data);
        }
        read.shrink_to_fit();
        Ok(Held { bytes: read.into(), _share: share })
    }

    /// Reads the body of a call.
    pub(crate) async fn read_call(&self, body: Body, make_room: impl Fn(usize)) -> Result<Held, ApiError> {
        self.read(body, BODY_LIMIT, make_room).await.map_err(|unread| match unread {
            Unread::TooLargeOrCut => ApiError::too_large(BODY_LIMIT),
            Unread::TooSlow => ApiError::too_slow(LONGEST),
            Unread::NoRoom => ApiError::no_room(self.most),
        })
    }
}

/// Reads up to `limit` more bytes and drops them: a client that is still sending would miss the answer.
async fn drain(mut body: Body, limit: usize) {
    let mut rest = limit;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        match rest.checked_sub(length) {
            Some(less) => rest = less,
            None => return,
        }
    }
}

impl Share {
    fn grow_by(&mut self, bytes: usize, make_room: impl Fn(usize)) -> bool {
        bytes == 0 || self.grow(bytes) || {
            make_room(bytes);
            self.grow(bytes)
        }
    }

    fn grow(&mut self, bytes: usize) -> bool {
        let take = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.room.most);
        let has_taken = self.room.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
        if has_taken {
            self.bytes += bytes;
        }
        has_taken
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_body_makes_room() {
        let room = Room::new(10);
        let first = room.hold(Bytes::from_static(b"123456")).unwrap();
        assert!(room.hold(Bytes::from_static(b"12345")).is_none());
        let second = room.hold(Bytes::from_static(b"1234")).unwrap();
        drop(first);
        assert!(room.hold(Bytes::from_static(b"123456")).is_some());
        drop(second);
        assert_eq!(room.used.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn a_body_is_read_where_there_is_room_for_it() {
        let room = Room::new(10);
        let read = async |text: &'static str, limit| room.read(Body::from(text), limit, |_| {}).await;
        let held = read("12345678", 8).await.unwrap();
        assert_eq!(held.bytes, "12345678");
        assert_eq!(read("123", 8).await.unwrap_err(), Unread::NoRoom);
        assert_eq!(read("12", 8).await.unwrap().bytes, "12");
        assert_eq!(read("123456789", 8).await.unwrap_err(), Unread::TooLargeOrCut);
        assert_eq!(read("", 8).await.unwrap().bytes, "");
        drop(held);
        assert_eq!(room.used.load(Ordering::Relaxed), 0);
    }
}
