//! Documents as Amazon made them, encrypted, so that they can be read again without quota.

use crate::key_file;
use aead_stream::{DecryptorBE32, EncryptorBE32};
use chacha20poly1305::aead::Payload;
use chacha20poly1305::{Key, KeyInit as _, XChaCha20Poly1305};
use flate2::Compression;
use flate2::write::GzEncoder;
use hmac::{Hmac, Mac};
use http_body::{Frame, SizeHint};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use spapi_core::document::Chunks;
use spapi_core::transport::{Body, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Error, ErrorKind};
use spapi_jobs::{DocumentStore, KeptDocument};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;

/// The first bytes of each file: its form and version.
const MAGIC: &[u8] = b"spapi raw document 1\n";
/// What the key encrypts, so that another use of the same file has another key.
const PURPOSE: &[u8] = b"spapi raw documents";
/// The bytes of a nonce. The other five of the cipher's count the pieces and mark the last.
const NONCE: usize = 19;
/// The bytes of a piece before it is encrypted.
const PIECE: usize = 64 * 1024;
/// What encryption adds to a piece.
const TAG: usize = 16;
/// How many pieces wait between two threads.
const WAITING: usize = 4;
/// The end of the name of a file.
const ENDING: &str = ".raw";

/// A folder with documents as Amazon made them, each in a file of its own, packed and encrypted.
///
/// A file has XChaCha20-Poly1305 pieces in the STREAM construction, so that a changed, shortened or rearranged file is an error. The key is
/// derived from the connection's key file. A document is whole or not there, however its writing ended.
///
/// Give it to [`Reports::store`](spapi_jobs::Reports::store): what is downloaded is kept, and read from here afterward.
#[derive(Clone)]
pub struct RawDocuments {
    folder: PathBuf,
    cipher: Arc<XChaCha20Poly1305>,
}

/// What stands before the document in its file, encrypted too.
#[derive(Serialize, Deserialize)]
struct Head {
    content_type: Option<String>,
}

impl RawDocuments {
    /// Opens a folder, which is created if it does not exist. `key_file` has at least 32 random bytes.
    ///
    /// # Errors
    /// When the folder cannot be created, or the key cannot be read or is too short.
    pub fn open(folder: impl Into<PathBuf>, key_file: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.into();
        let hint = "Write at least 32 random bytes into it, and keep it: without it the documents cannot be read.";
        let secret = key_file::read("raw_documents.key_file", key_file.as_ref(), hint)?;
        let unusable = |_| Error::new(ErrorKind::Config, "raw_documents.key_file is no key").with_hint(hint);
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(unusable)?;
        mac.update(PURPOSE);
        let key = Key::from(<[u8; 32]>::from(mac.finalize().into_bytes()));
        create(&folder).map_err(|error| of_folder(&folder, error))?;
        Ok(Self { folder, cipher: Arc::new(XChaCha20Poly1305::new(&key)) })
    }

    /// Removes the documents that were kept longer ago than this. Returns how many.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file cannot be removed.
    pub fn expire(&self, age: Duration) -> Result<u64, Error> {
        let Some(oldest) = SystemTime::now().checked_sub(age) else { return Ok(0) };
        let expire = || {
            let mut removed = 0;
            for entry in fs::read_dir(&self.folder)? {
                let entry = entry?;
                let is_ours = entry.path().extension().is_some_and(|end| end == &ENDING[1..]);
                if is_ours && entry.metadata()?.modified()? < oldest {
                    fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
            Ok(removed)
        };
        expire().map_err(|error| of_folder(&self.folder, error))
    }

    /// Whether a document is kept.
    pub fn has(&self, id: &str) -> bool {
        self.file(id).exists()
    }

    fn file(&self, id: &str) -> PathBuf {
        let mut name = String::new();
        for byte in id.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
                b'.' if !name.is_empty() => name.push('.'),
                other => name.push_str(&format!("+{other:02x}")),
            }
        }
        self.folder.join(name + ENDING)
    }
}

impl DocumentStore for RawDocuments {
    fn find<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<KeptDocument>, Error>> {
        let (path, cipher) = (self.file(id), Arc::clone(&self.cipher));
        Box::pin(async move {
            let opened = {
                let path = path.clone();
                tokio::task::spawn_blocking(move || match File::open(&path) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error),
                    Ok(file) => Reader::open(file, &cipher).map(Some),
                })
            };
            let opened = opened.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            let Some((head, reader)) = opened.map_err(|error| unreadable(&path, error))? else { return Ok(None) };
            let (sender, pieces) = mpsc::channel(WAITING);
            tokio::task::spawn_blocking(move || reader.send(&sender));
            let body = Body::stream(Pieces { pieces, path });
            Ok(Some(KeptDocument::new(head.content_type, body)))
        })
    }

    fn keep<'a>(
        &'a self,
        id: &'a str,
        content_type: Option<String>,
        mut bytes: Chunks,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let (sender, pieces) = mpsc::channel(WAITING);
            let (store, path) = (self.clone(), self.file(id));
            let written = tokio::task::spawn_blocking(move || store.write(&path, &Head { content_type }, pieces));
            let loaded = loop {
                match bytes.try_next().await {
                    // The writer says what is wrong.
                    Ok(Some(piece)) => {
                        if sender.send(Some(piece)).await.is_err() {
                            break Ok(());
                        }
                    }
                    Ok(None) => {
                        let _ = sender.send(None).await;
                        break Ok(());
                    }
                    Err(error) => break Err(error),
                }
            };
            drop(sender);
            let written = written.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            loaded?;
            written.map_err(|error| of_folder(&self.folder, error))
        })
    }
}

impl RawDocuments {
    /// Writes a document. Without the `None` that ends it, nothing is left.
    fn write(&self, path: &Path, head: &Head, mut pieces: mpsc::Receiver<Option<Bytes>>) -> io::Result<()> {
        let file = tempfile::Builder::new().prefix(".spapi-").suffix(".part").tempfile_in(&self.folder)?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let mut out = BufWriter::new(file.as_file());
        out.write_all(MAGIC)?;
        out.write_all(&nonce)?;
        let stream = EncryptorBE32::from_aead((*self.cipher).clone(), &nonce.into());
        let mut writer = Writer { out, stream: Some(stream), piece: Vec::with_capacity(PIECE) };
        writer.seal(&serde_json::to_vec(head)?)?;
        let mut packed = GzEncoder::new(writer, Compression::fast());
        loop {
            match pieces.blocking_recv() {
                Some(Some(piece)) => packed.write_all(&piece)?,
                Some(None) => break,
                // The download broke, and the caller knows.
                None => return Ok(()),
            }
        }
        packed.finish()?.end()?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(&self.folder)?.sync_all()
    }
}

/// Encrypts what is written in pieces.
struct Writer<W> {
    out: W,
    /// `None` after the last piece.
    stream: Option<EncryptorBE32<XChaCha20Poly1305>>,
    piece: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn seal(&mut self, piece: &[u8]) -> io::Result<()> {
        let stream = self.stream.as_mut().ok_or_else(spent)?;
        let sealed = stream.encrypt_next(payload(piece)).map_err(|_| spent())?;
        frame(&mut self.out, &sealed)
    }

    fn end(mut self) -> io::Result<()> {
        let stream = self.stream.take().ok_or_else(spent)?;
        let sealed = stream.encrypt_last(payload(&self.piece)).map_err(|_| spent())?;
        frame(&mut self.out, &sealed)?;
        self.out.flush()
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            let piece = std::mem::take(&mut self.piece);
            self.seal(&piece)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decrypts a file in pieces.
struct Reader {
    file: BufReader<File>,
    stream: DecryptorBE32<XChaCha20Poly1305>,
    /// The next piece, encrypted.
    next: Vec<u8>,
}

impl Reader {
    fn open(file: File, cipher: &XChaCha20Poly1305) -> io::Result<(Head, Self)> {
        let mut file = BufReader::new(file);
        let mut magic = [0; MAGIC.len()];
        file.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is of another program or version"));
        }
        let mut nonce = [0; NONCE];
        file.read_exact(&mut nonce)?;
        let mut stream = DecryptorBE32::from_aead(cipher.clone(), &nonce.into());
        let head = stream.decrypt_next(payload(&read_frame(&mut file)?.ok_or_else(broken)?)).map_err(|_| broken())?;
        let head = serde_json::from_slice(&head)?;
        let next = read_frame(&mut file)?.ok_or_else(broken)?;
        Ok((head, Self { file, stream, next }))
    }

    /// Sends the pieces to the end, or to the first error.
    fn send(mut self, pieces: &mpsc::Sender<io::Result<Bytes>>) {
        loop {
            let piece = match read_frame(&mut self.file) {
                Ok(None) => {
                    let last = self.stream.decrypt_last(payload(&self.next)).map_err(|_| broken());
                    let _ = pieces.blocking_send(last.map(Bytes::from));
                    return;
                }
                Ok(Some(after)) => {
                    let piece = self.stream.decrypt_next(payload(&self.next)).map_err(|_| broken());
                    self.next = after;
                    piece
                }
                Err(error) => Err(error),
            };
            let is_broken = piece.is_err();
            // Nobody reads further if the reader is gone.
            if pieces.blocking_send(piece.map(Bytes::from)).is_err() || is_broken {
                return;
            }
        }
    }
}

/// The body of a kept document.
struct Pieces {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    path: PathBuf,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.pieces.poll_recv(context).map(|piece| {
            let piece = piece?.map(Frame::data).map_err(|error| {
                let message = unreadable(&self.path, error).to_string();
                TransportError::new(TransportErrorKind::Unusable).with_message(message)
            });
            Some(piece)
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

fn payload(piece: &[u8]) -> Payload<'_, '_> {
    Payload { msg: piece, aad: MAGIC }
}

fn frame(out: &mut impl Write, sealed: &[u8]) -> io::Result<()> {
    let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(sealed)
}

/// The next encrypted piece. `None` at the end of the file.
fn read_frame(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match file.read(&mut length)? {
        0 => return Ok(None),
        some => file.read_exact(&mut length[some..])?,
    }
    let length = u32::from_be_bytes(length) as usize;
    if !(TAG..=PIECE + TAG).contains(&length) {
        return Err(broken());
    }
    let mut sealed = vec![0; length];
    file.read_exact(&mut sealed)?;
    Ok(Some(sealed))
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it was encrypted with another key, or is damaged")
}

fn spent() -> io::Error {
    io::Error::other("the document is longer than one key stream")
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn of_folder(folder: &Path, error: io::Error) -> Error {
    let message = format!("raw_documents: the folder {} cannot be used: {error}", folder.display());
    Error::new(ErrorKind::Config, message).with_hint("Make room or mend the folder, and run again.").with_source(error)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let message = format!("raw_documents: {} cannot be read: {error}", path.display());
    let hint = "Give the key file with which it was written, or remove the file: then Amazon is asked again.";
    Error::new(ErrorKind::Config, message).with_hint(hint).with_source(error)
}

/// Does not show the key.
impl fmt::Debug for RawDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawDocuments").field("folder", &self.folder).finish_non_exhaustive()
    }
}
