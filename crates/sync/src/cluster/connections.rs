//! The connections that workers run: the files of a folder.

use crate::Connection;
use crate::mutex::locked;
use spapi_core::{Error, ErrorKind};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// How long the files count as they were read.
const GOOD_FOR: Duration = Duration::from_secs(15);

/// A folder with the files of connections, those that end with `.toml`. Each worker has the same files, such as those of a
/// repository or of a ConfigMap; they name credentials and have none.
///
/// The files are read again while workers run. A file that is wrong stops its connection alone.
#[derive(Clone)]
pub struct ConnectionFolder(Arc<Inner>);

struct Inner {
    path: PathBuf,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    at: Option<Instant>,
    files: HashMap<PathBuf, (Stamp, Result<Arc<Connection>, Error>)>,
    found: Arc<Found>,
}

/// By what a file is known to be unchanged: when it was written, and its length.
type Stamp = (Option<SystemTime>, u64);

/// What a folder has.
#[derive(Default)]
pub(super) struct Found {
    /// By their names.
    pub connections: HashMap<String, Arc<Connection>>,
    /// Of the files that are wrong.
    pub errors: Vec<Error>,
}

impl ConnectionFolder {
    /// A folder, which is read when connections are looked for.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Inner { path: path.into(), read: Mutex::default() }))
    }

    /// The connection of this name. `None` if no file has it.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn find(&self, name: &str) -> Result<Option<Arc<Connection>>, Error> {
        Ok(self.found().await?.connections.get(name).cloned())
    }

    /// All connections, in the order of their names, and what is wrong with the other files.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn all(&self) -> Result<(Vec<Arc<Connection>>, Vec<Error>), Error> {
        let found = self.found().await?;
        let mut connections: Vec<_> = found.connections.values().cloned().collect();
        connections.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((connections, found.errors.clone()))
    }

    pub(super) async fn found(&self) -> Result<Arc<Found>, Error> {
        let inner = Arc::clone(&self.0);
        let found = tokio::task::spawn_blocking(move || inner.found()).await;
        found.map_err(|error| Error::new(ErrorKind::Config, "the connections cannot be read").with_source(error))?
    }
}

impl Inner {
    fn found(&self) -> Result<Arc<Found>, Error> {
        let mut read = locked(&self.read);
        if read.at.is_none_or(|at| at.elapsed() >= GOOD_FOR) {
            read.again(&self.path)?;
            read.at = Some(Instant::now());
        }
        Ok(Arc::clone(&read.found))
    }
}

impl Read {
    /// Reads the files that are new or changed. Connections that are unchanged stay the same values.
    fn again(&mut self, folder: &Path) -> Result<(), Error> {
        let failed = |error: std::io::Error| {
            Error::new(ErrorKind::Config, format!("the folder {} cannot be read", folder.display()))
                .with_source(error)
                .with_hint("Name the folder with the files of the connections.")
        };
        let entries = std::fs::read_dir(folder).map_err(failed)?;
        let mut paths =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
        paths.sort();
        let mut files = HashMap::new();
        let mut found = Found::default();
        let mut taken: HashMap<String, PathBuf> = HashMap::new();
        for path in paths {
            let data = std::fs::metadata(&path).ok();
            let stamp = data.map_or((None, 0), |data| (data.modified().ok(), data.len()));
            let opened = match self.files.remove(&path) {
                Some((before, opened)) if before == stamp && stamp.0.is_some() => opened,
                _ => Connection::open(&path).map(Arc::new),
            };
            match &opened {
                Err(error) => found.errors.push(error.clone()),
                Ok(connection) => match taken.insert(connection.name.to_lowercase(), path.clone()) {
                    None => drop(found.connections.insert(connection.name.clone(), Arc::clone(connection))),
                    Some(other) => {
                        let message =
                            format!("{}: name: {} has a connection of this name too", path.display(), other.display());
                        let error = Error::new(ErrorKind::Config, message);
                        found.errors.push(error.with_hint("Give one of both another name."));
                        taken.insert(connection.name.to_lowercase(), other);
                    }
                },
            }
            files.insert(path, (stamp, opened));
        }
        (self.files, self.found) = (files, Arc::new(found));
        Ok(())
    }
}

impl fmt::Debug for ConnectionFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectionFolder").field(&self.0.path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "region = \"JP\"\nobjects = [\"GET_MERCHANT_LISTINGS_ALL_DATA\"]\n";

    #[test]
    fn a_wrong_file_stops_its_connection_alone_and_an_unchanged_one_stays_the_same_value() {
        let folder = std::env::temp_dir().join(format!("spapi-connections-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("a.toml", &format!("name = \"one\"\n{TEXT}"));
        write("b.toml", &format!("name = \"ONE\"\n{TEXT}"));
        write("c.toml", "name = 5");
        write("d.toml", &format!("name = \"two\"\n{TEXT}"));
        write("e.txt", "no connection");
        let mut read = Read::default();
        read.again(&folder).unwrap();
        let first = Arc::clone(&read.found);
        let mut names: Vec<_> = first.connections.keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["one", "two"]);
        let errors: Vec<_> = first.errors.iter().map(ToString::to_string).collect();
        assert!(errors[0].contains("b.toml: name:") && errors[0].contains("a.toml"), "{errors:?}");
        assert!(errors[1].contains("c.toml") && errors.len() == 2, "{errors:?}");

        write("d.toml", &format!("name = \"three\"\n{TEXT}"));
        std::fs::remove_file(folder.join("a.toml")).unwrap();
        read.again(&folder).unwrap();
        let mut names: Vec<_> = read.found.connections.keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["ONE", "three"]);
        read.again(&folder).unwrap();
        assert!(Arc::ptr_eq(&read.found.connections["ONE"], &read.found.connections["ONE"]));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(read.again(&folder).unwrap_err().to_string().contains("cannot be read"));
    }
}
