//! Runs the program, and serves its calls.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// The output and exit code of the program.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("the program was not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Asserts the exit code, and shows the output if it differs.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Asserts that stderr holds all of these.
    #[track_caller]
    pub fn said(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in stderr:\n{}", self.err);
        }
        self
    }
}

/// The program, without the variables of our own environment that it reads.
pub fn spapi(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spapi"));
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let is_read = name.to_string_lossy().starts_with("SPAPI_") || name == "COLUMNS" || name == "RUST_LOG";
        if is_read {
            command.env_remove(name);
        }
    }
    // They replace the user's own.
    command.env("SPAPI_QUOTA_FOLDER", concat!(env!("CARGO_TARGET_TMPDIR"), "/quotas"));
    command.env("SPAPI_CONFIG_FOLDER", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-profiles"));
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Ran {
    Ran::of(spapi(arguments).output().unwrap())
}

/// The program with credentials in the environment.
pub fn with_credentials(arguments: &[&str]) -> Command {
    let mut command = spapi(arguments);
    command.envs(CREDENTIALS);
    command
}

/// Runs the program with credentials in the environment.
pub fn run_with_credentials(arguments: &[&str]) -> Ran {
    Ran::of(with_credentials(arguments).output().unwrap())
}

/// A file of a folder.
pub fn in_folder(folder: &Path, file: &str) -> String {
    folder.join(file).to_str().unwrap().to_owned()
}

/// Runs the program with credentials, and sends it this signal once stderr has a line with this text.
#[cfg(unix)]
pub fn stopped(arguments: &[&str], once: &str, signal: &str) -> Ran {
    let mut child = with_credentials(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut err = String::new();
    while !err.contains(once) {
        assert!(stderr.read_line(&mut err).unwrap() > 0, "{once:?} is not in stderr:\n{err}");
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    stderr.read_to_string(&mut err).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran { err, ..Ran::of(output) }
}

/// Runs the program with a text on stdin.
pub fn run_with_input(arguments: &[&str], input: &str) -> Ran {
    let mut command = with_credentials(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may close its stdin before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Ran::of(child.wait_with_output().unwrap())
}

/// Runs the program with a terminal as its stdout, and returns what the terminal received.
#[cfg(unix)]
pub fn run_on_terminal(arguments: &[&str]) -> String {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = std::fs::OpenOptions::new().read(true).write(true).open(name).unwrap();
    let mut command = with_credentials(arguments);
    command.stdout(terminal).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // Its copy of the terminal would keep it open.
    drop(command);
    let reader = thread::spawn(move || {
        let mut got = Vec::new();
        // On some systems the end of the terminal is an error.
        let _ = std::fs::File::from(master).read_to_end(&mut got);
        String::from_utf8(got).unwrap().replace("\r\n", "\n")
    });
    let ran = child.wait_with_output().unwrap();
    let got = reader.join().unwrap();
    assert!(ran.status.success(), "{got}\n{}", String::from_utf8_lossy(&ran.stderr));
    got
}

/// Made-up credentials. No output may show the secret ones.
pub const CREDENTIALS: [(&str, &str); 3] = [
    ("SPAPI_CLIENT_ID", "made-up-client-id"),
    ("SPAPI_CLIENT_SECRET", "made-up-client-secret"),
    ("SPAPI_REFRESH_TOKEN", "made-up-refresh-token"),
];

/// The token that the server's token endpoint gives.
pub const ACCESS_TOKEN: &str = "made-up-access-token";

/// Asserts that the file has this text. `UPDATE_EXPECTED=1` writes the file instead.
#[track_caller]
pub fn assert_expected(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/expected").join(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        expected == text,
        "{file} differs; UPDATE_EXPECTED=1 rewrites it\n--- expected\n{expected}\n--- is\n{text}"
    );
}

/// A request that the server received.
#[derive(Debug)]
pub struct Received {
    /// `GET /path?query`, byte for byte.
    pub line: String,
    /// `name: value` in lower case for each header.
    pub headers: Vec<String>,
    pub body: String,
}

/// The server's answer: status line, further headers, and body; or it closes the connection without one.
#[derive(Clone, Debug)]
pub enum Answer {
    Reply {
        status: &'static str,
        headers: &'static str,
        body: &'static str,
    },
    HangUp,
    /// No answer, while the connection stays open.
    Silence,
}

/// An answer with a JSON body.
pub const fn reply(status: &'static str, body: &'static str) -> Answer {
    Answer::Reply { status, headers: "", body }
}

/// The same with further headers, each with its line's end.
pub const fn reply_with(status: &'static str, headers: &'static str, body: &'static str) -> Answer {
    Answer::Reply { status, headers, body }
}

/// A server on loopback with a token endpoint. It answers the calls one by one; the last answer is repeated.
pub struct Server {
    pub url: String,
    received: Receiver<Received>,
}

impl Server {
    pub fn start(answers: Vec<Answer>) -> Self {
        Self::with_login(reply("200 OK", r#"{"access_token":"made-up-access-token","expires_in":3600}"#), answers)
    }

    /// A server whose token endpoint has this answer.
    pub fn with_login(login: Answer, answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, received) = channel();
        // The thread ends with the test's process.
        thread::spawn(move || {
            let mut calls = 0;
            for stream in listener.incoming() {
                serve(stream.unwrap(), &login, &answers, &mut calls, &sender);
            }
        });
        Self { url, received }
    }

    /// The calls so far, without those of the token endpoint.
    pub fn received(&self) -> Vec<Received> {
        self.received.try_iter().collect()
    }
}

/// Serves one request on each connection.
fn serve(stream: TcpStream, login: &Answer, answers: &[Answer], calls: &mut usize, sender: &Sender<Received>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        headers.push(header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();

    let answer = if line == "POST /auth/o2/token" {
        login
    } else {
        sender.send(Received { line, headers, body: String::from_utf8(body).unwrap() }).unwrap();
        let answer = answers.get(*calls).or(answers.last()).expect("the server has an answer");
        *calls += 1;
        answer
    };
    if matches!(answer, Answer::Silence) {
        std::mem::forget(reader);
        return;
    }
    if let Answer::Reply { status, headers, body } = answer {
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-amzn-requestid: request-7\r\nconnection: close\r\n\
             {headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        // The program may have ended before it reads.
        let _ = reader.get_mut().write_all(answer.as_bytes());
    }
}
