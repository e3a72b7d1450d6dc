//! `release` as it is called: the real cargo and the real git on a scratch workspace, and a registry on loopback that speaks
//! cargo's protocol. Only the registry is ours: uploads to the public one cannot be taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// What a registry holds, and how it fails.
#[derive(Default)]
struct Shelf {
    /// Lines of the index by crate.
    index: BTreeMap<String, String>,
    archives: BTreeMap<String, Vec<u8>>,
    /// `name version` of each upload that was taken, in order.
    taken: Vec<String>,
    /// Crates that are refused.
    refused: BTreeSet<String>,
    /// Crates that are taken without an answer.
    unanswered: BTreeSet<String>,
}

struct Registry {
    address: String,
    shelf: Arc<Mutex<Shelf>>,
}

impl Registry {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let (own, known) = (address.clone(), Arc::clone(&shelf));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (address, shelf) = (own.clone(), Arc::clone(&known));
                thread::spawn(move || serve(stream, &address, &shelf));
            }
        });
        Self { address, shelf }
    }

    fn taken(&self) -> Vec<String> {
        self.shelf.lock().unwrap().taken.clone()
    }
}

/// Answers one request and closes the connection.
fn serve(mut stream: TcpStream, address: &str, shelf: &Mutex<Shelf>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let (method, path) = first.split_once(' ')?;
    let path = path.split(' ').next()?;
    let (mut length, mut waits) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "expect" => waits = true,
            _ => {}
        }
    }
    if waits {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, answer) = answer(method, path, &body, address, &mut shelf.lock().unwrap())?;
    let head = format!("HTTP/1.1 {status} \r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    stream.write_all(&[head.as_bytes(), &answer].concat()).ok()
}

fn answer(method: &str, path: &str, body: &[u8], address: &str, shelf: &mut Shelf) -> Option<(u16, Vec<u8>)> {
    let parts: Vec<_> = path.split('/').skip(1).collect();
    match (method, parts.as_slice()) {
        ("GET", ["config.json"]) => {
            let config = json!({"dl": format!("http://{address}/dl"), "api": format!("http://{address}")});
            Some((200, config.to_string().into()))
        }
        ("GET", ["dl", name, version, "download"]) => Some(
            shelf.archives.get(&format!("{name} {version}")).map_or((404, Vec::new()), |found| (200, found.clone())),
        ),
        ("GET", [.., name]) => {
            Some(shelf.index.get(*name).map_or((404, Vec::new()), |lines| (200, lines.clone().into())))
        }
        ("PUT", ["api", "v1", "crates", "new"]) => {
            let (metadata, rest) = piece(body)?;
            let (archive, _) = piece(rest)?;
            let metadata: Value = serde_json::from_slice(metadata).ok()?;
            let (name, version) = (metadata["name"].as_str()?.to_owned(), metadata["vers"].as_str()?.to_owned());
            if shelf.refused.contains(&name) {
                return Some((503, b"{\"errors\":[{\"detail\":\"not now\"}]}".to_vec()));
            }
            let dependency = |dep: &Value| {
                json!({"name": dep["name"], "req": dep["version_req"], "features": dep["features"],
                    "optional": dep["optional"], "default_features": dep["default_features"], "target": dep["target"],
                    "kind": dep["kind"], "registry": dep["registry"]})
            };
            let dependencies: Vec<_> = metadata["deps"].as_array()?.iter().map(dependency).collect();
            let sum: String = Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
            let line = json!({"name": name, "vers": version, "deps": dependencies, "cksum": sum, "features": {},
                "yanked": false});
            *shelf.index.entry(name.clone()).or_default() += &format!("{line}\n");
            shelf.archives.insert(format!("{name} {version}"), archive.to_vec());
            shelf.taken.push(format!("{name} {version}"));
            let warnings = json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}});
            (!shelf.unanswered.remove(&name)).then(|| (200, warnings.to_string().into()))
        }
        _ => Some((405, Vec::new())),
    }
}

/// A piece after its length in four bytes, and what follows.
fn piece(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(4)?;
    rest.split_at_checked(u32::from_le_bytes(length.try_into().ok()?) as usize)
}

/// A workspace: `tiny-core`, the section `tiny-shop` on it, the program `tiny` on both, and tests that are not published.
struct Checkout {
    folder: TempDir,
    home: TempDir,
    registry: Registry,
}

const CORE: &str = "tiny-core = { path = \"crates/core\", version = \"0.1.0\", registry = \"test\" }";

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Self { folder, home: tempfile::tempdir().unwrap(), registry: Registry::new() };
        let manifest = |name: &str, dependencies: &str| {
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndescription = \"It.\"\n\
                 license = \"MIT\"\nreadme = \"README.md\"\n\n[dependencies]\n{dependencies}\n"
            )
        };
        let shop = "tiny-core.workspace = true";
        let app = "tiny-core.workspace = true\n\
            tiny-shop = { path = \"../api/shop\", version = \"0.1.0\", registry = \"test\" }";
        let workspace = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/core\", \"crates/app\", \"crates/api/*\", \"tests\"]\n\n\
             [workspace.dependencies]\n{CORE}\n"
        );
        let app = format!("{}\n[[bin]]\nname = \"tiny\"\npath = \"src/main.rs\"\n", manifest("tiny-app", app));
        let tests = format!("{}publish = false\n", "[package]\nname = \"tiny-tests\"\nedition = \"2024\"\n");
        for (path, text) in [
            ("Cargo.toml", workspace.as_str()),
            (".gitignore", "/target\n"),
            ("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\nModels: these.\n\n### Added\n\n- `tiny`: a command.\n"),
            ("crates/core/Cargo.toml", &manifest("tiny-core", "")),
            ("crates/core/src/lib.rs", "pub fn one() -> u8 { 1 }\n"),
            ("crates/core/README.md", "Core.\n"),
            ("crates/api/shop/Cargo.toml", &manifest("tiny-shop", shop)),
            ("crates/api/shop/src/lib.rs", "pub fn two() -> u8 { tiny_core::one() + 1 }\n"),
            ("crates/api/shop/README.md", "Shop.\n"),
            ("crates/app/Cargo.toml", &app),
            ("crates/app/src/main.rs", "fn main() { println!(\"{}\", tiny_core::one() + tiny_shop::two()) }\n"),
            ("crates/app/README.md", "App.\n"),
            ("tests/Cargo.toml", &tests),
            ("tests/src/lib.rs", "\n"),
        ] {
            checkout.write(path, text);
        }
        checkout.git(&["init", "--quiet"]);
        let lock = checkout.prepared(Command::new(std::env::var("CARGO").unwrap())).arg("generate-lockfile").output();
        assert!(lock.as_ref().is_ok_and(|output| output.status.success()), "{lock:?}");
        checkout.commit("first");
        checkout
    }

    /// In the checkout, with its registry as the one that cargo publishes to.
    fn prepared(&self, mut command: Command) -> Command {
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command.env_remove("CARGO_TARGET_DIR").env_remove("RUST_BACKTRACE").env("CARGO_HOME", self.home.path());
        command.env("CARGO_REGISTRIES_TEST_INDEX", format!("sparse+http://{}/", self.registry.address));
        command.env("CARGO_REGISTRIES_TEST_TOKEN", "not-a-secret").env("CARGO_REGISTRY_DEFAULT", "test");
        command.env("CARGO_MANIFEST_DIR", self.folder.path().join("xtask")).current_dir(self.folder.path());
        command
    }

    fn release(&self, args: &[&str]) -> Output {
        let command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        self.prepared(command).arg("release").args(args).output().unwrap()
    }

    /// Succeeds; what was printed.
    fn releases(&self, args: &[&str]) -> String {
        let output = self.release(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Fails with words.
    fn refuses(&self, args: &[&str], words: &[&str]) {
        let output = self.release(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        words.iter().for_each(|word| assert!(said.contains(word), "{word} is not in {said}"));
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn change(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.path().join(path)).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        self.write(path, &text.replace(from, to));
    }

    fn git(&self, args: &[&str]) -> String {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgSign=false"];
        let output = Command::new("git").args(identity).args(args).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    fn tags(&self) -> Vec<String> {
        self.git(&["tag", "--list"]).lines().map(str::to_owned).collect()
    }

    /// With the headings of a release, committed.
    fn ready(self) -> Self {
        self.releases(&["--changelog"]);
        self.commit("docs: changelog");
        self
    }
}

const ALL: [&str; 3] = ["tiny-core 0.1.0", "tiny-shop 0.1.0", "tiny-app 0.1.0"];
const TAGS: [&str; 3] = ["tiny-app-v0.1.0", "tiny-core-v0.1.0", "tiny-shop-v0.1.0"];

#[test]
fn a_dry_run_prints_the_plan_builds_the_archives_and_publishes_nothing() {
    let checkout = Checkout::new().ready();
    let printed = checkout.releases(&["--dry-run"]);
    let plan = "tiny-core: new -> 0.1.0: first release\ntiny-shop: new -> 0.1.0: first release\n\
        tiny-app: new -> 0.1.0: first release\n3 crates to release, 0 released as they are\n";
    assert!(printed.starts_with(plan), "{printed}");
    for name in ["core", "shop", "app"] {
        let archive = checkout.folder.path().join(format!("target/package/tiny-{name}-0.1.0.crate"));
        assert!(archive.is_file(), "{}", archive.display());
    }
    assert!(checkout.tags().is_empty() && checkout.registry.taken().is_empty());

    // What builds in the workspace alone does not build from its archive.
    checkout.write("crates/words.txt", "words");
    checkout.write(
        "crates/core/src/lib.rs",
        "pub const WORDS: &str = include_str!(\"../../words.txt\");\npub fn one() -> u8 { 1 }\n",
    );
    checkout.commit("reaches out of its folder");
    checkout.refuses(&["tiny-core"], &["`cargo package` failed", "words.txt"]);
    assert!(checkout.tags().is_empty() && checkout.registry.taken().is_empty());
}

#[test]
fn what_stands_in_the_way_is_named_and_nothing_is_released() {
    let checkout = Checkout::new();
    checkout.refuses(
        &[],
        &["CHANGELOG.md has no heading for tiny-core 0.1.0, tiny-shop 0.1.0, tiny-app 0.1.0: ", "release --changelog"],
    );
    checkout.refuses(&["tiny-tests"], &["there is no crate tiny-tests to publish", "tiny-app, tiny-core, tiny-shop"]);
    let checkout = checkout.ready();
    checkout.refuses(&["tiny-shop"], &["tiny-shop 0.1.0 needs tiny-core ^0.1.0, which is not released"]);
    checkout.write("crates/core/src/new file.rs", "");
    checkout.refuses(&["--dry-run"], &["crates/core/src/", "is not committed"]);
    checkout.commit("a file");
    checkout.change("crates/core/Cargo.toml", "license = \"MIT\"\n", "");
    checkout.commit("no licence");
    checkout.refuses(&[], &["tiny-core lacks `license` in crates/core/Cargo.toml"]);
    checkout.change("crates/core/Cargo.toml", "description", "license = \"MIT\"\ndescription");
    checkout.commit("licence");

    for tag in TAGS {
        checkout.git(&["tag", tag]);
    }
    assert!(checkout.releases(&[]).contains("0 crates to release, 3 released as they are"));
    checkout.change("crates/core/src/lib.rs", "1", "2");
    checkout.commit("another one");
    checkout.refuses(&[], &["tiny-core 0.1.0 is tagged, and 1 file of crates/core changed since tiny-core-v0.1.0"]);
    checkout.change("crates/core/Cargo.toml", "0.1.0", "0.2.0");
    checkout.change("Cargo.toml", "0.1.0", "0.2.0");
    checkout.change(
        "Cargo.lock",
        "name = \"tiny-core\"\nversion = \"0.1.0\"",
        "name = \"tiny-core\"\nversion = \"0.2.0\"",
    );
    checkout.commit("core 0.2.0");
    checkout.refuses(
        &["--changelog"],
        &["tiny-shop 0.1.0 was released for tiny-core ^0.1.0, and that stands at 0.2.0: raise the version of tiny-shop"],
    );
    checkout.refuses(&["--changelog", "tiny-core"], &["CHANGELOG.md says nothing of tiny-core"]);
    assert_eq!(checkout.tags(), TAGS);
    assert!(checkout.registry.taken().is_empty());
}

#[test]
fn a_release_that_fails_goes_on_where_it_stopped() {
    let checkout = Checkout::new().ready();
    let changelog = fs::read_to_string(checkout.folder.path().join("CHANGELOG.md")).unwrap();
    assert!(changelog.ends_with("### `tiny-app` 0.1.0\n\n#### Added\n\n- `tiny`: a command.\n"), "{changelog}");

    checkout.registry.shelf.lock().unwrap().refused.insert("tiny-shop".to_owned());
    checkout.refuses(&[], &["`cargo publish` of tiny-shop 0.1.0 failed", "not now"]);
    assert_eq!(checkout.registry.taken(), ALL[..1]);
    assert_eq!(checkout.tags(), ["tiny-core-v0.1.0"]);

    // Taken, and the answer is lost; then somebody commits before the next run.
    checkout.registry.shelf.lock().unwrap().refused.clear();
    checkout.registry.shelf.lock().unwrap().unanswered.insert("tiny-shop".to_owned());
    checkout.refuses(&[], &["`cargo publish` of tiny-shop 0.1.0 failed"]);
    assert_eq!(checkout.tags(), ["tiny-core-v0.1.0"]);
    let published = checkout.git(&["rev-parse", "HEAD"]);
    checkout.write("notes.txt", "");
    checkout.commit("notes");
    let printed = checkout.releases(&[]);
    assert!(printed.contains("tiny-shop-v0.1.0: was published by an earlier run"), "{printed}");
    assert_eq!(checkout.registry.taken(), ALL);
    assert_eq!(checkout.tags(), TAGS);
    assert_eq!(checkout.git(&["rev-parse", "tiny-shop-v0.1.0"]), published);
    assert!(checkout.git(&["for-each-ref", "refs/publishing"]).is_empty());

    assert!(checkout.releases(&[]).contains("0 crates to release, 3 released as they are"));
    checkout.git(&["tag", "--delete", "tiny-app-v0.1.0"]);
    checkout.refuses(&[], &["tiny-app 0.1.0 is on the registry, and not tagged here", "git fetch --tags"]);
    assert_eq!(checkout.registry.taken(), ALL);
}

#[test]
fn the_changelog_of_some_crates_loses_no_entry_of_the_others() {
    let checkout = Checkout::new();
    let changelog = || fs::read_to_string(checkout.folder.path().join("CHANGELOG.md")).unwrap();
    let manifest = fs::read_to_string(checkout.folder.path().join("crates/api/shop/Cargo.toml")).unwrap();
    checkout.write("crates/api/mill/Cargo.toml", &manifest.replace("tiny-shop", "tiny-mill"));
    checkout.write("crates/api/mill/src/lib.rs", "");
    checkout.write("crates/api/mill/README.md", "Mill.\n");
    let entries = "- `tiny`: a command.\n- `spapi-<section>`: is there.\n- `cargo xtask` works.\n";
    checkout.change("CHANGELOG.md", "- `tiny`: a command.\n", entries);
    checkout.commit("a mill");
    let parts = || {
        let text = changelog();
        let (unreleased, released) = text.split_once("\n## 2").unwrap();
        (unreleased.to_owned(), released.to_owned())
    };

    checkout.releases(&["--changelog", "tiny-core", "tiny-shop"]);
    let (unreleased, released) = parts();
    assert!(unreleased.ends_with(&format!("### Added\n\n{entries}")), "{unreleased}");
    assert!(released.contains("### `tiny-core` 0.1.0\n\n- First release.\n"), "{released}");
    let copy = "0.1.0\n\n#### Added\n\n- `spapi-<section>`: is there.\n";
    assert!(released.contains(&format!("### `tiny-shop` {copy}")), "{released}");
    assert!(!released.contains("cargo xtask"), "{released}");

    // Tagged, with changes since: its next version needs the entry.
    for tag in ["tiny-core-v0.1.0", "tiny-shop-v0.1.0", "tiny-mill-v0.1.0"] {
        checkout.git(&["tag", tag]);
    }
    checkout.write("crates/api/mill/src/lib.rs", "pub fn two() {}\n");
    checkout.commit("a change of the mill");
    checkout.releases(&["--changelog", "tiny-app"]);
    assert!(parts().0.ends_with("- `spapi-<section>`: is there.\n- `cargo xtask` works.\n"), "{}", changelog());
    checkout.git(&["tag", "--delete", "tiny-mill-v0.1.0"]);

    checkout.releases(&["--changelog"]);
    let (unreleased, released) = parts();
    assert!(unreleased.ends_with("Models: these.\n"), "nothing is left: {unreleased}");
    assert!(released.contains(&format!("### `tiny-mill` {copy}")), "{released}");
    assert_eq!(released.matches("is there").count(), 2, "{released}");
    let first = released.split("\n### `tiny-").next().unwrap();
    assert!(first.contains("- `cargo xtask` works.\n"), "{released}");
    // A heading a day; more than one where the test ran over midnight.
    let days: BTreeSet<_> = changelog().lines().filter(|line| line.starts_with("## 2")).map(str::to_owned).collect();
    assert_eq!(changelog().matches("\n## 2").count(), days.len(), "{}", changelog());
    assert!(checkout.releases(&["--changelog"]).contains("CHANGELOG.md has all headings"));
}

#[test]
fn a_shallow_clone_does_not_release() {
    let checkout = Checkout::new();
    checkout.write("notes.txt", "");
    checkout.commit("notes");
    let head = checkout.git(&["rev-parse", "HEAD"]);
    checkout.write(".git/shallow", &format!("{head}\n"));
    checkout.refuses(&["--dry-run"], &["this clone is shallow", "git fetch --unshallow --tags"]);
}
