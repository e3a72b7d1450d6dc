//! The settlements of a reconciliation: those that Amazon has, or files of any form.

use crate::connection::Problem;
use crate::exit::{Exit, Failure};
use crate::{input, notes};
use spapi_core::Marketplace;
use spapi_core::document::{Dialect, Document, Download, Rows, TableRow};
use spapi_jobs::Reports;
use spapi_points::{EDGE, Period, Reconciliation, SettlementRow};
use spapi_rows::{
    SettlementRow as FlatRow, SettlementV2Row, XmlSettlementItemRow, XmlSettlementRefundItemRow, XmlSettlementRow,
};
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The form of settlements that is read from Amazon. It says most of each row.
const TYPE: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";

/// The largest file that is read.
const LARGEST: u64 = 1 << 30;

/// How much of a file tells its form.
const BEGINNING: usize = 8 * 1024;

/// How long Amazon keeps reports, and takes a time since which they were created.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Reads the settlements that Amazon has for this range and for what a settlement may have later. Returns how many.
pub async fn of_amazon(
    reports: &Reports,
    marketplace: Marketplace,
    range: &Range<SystemTime>,
    lag: Duration,
    now: SystemTime,
    points: &mut Reconciliation,
) -> Result<usize, Problem> {
    let first = range.start.checked_sub(EDGE).unwrap_or(SystemTime::UNIX_EPOCH);
    let last = range.end.checked_add(lag).and_then(|last| last.checked_add(EDGE)).unwrap_or(range.end);
    // A settlement is made when it ends.
    let mut found = reports.existing(TYPE).marketplaces([marketplace.id()]);
    if now.duration_since(first).is_ok_and(|age| age < KEPT) {
        found = found.created_since(first);
    }
    let mut count = 0;
    while let Some(settlement) = notes::while_waiting(found.try_next()).await? {
        let moment = |time: &spapi_core::DateTime| time.to_system_time().ok();
        let is_outside = settlement.range.as_ref().is_some_and(|(start, end)| {
            moment(end).is_some_and(|end| end < first) || moment(start).is_some_and(|start| start > last)
        });
        if is_outside {
            continue;
        }
        let label = format!("the settlement report {}", settlement.report_id);
        let rows = settlement.document.rows::<SettlementV2Row>().await?;
        count += usize::from(flat(rows, &label, points).await?);
    }
    Ok(count)
}

/// Reads a file: flat file, flat file V2 or XML, in UTF-8 or Shift_JIS. Returns whether its settlement is new.
pub async fn of_file(file: &Path, marketplace: Marketplace, points: &mut Reconciliation) -> Result<bool, Problem> {
    let name = input::name(file).into_owned();
    let bytes = input::read(file, LARGEST)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?
        .ok_or_else(|| Failure::usage(format!("{name} is larger than {} MiB", LARGEST >> 20)))?;
    let bytes = spapi_core::Bytes::from(bytes);
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(BEGINNING)]).into_owned();
    let open = async || {
        let document = Download::of_body(bytes.clone(), None).of_type(TYPE, marketplace).open().await;
        document.map_err(|error| explained(&name, error))
    };
    let table = async || Ok::<_, Problem>(open().await?);
    if beginning.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return xml(open, &name, points).await;
    }
    let header = beginning.lines().next().unwrap_or_default();
    match (header.contains("amount-type"), header.contains("item-related-fee-type")) {
        (true, _) => flat(rows::<SettlementV2Row>(table().await?, &name)?, &name, points).await,
        (_, true) => flat(rows::<FlatRow>(table().await?, &name)?, &name, points).await,
        _ => Err(Failure::usage(format!("{name} is no settlement report"))
            .with_next(format!("give a document of {TYPE}, of the older flat file, or of the XML"))
            .into()),
    }
}

fn rows<T: SettlementRow + TableRow>(document: Document, name: &str) -> Result<Rows<T>, Problem> {
    document.rows::<T>(Dialect::TSV).map_err(|error| explained(name, error))
}

/// Reads a flat file, whose first row names the time of the settlement.
async fn flat<T: SettlementRow + TableRow>(
    mut rows: Rows<T>,
    name: &str,
    points: &mut Reconciliation,
) -> Result<bool, Problem> {
    let (mut is_known, mut is_new) = (false, false);
    while let Some(row) = rows.try_next().await.map_err(|error| explained(name, error))? {
        if let Some(period) = row.period() {
            is_known = true;
            is_new = begin(period, name, points);
        }
        if let Some(movement) = row.movement().filter(|_| is_new) {
            points.settled(movement);
        }
    }
    if !is_known {
        return Err(nameless(name));
    }
    Ok(is_new)
}

/// Reads XML, once for each kind of rows.
async fn xml(
    open: impl AsyncFn() -> Result<Document, Problem>,
    name: &str,
    points: &mut Reconciliation,
) -> Result<bool, Problem> {
    let mut periods = Vec::new();
    let mut reports = rows::<XmlSettlementRow>(open().await?, name)?;
    while let Some(row) = reports.try_next().await.map_err(|error| explained(name, error))? {
        periods.extend(row.period());
    }
    if periods.is_empty() {
        return Err(nameless(name));
    }
    // Its rows do not say to which settlement they belong.
    let news: Vec<_> = periods.into_iter().map(|period| begin(period, name, points)).collect();
    if news.iter().any(|is_new| !is_new) {
        return match news.iter().any(|is_new| *is_new) {
            false => Ok(false),
            true => Err(Failure::usage(format!("{name} has several settlements, and some of them were read before"))
                .with_next("give each settlement once")
                .into()),
        };
    }
    add(rows::<XmlSettlementItemRow>(open().await?, name)?, name, points).await?;
    add(rows::<XmlSettlementRefundItemRow>(open().await?, name)?, name, points).await?;
    Ok(true)
}

async fn add<T: SettlementRow + TableRow>(
    mut rows: Rows<T>,
    name: &str,
    points: &mut Reconciliation,
) -> Result<(), Problem> {
    while let Some(row) = rows.try_next().await.map_err(|error| explained(name, error))? {
        row.movement().into_iter().for_each(|movement| points.settled(movement));
    }
    Ok(())
}

/// Notes a settlement, and says if it was read before.
fn begin(period: Period, name: &str, points: &mut Reconciliation) -> bool {
    let id = period.id.clone();
    let is_new = points.settlement(period);
    if !is_new {
        notes::note(format!("{name}: the settlement {id} was read before, and counts once"));
    }
    is_new
}

fn nameless(name: &str) -> Problem {
    Failure::new(Exit::Failed, format!("{name} does not name the time of its settlement"))
        .with_next("give the whole report: its first row has the start and the end")
        .into()
}

/// The error with the name of the file.
fn explained(name: &str, error: spapi_core::Error) -> Problem {
    Failure::new(Exit::Failed, format!("{name}: {error}")).into()
}
