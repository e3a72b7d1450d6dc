//! Documents that are made while they are read, because they are too long for the memory.

use super::charset::Charset;
use axum::body::{Body, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body::Frame;
use std::convert::Infallible;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

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
    pub(crate) pieces: Arc<dyn Pieces>,
}

impl Long {
    /// The body of a download.
    pub(super) fn body(&self, gzip: bool) -> Body {
        let out = if gzip {
            Out::Gzip(GzEncoder::new(Vec::new(), Compression::fast()).into())
        } else {
            Out::Plain(Vec::new())
        };
        Body::new(Download { long: self.clone(), next: 0, out })
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
