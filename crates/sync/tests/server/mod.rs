//! A Postgres server of its own, in a temporary folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The superuser of the server, whom it lets in without a password.
pub const USER: &str = "owner";

pub struct Server {
    programs: PathBuf,
    folder: tempfile::TempDir,
    /// The folder of its log, if it is apart.
    log: Option<tempfile::TempDir>,
    port: u16,
    settings: Vec<String>,
    process: Option<Child>,
}

/// The folder with the programs of a Postgres server, if there is one here.
pub fn programs() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&paths).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders.into_iter().find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).exists()))
}

impl Server {
    /// A server that does not wait for the disk.
    pub fn new() -> Self {
        Self::with(None, &[], &["fsync=off"])
    }

    /// A server that needs little of the disk of a folder, and nothing for its log, without which it would stop.
    pub fn small(below: &Path) -> Self {
        let log = tempfile::tempdir().unwrap();
        give_to_server(log.path());
        let place = format!("--waldir={}", log.path().join("wal").display());
        let mut server = Self::with(Some(below), &[&place], &["fsync=off"]);
        server.log = Some(log);
        server
    }

    /// Makes a server with settings below a folder, or below that for temporary files, and starts it.
    pub fn with(below: Option<&Path>, initial: &[&str], settings: &[&str]) -> Self {
        let folder = match below {
            Some(below) => tempfile::tempdir_in(below).unwrap(),
            None => tempfile::tempdir().unwrap(),
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut settings: Vec<_> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        settings.extend(["listen_addresses=127.0.0.1".to_owned(), format!("port={port}")]);
        let mut server = Self { programs: programs().unwrap(), folder, log: None, port, settings, process: None };
        give_to_server(server.folder.path());
        let data = server.data();
        let arguments = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", USER];
        run(server.program("initdb").args(arguments).args(initial).arg("-D").arg(&data));
        // All others give a password.
        let rules = format!("local all all trust\nhost all {USER} all trust\nhost all all all scram-sha-256\n");
        std::fs::write(data.join("pg_hba.conf"), rules).unwrap();
        server.start();
        server
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it, and waits until it takes connections.
    pub fn start(&mut self) {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        for setting in &self.settings {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        self.process = Some(command.stderr(log).spawn().unwrap());
        let began = Instant::now();
        while !self.psql("postgres", "select 1").output().unwrap().status.success() {
            assert!(began.elapsed() < Duration::from_secs(60), "{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it without notice.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // The other processes of the server end with the first one.
            run(Command::new("kill").args(["-QUIT", &process.id().to_string()]));
            process.wait().unwrap();
        }
    }

    /// Ends it as an administrator does, with all that it was sent on its disk.
    #[allow(dead_code, reason = "not all tests stop it")]
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            run(Command::new("kill").args(["-INT", &process.id().to_string()]));
            process.wait().unwrap();
        }
    }

    /// Writes a file that only the server can read.
    pub fn keep(&self, name: &str, text: &str) {
        let mut tee = self.program("tee");
        let mut tee = tee.arg(self.data().join(name)).stdin(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(tee.stdin.as_mut().unwrap(), text.as_bytes()).unwrap();
        assert!(tee.wait().unwrap().success());
        run(Command::new("chmod").arg("600").arg(self.data().join(name)));
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The address of a database for a user.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// The lines that a query gives, as another program sees them. Cells have a comma between them.
    pub fn query(&self, database: &str, sql: &str) -> Vec<String> {
        let output = run(&mut self.psql(database, sql));
        String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        let mut command = Command::new(self.path("psql"));
        command.args(["-X", "-q", "-A", "-t", "-F", ", ", "-P", "null=NULL", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        command.env("PGOPTIONS", "-c search_path=amazon -c timezone=UTC");
        command.arg(self.url(USER, database)).stderr(Stdio::piped());
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        let own = self.programs.join(name);
        if own.exists() { own } else { name.into() }
    }

    /// A program as the user of the server, which does not run as root.
    fn program(&self, name: &str) -> Command {
        let program = self.path(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
                command
            }
            false => Command::new(program),
        };
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

/// What a program prints.
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Lets the server's user write to a folder.
fn give_to_server(folder: &Path) {
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(folder));
    }
}
