//! The database that workers share.

use crate::exit::{Exit, Failure};
use clap::Args;
use spapi_sync::cluster::Cluster;

#[derive(Debug, Args)]
pub struct Database {
    /// The variable of the environment with the URL of the Postgres database that the workers share:
    /// postgres://USER:PASSWORD@HOST:PORT/DATABASE.
    #[arg(long, value_name = "NAME", default_value = "SPAPI_WORKERS_URL")]
    postgres_env: String,
}

impl Database {
    pub async fn connect(&self) -> Result<Cluster, Failure> {
        // The database failed, and not the command line.
        Cluster::connect(&self.url()?).await.map_err(|error| Failure::from(error).with_exit(Exit::Failed))
    }

    pub fn url(&self) -> Result<String, Failure> {
        let name = &self.postgres_env;
        std::env::var(name).ok().filter(|url| !url.trim().is_empty()).ok_or_else(|| {
            Failure::usage(format!("the variable {name} is not set"))
                .with_next("set it to the URL of the database: postgres://USER:PASSWORD@HOST:PORT/DATABASE")
        })
    }
}
