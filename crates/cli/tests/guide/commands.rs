//! Runs the commands of a page as its reader does, against a sandbox.

use crate::matching::matches;
use crate::page::{Block, Kind, Page};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// What the commands of a page need and this machine lacks.
pub fn missing(page: &Page) -> Option<String> {
    if cfg!(windows) {
        return Some("they are written for a POSIX shell".to_owned());
    }
    let needs = |program: &str| {
        let commands = page.blocks.iter().filter(|block| matches!(block.kind, Kind::Commands { .. }));
        commands.flat_map(|block| block.text.split(|one: char| !one.is_alphanumeric())).any(|word| word == program)
    };
    let is_there = |program: &str| {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders).any(|folder| folder.join(program).is_file())
    };
    ["curl", "python3"].into_iter().find(|one| needs(one) && !is_there(one)).map(|one| format!("they need {one}"))
}

/// Runs a page from its beginning to its end.
pub fn run(page: &Page) -> Result<(), String> {
    let reader = Reader::new();
    let mut server = None;
    let mut last = Output::default();
    for block in &page.blocks {
        let wrong = |what: String| format!("{}:{}: {what}\n--- the sample\n{}", page.name, block.line, block.text);
        match &block.kind {
            Kind::Serve => server = Some(reader.serve(&block.text).map_err(wrong)?),
            Kind::Commands { exit } => {
                if server.is_none() {
                    server = Some(reader.serve("spapi sandbox serve").map_err(wrong)?);
                }
                last = reader.run(block, server.as_ref());
                if last.exit != Some(*exit) {
                    let ended = last.exit.map_or_else(|| "was killed".to_owned(), |code| format!("ended with {code}"));
                    return Err(wrong(format!(
                        "the shell {ended}\n--- stdout\n{}\n--- stderr\n{}",
                        last.out, last.err
                    )));
                }
            }
            Kind::Query { file } => last = reader.query(file, &block.text).map_err(|error| wrong(error.to_string()))?,
            Kind::Output => compare(&block.text, &last.out).map_err(wrong)?,
            Kind::Errors => compare(&block.text, &last.err).map_err(wrong)?,
            Kind::Rust | Kind::NotRun | Kind::Unknown => {}
        }
    }
    Ok(())
}

fn compare(shown: &str, is: &str) -> Result<(), String> {
    match matches(shown, is) {
        true => Ok(()),
        false => Err(format!("the sample before it writes something else\n--- it writes\n{is}")),
    }
}

#[derive(Default)]
struct Output {
    exit: Option<i32>,
    out: String,
    err: String,
}

/// A reader with an empty folder, and without settings of their own.
struct Reader {
    folder: TempDir,
    home: TempDir,
}

impl Reader {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() }
    }

    fn shell(&self, text: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", text]).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let is_setting = ["SPAPI_", "XDG_", "AWS_"].iter().any(|prefix| name.starts_with(prefix));
            if is_setting || name == "COLUMNS" || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        let program = Path::new(env!("CARGO_BIN_EXE_spapi")).parent().unwrap().to_owned();
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([program].into_iter().chain(env::split_paths(&path))).unwrap();
        command.env("PATH", path).env("HOME", self.home.path());
        command
    }

    fn run(&self, block: &Block, server: Option<&Server>) -> Output {
        let mut command = self.shell(&block.text);
        command.envs(server.into_iter().flat_map(|server| server.exports.iter().cloned()));
        let output = command.output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Output { exit: output.status.code(), out, err }
    }

    /// Starts the server of a command, on a free port.
    fn serve(&self, command: &str) -> Result<Server, String> {
        let mut child = self
            .shell(&format!("exec {} --port 0", command.trim()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut server = Server { child, exports: Vec::new() };
        let mut line = String::new();
        while !line.ends_with("Ctrl-C ends it.\n") {
            line.clear();
            if out.read_line(&mut line).unwrap() == 0 {
                return Err("the server has ended".to_owned());
            }
            let export = line.trim().strip_prefix("export ").and_then(|export| export.split_once('='));
            server.exports.extend(export.map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned())));
        }
        Ok(server)
    }

    /// The rows of a query, with tabs between the values.
    fn query(&self, file: &str, text: &str) -> rusqlite::Result<Output> {
        let path = self.folder.path().join(file);
        let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut statement = database.prepare(text)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut out = String::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|column| row.get_ref(column).map(shown)).collect::<Result<Vec<_>, _>>()?;
            out += &format!("{}\n", values.join("\t"));
        }
        Ok(Output { exit: Some(0), out, err: String::new() })
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A server in a process of its own, with the variables that it prints.
struct Server {
    child: Child,
    exports: Vec<(String, String)>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
