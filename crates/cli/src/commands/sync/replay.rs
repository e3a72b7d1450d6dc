//! `spapi sync replay`: reads rows again from raw documents.

use crate::completion;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::Format;
use crate::syncing::destination;
use crate::syncing::file::{self, Call};
use crate::syncing::lines::Lines;
use crate::syncing::summary;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_jobs::Reports;
use spapi_sync::{RunOptions, Sources};
use std::path::PathBuf;

const HELP: &str = "\
A connection with [raw_documents] keeps the documents of its reports and of its queries of Data Kiosk, encrypted. After an update \
of this program that reads them better, this reads them again and replaces the rows of their slices. Amazon is not called, and no \
quota is used.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION")]
    connection: PathBuf,

    /// Only this stream.
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(completion::streams))]
    stream: Option<String>,

    /// The format of the summary.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    call: Call,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let mut connection = file::open(&options.connection)?;
    if let Some(name) = &options.stream {
        file::only(&mut connection, name)?;
    }
    let Some(store) = file::raw_documents(&connection)? else {
        return Err(Failure::usage(format!("{}: it keeps no raw documents", options.connection.display()))
            .with_next("add [raw_documents] with folder and key_file, and run it: later runs can be replayed"));
    };
    let name = destination::name(&connection, &options.connection)?;
    let Some(mut tables) = destination::open_filled(&connection, &options.connection).await? else {
        return Err(destination::is_empty(&connection, &name, &options.connection));
    };
    let connected = options.call.reach(&connection).connect_for(&connection).await?;
    let sources = Sources::new(&connected.client).reports(Reports::new(&connected.client).store(store.clone()));
    let mut lines = Lines::new();
    let replay = spapi_sync::replay(&sources, &connection, &mut *tables, &store, RunOptions::new(), |stream| {
        lines.show(stream);
    });
    let summary = Interrupt::new().or(replay).await?.map_err(|error| connected.failure(error))?;
    drop(lines);
    summary::show(&summary, &mut *tables, &connection.name, options.format).await?;
    notes::note(format!("{} slices were read again from raw documents", summary.outcomes.len()));
    summary::missing(&summary).map_or(Ok(()), Err)
}
