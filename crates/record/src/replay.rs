//! Answers from recordings.

use super::exchange::{decoded, decoded_list, named};
use super::file::{self, Named};
use super::recorder::recordings_in;
use super::redact::is_argument;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::value::RawValue;
use spapi_core::client::ClientBuilder;
use spapi_core::operation::{PathTemplate, RequestPath};
use spapi_core::transport::{Body, Purpose, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Client, Clock, Credentials, Error, ErrorKind, Operation, Quotas, Region};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::future::ready;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

const MADE_PATH_HINT: &str = "A path that was made at run time is recorded with stand-ins, and cannot be found \
                              again. Write it in the program, with {name} for each parameter, and record that; or call \
                              by a section's crate.";

/// Recordings that answer in place of Amazon: a [`Transport`] that sends nothing.
///
/// Each recording answers once. The recordings of an operation answer in the order of their file names, whatever the
/// arguments are, because a recording holds stand-ins and a program's arguments usually differ from them.
/// [`strict`](Self::strict) compares them.
///
/// It answers logins and requests for restricted data tokens with made-up tokens. A download returns what
/// [`with_document`](Self::with_document) has set for its URL. An upload succeeds, and its bytes are dropped.
///
/// ```no_run
/// # async fn f() -> Result<(), spapi_core::Error> {
/// use spapi_core::Marketplace;
/// use spapi_record::Replay;
///
/// let replay = Replay::open("tests/recorded/orders")?;
/// let spapi = replay.client(Marketplace::JP).build()?;
/// // Calls as ever, and in the end:
/// assert!(replay.unserved().is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Replay {
    folder: Arc<Folder>,
    is_strict: bool,
    /// By URL.
    documents: HashMap<String, Bytes>,
}

struct Folder {
    path: PathBuf,
    recordings: Vec<Loaded>,
    /// Whether each recording has answered.
    served: Mutex<Vec<bool>>,
}

/// A recording that was read.
struct Loaded {
    file: String,
    operation: Option<Named>,
    request: file::Request,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    body_left_out: bool,
}

/// The request of a call.
struct Asked {
    /// The path. `None` if it is not UTF-8.
    path: Option<RequestPath>,
    /// Names and values, decoded, the elements of lists joined by commas.
    query: Vec<(String, String)>,
}

impl Asked {
    fn of(uri: &http::Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded_list(value).join(","))
        });
        Self { path: RequestPath::parse(uri.path()).ok(), query: query.collect() }
    }
}

impl Replay {
    /// Reads all recordings in a folder, which are its `.json` files.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, a file is not a recording, or the folder has none.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let path = folder.as_ref().to_owned();
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Config, format!("the recordings in {} cannot be read", path.display()))
                .with_source(error)
        };
        let mut recordings = Vec::new();
        for file in recordings_in(&path).map_err(failed)? {
            let text = fs::read(&file).map_err(failed)?;
            recordings.push(Loaded::read(&file, &text)?);
        }
        if recordings.is_empty() {
            return Err(Error::new(ErrorKind::Config, format!("there are no recordings in {}", path.display()))
                .with_hint("Make some with a Recorder."));
        }
        let served = Mutex::new(vec![false; recordings.len()]);
        Ok(Self { folder: Arc::new(Folder { path, recordings, served }), is_strict: false, documents: HashMap::new() })
    }

    /// Makes a recording answer only the request that it was recorded for: the same parameters of the path and of the
    /// query. Values must be equal if the recording holds them unchanged: ids of marketplaces, dates, flags and numbers
    /// of up to 4 digits. If it holds a stand-in, that value fits and so does any of the same shape. Bodies are not
    /// compared. If several recordings fit, an equal one goes first, then the first file.
    ///
    /// If none fits, the call fails with an error that names the nearest recording and each parameter that differs.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// Sets the content that a download of this URL returns. Use the stand-in that the recorded answer has for the
    /// document's URL.
    #[must_use]
    pub fn with_document(mut self, url: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.documents.insert(url.into(), bytes.into());
        self
    }

    /// Starts a client that these recordings answer. It needs no credentials, and waits neither for a quota nor between
    /// attempts.
    pub fn client(&self, region: impl Into<Region>) -> ClientBuilder {
        Client::builder(region)
            .credentials(Credentials::new("replay", "replay", "replay"))
            .quotas(&Quotas::off())
            .clock(Arc::new(Hurried))
            .transport(self.clone())
    }

    /// The names of the files that have not answered yet.
    pub fn unserved(&self) -> Vec<&str> {
        let served = self.folder.served.lock().unwrap_or_else(PoisonError::into_inner);
        let unserved = self.folder.recordings.iter().zip(&*served).filter(|(_, served)| !**served);
        unserved.map(|(recording, _)| recording.file.as_str()).collect()
    }

    /// The answer to a call.
    fn answer(&self, operation: &Operation, asked: &Asked) -> Result<http::Response<Body>, TransportError> {
        let Folder { path, recordings, served } = &*self.folder;
        let mut served = served.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = recordings.iter().enumerate().filter(|(_, recording)| recording.is_of(operation, asked));
        let (done, left): (Vec<_>, Vec<_>) = of_it.partition(|(index, _)| served[*index]);
        if left.is_empty() {
            return Err(match done.len() {
                0 => {
                    let hint = match &operation.path {
                        Cow::Owned(_) if operation.id.is_empty() => MADE_PATH_HINT,
                        _ => "Record it, and replay that.",
                    };
                    refused(format_args!("there is no recording of it in {}", path.display()), hint)
                }
                done => refused(
                    format_args!("all {done} recordings of it in {} have answered", path.display()),
                    "Each answers once: record as many calls as the program makes, or open the folder again.",
                ),
            });
        }
        let compared = left.into_iter().map(|(index, recording)| {
            let differences = if self.is_strict { recording.differences(asked) } else { Differences::default() };
            (differences, index, recording)
        });
        let nearest =
            compared.min_by_key(|(differences, index, _)| (differences.found.len(), differences.inexact, *index));
        let Some((differences, index, recording)) = nearest else {
            return Err(refused("there is no recording of it", ""));
        };
        if !differences.found.is_empty() {
            let message = format!(
                "no recording of it in {} fits; the nearest, {}, differs: {}",
                path.display(),
                recording.file,
                differences.found.join(", ")
            );
            return Err(refused(
                message,
                "Send the request as it was recorded, or replay in the order of the recordings.",
            ));
        }
        if recording.body_left_out {
            let message = format!("the recording {} has no body, because its type was not known", recording.file);
            return Err(refused(message, "Record a call of a section's crate: its types say what may be written."));
        }
        served[index] = true;
        let mut answer = http::Response::new(Body::from(recording.body.clone()));
        *answer.status_mut() = recording.status;
        answer.headers_mut().clone_from(&recording.headers);
        Ok(answer)
    }
}

fn refused(message: impl fmt::Display, hint: &str) -> TransportError {
    let end = if hint.is_empty() { "" } else { ". " };
    TransportError::new(TransportErrorKind::Unusable).with_message(format!("{message}{end}{hint}"))
}

impl Transport for Replay {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, mut body) = request.into_parts();
            let made_up = |token: &'static str| Ok(http::Response::new(Body::from(token)));
            match head.extensions.get::<Purpose>() {
                Some(Purpose::Call(operation)) => self.answer(operation, &Asked::of(&head.uri)),
                Some(Purpose::Login) => made_up(r#"{"access_token":"replay","expires_in":3600}"#),
                Some(Purpose::RestrictedDataToken) => made_up(r#"{"restrictedDataToken":"replay","expiresIn":3600}"#),
                _ if head.method == Method::PUT => {
                    // Reading the body finds what is wrong with it.
                    while body.chunk().await?.is_some() {}
                    Ok(http::Response::new(Body::empty()))
                }
                _ => match self.documents.get(&head.uri.to_string()) {
                    Some(document) => Ok(http::Response::new(Body::from(document.clone()))),
                    None => Err(refused(
                        "the replay has no document for this URL, because documents are not recorded",
                        "Give it one with Replay::with_document, for the URL as the recording has it.",
                    )),
                },
            }
        })
    }
}

/// How a request differs from a recording.
#[derive(Default)]
struct Differences {
    found: Vec<String>,
    /// The number of values that are equal only in shape.
    inexact: usize,
}

impl Differences {
    /// Compares the values of one parameter.
    fn compare(&mut self, what: &str, name: &str, asked: Option<&str>, recorded: Option<&str>) {
        match (asked, recorded) {
            (Some(asked), Some(recorded)) if asked == recorded => {}
            (Some(asked), Some(recorded)) if is_stand_in_of(recorded, asked) => self.inexact += 1,
            (Some(_), Some(_)) => self.found.push(format!("the {what} parameter {name} has another value")),
            (Some(_), None) => self.found.push(format!("the {what} parameter {name} is not in the recording")),
            (None, Some(_)) => self.found.push(format!("the {what} parameter {name} of the recording is not set")),
            (None, None) => {}
        }
    }
}

/// Whether the requested value can be the recorded one, for each element of a list.
fn is_stand_in_of(recorded: &str, asked: &str) -> bool {
    recorded.split(',').count() == asked.split(',').count()
        && recorded.split(',').zip(asked.split(',')).all(|(recorded, asked)| {
            recorded == asked || !(is_argument(recorded) || is_argument(asked)) && shape(recorded).eq(shape(asked))
        })
}

/// What a stand-in keeps of a text.
fn shape(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.chars().map(|character| {
        let kind = match character {
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            '0'..='9' => '0',
            '\0'..='\x7f' => character,
            _ => 'x',
        };
        (character.len_utf8(), kind)
    })
}

impl Loaded {
    fn read(path: &Path, text: &[u8]) -> Result<Self, Error> {
        let unusable = |reason: &str| {
            Error::new(ErrorKind::Config, format!("{} is not a recording: {reason}", path.display()))
                .with_hint("Record it again, or correct it: the folder may hold nothing else that ends with .json.")
        };
        let recording: file::Recording<Box<RawValue>> = serde_json::from_slice(text).map_err(|error| {
            // The error's text may repeat the file's contents.
            unusable(&format!("line {}, column {} is not as expected", error.line(), error.column()))
        })?;
        let response = recording.response;
        let status = StatusCode::from_u16(response.status).map_err(|_| unusable("there is no such status"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &response.headers {
            let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
                return Err(unusable("a header of its answer cannot be one"));
            };
            headers.insert(name, value);
        }
        let body = match (response.body, response.text) {
            (Some(_), Some(_)) => return Err(unusable("its answer has a body and a text")),
            (Some(body), None) => Bytes::from(body.get().to_owned()),
            (None, text) => Bytes::from(text.unwrap_or_default()),
        };
        Ok(Self {
            file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            operation: recording.operation,
            request: recording.request,
            status,
            headers,
            body,
            body_left_out: response.body_left_out,
        })
    }

    /// Whether it belongs to the operation or, for a request by path, to that path.
    fn is_of(&self, operation: &Operation, asked: &Asked) -> bool {
        match named(operation) {
            Some(named) => self.operation.as_ref() == Some(&named),
            None => self.request.method == operation.method.as_str() && self.path_values(asked).is_some(),
        }
    }

    /// The decoded parameters in a path. `None` if it is another path.
    fn path_values(&self, asked: &Asked) -> Option<Vec<(&str, String)>> {
        PathTemplate::new(&self.request.path).match_path(asked.path.as_ref()?)
    }

    fn differences(&self, asked: &Asked) -> Differences {
        let mut differences = Differences::default();
        for (name, value) in self.path_values(asked).unwrap_or_default() {
            let recorded = self.request.path_parameters.get(name);
            differences.compare("path", name, Some(&value), recorded.map(String::as_str));
        }
        let mut recorded: Vec<_> =
            self.request.query.iter().map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        for (name, value) in &asked.query {
            let position = recorded.iter().position(|(known, _)| known == name);
            let recorded = position.map(|position| recorded.remove(position).1);
            differences.compare("query", name, Some(value), recorded);
        }
        for (name, value) in recorded {
            differences.compare("query", name, None, Some(value));
        }
        differences
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("folder", &self.folder.path)
            .field("recordings", &self.folder.recordings.len())
            .field("is_strict", &self.is_strict)
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}

/// A clock that does not wait, because there is no server to wait for.
#[derive(Debug)]
struct Hurried;

impl Clock for Hurried {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}
