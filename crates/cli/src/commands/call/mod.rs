//! `spapi call`: any operation by its name.

mod arguments;
mod body;
mod endings;
mod output;
mod region;

pub use arguments::Argument;

use crate::args::CallArgs;
use crate::catalog::{self, restricted_option};
use crate::endpoint::{Needs, Server};
use crate::exit::{Exit, Failure};
use crate::notes;
use arguments::{Given, Values};
use output::Output;
use serde_json::value::RawValue;
use spapi_core::{DecodeError, RawResponse, Region, Request, Response, Value, decode};
use spapi_metadata::{List, Location, Published};
use std::io::{self, Write};

pub async fn run(args: CallArgs) -> Result<(), Failure> {
    let found = catalog::operation(&args.section, &args.operation)?;
    let operation = found.entry.operation;
    let checked = arguments::check(found, &args.arguments)?;
    let body = body::read(found, args.body.as_deref())?;
    let chosen = args.region.or(args.marketplace.map(Region::from));
    let region = region::choose(chosen, &checked.values, &args.connection.endpoint)?;
    for warning in checked.warnings.iter().chain(&endings::warnings(found, &checked.values, body.as_deref())) {
        notes::warn(warning);
    }
    if args.dry_run {
        return Ok(show(io::stdout().lock(), found, args.connection.endpoint.address(region), &checked.values, body)?);
    }

    let connected = args.connection.connect(region, Needs::of_scope(operation.grantless)).await?;
    let mut request = Request::new(&connected.client, operation, read);
    for given in &checked.values {
        set(&mut request, given);
    }
    if let Some(body) = &body {
        request.json(body);
    }
    let is_restricted = args.restricted.is_some();
    if let Some(data) = args.restricted {
        request.restricted(data);
    }
    let failed = |error: spapi_core::Error| explain(error, found, &args.connection.endpoint, is_restricted);
    let mut output = Output::new(args.format, operation.paging.and_then(|paging| paging.items), args.all_pages);
    if args.all_pages {
        if operation.paging.is_none() {
            notes::note(format!("{} is not known to have pages: this is its whole answer", operation.id));
        }
        let mut pages = request.untyped_pages();
        loop {
            match notes::while_waiting(pages.try_next()).await {
                Ok(Some(page)) => write(&mut output, &page)?,
                Ok(None) => break,
                Err(error) => {
                    output.cut_off()?;
                    return Err(failed(error));
                }
            }
        }
    } else {
        let answer = notes::while_waiting(request.send()).await.map_err(failed)?;
        write(&mut output, &answer)?;
        let followed = operation.paging.filter(|paging| paging.can_be_followed());
        let has_more = followed.is_some_and(|paging| paging.next_token(&answer).is_some());
        if has_more {
            notes::note("there are more pages: --all-pages follows them");
        }
    }
    Ok(output.finish()?)
}

/// An answer as JSON; nothing, as after a deletion, as null.
fn read(raw: &RawResponse) -> Result<Value, DecodeError> {
    decode::json_or_empty(raw).map(Option::unwrap_or_default)
}

fn set(request: &mut Request<Value>, given: &Given) {
    let name = given.parameter.name;
    match (given.parameter.location, given.parameter.list, given.values.as_slice()) {
        (Location::Path, _, [value]) => request.path(name, value),
        (Location::Header, _, [value]) => request.header(name, value),
        (Location::Path, _, values) => request.path(name, values.join(",")),
        (Location::Header, _, values) => request.header(name, values.join(",")),
        (_, List::Multi, values) => request.query_multi(name, values),
        (_, List::Csv, values) => request.query_csv(name, values),
        (_, _, [value]) => request.query(name, value),
        (_, _, values) => request.query(name, values.join(",")),
    }
}

/// Writes an answer as it came over the wire.
fn write(output: &mut Output, answer: &Response<Value>) -> Result<(), Failure> {
    if answer.body().iter().all(u8::is_ascii_whitespace) {
        let id = answer.request_id().map(|id| format!(" (request id {id})")).unwrap_or_default();
        notes::note(format!("done: {}, an answer without a body{id}", answer.status()));
        return Ok(());
    }
    let json: &RawValue = serde_json::from_slice(answer.body())
        .map_err(|error| Failure::new(Exit::Failed, format!("the answer cannot be shown: {error}")))?;
    Ok(output.push(json)?)
}

fn explain(error: spapi_core::Error, found: Published, server: &Server, is_restricted: bool) -> Failure {
    let is_denied = error.status().is_some_and(|status| status.as_u16() == 403);
    if (is_denied && !is_restricted) || (error.is_input() && is_restricted) {
        if let Some(option) = restricted_option(&found) {
            return Failure::from(error).with_next(format!("ask for buyers' data with {option}"));
        }
    }
    let is_unserved = error.status().is_some_and(|status| status.as_u16() == 501) && *server == Server::Embedded;
    let failure = Failure::from(error);
    if is_unserved {
        failure.with_next(
            "here there are orders@v0, orders, sellers, tokens, reports, feeds, fba-inventory and notifications; or call \
             Amazon's own sandbox: --endpoint sandbox",
        )
    } else {
        failure
    }
}

/// What would be sent, value by value: how it is encoded is shown by nothing but sending it.
fn show(
    mut out: impl Write,
    found: Published,
    address: &str,
    values: &Values,
    body: Option<Box<RawValue>>,
) -> io::Result<()> {
    let operation = found.entry.operation;
    writeln!(out, "{} {}", operation.method, operation.path)?;
    writeln!(out, "server: {address}")?;
    for given in values {
        let place = match given.parameter.location {
            Location::Path => "path",
            Location::Header => "header",
            _ => "query",
        };
        for value in &given.values {
            writeln!(out, "{place}: {} = {value}", given.parameter.name)?;
        }
    }
    if let Some(body) = body {
        writeln!(out, "body: {} bytes of JSON", body.get().len())?;
    }
    out.flush()
}
