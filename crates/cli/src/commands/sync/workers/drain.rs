//! `spapi sync drain`: lets the workers rest.

use super::database::Database;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::notes;
use crate::number::noun;
use clap::Args;
use std::time::Duration;

const HELP: &str = "\
The workers begin no further slices, and commit those whose rows they are reading. They stay, and go on after --resume; what is \
queued stays queued. Use it before work on the database, or to change all workers at once. It is not needed to end one worker or to \
replace workers one after another.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    database: Database,

    /// Let the workers go on.
    #[arg(long, conflicts_with = "no_wait")]
    resume: bool,

    /// Do not wait until they rest.
    #[arg(long)]
    no_wait: bool,
}

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);
/// After how much silence a worker counts as gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(20);

pub async fn run(options: Options) -> Result<(), Failure> {
    let failed = |error: spapi_core::Error| Failure::from(error).with_exit(Exit::Failed);
    let cluster = options.database.connect().await?;
    if options.resume {
        cluster.resume().await.map_err(failed)?;
        notes::note("the workers go on within two seconds");
        return Ok(());
    }
    cluster.drain().await.map_err(failed)?;
    if options.no_wait {
        notes::note("the workers rest at their next commits; let them go on: spapi sync drain --resume");
        return Ok(());
    }
    let wait = async {
        let mut said = None;
        loop {
            let running = cluster.running(LONGEST_SILENCE).await.map_err(failed)?;
            if running == 0 {
                return Ok::<_, Failure>(());
            }
            if said != Some(running) {
                notes::note(format!("{running} {} still in hand", noun(running, "job")));
                said = Some(running);
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    Interrupt::new().or(wait).await??;
    notes::note("all workers rest; let them go on: spapi sync drain --resume");
    Ok(())
}
