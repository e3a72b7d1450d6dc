//! The file of a connection, and how its servers are reached.

use crate::connection::{Connection as Reach, Server};
use crate::exit::Failure;
use crate::{notes, time};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use spapi_core::Marketplace;
use spapi_sync::{Connection, RawDocuments, Stream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Reads a connection, and writes what is to be known of its settings.
pub fn open(path: &Path) -> Result<Connection, Failure> {
    if !path.exists() {
        return Err(Failure::usage(format!("the connection {} does not exist", path.display()))
            .with_next("check the path, or write one with `spapi sync init`"));
    }
    let connection = Connection::open(path)?;
    connection.notes.iter().for_each(notes::note);
    Ok(connection)
}

/// Leaves only the stream of this name.
pub fn only(connection: &mut Connection, name: &str) -> Result<(), Failure> {
    let found = Stream::find(name).map(|stream| stream.name).unwrap_or(name);
    connection.streams.retain(|chosen| chosen.stream.name == found);
    if connection.streams.is_empty() {
        return Err(Failure::usage(format!("the connection {} has no stream {name}", connection.name))
            .with_next("name one of its objects, or add the stream to them"));
    }
    Ok(())
}

/// The raw documents of a connection. `None` if it keeps none.
pub fn raw_documents(connection: &Connection) -> Result<Option<RawDocuments>, Failure> {
    let Some(settings) = &connection.raw_documents else { return Ok(None) };
    Ok(Some(RawDocuments::open(&settings.folder, &settings.key_file)?))
}

/// Removes the raw documents that a connection no longer keeps.
pub fn expire(connection: &Connection, store: Option<&RawDocuments>) -> Result<(), Failure> {
    if let (Some(settings), Some(store)) = (&connection.raw_documents, store) {
        let removed = store.expire(Duration::from_secs(u64::from(settings.keep_days) * 86400))?;
        if removed > 0 {
            notes::note(format!("{removed} raw documents are older than {} days and were removed", settings.keep_days));
        }
    }
    Ok(())
}

/// The country code of a marketplace by its id, for a table.
pub fn code(id: &str) -> String {
    id.parse::<Marketplace>().map_or(id.to_owned(), |known| known.country_code().to_owned())
}

/// What a refusal (403) usually means.
pub fn why_forbidden(roles: &[&str]) -> String {
    let roles = match roles {
        [] => "whether the application has the roles that the stream needs".to_owned(),
        roles => format!("whether the application has one of the roles {}", roles.join(", ")),
    };
    format!(
        "check {roles}, whether the seller has authorized the application again since it got them, whether the account has a \
         professional plan (an individual one cannot use the API), and whether the refresh token is of this region"
    )
}

/// How the servers are reached. The credentials are those of the connection.
#[derive(Debug, Args)]
pub struct Call {
    /// The server to call, instead of the one that the connection's environment stands for: production, sandbox, embedded
    /// (a made-up shop inside the program, without credentials), or a URL.
    #[arg(short, long, env = "SPAPI_ENDPOINT", hide_env_values = true, value_name = "ENDPOINT", add = ArgValueCandidates::new(crate::connection::servers))]
    pub endpoint: Option<Server>,

    /// The folder in which this run and others share what is left of the quotas [default: spapi/quotas in the user's
    /// folder for state].
    #[arg(long, env = "SPAPI_QUOTA_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    quota_folder: Option<PathBuf>,

    /// With --endpoint embedded: keep the shop in this folder for the next run.
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,

    /// The longest time that a call waits for its quota or for the server, such as 90s or 10m.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = time::wait, allow_hyphen_values = true)]
    longest_wait: Duration,
}

impl Call {
    /// The options of the other commands that mean the same.
    pub fn reach(&self, connection: &Connection) -> Reach {
        self.at(self.endpoint.clone().unwrap_or_else(|| Server::of(connection.environment)))
    }

    /// The same for a server that was found otherwise.
    pub fn at(&self, endpoint: Server) -> Reach {
        Reach {
            endpoint,
            credentials: None,
            profile: None,
            quota_folder: self.quota_folder.clone(),
            keep: self.keep.clone(),
            longest_wait: Some(self.longest_wait),
            shared_quotas: None,
        }
    }
}
