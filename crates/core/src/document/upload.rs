//! From bytes here to a presigned URL.

use super::store::{self, Failed};
use crate::error::{Error, Kind};
use crate::{Client, RetryPolicy};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body::{Body, Frame, SizeHint};
use md5::{Digest, Md5};
use reqwest::Url;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const PIECE: usize = 64 * 1024;

/// An upload that has not begun. Made by [`Client::upload`].
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload {
    client: Client,
    url: String,
    content_type: String,
    md5: Option<ContentMd5>,
}

#[derive(Clone, Copy)]
enum ContentMd5 {
    OfBytes,
    Given([u8; 16]),
}

impl Upload {
    pub(super) fn new(client: &Client, url: String, content_type: String) -> Self {
        Self { client: client.clone(), url, content_type, md5: None }
    }

    /// Sends the MD5 of the bytes along as `Content-MD5`, where the operation that gave the URL asks for it.
    pub fn with_md5(mut self) -> Self {
        self.md5 = Some(ContentMd5::OfBytes);
        self
    }

    /// Sends this MD5 along as `Content-MD5`: for an upload from a reader, whose bytes are not known before.
    pub fn with_md5_of(mut self, digest: [u8; 16]) -> Self {
        self.md5 = Some(ContentMd5::Given(digest));
        self
    }

    /// Sends bytes. As writing the same again does no harm, it is tried again by the client's policy.
    ///
    /// # Errors
    /// When the URL or the content type cannot be used, the URL [has expired](Error::is_url_expired), no answer
    /// comes, the store refuses, or the client replays recordings.
    pub async fn send(self, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let bytes = bytes.into();
        let digest = self.md5.map(|md5| match md5 {
            ContentMd5::OfBytes => Md5::digest(&bytes).into(),
            ContentMd5::Given(digest) => digest,
        });
        let (url, headers) = self.prepare(digest)?;
        let length = bytes.len() as u64;
        let inner = &self.client.inner;
        store::ask(inner, &inner.retry, &url, || {
            let rest = Rest::Bytes(bytes.clone());
            self.attempt(&url, &headers, Sending { rest, left: length, watch: Arc::default() })
        })
        .await
        .map(drop)
    }

    /// Sends what a reader gives, which must be so many bytes: the store takes nothing of unknown length. It is held
    /// in pieces of 64 KiB and sent once.
    ///
    /// # Errors
    /// As [`send`](Self::send), and when the reader fails or gives more or fewer bytes.
    pub async fn send_reader(self, length: u64, reader: impl AsyncRead + Send + 'static) -> Result<(), Error> {
        let digest = match self.md5 {
            None => None,
            Some(ContentMd5::Given(digest)) => Some(digest),
            Some(ContentMd5::OfBytes) => {
                let message = "the MD5 of a reader's bytes is not known before they are sent";
                return Err(Error::new(Kind::Input, message).with_hint("Give it with .with_md5_of(digest)."));
            }
        };
        let (url, headers) = self.prepare(digest)?;
        let rest = Rest::Reader { reader: Mutex::new(Box::pin(reader)), last: Bytes::new() };
        let mut body = Some(Sending { rest, left: length, watch: Arc::default() });
        // What a reader gave cannot be given again.
        store::ask(&self.client.inner, &RetryPolicy::none(), &url, || {
            let body = body.take();
            let (upload, url, headers) = (&self, &url, &headers);
            async move {
                match body {
                    Some(body) => upload.attempt(url, headers, body).await,
                    None => Err(Failed::Refused(Error::new(Kind::Input, "the reader's bytes have been sent already"))),
                }
            }
        })
        .await
        .map(drop)
    }

    fn prepare(&self, digest: Option<[u8; 16]>) -> Result<(Url, HeaderMap), Error> {
        let url = store::checked(&self.client.inner, &self.url)?;
        let content_type = HeaderValue::try_from(&self.content_type)
            .map_err(|_| Error::new(Kind::Input, "the content type holds characters that a header cannot"))?;
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
        if let Some(digest) = digest {
            let value = HeaderValue::try_from(BASE64_STANDARD.encode(digest))
                .map_err(|_| Error::new(Kind::Input, "the MD5 cannot be sent"))?;
            headers.insert(CONTENT_MD5, value);
        }
        Ok((url, headers))
    }

    async fn attempt(&self, url: &Url, headers: &HeaderMap, body: Sending) -> Result<reqwest::Response, Failed> {
        let inner = &self.client.inner;
        let watch = Arc::clone(&body.watch);
        let request = inner.http.put(url.clone()).headers(headers.clone()).body(reqwest::Body::wrap(body));
        let mut answer = pin!(request.send());
        let mut before = 0;
        loop {
            match tokio::time::timeout(inner.timeout, &mut answer).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(error)) => {
                    let wrong = watch.wrong.lock().unwrap_or_else(PoisonError::into_inner).take();
                    return Err(wrong.map_or(Failed::Broke(error), Failed::Refused));
                }
                // However long it takes, as long as it moves.
                Err(_) => match watch.moved.load(Ordering::Relaxed) {
                    now if now == before => return Err(Failed::Silent),
                    now => before = now,
                },
            }
        }
    }
}

/// Without the URL, which opens the document to everybody.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// A body of known length.
struct Sending {
    rest: Rest,
    left: u64,
    watch: Arc<Watch>,
}

enum Rest {
    Bytes(Bytes),
    Reader {
        /// The lock is never waited for; it makes the body fit for sharing, which reqwest asks for.
        reader: Mutex<Pin<Box<dyn AsyncRead + Send>>>,
        /// What is to go out once it is known that nothing comes after it.
        last: Bytes,
    },
}

/// What is known of a body while it is being sent.
#[derive(Default)]
struct Watch {
    /// How many bytes were taken from it.
    moved: AtomicU64,
    /// What is wrong with the reader.
    wrong: Mutex<Option<Error>>,
}

impl Sending {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, Error>> {
        let (reader, last) = match &mut self.rest {
            Rest::Bytes(bytes) => return Poll::Ready(Ok(bytes.split_to(bytes.len().min(PIECE)))),
            Rest::Reader { reader, last } => (reader.get_mut().unwrap_or_else(PoisonError::into_inner), last),
        };
        loop {
            let left = self.left - last.len() as u64;
            let mut piece = vec![0; usize::try_from(left).map_or(PIECE, |left| left.clamp(1, PIECE))];
            let mut buffer = ReadBuf::new(&mut piece);
            if let Err(error) = ready!(reader.as_mut().poll_read(context, &mut buffer)) {
                return Poll::Ready(Err(Error::new(Kind::Input, "the reader failed").with_source(error)));
            }
            let read = buffer.filled().len();
            piece.truncate(read);
            match (read, left) {
                (0, 0) => return Poll::Ready(Ok(std::mem::take(last))),
                (0, _) => {
                    let message = format!("the reader ended {left} bytes before the length that was given");
                    return Poll::Ready(Err(Error::new(Kind::Input, message)));
                }
                (_, 0) => {
                    return Poll::Ready(Err(Error::new(Kind::Input, "the reader gives more than the length says")));
                }
                (read, left) if read as u64 == left => *last = Bytes::from(piece),
                _ => return Poll::Ready(Ok(Bytes::from(piece))),
            }
        }
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        match ready!(this.poll_piece(context)) {
            Ok(piece) if piece.is_empty() => Poll::Ready(None),
            Ok(piece) => {
                this.left -= piece.len() as u64;
                this.watch.moved.fetch_add(piece.len() as u64, Ordering::Relaxed);
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            Err(error) => {
                *this.watch.wrong.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
