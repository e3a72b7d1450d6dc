//! JSON reports: lists of lines, in the columns of `spapi-rows`.

use super::lines::{Cell, Line, Lines, Source};
use super::{Outcome, Report};
use crate::sections::documents::Text;
use crate::server::Server;
use crate::shop::{self, Market};
use crate::time::{calendar, dates};
use serde_json::{Map, Value, json};
use spapi_metadata::document_types::{Dates, Party};

/// A list of a report: the name of its row type, and its lines.
pub(super) type List = (&'static str, for<'a> fn(Source<'a>) -> Lines<'a>);

/// Makes a report from its lists. Without lines in the last one, which has the products, there is no data.
pub(super) fn make(report: &Report, server: &Server, lists: &[List]) -> Outcome {
    let mut body = json!({ "reportSpecification": specification(report, server) });
    let mut is_empty = true;
    for (name, lines) in lists {
        let known = spapi_rows::report(report.kind.name);
        let known = known.and_then(|known| known.rows.iter().find(|rows| rows.name == *name));
        let Some((rows, at)) = known.and_then(|rows| Some((rows, rows.at?))) else {
            return Outcome::Failed(format!("The rows {name} of {} are not known.", report.kind.name));
        };
        let lines = match lines(Source { report, server }) {
            Ok(lines) => lines,
            Err(problem) => return Outcome::Failed(problem),
        };
        let list: Vec<Value> = lines.map(|line| row(rows, &line, report.course.market())).collect();
        is_empty = list.is_empty();
        body[at] = list.into();
    }
    if is_empty { Outcome::NoData } else { Outcome::Document(Text::json(&body)) }
}

/// What the report repeats of its request. It leaves out what its type does not take.
fn specification(report: &Report, server: &Server) -> Value {
    let mut body = json!({ "reportType": report.kind.name, "marketplaceIds": shop::ids(&report.course.markets) });
    let Some(known) = report.kind.known() else { return body };
    if !known.options.is_empty() {
        body["reportOptions"] = json!(*report.options);
        // The reports of vendors that have options name the day of their data.
        if known.parties == [Party::Vendor] {
            body["lastUpdatedDate"] = calendar::day(server.clock.now()).to_string().into();
        }
    }
    if known.dates != Dates::Refused {
        for (name, time) in [("dataStartTime", report.from), ("dataEndTime", report.until)] {
            let day = calendar::day(time).to_string();
            body[name] = if known.has_dates_only { day } else { dates::text(time) }.into();
        }
    }
    body
}

/// The object of a line. A path such as `cost.amount` is a member of an inner object.
fn row(rows: &spapi_rows::RowType, line: &Line<'_>, market: &Market) -> Value {
    let mut object = Map::new();
    for column in rows.columns {
        let Some(value) = line.get(column.name).map(|cell| value(cell, market)) else { continue };
        match column.name.split_once('.') {
            None => drop(object.insert(column.name.to_owned(), value)),
            Some((outer, inner)) => {
                object.entry(outer).or_insert_with(|| json!({}))[inner] = value;
            }
        }
    }
    object.into()
}

fn value(cell: &Cell<'_>, market: &Market) -> Value {
    match cell {
        Cell::Blank => Value::Null,
        Cell::Text(text) => text.as_ref().into(),
        Cell::Integer(number) => (*number).into(),
        Cell::Decimal(number) => (*number).into(),
        Cell::Amount(units) => market.amount(*units).parse::<f64>().unwrap_or_default().into(),
        Cell::Flag(flag) => (*flag).into(),
        Cell::Time(time) => dates::text(*time).into(),
        Cell::Day(day) => day.to_string().into(),
    }
}
