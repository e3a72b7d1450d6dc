//! Reads the pages of an operation into a slice of a destination.

use super::lane::{Due, Failed};
use super::sink::Sink;
use crate::plan::PlannedSlice;
use crate::{Connection, Origin, Range, Stream};
use serde_json::Value;
use spapi_core::{Client, Error, ErrorKind, Pages, Request, decode};
use spapi_metadata::{List, Location, Published};
use spapi_types::operation::lookup;

/// What to ask an operation.
struct Ask<'a> {
    client: &'a Client,
    connection: &'a Connection,
    marketplace: &'a str,
    slice: &'a PlannedSlice,
}

/// Reads all pages. A row that does not fit goes to the dead letters.
///
/// # Errors
/// When Amazon refuses a call or cannot be reached, or the destination cannot take the rows.
pub(super) async fn read(
    client: &Client,
    connection: &Connection,
    due: &Due<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), Failed> {
    let ask = Ask { client, connection, marketplace: due.marketplace.id(), slice: &due.slice };
    let stream = due.chosen.stream;
    let (Some(parent), Origin::Operation { range: Range::Parent { field, argument, .. }, .. }) =
        (stream.parent(), &stream.origin)
    else {
        return rows(&mut ask.pages(stream, None).await?, stream, &Value::Null, sink).await;
    };
    let mut pages = ask.pages(parent, None).await?;
    while let Some(page) = pages.try_next().await? {
        for element in elements(parent, &page)? {
            let Some(id) = element.get(*field).and_then(Value::as_str) else {
                let message =
                    format!("a row of {} lacks {field}, so its rows of {} cannot be read", parent.name, stream.name);
                return Err(Error::new(ErrorKind::Decode, message).into());
            };
            rows(&mut ask.pages(stream, Some((argument, id))).await?, stream, element, sink).await?;
        }
    }
    Ok(())
}

/// Reads all pages of one request. `parent` is the row that it was sent for.
async fn rows(
    pages: &mut Pages<Value>,
    stream: &'static Stream,
    parent: &Value,
    sink: &mut Sink<'_>,
) -> Result<(), Failed> {
    let Origin::Operation { each, .. } = &stream.origin else { return Ok(()) };
    while let Some(page) = pages.try_next().await? {
        for element in elements(stream, &page)? {
            match each {
                None => sink.object(element, parent).await?,
                Some(path) => {
                    let inner = lookup(element, path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    for row in inner {
                        sink.object(row, element).await?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The elements of a page: those of its list, or the one object that some operations have instead.
fn elements<'a>(stream: &Stream, page: &'a Value) -> Result<&'a [Value], Error> {
    let Origin::Operation { list, .. } = &stream.origin else { return Ok(&[]) };
    match lookup(page, list) {
        Some(Value::Array(elements)) => Ok(elements),
        Some(object @ Value::Object(_)) => Ok(std::slice::from_ref(object)),
        None | Some(Value::Null) => Ok(&[]),
        Some(_) => Err(Error::new(ErrorKind::Decode, format!("{}: {list} of the answer is no list", stream.name))),
    }
}

impl Ask<'_> {
    async fn pages(&self, stream: &Stream, argument: Option<(&str, &str)>) -> Result<Pages<Value>, Error> {
        let (Origin::Operation { arguments, marketplace, range, .. }, Some(found)) =
            (&stream.origin, stream.operation())
        else {
            return Err(Error::new(ErrorKind::Input, format!("{} has no operation", stream.name)));
        };
        let mut request = Request::new(self.client, found.entry.operation, decode::json::<Value>);
        let mut given: Vec<(&str, String)> =
            arguments.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        given.extend(marketplace.map(|name| (name, self.marketplace.to_owned())));
        given.extend(argument.map(|(name, value)| (name, value.to_owned())));
        if let (Some(from), Some(to)) = (&self.slice.from, &self.slice.to) {
            match range {
                Range::Ends { from: first, to: last } => {
                    given.extend([(*first, from.as_str().to_owned()), (*last, to.as_str().to_owned())]);
                }
                Range::Interval(name) => given.push((name, format!("{}--{}", from.as_str(), to.as_str()))),
                Range::Whole | Range::Parent { .. } => {}
            }
        }
        if let (Some(settings), "finances") = (&self.connection.airbyte, &*found.entry.operation.section) {
            given.push(("MaxResultsPerPage", settings.financial_events_per_page.to_string()));
        }
        for parameter in found.entry.parameters.iter().filter(|parameter| parameter.required) {
            if given.iter().any(|(name, _)| *name == parameter.name) {
                continue;
            }
            match parameter.name {
                "marketplaceIds" | "MarketplaceIds" => given.push((parameter.name, self.marketplace.to_owned())),
                "sellerId" => given.push((parameter.name, self.seller(stream).await?)),
                // The call itself refuses what is missing.
                _ => {}
            }
        }
        for (name, value) in given {
            set(&mut request, found, name, &value);
        }
        if let (true, Some(restricted)) = (self.connection.include_pii, found.entry.operation.restricted) {
            request.restricted(restricted.data_elements.iter().cloned());
        }
        Ok(request.untyped_pages())
    }
}

impl Ask<'_> {
    async fn seller(&self, stream: &Stream) -> Result<String, Error> {
        self.client.seller_id().await?.ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("{} needs the id of the seller", stream.name))
                .with_hint("Add the seller id to the credentials file, or set SPAPI_SELLER_ID.")
        })
    }
}

fn set(request: &mut Request<Value>, found: Published, name: &str, value: &str) {
    let Some(parameter) = found.entry.parameters.iter().find(|parameter| parameter.name == name) else { return };
    let name = parameter.name;
    match (parameter.location, parameter.list) {
        (Location::Path, _) => request.path(name, value),
        (Location::Header, _) => request.header(name, value),
        (Location::Query, List::Multi) => request.query_multi(name, value.split(',')),
        (Location::Query, List::Csv) => request.query_csv(name, value.split(',')),
        _ => request.query(name, value),
    }
}
