//! Runs `cargo xtask models fetch` against servers on loopback, some of which fail.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const MODEL: &str = "models/orders-api-model/ordersV0.json";

/// The files of a small repository. Those below `clients/` and those with the ending `.md` must not be fetched.
fn repository() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("LICENSE", b"a licence".to_vec()),
        ("NOTICE", b"a notice".to_vec()),
        ("README.md", b"prose".to_vec()),
        ("clients/rust/models/client.json", b"{}".to_vec()),
        (MODEL, b"{\"swagger\": \"2.0\"}".to_vec()),
        ("models/orders-api-model/orders.md", b"prose".to_vec()),
        // The file is large and hard to compress, so a download can break in the middle of it.
        ("models/sales-api-model/sales.json", noise(300_000)),
        ("schemas/reports/report.json", b"{\"a\": 1}".to_vec()),
    ]
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

const FETCHED: [&str; 5] =
    ["LICENSE", "NOTICE", MODEL, "models/sales-api-model/sales.json", "schemas/reports/report.json"];

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, format!("selling-partner-api-models-{COMMIT}/{name}"), content.as_slice())
            .unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A folder like `models/` of a checkout, with a pin of [`repository`].
struct Checkout {
    folder: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { folder: tempfile::tempdir().unwrap() };
        let source = checkout.file("source.tar.gz", &archive(&repository()));
        let output = checkout.run(&["pin", "--commit", COMMIT, "--date", "2026-01-02", "--from", &source]);
        assert!(output.status.success(), "{output:?}");
        fs::remove_file(source).unwrap();
        checkout
    }

    /// The same with something in `upstream/` that a failed fetch must leave alone.
    fn with_old_files() -> Self {
        let checkout = Self::new();
        let old = checkout.path("upstream").join(MODEL);
        fs::create_dir_all(old.parent().unwrap()).unwrap();
        fs::write(old, "old").unwrap();
        checkout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("models").args(args).arg("--folder").arg(self.folder.path());
        for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command.env_remove("RUST_BACKTRACE").output().unwrap()
    }

    fn fetch(&self, args: &[&str]) -> Output {
        self.run(&[&["fetch"], args].concat())
    }

    fn fetch_succeeds(&self, args: &[&str]) -> String {
        let output = self.fetch(args);
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "progress is shown only on a terminal: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn fetch_fails(&self, args: &[&str]) -> String {
        let output = self.fetch(args);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn assert_fetched(&self) {
        let upstream = self.path("upstream");
        for (name, content) in repository().iter().filter(|(name, _)| FETCHED.contains(name)) {
            assert_eq!(&fs::read(upstream.join(name)).unwrap(), content, "{name}");
        }
        assert_eq!(count_files(&upstream), FETCHED.len(), "only the pinned files are written");
        self.assert_no_leftovers();
    }

    fn assert_as_before(&self) {
        let upstream = self.path("upstream");
        assert_eq!(fs::read(upstream.join(MODEL)).unwrap(), b"old");
        assert_eq!(count_files(&upstream), 1);
        self.assert_no_leftovers();
    }

    fn assert_no_leftovers(&self) {
        let names = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let leftovers: Vec<_> = names.filter(|name| name.to_str().unwrap().starts_with("upstream.partial")).collect();
        assert!(leftovers.is_empty(), "{leftovers:?}");
    }
}

fn count_files(folder: &Path) -> usize {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

/// A server that answers each request by `reply`, which gets the path asked for; the base of its addresses.
fn serve(reply: impl Fn(&str, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap() == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            if let Some(path) = head.split(' ').nth(1) {
                reply(path, &mut stream);
            }
        }
    });
    base
}

/// Sends the answer. A client may close the connection early.
fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes());
    let _ = stream.write_all(body);
    let _ = stream.flush();
}

#[test]
fn the_archive_is_fetched_through_a_redirect_and_a_second_run_has_nothing_to_do() {
    let checkout = Checkout::with_old_files();
    let body = archive(&repository());
    let base = serve(move |path, stream| match path {
        "/stored.tar.gz" => {
            // In pieces and without a length, as GitHub sends it.
            send(stream, "200 OK\r\ntransfer-encoding: chunked", b"");
            for piece in body.chunks(10_000) {
                let _ = stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes());
                let _ = stream.write_all(piece);
                let _ = stream.write_all(b"\r\n");
            }
            let _ = stream.write_all(b"0\r\n\r\n");
        }
        path => {
            assert_eq!(path, format!("/amzn/selling-partner-api-models/archive/{COMMIT}.tar.gz"));
            send(stream, "302 Found\r\nlocation: /stored.tar.gz\r\ncontent-length: 0", b"");
        }
    });
    let said = checkout.fetch_succeeds(&["--base-url", &base]);
    assert!(said.contains("5 files of amzn/selling-partner-api-models at 0123456 (2026-01-02)"), "{said}");
    checkout.assert_fetched();

    let nowhere = "http://127.0.0.1:1";
    let said = checkout.fetch_succeeds(&["--base-url", nowhere]);
    assert!(said.starts_with("nothing to do"), "{said}");

    for damage in [("upstream/LICENSE", "changed"), ("upstream/models/a-model/extra.json", "{}")] {
        checkout.file(damage.0, damage.1.as_bytes());
        checkout.fetch_fails(&["--base-url", nowhere]);
        checkout.fetch_succeeds(&["--base-url", &base]);
        checkout.assert_fetched();
    }
}

#[test]
fn a_given_archive_is_checked_even_if_nothing_is_missing() {
    let checkout = Checkout::new();
    let right = checkout.file("right.tar.gz", &archive(&repository()));
    checkout.fetch_succeeds(&["--from", &right]);
    let other = checkout.file("other.tar.gz", &archive(&repository()[..3]));
    for wrong in ["/no/such/file", &other] {
        let said = checkout.fetch_fails(&["--from", wrong]);
        assert!(!said.contains("nothing to do"), "{said}");
        checkout.assert_fetched();
    }
    checkout.fetch_succeeds(&["--from", &right]);
}

#[test]
fn a_broken_download_keeps_the_old_files_and_says_what_to_do() {
    let body = archive(&repository());
    let half = body[..body.len() / 2].to_vec();
    let mut damaged = body.clone();
    damaged[body.len() / 2] ^= 0xff;
    let length = body.len();
    // The stalled answers keep the connection open until the test ends.
    let (_over, until_over) = mpsc::channel::<()>();
    let until_over = std::sync::Mutex::new(until_over);
    type Reply = Box<dyn Fn(&mut TcpStream) + Send>;
    let replies: Vec<(&str, &str, Reply)> = vec![
        ("cut", "stopped after", {
            let half = half.clone();
            Box::new(move |stream| send(stream, &format!("200 OK\r\ncontent-length: {length}"), &half))
        }),
        ("cut without a length", "cannot read the archive", {
            let half = half.clone();
            Box::new(move |stream| send(stream, "200 OK", &half))
        }),
        ("damaged", "cannot read the archive", Box::new(move |stream| send(stream, "200 OK", &damaged))),
        ("no archive", "cannot read the archive", Box::new(|stream| send(stream, "200 OK", b"<html>hello</html>"))),
        ("empty", "cannot read the archive", Box::new(|stream| send(stream, "200 OK\r\ncontent-length: 0", b""))),
        ("not found", "upstream.toml name", Box::new(|stream| send(stream, "404 Not Found", b"no"))),
        ("failing", "status 503", Box::new(|stream| send(stream, "503 Service Unavailable", b"later"))),
        ("no HTTP", "cannot get", Box::new(|stream| drop(stream.write_all(b"hello\r\n\r\n")))),
        ("hung up", "cannot get", Box::new(|_| {})),
        ("stalled", "stopped after", {
            Box::new(move |stream| {
                send(stream, &format!("200 OK\r\ncontent-length: {length}"), &half);
                let _ = until_over.lock().unwrap().recv();
            })
        }),
    ];
    for (name, words, reply) in replies {
        let checkout = Checkout::with_old_files();
        let base = serve(move |_, stream| reply(stream));
        let said = checkout.fetch_fails(&["--base-url", &base, "--timeout", "1"]);
        assert!(said.contains(words), "{name}: {said}");
        assert!(said.contains("is unchanged") && said.contains("--from FILE"), "{name}: {said}");
        checkout.assert_as_before();
    }

    let checkout = Checkout::with_old_files();
    let said = checkout.fetch_fails(&["--base-url", "http://127.0.0.1:1"]);
    assert!(said.contains("cannot get http://127.0.0.1:1/amzn/"), "{said}");
    checkout.assert_as_before();
}

#[test]
fn a_server_that_never_answers_causes_a_timeout() {
    let checkout = Checkout::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let said = checkout.fetch_fails(&["--base-url", &base, "--timeout", "1"]);
    assert!(said.contains("cannot get") && said.contains("timeout"), "{said}");
    assert!(!checkout.path("upstream").exists());
}

#[test]
fn files_that_are_not_the_pinned_ones_are_each_named() {
    let checkout = Checkout::with_old_files();
    let mut files = repository();
    files.retain(|(name, _)| *name != "NOTICE");
    files.push(("models/new-api-model/new.json", b"{}".to_vec()));
    let model = files.iter_mut().find(|(name, _)| *name == MODEL).unwrap();
    model.1 = b"tampered".to_vec();
    let source = checkout.file("other.tar.gz", &archive(&files));
    let said = checkout.fetch_fails(&["--from", &source]);
    let expected = [
        "models/new-api-model/new.json is present, but not pinned",
        "NOTICE is pinned, but missing",
        &format!("{MODEL} has the wrong sha256: expected "),
        ", got d121be3103007b41edf96f8262925f8c7d61894afe9a041843b631f69445bc57",
        &format!("the archive of commit {COMMIT}"),
    ];
    for words in expected {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    checkout.assert_as_before();
}

#[test]
fn an_archive_and_a_folder_with_or_without_its_top_folder_are_accepted() {
    let source = tempfile::tempdir().unwrap();
    let top = source.path().join("top");
    for (name, content) in repository() {
        let path = top.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let archive_path = source.path().join("archive.tar.gz");
    fs::write(&archive_path, archive(&repository())).unwrap();
    for from in [archive_path.as_path(), source.path(), &top] {
        let checkout = Checkout::new();
        checkout.fetch_succeeds(&["--from", from.to_str().unwrap()]);
        checkout.assert_fetched();
    }
    for from in [source.path().join("missing.tar.gz"), top.join("schemas"), top.join("README.md")] {
        let checkout = Checkout::with_old_files();
        let said = checkout.fetch_fails(&["--from", from.to_str().unwrap()]);
        assert!(said.contains(from.to_str().unwrap()), "{said}");
        checkout.assert_as_before();
    }
}

#[test]
fn an_entry_that_would_be_written_elsewhere_is_refused() {
    let checkout = Checkout::with_old_files();
    let mut header = tar::Header::new_ustar();
    let name = b"top/models/../../../escaped.json";
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_mode(0o644);
    header.set_size(2);
    header.set_cksum();
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    tar.append(&header, b"{}".as_slice()).unwrap();
    let source = checkout.file("evil.tar.gz", &tar.into_inner().unwrap().finish().unwrap());
    let said = checkout.fetch_fails(&["--from", &source]);
    assert!(said.contains("`top/models/../../../escaped.json` leads out of the archive"), "{said}");
    checkout.assert_as_before();
}

#[test]
fn without_a_valid_pin_nothing_is_fetched() {
    let checkout = Checkout { folder: tempfile::tempdir().unwrap() };
    assert!(checkout.fetch_fails(&[]).contains("upstream.toml"));
    checkout.file("upstream.toml", b"repository = 1");
    assert!(checkout.fetch_fails(&[]).contains("the form that `models pin` writes"));
    let empty = checkout.file("empty.tar.gz", &archive(&[("README.md", b"prose".to_vec())]));
    let output = checkout.run(&["pin", "--commit", COMMIT, "--date", "2026-01-02", "--from", &empty]);
    assert!(!output.status.success());
    assert_eq!(fs::read(checkout.path("upstream.toml")).unwrap(), b"repository = 1", "a bad pin is not written");
}
