//! `spapi mcp`: tools for language models, over the Model Context Protocol.

mod access;
mod answer;
mod audit;
mod columns;
mod listings;
mod operations;
mod reach;
mod report_types;
mod reports;
mod server;
mod service;
mod shield;
mod stdio;
mod tables;
mod tools;
mod words;
mod writes;

use crate::connection::{Connection, Place};
use crate::definitions::Kept;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::Memory;
use crate::{notes, time};
use access::Allowed;
use audit::Audit;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use reach::Reach;
use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use server::Server;
use service::Service;
use shield::Shield;
use spapi_core::operation::OperationName;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;
use tables::Source;
use writes::Previews;

const HELP: &str = "\
The program speaks the Model Context Protocol (MCP) on stdin and stdout. A host, such as a desktop application or an editor, starts it \
and gives its tools to a language model:

  {\"mcpServers\": {\"amazon\": {\"command\": \"spapi\", \"args\": [\"mcp\", \"-m\", \"JP\"]}}}

The tools read: operations that only read, reports, listings, and tables that `spapi sync` has filled. A write needs --allow for its \
operation. Then the model asks for a preview of what would be sent, and sends exactly that with the preview's confirmation, which \
counts once.

Secrets never reach the model, nor do buyers' names, addresses, phone numbers and mail addresses without --include-buyer-data. What \
Amazon, sellers and buyers wrote is marked as data in each answer. Each call is a line in the audit log.

Examples:
  spapi mcp -e embedded -m JP
  spapi mcp -m DE --profile de --connection amazon-de.toml
  spapi mcp -m JP --allow 'listings-items patchListingsItem'";

/// The shortest and the longest answer, in bytes.
const SIZES: std::ops::RangeInclusive<u64> = 8192..=16_777_216;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    place: Place,

    /// Amazon's id of the seller [default: the one of the credentials].
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    seller: Option<String>,

    /// Let the model call this operation that writes, such as 'listings-items patchListingsItem', after a preview. It may be given
    /// several times.
    #[arg(long, value_name = "OPERATION")]
    allow: Vec<OperationName>,

    /// Let the model read the tables of this connection of `spapi sync`, whose destination is a file of SQLite. It may be given
    /// several times.
    #[arg(long, value_name = "CONNECTION")]
    connection: Vec<PathBuf>,

    /// Show buyers' names, addresses, phone numbers and mail addresses to the model.
    #[arg(long)]
    include_buyer_data: bool,

    /// The file to which a line is added for each call. Only its owner may read it [default: spapi/mcp/audit.jsonl in the user's
    /// folder for state].
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,

    /// The most bytes of an answer. What does not fit is cut, and the answer says where and how to read on.
    #[arg(long, value_name = "BYTES", default_value_t = 65_536, value_parser = clap::value_parser!(u64).range(SIZES))]
    answer_size: u64,

    /// The longest time of a call, with its wait for the quota, such as 50s or 5m. Many hosts wait for a minute.
    #[arg(long, value_name = "DURATION", default_value = "50s", value_parser = limit)]
    time_limit: Duration,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    kept: Kept,

    #[command(flatten)]
    reach: Connection,
}

/// A limit of time that a call can keep to.
fn limit(text: &str) -> Result<Duration, String> {
    match time::wait(text)? {
        short if short < Duration::from_secs(1) => Err("give 1s at least".to_owned()),
        limit => Ok(limit),
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { place, seller, allow, connection, include_buyer_data, audit, answer_size, time_limit, .. } = options;
    let Options { memory, kept, mut reach, .. } = options;
    let allowed = Allowed::of(&allow)?;
    let sources = connection.iter().map(|path| Source::open(path)).collect::<Result<Vec<_>, _>>()?;
    let audit = audit.or_else(audit::usual).ok_or_else(|| {
        Failure::usage("there is no folder for state on this system").with_next("name the audit log: --audit FILE")
    })?;
    let audit = Audit::open(&audit)?;
    // A wait that is longer than a call would only end it without a reason.
    reach.longest_wait = Some(reach.longest_wait.map_or(time_limit, |wait| wait.min(time_limit)));
    notes::note(format!("each call is a line in {}", audit.path().display()));
    if !allowed.is_empty() {
        notes::note(format!(
            "the model may write, after a preview: {}",
            allowed.names().collect::<Vec<_>>().join(", ")
        ));
    }
    if include_buyer_data {
        notes::warn("buyers' data reach the model, and whoever runs it");
    }
    if io::stdin().is_terminal() {
        notes::note("this waits for a host that speaks MCP on stdin; Ctrl-C ends it");
    }
    let service = Service {
        reach: Reach::new(reach, memory, kept, seller, &place)?,
        allowed,
        previews: Previews::default(),
        sources,
        shield: Shield::new(include_buyer_data),
        audit,
        size: usize::try_from(answer_size).unwrap_or(usize::MAX),
        time: time_limit,
    };
    Interrupt::new().or(serve(Server::new(service))).await?
}

/// Answers the host until it closes stdin.
async fn serve(server: Server) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("the host could not be served: {error}"))
            .with_next("start this program from a host that speaks MCP on its stdin and stdout")
    };
    let (output, written) = stdio::stdout();
    let running = match server.serve((stdio::stdin(), output)).await {
        Ok(running) => running,
        // The host has ended before it began.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(failed(&error)),
    };
    running.waiting().await.map_err(|error| failed(&error))?;
    // The thread ends with what it writes to.
    let _ = written.await;
    Ok(())
}
