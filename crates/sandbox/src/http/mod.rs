//! HTTP: reads requests, writes answers, and does what every request needs in between.

mod answer;
mod body;
mod error;
pub(crate) mod hosts;
mod in_process;
mod listen;
mod meaning;
#[cfg(feature = "tls")]
mod proxy;
pub(crate) mod published;
mod query;
mod reply;
mod request_log;
#[cfg(feature = "tls")]
mod tls;

pub(crate) use answer::answer;
pub(crate) use body::{Held, Room, Unread};
pub(crate) use error::ApiError;
pub use in_process::InProcess;
pub(crate) use listen::{Entrance, Hangup};
#[cfg(feature = "tls")]
use meaning::DOCUMENTS_PATH;
pub(crate) use meaning::{Called, Meaning, TOKEN_PATH, Target};
#[cfg(feature = "tls")]
pub(crate) use proxy::Secure;
pub(crate) use query::Query;
pub(crate) use reply::Reply;
pub use request_log::LoggedRequest;
pub(crate) use request_log::{Note, RequestLog};
