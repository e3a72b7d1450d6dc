//! Transports send requests and return the answers.
//!
//! A client sends calls, logins and the requests of documents through one [`Transport`]. The default one opens
//! connections over HTTP. [`ClientBuilder::transport`](crate::client::ClientBuilder::transport) sets another: answers
//! from recordings, a service in the same process, or a transport that a test has written itself.
//!
//! ```
//! use spapi_core::transport::{Body, Transport, TransportError};
//! use spapi_core::{BoxFuture, Client, Credentials, Marketplace};
//!
//! /// Answers every request with an empty JSON object, and every login with a token.
//! struct Empty;
//!
//! impl Transport for Empty {
//!     fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
//!         let is_login = request.uri().path().ends_with("/token");
//!         let body = if is_login { r#"{"access_token":"Atza|1","expires_in":3600}"# } else { "{}" };
//!         Box::pin(async move { Ok(http::Response::new(Body::from(body))) })
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), spapi_core::Error> {
//! let credentials = Credentials::new("id", "secret", "refresh token");
//! let client = Client::builder(Marketplace::JP).credentials(credentials).transport(Empty).build()?;
//! let answer = client.request(spapi_core::Method::GET, "/sellers/v1/account").send().await?;
//! assert_eq!(answer.body(), "{}");
//! # Ok(()) }
//! ```

mod body;
mod error;
pub(crate) mod pool;
mod service;

pub use body::Body;
pub use error::{TransportError, TransportErrorKind};
pub use service::ServiceTransport;

use crate::future::BoxFuture;
use spapi_types::Operation;

/// Sends a request and returns the answer.
///
/// It returns the answer as soon as its head has arrived. The answer's [`Body`] then gives the bytes as they come. A
/// transport must not follow redirects, unpack bodies or send anything again: the client decides about that. It needs
/// no time limit either: the client drops the future, or the body of the answer, when its own limit is over, and the
/// transport must then stop.
///
/// The client sets all headers except `Host` and those of the connection. The extensions of the request hold a
/// [`Purpose`].
pub trait Transport: Send + Sync + 'static {
    /// Sends one request once.
    ///
    /// # Errors
    /// When no answer comes. An answer with any status is not an error.
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;
}

/// Why a request is sent. The client puts it into the extensions of each request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Purpose {
    /// A call of this operation.
    Call(Box<Operation>),
    /// An access token from Login with Amazon.
    Login,
    /// A restricted data token that another call needs.
    RestrictedDataToken,
    /// Another request without an access token, such as the download of a document.
    Plain,
}
