//! `spapi sync reset`: forgets slices, so that the next run reads them again.

use crate::completion;
use crate::exit::Failure;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::syncing::{destination, file};
use crate::time::{FORMS, Moment};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::json;
use spapi_core::DateTime;
use spapi_sync::{SliceState, Stream};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

#[derive(Debug, Args)]
#[command(after_help = format!("A TIME is {FORMS}.\n\nThe rows of a forgotten slice are removed at once, except those of a \
                                snapshot, which the next run replaces."))]
pub struct Options {
    /// The file of the connection.
    #[arg(value_name = "CONNECTION")]
    connection: PathBuf,

    /// The stream whose slices are forgotten.
    #[arg(long, value_name = "NAME", required_unless_present = "full", add = ArgValueCompleter::new(completion::streams))]
    stream: Option<String>,

    /// Forget the slices of all streams.
    #[arg(long, conflicts_with = "stream")]
    full: bool,

    /// Only slices that end after this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<Moment>,

    /// Only slices that begin before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<Moment>,

    /// Show which slices would be forgotten, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// Also forget slices that lie further back than Amazon keeps the data. Their rows are lost.
    #[arg(long)]
    lose: bool,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const COLUMNS: &[Column] =
    &[Column::text("STREAM"), Column::text("MARKET"), Column::text("FROM"), Column::text("TO"), Column::number("ROWS")];

pub async fn run(options: Options) -> Result<(), Failure> {
    let mut connection = file::open(&options.connection)?;
    if let Some(name) = &options.stream {
        file::only(&mut connection, name)?;
    }
    let name = destination::name(&connection, &options.connection)?;
    let Some(mut database) = destination::open_filled(&connection, &options.connection).await? else {
        return Err(destination::is_empty(&connection, &name, &options.connection));
    };
    let is_wanted = |slice: &SliceState| {
        let id = &slice.id;
        let time = |text: &str| DateTime::from(text).to_system_time().ok();
        let limit = |moment: Option<Moment>| moment.and_then(|moment| DateTime::from(moment).to_system_time().ok());
        let is_after = match (limit(options.from), time(&slice.source.to)) {
            (Some(from), Some(to)) => to > from,
            (Some(_), None) => false,
            _ => true,
        };
        let is_before = match (limit(options.to), time(&id.slice)) {
            (Some(to), Some(from)) => from < to,
            (Some(_), None) => false,
            _ => true,
        };
        connection.streams.iter().any(|chosen| chosen.stream.name == id.stream) && is_after && is_before
    };
    let slices: Vec<_> = database.states(&connection.name).await?.into_iter().filter(is_wanted).collect();
    if slices.is_empty() {
        notes::note("there are no such slices");
    }
    let lost = slices.iter().find(|slice| is_lost(slice, SystemTime::now()));
    if let Some(lost) = lost.filter(|_| !options.lose) {
        let id = &lost.id;
        let why =
            format!("Amazon no longer has the data of {} from {}, so its rows would be lost", id.stream, id.slice);
        match options.dry_run {
            true => notes::warn(why),
            false => return Err(Failure::usage(why).with_next("give a later --from, or add --lose")),
        }
    }
    let mut ids: Vec<_> = slices.iter().map(|slice| slice.id.clone()).collect();
    output::list(options.format, COLUMNS, slices.into_iter(), row, |state| {
        json!({ "stream": state.id.stream, "marketplace": file::code(&state.id.marketplace), "slice": state.id.slice,
                "to": state.source.to, "rows": state.rows })
    })?;
    if options.dry_run {
        notes::note(format!("{} slices would be forgotten; without --dry-run they are", ids.len()));
        return Ok(());
    }
    // A run that is going on would commit slices between.
    database.claim(&connection.name).await?;
    let number = ids.len();
    // The next run asks at once for what failed.
    let failed = database.gaps(&connection.name).await?.into_iter().map(|gap| gap.id);
    ids.extend(failed.filter(|id| connection.streams.iter().any(|chosen| chosen.stream.name == id.stream)));
    let removed = database.forget(ids).await?;
    notes::note(format!("{number} slices are forgotten, and {removed} rows removed: the next run reads them again"));
    Ok(())
}

/// Whether a slice begins further back than Amazon keeps its data.
fn is_lost(slice: &SliceState, now: SystemTime) -> bool {
    let known = Stream::find(&slice.id.stream).ok().and_then(Stream::report_type);
    let oldest = known
        .and_then(|known| known.history_days)
        .and_then(|days| now.checked_sub(Duration::from_secs(u64::from(days) * 86400)));
    let from = DateTime::from(slice.id.slice.as_str()).to_system_time().ok();
    matches!((oldest, from), (Some(oldest), Some(from)) if from < oldest)
}

fn row(state: &SliceState) -> Vec<String> {
    vec![
        state.id.stream.clone(),
        file::code(&state.id.marketplace),
        state.id.slice.clone(),
        state.source.to.clone(),
        state.rows.to_string(),
    ]
}
