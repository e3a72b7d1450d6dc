//! Observers, and what they see.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use spapi_types::Operation;
use spapi_types::json::{self, DecodeError, Note};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// Watches the exchanges of a client. [`ClientBuilder::observer`](crate::client::ClientBuilder::observer) sets it.
///
/// It sees each answer once: an answer without success when it arrives, a success after it has been decoded. It does
/// not see Login with Amazon, restricted data tokens and documents.
///
/// ```
/// use spapi_core::{Client, Exchange, Marketplace, Observer};
///
/// /// Prints the operation and the status.
/// struct Print;
///
/// impl Observer for Print {
///     fn observe(&self, exchange: &Exchange<'_>) {
///         println!("{}: {}", exchange.operation, exchange.status);
///     }
/// }
///
/// let builder = Client::builder(Marketplace::JP).observer(Print);
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Gets an exchange. The call waits until this returns.
    fn observe(&self, exchange: &Exchange<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observe(&self, exchange: &Exchange<'_>) {
        (**self).observe(exchange);
    }
}

/// A request and its answer. Both may hold buyers' data.
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The operation that was called. Its [`id`](Operation::id) is empty for a call by path.
    pub operation: &'a Operation,
    /// The path with its parameters filled in, percent-encoded, without the endpoint's own path.
    pub path: &'a str,
    /// The parameters of the path, not encoded. A name is borrowed if it is part of the program, and owned if it was
    /// made at run time.
    pub path_parameters: &'a [(Cow<'static, str>, String)],
    /// The parameters of the query: names as they are, values percent-encoded except for the commas of lists.
    pub query: &'a [(Cow<'static, str>, String)],
    /// The body of the request.
    pub request_body: Option<&'a Bytes>,
    /// The Rust type of the request's body, if it is known.
    pub request_type: Option<BodyType>,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: &'a HeaderMap,
    /// The body of the answer, byte for byte.
    pub body: &'a Bytes,
    /// The Rust type that the JSON of the answer was decoded into, if any. It is set even if decoding failed.
    pub answer_type: Option<BodyType>,
}

/// Does not show the bodies and the parameters, which may be buyers' data.
impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("operation", &format_args!("{}", self.operation))
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

type Read = for<'de> fn(
    &mut dyn erased_serde::Deserializer<'de>,
    &mut dyn FnMut(&dyn erased_serde::Serialize),
) -> Result<(), erased_serde::Error>;

/// The type of a body. With it an observer can decode the body again, and encode the result.
#[derive(Clone, Copy)]
pub struct BodyType {
    read: Read,
    decode: fn(&[u8]) -> Result<Decoded, DecodeError>,
}

/// A body that was decoded again.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The value, encoded as JSON again.
    pub value: serde_json::Value,
    /// Where the body differs from its type.
    pub notes: Vec<Note>,
}

impl BodyType {
    /// The type `T`.
    pub fn of<T: DeserializeOwned + Serialize>() -> Self {
        Self {
            read: |deserializer, then| T::deserialize(deserializer).map(|value| then(&value)),
            decode: |body| {
                let (value, notes): (T, _) = json::read_with_all_notes(body)?;
                let value = serde_json::to_value(&value);
                let value = value.map_err(|_| DecodeError::new("", "the value cannot be encoded as JSON again"))?;
                Ok(Decoded { value, notes })
            },
        }
    }

    /// Decodes a body as the client does, and reports what the decoder found.
    ///
    /// # Errors
    /// When the body is not JSON, or not of the type.
    pub fn decode(self, body: &[u8]) -> Result<Decoded, DecodeError> {
        (self.decode)(body)
    }

    /// Reads a value of the type from a deserializer, and passes the value to `then`.
    ///
    /// # Errors
    /// When the deserializer has no value of the type.
    pub fn read<'de>(
        self,
        deserializer: &mut dyn erased_serde::Deserializer<'de>,
        then: &mut dyn FnMut(&dyn erased_serde::Serialize),
    ) -> Result<(), erased_serde::Error> {
        (self.read)(deserializer, then)
    }
}

impl fmt::Debug for BodyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyType").finish_non_exhaustive()
    }
}

/// The observers of a client.
#[derive(Clone)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, observer: impl Observer) {
        self.0.push(Arc::new(observer));
    }

    /// Shows an exchange to all observers.
    pub(crate) fn tell(
        &self,
        operation: &Operation,
        asked: &Asked,
        (status, headers, body): (StatusCode, &HeaderMap, &Bytes),
        answer_type: Noted,
    ) {
        let exchange = Exchange {
            operation,
            path: &asked.path,
            path_parameters: &asked.path_parameters,
            query: &asked.query,
            request_body: asked.body.as_ref(),
            request_type: asked.body_type.0,
            status,
            headers,
            body,
            answer_type: answer_type.0,
        };
        self.0.iter().for_each(|observer| observer.observe(&exchange));
    }
}

/// The type of a body, if it is known.
#[derive(Clone, Copy)]
pub(crate) struct Noted(Option<BodyType>);

thread_local! {
    /// The type that is being decoded. A decoder is a plain function from an answer to a value, so the type reaches the
    /// observer by a separate way, on the thread that decodes.
    static DECODED: Cell<Noted> = const { Cell::new(Noted(None)) };
}

impl Noted {
    /// No type.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn of<T: DeserializeOwned + Serialize>() -> Self {
        Self(Some(BodyType::of::<T>()))
    }

    /// Notes the type that an answer is decoded into.
    pub(crate) fn note<T: DeserializeOwned + Serialize>() {
        DECODED.set(Self::of::<T>());
    }
}

/// Decodes, and returns the type too.
pub(crate) fn noting<R>(decode: impl FnOnce() -> R) -> (R, Noted) {
    DECODED.set(Noted(None));
    let result = decode();
    (result, DECODED.replace(Noted(None)))
}

/// The request of a call.
pub(crate) struct Asked {
    path: String,
    path_parameters: Vec<(Cow<'static, str>, String)>,
    query: Vec<(Cow<'static, str>, String)>,
    body: Option<Bytes>,
    body_type: Noted,
}

impl Asked {
    pub(crate) fn new(
        path: &str,
        path_parameters: &Pairs,
        query: &Pairs,
        body: Option<&Bytes>,
        body_type: Noted,
    ) -> Self {
        Self {
            path: path.to_owned(),
            path_parameters: path_parameters.to_vec(),
            query: query.to_vec(),
            body: body.cloned(),
            body_type,
        }
    }
}

type Pairs = [(Cow<'static, str>, String)];
