//! Runs the commands of a page as its reader does, against a sandbox.

use crate::matching::matches;
use crate::page::{Block, Kind, Page};
use crate::processes::{self, Process, free_address};
use crate::server;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The address of a worker in the commands of a page, which stands for one that is free.
const ADDRESS: &str = "127.0.0.1:9464";

/// What the commands of a page need and this machine lacks.
pub fn missing(page: &Page) -> Option<String> {
    if cfg!(windows) {
        return Some("they are written for a POSIX shell".to_owned());
    }
    if page.blocks.iter().any(|block| block.kind == Kind::Databases) {
        if !cfg!(feature = "cluster") {
            return Some("they need the program with its feature cluster".to_owned());
        }
        if server::programs().is_none() {
            return Some("they need a server of Postgres".to_owned());
        }
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
    let mut reader = Reader::new();
    let mut last = Output::default();
    for block in &page.blocks {
        let done = reader.reads(block, &mut last);
        done.map_err(|what| {
            let logs = reader.logs();
            format!("{}:{}: {what}\n--- the sample\n{}{logs}", page.name, block.line, block.text)
        })?;
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
    /// What runs in other terminals. It ends before the folders and the database vanish.
    processes: Vec<Process>,
    /// The variables that servers and the page set.
    variables: Vec<(String, String)>,
    has_server: bool,
    postgres: Option<server::Server>,
    /// In the place of `ADDRESS`.
    address: String,
    folder: TempDir,
    home: TempDir,
}

impl Reader {
    fn new() -> Self {
        Self {
            processes: Vec::new(),
            variables: Vec::new(),
            has_server: false,
            postgres: None,
            address: free_address(),
            folder: tempfile::tempdir().unwrap(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Does what a block shows, or compares it with what the last one has written.
    fn reads(&mut self, block: &Block, last: &mut Output) -> Result<(), String> {
        match &block.kind {
            Kind::Serve => self.serve(&block.text)?,
            Kind::Console => *last = self.console(&block.text)?,
            Kind::Databases => self.databases(&block.text),
            Kind::Terminal => {
                self.serve_anyway()?;
                self.open_terminal(&block.text);
            }
            Kind::Commands { exit } => {
                self.serve_anyway()?;
                *last = self.run(&block.text);
                if last.exit != Some(*exit) {
                    let ended = last.exit.map_or_else(|| "was killed".to_owned(), |code| format!("ended with {code}"));
                    return Err(format!("the shell {ended}\n--- stdout\n{}\n--- stderr\n{}", last.out, last.err));
                }
            }
            Kind::Query { file } => *last = self.query(file, &block.text).map_err(|error| error.to_string())?,
            Kind::Output => compare(&block.text, &last.out)?,
            Kind::Errors => compare(&block.text, &last.err)?,
            Kind::Rust | Kind::NotRun | Kind::Unknown => {}
        }
        Ok(())
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

    fn run(&self, text: &str) -> Output {
        let output = self.shell(&text.replace(ADDRESS, &self.address)).envs(self.variables.iter().cloned()).output();
        let output = output.unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Output { exit: output.status.code(), out, err }
    }

    /// Starts the server of a command, on a free port.
    fn serve(&mut self, command: &str) -> Result<(), String> {
        let (process, exports) = processes::serve(&mut self.shell(&format!("exec {} --port 0", command.trim())))?;
        self.processes.push(process);
        self.variables.extend(exports);
        self.has_server = true;
        Ok(())
    }

    /// Starts a server if the page has not started one.
    fn serve_anyway(&mut self) -> Result<(), String> {
        if self.has_server { Ok(()) } else { self.serve("spapi sandbox serve") }
    }

    /// Starts the console on a free port, and opens its link in place of a browser.
    fn console(&mut self, command: &str) -> Result<Output, String> {
        let mut shell = self.shell(&format!("exec {} --port 0 --no-open", command.trim()));
        let (process, link) = processes::console(&mut shell)?;
        self.processes.push(process);
        Ok(Output { exit: Some(0), out: link, err: String::new() })
    }

    /// Starts a server of Postgres, to which the variables of a block lead.
    fn databases(&mut self, text: &str) {
        let url = self.postgres.get_or_insert_with(server::Server::new).url(server::USER, "postgres");
        let names = text.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        self.variables.extend(names.map(|(name, _)| (name.to_owned(), url.clone())));
    }

    /// Starts a command that goes on. Its log is shown if the page fails.
    fn open_terminal(&mut self, command: &str) {
        let log = File::create(self.log(self.processes.len())).unwrap();
        let mut shell = self.shell(&format!("exec {}", command.trim().replace(ADDRESS, &self.address)));
        shell.envs(self.variables.iter().cloned()).stdout(Stdio::null()).stderr(log);
        self.processes.push(Process::start(&mut shell));
    }

    fn log(&self, number: usize) -> PathBuf {
        self.home.path().join(format!("terminal-{number}.log"))
    }

    /// What was written in the other terminals.
    fn logs(&self) -> String {
        let logs = (0..self.processes.len()).filter_map(|number| fs::read_to_string(self.log(number)).ok());
        logs.map(|log| format!("\n--- in another terminal\n{log}")).collect()
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
