//! A server of PostgreSQL for a test, in a temporary folder.

use libtest_mimic::Failed;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// The folder of the server's programs. `None` if there are none here.
pub fn programs() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&paths).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let programs = ["initdb", "pg_ctl", "postgres", "psql"];
    folders.into_iter().find(|folder| programs.iter().all(|program| folder.join(program).exists()))
}

/// A server, which ends with the value.
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Server {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        drop(listener);
        let server = Self { programs: programs().expect("the programs are here"), folder, port };
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(server.folder.path()));
        }
        done(
            server
                .program("initdb")
                .args(["-A", "trust", "-U", "owner", "-E", "UTF8", "--no-sync", "-D"])
                .arg(server.data()),
        );
        let options =
            format!("-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {}", server.folder.path().display());
        let log = server.folder.path().join("log");
        done(
            server
                .program("pg_ctl")
                .args(["-w", "-o", &options, "-l"])
                .arg(log)
                .arg("-D")
                .arg(server.data())
                .arg("start"),
        );
        server
    }

    pub fn url(&self) -> String {
        format!("postgresql://owner@127.0.0.1:{}/postgres", self.port)
    }

    /// The rows of a query, a line each, with `|` between columns.
    pub fn query(&self, query: &str) -> Result<String, Failed> {
        let output = Command::new(self.programs.join("psql")).args(["-At", "-c", query, &self.url()]).output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program that root may not run.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = match is_root() {
            true => Command::new("runuser"),
            false => return Command::new(path),
        };
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program("pg_ctl").args(["-m", "immediate", "-D"]).arg(self.data()).arg("stop").output();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// Runs a command to its end. A server that goes on would keep its pipes open, so they are closed.
fn done(command: &mut Command) {
    let log = tempfile::NamedTempFile::new().expect("a temporary file");
    let file = || log.reopen().expect("the file is open");
    let status = command.current_dir("/").stdout(file()).stderr(file()).status();
    let is_done = status.as_ref().is_ok_and(|status| status.success());
    assert!(is_done, "{command:?}: {status:?}\n{}", std::fs::read_to_string(log.path()).unwrap_or_default());
}
