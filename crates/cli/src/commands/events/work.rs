//! What is done with notifications: a command, tables, or lines on stdout.

use super::exec::Exec;
use super::print::{Lines, Printer};
use super::tables::{Tables, To};
use crate::exit::Failure;
use crate::time;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use spapi_events::consume::{Delivery, HandlerError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

#[derive(Debug, Args)]
#[command(next_help_heading = "What is done with each notification")]
pub struct Work {
    /// Run this command for each notification, with the notification as one line of JSON on its stdin. Exit code 0 means that it is
    /// handled. The words are split as a shell does, without a shell: no variables, no pipes.
    #[arg(long, value_name = "COMMAND", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "to")]
    exec: Option<String>,

    /// Give the command of --exec to a shell (sh -c, on Windows cmd /C).
    #[arg(long, requires = "exec")]
    shell: bool,

    /// Write the notifications into tables, one for each type: sqlite:FILE, folder:FOLDER (Parquet), bucket:URL or postgres:VARIABLE
    /// with the variable of the environment that has the database's URL.
    #[arg(long, value_name = "DESTINATION")]
    to: Option<To>,

    /// The name under which --to writes. Two programs that write at a time need different ones.
    #[arg(long, value_name = "NAME", default_value = "events", requires = "to", value_parser = NonEmptyStringValueParser::new())]
    connection: String,

    /// Without --exec and --to: the format of the lines on stdout.
    #[arg(short, long, value_enum, default_value_t = Lines::Jsonl, conflicts_with_all = ["exec", "to"])]
    format: Lines,

    /// How many notifications are worked on at a time [default: 1 with --exec, 1000 with --to, 20 without].
    #[arg(long, value_name = "NUMBER", value_parser = crate::number::whole(1..=10_000))]
    concurrency: Option<u64>,

    /// How long the work on one notification may last. A command of --exec that takes longer is ended, with the processes that it has
    /// started; on Windows the command alone.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = time::wait)]
    longest: Duration,
}

/// Works on notifications.
#[derive(Clone)]
pub enum Worker {
    Exec(Arc<Exec>),
    Tables(Tables),
    Print(Arc<Printer>),
}

impl Work {
    pub async fn worker(&self, ending: &Arc<Ending>) -> Result<Worker, Failure> {
        if let Some(command) = &self.exec {
            return Ok(Worker::Exec(Arc::new(Exec::new(command, self.shell, Arc::clone(ending))?)));
        }
        if let Some(to) = &self.to {
            return Ok(Worker::Tables(Tables::open(to, &self.connection, Arc::clone(ending)).await?));
        }
        Ok(Worker::Print(Arc::new(Printer::new(self.format, Arc::clone(ending)))))
    }

    pub fn concurrency(&self) -> usize {
        let usual = match (&self.exec, &self.to) {
            (Some(_), _) => 1,
            (None, Some(_)) => 1000,
            (None, None) => 20,
        };
        self.concurrency.and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
    }

    pub fn longest(&self) -> Duration {
        self.longest
    }
}

impl Worker {
    pub async fn work(&self, delivery: &Delivery) -> Result<(), HandlerError> {
        match self {
            Self::Exec(exec) => exec.run(delivery).await,
            Self::Tables(tables) => tables.write(delivery).await,
            Self::Print(printer) => printer.print(delivery),
        }
    }
}

/// Why the program ends before the user or the queue says so.
#[derive(Default)]
pub struct Ending {
    failure: Mutex<Option<Failure>>,
    begun: Notify,
}

impl Ending {
    /// Ends the program after what is being handled. The first reason counts.
    pub fn begin(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
        self.begun.notify_one();
    }

    /// Waits until somebody ends the program.
    pub async fn begun(&self) {
        self.begun.notified().await;
    }

    pub fn failure(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
