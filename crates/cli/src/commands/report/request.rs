//! `spapi report request`: requests reports, and does not wait for them.

use super::wanted::{Range, Subject, TIMES};
use crate::connection::{Connection, Needs};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::journal::{Memory, reports};
use crate::notes;
use clap::Args;
use spapi_jobs::{Origin, ReportJob, State};
use std::io::{self, Write};

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub struct Options {
    #[command(flatten)]
    subject: Subject,

    #[command(flatten)]
    range: Range,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { subject, range, memory, connection } = options;
    subject.check()?;
    let region = subject.scope.marketplaces.region()?;
    let connected = connection.connect(region, Needs::Seller).await?;
    let reports = reports(&connected, &connection, &memory)?;
    let request = subject.request(&reports, &range);
    subject.note_missing_range(&range);
    let mut interrupt = Interrupt::new();
    if connection.forgets() {
        notes::note("this shop and its reports end with this command; --keep FOLDER keeps them");
    }
    let options = format!("{}{}", memory.words(), connection.words());
    for job in request.each()? {
        let span = job.span();
        let id = interrupt.or(notes::while_waiting(asked(job))).await?;
        let id = id.map_err(|error| connected.failure(error))?;
        if let Some(id) = id {
            writeln!(io::stdout(), "{id}")?;
        }
        if !connection.forgets() {
            notes::note(format!("read it later: spapi report get {}{options} -o FILE", subject.words(span)));
        }
    }
    Ok(io::stdout().flush()?)
}

/// Requests the report. Returns its id.
async fn asked(mut job: ReportJob) -> Result<Option<String>, spapi_core::Error> {
    while let Some(state) = job.try_next().await? {
        match state {
            State::Asked { id, origin } => {
                if origin != Origin::Requested {
                    notes::note(format!("report {id} was requested before, and is not requested twice"));
                }
                return Ok(Some(id));
            }
            State::Resting { .. } => notes::note(&state),
            _ => {}
        }
    }
    Ok(None)
}
