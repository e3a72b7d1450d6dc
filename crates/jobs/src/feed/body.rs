//! What a feed says: bytes or a file.

use super::listings::ListingsPart;
use crate::hash::hex;
use sha2::{Digest, Sha256};
use spapi_core::{Bytes, Error, ErrorKind};
use spapi_document_types::FeedType;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// The body of a feed. Bytes, a text and a [`ListingsPart`] turn into one; [`FeedBody::file`] makes one of a file.
#[derive(Clone)]
pub struct FeedBody {
    pub(super) source: Source,
    size: u64,
    hash: String,
    /// The SKUs of its messages, by their ids, where they are known.
    pub(super) skus: Arc<BTreeMap<u64, String>>,
}

#[derive(Clone)]
pub(super) enum Source {
    Bytes(Bytes),
    File(PathBuf),
}

impl FeedBody {
    /// The body in a file, which is read once now for its hash, and again when it is sent. Do not change it meanwhile.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let opened = path.clone();
        let read = move || {
            let (mut file, mut hash, mut size) = (std::fs::File::open(opened)?, Sha256::new(), 0);
            let mut piece = vec![0; PIECE];
            loop {
                match file.read(&mut piece)? {
                    0 => return Ok((hash.finalize(), size)),
                    read => {
                        hash.update(&piece[..read]);
                        size += read as u64;
                    }
                }
            }
        };
        let read = tokio::task::spawn_blocking(read).await.map_err(std::io::Error::other);
        let (hash, size) = read.and_then(|read| read).map_err(|error| unreadable(&path, error))?;
        Ok(Self { source: Source::File(path), size, hash: hex(&hash), skus: Arc::default() })
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is larger than the 10 MiB below which Amazon advises to keep a feed. Amazon takes it all the same, and
    /// needs longer.
    pub fn exceeds_advice(&self) -> bool {
        self.size > FeedType::ADVISED_BYTES
    }

    /// The hash by which an equal body is known.
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }
}

/// The error of a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Input, format!("the feed {} cannot be read", path.display())).with_source(error)
}

/// The error of a file that is not what it was when its hash was read.
pub(super) fn changed(path: &Path) -> Error {
    let message = format!("the feed {} changed after it was read for the first time", path.display());
    Error::new(ErrorKind::Input, message).with_hint("Make a body of the file again. No feed was submitted.")
}

impl From<Bytes> for FeedBody {
    fn from(bytes: Bytes) -> Self {
        let hash = hex(&Sha256::digest(&bytes));
        Self { size: bytes.len() as u64, source: Source::Bytes(bytes), hash, skus: Arc::default() }
    }
}

impl From<Vec<u8>> for FeedBody {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for FeedBody {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&str> for FeedBody {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<ListingsPart> for FeedBody {
    fn from(part: ListingsPart) -> Self {
        Self { skus: Arc::new(part.skus), ..part.bytes.into() }
    }
}

/// Does not show the bytes, which can hold buyers' data.
impl fmt::Debug for FeedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedBody").field("size", &self.size).finish_non_exhaustive()
    }
}
