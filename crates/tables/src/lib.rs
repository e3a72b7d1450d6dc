#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod charset;
mod error;
mod header;
mod lead;
mod reader;
mod row;
mod split;
mod typed;

pub use charset::{Charset, CharsetSource, Decoded, TextDecoder, UnknownCharset};
pub use error::{Place, TableError, TableErrorKind};
pub use reader::TableReader;
pub use row::boolean;
pub use split::{Dialect, Found, LONGEST_ROW, Limits, MOST_COLUMNS, Row};
pub use typed::{TableRow, TextReader};
