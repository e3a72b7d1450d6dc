//! Documents: what reports, feeds and Data Kiosk put behind a presigned URL.
//!
//! Amazon gives such a URL with an operation of the section (`getReportDocument`, `getFeedDocument`, `getDocument`,
//! `createFeedDocument`). It is valid for some minutes and needs no token, and none is ever sent to it.
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
//! However long a document is, only some pieces of 64 KiB are held: one task loads, unpacks and decodes, waits while the
//! pieces are not read, and ends when its reader is dropped. A row may have [`LONGEST_ROW`] bytes and [`MOST_COLUMNS`]
//! columns, unless the download allows others.
//!
//! # Breaks
//! Where the connection breaks or falls silent, the rest is asked for, as often in all as the client's policy makes
//! attempts. It is taken only if the document host says that it still has the same bytes, by the document's entity tag; else it
//! is an error, since half of one document and half of another would be worse.
//!
//! # Errors
//! An error says how far the reading got: [`Error::progress`](crate::Error::progress). What was read before it is given out
//! before it, but for text whose charset could not be told yet. An expired URL is told apart by
//! [`Error::is_url_expired`](crate::Error::is_url_expired).

mod charset;
mod download;
mod header;
mod host;
mod pipeline;
mod reading;
mod row;
mod rows;
mod source;
mod split;
mod types;
mod unpack;
mod upload;

pub use charset::{Charset, UnknownCharset};
pub use download::{Document, Download};
pub use pipeline::{Chunks, Text};
pub use rows::Rows;
pub use split::{Dialect, LONGEST_ROW, MOST_COLUMNS};
pub use upload::Upload;

pub use crate::error::Progress;

use crate::Client;

impl Client {
    /// A download from a presigned URL, as `getReportDocument` and its like answer.
    ///
    /// No access token and no other header of the API is sent there. The client's time limit holds for each wait for
    /// more, and not for the whole.
    pub fn download(&self, url: impl Into<String>) -> Download {
        Download::new(self, url.into())
    }

    /// An upload to a presigned URL, as `createFeedDocument` answers. The content type must be, to the letter, the one
    /// the document was created with.
    pub fn upload(&self, url: impl Into<String>, content_type: impl Into<String>) -> Upload {
        Upload::new(self, url.into(), content_type.into())
    }
}
