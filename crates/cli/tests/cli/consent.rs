//! `spapi auth` with the sandbox's consent page, in a browser on this machine.

use crate::sandbox::{Served, post};
use crate::support::{Ran, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};

/// An answer that a browser gets.
struct Page {
    status: u16,
    head: String,
    text: String,
}

impl Page {
    /// The URL to which it leads.
    #[track_caller]
    fn location(&self) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix("location: "));
        line.unwrap_or_else(|| panic!("{}\n{}", self.head, self.text))
    }

    #[track_caller]
    fn shows(self, status: u16, text: &str) -> Self {
        assert!(self.status == status && self.text.contains(text), "{}\n{}", self.head, self.text);
        self
    }
}

/// Sends a request of a browser without scripts. `host` is what its address bar says.
fn send(mut stream: &TcpStream, host: &str, url: &str, form: Option<&str>) {
    let path = &url[7 + url[7..].find('/').unwrap()..];
    let method = if form.is_some() { "POST" } else { "GET" };
    let form = form.unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
}

/// Reads the answer; `None` if the connection ended without one.
fn answer_of(mut stream: TcpStream) -> Option<Page> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some(Page { status, head: head.to_owned(), text: text.to_owned() })
}

/// The host and port of a URL.
fn host_of(url: &str) -> &str {
    url.strip_prefix("http://").unwrap().split('/').next().unwrap()
}

fn browse_as(host: &str, url: &str, form: Option<&str>) -> Page {
    let stream = TcpStream::connect(host_of(url)).unwrap();
    send(&stream, host, url, form);
    answer_of(stream).unwrap_or_else(|| panic!("no answer of {url}"))
}

fn browse(url: &str, form: Option<&str>) -> Page {
    browse_as(host_of(url), url, form)
}

/// Answers the consent page, and returns the URL to which it leads.
fn decide(url: &str, decision: &str) -> String {
    let page = browse(url, None).shows(200, "Authorize an application");
    let shown = page.text.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let shown = shown.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form = format!("shown={shown}&seller=A1SPAPISANDBOX&decision={decision}");
    browse(url, Some(&form)).location().to_owned()
}

/// The program, which waits for an answer.
struct Waiting {
    child: Child,
    /// The URL that it has written.
    url: String,
    /// The address at which it waits.
    waits_at: String,
    err: String,
    rest: BufReader<std::process::ChildStderr>,
}

impl Waiting {
    fn start(served: &Served, save: &Path, more: &[&str]) -> Self {
        let arguments = ["auth", "authorize", "-m", "JP", "--save", save.to_str().unwrap()];
        let mut command = served.command(&[&arguments[..], more].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let mut rest = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        rest.read_line(&mut err).unwrap();
        let (_, waits_at) = err.split_once("waits at ").unwrap_or_else(|| panic!("{err}"));
        let waits_at = waits_at.split(' ').next().unwrap().to_owned();
        Self { child, url: url.trim().to_owned(), waits_at, err, rest }
    }

    fn end(mut self) -> Ran {
        self.rest.read_to_string(&mut self.err).unwrap();
        Ran { err: self.err, ..Ran::of(self.child.wait_with_output().unwrap()) }
    }
}

#[test]
fn the_browser_brings_the_answer_once() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let waiting = Waiting::start(&served, &save, &[]);
    assert!(waiting.url.starts_with(&format!("{}/apps/authorize/consent?", served.exported("SPAPI_ENDPOINT"))));
    let answer = decide(&waiting.url, "allow");
    assert!(answer.starts_with(&format!("{}?state=", waiting.waits_at)), "{answer}");
    // Two tabs bring it, and one of them is loaded again, while the exchange takes its time.
    let slow = r#"{"on": "login", "kind": "delay", "milliseconds": 1000, "nth": 1}"#;
    assert_eq!(post(served.exported("SPAPI_ENDPOINT"), "/_sandbox/faults", slow), "HTTP/1.1 201 Created");
    let tabs: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(host_of(&answer)).unwrap()).collect();
    tabs.iter().for_each(|tab| send(tab, host_of(&answer), &answer, None));
    let pages: Vec<Page> = tabs.into_iter().filter_map(answer_of).collect();
    assert!(!pages.is_empty());
    for page in pages {
        let page = page.shows(200, "The application is authorized").shows(200, "A1SPAPISANDBOX");
        for header in
            ["referrer-policy: no-referrer", "cache-control: no-store", "content-security-policy: default-src 'none'"]
        {
            assert!(page.head.contains(header), "{}", page.head);
        }
    }
    let ran =
        waiting.end().ended(0).said(&["the credentials of A1SPAPISANDBOX are in", "spapi doctor --marketplace JP"]);
    let code = answer.split("spapi_oauth_code=").nth(1).unwrap();
    assert!(!ran.err.contains(code), "{}", ran.err);
    let saved = std::fs::read_to_string(&save).unwrap();
    served.call(&["doctor", "-m", "JP", "--credentials", save.to_str().unwrap()]).ended(0);
    #[cfg(unix)]
    {
        let log = served.ended_by("-TERM");
        let token: serde_json::Value = serde_json::from_str(&saved).unwrap();
        assert!(!log.contains(code) && !log.contains(token["refresh_token"].as_str().unwrap()), "{log}");
        let before_doctor = log.split("/sellers/v1/").next().unwrap();
        // One for the code, and one for the doctor's access token.
        assert_eq!(before_doctor.matches("POST   /auth/o2/token 200").count(), 2, "{log}");
    }
}

#[test]
fn a_refusal_is_explained_in_the_browser_and_in_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let waiting = Waiting::start(&served, &save, &["--vendor"]);
    let answer = decide(&waiting.url, "refuse");
    browse(&answer, None).shows(400, "Nothing was saved").shows(400, "access_denied");
    waiting.end().ended(3).said(&["the application was not authorized", "can begin again"]);
    assert!(!save.exists());
}

#[test]
fn a_request_that_is_not_the_answer_does_not_end_the_wait() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let waiting = Waiting::start(&served, &save, &[]);
    let at = waiting.waits_at.clone();
    browse(&at, None).shows(200, "No answer yet");
    browse(&format!("{at}?state=old&spapi_oauth_code=attack"), None).shows(400, "not the one that was sent");
    browse(&format!("{at}?state=old&error=access_denied"), None).shows(400, "still waits");
    browse(&format!("{at}?spapi_oauth_code=%3Cscript%3E"), None).shows(400, "no state");
    browse(&format!("{at}favicon.ico"), None).shows(404, "redirect URI");
    browse(&at, Some("a=b")).shows(405, "takes GET");
    let answer = decide(&waiting.url, "allow");
    browse_as("evil.example", &answer, None).shows(403, "not the host");
    browse(&answer, None).shows(200, "The application is authorized");
    waiting.end().ended(0);
    assert!(save.exists());
}

#[test]
fn an_exchange_that_fails_is_shown_in_the_browser() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let waiting = Waiting::start(&served, &save, &[]);
    let answer = decide(&waiting.url, "allow");
    let (begin, _) = answer.split_once("spapi_oauth_code=").unwrap();
    browse(&format!("{begin}spapi_oauth_code=guess"), None).shows(400, "older than 5 minutes");
    waiting.end().ended(3).said(&["older than 5 minutes"]);
    // A file that exists by then is not replaced.
    let waiting = Waiting::start(&served, &save, &[]);
    let answer = decide(&waiting.url, "allow");
    std::fs::write(&save, "another seller's").unwrap();
    browse(&answer, None).shows(400, "Nothing was saved");
    waiting.end().ended(1).said(&["its token is lost"]);
    assert_eq!(std::fs::read_to_string(&save).unwrap(), "another seller's");
}

#[test]
fn the_answer_may_be_pasted_instead() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let mut waiting = Waiting::start(&served, &save, &[]);
    let answer = decide(&waiting.url, "allow");
    writeln!(waiting.child.stdin.take().unwrap(), "{answer}").unwrap();
    waiting.end().ended(0).said(&["the credentials of A1SPAPISANDBOX are in"]);
    assert!(save.exists());
}

#[test]
fn a_tunnel_leads_to_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let redirect_uri = "https://tunnel.example/back/";
    let served = Served::start(&["--draft", "--redirect-uri", redirect_uri]);
    let more = ["--draft", "--redirect-uri", redirect_uri, "--listen", "0"];
    let waiting = Waiting::start(&served, &save, &more);
    let answer = decide(&waiting.url, "allow");
    let query = answer.strip_prefix(redirect_uri).unwrap();
    assert!(waiting.waits_at.ends_with("/back/"), "{}", waiting.waits_at);
    let page = browse_as("tunnel.example", &format!("{}{query}", waiting.waits_at), None);
    page.shows(200, "The application is authorized");
    waiting.end().ended(0);
}

#[test]
fn a_redirect_uri_on_this_machine_names_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let redirect_uri = format!("http://localhost:{port}/back");
    let served = Served::start(&[]);
    let arguments =
        ["auth", "authorize", "-m", "JP", "--save", save.to_str().unwrap(), "--redirect-uri", &redirect_uri];
    served.call(&arguments).ended(1).said(&[&format!("port {port} is taken"), "--listen"]);
    drop(taken);
    let waiting = Waiting::start(&served, &save, &["--redirect-uri", &redirect_uri]);
    let answer = decide(&waiting.url, "allow");
    assert!(answer.starts_with(&redirect_uri), "{answer}");
    browse_as(&format!("localhost:{port}"), &answer.replace("localhost", "127.0.0.1"), None).shows(200, "authorized");
    waiting.end().ended(0);
}

#[test]
fn without_an_answer_the_wait_ends() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&[]);
    let waiting = Waiting::start(&served, &save, &["--timeout", "0s"]);
    waiting.end().ended(3).said(&["no answer came within 0 seconds", "--timeout"]);
    assert!(!save.exists());
}

#[test]
fn the_url_and_the_exchange_work_with_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let served = Served::start(&["--redirect-uri", "https://shop.example/back", "--sellers", "2"]);
    let out = served.call(&["auth", "url", "-m", "JP"]).ended(0).out;
    let [url, state] = out.lines().collect::<Vec<_>>()[..] else { panic!("{out}") };
    assert!(browse(url, None).text.contains("A2SPAPISANDBOX"));
    let answer = decide(url, "allow");
    assert!(answer.starts_with("https://shop.example/back?state="), "{answer}");
    let mut command =
        served.command(&["auth", "exchange", "-m", "JP", "--state", state, "--save", save.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{answer}").unwrap();
    Ran::of(child.wait_with_output().unwrap()).ended(0).said(&["the credentials of A1SPAPISANDBOX are in"]);
    run(&["auth", "url", "-m", "JP", "--application-id", "amzn1.sellerapps.app.1", "-e", "embedded"])
        .ended(2)
        .said(&["spapi sandbox serve"]);
}
