//! Processes that go on while the commands of a page run.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

/// A process that ends with this value.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// The lines that it writes to stdout, without their ends.
    fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        BufReader::new(self.0.stdout.take().unwrap()).lines().map_while(Result::ok)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a sandbox. Returns it with the variables that it prints.
pub fn serve(command: &mut Command) -> Result<(Process, Vec<(String, String)>), String> {
    let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut exports = Vec::new();
    for line in process.lines() {
        if line == "Ctrl-C ends it." {
            return Ok((process, exports));
        }
        let export = line.strip_prefix("export ").and_then(|export| export.split_once('='));
        exports.extend(export.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())));
    }
    Err("the server has ended".to_owned())
}

/// Starts the console, and opens the page of its link. Returns it with the link.
pub fn console(command: &mut Command) -> Result<(Process, String), String> {
    let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let link = process.lines().next().ok_or("the console has ended")?;
    let answer = get(&link).map_err(|error| format!("{link}: {error}"))?;
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok((process, link)),
        false => Err(format!("{link} answers {}", answer.lines().next().unwrap_or_default())),
    }
}

/// What a server of this machine answers.
fn get(url: &str) -> io::Result<String> {
    let parts = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
    let (address, path) = parts.ok_or(io::ErrorKind::InvalidInput)?;
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// An address of this machine that is free.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().to_string()
}
