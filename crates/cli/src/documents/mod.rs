//! Documents of reports, feeds and queries on their way into an output: as rows, or as they are.

mod cells;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod raw;
mod rows;
mod writer;

pub use cells::{Cell, Columns, Picked, pick};
pub use output::harmless;
pub use raw::copy;
pub use rows::{DocumentRows, Shape, row_type};
pub use writer::{Counts, RowWriter};

use crate::exit::Failure;
use crate::output::file::{self, Place, Rules, Writer};
use crate::progress::Progress;
use clap::{Args, ValueEnum};
use spapi_core::document::Charset;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// The format of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// Aligned columns, to read.
    Table,
    /// Comma-separated text in UTF-8, with a header row.
    Csv,
    /// One JSON object a line, with numbers, dates and flags where the columns are known.
    Jsonl,
    /// One JSON array of such objects.
    Json,
    /// Parquet with zstd, with numbers, dates and flags where the columns are known.
    #[cfg(feature = "parquet")]
    Parquet,
    /// The document as Amazon made it.
    Raw,
}

impl RowFormat {
    /// The format that the ending of a file's name stands for.
    fn of_file(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "csv" => Self::Csv,
            "jsonl" | "ndjson" => Self::Jsonl,
            "json" => Self::Json,
            #[cfg(feature = "parquet")]
            "parquet" => Self::Parquet,
            "txt" | "tsv" | "xml" => Self::Raw,
            _ => return None,
        })
    }

    /// Whether values have kinds. Otherwise each is the text of the document.
    pub fn has_values(self) -> bool {
        !matches!(self, Self::Table | Self::Csv | Self::Raw)
    }

    /// Whether all rows have the columns of the first document.
    pub fn has_header(self) -> bool {
        !matches!(self, Self::Json | Self::Jsonl | Self::Raw)
    }

    /// Whether a terminal can show it.
    fn is_text(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Json | Self::Jsonl)
    }
}

/// Where a command writes rows, and how.
#[derive(Debug, Args)]
pub struct Target {
    /// The format of the rows [default: by the ending of the file's name; table on stdout].
    #[arg(short, long, value_enum)]
    format: Option<RowFormat>,

    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// Only these columns, by their names in the document or their English names, in this order.
    #[arg(long, value_delimiter = ',', value_name = "NAME,...")]
    pub columns: Vec<String>,

    /// With --format raw: write the text in UTF-8, whatever charset the document has.
    #[arg(long)]
    pub to_utf8: bool,
}

impl Target {
    /// The format, if the other options fit it.
    pub fn format(&self) -> Result<RowFormat, Failure> {
        if let Some(path) = self.output.as_deref() {
            file::refuse_folder(path)?;
        }
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, None) => RowFormat::Table,
            (None, Some(path)) => RowFormat::of_file(path).ok_or_else(|| unknown_ending(path))?,
        };
        let is_raw = format == RowFormat::Raw;
        if self.to_utf8 && !is_raw {
            return Err(Failure::usage("--to-utf8 is for --format raw")
                .with_next("leave it out: all other formats are in UTF-8"));
        }
        if is_raw && !self.columns.is_empty() {
            return Err(Failure::usage("--columns is not for --format raw, which is the whole document")
                .with_next("leave it out, or choose another format"));
        }
        if !format.is_text() && self.output.is_none() && io::stdout().is_terminal() {
            return Err(Failure::usage("this format is not written to a terminal")
                .with_next("give -o FILE, or send the output to another program"));
        }
        Ok(format)
    }

    /// Opens the output. With `is_private`, only its owner may read the file.
    pub fn open(&self, is_private: bool) -> Result<(Writer, Place), Failure> {
        file::open(self.output.as_deref(), Rules { overwrites: self.overwrite, is_private })
    }

    /// Whether a file that exists is replaced.
    pub fn overwrites(&self) -> bool {
        self.overwrite
    }

    /// The progress, whose changing line does not mix with the output on a terminal.
    pub fn progress(&self) -> Progress {
        Progress::new(self.output.is_none() && io::stdout().is_terminal())
    }
}

/// A parser for the name of a charset.
pub fn charset(text: &str) -> Result<Charset, &'static str> {
    text.parse().map_err(|_| "give a name such as UTF-8, Shift_JIS or windows-1252")
}

/// The error for a file whose ending does not stand for a format.
fn unknown_ending(path: &Path) -> Failure {
    const PARQUET: &str = if cfg!(feature = "parquet") { ", .parquet" } else { "" };
    let file = path.display();
    let message = match path.extension() {
        Some(_) => format!("the ending of {file} is not that of a format"),
        None => format!("{file} has no ending, and so no format"),
    };
    Failure::usage(message).with_next(format!(
        "give -o a file that ends with .csv (also for spreadsheets), .json, .jsonl{PARQUET}, or as it is with .txt, .tsv, .xml; \
         or add --format, such as --format csv, or --format raw for a document that Amazon makes as PDF, XLSX or ZIP"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_says_the_format() {
        for (file, format) in [
            ("a.csv", Some(RowFormat::Csv)),
            ("A.CSV", Some(RowFormat::Csv)),
            ("a.ndjson", Some(RowFormat::Jsonl)),
            ("a.tsv", Some(RowFormat::Raw)),
            ("a.doc", None),
            ("a.xlsx", None),
            ("a.xls", None),
            ("a.ods", None),
            ("a.pdf", None),
            ("a.zip", None),
            ("csv", None),
        ] {
            assert_eq!(RowFormat::of_file(Path::new(file)), format, "{file}");
        }
    }
}
