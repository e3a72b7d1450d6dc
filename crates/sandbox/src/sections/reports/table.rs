//! Flat files: a header row and a row for each line, in the columns of `spapi-rows`.
//!
//! A column stands in the header if every layout of the report has it, or if the lines say something about it. Its name is
//! in the report's language if the column has such a name.

use super::lines::{Cell, Line, Lines, Source};
use super::style::Style;
use super::{Outcome, Report};
use crate::sections::documents::charset::Charset;
use crate::sections::documents::{Pieces, Text};
use crate::server::Server;
use crate::shop::Market;
use crate::time::calendar;
use spapi_metadata::document_types::{Layout, TextCharset};
use spapi_rows::{Column, Kind};
use std::collections::HashMap;
use std::sync::Arc;

/// The option for a document of this many rows, which repeats the shop's with new ids. Amazon has no such option.
const ROWS: &str = "sandboxRows";

/// The most rows of [`ROWS`].
const MOST_ROWS: u64 = 1_000_000_000;

/// How many rows of a long document are made at a time.
const ROWS_AT_A_TIME: u64 = 500;

/// The fields with ids that a repeated row gets anew: orders, and their items.
const ORDER_IDS: [&str; 2] = ["amazon_order_id", "order_id"];
const ITEM_IDS: [&str; 2] = ["order_item_id", "amazon_order_item_id"];

/// Makes a report from its lines.
pub(super) fn make(
    report: &Report,
    server: &Server,
    style: &Style,
    lines: for<'a> fn(Source<'a>) -> Lines<'a>,
) -> Outcome {
    let rows = match report.options.get(ROWS).map(|rows| rows.parse::<u64>()) {
        None => None,
        Some(Ok(rows)) if (1..=MOST_ROWS).contains(&rows) => Some(rows),
        Some(_) => return Outcome::Failed(format!("The option {ROWS} takes a number from 1 to {MOST_ROWS}.")),
    };
    let known = spapi_rows::report(report.kind.name).and_then(|known| known.rows.first());
    let Some(known) = known else {
        return Outcome::Failed(format!("The columns of {} are not known.", report.kind.name));
    };
    let mut lines = match lines(Source { report, server }) {
        Ok(lines) => lines.peekable(),
        Err(problem) => return Outcome::Failed(problem),
    };
    let Some(first) = lines.peek() else { return Outcome::NoData };
    let columns = known.columns.iter().filter(|column| column.required || first.contains_key(column.field)).collect();
    let table = Table::new(report, *style, columns);
    let Some(rows) = rows else {
        let mut text = table.header();
        lines.for_each(|line| table.write(&table.cells(&line), &mut text));
        return Outcome::Document(table.document(text));
    };
    let cells = lines.map(|line| table.cells(&line)).collect();
    Outcome::Long(table.charset, Arc::new(Repeated::new(table, cells, rows)))
}

/// How a table is written.
struct Table {
    market: &'static Market,
    style: Style,
    columns: Vec<&'static Column>,
    language: String,
    charset: Charset,
    is_quoted: bool,
}

impl Table {
    fn new(report: &Report, style: Style, columns: Vec<&'static Column>) -> Self {
        let market = report.course.market();
        let layout = Layout::usual_of(report.kind.name);
        let locale = report.option("preferredReportDocumentLocale", market.marketplace.default_locale());
        Self {
            market,
            style,
            columns,
            language: locale.split(['_', '-']).next().unwrap_or_default().to_owned(),
            charset: if layout.charset == TextCharset::Utf8 { Charset::Utf8 } else { Charset::of(market) },
            is_quoted: layout.is_quoted,
        }
    }

    fn header(&self) -> String {
        let name = |column: &&'static Column| {
            let translated = column.headers.iter().find(|(language, _)| *language == self.language);
            translated.map_or(column.name, |(_, name)| name).to_owned()
        };
        let mut text = String::new();
        self.write(&self.columns.iter().map(name).collect::<Vec<_>>(), &mut text);
        text
    }

    /// The texts of a line, in the order of the columns.
    fn cells(&self, line: &Line<'_>) -> Vec<String> {
        let cell = |column: &&'static Column| {
            line.get(column.field).map_or_else(String::new, |cell| self.text(cell, column.kind))
        };
        self.columns.iter().map(cell).collect()
    }

    fn text(&self, cell: &Cell<'_>, kind: Kind) -> String {
        let Self { market, style, .. } = self;
        match cell {
            Cell::Blank => String::new(),
            Cell::Text(text) => text.clone().into_owned(),
            Cell::Integer(number) => number.to_string(),
            Cell::Decimal(number) => number.to_string(),
            Cell::Amount(units) => {
                let text = market.amount(*units);
                if kind == Kind::LocalDecimal && market.currency() == "EUR" { text.replace('.', ",") } else { text }
            }
            Cell::Flag(flag) => if *flag { style.flags.0 } else { style.flags.1 }.to_owned(),
            Cell::Time(time) if kind == Kind::Date => (style.day)(market, calendar::day(*time)),
            Cell::Time(time) => (style.time)(market, *time),
            Cell::Day(day) => (style.day)(market, *day),
        }
    }

    /// Adds a row of these texts.
    fn write(&self, cells: &[String], text: &mut String) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                text.push('\t');
            }
            if self.is_quoted {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push_str(self.charset.line_end());
    }

    fn document(&self, text: String) -> Text {
        Text { media_type: "text/plain", charset: self.charset, text }
    }
}

/// A table whose rows repeat with new ids, up to a number of rows.
struct Repeated {
    table: Table,
    rows: Vec<Vec<String>>,
    count: u64,
    /// The place of each order id among those of the rows, for the rows' order ids.
    orders: HashMap<String, usize>,
    order_column: Option<usize>,
    item_column: Option<usize>,
}

impl Repeated {
    fn new(table: Table, rows: Vec<Vec<String>>, count: u64) -> Self {
        let column_of = |fields: [&str; 2]| table.columns.iter().position(|column| fields.contains(&column.field));
        let (order_column, item_column) = (column_of(ORDER_IDS), column_of(ITEM_IDS));
        let mut orders = HashMap::new();
        for id in order_column.into_iter().flat_map(|column| rows.iter().filter_map(move |row| row.get(column))) {
            let place = orders.len();
            orders.entry(id.clone()).or_insert(place);
        }
        Self { table, rows, count, orders, order_column, item_column }
    }

    /// Adds the row of this number. The first round has the shop's own ids.
    fn write(&self, number: u64, text: &mut String) {
        let length = self.rows.len() as u64;
        let (round, place) = (number / length, number % length);
        let row = &self.rows[place as usize];
        if round == 0 {
            return self.table.write(row, text);
        }
        let mut row = row.clone();
        if let Some(id) = self.order_column.and_then(|column| row.get_mut(column)) {
            let order = self.orders.get(id.as_str()).copied().unwrap_or_default();
            let marketplace = id.split('-').next().unwrap_or_default();
            *id = format!("{marketplace}-{round:07}-{order:07}");
        }
        if let Some(id) = self.item_column.and_then(|column| row.get_mut(column)) {
            *id = format!("{number:014}");
        }
        self.table.write(&row, text);
    }
}

impl Pieces for Repeated {
    fn piece(&self, number: u64) -> Option<String> {
        let first = number * ROWS_AT_A_TIME;
        if first >= self.count {
            return None;
        }
        let mut text = if number == 0 { self.table.header() } else { String::new() };
        (first..self.count.min(first + ROWS_AT_A_TIME)).for_each(|row| self.write(row, &mut text));
        Some(text)
    }
}
