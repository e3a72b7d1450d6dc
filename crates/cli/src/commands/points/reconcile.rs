//! `spapi points reconcile`: the points of orders of which settlements and Finances do not say the same.

use super::{Japan, finances, settlements};
use crate::connection::{Connected, Connection, Problem};
use crate::documents::{Cell, Picked, RowFormat, RowWriter, Target};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::polling;
use crate::number::noun;
use crate::time::{self, Moment};
use crate::{input, notes};
use clap::Args;
use spapi_core::DateTime;
use spapi_jobs::Reports;
use spapi_points::{Difference, Outcome, Reconciliation};
use spapi_rows::{Kind, OwnedValue};
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

const HELP: &str = "\
A TIME is a date such as 2026-11-01, which is a whole day in Japan; a time with its zone, such as 2026-11-01T09:30:00+09:00; \
or a time back from now, such as 30d or 3w.

Each amount of points that Finances has for an order must be in a settlement, and the other way round. What was booked in the \
range is compared by order, SKU and kind (granted or returned). There is a row for each difference: notSettled (only in \
Finances), notBooked (only in a settlement), amount, sign, doubledInSettlements, doubledInFinances. Both sides are also read \
two days before and after the range, so that what was booked at its edge finds its other half.

A settlement can have its row later than Finances has the event. What settlements, read without a gap up to the event's time \
and --lag, do not have is a difference; before that it is open. --open also writes those.

The exit code is 0 without a difference, and 1 with one.

Examples:
  spapi points reconcile --from 2026-10-01 --to 2026-10-31
  spapi points reconcile --from 60d -f csv -o differences.csv
  spapi points reconcile --from 2026-10-01 --to 2026-10-14 --settlement oct-1.txt --settlement oct-2.xml";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The start of the range.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Time,

    /// The end of the range; a day is included [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<Time>,

    /// A settlement report in a file, in any of its three forms, instead of those that Amazon has. It may be given several
    /// times.
    #[arg(long = "settlement", value_name = "FILE")]
    settlements: Vec<PathBuf>,

    /// How long after its event a settlement may have its row.
    #[arg(long, value_name = "DURATION", default_value = "14d", value_parser = time::duration, allow_hyphen_values = true)]
    lag: Duration,

    /// Also write what settlements may still have later.
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    japan: Japan,

    #[command(flatten)]
    connection: Connection,
}

/// A time, or a day in Japan.
#[derive(Clone, Copy, Debug)]
struct Time {
    start: SystemTime,
    end: SystemTime,
}

/// Japan's clocks never change.
const DAY: Duration = Duration::from_secs(24 * 3600);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_day = text.len() == "2026-11-01".len() && text.bytes().filter(|byte| *byte == b'-').count() == 2;
        let moment = if is_day { format!("{text}T00:00:00+09:00").parse::<Moment>() } else { text.parse() };
        let time = DateTime::from(moment?).to_system_time();
        let start = time.map_err(|error| error.to_string())?;
        Ok(Self { start, end: if is_day { start + DAY } else { start } })
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    options.japan.marketplace()?;
    input::check_exist(&options.settlements)?;
    let format = options.target.format()?;
    if format == RowFormat::Raw {
        return Err(Failure::usage("--format raw is for documents, and this is none").with_next("give another format"));
    }
    let columns = Picked::of(&COLUMNS, &options.target.columns)?;
    let connected = options.japan.connect(&options.connection).await?;
    let now = connected.client.clock().now();
    let range = options.from.start..options.to.map_or(now, |to| to.end);
    if range.is_empty() {
        return Err(Failure::usage("--to is not after --from"));
    }
    let (writer, place) = options.target.open(false)?;
    let mut progress = options.target.progress();
    let work = async {
        let mut points = Reconciliation::new(range.clone()).lag(options.lag);
        progress.state("reading settlements", "");
        options.settlements(&connected, &range, now, &mut points).await?;
        progress.state("reading Finances", "");
        finances::read(&connected.client, &range, now, &mut points).await?;
        let outcome = points.finish();
        let mut rows = RowWriter::new(format, writer, &place, &mut progress);
        rows.begin(&columns.columns)?;
        let open = outcome.open.iter().filter(|_| options.open).map(|open| (open, "open"));
        for (difference, status) in outcome.differences.iter().map(|one| (one, "difference")).chain(open) {
            rows.push(&columns.columns, &columns.row(&cells(difference, status)), "the reconciliation")?;
        }
        rows.finish()?;
        place.finish()?;
        drop(progress);
        Ok::<_, Problem>(outcome)
    };
    let outcome = Interrupt::new().or(work).await?.map_err(|problem| connected.explained(problem))?;
    conclude(&outcome, options.open)
}

impl Options {
    async fn settlements(
        &self,
        connected: &Connected,
        range: &Range<SystemTime>,
        now: SystemTime,
        points: &mut Reconciliation,
    ) -> Result<(), Problem> {
        let marketplace = self.japan.marketplace()?;
        if self.settlements.is_empty() {
            let reports = Reports::new(&connected.client);
            let polls = polling(&self.connection);
            let reports = polls.into_iter().fold(reports, |reports, (first, longest)| reports.polling(first, longest));
            let reports = self.connection.longest_wait.into_iter().fold(reports, Reports::longest_quota_wait);
            let count = settlements::of_amazon(&reports, marketplace, range, self.lag, now, points).await?;
            if count == 0 {
                return Err(Failure::new(Exit::Failed, "Amazon has no settlement report of this range")
                    .with_next("Amazon keeps them for 90 days: give older ones by --settlement FILE")
                    .into());
            }
        }
        for file in &self.settlements {
            settlements::of_file(file, marketplace, points).await?;
        }
        Ok(())
    }
}

const COLUMNS: [(&str, Kind); 8] = [
    ("orderId", Kind::Id),
    ("sku", Kind::Id),
    ("meaning", Kind::Text),
    ("status", Kind::Text),
    ("what", Kind::Text),
    ("settled", Kind::Decimal),
    ("booked", Kind::Decimal),
    ("posted", Kind::DateTime),
];

/// The cells of a difference, one for each of [`COLUMNS`].
fn cells(difference: &Difference, status: &str) -> [Cell; 8] {
    let amount = |amount: Option<_>| Cell::Value(amount.map_or(OwnedValue::Null, OwnedValue::Decimal));
    [
        Cell::of_text(&difference.order_id),
        difference.sku.as_ref().map_or(Cell::NULL, Cell::of_text),
        Cell::of_text(difference.meaning.to_string()),
        Cell::of_text(status),
        Cell::of_text(difference.what.name()),
        amount(difference.settled),
        amount(difference.booked),
        Cell::Value(difference.posted.clone().map_or(OwnedValue::Null, OwnedValue::DateTime)),
    ]
}

/// Says what came of it. Fails if there is a difference.
fn conclude(outcome: &Outcome, has_open: bool) -> Result<(), Failure> {
    let Outcome { orders, matching, differences, open, .. } = outcome;
    let (differences, open) = (differences.len() as u64, open.len() as u64);
    notes::note(format!(
        "{orders} {} with points; {matching} {} match",
        noun(*orders, "order"),
        noun(*matching, "amount")
    ));
    if open > 0 {
        let shown = if has_open { "" } else { "; --open lists them" };
        notes::note(format!("{open} {} open: a later settlement can have them{shown}", noun(open, "amount")));
    }
    match differences {
        0 => Ok(()),
        count => Err(Failure::new(
            Exit::Failed,
            format!("{count} {} of points between settlements and Finances", noun(count, "difference")),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_whole_day_in_japan_and_a_time_is_a_moment() {
        let time = |text: &str| text.parse::<Time>().map(|time| (DateTime::from(time.start), DateTime::from(time.end)));
        let (start, end) = time("2026-11-01").unwrap();
        assert_eq!((start.as_str(), end.as_str()), ("2026-10-31T15:00:00Z", "2026-11-01T15:00:00Z"));
        let (start, end) = time("2026-11-01T09:30:00+09:00").unwrap();
        assert_eq!((start.as_str(), end.as_str()), ("2026-11-01T00:30:00Z", "2026-11-01T00:30:00Z"));
        for wrong in ["", "yesterday", "2026-02-30", "01-11-2026"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
