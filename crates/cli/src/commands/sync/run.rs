//! `spapi sync run`: reads what is new, and commits it to the database.

use super::demo;
use crate::completion;
use crate::connection::{Connected, Server};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::journal::Memory;
use crate::notes;
use crate::output::Format;
use crate::syncing::file::{self, Call};
use crate::syncing::{self, destination, summary};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::DateTime;
use spapi_sync::{Connection, RawDocuments, RunOptions, Schedule, Sources};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const HELP: &str = "\
Each slice of time is committed to the database together with its state, so that a run can end at any moment and the next \
one goes on. A slice that fails is a gap, which the next run tries to fill.

Ctrl-C ends the run at the next commit. A second one ends it at once.

Examples:
  spapi sync run --demo
  spapi sync run jp.toml
  spapi sync run jp.toml --every 6h";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION", required_unless_present = "demo")]
    connection: Option<PathBuf>,

    /// Fill demo.db in the current folder from a made-up shop inside the program, which needs no account. The connection is
    /// demo.toml, and the folder demo-shop keeps the shop.
    #[arg(long, conflicts_with = "connection")]
    demo: bool,

    /// Only this stream.
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::streams))]
    stream: Option<String>,

    /// Run again and again: every so many minutes, hours or days of UTC (30m, 6h, 1d), or by a cron expression in UTC such as
    /// "15 6 * * *". By default the connection's `every`.
    #[arg(long, value_name = "SCHEDULE", value_parser = Schedule::parse, conflicts_with_all = ["once", "demo"])]
    every: Option<Schedule>,

    /// Run once, whatever the connection's `every` is.
    #[arg(long)]
    once: bool,

    /// Also ask for reports that Amazon could not make a short time ago. They rest for half an hour and longer.
    #[arg(long)]
    retry: bool,

    /// The format of the summary.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    call: Call,
}

pub async fn run(mut options: Options) -> Result<(), Failure> {
    let path = match options.connection.take() {
        Some(path) => path,
        None => demo::file()?,
    };
    let mut connection = file::open(&path)?;
    if options.demo {
        demo::check(&connection)?;
        options.call.endpoint = Some(Server::Embedded);
        options.call.keep = Some(demo::SHOP.into());
    }
    if let Some(name) = &options.stream {
        file::only(&mut connection, name)?;
    }
    let name = destination::name(&connection, &path)?;
    let reach = options.call.reach(&connection);
    let connected = reach.connect_for(&connection).await?;
    let store = file::raw_documents(&connection)?;
    let sources = syncing::sources(&connected.client, &reach, options.memory.open(&reach)?, store.as_ref());
    let run = Run {
        path: &path,
        connection: &connection,
        sources,
        connected: &connected,
        destination: name,
        store,
        options: &options,
    };
    let every = options.every.as_ref().or(connection.every.as_ref());
    let Some(every) = every.filter(|_| !options.once && !options.demo) else { return run.once().await };
    loop {
        match run.once().await {
            Ok(()) => {}
            Err(failure) if failure.is_from_the_user() => return Err(failure),
            // The reason may be gone by the next run.
            Err(failure) => drop(failure.report()),
        }
        let Some(next) = every.next_after(SystemTime::now()) else {
            return Err(Failure::usage(format!("the schedule {every} has no further time")));
        };
        let pause = async {
            notes::note(format!("the next run begins at {}; Ctrl-C ends the program", DateTime::from(next)));
            sleep_until(next).await;
        };
        Interrupt::new().or(pause).await?;
    }
}

/// Sleeps until a time of the clock, in short steps, because a machine may sleep too and its clock may be set.
async fn sleep_until(time: SystemTime) {
    const STEP: Duration = Duration::from_secs(20);
    while let Ok(rest) = time.duration_since(SystemTime::now()) {
        tokio::time::sleep(rest.min(STEP)).await;
    }
}

/// A connection that is run once or again and again.
struct Run<'a> {
    path: &'a Path,
    connection: &'a Connection,
    sources: Sources,
    connected: &'a Connected,
    /// The destination's name.
    destination: String,
    store: Option<RawDocuments>,
    options: &'a Options,
}

impl Run<'_> {
    async fn once(&self) -> Result<(), Failure> {
        file::expire(self.connection, self.store.as_ref())?;
        let mut tables = destination::open(self.connection, self.path).await?;
        let (summary, stopped) = syncing::run(
            &self.sources,
            self.connection,
            &mut *tables,
            RunOptions::new().retry_all(self.options.retry),
            "the run ends at the next commit; Ctrl-C again ends it at once",
            // The destination failed in the middle, which is not the fault of the command line.
            |error| self.connected.failure(error).with_exit(Exit::Failed),
        )
        .await?;
        summary::show(&summary, &mut *tables, &self.connection.name, self.options.format).await?;
        let (name, path) = (&self.destination, self.path.display());
        notes::note(format!("the rows are in {name}; look: spapi sync status {path}"));
        let failure = stopped.map(|failure| failure.with_next("run it again: it goes on after the last commit"));
        failure.or_else(|| summary::missing(&summary)).map_or(Ok(()), Err)
    }
}
