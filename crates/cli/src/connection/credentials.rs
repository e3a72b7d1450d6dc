//! Where credentials come from: a file, a profile, or the environment.

use super::Connection;
use crate::exit::{Exit, Failure};
use clap_complete::engine::CompletionCandidate;
use spapi_core::Credentials;
use spapi_core::auth::CredentialFile;
use spapi_core::client::ClientBuilder;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the credentials of a command must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A seller's authorization.
    Seller,
    /// The application's client id and secret are enough.
    Application,
}

impl Needs {
    /// What an operation needs that has this grantless scope, or none.
    pub fn of_scope(scope: Option<&str>) -> Self {
        scope.map_or(Self::Seller, |_| Self::Application)
    }
}

/// The name of a profile. Its credentials are in a file with that name in the folder for configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile(String);

impl Profile {
    /// The file, which may not exist.
    ///
    /// # Errors
    /// When the system has no folder for configuration.
    pub fn file(&self) -> Result<PathBuf, Failure> {
        let folder = folder().ok_or_else(|| {
            Failure::new(Exit::Authorization, "there is no folder for configuration on this system")
                .with_next("name one in SPAPI_CONFIG_FOLDER, or give --credentials FILE")
        })?;
        Ok(folder.join(format!("{}.json", self.0)))
    }

    /// Makes the folder of the file, which only the user can enter.
    pub fn make_folder(&self) -> Result<(), Failure> {
        let file = self.file()?;
        let Some(folder) = file.parent() else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let failed = |error: io::Error| {
            Failure::new(Exit::Failed, format!("the folder {} cannot be made: {error}", folder.display()))
        };
        builder.create(folder).map_err(failed)
    }

    /// The profile of `SPAPI_PROFILE`, if that is set.
    pub fn of_environment() -> Result<Option<Self>, Failure> {
        let Some(name) = variable("SPAPI_PROFILE") else { return Ok(None) };
        let name = name.to_string_lossy();
        name.parse().map(Some).map_err(|error| Failure::usage(format!("SPAPI_PROFILE: {error}")))
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl FromStr for Profile {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        match !name.is_empty() && name.len() <= 64 && !name.starts_with('.') && name.chars().all(is_plain) {
            true => Ok(Self(name.to_owned())),
            false => Err("give a name of letters, digits, -, _ and ., such as jp"),
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder for profiles.
fn folder() -> Option<PathBuf> {
    variable("SPAPI_CONFIG_FOLDER").map(PathBuf::from).or_else(|| Some(dirs::config_dir()?.join("spapi")))
}

/// The value of a variable of the environment that is set and not empty.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The source of a run's credentials.
pub enum Source {
    /// In a file that was named.
    File(PathBuf),
    /// In the file of a profile.
    Profile(Profile, PathBuf),
    Environment,
}

impl Connection {
    /// The first of: what the command line names, the file or profile that the environment names, the environment's
    /// own credentials, and the profile `default`.
    ///
    /// A command that needs only the application makes the profile, and does not read it.
    pub fn source(&self, needs: Needs) -> Result<Source, Failure> {
        if let Some(path) = &self.credentials {
            return Ok(Source::File(path.clone()));
        }
        let of_profile = |profile: Profile| Ok(Source::Profile(profile.clone(), profile.file()?));
        if let Some(profile) = self.profile.clone().filter(|_| needs == Needs::Seller) {
            return of_profile(profile);
        }
        if let Some(path) = variable("SPAPI_CREDENTIALS") {
            return Ok(Source::File(path.into()));
        }
        if let Some(profile) = Profile::of_environment()?.filter(|_| needs == Needs::Seller) {
            return of_profile(profile);
        }
        let names = ["SPAPI_CLIENT_ID", "SPAPI_CLIENT_SECRET", "SPAPI_REFRESH_TOKEN"];
        let usual = Profile::default();
        match usual.file() {
            Ok(file) if names.iter().all(|name| variable(name).is_none()) && file.exists() => of_profile(usual),
            _ => Ok(Source::Environment),
        }
    }
}

impl Source {
    /// Gives the credentials to the client that is built.
    pub fn give(&self, builder: ClientBuilder, needs: Needs) -> Result<ClientBuilder, Failure> {
        match self {
            Self::File(path) => Ok(builder.credentials(open(path)?)),
            Self::Profile(profile, path) if !path.exists() => Err(Failure::new(
                Exit::Authorization,
                format!("there is no profile {profile}: {} does not exist", path.display()),
            )
            .with_next(match profiles().as_slice() {
                [] => format!("make it: spapi auth authorize --profile {profile}"),
                names => {
                    format!("name one of {}, or make it: spapi auth authorize --profile {profile}", names.join(", "))
                }
            })),
            Self::Profile(_, path) => Ok(builder.credentials(open(path)?)),
            Self::Environment => Ok(builder.credentials(from_env(needs)?)),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "in {}", path.display()),
            Self::Profile(profile, path) => write!(f, "of the profile {profile}, in {}", path.display()),
            Self::Environment => f.write_str("in the environment"),
        }
    }
}

fn open(path: &Path) -> Result<CredentialFile, Failure> {
    CredentialFile::open(path).map_err(|error| {
        let failure = Failure::new(Exit::Authorization, error.to_string());
        match path.exists() {
            true => failure,
            false => failure.with_next("check the path; `spapi auth authorize --save FILE` makes such a file"),
        }
    })
}

/// The names of the profiles, as a shell offers them.
pub fn profile_names() -> Vec<CompletionCandidate> {
    profiles().into_iter().map(CompletionCandidate::new).collect()
}

/// The names of all profiles.
fn profiles() -> Vec<String> {
    let entries = folder().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned()));
    let mut names: Vec<_> = names.filter(|name| name.parse::<Profile>().is_ok()).collect();
    names.sort_unstable();
    names
}

fn from_env(needs: Needs) -> Result<Credentials, Failure> {
    let seller = Credentials::from_env();
    let found = match needs {
        Needs::Seller => seller,
        Needs::Application => seller.or_else(|_| Credentials::application_from_env()),
    };
    found.map_err(|error| {
        Failure::new(Exit::Authorization, error.to_string()).with_next(match needs {
            Needs::Seller => {
                "set them, or give --credentials FILE or --profile NAME, as `spapi auth authorize` makes them; or look \
                 around without an account: --endpoint embedded"
            }
            Needs::Application => "set them, or give --credentials FILE with client_id and client_secret",
        })
    })
}
