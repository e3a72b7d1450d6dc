//! `spapi sync worker`: takes jobs of the queue.

use super::database::Database;
use super::http;
use super::site::Clients;
use crate::connection::{Connection as Reach, Server};
use crate::exit::{Exit, Failure};
use crate::{interrupt, logging, notes, number, time};
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCandidates;
use spapi_core::Quotas;
use spapi_sync::Schedule;
use spapi_sync::cluster::{ConnectionFolder, Worker, WorkerMetrics};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;

const HELP: &str = "\
Each stream of each marketplace of a connection is a job. When the connection's `every` says so, its streams are queued, and \
the next free worker on any machine reads what is due of them. A worker that gives no sign of life for 20 seconds loses its jobs to \
others, and what it has not committed is read again. It can be ended at any moment: what was committed is whole.

The destination of a connection is a Postgres database, or a bucket or folder that all machines reach. Ctrl-C, and the signal to \
terminate, end the worker at the next commits; a second one ends it at once.

Built with the feature otlp, it sends a span for each stream and each call to the collector of OpenTelemetry that \
OTEL_EXPORTER_OTLP_ENDPOINT names, such as http://127.0.0.1:4318.

Examples:
  spapi sync worker --connections connections --listen 0.0.0.0:9464 --log-format json
  spapi sync jobs
  spapi sync drain";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The folder with the files of the connections, those that end with .toml. All workers need the same files. They are read again
    /// while the worker runs.
    #[arg(long, value_name = "FOLDER")]
    connections: PathBuf,

    #[command(flatten)]
    database: Database,

    /// How many streams are read at a time. They mostly wait for Amazon.
    #[arg(long, value_name = "NUMBER", default_value = "16", value_parser = number::whole(1..=1000))]
    streams: u64,

    /// The schedule of connections without `every`: 30m, 6h, 1d, or a cron expression in UTC. Without it their streams are queued
    /// once, and later by `spapi sync jobs --queue`.
    #[arg(long, value_name = "SCHEDULE", value_parser = Schedule::parse)]
    every: Option<Schedule>,

    /// Answer /healthz, /readyz and /metrics over HTTP at this address, such as 127.0.0.1:9464. The metrics name connections and
    /// streams, so let only your own network reach it.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,

    /// The form of the log on stderr.
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogFormat::Text)]
    log_format: LogFormat,

    /// How long streams may go on to their next commit when the worker is to end.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = time::wait, allow_hyphen_values = true)]
    longest_stop: Duration,

    /// The server to call, instead of the one that a connection's environment stands for: production, sandbox, or a URL.
    #[arg(short, long, env = "SPAPI_ENDPOINT", hide_env_values = true, value_name = "ENDPOINT", add = ArgValueCandidates::new(crate::connection::servers))]
    endpoint: Option<Server>,

    /// The longest time that a call waits for its quota or for the server, such as 90s or 10m.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = time::wait, allow_hyphen_values = true)]
    longest_wait: Duration,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Lines to read.
    Text,
    /// A JSON object on each line.
    Json,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    if options.endpoint == Some(Server::Embedded) {
        return Err(Failure::usage("the embedded sandbox is of one program, and workers are several")
            .with_next("start one for all: spapi sandbox serve, and give its URL by --endpoint"));
    }
    if !options.connections.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", options.connections.display()))
            .with_next("name the folder with the files of the connections"));
    }
    let exported = logging::start_service(options.log_format == LogFormat::Json)?;
    let cluster = options.database.connect().await?;
    let metrics = WorkerMetrics::new();
    let stores = spapi_stores::Postgres::connect(&options.database.url()?).await;
    let stores = stores.map_err(|error| Failure::from(error).with_exit(Exit::Failed))?;
    let quotas = Quotas::with_store(metrics.metered(stores.quota()));
    let (endpoint, longest_wait) = (options.endpoint.clone(), options.longest_wait);
    let reach = move |connection: &spapi_sync::Connection| Reach {
        endpoint: endpoint.clone().unwrap_or_else(|| Server::of(connection.environment)),
        credentials: None,
        profile: None,
        quota_folder: None,
        keep: None,
        longest_wait: Some(longest_wait),
        shared_quotas: Some(quotas.clone()),
    };
    let site = Clients { folder: options.connections.clone(), reach: Box::new(reach), stores };
    let worker = Worker::new(&cluster, ConnectionFolder::new(&options.connections), site)
        .streams(options.streams as usize)
        .every(options.every)
        .longest_stop(options.longest_stop)
        .metrics(&metrics);
    let serve = serve(options.listen, &worker).await?;
    let stop = async {
        drop(interrupt::signal().await);
        notes::note("the worker ends at the next commits; Ctrl-C again ends it at once");
    };
    let ended = tokio::select! {
        biased;
        failure = interrupt::second_signal() => Err(failure),
        failure = serve => Err(failure),
        ended = worker.run(stop) => ended.map_err(|error| Failure::from(error).with_exit(Exit::Failed)),
    };
    exported.end().await;
    ended
}

/// Answers over HTTP, if an address is given. It ends only with a failure.
async fn serve(address: Option<SocketAddr>, worker: &Worker) -> Result<impl Future<Output = Failure> + use<>, Failure> {
    let failed = |address: SocketAddr, error: std::io::Error| {
        Failure::new(Exit::Failed, format!("--listen: {address} cannot be used: {error}"))
            .with_next("give another address, or end the program that uses it")
    };
    let bound = match address {
        Some(address) => Some((address, TcpListener::bind(address).await.map_err(|error| failed(address, error))?)),
        None => None,
    };
    let status = worker.status();
    Ok(async move {
        match bound {
            Some((address, listener)) => match http::serve(listener, status).await {
                Err(error) => failed(address, error),
                Ok(()) => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    })
}
