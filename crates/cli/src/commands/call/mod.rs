//! `spapi call`: any operation by its name.

mod body;
mod output;
mod page;

use crate::calling::{Argument, Kept, Prepared, Wanted};
use crate::catalog::{self, restricted_option};
use crate::completion;
use crate::connection::{Connected, Connection, Needs, Place};
use crate::exit::{Exit, Failure};
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::Format;
use crate::page_token::{BEGIN_AGAIN, is_refused};
use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap_complete::engine::ArgValueCompleter;
use output::Output;
use serde_json::value::RawValue;
use spapi_core::operation::ApiName;
use spapi_core::{DataElement, Response, Value, decode};
use spapi_metadata::Published;
use std::path::PathBuf;

const CALL_HELP: &str = "\
Arguments are parameters of the path, the query and the headers by Amazon's names. \
`spapi operations SECTION OPERATION` lists them.

A list is given as name=a,b or as name=a name=b. In a list, write a comma that belongs to a value as \\, and a backslash \
as \\\\.

Parameters and body fields for times also take a time back from now, such as createdAfter=7d or interval=7d. Those for \
marketplaces also take country codes, which choose the region. `spapi operations SECTION OPERATION --example-body` \
prints a body to fill in.

--marketplace fills such a parameter if no argument does. If the operation has none, it only chooses the region, as \
--region does.

Examples:
  spapi call orders searchOrders --marketplace JP createdAfter=7d --all-pages -f jsonl
  spapi call orders@v0 getOrders MarketplaceIds=JP CreatedAfter=2026-11-01 -f jsonl
  spapi call reports createReport --region eu --body report.json";

fn data_elements() -> impl TypedValueParser<Value = DataElement> {
    let known = DataElement::ALL;
    PossibleValuesParser::new(known.iter().map(|element| element.as_str())).try_map(|name| {
        known.iter().copied().find(|element| element.as_str() == name).ok_or("give a part of buyers' data")
    })
}

#[derive(Debug, Args)]
#[command(after_help = CALL_HELP)]
pub struct Options {
    /// The section, such as orders, or a version of it, such as orders@v0 [default: the newest with the operation].
    #[arg(value_name = "SECTION[@VERSION]", add = ArgValueCompleter::new(completion::sections))]
    section: ApiName,

    /// The operation by Amazon's name, in upper or lower case.
    #[arg(add = ArgValueCompleter::new(completion::operations))]
    operation: String,

    /// The operation's parameters.
    #[arg(value_name = "NAME=VALUE", add = ArgValueCompleter::new(completion::arguments))]
    arguments: Vec<Argument>,

    /// A file with the body in JSON; - reads it from stdin. It is validated before anything is sent.
    #[arg(short, long, value_name = "FILE")]
    body: Option<PathBuf>,

    /// Request buyers' personal data, with a restricted data token. `spapi operations SECTION OPERATION` lists the parts
    /// to name.
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        value_name = "DATA,...",
        value_parser = data_elements(),
    )]
    restricted: Option<Vec<DataElement>>,

    /// Fetch all pages.
    #[arg(short, long)]
    all_pages: bool,

    /// Start at the page of this token, which the error of an interrupted run names. Repeat the other arguments.
    #[arg(long, value_name = "TOKEN", value_parser = NonEmptyStringValueParser::new())]
    page_token: Option<String>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    place: Place,

    /// Validate the call and print the request, but send nothing.
    #[arg(long)]
    dry_run: bool,

    /// The format of the answer. jsonl writes each item of the answer's list on a line.
    #[arg(short, long, value_enum, default_value_t = Format::Json)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let found = catalog::operation(&options.section, &options.operation)?;
    let operation = found.entry.operation;
    let marketplace = options.place.marketplace()?;
    let wanted = Wanted {
        arguments: &options.arguments,
        body: body::read(found, options.body.as_deref())?,
        page_token: options.page_token.as_deref(),
        restricted: options.restricted.clone(),
        marketplace,
        region: options.place.region()?,
    };
    let call = Prepared::new(found, wanted, &options.force, &options.connection.endpoint)?;
    let region = call.region;
    if let (Some(marketplace), false) = (options.place.given_marketplace(), call.takes_marketplace) {
        let code = marketplace.country_code();
        notes::note(format!("{} does not take a marketplace: {code} only chooses the region {region}", operation.id));
    }
    call.warnings.iter().for_each(notes::warn);
    if options.dry_run {
        let kept = Kept::default();
        let client = options.connection.without_server(region, kept.clone())?;
        let sent = call.request(&client).send().await;
        return kept.show(sent, &options.connection.endpoint, &call.arguments.values);
    }

    let connected = options.connection.connect(region, Needs::of_scope(operation.grantless)).await?;
    let request = call.request(&connected.client);
    let failed = |error: spapi_core::Error, token: Option<&str>| {
        let next = match is_refused(&error) {
            true => token.map(|_| BEGIN_AGAIN.to_owned()),
            false => token.filter(|_| options.all_pages).and_then(|token| page::go_on(found, token, &call.arguments)),
        };
        let failure = explain(error, found, &connected, call.is_restricted());
        next.into_iter().fold(failure, Failure::and_next)
    };
    let mut output = Output::new(options.format, operation.paging.and_then(|paging| paging.items), options.all_pages);
    if options.all_pages {
        if operation.paging.is_none() {
            notes::note(format!("{} is not known to have pages: this is the whole answer", operation.id));
        }
        let mut pages = request.untyped_pages();
        let mut interrupt = Interrupt::new();
        loop {
            let outcome = interrupt.or(notes::while_waiting(pages.try_next())).await;
            let token = pages.next_token();
            let failure = match outcome {
                Ok(Ok(Some(page))) => {
                    write(&mut output, &page)?;
                    continue;
                }
                Ok(Ok(None)) => break,
                Ok(Err(error)) => failed(error, token),
                Err(interrupted) => {
                    let next = token.and_then(|token| page::go_on(found, token, &call.arguments));
                    next.into_iter().fold(interrupted, Failure::and_next)
                }
            };
            output.cut_off()?;
            return Err(failure);
        }
    } else {
        let answer = notes::while_waiting(request.send()).await;
        let answer = answer.map_err(|error| failed(error, call.arguments.page_token(found)))?;
        write(&mut output, &answer)?;
        let followed = operation.paging.filter(|paging| paging.can_be_followed());
        let has_more = followed.is_some_and(|paging| paging.next_token(&answer).is_some());
        if has_more {
            notes::note("there are more pages: --all-pages fetches them");
        }
    }
    Ok(output.finish()?)
}

/// Writes an answer unchanged.
fn write(output: &mut Output, answer: &Response<Value>) -> Result<(), Failure> {
    if decode::is_blank(answer.body()) {
        let id = answer.request_id().map(|id| format!(" (request id {id})")).unwrap_or_default();
        notes::note(format!("done: {}, an answer without a body{id}", answer.status()));
        return Ok(());
    }
    let json: &RawValue = serde_json::from_slice(answer.body())
        .map_err(|error| Failure::new(Exit::Failed, format!("the answer cannot be shown: {error}")))?;
    Ok(output.push(json)?)
}

fn explain(error: spapi_core::Error, found: Published, connected: &Connected, is_restricted: bool) -> Failure {
    let is = |code| error.status().is_some_and(|status| status.as_u16() == code);
    // Core knows whether a refusal may be about buyers' data, and not a firewall's or of the access token.
    let is_denied = is(403) && error.to_string().contains(".restricted(...)");
    let is_unserved = is(501) && connected.server.is_local();
    let failure = connected.failure(error);
    if is_denied
        && !is_restricted
        && let Some(option) = restricted_option(&found)
    {
        return failure.with_next(format!("request buyers' data with {option}"));
    }
    if is_unserved {
        return failure.with_next(
            "this sandbox has application-management, data-kiosk, fba-inventory, feeds, notifications, orders@v0, \
             orders, reports, sellers, tokens and uploads; Amazon's own sandbox has others: --endpoint sandbox",
        );
    }
    failure
}
