//! Credentials in a file.

use super::credentials::Credentials;
use super::store::{CredentialStore, StoreError};
use crate::detached::on_waiting_thread;
use crate::error::{Error, ErrorKind};
use crate::files::{Links, NewFile, open_regular, unique_name};
use crate::future::BoxFuture;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest file that is read. Tokens have at most 2 kB.
const LONGEST: u64 = 64 * 1024;

/// How often a file is read that another program seems to be writing, and the pause between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// The names of the members.
const NAMES: [&str; 4] = ["client_id", "client_secret", "refresh_token", "seller_id"];

const SHAPE: &str =
    "It must be a JSON object with client_id, client_secret and refresh_token, and may have a seller_id.";

/// Credentials in a JSON file that only its owner can read.
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
/// The last two are optional. Without a refresh token the credentials are those of the application itself. Without a
/// seller id the refresh token identifies the seller.
///
/// The file is read again for each access token, about once an hour. To replace a rotated secret, write the file.
/// [`save`](Self::save) does that in one step. If another program writes the file in place and it is found half
/// written, it is read again for a fifth of a second before that is an error.
///
/// On Unix a file is used only if it belongs to the user of the process or to root, nobody else may read or change it,
/// and not everybody may write to its folder (`/tmp` and other folders where nobody may remove another user's files are
/// allowed). A link to such a file is followed, because containers mount secrets that way.
#[derive(Clone, Debug)]
pub struct CredentialFile {
    path: PathBuf,
}

impl CredentialFile {
    /// The file at that path. It is read once to validate it.
    ///
    /// # Errors
    /// When it cannot be read, is not private, or does not hold credentials. No error shows the file's content.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let file = Self { path: path.into() };
        file.read()?;
        Ok(file)
    }

    /// Writes credentials to a file that only its owner can read. It replaces a file or link of that name in one step:
    /// a reader finds the old content or the new. If two programs save at once, the last one wins.
    ///
    /// # Errors
    /// When it cannot be written, something other than a file has that name, or everybody may write to the folder. The
    /// old file is then unchanged.
    pub fn save(path: impl Into<PathBuf>, credentials: &Credentials) -> Result<Self, Error> {
        Self::write(path.into(), |path| {
            if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file() && !there.is_symlink()) {
                return Err(io::Error::other("it is not a regular file"));
            }
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}.new", unique_name()?));
            let mut new = NewFile::create(&path.with_file_name(name))?;
            write_all(&mut new.file, credentials)?;
            new.replace(path)
        })
    }

    /// Writes credentials to a new file that only its owner can read. It never replaces anything, not even a file that
    /// was created a moment before.
    ///
    /// # Errors
    /// When it cannot be written, something has that name, or everybody may write to the folder.
    pub fn save_new(path: impl Into<PathBuf>, credentials: &Credentials) -> Result<Self, Error> {
        Self::write(path.into(), |path| {
            let mut new = NewFile::create(path)?;
            write_all(&mut new.file, credentials)?;
            new.keep();
            Ok(())
        })
    }

    fn write(path: PathBuf, write: impl FnOnce(&Path) -> io::Result<()>) -> Result<Self, Error> {
        let file = Self { path };
        match is_folder_private(&file.path) {
            Ok(true) => {}
            Ok(false) => return Err(file.refused("everybody may write to its folder", FOLDER_HINT)),
            Err(error) => return Err(file.unwritten(error)),
        }
        write(&file.path).map_err(|error| file.unwritten(error))?;
        Ok(file)
    }

    /// The credentials that the file holds now.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub fn read(&self) -> Result<Credentials, Error> {
        self.read_with(|| std::thread::sleep(PAUSE))
    }

    fn read_with(&self, mut pause: impl FnMut()) -> Result<Credentials, Error> {
        for _ in 1..ATTEMPTS {
            match self.attempt() {
                Err(Trouble { may_pass: true, .. }) => pause(),
                done => return done.map_err(|trouble| trouble.error),
            }
        }
        self.attempt().map_err(|trouble| trouble.error)
    }

    fn attempt(&self) -> Result<Credentials, Trouble> {
        let unreadable = |error: io::Error| {
            let may_pass = error.kind() == io::ErrorKind::NotFound;
            let message = format!("the credentials in {} cannot be read: {error}", self.path.display());
            Trouble { error: Error::new(ErrorKind::Config, message).with_source(error), may_pass }
        };
        let lasting = |why: &str, hint| Trouble { error: self.refused(why, hint), may_pass: false };
        let half_written = |why: &str| Trouble { error: self.refused(why, SHAPE), may_pass: true };
        let file = open_regular(&self.path, OpenOptions::new().read(true), Links::Follow).map_err(unreadable)?;
        if let Some((why, hint)) = exposure(&file, &self.path).map_err(unreadable)? {
            return Err(lasting(why, hint));
        }
        let before = file.metadata().map_err(unreadable)?;
        if before.len() > LONGEST {
            return Err(lasting("it is longer than 64 KiB", SHAPE));
        }
        // The capacity fits the whole file, because a growing buffer would leave copies behind.
        let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default() + 1));
        (&file).take(LONGEST).read_to_end(&mut text).map_err(unreadable)?;
        let after = file.metadata().map_err(unreadable)?;
        if (before.len(), before.modified().ok()) != (after.len(), after.modified().ok()) {
            return Err(half_written("another program is writing it"));
        }
        parse(&text).map_err(|why| half_written(&why))
    }

    fn refused(&self, why: &str, hint: &'static str) -> Error {
        let message = format!("the credentials in {} cannot be used: {why}", self.path.display());
        Error::new(ErrorKind::Config, message).with_hint(hint)
    }

    fn unwritten(&self, error: io::Error) -> Error {
        let message = format!("the credentials cannot be written to {}: {error}", self.path.display());
        Error::new(ErrorKind::Config, message).with_source(error)
    }
}

/// Reads the file on a thread that may wait for a disk.
impl CredentialStore for CredentialFile {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        let file = self.clone();
        Box::pin(async move { Ok(on_waiting_thread(move || file.read()).await??) })
    }
}

/// Why a file could not be used, and whether another try may help.
struct Trouble {
    error: Error,
    may_pass: bool,
}

/// A member's position in the file and its value, as written there.
type Members<'text> = [Option<&'text RawValue>; NAMES.len()];

/// Reads credentials. An error says what is wrong without showing content of the file.
fn parse(text: &[u8]) -> Result<Credentials, String> {
    let parsed: Parsed<'_> = serde_json::from_slice(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => "it is not a JSON object".to_owned(),
        _ => format!("it is not JSON at line {}, column {}", error.line(), error.column()),
    })?;
    let members = parsed.0?;
    let [client_id, client_secret, refresh_token, seller_id] = members;
    let missing = |name: &str| format!("{name} is missing");
    Ok(Credentials {
        client_id: value(client_id, NAMES[0])?.ok_or_else(|| missing(NAMES[0]))?.trim().to_owned(),
        client_secret: secret(client_secret, NAMES[1])?.ok_or_else(|| missing(NAMES[1]))?,
        refresh_token: secret(refresh_token, NAMES[2])?,
        seller_id: value(seller_id, NAMES[3])?.map(|id| id.trim().to_owned()),
    })
}

fn secret(raw: Option<&RawValue>, name: &str) -> Result<Option<SecretString>, String> {
    Ok(value(raw, name)?.map(|text| SecretString::from(text.trim())))
}

/// The text of a member. `None` if it is missing or null.
fn value(raw: Option<&RawValue>, name: &str) -> Result<Option<Zeroizing<String>>, String> {
    let Some(raw) = raw else { return Ok(None) };
    let text = serde_json::from_str::<Option<String>>(raw.get()).map(|text| text.map(Zeroizing::new));
    match text {
        Ok(Some(text)) if text.trim().is_empty() => Err(format!("{name} is empty")),
        Ok(text) => Ok(text),
        Err(_) => Err(format!("{name} is not a text")),
    }
}

/// The members of the object, or what is wrong with them. An error gives an unknown name by its position, because the
/// name may be a secret.
struct Parsed<'text>(Result<Members<'text>, String>);

impl<'de> Deserialize<'de> for Parsed<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByName)
    }
}

struct ByName;

impl<'de> Visitor<'de> for ByName {
    type Value = Parsed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        let mut wrong = None;
        let mut number = 0;
        while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            number += 1;
            match NAMES.iter().position(|known| *known == name) {
                Some(known) if members[known].is_none() => members[known] = Some(value),
                Some(known) => _ = wrong.get_or_insert_with(|| format!("it has {} twice", NAMES[known])),
                None => _ = wrong.get_or_insert_with(|| format!("its member number {number} has an unknown name")),
            }
        }
        Ok(Parsed(wrong.map_or(Ok(members), Err)))
    }
}

fn write_all(file: &mut File, credentials: &Credentials) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct Saved<'a> {
        client_id: &'a str,
        client_secret: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        seller_id: Option<&'a str>,
    }
    let saved = Saved {
        client_id: &credentials.client_id,
        client_secret: credentials.client_secret.expose_secret(),
        refresh_token: credentials.refresh_token.as_ref().map(ExposeSecret::expose_secret),
        seller_id: credentials.seller_id.as_deref(),
    };
    let values = [Some(saved.client_id), Some(saved.client_secret), saved.refresh_token, saved.seller_id];
    // The capacity fits everything with its escapes, because a growing buffer would leave copies behind.
    let room = values.iter().flatten().map(|value| 6 * value.len() + 64).sum();
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer_pretty(&mut *text, &saved)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.sync_all()
}

const FOLDER_HINT: &str = "Remove that right with chmod o-w, or use another folder.";

/// Why others could read or replace the file, and what to do.
#[cfg(unix)]
fn exposure(file: &File, path: &Path) -> io::Result<Option<(&'static str, &'static str)>> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata()?;
    if metadata.permissions().mode() & 0o077 != 0 {
        let hint = "Remove that right with chmod 600.";
        return Ok(Some(("users other than its owner may read or change the file", hint)));
    }
    if !crate::files::is_ours(&metadata)? {
        let hint = "Copy it to a file of your own, or have it given to you with chown.";
        return Ok(Some(("it belongs to another user", hint)));
    }
    // If it is a link, the folder it leads to counts too.
    let is_private = is_folder_private(path)? && (!path.is_symlink() || is_folder_private(&fs::canonicalize(path)?)?);
    Ok((!is_private).then_some(("everybody may write to its folder", FOLDER_HINT)))
}

/// Whether others cannot replace the files in the folder of a file.
#[cfg(unix)]
fn is_folder_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mode = fs::metadata(folder)?.permissions().mode();
    // In a sticky folder nobody may remove or rename another user's file.
    Ok(mode & 0o002 == 0 || mode & 0o1000 != 0)
}

/// On other systems a file in the user's own folder is private.
#[cfg(not(unix))]
fn exposure(_: &File, _: &Path) -> io::Result<Option<(&'static str, &'static str)>> {
    Ok(None)
}

#[cfg(not(unix))]
fn is_folder_private(_: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seller() -> Credentials {
        Credentials::new("app", "open sesame", "Atzr|1").with_seller_id("A1")
    }

    #[test]
    fn written_credentials_are_read_again() {
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
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left next to it");
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
    fn the_error_of_a_wrong_file_does_not_show_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        let missing = CredentialFile::open(&path).unwrap_err();
        assert!(missing.to_string().contains("seller.json cannot be read: No such file"), "{missing}");
        CredentialFile::save(&path, &seller()).unwrap();
        for (content, why) in [
            ("", "it is not JSON at line 1"),
            ("{\"client_id\": sesame}", "it is not JSON at line 1, column"),
            ("{\"client_id\": \"a\"} sesame", "it is not JSON at line 1, column"),
            ("[\"sesame\"]", "it is not a JSON object"),
            ("\"sesame\"", "it is not a JSON object"),
            (r#"{"client_id":"a"}"#, "client_secret is missing"),
            (r#"{"client_secret":"sesame"}"#, "client_id is missing"),
            (r#"{"client_id":"a","client_secret":["sesame"]}"#, "client_secret is not a text"),
            (r#"{"client_id":" ","client_secret":"sesame"}"#, "client_id is empty"),
            (r#"{"client_id":"a","client_secret":"sesame","Atzr|sesame":"1"}"#, "member number 3 has an unknown name"),
            (r#"{"client_id":"a","client_secret":"sesame","client_secret":"sesame2"}"#, "it has client_secret twice"),
        ] {
            fs::write(&path, content).unwrap();
            let error = CredentialFile::open(&path).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(error.is_config() && shown.contains(why), "{shown}");
            assert!(!shown.contains("sesame"), "{shown}");
        }
    }

    #[test]
    fn a_failed_save_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("missing/seller.json");
        let error = CredentialFile::save(nowhere, &seller()).unwrap_err();
        assert!(error.is_config() && !format!("{error:?}").contains("sesame"), "{error:?}");
        let taken = folder.path().join("folder");
        fs::create_dir(&taken).unwrap();
        CredentialFile::save(&taken, &seller()).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_being_rewritten_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        let file = CredentialFile::save(&path, &seller()).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        for length in 0..whole.trim_end().len() {
            fs::write(&path, &whole[..length]).unwrap();
            let mut pauses = 0;
            let read = file.read_with(|| {
                pauses += 1;
                if pauses == 3 {
                    fs::write(&path, &whole).unwrap();
                }
            });
            assert_eq!((read.unwrap().client_id(), pauses), ("app", 3), "{length} bytes were there");
        }
        fs::remove_file(&path).unwrap();
        let back = file.read_with(|| drop(CredentialFile::save_new(&path, &seller())));
        assert_eq!(back.unwrap().client_id(), "app");
        let mut pauses = 0;
        fs::write(&path, &whole[..10]).unwrap();
        file.read_with(|| pauses += 1).unwrap_err();
        assert_eq!(pauses, ATTEMPTS - 1);
    }

    #[test]
    fn two_saves_at_once_both_succeed_and_one_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        std::thread::scope(|scope| {
            for id in ["one", "two"] {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..50 {
                        CredentialFile::save(path, &Credentials::application(id, "secret")).unwrap();
                    }
                });
            }
        });
        let read = CredentialFile::open(&path).unwrap().read().unwrap();
        assert!(["one", "two"].contains(&read.client_id()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left next to it");
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        CredentialFile::save_new(&path, &seller()).unwrap();
        let error = CredentialFile::save_new(&path, &Credentials::application("another", "secret")).unwrap_err();
        assert!(error.is_config() && error.to_string().contains("seller.json: File exists"), "{error}");
        assert_eq!(CredentialFile::open(&path).unwrap().read().unwrap().client_id(), "app");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_new_file_is_not_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("seller.json"), folder.path().join("target"));
        std::os::unix::fs::symlink(&target, &path).unwrap();
        CredentialFile::save_new(&path, &seller()).unwrap_err();
        assert!(!target.exists());
        CredentialFile::save(&path, &seller()).unwrap();
        assert!(!target.exists() && !path.is_symlink(), "the link was replaced");
    }

    #[test]
    #[cfg(unix)]
    fn a_path_that_is_not_a_regular_file_is_neither_read_nor_replaced() {
        use std::os::unix::fs::FileTypeExt;
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap().success());
        let socket = folder.path().join("socket");
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for path in [&pipe, &socket, &link, Path::new("/dev/zero"), folder.path()] {
            assert!(CredentialFile::open(path).unwrap_err().is_config(), "{}", path.display());
        }
        for path in [&pipe, &socket] {
            let error = CredentialFile::save(path, &seller()).unwrap_err();
            assert!(error.to_string().contains("it is not a regular file"), "{error}");
            assert!(!fs::symlink_metadata(path).unwrap().file_type().is_file());
        }
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left next to them");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_in_a_folder_that_everybody_may_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().unwrap();
        let (open, private) = (above.path().join("open"), above.path().join("private"));
        fs::create_dir(&open).unwrap();
        fs::create_dir(&private).unwrap();
        let path = open.join("seller.json");
        CredentialFile::save(&path, &seller()).unwrap();
        let link = private.join("seller.json");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        CredentialFile::open(&link).unwrap();
        for (mode, is_refused) in [(0o777, true), (0o703, true), (0o1777, false), (0o755, false)] {
            fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
            for path in [&path, &link] {
                let opened = CredentialFile::open(path);
                assert_eq!(opened.is_err(), is_refused, "{mode:o}: {opened:?}");
            }
            let saved = [CredentialFile::save(&path, &seller()), CredentialFile::save_new(open.join("new"), &seller())];
            assert!(saved.iter().all(|saved| saved.is_err() == is_refused), "{mode:o}: {saved:?}");
            let _ = fs::remove_file(open.join("new"));
        }
    }

    /// Needs the right to change the owner of a file, which usually only the administrator has; without it the test
    /// prints a note.
    #[test]
    #[cfg(unix)]
    fn a_file_of_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        CredentialFile::save(&path, &seller()).unwrap();
        let another = std::os::unix::fs::MetadataExt::uid(&fs::metadata(&path).unwrap()) + 1;
        match std::os::unix::fs::chown(&path, Some(another), None) {
            Ok(()) => {
                let error = CredentialFile::open(&path).unwrap_err();
                assert!(error.to_string().contains("it belongs to another user"), "{error}");
            }
            Err(error) => eprintln!("not tested, because this user may not change the owner of a file: {error}"),
        }
    }

    /// Reads this process's own memory.
    #[test]
    #[cfg(target_os = "linux")]
    fn reading_and_saving_leave_no_copy_of_a_secret_in_memory() {
        use std::os::unix::fs::FileExt;
        const MASK: u8 = 0x15;
        let mut masked = [0; 48];
        getrandom::fill(&mut masked).unwrap();
        // The needle has only letters, and is masked so that the only copies in memory are those of the secret.
        masked.iter_mut().for_each(|byte| *byte = (b'a' + *byte % 16) ^ MASK);
        let unmasked = || {
            let mut text = String::with_capacity(masked.len());
            text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
            text
        };
        let copies = || {
            let memory = File::open("/proc/self/mem").unwrap();
            let maps = fs::read_to_string("/proc/self/maps").unwrap();
            let writable = maps.lines().filter(|line| line.contains(" rw"));
            let mut found = 0;
            for line in writable {
                let (start, rest) = line.split_once('-').unwrap();
                let end = rest.split(' ').next().unwrap();
                let [start, end] = [start, end].map(|hex| u64::from_str_radix(hex, 16).unwrap());
                let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
                let read = memory.read_at(&mut bytes, start).unwrap_or_default();
                let is_it = |window: &&[u8]| window.iter().zip(&masked).all(|(byte, masked)| *byte == masked ^ MASK);
                found += bytes[..read].windows(masked.len()).filter(is_it).count();
                bytes.fill(0);
            }
            found
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seller.json");
        let credentials = Credentials::new("app", unmasked(), unmasked());
        assert!(copies() >= 2, "the search finds the copies that exist");
        let file = CredentialFile::save(&path, &credentials).unwrap();
        let read = file.read().unwrap();
        assert_eq!(read.client_secret.expose_secret(), credentials.client_secret.expose_secret());
        drop((credentials, read));
        assert_eq!(copies(), 0);
    }
}
