//! The document host: the documents behind presigned URLs. It is not part of the API.

pub(crate) mod charset;
mod form;
mod long;
mod range;
mod refusal;

pub(crate) use long::{Long, Pieces};
pub(crate) use refusal::refuse;

use super::jobs::RETENTION;
use crate::http::{Held, Query, Room, Unread};
use crate::login::Account;
use crate::seal::Seal;
use crate::server::Server;
use crate::time::{Clock, dates};
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use charset::Charset;
use flate2::Compression;
use flate2::write::GzEncoder;
use form::Form;
use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use refusal::Refusal;
use serde::de::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How long the sandbox keeps an upload that no feed uses.
const UNUSED: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long a URL is valid.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// How long the URL of a published document is valid.
const PUBLISHED_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// The largest document that the host accepts, in bytes.
const UPLOAD_LIMIT: usize = 64 << 20;

/// The most documents that the sandbox keeps, including those without an upload yet.
const MOST: usize = 100_000;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// The purpose that URLs are sealed for.
const PURPOSE: &str = "document";

/// What the content type of a downloaded document says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentType {
    /// The charset that the document is in.
    #[default]
    Truthful,
    /// Nothing: the answer has no content type.
    Missing,
    /// A wrong charset: Cp1252 for a UTF-8 document, and UTF-8 for any other.
    Lying,
}

/// How the host serves documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) gzip: bool,
    pub(crate) content_type: ContentType,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gzip: true, content_type: ContentType::default() }
    }
}

/// The text of a new document.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) media_type: &'static str,
    pub(crate) charset: Charset,
    pub(crate) text: String,
}

impl Text {
    /// A JSON text.
    pub(crate) fn json(value: &Value) -> Self {
        Self { media_type: "application/json", charset: Charset::Utf8, text: value.to_string() }
    }
}

/// The documents of a sandbox.
pub(crate) struct Documents {
    kept: Mutex<HashMap<String, Kept>>,
    made: AtomicU64,
    clock: Clock,
    seal: Seal,
    /// The sandbox's own URL.
    url: String,
    settings: Settings,
    /// The memory for all documents.
    room: Room,
    /// The most bytes that they may take.
    most: usize,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// The account that may ask for its URL.
    account: Account,
    /// The content type that it was created with, or that its downloads have.
    content_type: Option<String>,
    /// Whether it is an upload or the sandbox made it.
    has_body: bool,
    /// The MD5 that its upload must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<[u8; 16]>,
    /// Its bytes, if it has a body.
    #[serde(skip)]
    body: Option<Held>,
    /// What makes its bytes at each download, if they are too many to keep.
    #[serde(skip)]
    long: Option<Long>,
    /// Whether the bytes are on disk for the next run.
    #[serde(skip)]
    is_written: bool,
    gzip: bool,
    /// Whether it is an upload that no feed uses.
    is_unused: bool,
    /// Its number in the order of creation.
    number: u64,
    /// The time when it expires.
    expires: SystemTime,
}

/// What a seller says of a document before the upload.
#[derive(Debug)]
pub(crate) struct Announced<'a> {
    pub(crate) content_type: &'a str,
    /// Its MD5, which the upload is compared with.
    pub(crate) hash: Option<[u8; 16]>,
    /// Whether it is uploaded by a form, whose fields are in the URL.
    pub(crate) takes_forms: bool,
}

/// A document that a seller uploaded.
#[derive(Debug)]
pub(crate) struct Uploaded {
    pub(crate) content_type: String,
    /// `None` if the upload did not arrive.
    pub(crate) body: Option<Bytes>,
}

/// Where a document is that a client can check by its MD5.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) url: String,
    /// The MD5 of the document, in base64.
    pub(crate) checksum: String,
}

/// What an API answer says about a document to download.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) url: String,
    pub(crate) gzip: bool,
}

impl Download {
    /// The answer's body, with the id under this name.
    pub(crate) fn body(&self, id_name: &str, id: &str) -> Value {
        let mut body = json!({ id_name: id, "url": self.url });
        if self.gzip {
            body["compressionAlgorithm"] = "GZIP".into();
        }
        body
    }
}

impl Kept {
    /// Whether an upload has the headers that its URL was signed for.
    fn is_announced(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let hash = self.hash.map(|hash| STANDARD.encode(hash));
        text(header::CONTENT_TYPE) == self.content_type.as_deref()
            && hash.is_none_or(|hash| text(CONTENT_MD5) == Some(&hash))
    }
}

impl Documents {
    pub(crate) fn new(url: String, settings: Settings, room: Room, clock: Clock, seal: Seal) -> Self {
        Self { kept: Mutex::default(), made: AtomicU64::new(0), clock, seal, url, settings, most: room.most(), room }
    }

    /// The documents that have not expired.
    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        kept.retain(|_, document| now < document.expires);
        kept
    }

    /// The part of the state that is kept between runs, without the documents' bytes.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        // Sorted, so that the same documents give the same file.
        let kept = self.kept();
        let kept: BTreeMap<&String, &Kept> = kept.iter().collect();
        serde_json::to_value((self.made.load(Ordering::Relaxed), kept))
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        let (made, kept): (u64, HashMap<String, Kept>) = serde_json::from_value(saved)?;
        if let Some(id) = kept.keys().find(|id| !is_id(id)) {
            return Err(serde_json::Error::custom(format!("{id:?} is not the id of a document")));
        }
        self.made.store(made, Ordering::Relaxed);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(())
    }

    /// The ids of the documents that have bytes.
    pub(crate) fn with_body(&self) -> HashSet<String> {
        self.kept().iter().filter(|(_, document)| document.has_body).map(|(id, _)| id.clone()).collect()
    }

    /// Restores the kept bytes of a document. Drops the document if there is no room for them.
    pub(crate) fn restore_body(&self, id: &str, bytes: Vec<u8>) {
        let held = self.room.hold(bytes.into());
        let mut kept = self.kept();
        match (held, kept.get_mut(id)) {
            (Some(held), Some(document)) => {
                document.body = Some(held);
                document.is_written = true;
            }
            _ => drop(kept.remove(id)),
        }
    }

    /// The bytes that are not on disk yet. They count as written from now on.
    pub(crate) fn unwritten(&self) -> Vec<(String, Bytes)> {
        let mut kept = self.kept();
        let new = kept.iter_mut().filter(|(_, document)| !document.is_written);
        new.filter_map(|(id, document)| {
            let bytes = document.body.as_ref()?.bytes.clone();
            document.is_written = true;
            Some((id.clone(), bytes))
        })
        .collect()
    }

    /// Drops the documents whose ids the condition holds for.
    pub(crate) fn forget(&self, is_it: impl Fn(&str) -> bool) {
        self.kept().retain(|id, _| !is_it(id));
    }

    /// Makes room for `bytes` bytes, or as many as possible: drops the uploads that no feed uses, the oldest first, and then
    /// the oldest other documents.
    pub(crate) fn make_room(&self, bytes: usize) {
        let mut kept = self.kept();
        let mut by_age: Vec<_> = kept.iter().filter(|(_, document)| document.body.is_some()).collect();
        by_age.sort_by_key(|(_, document)| (!document.is_unused, document.number));
        let mut freed = 0;
        let dropped: Vec<String> = by_age
            .into_iter()
            .take_while(|(_, document)| {
                let is_enough = freed >= bytes;
                freed += document.body.as_ref().map_or(0, |body| body.bytes.len());
                !is_enough
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in dropped {
            kept.remove(&id);
        }
    }

    /// A new id.
    pub(crate) fn new_id(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        format!("amzn1.spdoc.1.4.na.00000000-0000-4000-8000-{number:012x}")
    }

    /// Keeps a text under an id of [`new_id`](Self::new_id). `says` overrides what the content types of all documents say.
    pub(crate) fn keep(&self, account: Account, id: &str, text: &Text, says: Option<ContentType>) {
        let Text { media_type, charset, text } = text;
        let bytes = charset.encode(text);
        let bytes: Bytes = if self.settings.gzip { gzip(&bytes) } else { bytes.into() };
        let length = bytes.len();
        let held = self.room.hold(bytes.clone()).or_else(|| {
            self.make_room(length);
            self.room.hold(bytes)
        });
        // Without room, the document counts as dropped.
        let Some(held) = held else { return };
        let kept = Kept {
            account,
            content_type: self.declared(media_type, *charset, says),
            has_body: true,
            hash: None,
            body: Some(held),
            long: None,
            is_written: false,
            gzip: self.settings.gzip,
            is_unused: false,
            number: self.made.load(Ordering::Relaxed),
            expires: self.clock.now() + RETENTION,
        };
        self.kept().insert(id.to_owned(), kept);
    }

    /// Keeps what makes a document that is too long for the memory.
    pub(crate) fn keep_long(&self, account: Account, id: &str, long: Long, says: Option<ContentType>) {
        let kept = Kept {
            account,
            content_type: self.declared("text/plain", long.charset, says),
            has_body: false,
            hash: None,
            body: None,
            long: Some(long),
            is_written: false,
            gzip: self.settings.gzip,
            is_unused: false,
            number: self.made.load(Ordering::Relaxed),
            expires: self.clock.now() + RETENTION,
        };
        self.kept().insert(id.to_owned(), kept);
    }

    /// Keeps a text of that type for a week, uncompressed whatever the settings say, and returns where it is. The same text gives
    /// the same document.
    pub(crate) fn publish(&self, account: Account, media_type: &str, text: String) -> Published {
        let hash = <[u8; 16]>::from(Md5::digest(&text));
        let number = format!("{:032x}", u128::from_be_bytes(hash));
        let id = format!("amzn1.spdoc.1.4.na.{number}");
        let expires = self.clock.now() + PUBLISHED_LIFE;
        let known = self.kept().get_mut(&id).map(|known| known.expires = expires);
        if known.is_none() {
            let length = text.len();
            let bytes: Bytes = text.into();
            let held = self.room.hold(bytes.clone()).or_else(|| {
                self.make_room(length);
                self.room.hold(bytes)
            });
            // Without room, the document counts as dropped.
            if let Some(held) = held {
                let kept = Kept {
                    account,
                    content_type: Some(media_type.to_owned()),
                    has_body: true,
                    hash: None,
                    body: Some(held),
                    long: None,
                    is_written: false,
                    gzip: false,
                    is_unused: false,
                    number: self.made.load(Ordering::Relaxed),
                    expires,
                };
                self.kept().insert(id.clone(), kept);
            }
        }
        Published { url: self.url(&Method::GET, &id, false, PUBLISHED_LIFE), checksum: STANDARD.encode(hash) }
    }

    /// The content type of a document in this charset.
    fn declared(&self, media_type: &str, charset: Charset, says: Option<ContentType>) -> Option<String> {
        let charset = match (says.unwrap_or(self.settings.content_type), charset) {
            (ContentType::Truthful, charset) => charset.name(),
            (ContentType::Missing, _) => return None,
            (ContentType::Lying, Charset::Utf8) => Charset::Windows1252.name(),
            (ContentType::Lying, _) => Charset::Utf8.name(),
        };
        Some(format!("{media_type}; charset={charset}"))
    }

    /// Makes a document for an upload, and returns its id and URL.
    pub(crate) fn create(&self, account: Account, announced: &Announced) -> (String, String) {
        let id = self.new_id();
        let (content_type, expires) = (Some(announced.content_type.to_owned()), self.clock.now() + UNUSED);
        let number = self.made.load(Ordering::Relaxed);
        let document = Kept {
            account,
            content_type,
            has_body: false,
            hash: announced.hash,
            body: None,
            long: None,
            is_written: false,
            gzip: false,
            is_unused: true,
            number,
            expires,
        };
        let mut kept = self.kept();
        if kept.len() >= MOST {
            let oldest = kept.iter().min_by_key(|(_, document)| (!document.is_unused, document.number));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                kept.remove(&oldest);
            }
        }
        kept.insert(id.clone(), document);
        drop(kept);
        let url = if announced.takes_forms { self.form_url(&id) } else { self.url(&Method::PUT, &id, false, LIFE) };
        (id, url)
    }

    /// Keeps an upload as long as the feed that uses it.
    pub(crate) fn retain(&self, id: &str) {
        if let Some(kept) = self.kept().get_mut(id) {
            kept.expires = self.clock.now() + RETENTION;
            kept.is_unused = false;
        }
    }

    /// The seller's upload with this id, which may not have arrived.
    pub(crate) fn uploaded(&self, account: Account, id: &str) -> Option<Uploaded> {
        let kept = self.kept();
        let found = kept.get(id).filter(|kept| kept.account == account)?;
        Some(Uploaded {
            content_type: found.content_type.clone().unwrap_or_default(),
            body: found.body.as_ref().map(|held| held.bytes.clone()),
        })
    }

    /// A new URL of one of the seller's documents. With `encoding_header`, the document host names a compression in the
    /// content-encoding header, so that HTTP clients decompress it.
    pub(crate) fn download(&self, account: Account, id: &str, encoding_header: bool) -> Option<Download> {
        let kept = self.kept();
        let found =
            kept.get(id).filter(|kept| kept.account == account && (kept.body.is_some() || kept.long.is_some()))?;
        Some(Download { url: self.url(&Method::GET, id, encoding_header, LIFE), gzip: found.gzip })
    }

    /// The start of every URL.
    pub(crate) fn host(&self) -> &str {
        &self.url
    }

    fn url(&self, method: &Method, id: &str, encoding_header: bool, life: Duration) -> String {
        let signature = self.signature(method, id, encoding_header, life);
        format!("{}/documents/{id}?X-Amz-Expires={}&X-Amz-Signature={signature}", self.url, life.as_secs())
    }

    /// A new URL for a form, whose fields are its query.
    fn form_url(&self, id: &str) -> String {
        let signature = self.signature(&Method::POST, id, false, LIFE);
        let policy = STANDARD.encode(format!("{{\"expiration\":{}}}", dates::seconds(self.clock.now() + LIFE)));
        let policy = utf8_percent_encode(&policy, NON_ALPHANUMERIC);
        format!("{}/documents/{id}?key={id}&acl=private&policy={policy}&x-amz-signature={signature}", self.url)
    }

    fn signature(&self, method: &Method, id: &str, encoding_header: bool, life: Duration) -> String {
        let expires = dates::seconds(self.clock.now() + life);
        let signature = self.seal.close(PURPOSE, &format!("{method} {expires} {encoding_header} {id}"));
        utf8_percent_encode(&signature, NON_ALPHANUMERIC).to_string()
    }

    /// Answers a request of a presigned URL.
    fn answer(
        &self,
        method: &Method,
        id: &str,
        signature: Option<&str>,
        headers: &HeaderMap,
        body: Held,
    ) -> Result<Answer, Refusal> {
        let signature = signature.ok_or(Refusal::Unsigned)?;
        let content = self.seal.open(PURPOSE, signature).ok_or(Refusal::WrongSignature)?;
        let mut fields = content.splitn(4, ' ');
        let [signed_method, expires, encoding_header, signed_id] = [(); 4].map(|()| fields.next().unwrap_or_default());
        // Amazon's document host refuses headers that the URL was not signed for, such as the API's access token.
        if signed_method != method.as_str() || signed_id != id || headers.contains_key("x-amz-access-token") {
            return Err(Refusal::WrongSignature);
        }
        if expires.parse().is_ok_and(|expires| dates::seconds(self.clock.now()) >= expires) {
            return Err(Refusal::Expired);
        }
        let mut kept = self.kept();
        let found = kept.get_mut(id).ok_or(Refusal::NoSuchKey)?;
        if method == Method::PUT || method == Method::POST {
            let is_form = method == Method::POST;
            if !is_form && !found.is_announced(headers) {
                return Err(Refusal::WrongSignature);
            }
            if found.hash.is_some_and(|hash| hash != <[u8; 16]>::from(Md5::digest(&body.bytes))) {
                return Err(Refusal::BadDigest);
            }
            found.has_body = true;
            found.body = Some(body);
            found.is_written = false;
            return Ok(Answer::Stored(if is_form { StatusCode::NO_CONTENT } else { StatusCode::OK }));
        }
        let content = match (&found.body, &found.long) {
            (Some(body), _) => Content::Bytes(body.bytes.clone()),
            (None, Some(long)) => Content::Long(long.clone(), found.gzip),
            (None, None) => return Err(Refusal::NoSuchKey),
        };
        let is_encoded = found.gzip && encoding_header == "true";
        Ok(Answer::Document { content, content_type: found.content_type.clone(), is_encoded })
    }
}

/// What the document host answers.
enum Answer {
    /// The upload is stored.
    Stored(StatusCode),
    Document {
        content: Content,
        content_type: Option<String>,
        /// Whether the answer names the compression as its content encoding.
        is_encoded: bool,
    },
}

/// The bytes of a document.
enum Content {
    Bytes(Bytes),
    /// Bytes that are made while they are read, and whether they are compressed.
    Long(Long, bool),
}

impl Answer {
    async fn respond(self, headers: &HeaderMap) -> Result<Response, Refusal> {
        let (content, content_type, is_encoded) = match self {
            Self::Stored(status) => return Ok(status.into_response()),
            Self::Document { content, content_type, is_encoded } => (content, content_type, is_encoded),
        };
        let mut answer = match content {
            Content::Bytes(bytes) => range::answer(&bytes, headers)?,
            Content::Long(long, gzip) => range::answer_long(&long, gzip, headers).await?,
        };
        if let Some(value) = content_type.and_then(|value| HeaderValue::try_from(value).ok()) {
            answer.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        let encoding = if is_encoded { "gzip" } else { "identity" };
        answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        Ok(answer)
    }
}

/// Does not show the documents' content.
impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").field("kept", &self.kept().len()).finish_non_exhaustive()
    }
}

/// Whether a text has the form of this module's ids, which makes it safe as a file name.
fn is_id(text: &str) -> bool {
    text.starts_with("amzn1.spdoc.") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}

/// Answers a request of a presigned URL.
pub(crate) async fn answer(server: &Server, parts: &Parts, query: &Query, id: &str, body: Body) -> Response {
    let documents = &server.documents;
    let limit = UPLOAD_LIMIT.min(documents.most);
    let answer = match server.room.read(body, limit, |bytes| documents.make_room(bytes)).await {
        Ok(body) => {
            let answer = match parts.method == Method::POST {
                false => documents.answer(&parts.method, id, query.text("X-Amz-Signature"), &parts.headers, body),
                true => match form::read(&parts.headers, body.bytes.clone()).await {
                    Some(Form { fields, file }) => {
                        let signature = fields.get("x-amz-signature").map(String::as_str);
                        documents.answer(&parts.method, id, signature, &parts.headers, body.with(file))
                    }
                    None => Err(Refusal::MalformedForm),
                },
            };
            match answer {
                Ok(answer) => answer.respond(&parts.headers).await,
                Err(refusal) => Err(refusal),
            }
        }
        Err(Unread::TooLargeOrCut) => Err(Refusal::TooLarge),
        Err(Unread::TooSlow) => Err(Refusal::TooSlow),
        Err(Unread::NoRoom) => Err(Refusal::NoRoom),
    };
    answer.unwrap_or_else(Refusal::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_types::Region;

    #[test]
    fn expired_documents_are_dropped() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        let documents =
            Documents::new(String::new(), Settings::default(), Room::new(1 << 20), clock.clone(), Seal::new(1));
        let day = Duration::from_secs(24 * 3600);
        let account = Account::new(0, Region::FarEast);
        let id = documents.new_id();
        documents.keep(account, &id, &Text::json(&json!({})), None);
        let [used, unused] = [(); 2].map(|()| {
            let announced = Announced { content_type: "text/plain", hash: None, takes_forms: false };
            documents.create(account, &announced).0
        });
        documents.retain(&used);
        let has = |id: &str| documents.kept().contains_key(id);
        clock.advance(UNUSED - day);
        assert!(has(&unused));
        clock.advance(day);
        assert!(!has(&unused) && has(&used) && has(&id));
        clock.advance(RETENTION);
        assert!(documents.kept().is_empty());
        documents.retain(&used);
        assert!(documents.kept().is_empty());
    }
}
