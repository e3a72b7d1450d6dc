//! Documents that are made while they are read, because they are too long for the memory.

use super::charset::Charset;
use axum::body::{Body, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::Frame;
use http_body_util::BodyExt;
use std::convert::Infallible;
use std::io::Write;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

/// The least bytes of a frame, except the last.
const FRAME: usize = 64 << 10;

/// What makes the text of a document piece by piece. The same number always gives the same piece.
pub(crate) trait Pieces: Send + Sync {
    /// The piece of this number, from 0; `None` after the last.
    fn piece(&self, number: u64) -> Option<String>;
}

/// A long document.
#[derive(Clone)]
pub(crate) struct Long {
    pub(crate) charset: Charset,
    pieces: Arc<dyn Pieces>,
    /// Its number of bytes as they are sent, once they were counted.
    length: Arc<OnceLock<usize>>,
}

impl Long {
    pub(crate) fn new(charset: Charset, pieces: Arc<dyn Pieces>) -> Self {
        Self { charset, pieces, length: Arc::default() }
    }

    /// The body of a download.
    pub(super) fn body(&self, gzip: bool) -> Body {
        Body::new(self.download(gzip))
    }

    /// The body of the download of a part.
    pub(super) fn part(&self, gzip: bool, part: Range<usize>) -> Body {
        Body::new(Part { download: self.download(gzip), skip: part.start, left: part.len() })
    }

    /// The first bytes of the download.
    pub(super) async fn beginning(&self, gzip: bool) -> Bytes {
        next(&mut self.download(gzip)).await.unwrap_or_default()
    }

    /// The number of bytes of the download.
    pub(super) async fn length(&self, gzip: bool) -> usize {
        if let Some(length) = self.length.get() {
            return *length;
        }
        let (mut download, mut length) = (self.download(gzip), 0);
        while let Some(bytes) = next(&mut download).await {
            length += bytes.len();
            // Other requests have their turn, because the bytes of a long document take long.
            tokio::task::yield_now().await;
        }
        *self.length.get_or_init(|| length)
    }

    fn download(&self, gzip: bool) -> Download {
        let out = if gzip {
            Out::Gzip(GzEncoder::new(Vec::new(), Compression::fast()).into())
        } else {
            Out::Plain(Vec::new())
        };
        Download { long: self.clone(), next: 0, out }
    }
}

/// The next bytes of a download.
async fn next(download: &mut Download) -> Option<Bytes> {
    download.frame().await?.ok()?.into_data().ok()
}

/// A part of a download.
struct Part {
    download: Download,
    /// How many bytes come before the part.
    skip: usize,
    /// How many bytes of the part are still to come.
    left: usize,
}

impl http_body::Body for Part {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while self.left > 0 {
            let Some(frame) = ready!(Pin::new(&mut self.download).poll_frame(context)?) else { break };
            let Ok(mut bytes) = frame.into_data() else { continue };
            let skipped = bytes.split_to(self.skip.min(bytes.len())).len();
            self.skip -= skipped;
            bytes.truncate(self.left);
            self.left -= bytes.len();
            if !bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
        }
        Poll::Ready(None)
    }
}

/// A download that is under way.
struct Download {
    long: Long,
    /// The number of the next piece.
    next: u64,
    out: Out,
}

/// The bytes that are not sent yet.
enum Out {
    Plain(Vec<u8>),
    Gzip(Box<GzEncoder<Vec<u8>>>),
    Finished,
}

impl Out {
    fn write(&mut self, bytes: &[u8]) {
        match self {
            Self::Plain(out) => out.extend_from_slice(bytes),
            // Writing to memory does not fail.
            Self::Gzip(out) => drop(out.write_all(bytes)),
            Self::Finished => {}
        }
    }

    /// The bytes so far, if they are enough for a frame.
    fn frame(&mut self) -> Option<Bytes> {
        let out = match self {
            Self::Plain(out) => out,
            Self::Gzip(out) => out.get_mut(),
            Self::Finished => return None,
        };
        (out.len() >= FRAME).then(|| std::mem::take(out).into())
    }

    /// The last bytes.
    fn finish(&mut self) -> Option<Bytes> {
        match std::mem::replace(self, Self::Finished) {
            Self::Plain(out) => Some(out.into()),
            Self::Gzip(out) => Some(out.finish().unwrap_or_default().into()),
            Self::Finished => None,
        }
    }
}

impl http_body::Body for Download {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if let Some(bytes) = self.out.frame() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            let Some(piece) = self.long.pieces.piece(self.next) else {
                let last = self.out.finish().filter(|bytes| !bytes.is_empty());
                return Poll::Ready(last.map(|bytes| Ok(Frame::data(bytes))));
            };
            self.next += 1;
            let bytes = self.long.charset.encode(&piece);
            self.out.write(&bytes);
        }
    }
}
