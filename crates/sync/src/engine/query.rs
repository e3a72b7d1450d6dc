//! Queries of Data Kiosk: the text of a stream's query, and the rows of its answer.

use super::lane::{Due, Failed};
use super::sieve::keeps;
use super::sink::Sink;
use crate::plan::PlannedSlice;
use crate::{ChosenStream, Field, Origin};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use spapi_jobs::{QueryPage, QueryPages};
use spapi_metadata::document_types::MarketplaceIds;
use spapi_types::operation::lookup;
use std::fmt::Write;

/// The query of a slice: all columns that are kept, those that rows are filtered by, and the key.
///
/// # Errors
/// When the stream is not a query, or the slice has no days.
pub(super) fn text(due: &Due<'_>) -> Result<String, Error> {
    let stream = due.chosen.stream;
    let wrong = |what: &str| Error::new(ErrorKind::Input, format!("{}: {what}", stream.name));
    let (Origin::Query { dataset, query, each, arguments }, Some(known)) = (&stream.origin, stream.query()) else {
        return Err(wrong("it is not a query of Data Kiosk"));
    };
    let (first, last) = days(&due.slice).ok_or_else(|| wrong("the slice has no days"))?;
    let mut given = format!("startDate: \"{first}\", endDate: \"{last}\"");
    if known.marketplace_ids != MarketplaceIds::Refused {
        let _ = write!(given, ", marketplaceIds: [\"{}\"]", due.marketplace.id());
    }
    if !arguments.is_empty() {
        let _ = write!(given, ", {arguments}");
    }
    let fields: Vec<&Field> = stream.fields.iter().filter(|field| is_asked(due.chosen, field)).collect();
    let of = |is_outer: bool| {
        let those = fields.iter().filter(|field| field.of_parent == is_outer);
        selection(those.map(|field| (field.path, field.selection)).collect())
    };
    let inner = of(false);
    let selected = match each {
        Some(each) => format!("{} {each} {{ {inner} }}", of(true)),
        None => inner,
    };
    Ok(format!("query {{ {dataset} {{ {query}({given}) {{ {selected} }} }} }}"))
}

fn is_asked(chosen: &ChosenStream, field: &Field) -> bool {
    chosen.stream.key.contains(&field.name)
        || chosen.filter.contains_key(field.name)
        || keeps(&chosen.columns, field.name)
}

/// The first and the last day of a slice.
fn days(slice: &PlannedSlice) -> Option<(String, String)> {
    let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
    let read = |time: &Option<spapi_types::DateTime>| time.as_ref()?.as_str().parse::<Timestamp>().ok();
    let (from, to) = (read(&slice.from)?, read(&slice.to)?);
    let last = to.checked_sub(1.second()).ok()?;
    Some((day(from).to_string(), day(last).to_string()))
}

/// A field of a selection: its name, the paths below it, and the selection of its own.
struct Selected<'a> {
    name: &'a str,
    inner: Vec<(&'a str, &'a str)>,
    own: &'a str,
}

/// What a query selects for these paths, each with the selection of its own.
fn selection(paths: Vec<(&str, &str)>) -> String {
    let mut fields: Vec<Selected<'_>> = Vec::new();
    for (path, own) in paths {
        let (name, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let index = fields.iter().position(|field| field.name == name).unwrap_or_else(|| {
            fields.push(Selected { name, inner: Vec::new(), own });
            fields.len() - 1
        });
        fields[index].inner.extend(rest.map(|rest| (rest, own)));
    }
    let parts = fields.into_iter().map(|Selected { name, inner, own }| match (inner.is_empty(), own) {
        (true, "") => name.to_owned(),
        (true, own) => format!("{name} {own}"),
        (false, _) => format!("{name} {{ {} }}", selection(inner)),
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Reads all pages, and returns them so that the journal can forget them once the slice is committed. A row that does not fit
/// goes to the dead letters.
///
/// # Errors
/// When Amazon fails the query, a page cannot be read, or the destination cannot take the rows.
pub(super) async fn read(pages: &mut QueryPages, sink: &mut Sink<'_>) -> Result<Vec<QueryPage>, Failed> {
    let mut done = Vec::new();
    while let Some(page) = next(pages).await? {
        read_page(&page, sink).await?;
        done.push(page);
    }
    Ok(done)
}

/// Reads the rows of a page.
///
/// # Errors
/// When the page cannot be read, or the destination cannot take the rows.
pub(super) async fn read_page(page: &QueryPage, sink: &mut Sink<'_>) -> Result<(), Failed> {
    let Origin::Query { each, .. } = sink.stream.origin else { return Ok(()) };
    let mut rows = page.rows::<Value>().await?;
    while let Some(line) = rows.try_next().await? {
        match each {
            None => sink.object(&line, &Value::Null).await?,
            Some(path) => {
                for row in lookup(&line, path).and_then(Value::as_array).into_iter().flatten() {
                    sink.object(row, &line).await?;
                }
            }
        }
    }
    Ok(())
}

async fn next(pages: &mut QueryPages) -> Result<Option<QueryPage>, Failed> {
    pages.try_next().await.map_err(|error| match error.kind() {
        // Amazon could not run it, somebody cancelled it, or it is gone.
        ErrorKind::NotFound => Failed::Report(error),
        _ => Failed::Slice(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Connection, SliceId, Stream};
    use spapi_core::Marketplace;
    use std::path::Path;

    fn query(stream: &str, rest: &str) -> String {
        let account = if stream.contains("vendor") { "Vendor" } else { "Seller" };
        let text = format!(
            "name = \"a\"\nregion = \"JP\"\naccount_type = \"{account}\"\nobjects = [\"{stream}\"]\n[streams.{stream}]\n{rest}"
        );
        let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
        let slice = PlannedSlice { from: Some("2026-01-01T00:00:00Z".into()), to: Some("2026-01-31T00:00:00Z".into()) };
        let due = Due { chosen: &connection.streams[0], marketplace: Marketplace::JP, slice, id: SliceId::default() };
        super::text(&due).unwrap()
    }

    #[test]
    fn a_query_has_the_days_the_marketplace_and_the_fields_that_are_kept() {
        let only =
            "only = [\"startDate\", \"marketplaceId\", \"sales_unitsOrdered\", \"sales_orderedProductSales_amount\"]";
        assert_eq!(
            query("analytics_salesAndTraffic_2024_04_24_salesAndTrafficByDate", only),
            "query { analytics_salesAndTraffic_2024_04_24 { salesAndTrafficByDate(startDate: \"2026-01-01\", \
             endDate: \"2026-01-30\", marketplaceIds: [\"A1VC38T7YXB528\"], aggregateBy: DAY) { marketplaceId sales { \
             orderedProductSales { amount } unitsOrdered } startDate } } }"
        );
    }

    #[test]
    fn every_query_fits_what_amazon_takes() {
        for stream in Stream::all().iter().filter(|stream| stream.dataset().is_some()) {
            let text = query(stream.name, "");
            let dataset = stream.dataset().unwrap();
            assert!(text.len() <= spapi_metadata::Dataset::LONGEST_QUERY, "{}: {}", stream.name, text.len());
            assert!(text.contains(dataset.name) && stream.fields.len() > 5, "{text}");
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
        }
        let vendor = query("analytics_vendorAnalytics_2024_09_30_sourcingView", "");
        assert!(!vendor.contains("marketplaceIds:") && !vendor.contains("shipTo"), "{vendor}");
        assert!(vendor.contains("startDate metrics { groupByKey { asin "), "{vendor}");
        let fees = query("analytics_economics_2024_03_15_economics", "");
        assert!(fees.contains("fees { charges { aggregatedDetail { amount { amount currencyCode }"), "{fees}");
    }
}
