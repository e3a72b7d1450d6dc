//! The shape of the table; the rows are in `generated/`.

use spapi_types::Operation;
use spapi_types::parameter::{Body, Kind, List, Location};

/// A section of the API: one crate, `spapi-<name>`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Section {
    /// The section's name, as in its crate: `orders`, `fulfillment-inbound`.
    pub name: &'static str,
    /// Its purpose, in plain text with identifiers in backticks; empty if nobody has written it.
    pub about: &'static str,
    /// Its APIs, oldest version first.
    pub apis: &'static [Api],
}

/// One API of a section, which is one published model file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Api {
    /// The module of the section crate: `v0`, `v2026_01_01`, `transfers_v2024_06_01`.
    pub module: &'static str,
    /// The published model file it was made from, without its folder.
    pub model: &'static str,
    /// When to use it and what to know first; empty if nobody has written it.
    pub about: &'static str,
    /// Its retirement, if Amazon has announced one.
    pub retirement: Option<Retirement>,
    /// Its operations, in the order of the model.
    pub operations: &'static [Entry],
}

/// An operation with its parameters.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Method, path, rate, paging and what else a client needs to call it.
    pub operation: &'static Operation,
    /// Path, query and header parameters, in the order of the model.
    pub parameters: &'static [Parameter],
    /// Whether it takes a JSON body.
    pub body: Body,
    /// What the body holds; `None` for an operation that does not take one.
    pub schema: Option<Schema>,
    /// What it does, in a sentence or two; empty if nobody has written it.
    pub about: &'static str,
    /// Amazon's page about it, or about its section: an address.
    pub reference: &'static str,
    /// Whether the model marks it as deprecated.
    pub deprecated: bool,
    /// Its retirement, alone or with its whole version, if Amazon has announced one.
    pub retirement: Option<Retirement>,
}

/// The end that Amazon has announced for something. Amazon sometimes moves the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retirement {
    /// The day, as `YYYY-MM-DD`.
    pub on: &'static str,
    /// The replacement in words, if there is one.
    pub instead: Option<&'static str>,
}

/// A type of report, feed, notification or Data Kiosk schema that Amazon retires.
#[derive(Debug)]
#[non_exhaustive]
pub struct RetiredType {
    /// The section whose calls name it: `reports`, `feeds`, `notifications`, `data-kiosk`.
    pub section: &'static str,
    /// Amazon's name of it.
    pub name: &'static str,
    /// For a notification, the version of its payload, if Amazon does not retire all of them.
    pub payload: Option<&'static str>,
    /// Its retirement.
    pub retirement: Retirement,
}

/// What a value in a JSON body is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Schema {
    /// A value without parts: a text, a number, a flag, or a date and time in a text.
    Scalar(Kind),
    /// A text, of which these values are known. Amazon may take others that its model does not have yet.
    Enum(&'static [&'static str]),
    /// A list of such values.
    List(&'static Schema),
    /// An object whose members have names of the caller's choice, and such values.
    Map(&'static Schema),
    /// An object with these fields. An object may contain itself, in a list or an optional field.
    Object(&'static ObjectSchema),
    /// An object with any members, such as the attributes of a listing.
    AnyObject,
    /// Any JSON.
    Any,
}

/// The fields of an object in a JSON body.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectSchema {
    /// The name of its Rust type in the section crate: `CreateReportSpecification`.
    pub name: &'static str,
    /// Its fields, by their names.
    pub fields: &'static [Field],
    /// Whether the model allows members that no field names.
    pub is_open: bool,
}

/// A field of an object in a JSON body.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// Its name as it is sent.
    pub name: &'static str,
    /// Its value.
    pub schema: Schema,
    /// Whether Amazon asks for it in every such object.
    pub is_required: bool,
    /// What it means, in plain text with identifiers in backticks; empty where nobody has written it.
    pub about: &'static str,
    /// The bounds, the pattern and the format of the model, in words: `1 to 40 characters`. Empty where it has none.
    pub limits: &'static str,
    /// The least number of elements of a list.
    pub min_items: usize,
    /// A value that keeps to the limits, as JSON; in a list, of each element. Empty where any value of the kind does.
    pub example: &'static str,
}

/// How the generated rows write what they hold.
impl Field {
    pub(crate) const fn new(name: &'static str, schema: Schema) -> Self {
        Self { name, schema, is_required: false, about: "", limits: "", min_items: 0, example: "" }
    }

    pub(crate) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    pub(crate) const fn limits(mut self, limits: &'static str) -> Self {
        self.limits = limits;
        self
    }

    pub(crate) const fn min_items(mut self, min_items: usize) -> Self {
        self.min_items = min_items;
        self
    }

    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
}

/// A path, query or header parameter.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name in the request.
    pub name: &'static str,
    /// Where it is sent.
    pub location: Location,
    /// The type of the value, or of each value of a list.
    pub kind: Kind,
    /// Whether it takes several values, and how they are joined.
    pub list: List,
    /// Whether every call needs it.
    pub required: bool,
    /// The values that the model lists; empty if any value is possible.
    pub values: &'static [&'static str],
    /// For a text without such a list: the values that the model lists for the same name elsewhere. Others are possible.
    pub usual: &'static [&'static str],
    /// What it means, in plain text with identifiers in backticks; empty where nobody has written it.
    pub about: &'static str,
    /// A value, as it is sent; of a list, one of its values. Empty where none is known.
    pub example: &'static str,
}
