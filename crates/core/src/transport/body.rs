//! The body of a request or an answer: known bytes, or a stream of them.

use super::error::{TransportError, TransportErrorKind};
use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// The body of a request or an answer.
///
/// It is an [`http_body::Body`], and is made from bytes, from text or from another `http_body::Body`. Trailers are
/// dropped.
pub struct Body(Inner);

enum Inner {
    Known(Bytes),
    /// Nothing ever waits for the lock. It makes the body `Sync`, which HTTP clients require.
    Stream(Mutex<UnsyncBoxBody<Bytes, TransportError>>),
}

impl Body {
    /// A body without bytes.
    pub fn empty() -> Self {
        Self(Inner::Known(Bytes::new()))
    }

    /// A body that takes its bytes from another. Its length is known if the other's [size
    /// hint](http_body::Body::size_hint) is exact. An error of the other body that is not a [`TransportError`] counts
    /// as [`Lost`](TransportErrorKind::Lost).
    pub fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::mapped(body, |error| match error.into().downcast::<TransportError>() {
            Ok(failure) => *failure,
            Err(source) => TransportError::new(TransportErrorKind::Lost).with_source(source),
        })
    }

    /// The same, but `failure` converts the errors.
    pub(super) fn mapped<B>(body: B, failure: fn(B::Error) -> TransportError) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
    {
        Self(Inner::Stream(Mutex::new(body.map_err(failure).boxed_unsync())))
    }

    /// The bytes, if they are known.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Inner::Known(bytes) => Some(bytes),
            Inner::Stream(_) => None,
        }
    }

    /// How many bytes are still to come, if that is known.
    pub fn length(&self) -> Option<u64> {
        self.size_hint().exact()
    }

    /// The next bytes, or `None` after the last. You may drop the future: no byte is lost.
    ///
    /// # Errors
    /// When the rest does not arrive.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        let next = poll_fn(|context| Pin::new(&mut *self).poll_bytes(context)).await;
        next.transpose()
    }

    /// All bytes that are still to come, however many. If you do not trust the sender, use
    /// [`collect_up_to`](Self::collect_up_to).
    ///
    /// # Errors
    /// When not all of them arrive.
    pub async fn collect(self) -> Result<Bytes, TransportError> {
        self.collect_up_to(usize::MAX).await
    }

    /// All bytes that are still to come, if there are at most `largest`. A body that announces a greater length is not
    /// read at all. Of any other, at most one piece beyond the limit is read.
    ///
    /// # Errors
    /// [`TooLarge`](TransportErrorKind::TooLarge) if there are more. Also an error if not all of them arrive.
    pub async fn collect_up_to(mut self, largest: usize) -> Result<Bytes, TransportError> {
        let is_too_large = |length: u64| length > largest as u64;
        let too_large = || TransportError::new(TransportErrorKind::TooLarge);
        if is_too_large(self.size_hint().lower()) {
            return Err(too_large());
        }
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        if is_too_large(first.len() as u64) {
            return Err(too_large());
        }
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut all = BytesMut::with_capacity(first.len() + second.len());
        all.extend_from_slice(&first);
        let mut next = Some(second);
        while let Some(bytes) = next {
            if is_too_large(all.len() as u64 + bytes.len() as u64) {
                return Err(too_large());
            }
            all.extend_from_slice(&bytes);
            next = self.chunk().await?;
        }
        Ok(all.freeze())
    }

    fn poll_bytes(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        match &mut self.get_mut().0 {
            Inner::Known(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Known(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Inner::Stream(stream) => {
                let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                loop {
                    match ready!(Pin::new(&mut *stream).poll_frame(context)) {
                        None => return Poll::Ready(None),
                        Some(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                        Some(Ok(frame)) => match frame.into_data() {
                            Ok(bytes) if bytes.is_empty() => {}
                            Ok(bytes) => return Poll::Ready(Some(Ok(bytes))),
                            // The client does not use trailers.
                            Err(_) => {}
                        },
                    }
                }
            }
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.poll_bytes(context).map_ok(Frame::data)
    }

    fn is_end_stream(&self) -> bool {
        self.length() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Known(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).size_hint(),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Known(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

/// Does not show the bytes, which may be a buyer's data.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("length", &self.length()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Yields the pieces, and then fails if the flag is set.
    struct Pieces(Vec<&'static str>, bool);

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            let this = self.get_mut();
            Poll::Ready(match this.0.is_empty() {
                false => Some(Ok(Frame::data(Bytes::from_static(this.0.remove(0).as_bytes())))),
                true if this.1 => Some(Err(std::io::ErrorKind::ConnectionReset.into())),
                true => None,
            })
        }
    }

    #[tokio::test]
    async fn bytes_and_streams_are_read_alike() {
        assert_eq!(Body::from("abc").collect().await.unwrap(), "abc");
        assert_eq!(Body::empty().collect().await.unwrap(), "");
        assert_eq!(Body::from("abc").length(), Some(3));
        for pieces in [vec!["abc"], vec!["a", "", "b", "c"], vec!["", "ab", "c"]] {
            let body = Body::stream(Pieces(pieces, false));
            assert_eq!((body.length(), body.as_bytes()), (None, None));
            assert_eq!(body.collect().await.unwrap(), "abc");
        }
        let nested = Body::stream(Body::from("abc"));
        assert_eq!(nested.length(), Some(3));
        assert_eq!(nested.collect().await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn a_body_is_collected_up_to_the_limit() {
        for (largest, fits) in [(3, true), (2, false), (0, false)] {
            let streamed = Body::stream(Pieces(vec!["a", "bc"], false)).collect_up_to(largest).await;
            let known = Body::from("abc").collect_up_to(largest).await;
            for read in [streamed, known] {
                assert_eq!(read.as_ref().ok().map(|bytes| &bytes[..]), fits.then_some(&b"abc"[..]));
                assert!(fits || read.is_err_and(|failure| failure.kind() == TransportErrorKind::TooLarge));
            }
        }
        // A body that announces too great a length is not read, so the error of its piece does not occur.
        let failing = Body::stream(Announced(Pieces(vec![], true)));
        assert_eq!(failing.collect_up_to(9).await.unwrap_err().kind(), TransportErrorKind::TooLarge);
        assert_eq!(Body::empty().collect_up_to(0).await.unwrap(), "");
    }

    /// Announces a length of ten bytes.
    struct Announced(Pieces);

    impl http_body::Body for Announced {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Pin::new(&mut self.get_mut().0).poll_frame(context)
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(10)
        }
    }

    #[tokio::test]
    async fn the_bytes_before_an_error_are_returned_and_the_cause_is_kept() {
        let mut body = Body::stream(Pieces(vec!["a"], true));
        assert_eq!(body.chunk().await.unwrap().unwrap(), "a");
        let failure = body.chunk().await.unwrap_err();
        assert_eq!(failure.kind(), TransportErrorKind::Lost);
        assert!(std::error::Error::source(&failure).unwrap().to_string().contains("reset"));
        // The error of an inner transport is kept.
        let failure = Body::stream(Body::stream(Pieces(vec![], true))).collect().await.unwrap_err();
        assert!(std::error::Error::source(&failure).unwrap().is::<std::io::Error>());
    }
}
