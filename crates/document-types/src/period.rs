//! The whole periods that some reports cover.

/// The periods of a report that covers only whole ones.
#[derive(Debug)]
#[non_exhaustive]
pub struct Periods {
    /// The option whose value chooses the period; `None` if there is one period only.
    pub option: Option<&'static str>,
    /// The periods, from the shortest to the longest.
    pub choices: &'static [Period],
    /// What Amazon does with a range that does not begin and end with a period.
    pub rounding: Rounding,
    /// Whether one report may cover several periods. `None` if that is not known.
    pub takes_several: Option<bool>,
    /// Whether the periods are those of UTC. If not, their zone is not known.
    pub is_utc: bool,
}

/// A period of a report.
#[derive(Debug)]
#[non_exhaustive]
pub struct Period {
    /// The value of the option that chooses it; empty without an option.
    pub value: &'static str,
    /// Its length.
    pub unit: Unit,
    /// The most periods in one report.
    pub longest: Option<u32>,
    /// How many periods the start may lie back.
    pub history: Option<u32>,
}

impl Period {
    pub(crate) const fn new(value: &'static str, unit: Unit) -> Self {
        Self { value, unit, longest: None, history: None }
    }
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Unit {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, from Sunday to Saturday.
    Week,
    /// A month of the calendar.
    Month,
    /// A quarter of the calendar year.
    Quarter,
    /// A year of the calendar.
    Year,
}

/// What Amazon does with a range that does not begin and end with a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rounding {
    /// That is not known.
    Unknown,
    /// Nothing.
    None,
    /// It covers the whole periods inside the range.
    Inward,
    /// It covers every period that the range touches.
    Outward,
    /// The report fails.
    MustFit,
}
