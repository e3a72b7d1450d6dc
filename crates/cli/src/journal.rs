//! The journal in which jobs are remembered, and how often a job looks.

use crate::connection::{Connected, Connection, Server};
use crate::exit::Failure;
use crate::shell::word;
use clap::Args;
use spapi_jobs::{FolderJournal, Reports};
use std::path::PathBuf;
use std::time::Duration;

/// Where what was requested is remembered.
#[derive(Debug, Args)]
pub struct Memory {
    /// The folder that remembers what was requested until it is read, so that nothing is requested twice [default:
    /// spapi/jobs in the user's folder for state; none with another --endpoint than production].
    #[arg(long, env = "SPAPI_JOURNAL_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    journal: Option<PathBuf>,
}

impl Memory {
    /// The journal, if there is one.
    pub fn open(&self, connection: &Connection) -> Result<Option<FolderJournal>, Failure> {
        Ok(self.folder(connection).map(FolderJournal::open).transpose()?)
    }

    /// Whether requests are remembered after the run.
    pub fn has_journal(&self, connection: &Connection) -> bool {
        self.folder(connection).is_some()
    }

    /// The option by which another command uses the same journal, after a blank.
    pub fn words(&self) -> String {
        let folder = self.journal.as_ref().map(|folder| format!(" --journal {}", word(&folder.display().to_string())));
        folder.unwrap_or_default()
    }

    /// The folder of the journal. Other servers than Amazon's forget reports, so a folder must be named for them.
    fn folder(&self, connection: &Connection) -> Option<PathBuf> {
        let usual = || {
            let state = dirs::state_dir().or_else(dirs::data_local_dir)?;
            (connection.endpoint == Server::Production).then(|| state.join("spapi").join("jobs"))
        };
        self.journal.clone().or_else(usual)
    }
}

/// How long a job waits at first and at most between two looks, where it is not the usual time. A sandbox on this machine is done
/// within a moment.
pub fn polling(connection: &Connection) -> Option<(Duration, Duration)> {
    connection.endpoint.is_local().then_some((Duration::from_millis(100), Duration::from_secs(2)))
}

/// The reports of the client's seller, with the journal.
pub fn reports(connected: &Connected, connection: &Connection, memory: &Memory) -> Result<Reports, Failure> {
    let reports = Reports::new(&connected.client);
    let reports =
        polling(connection).into_iter().fold(reports, |reports, (first, longest)| reports.polling(first, longest));
    let reports = connection.longest_wait.into_iter().fold(reports, Reports::longest_quota_wait);
    Ok(memory.open(connection)?.into_iter().fold(reports, Reports::journal))
}
