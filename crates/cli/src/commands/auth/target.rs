//! Where the credentials are saved.

use crate::connection::{Connection, Profile, Server};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::shell::word;
use clap::Args;
use spapi_core::auth::{AuthorizationCode, CredentialFile};
use spapi_core::text::printable;
use spapi_core::{Client, Marketplace};
use std::path::{Path, PathBuf};

/// Where the credentials are saved.
#[derive(Debug, Args)]
pub struct Target {
    /// The file to write the credentials to. It must not exist yet. Without it, they are saved under --profile.
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    save: Option<PathBuf>,
}

impl Target {
    /// The file to write, and the option that names it in later calls.
    pub fn file(&self, connection: &Connection) -> Result<(PathBuf, String), Failure> {
        if let Some(path) = &self.save {
            return Ok((path.clone(), format!("--credentials {}", word(&path.display().to_string()))));
        }
        let profile = match &connection.profile {
            Some(profile) => Some(profile.clone()),
            None => Profile::of_environment()?,
        };
        let Some(profile) = profile else {
            return Err(Failure::usage("neither --save nor --profile is given")
                .with_next("add --save FILE, or --profile NAME; the profile default is used where no other is named"));
        };
        profile.make_folder()?;
        Ok((profile.file()?, format!("--profile {profile}")))
    }
}

/// Refuses a file that exists or has no folder, before the code is used up.
pub fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} exists already, and may hold another seller's token", path.display()))
            .with_next("give another name, or move that file away"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() {
        true => Ok(()),
        false => Err(Failure::usage(format!("the folder {} does not exist", folder.display()))
            .with_next("make it, or give --save another path")),
    }
}

/// Exchanges the code and saves the credentials. Returns a sentence that says so.
pub async fn save(client: &Client, code: &AuthorizationCode, file: &Path) -> Result<String, Failure> {
    let credentials = client.authorize(code).await?;
    // The code is used up, so a token that cannot be saved is lost. The user must know.
    CredentialFile::save_new(file, &credentials).map_err(|error| {
        Failure::new(Exit::Failed, printable(&error.to_string()).to_string())
            .with_next("the authorization is valid, but its token is lost: authorize again, with another file")
    })?;
    let seller = credentials.seller_id().map(|id| format!(" of {}", printable(id).up_to(100))).unwrap_or_default();
    let saved = format!("the credentials{seller} are in {}, which you alone can read", file.display());
    notes::note(&saved);
    Ok(saved)
}

/// Names the command that tries the credentials.
pub fn suggest_doctor(marketplace: Marketplace, option: &str, connection: &Connection) {
    let endpoint = match &connection.endpoint {
        Server::Sandbox => " --endpoint sandbox".to_owned(),
        Server::Url(url) => format!(" --endpoint {}", word(url)),
        Server::Production | Server::Embedded => String::new(),
    };
    let code = marketplace.country_code();
    notes::note(format!("see whether they work: spapi doctor --marketplace {code} {option}{endpoint}"));
}
