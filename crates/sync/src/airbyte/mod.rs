//! A drop-in for Airbyte's source for this API: its 60 streams in the versions 4.6.4 and 6.x, and its protocol.
//!
//! [`spec`], [`check`], [`discover`] and [`read`] are the four commands of the protocol. Each writes [`Messages`].

mod catalog;
mod check;
mod messages;
mod read;
mod records;
mod slices;
mod spec;
mod state;

pub use catalog::{Catalog, catalog, discover, json_schema};
pub use check::check;
pub use messages::{FailureType, LogLevel, Messages};
pub use read::{ReadOptions, ReadOutcome, read};
pub use spec::spec;
pub use state::State;

use crate::generated::airbyte::AIRBYTE_STREAMS;

/// A stream of Airbyte's source. [`Stream::find`](crate::Stream::find) has the stream of the same name.
#[derive(Debug)]
#[non_exhaustive]
pub struct AirbyteStream {
    /// Airbyte's name.
    pub name: &'static str,
    /// Its place in the catalog of 4.6.4, counted from 1. `None` if that version lacks it.
    pub v4_place: Option<u32>,
    /// Its place in the catalog of 6.x for a seller's account.
    pub seller_place: Option<u32>,
    /// Its place in the catalog of 6.x for a vendor's account.
    pub vendor_place: Option<u32>,
    /// The cursor. `None` if it can only be read as a whole.
    pub cursor: Option<Cursor>,
    /// The primary key; empty if there is none.
    pub key: ByVersion<&'static [&'static str]>,
    /// How a range is cut.
    pub step: ByVersion<Step>,
    /// How many days before now the earliest start lies.
    pub start_days: ByVersion<u32>,
    /// How many minutes before now the last slice ends.
    pub end_minutes: u32,
    /// Whether the lookback of the configuration of 6.x counts.
    pub takes_lookback: bool,
    /// The lookback in hours if the configuration has none.
    pub lookback_hours: ByVersion<u32>,
    /// The report options that are always sent, as name and value.
    pub options: &'static [(&'static str, &'static str)],
    /// Whether the report options of the configuration are sent too.
    pub takes_user_options: ByVersion<bool>,
    /// The fields that are added to a record.
    pub injected: &'static [&'static str],
    /// The columns of its JSON schema. A record may have others.
    pub columns: &'static [AirbyteColumn],
}

/// A version of Airbyte's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// 4.6.4.
    V4,
    /// 6.0 and later.
    V6,
}

/// A value that can differ between the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByVersion<T> {
    /// That of 4.6.4.
    pub v4: T,
    /// That of 6.x.
    pub v6: T,
}

/// The field by which a stream is incremental.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its name in a record.
    pub field: &'static str,
    /// Where its value comes from.
    pub origin: CursorOrigin,
    /// How its value is read. It is always written as a time in UTC.
    pub form: CursorForm,
}

/// Where the value of a cursor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorOrigin {
    /// A column of the row.
    Row,
    /// The end of the slice.
    SliceEnd,
    /// The row of the parent stream.
    Parent,
}

/// How the value of a cursor is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorForm {
    /// `2026-01-31`, or a time in UTC.
    Date,
    /// A time in UTC: `2026-01-31T09:00:00Z`.
    Time,
    /// A time with an offset: `2026-01-31T09:00:00+00:00`.
    OffsetTime,
}

/// How a range is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// By the connection's period in days.
    Period {
        /// The most days.
        most_days: u32,
        /// The days if the connection has no period.
        absent_days: u32,
    },
    /// By a fixed number of days.
    Fixed {
        /// The days.
        days: u32,
    },
    /// By the connection's step for financial events.
    EventsStep {
        /// The most days.
        most_days: u32,
    },
    /// By months from the start.
    Month,
    /// Only the week from Sunday to Saturday that is over last.
    LastWeek,
    /// Once for each row of the parent stream.
    Parent,
    /// Not at all.
    Once,
}

/// A column of a JSON schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AirbyteColumn {
    /// The name. A part of an object has the names above it in front, as in `OrderTotal.Amount`; a list has `[]` behind its
    /// name.
    pub name: &'static str,
    /// The type.
    pub kind: AirbyteType,
    /// Whether null is allowed.
    pub nullable: bool,
    /// The field of our row that it is. `None` if it is not a column of a table.
    pub field: Option<&'static str>,
    /// The only version that has it; `None` if both have.
    pub only: Option<Version>,
}

/// The type of a column in a JSON schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AirbyteType {
    /// A text.
    Text,
    /// A text with the format `date`.
    Date,
    /// A text with the format `date-time`.
    DateTime,
    /// The same, with Airbyte's type for a time with a zone.
    Timestamp,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// A whole number with the format `int32`.
    Int32,
    /// A whole number with the format `int64`.
    Int64,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
}

impl AirbyteStream {
    pub(crate) const BY_RULE: Self = Self {
        name: "",
        v4_place: None,
        seller_place: None,
        vendor_place: None,
        cursor: None,
        key: ByVersion { v4: &[], v6: &[] },
        step: ByVersion { v4: Step::Once, v6: Step::Once },
        start_days: ByVersion { v4: 730, v6: 730 },
        end_minutes: 0,
        takes_lookback: false,
        lookback_hours: ByVersion { v4: 0, v6: 0 },
        options: &[],
        takes_user_options: ByVersion { v4: false, v6: false },
        injected: &[],
        columns: &[],
    };

    /// All of them, in the order of their names.
    pub fn all() -> &'static [Self] {
        AIRBYTE_STREAMS
    }

    /// The stream of exactly that name. `None` if Airbyte has none.
    pub fn find(name: &str) -> Option<&'static Self> {
        AIRBYTE_STREAMS.binary_search_by(|stream| stream.name.cmp(name)).ok().map(|index| &AIRBYTE_STREAMS[index])
    }

    /// The columns that a version has.
    pub fn columns_of(&self, version: Version) -> impl Iterator<Item = &'static AirbyteColumn> {
        self.columns.iter().filter(move |column| column.only.is_none_or(|only| only == version))
    }

    /// Whether a version has the stream.
    pub fn is_in(&self, version: Version) -> bool {
        match version {
            Version::V4 => self.v4_place.is_some(),
            Version::V6 => self.seller_place.is_some() || self.vendor_place.is_some(),
        }
    }
}

impl<T: Copy> ByVersion<T> {
    /// The value of a version.
    pub fn of(&self, version: Version) -> T {
        match version {
            Version::V4 => self.v4,
            Version::V6 => self.v6,
        }
    }
}

impl AirbyteColumn {
    pub(crate) const fn new(name: &'static str, kind: AirbyteType) -> Self {
        Self { name, kind, nullable: true, field: None, only: None }
    }

    pub(crate) const fn never_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    pub(crate) const fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    pub(crate) const fn only(mut self, version: Version) -> Self {
        self.only = Some(version);
        self
    }
}
