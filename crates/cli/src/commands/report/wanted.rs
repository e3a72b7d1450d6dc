//! The reports that a command is about: type, marketplaces, range and options.

use crate::completion;
use crate::exit::Failure;
use crate::force::Force;
use crate::marketplace::Marketplaces;
use crate::report_types::type_name;
use crate::shell::word;
use crate::time::{self, Moment};
use crate::{name_value, notes};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::DateTime;
use spapi_jobs::{Bound, ReportRequest, Reports, Span};
use spapi_metadata::ReportType;
use spapi_metadata::document_types::Dates;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// How times are given.
pub const TIMES: &str = "\
A TIME is a date such as 2026-11-01, which is a whole day of the marketplace (of UTC for reports by day, week or month); \
a time with its zone, such as 2026-11-01T09:30:00+09:00 or 2026-11-01T00:30:00Z; or a time back from now, such as 12h, \
30d or 3w.";

/// The type, marketplaces and options of a report.
#[derive(Debug, Args)]
pub struct Subject {
    /// The report type, such as GET_MERCHANT_LISTINGS_ALL_DATA. `spapi report types` lists them.
    #[arg(value_name = "TYPE", value_parser = type_name, add = ArgValueCompleter::new(completion::report_types))]
    pub type_name: String,

    #[command(flatten)]
    pub scope: Scope,
}

/// The marketplaces and options of a report.
#[derive(Debug, Args)]
pub struct Scope {
    #[command(flatten)]
    pub marketplaces: Marketplaces,

    /// An option of the report type, such as dateGranularity=WEEK. It may be given several times.
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = name_value::parse)]
    options: Vec<(String, String)>,

    #[command(flatten)]
    pub force: Force,
}

/// The range of time of a report.
#[derive(Clone, Debug, Args)]
pub struct Range {
    /// The start of the range. A long range becomes several reports, as the type allows.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<Time>,

    /// The end of the range [default: now].
    #[arg(long, value_name = "TIME", requires = "from", allow_hyphen_values = true)]
    pub to: Option<Time>,
}

impl Range {
    /// How long it is, if it goes back from now.
    pub fn length(&self) -> Option<Duration> {
        match (&self.from, &self.to) {
            (Some(Time::Ago(ago)), None) => Some(*ago),
            _ => None,
        }
    }
}

impl Subject {
    /// What is known of the type.
    pub fn kind(&self) -> Option<&'static ReportType> {
        ReportType::find(&self.type_name)
    }

    /// Refuses a type that is not known, unless `--force` is given.
    pub fn check(&self) -> Result<(), Failure> {
        check_type(&self.type_name, &self.scope.force)
    }

    /// The request for a range.
    pub fn request(&self, reports: &Reports, range: &Range) -> ReportRequest {
        let ids = self.scope.marketplaces.iter().map(|marketplace| marketplace.id());
        let request = reports.request(&self.type_name, ids);
        let request = self.scope.options.iter().fold(request, |request, (name, value)| request.option(name, value));
        let request = if self.scope.force.force { request.unchecked() } else { request };
        let now = now();
        match (&range.from, &range.to) {
            (Some(from), Some(to)) => request.between(from.bound(now), to.bound(now)),
            // With the same moment at both ends, 60d is 60 days.
            (Some(from @ Time::Ago(_)), None) => request.between(from.bound(now), now),
            (Some(from), None) => request.since(from.bound(now)),
            (None, _) => request,
        }
    }

    /// The options by name.
    pub fn options(&self) -> BTreeMap<String, String> {
        self.scope.options.iter().cloned().collect()
    }

    /// The words of a command for these reports of one span.
    pub fn words(&self, span: Option<Span>) -> String {
        let codes: Vec<_> = self.scope.marketplaces.iter().map(|marketplace| marketplace.country_code()).collect();
        let mut words = format!("{} -m {}", word(&self.type_name), codes.join(","));
        if let Some(span) = span {
            let time = |time| DateTime::from(time).to_string();
            words.push_str(&format!(" --from {} --to {}", time(span.from()), time(span.to())));
        }
        for (name, value) in &self.scope.options {
            words.push_str(&format!(" --option {}", word(&format!("{name}={value}"))));
        }
        words
    }

    /// Whether a range of time is usual for the type.
    pub fn has_usual_range(&self) -> bool {
        self.kind().is_some_and(|kind| match kind.dates {
            Dates::Optional | Dates::Required => true,
            Dates::Unknown => kind.longest_days.is_some(),
            _ => false,
        })
    }

    /// Notes that a range is usual for the type and none is given.
    pub fn note_missing_range(&self, range: &Range) {
        if range.from.is_none() && self.has_usual_range() {
            notes::note("without --from, Amazon chooses the range of time of this type, which may have no rows");
        }
    }
}

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Time {
    /// So long before now.
    Ago(Duration),
    /// A date, or a time with its zone. The library reads it, since what a day is depends on the marketplace.
    Given(String),
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Ok(ago) = time::duration(text) else { return Ok(Self::Given(text.to_owned())) };
        Moment::ago(ago).ok_or_else(|| format!("{text} back from now lies before the year 1970"))?;
        Ok(Self::Ago(ago))
    }
}

impl Time {
    /// As an end of a range.
    fn bound(&self, now: SystemTime) -> Bound {
        match self {
            Self::Ago(ago) => now.checked_sub(*ago).unwrap_or(SystemTime::UNIX_EPOCH).into(),
            Self::Given(text) => text.as_str().into(),
        }
    }

    /// As a moment, for a filter of Amazon's.
    pub fn moment(&self) -> Result<DateTime, Failure> {
        match self {
            Self::Ago(ago) => Ok(SystemTime::now().checked_sub(*ago).unwrap_or(SystemTime::UNIX_EPOCH).into()),
            Self::Given(text) => {
                let moment = text.parse::<Moment>();
                Ok(moment.map_err(|error| Failure::usage(format!("{text:?} is not a time: {error}")))?.into())
            }
        }
    }
}

/// Now, in whole seconds.
fn now() -> SystemTime {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since_1970.as_secs())
}

/// Refuses a type that is not known, unless `--force` is given.
pub fn check_type(type_name: &str, force: &Force) -> Result<(), Failure> {
    match ReportType::find(type_name) {
        Some(_) => Ok(()),
        None => force.unknown("report type", type_name, &ReportType::nearest(type_name)),
    }
}
