//! Options of report and feed types.

use crate::Party;

/// An option of a report or feed type, in `reportOptions` or `feedOptions`. Every value is sent as text.
#[derive(Debug)]
#[non_exhaustive]
pub struct DocumentOption {
    /// Its name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: OptionKind,
    /// Whether every request of `party` needs it.
    pub is_required: bool,
    /// The known values, or those of each element of a list; empty if any value is possible.
    pub values: &'static [&'static str],
    /// The value that Amazon uses without the option.
    pub default: Option<&'static str>,
    /// The most characters of the value.
    pub longest: Option<u32>,
    /// Who may give it; `None` if both sellers and vendors may.
    pub party: Option<Party>,
}

impl DocumentOption {
    pub(crate) const fn new(name: &'static str, kind: OptionKind) -> Self {
        Self { name, kind, is_required: false, values: &[], default: None, longest: None, party: None }
    }
}

/// The kind of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptionKind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// One of the known values.
    Choice,
    /// Several values with this separator between them.
    List(&'static str),
    /// A date and time with its zone, such as `2026-11-01T00:00:00Z`.
    DateTime,
    /// A locale, such as `en_US`.
    Locale,
    /// A marketplace's id.
    Marketplace,
    /// A currency's ISO code.
    Currency,
}
