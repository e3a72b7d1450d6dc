//! The task that downloads, unpacks and decodes, and the pieces that it passes on.

use super::source::Source;
use super::unpack::{Announced, PIECE, Unpack};
use crate::error::{Error, ErrorKind, Progress};
use bytes::Bytes;
use spapi_tables::{Decoded, TextDecoder};
use std::fmt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// How many pieces may wait to be read.
const WAITING: usize = 4;

/// The last stage: turns unpacked bytes into pieces.
pub(super) trait Stage: Send + 'static {
    type Piece: Default + Send + 'static;

    /// Turns the bytes into a piece. On an error, the piece has what came before the error.
    fn take(&mut self, bytes: &mut Vec<u8>, last: bool, piece: &mut Self::Piece) -> Result<(), Error>;
    fn is_empty(piece: &Self::Piece) -> bool;
}

/// Passes the bytes on unchanged.
pub(super) struct AsBytes;

impl Stage for AsBytes {
    type Piece = Vec<u8>;

    fn take(&mut self, bytes: &mut Vec<u8>, _: bool, piece: &mut Vec<u8>) -> Result<(), Error> {
        *piece = std::mem::take(bytes);
        Ok(())
    }

    fn is_empty(piece: &Vec<u8>) -> bool {
        piece.is_empty()
    }
}

impl Stage for TextDecoder {
    type Piece = Decoded;

    fn take(&mut self, bytes: &mut Vec<u8>, last: bool, piece: &mut Decoded) -> Result<(), Error> {
        let result = self.decode(bytes, last, piece);
        bytes.clear();
        Ok(result?)
    }

    fn is_empty(piece: &Decoded) -> bool {
        piece.text.is_empty()
    }
}

/// What the task sends: pieces, each with the progress of the task, then `None` at the end or one error.
type Item<Piece> = Result<Option<(Piece, Progress)>, Error>;

/// Receives the pieces of a document. Dropping it ends the task that makes them.
pub(super) struct Pieces<Piece> {
    items: mpsc::Receiver<Item<Piece>>,
    task: JoinHandle<()>,
    progress: Progress,
    over: bool,
}

impl<Piece: Default + Send + 'static> Pieces<Piece> {
    pub(super) fn start<S: Stage<Piece = Piece>>(source: Source, announced: Announced, stage: S) -> Self {
        let (sender, items) = mpsc::channel(WAITING);
        let work = Work {
            unpack: Unpack::new(announced),
            unpacked: Vec::with_capacity(PIECE),
            stage,
            progress: Progress::default(),
            sender,
        };
        Self {
            items,
            task: tokio::spawn(work.run(source).in_current_span()),
            progress: Progress::default(),
            over: false,
        }
    }

    /// The next piece. You may drop the future: no piece is lost.
    pub(super) async fn try_next(&mut self) -> Result<Option<Piece>, Error> {
        if self.over {
            return Ok(None);
        }
        let item = self.items.recv().await.unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::Lost,
                "the document was not read to its end, because its tokio runtime was shut down",
            ))
        });
        self.over = !matches!(item, Ok(Some(_)));
        Ok(item?.map(|(piece, progress)| {
            self.progress = progress;
            piece
        }))
    }

    /// The progress of the task at the last piece.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }
}

impl<Piece> Drop for Pieces<Piece> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Work<S: Stage> {
    unpack: Unpack,
    /// At most [`PIECE`] bytes.
    unpacked: Vec<u8>,
    stage: S,
    progress: Progress,
    sender: mpsc::Sender<Item<S::Piece>>,
}

/// The reader has been dropped.
struct Gone;

impl<S: Stage> Work<S> {
    async fn run(mut self, mut source: Source) {
        let last = match self.load(&mut source).await {
            Ok(Ok(())) => Ok(None),
            Ok(Err(error)) => {
                // Sends what came before the error. Only the first error counts.
                if let Err(Gone) = self.hand_on(false).await.map(drop) {
                    return;
                }
                Err(error.with_progress(self.progress))
            }
            Err(Gone) => return,
        };
        // A dropped reader does not need the end.
        let _ = self.sender.send(last).await;
    }

    async fn load(&mut self, source: &mut Source) -> Result<Result<(), Error>, Gone> {
        macro_rules! check {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(error) => return Ok(Err(error)),
                }
            };
        }
        while let Some(bytes) = check!(source.next().await) {
            self.progress.received += bytes.len() as u64;
            let mut input = &bytes[..];
            loop {
                check!(self.unpack.step(&mut input, &mut self.unpacked));
                if self.unpacked.len() < PIECE {
                    break;
                }
                check!(self.hand_on(false).await?);
            }
        }
        check!(self.unpack.finish(&mut self.unpacked));
        check!(self.hand_on(true).await?);
        Ok(Ok(()))
    }

    /// Makes a piece of the unpacked bytes and sends it when there is room.
    async fn hand_on(&mut self, last: bool) -> Result<Result<(), Error>, Gone> {
        self.progress.unpacked += self.unpacked.len() as u64;
        let mut piece = S::Piece::default();
        let result = self.stage.take(&mut self.unpacked, last, &mut piece);
        if !S::is_empty(&piece) {
            self.sender.send(Ok(Some((piece, self.progress)))).await.map_err(|_| Gone)?;
        }
        Ok(result)
    }
}

/// A document in unpacked bytes, piece by piece. [`Document::bytes`](super::Document::bytes) makes it.
pub struct Chunks {
    pub(super) pieces: Pieces<Vec<u8>>,
}

impl Chunks {
    /// The next piece, of at most 64 KiB, or `None` after the last. You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the connection breaks or is silent for too long, or the packing is corrupt or ends too early. After an
    /// error there are no more pieces.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        Ok(self.pieces.try_next().await?.map(Bytes::from))
    }

    /// All remaining bytes, if there are at most `at_most`.
    ///
    /// # Errors
    /// The errors of [`try_next`](Self::try_next). Also an error if there are more bytes.
    pub async fn collect(&mut self, at_most: usize) -> Result<Bytes, Error> {
        let mut all = Vec::new();
        while let Some(piece) = self.pieces.try_next().await? {
            check_length(all.len() + piece.len(), at_most)?;
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }
}

impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

/// A document as text, piece by piece. [`Document::text`](super::Document::text) makes it.
pub struct Text {
    pub(super) pieces: Pieces<Decoded>,
    replaced: u64,
}

impl Text {
    pub(super) fn new(pieces: Pieces<Decoded>) -> Self {
        Self { pieces, replaced: 0 }
    }

    /// The next piece, of at most some hundred KiB, or `None` after the last. It may end within a line, but not within
    /// a character. A byte order mark is removed. Line ends stay as they are. You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When the connection breaks or is silent for too long, the packing is corrupt or ends too early, or the bytes do
    /// not fit the charset. After an error there are no more pieces.
    pub async fn try_next(&mut self) -> Result<Option<String>, Error> {
        let Some(piece) = self.pieces.try_next().await? else { return Ok(None) };
        self.replaced += piece.replaced;
        Ok(Some(piece.text))
    }

    /// How many characters so far could not be decoded and were replaced with U+FFFD. Always 0 without
    /// [`Download::lossy`](super::Download::lossy).
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// All remaining text, if it has at most `at_most` bytes of UTF-8.
    ///
    /// # Errors
    /// The errors of [`try_next`](Self::try_next). Also an error if there is more text.
    pub async fn collect(&mut self, at_most: usize) -> Result<String, Error> {
        let mut all = String::new();
        while let Some(piece) = self.try_next().await? {
            check_length(all.len() + piece.len(), at_most)?;
            all.push_str(&piece);
        }
        Ok(all)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").finish_non_exhaustive()
    }
}

fn check_length(length: usize, at_most: usize) -> Result<(), Error> {
    if length <= at_most {
        return Ok(());
    }
    let message = format!("the document is longer than the limit of {at_most} bytes");
    Err(Error::new(ErrorKind::Decode, message).with_hint("Allow more, or read it piece by piece."))
}
