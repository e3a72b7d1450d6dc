//! The definitions of product types, and the folder that keeps them between runs.

use crate::connection::{Connected, Server};
use clap::Args;
use spapi_listings::Definitions;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Kept {
    /// The folder that keeps definitions of product types for later runs [default: spapi/definitions in the user's folder for
    /// caches; none with another --endpoint than production].
    #[arg(long, env = "SPAPI_DEFINITIONS_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    definitions_folder: Option<PathBuf>,
}

impl Kept {
    /// The definitions for a seller, by default for that of the credentials. A folder is for one server: others have other definitions of the same names.
    pub fn definitions(&self, connected: &Connected, seller: Option<&str>) -> Definitions {
        let usual = || {
            let caches = dirs::cache_dir()?;
            (connected.server == Server::Production).then(|| caches.join("spapi").join("definitions"))
        };
        let definitions = Definitions::new(&connected.client);
        let definitions = seller.into_iter().fold(definitions, Definitions::seller_id);
        self.definitions_folder.clone().or_else(usual).into_iter().fold(definitions, Definitions::folder)
    }
}
