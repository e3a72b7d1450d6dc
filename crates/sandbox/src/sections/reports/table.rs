//! Flat files: columns separated by tabs, without quoting.

use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;

/// Builds a flat file.
#[derive(Debug)]
pub(super) struct Table {
    charset: Charset,
    columns: usize,
    text: String,
    rows: usize,
}

impl Table {
    pub(super) fn new(charset: Charset, columns: &[&str]) -> Self {
        Self { charset, columns: columns.len(), text: columns.join("\t") + charset.line_end(), rows: 0 }
    }

    /// Adds a row, without values beyond the columns.
    pub(super) fn row(&mut self, values: &[&str]) {
        self.text += &values[..self.columns.min(values.len())].join("\t");
        self.text += self.charset.line_end();
        self.rows += 1;
    }

    /// How many rows there are below the columns' names.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn finish(self) -> Text {
        Text { media_type: "text/plain", charset: self.charset, text: self.text }
    }
}
