//! `spapi sync worker`, `jobs` and `drain` with a server of Postgres, which show as ignored where none is installed.

#[cfg(feature = "otlp")]
mod collector;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../../sync/tests/server/mod.rs"]
mod server;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use server::{Server, USER};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const ORDERS: &str = "orders_2026_01_01";
/// How long something may take.
const LONGEST: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    let has_server = server::programs().is_some();
    let why = if has_server { "" } else { " (no server of Postgres is installed here)" };
    let trial = |name: &str, case: fn() -> Result<(), Failed>| {
        Trial::test(format!("{name}{why}"), case).with_ignored_flag(!has_server)
    };
    let trials = vec![
        trial("a_worker_reads_connections_answers_over_http_and_ends_by_a_signal", a_worker_reads_and_ends),
        trial("what_is_wrong_with_the_command_line_is_named", what_is_wrong_is_named),
        #[cfg(feature = "otlp")]
        trial("a_collector_gets_a_span_for_each_stream_and_call", a_collector_gets_spans),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

struct Stage {
    server: Server,
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sandbox = runtime.block_on(Sandbox::builder().limits(Limits::Off).start()).unwrap();
        Self { server: Server::new(), sandbox, folder: tempfile::tempdir().unwrap(), _runtime: runtime }
    }

    fn add(&self, name: &str, more: &str) {
        let text = format!(
            "name = \"{name}\"\nregion = \"JP\"\nstart_date = \"2026-10-01T00:00:00Z\"\nobjects = [\"{LISTINGS}\", \"{ORDERS}\"]\n{more}\n\
             [destination]\npostgres = {{ env = \"ROWS_URL\", schema = \"amazon\" }}\n"
        );
        std::fs::write(self.folder.path().join(format!("{name}.toml")), text).unwrap();
    }

    fn spapi(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spapi"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SPAPI_") {
                command.env_remove(name);
            }
        }
        let url = self.server.url(USER, "postgres");
        command.envs([("SPAPI_WORKERS_URL", &*url), ("ROWS_URL", &*url), ("SPAPI_ENDPOINT", self.sandbox.url())]);
        command.envs([
            ("SPAPI_CLIENT_ID", CLIENT_ID),
            ("SPAPI_CLIENT_SECRET", CLIENT_SECRET),
            ("SPAPI_REFRESH_TOKEN", REFRESH_TOKEN),
        ]);
        command.arg("sync").args(arguments).stdin(Stdio::null());
        command
    }

    fn ended(&self, arguments: &[&str], code: i32) -> Output {
        let output = self.spapi(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        output
    }

    fn jobs(&self, more: &[&str]) -> Vec<Value> {
        let output = self.ended(&[&["jobs", "-f", "json"], more].concat(), 0);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits until all streams that were queued are up to date, and there are so many.
    fn until_idle(&self, streams: usize, child: &mut Child) {
        let began = Instant::now();
        loop {
            let jobs = self.jobs(&[]);
            if jobs.len() == streams && jobs.iter().all(|job| job["state"] == "idle" && job["wholeAt"].is_string()) {
                return;
            }
            assert!(began.elapsed() < LONGEST && child.try_wait().unwrap().is_none(), "{jobs:#?}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn get(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Waits until a path answers with a status.
fn until_answers(address: &str, path: &str, status: &str) -> String {
    let began = Instant::now();
    loop {
        let answer = get(address, path).unwrap_or_default();
        if answer.starts_with(&format!("HTTP/1.1 {status}")) {
            return answer;
        }
        assert!(began.elapsed() < LONGEST, "{path}: {answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn a_worker_reads_and_ends() -> Result<(), Failed> {
    let stage = Stage::new();
    stage.add("one", "every = \"1d\"");
    stage.add("two", "");
    std::fs::write(stage.folder.path().join("wrong.toml"), "name = 5")?;
    let folder = stage.folder.path().to_str().unwrap();
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let arguments = ["worker", "--connections", folder, "--listen", &address, "--log-format", "json"];
    let mut worker = stage.spapi(&arguments).stderr(Stdio::piped()).spawn()?;
    until_answers(&address, "/readyz", "200");
    until_answers(&address, "/healthz", "200");
    stage.until_idle(4, &mut worker);
    let rows = format!("select count(distinct _connection) from amazon.\"{LISTINGS}\"");
    assert_eq!(stage.server.query("postgres", &rows), ["2"]);

    let metrics = until_answers(&address, "/metrics", "200");
    for line in [
        "content-type: application/openmetrics-text",
        "spapi_sync_jobs_ended_total{outcome=\"whole\"} 4\n",
        "spapi_sync_connections_wrong 1\n",
        &format!("spapi_sync_behind_seconds{{connection=\"one\",stream=\"{LISTINGS}\""),
        &format!("spapi_sync_slices_total{{stream=\"{LISTINGS}\",outcome=\"committed\"}} 2\n"),
        "spapi_sync_wait_seconds_total{for=\"report\"}",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }

    // A connection of a schedule says when it is next due, and one without is queued by hand.
    let jobs = stage.jobs(&["one"]);
    assert!(jobs.len() == 2 && jobs.iter().all(|job| job["at"].is_string() && job["failure"].is_null()), "{jobs:#?}");
    assert!(stage.jobs(&["two"]).iter().all(|job| job["at"].is_null()));
    assert_eq!(stage.jobs(&["--failed"]).len(), 0);
    let queued = stage.ended(&["jobs", "two", "--queue", "two", "--connections", folder], 0);
    assert!(text(&queued.stderr).contains("2 streams of two are queued"), "{}", text(&queued.stderr));
    assert!(text(&queued.stderr).contains("1 worker is alive"), "{}", text(&queued.stderr));

    stage.ended(&["drain"], 0);
    until_answers(&address, "/readyz", "503");
    let resting = stage.ended(&["jobs"], 0);
    assert!(text(&resting.stderr).contains("the workers rest"), "{}", text(&resting.stderr));
    stage.ended(&["drain", "--resume"], 0);
    until_answers(&address, "/readyz", "200");
    stage.until_idle(4, &mut worker);

    assert!(Command::new("kill").args(["-TERM", &worker.id().to_string()]).status()?.success());
    let output = worker.wait_with_output()?;
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(lines.iter().any(|line| line["message"] == "is up to date" && line["stream"].is_string()), "{log}");
    assert!(lines.iter().any(|line| line["error"].as_str().is_some_and(|error| error.contains("wrong.toml"))), "{log}");
    for secret in [CLIENT_SECRET, REFRESH_TOKEN, &*stage.server.url(USER, "postgres")] {
        assert!(!log.contains(secret), "{log}");
    }
    Ok(())
}

#[cfg(feature = "otlp")]
fn a_collector_gets_spans() -> Result<(), Failed> {
    let stage = Stage::new();
    stage.add("one", "");
    let folder = stage.folder.path().to_str().unwrap();
    let collector = collector::Collector::start();
    let mut worker = stage.spapi(&["worker", "--connections", folder]);
    worker.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).stderr(Stdio::piped());
    let mut worker = worker.spawn()?;
    stage.until_idle(2, &mut worker);
    assert!(Command::new("kill").args(["-TERM", &worker.id().to_string()]).status()?.success());
    let log = text(&worker.wait_with_output()?.stderr);
    let spans = collector.spans();
    // Of a stream and of the calls that are part of it.
    let streams: Vec<_> = spans.iter().filter(|span| span.name == "spapi_sync_stream").collect();
    assert!(streams.len() == 2 && streams.iter().all(|span| span.parent.is_empty()), "{spans:#?}\n{log}");
    for stream in &streams {
        let calls = spans.iter().filter(|span| span.name == "spapi_call" && span.parent == stream.id);
        assert!(calls.count() > 0, "{spans:#?}\n{log}");
    }
    let values: Vec<_> = spans.iter().flat_map(|span| &span.values).map(String::as_str).collect();
    for value in ["createReport", "searchOrders", &*format!("one/{LISTINGS}/A1VC38T7YXB528")] {
        assert!(values.contains(&value), "{value} is not in {values:?}");
    }
    for secret in [CLIENT_SECRET, REFRESH_TOKEN, &*stage.server.url(USER, "postgres")] {
        assert!(!collector.has(secret), "{spans:#?}");
    }

    // A collector that is away stops nothing, and the log says so.
    drop(collector);
    let queued = ["jobs", "--queue", "one", "--connections", folder];
    stage.ended(&queued, 0);
    let mut worker = stage.spapi(&["worker", "--connections", folder]);
    worker.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9").stderr(Stdio::piped());
    let mut worker = worker.spawn()?;
    stage.until_idle(2, &mut worker);
    assert!(Command::new("kill").args(["-TERM", &worker.id().to_string()]).status()?.success());
    let output = worker.wait_with_output()?;
    let log = text(&output.stderr);
    assert!(output.status.code() == Some(0) && log.contains("Export"), "{log}");
    Ok(())
}

fn what_is_wrong_is_named() -> Result<(), Failed> {
    let stage = Stage::new();
    let folder = stage.folder.path().to_str().unwrap();
    for (arguments, said) in [
        (&["worker", "--connections", "/nowhere"][..], "/nowhere is not a folder"),
        (&["worker", "--connections", folder, "-e", "embedded"], "spapi sandbox serve"),
        (&["worker", "--connections", folder, "--postgres-env", "NOWHERE"], "the variable NOWHERE is not set"),
        (&["jobs", "--postgres-env", "NOWHERE"], "the variable NOWHERE is not set"),
        (&["jobs", "--queue", "none", "--connections", folder], "no file of the folder has a connection none"),
        (&["worker", "--connections", folder, "--streams", "0"], "from 1 to 1000"),
    ] {
        let output = stage.ended(arguments, 2);
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
    let mut nobody = stage.spapi(&["drain"]);
    let nobody = nobody.env("SPAPI_WORKERS_URL", "postgres://u:secret@127.0.0.1:1/a").output()?;
    let said = text(&nobody.stderr);
    assert_eq!(nobody.status.code(), Some(1), "{said}");
    assert!(said.contains("Start the server") && !said.contains("secret"), "{said}");
    Ok(())
}
