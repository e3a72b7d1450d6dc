//! Opens the destination that a connection names.

#[cfg(feature = "files")]
use super::Files;
#[cfg(feature = "postgres")]
use super::Postgres;
#[cfg(feature = "sqlite")]
use super::Sqlite;
use super::Tables;
use crate::DestinationSettings;
use spapi_core::{Error, ErrorKind};

impl DestinationSettings {
    /// Opens the destination for a run. A file, folder or schema that does not exist is created.
    ///
    /// # Errors
    /// When it cannot be used, or this crate was built without the feature for it.
    pub async fn open(&self) -> Result<Box<dyn Tables>, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => Ok(Box::new(Sqlite::open(database)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres { env, schema } => Ok(Box::new(Postgres::connect(&variable(env)?, schema).await?)),
            #[cfg(feature = "files")]
            Self::Folder { path, format } => Ok(Box::new(Files::folder(path, *format))),
            #[cfg(feature = "cloud")]
            Self::Bucket { url, format } => Ok(Box::new(Files::bucket(url, *format)?)),
            #[allow(unreachable_patterns, reason = "unreachable with all features")]
            _ => Err(self.left_out()),
        }
    }

    /// Opens the destination if a run has filled it. `None` if none has.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub async fn open_filled(&self) -> Result<Option<Box<dyn Tables>>, Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) if !database.exists() => Ok(None),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(database) => Ok(Some(Box::new(Sqlite::open_filled(database)?))),
            #[cfg(feature = "postgres")]
            Self::Postgres { env, schema } => {
                let filled = Postgres::connect_filled(&variable(env)?, schema).await?;
                Ok(filled.map(|tables| Box::new(tables) as Box<dyn Tables>))
            }
            #[cfg(feature = "files")]
            Self::Folder { path, .. } if !path.exists() => Ok(None),
            #[cfg(feature = "files")]
            Self::Folder { path, format } => Ok(Some(Box::new(Files::filled_folder(path, *format)?))),
            #[cfg(feature = "cloud")]
            Self::Bucket { url, format } => Ok(Some(Box::new(Files::bucket(url, *format)?))),
            #[allow(unreachable_patterns, reason = "unreachable with all features")]
            _ => Err(self.left_out()),
        }
    }

    /// Whether this crate was built with the feature for it.
    pub fn is_supported(&self) -> bool {
        match self {
            Self::Sqlite(_) => cfg!(feature = "sqlite"),
            Self::Postgres { .. } => cfg!(feature = "postgres"),
            Self::Folder { .. } => cfg!(feature = "files"),
            Self::Bucket { .. } => cfg!(feature = "cloud"),
        }
    }

    /// Its name in messages, without a secret.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) | Self::Folder { path, .. } => path.display().to_string(),
            Self::Postgres { env, schema } => format!("the schema {schema} of the database that {env} names"),
            Self::Bucket { url, .. } => url.clone(),
        }
    }

    fn left_out(&self) -> Error {
        let (what, feature) = match self {
            Self::Sqlite(_) => ("SQLite", "sqlite"),
            Self::Postgres { .. } => ("Postgres", "postgres"),
            Self::Folder { .. } => ("folders of files", "files"),
            Self::Bucket { .. } => ("buckets", "cloud"),
        };
        Error::new(ErrorKind::Config, format!("the destination cannot be used: this program was built without {what}"))
            .with_hint(format!("Build it with the feature {feature} of spapi-sync, or name another destination."))
    }
}

/// The URL in a variable of the environment.
#[cfg(feature = "postgres")]
fn variable(env: &str) -> Result<String, Error> {
    std::env::var(env).map_err(|_| {
        Error::new(ErrorKind::Config, format!("destination.postgres.env: the variable {env} is not set"))
            .with_hint("Set it to the URL of the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE.")
    })
}
