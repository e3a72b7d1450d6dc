//! `spapi feed submit`: uploads a feed, and prints its id.

use crate::completion;
use crate::connection::{Connection, Needs, Problem};
use crate::exit::{Exit, Failure};
use crate::feeds::{check, feeds, totals};
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::journal::Memory;
use crate::marketplace::Marketplaces;
use crate::progress::{Progress, size};
use crate::{input, name_value, notes};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_jobs::{FeedBody, FeedJob, FeedRequest, Feeds, ListingsFeed, Origin, State};
use spapi_metadata::FeedType;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

const HELP: &str = "\
The id is written to stdout as soon as Amazon has the feed. `spapi feed result ID` then waits for the feed and writes what \
is wrong with its messages, also after this program was stopped.

A JSON_LISTINGS_FEED of more than 25,000 messages or 10 MiB becomes several feeds, with an id each.

Examples:
  spapi feed submit JSON_LISTINGS_FEED prices.json -m DE
  spapi feed submit POST_ORDER_FULFILLMENT_DATA - -m JP --wait < shipped.xml";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The feed type, such as JSON_LISTINGS_FEED.
    #[arg(value_name = "TYPE", value_parser = type_name, add = ArgValueCompleter::new(completion::feed_types))]
    type_name: String,

    /// The file with the feed, or - for stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    marketplaces: Marketplaces,

    /// An option of the feed type, such as metadata:orderid=503-1234567-1234567. It may be given several times.
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = name_value::parse)]
    options: Vec<(String, String)>,

    /// The content type of the feed, such as 'text/xml; charset=UTF-8' [default: that of the feed type].
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,

    #[command(flatten)]
    force: Force,

    /// Wait until Amazon has processed the feed. The exit code is 1 if Amazon did not take every message.
    #[arg(long)]
    wait: bool,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

/// The largest feed that is read from stdin, and the largest listings feed.
const LARGEST: u64 = 256 << 20;

pub async fn run(options: Options) -> Result<(), Failure> {
    let region = options.marketplaces.region()?;
    if FeedType::find(&options.type_name).is_none() {
        let nearest = FeedType::nearest(&options.type_name);
        options.force.unknown("feed type", &options.type_name, &nearest)?;
    }
    let bodies = bodies(&options.type_name, &options.file).await?;
    let connected = options.connection.connect(region, Needs::Seller).await?;
    let feeds = feeds(&connected, &options.connection, &options.memory)?;
    let jobs: Result<Vec<_>, _> = bodies.into_iter().map(|body| options.request(&feeds, body).job()).collect();
    let jobs = jobs.map_err(|error| connected.failure(error))?;
    let mut ids = Vec::new();
    let done = Interrupt::new().or(options.process(jobs, &mut ids)).await;
    done.unwrap_or_else(|failure| Err(failure.into()))
        .map_err(|problem| options.with_next(connected.explained(problem), &ids))
}

/// What each feed says, with a note of its size. A listings feed can become several.
async fn bodies(type_name: &str, file: &Path) -> Result<Vec<FeedBody>, Failure> {
    let is_listings = type_name == "JSON_LISTINGS_FEED";
    // What is not a file, such as a pipe, can be read only once.
    let is_file = !input::is_stdin(file) && fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    let bodies = if is_file && !is_listings {
        vec![FeedBody::file(file).await?]
    } else {
        let name = input::name(file);
        let bytes = input::read(file, LARGEST).map_err(|error| {
            Failure::usage(format!("the feed {name} cannot be read: {error}"))
                .with_next("give the file of the feed, or - to read it from stdin")
        })?;
        let bytes = bytes.ok_or_else(|| {
            Failure::usage(format!("the feed {name} is larger than {}", size(LARGEST)))
                .with_next("split it into feeds of 10 MiB at most, as Amazon advises")
        })?;
        match is_listings && !bytes.is_empty() {
            true => ListingsFeed::split(bytes)?.into_iter().map(FeedBody::from).collect(),
            false => vec![FeedBody::from(bytes)],
        }
    };
    let sizes: Vec<_> = bodies.iter().map(|body| size(body.size())).collect();
    match sizes.as_slice() {
        [one] => notes::note(format!("the feed has {one}")),
        several => notes::note(format!("the feed becomes {} feeds: {}", several.len(), several.join(", "))),
    }
    if bodies.iter().any(FeedBody::exceeds_advice) {
        notes::warn("this is more than the 10 MiB that Amazon advises, and Amazon needs longer for it");
    }
    Ok(bodies)
}

impl Options {
    fn request(&self, feeds: &Feeds, body: FeedBody) -> FeedRequest {
        let ids = self.marketplaces.iter().map(|marketplace| marketplace.id());
        let request = feeds.submit(&self.type_name, ids, body);
        let request = self.options.iter().fold(request, |request, (name, value)| request.option(name, value));
        let request = self.content_type.iter().fold(request, FeedRequest::content_type);
        if self.force.force { request.unchecked() } else { request }
    }

    /// Submits the feeds and prints their ids, and waits for them if that is asked for.
    async fn process(&self, mut jobs: Vec<FeedJob>, ids: &mut Vec<String>) -> Result<(), Problem> {
        let mut progress = Progress::new(io::stdout().is_terminal());
        for job in &mut jobs {
            let id = submitted(job, &mut progress).await?;
            ids.push(id.clone());
            writeln!(io::stdout(), "{id}").and_then(|()| io::stdout().flush()).map_err(Failure::from)?;
        }
        if !self.wait {
            // The caller has all ids now, so the journal need not keep them.
            for job in &jobs {
                job.forget().await?;
            }
            return Ok(());
        }
        let mut problem = None;
        // The other feeds are looked at after an error too.
        for (job, id) in jobs.into_iter().zip(ids.iter()) {
            if let Err(one) = self.awaited(job, id, &mut progress).await {
                problem = problem.or(Some(one));
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// Waits for a feed, and says what Amazon did with it.
    async fn awaited(&self, mut job: FeedJob, id: &str, progress: &mut Progress) -> Result<(), Problem> {
        while let Some(state) = job.try_next().await? {
            progress.job(&state);
        }
        let result = job.await?.result()?;
        let report = result.report().await?;
        notes::note(format!("feed {id}: {}", totals(&report)));
        result.finish().await?;
        Ok(check(id, &report)?)
    }

    /// Adds how to go on.
    fn with_next(&self, failure: Failure, ids: &[String]) -> Failure {
        let options = self.connection.words();
        let code = self.marketplaces.first().map_or("CODE", |marketplace| marketplace.country_code());
        let is_unknown =
            matches!(failure, Failure::Error { exit: Exit::Interrupted | Exit::Terminated | Exit::OutcomeUnknown, .. })
                && ids.is_empty();
        match ids {
            // There is nothing to go on with.
            _ if self.connection.forgets() => failure,
            [one] if self.wait => failure.and_next(format!("go on with `spapi feed result {one} -m {code}{options}`")),
            [_, ..] if self.wait => {
                failure.and_next(format!("go on with `spapi feed result ID -m {code}{options}` for each of the ids"))
            }
            [] if !is_unknown => failure,
            _ if self.memory.has_journal(&self.connection) => {
                failure.and_next("run the same command again: what Amazon has is not submitted twice")
            }
            _ => failure.and_next(format!(
                "see what Amazon has: `spapi call feeds getFeeds feedTypes={} -m {code}{options}`",
                self.type_name
            )),
        }
    }
}

/// Goes on until Amazon has the feed. Returns its id.
async fn submitted(job: &mut FeedJob, progress: &mut Progress) -> Result<String, Problem> {
    while let Some(state) = job.try_next().await? {
        progress.job(&state);
        if let State::Asked { id, origin } = state {
            if origin != Origin::Requested {
                notes::note(format!("feed {id} was submitted before, and is not submitted twice"));
            }
            return Ok(id);
        }
    }
    Err(Failure::new(Exit::Failed, "the feed has no id").into())
}

/// A type's name, in Amazon's spelling if it is known.
fn type_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let known = FeedType::find(&name.to_ascii_uppercase()).map(|kind| kind.name);
    match known.unwrap_or(name) {
        "" => Err("give a feed type such as JSON_LISTINGS_FEED"),
        name => Ok(name.to_owned()),
    }
}
