//! Credentials in a file.

use super::credentials::Credentials;
use super::store::{CredentialStore, StoreError};
use crate::error::{Error, Kind};
use crate::future::BoxFuture;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::future;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The longest file that is read; tokens have 2 kB at most.
const LONGEST: u64 = 64 * 1024;

const ID: &str = "client_id";
const SECRET: &str = "client_secret";
const TOKEN: &str = "refresh_token";
const SELLER: &str = "seller_id";

/// Credentials in a JSON file that its owner alone can read.
///
/// ```json
/// {
///     "client_id": "amzn1.application-oa2-client.0123",
///     "client_secret": "amzn1.oa2-cs.v1.0123",
///     "refresh_token": "Atzr|0123",
///     "seller_id": "A1B2C3D4E5F6G7"
/// }
/// ```
///
/// The last two may be left out: without a refresh token they are an application's by itself, and without a seller's
/// id the refresh token tells sellers apart. The file is read anew for each access token, about once an hour, so that
/// a secret that was rotated is replaced by writing the file.
#[derive(Clone, Debug)]
pub struct CredentialFile {
    path: PathBuf,
}

impl CredentialFile {
    /// The file at that path, which is read once to see whether it can be used.
    ///
    /// # Errors
    /// When it cannot be read, others than its owner may read or change it (looked at on Unix only), or it does not
    /// hold what it should. No error shows what stands in it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let file = Self { path: path.into() };
        file.read()?;
        Ok(file)
    }

    /// Writes credentials to a file that its owner alone can read, in place of another file of that name: whole, or
    /// not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(path: impl Into<PathBuf>, credentials: &Credentials) -> Result<Self, Error> {
        let file = Self { path: path.into() };
        let mut members = serde_json::Map::new();
        members.insert(ID.into(), json!(credentials.client_id));
        members.insert(SECRET.into(), json!(credentials.client_secret.expose_secret()));
        let token = credentials.refresh_token.as_ref().map(ExposeSecret::expose_secret);
        for (name, value) in [(TOKEN, token), (SELLER, credentials.seller_id.as_deref())] {
            if let Some(value) = value {
                members.insert(name.into(), json!(value));
            }
        }
        let text = format!("{:#}\n", Value::Object(members));
        write_privately(&file.path, text.as_bytes()).map_err(|error| {
            let message = format!("the credentials cannot be written to {}: {error}", file.path.display());
            Error::new(Kind::Config, message).with_source(error)
        })?;
        Ok(file)
    }

    /// The credentials as they stand in the file now.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read(&self) -> Result<Credentials, Error> {
        let refused = |why: &str, hint| {
            let message = format!("the credentials in {} cannot be used: {why}", self.path.display());
            Err(Error::new(Kind::Config, message).with_hint(hint))
        };
        let mut text = Vec::new();
        let is_private = File::open(&self.path).and_then(|file| {
            let is_private = is_private(&file)?;
            file.take(LONGEST).read_to_end(&mut text)?;
            Ok(is_private)
        });
        match is_private {
            Ok(true) => {}
            Ok(false) => {
                return refused(
                    "others than its owner may read or change the file",
                    "Take the right from them with chmod 600.",
                );
            }
            Err(error) => {
                let message = format!("the credentials in {} cannot be read: {error}", self.path.display());
                return Err(Error::new(Kind::Config, message).with_source(error));
            }
        }
        const SHAPE: &str = "It must be a JSON object with client_id, client_secret and refresh_token, and may have a \
                             seller_id.";
        // The words of the JSON library could repeat what stands there, so none are taken over but the place.
        let mut members = match serde_json::from_slice::<Value>(&text) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return refused("it is no JSON object", SHAPE),
            Err(error) => {
                let why = format!("it is no JSON at line {}, column {}", error.line(), error.column());
                return refused(&why, SHAPE);
            }
        };
        let mut values = [ID, SECRET, TOKEN, SELLER].map(|name| (name, members.remove(name)));
        if let Some(name) = members.keys().next() {
            return refused(&format!("{name:?} is none of its names"), SHAPE);
        }
        let mut texts = [const { None }; 4];
        for ((name, value), text) in values.iter_mut().zip(&mut texts) {
            *text = match value.take() {
                Some(Value::String(value)) if !value.trim().is_empty() => Some(value.trim().to_owned()),
                None | Some(Value::Null) => None,
                Some(_) => return refused(&format!("{name} is empty or no text"), SHAPE),
            };
        }
        match texts {
            [Some(client_id), Some(client_secret), refresh_token, seller_id] => Ok(Credentials {
                client_id,
                client_secret: client_secret.into(),
                refresh_token: refresh_token.map(Into::into),
                seller_id,
            }),
            [None, ..] => refused("client_id is missing", SHAPE),
            [_, None, ..] => refused("client_secret is missing", SHAPE),
        }
    }
}

impl CredentialStore for CredentialFile {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        // A short file on a local disk: reading it takes no longer than handing it to another thread would.
        Box::pin(future::ready(self.read().map_err(Into::into)))
    }
}

#[cfg(unix)]
fn is_private(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 == 0)
}

/// Elsewhere a file in the user's own folder is the user's own.
#[cfg(not(unix))]
fn is_private(_: &File) -> std::io::Result<bool> {
    Ok(true)
}

fn write_privately(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seller() -> Credentials {
        Credentials::new("app", "open sesame", "Atzr|1").with_seller_id("A1")
    }

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        let file = CredentialFile::save(&path, &seller()).unwrap();
        for file in [file, CredentialFile::open(&path).unwrap()] {
            let read = file.read().unwrap();
            assert_eq!((read.client_id(), read.seller_id()), ("app", Some("A1")));
            assert_eq!(read.client_secret.expose_secret(), "open sesame");
            assert_eq!(read.refresh_token().unwrap().expose_secret(), "Atzr|1");
        }
        CredentialFile::save(&path, &Credentials::application("app", "new secret")).unwrap();
        let read = CredentialFile::open(&path).unwrap().read().unwrap();
        assert_eq!(read.client_secret.expose_secret(), "new secret");
        assert!(read.refresh_token().is_none() && read.seller_id().is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        CredentialFile::save(&path, &seller()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o660, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = CredentialFile::open(&path).unwrap_err();
            assert!(error.is_config());
            assert!(error.to_string().contains("seller.json") && error.to_string().contains("chmod 600"), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        CredentialFile::open(&path).unwrap();
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_without_what_stands_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        let missing = CredentialFile::open(&path).unwrap_err();
        assert!(missing.to_string().contains("seller.json cannot be read: No such file"), "{missing}");
        CredentialFile::save(&path, &seller()).unwrap();
        for (content, why) in [
            ("", "it is no JSON at line 1"),
            ("{\"client_id\": sesame}", "it is no JSON at line 1, column"),
            ("[\"sesame\"]", "it is no JSON object"),
            (r#"{"client_id":"a"}"#, "client_secret is missing"),
            (r#"{"client_secret":"sesame"}"#, "client_id is missing"),
            (r#"{"client_id":"a","client_secret":["sesame"]}"#, "client_secret is empty or no text"),
            (r#"{"client_id":" ","client_secret":"sesame"}"#, "client_id is empty or no text"),
            (r#"{"client_id":"a","client_secret":"sesame","refreshToken":"sesame"}"#, "\"refreshToken\" is none of"),
        ] {
            fs::write(&path, content).unwrap();
            let error = CredentialFile::open(&path).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(error.is_config() && shown.contains(why), "{shown}");
            assert!(!shown.contains("sesame"), "{shown}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing/seller.json");
        let error = CredentialFile::save(nowhere, &seller()).unwrap_err();
        assert!(error.is_config() && !format!("{error:?}").contains("sesame"), "{error:?}");
        let taken = folder.path().join("folder");
        fs::create_dir(&taken).unwrap();
        CredentialFile::save(&taken, &seller()).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
