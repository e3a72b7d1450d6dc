//! The messages of Airbyte's protocol, one on each line.

use crate::mutex::locked;
use serde::Serialize;
use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many bytes of messages are collected before they are written.
const BUFFER: usize = 256 * 1024;
/// The shortest text that is masked as a secret. A shorter one would be part of many words.
const SHORTEST_SECRET: usize = 6;

/// Where messages go. Clones write to the same place, each message as a whole.
#[derive(Clone)]
pub struct Messages(Arc<Mutex<Out>>);

struct Out {
    writer: BufWriter<Box<dyn Write + Send>>,
    secrets: Vec<String>,
    line: Vec<u8>,
}

/// How serious a log message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum LogLevel {
    /// Something that ends the work on a stream.
    Error,
    /// Something that a user should know.
    Warn,
    /// What goes on.
    Info,
    /// What goes on in detail.
    Debug,
}

/// Who can do something about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureType {
    /// The user: the configuration, the authorization or the plan of the account.
    ConfigError,
    /// Nobody: another attempt may succeed.
    TransientError,
    /// The connector.
    SystemError,
}

/// Whether the configuration works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum CheckStatus {
    Succeeded,
    Failed,
}

/// How far a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum StreamStatus {
    Started,
    Running,
    Complete,
    Incomplete,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum Message<'a> {
    Log {
        log: Log<'a>,
    },
    Spec {
        spec: &'a Value,
    },
    ConnectionStatus {
        #[serde(rename = "connectionStatus")]
        status: ConnectionStatus<'a>,
    },
    Catalog {
        catalog: &'a Value,
    },
    State {
        state: State<'a>,
    },
    Trace {
        trace: Trace<'a>,
    },
}

#[derive(Serialize)]
struct Log<'a> {
    level: LogLevel,
    message: &'a str,
}

#[derive(Serialize)]
struct ConnectionStatus<'a> {
    status: CheckStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct State<'a> {
    r#type: &'static str,
    stream: StreamState<'a>,
    #[serde(rename = "sourceStats")]
    stats: Stats,
}

#[derive(Serialize)]
struct StreamState<'a> {
    stream_descriptor: Descriptor<'a>,
    stream_state: &'a Value,
}

#[derive(Serialize)]
struct Stats {
    #[serde(rename = "recordCount")]
    record_count: f64,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
enum TraceKind<'a> {
    StreamStatus { stream_status: Status<'a> },
    Error { error: TraceError<'a> },
}

#[derive(Serialize)]
struct Trace<'a> {
    #[serde(flatten)]
    kind: TraceKind<'a>,
    emitted_at: u64,
}

#[derive(Serialize)]
struct Status<'a> {
    stream_descriptor: Descriptor<'a>,
    status: StreamStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<[Reason; 1]>,
}

#[derive(Serialize)]
struct Reason {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limited: Option<RateLimited>,
}

#[derive(Serialize)]
struct RateLimited {
    quota_reset: u64,
}

#[derive(Serialize)]
struct TraceError<'a> {
    message: &'a str,
    internal_message: &'a str,
    failure_type: FailureType,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_descriptor: Option<Descriptor<'a>>,
}

impl Messages {
    /// Messages to this writer, such as stdout.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        let writer = BufWriter::with_capacity(BUFFER, Box::new(writer) as Box<dyn Write + Send>);
        Self(Arc::new(Mutex::new(Out { writer, secrets: Vec::new(), line: Vec::new() })))
    }

    /// Writes `****` from now on wherever a log, a status or an error would show this text.
    pub fn mask(&self, secret: &str) {
        if secret.len() >= SHORTEST_SECRET {
            self.lock().secrets.push(secret.to_owned());
        }
    }

    /// Masks the secrets of a configuration, which is given as its text.
    pub fn mask_settings(&self, config: &str) {
        let settings: Value = serde_json::from_str(config.trim_start_matches('\u{feff}')).unwrap_or_default();
        for name in ["lwa_client_secret", "refresh_token", "lwa_app_id"] {
            if let Some(secret) = settings[name].as_str() {
                self.mask(secret.trim());
            }
        }
    }

    /// Writes a log message.
    ///
    /// # Errors
    /// When the writer fails, as all methods that write.
    pub fn log(&self, level: LogLevel, message: &str) -> io::Result<()> {
        let mut out = self.lock();
        let message = out.masked(message);
        out.message(&Message::Log { log: Log { level, message: &message } })
    }

    /// Writes a failure, of a stream or of the whole command.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn failure(&self, kind: FailureType, message: &str, stream: Option<&str>) -> io::Result<()> {
        let mut out = self.lock();
        let message = out.masked(message);
        let error = TraceError {
            message: &message,
            internal_message: &message,
            failure_type: kind,
            stream_descriptor: stream.map(|name| Descriptor { name }),
        };
        out.trace(TraceKind::Error { error })?;
        out.writer.flush()
    }

    /// Writes what is collected.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn flush(&self) -> io::Result<()> {
        self.lock().writer.flush()
    }

    pub(super) fn spec(&self, spec: &Value) -> io::Result<()> {
        self.lock().at_once(&Message::Spec { spec })
    }

    pub(super) fn catalog(&self, catalog: &Value) -> io::Result<()> {
        self.lock().at_once(&Message::Catalog { catalog })
    }

    pub(super) fn checked(&self, status: CheckStatus, message: Option<&str>) -> io::Result<()> {
        let mut out = self.lock();
        let message = message.map(|message| out.masked(message));
        let status = ConnectionStatus { status, message: message.as_deref() };
        out.at_once(&Message::ConnectionStatus { status })
    }

    pub(super) fn status(&self, stream: &str, status: StreamStatus) -> io::Result<()> {
        let status = Status { stream_descriptor: Descriptor { name: stream }, status, reasons: None };
        self.lock().trace(TraceKind::StreamStatus { stream_status: status })
    }

    /// Says that a stream waits for a quota, and what is collected is written.
    pub(super) fn rate_limited(&self, stream: &str, until: Option<SystemTime>) -> io::Result<()> {
        let rate_limited = until.map(|until| RateLimited { quota_reset: milliseconds(until) });
        let status = Status {
            stream_descriptor: Descriptor { name: stream },
            status: StreamStatus::Running,
            reasons: Some([Reason { r#type: "RATE_LIMITED", rate_limited }]),
        };
        let mut out = self.lock();
        out.trace(TraceKind::StreamStatus { stream_status: status })?;
        out.writer.flush()
    }

    /// Writes the state of a stream, and all that is collected. `records` is how many came since the last one.
    pub(super) fn state(&self, stream: &str, state: &Value, records: u64) -> io::Result<()> {
        let stream = StreamState { stream_descriptor: Descriptor { name: stream }, stream_state: state };
        #[expect(clippy::cast_precision_loss, reason = "the protocol has a number with a decimal point")]
        let stats = Stats { record_count: records as f64 };
        self.lock().at_once(&Message::State { state: State { r#type: "STREAM", stream, stats } })
    }

    /// Writes records of a stream. Each is an object of JSON, which `data` appends to a line.
    pub(super) fn records<R>(
        &self,
        stream: &str,
        records: impl IntoIterator<Item = R>,
        data: impl Fn(&mut Vec<u8>, &R) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut out = self.lock();
        let end = format!(",\"emitted_at\":{}}}}}\n", milliseconds(SystemTime::now()));
        let begin = format!("{{\"type\":\"RECORD\",\"record\":{{\"stream\":{},\"data\":", Value::from(stream));
        for record in records {
            let mut line = std::mem::take(&mut out.line);
            line.clear();
            line.extend_from_slice(begin.as_bytes());
            data(&mut line, &record)?;
            line.extend_from_slice(end.as_bytes());
            let written = out.writer.write_all(&line);
            out.line = line;
            written.map_err(broken)?;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Out> {
        locked(&self.0)
    }
}

impl Out {
    fn message(&mut self, message: &Message<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, message)?;
        self.writer.write_all(b"\n")
    }

    fn at_once(&mut self, message: &Message<'_>) -> io::Result<()> {
        self.message(message)?;
        self.writer.flush()
    }

    fn trace(&mut self, kind: TraceKind<'_>) -> io::Result<()> {
        self.message(&Message::Trace { trace: Trace { kind, emitted_at: milliseconds(SystemTime::now()) } })
    }

    fn masked(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "****"))
    }
}

impl FailureType {
    /// Who can do something about an error.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Config | ErrorKind::Input | ErrorKind::Login | ErrorKind::Denied | ErrorKind::Untrusted => {
                Self::ConfigError
            }
            ErrorKind::Quota
            | ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Lost
            | ErrorKind::Server
            | ErrorKind::DocumentHost
            | ErrorKind::PageExpired
            | ErrorKind::UrlExpired => Self::TransientError,
            _ => Self::SystemError,
        }
    }
}

/// The error of a writer that fails.
pub(super) fn broken(error: io::Error) -> Error {
    Error::new(ErrorKind::Config, "the messages cannot be written").with_source(error)
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Does not show secrets.
impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}
