//! Documents of reports, feeds and Data Kiosk, which Amazon keeps behind presigned URLs.
//!
//! An operation of the section returns such a URL (`getReportDocument`, `getFeedDocument`, `getDocument`,
//! `createFeedDocument`). It is valid for some minutes and needs no token. The client never sends one to it.
//!
//! ```no_run
//! use spapi_core::document::Dialect;
//! use spapi_core::{Client, Marketplace};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(rename_all = "kebab-case")]
//! struct Line {
//!     amazon_order_id: String,
//!     sku: String,
//!     quantity: u32,
//!     ship_country: Option<String>,
//! }
//!
//! # async fn run(client: Client, url: String, compression: Option<String>) -> Result<(), spapi_core::Error> {
//! let document = client
//!     .download(url)
//!     .compression(compression.as_deref())
//!     .of_type("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", Marketplace::JP)
//!     .open()
//!     .await?;
//! let mut lines = document.rows::<Line>(Dialect::TSV)?;
//! while let Some(line) = lines.try_next().await? {
//!     println!("{}: {} of {}", line.amazon_order_id, line.quantity, line.sku);
//! }
//! # Ok(()) }
//! ```
//!
//! # Memory
//! However long a document is, only some pieces of 64 KiB are in memory. One task downloads, unpacks and decodes. It
//! waits while the pieces are not read, and ends when its reader is dropped. A row may have [`LONGEST_ROW`] bytes and
//! [`MOST_COLUMNS`] columns, unless the download sets other limits.
//!
//! # Breaks
//! If the connection breaks or is silent for too long, the client asks for the rest, up to the number of attempts of
//! its policy. It accepts the rest only if the document's entity tag shows that the document host still has the same
//! bytes. Otherwise it is an error, because half of one document and half of another would be worse.
//!
//! # Errors
//! An error says how much was read: [`Error::progress`](crate::Error::progress). The reader returns what came before
//! the error first, except for text whose charset is not yet known.
//! [`Error::is_url_expired`](crate::Error::is_url_expired) is true for an expired URL.

mod download;
mod form;
mod host;
mod pipeline;
mod reading;
mod rows;
mod source;
mod tables;
mod types;
mod unpack;
mod upload;

pub use download::{Document, Download};
pub use pipeline::{Chunks, Text};
pub use rows::Rows;
pub use types::{UsualCharset, UsualDialect};
pub use upload::Upload;

#[doc(inline)]
pub use spapi_tables::{
    Charset, CharsetSource, Dialect, LONGEST_ROW, MOST_COLUMNS, Place, TableError, TableErrorKind, TableRow,
    TextReader, UnknownCharset,
};

pub use crate::error::Progress;

use crate::Client;

impl Client {
    /// A download from a presigned URL, as `getReportDocument` and similar operations return.
    ///
    /// No access token and no other header of the API is sent there. The client's time limit applies to each wait for
    /// more bytes rather than to the whole download.
    pub fn download(&self, url: impl Into<String>) -> Download {
        Download::new(self, url.into())
    }

    /// An upload to a presigned URL, as `createFeedDocument` returns. The content type must be exactly the one that the
    /// document was created with.
    pub fn upload(&self, url: impl Into<String>, content_type: impl Into<String>) -> Upload {
        Upload::new(self, url.into(), content_type.into())
    }
}
