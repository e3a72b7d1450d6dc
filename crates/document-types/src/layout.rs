//! The form of a document: format, charset and the notation of numbers.

use crate::generated::families::FAMILIES;
use crate::{FeedType, ReportType};
use spapi_types::Marketplace;

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A table with columns separated by tabs.
    Tsv,
    /// A table with columns separated by commas, with quotation marks where needed.
    Csv,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// Other text.
    Text,
    /// PDF.
    Pdf,
    /// A workbook of Excel.
    Xlsx,
    /// A ZIP archive.
    Zip,
}

/// The charset of documents that do not declare one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextCharset {
    /// UTF-8 in all marketplaces; also for documents that are not text.
    Utf8,
    /// UTF-8, or an older charset of the marketplace.
    ByMarketplace,
}

impl TextCharset {
    /// The label of the charset that a document has if it is not UTF-8: `UTF-8`, `Shift_JIS` or `windows-1252`, as in
    /// the Encoding Standard of WHATWG.
    pub const fn label(self, marketplace: Marketplace) -> &'static str {
        match (self, marketplace) {
            (Self::Utf8, _) => "UTF-8",
            (Self::ByMarketplace, Marketplace::JP) => "Shift_JIS",
            (Self::ByMarketplace, _) => "windows-1252",
        }
    }
}

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Layout {
    /// The format.
    pub format: Format,
    /// Whether the fields of a TSV are between quotation marks.
    pub is_quoted: bool,
    /// The charset.
    pub charset: TextCharset,
    /// Whether numbers are in the marketplace's notation, such as `1.234,56`. Other documents have a decimal point and
    /// do not group digits.
    pub has_local_numbers: bool,
}

impl Layout {
    /// A document of a format in its usual form: tables and text in the marketplace's charset, others in UTF-8.
    pub(crate) const fn of(format: Format) -> Self {
        let charset = match format {
            Format::Tsv | Format::Csv | Format::Text => TextCharset::ByMarketplace,
            _ => TextCharset::Utf8,
        };
        Self { format, is_quoted: false, charset, has_local_numbers: false }
    }

    pub(crate) const fn quoted(mut self) -> Self {
        self.is_quoted = true;
        self
    }

    pub(crate) const fn in_utf8(mut self) -> Self {
        self.charset = TextCharset::Utf8;
        self
    }

    pub(crate) const fn with_local_numbers(mut self) -> Self {
        self.has_local_numbers = true;
        self
    }

    /// The usual layout of the documents that are downloaded for a report or feed type, such as
    /// `GET_MERCHANT_LISTINGS_ALL_DATA`. For a feed type it is that of the processing report. An unknown type counts as
    /// one of its family, such as `GET_VENDOR_`, or else as a TSV, which most are.
    pub fn usual_of(type_name: &str) -> Self {
        if let Some(report) = ReportType::find(type_name) {
            return report.layout;
        }
        if let Some(layout) = FeedType::find(type_name).and_then(|feed| feed.processing_report.layout()) {
            return layout;
        }
        let family = FAMILIES.iter().find(|(beginning, _)| type_name.starts_with(beginning));
        family.map_or(Self::of(Format::Tsv), |(_, layout)| *layout)
    }
}
