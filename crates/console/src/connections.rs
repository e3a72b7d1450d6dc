//! The connections of a folder, as files.

use spapi_core::Credentials;
use spapi_core::Error;
use spapi_core::auth::CredentialFile;
use spapi_sync::{Connection, CredentialSource, DestinationSettings, Draft};
use std::io;
use std::path::{Path, PathBuf};

/// The folder with the connections.
pub struct Folder(PathBuf);

/// The file of a connection.
pub struct Entry {
    /// The name of the file without its ending, by which paths of pages name it.
    pub id: String,
    pub path: PathBuf,
    /// What it says, or why it cannot be read.
    pub connection: Result<Connection, Error>,
}

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The files of connections, in the order of their names. Other files of TOML are left out.
    pub fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let read = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(entries),
            read => read?,
        };
        for file in read {
            let path = file?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
            let (Some(id), true) = (id, path.extension().is_some_and(|end| end == "toml")) else { continue };
            if looks_like_one(&path) {
                entries.push(Entry { id, connection: Connection::open(&path), path });
            }
        }
        entries.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(entries)
    }

    /// The file of this id.
    pub fn find(&self, id: &str) -> Option<Entry> {
        self.entries().ok()?.into_iter().find(|entry| entry.id == id)
    }

    /// The names of all connections but one, in lower case.
    pub fn other_names(&self, id: Option<&str>) -> Vec<String> {
        let entries = self.entries().unwrap_or_default();
        let others = entries.into_iter().filter(|entry| Some(entry.id.as_str()) != id);
        others.filter_map(|entry| entry.connection.ok()).map(|one| one.name.to_lowercase()).collect()
    }

    /// A name for the file of a new connection that no file has yet.
    pub fn new_id(&self, name: &str) -> String {
        let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let plain: String =
            name.chars().map(|one| if is_plain(one) { one.to_ascii_lowercase() } else { '-' }).collect();
        let plain = match plain.trim_matches('-') {
            "" => "connection",
            plain => plain,
        };
        let names = std::iter::once(plain.to_owned()).chain((2_u64..).map(|number| format!("{plain}-{number}")));
        let is_free = |id: &String| {
            let there = |end: &str| self.0.join(format!("{id}{end}")).symlink_metadata().is_ok();
            !there(".toml") && !there(CREDENTIALS) && !there(DATABASE)
        };
        names.into_iter().find(is_free).unwrap_or_default()
    }

    /// Writes a new connection with its credentials, if it has any, into files that only the user can read. Its rows go to a file of SQLite
    /// beside it. Returns its id.
    pub fn create(&self, mut draft: Draft, name: &str, credentials: Option<&Credentials>) -> Result<String, Error> {
        let made = || {
            let mut rules = std::fs::DirBuilder::new();
            rules.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut rules, 0o700);
            rules.create(&self.0)
        };
        made().map_err(|error| unwritten(&self.0, error))?;
        let id = self.new_id(name);
        draft.set_destination(&DestinationSettings::Sqlite(format!("{id}{DATABASE}").into()));
        let path = self.0.join(format!("{id}.toml"));
        if credentials.is_some() {
            draft.set("credentials_file", format!("{id}{CREDENTIALS}"));
        }
        draft.read(&path)?;
        if let Some(credentials) = credentials {
            CredentialFile::save_new(self.0.join(format!("{id}{CREDENTIALS}")), credentials)?;
        }
        draft.save_new(&path).map_err(|error| unwritten(&path, error))?;
        Ok(id)
    }

    /// Writes the changed file of a connection, and its credentials if there are new ones.
    pub fn save(&self, entry: &Entry, mut draft: Draft, credentials: Option<&Credentials>) -> Result<(), Error> {
        if let Some(credentials) = credentials {
            let file = match entry.connection.as_ref().map(|connection| &connection.credentials) {
                Ok(CredentialSource::File(file)) => file.clone(),
                _ => {
                    let name = format!("{}{CREDENTIALS}", entry.id);
                    draft.set("credentials_file", name.as_str());
                    self.0.join(name)
                }
            };
            draft.read(&entry.path)?;
            CredentialFile::save(file, credentials)?;
        }
        draft.read(&entry.path)?;
        draft.save(&entry.path).map_err(|error| unwritten(&entry.path, error))
    }
}

const CREDENTIALS: &str = ".credentials.json";
const DATABASE: &str = ".db";

fn unwritten(path: &Path, error: io::Error) -> Error {
    let message = format!("{} cannot be written", path.display());
    Error::new(spapi_core::ErrorKind::Config, message)
        .with_hint("Check who may write to the folder, and whether the disk is full.")
        .with_source(error)
}

/// Whether a file is meant to be a connection: it names itself and its objects, or cannot be read as TOML at all and names one of both.
fn looks_like_one(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let has = |key: &str| {
        text.lines()
            .any(|line| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')))
    };
    has("name") && has("objects")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let connections = Folder::new(folder.path().to_owned());
        assert_eq!(connections.new_id("日本 ストア"), "connection");
        assert_eq!(connections.new_id("../a b"), "a-b");
        std::fs::write(folder.path().join("a-b.db"), "").unwrap();
        assert_eq!(connections.new_id("a b"), "a-b-2");
        std::fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"x\"\n").unwrap();
        std::fs::write(folder.path().join("broken.toml"), "name = \"a\"\nobjects = [\"None\"]\n").unwrap();
        let entries = connections.entries().unwrap();
        assert_eq!(entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["broken"]);
        assert!(entries[0].connection.is_err() && connections.find("../broken").is_none());
    }
}
