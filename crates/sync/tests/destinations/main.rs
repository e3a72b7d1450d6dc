//! What is in a destination after commits, drops and faults: a table of cases, each for every destination.
//!
//! Cases of Postgres show as ignored where its server is not installed.

mod cases;
#[cfg(feature = "postgres")]
mod postgres;
#[path = "../rows/mod.rs"]
mod rows;
#[cfg(feature = "postgres")]
#[path = "../server/mod.rs"]
mod server;
mod sqlite;

use libtest_mimic::Arguments;
use spapi_sync::Tables;
use std::pin::Pin;
use std::process::ExitCode;

/// Where a case keeps its rows. Each case has one of its own.
trait Database: Send + Sync {
    /// Opens the destination.
    fn open(&self) -> Opening<'_>;

    /// What a query of another program gives, a line for each row, with a comma between the cells.
    fn query(&self, sql: &str) -> Vec<String>;

    /// How another process opens it.
    fn address(&self) -> String;
}

type Opening<'a> = Work<'a, Box<dyn Tables>>;
type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
/// A case, by its name.
type Case = (&'static str, for<'a> fn(&'a dyn Database) -> Work<'a, ()>);

/// What the other process of a case writes to.
const ADDRESS: &str = "SPAPI_SYNC_TEST_ADDRESS";

/// A case with the name of its function.
macro_rules! case {
    ($name:ident) => {
        (stringify!($name), |database| Box::pin($name(database)))
    };
}
use case;

fn main() -> ExitCode {
    if let Ok(address) = std::env::var(ADDRESS) {
        runtime().block_on(cases::leave_a_slice_open(&address));
        std::process::abort();
    }
    let trials = sqlite::trials();
    #[cfg(feature = "postgres")]
    let (_server, more) = postgres::trials();
    #[cfg(feature = "postgres")]
    let trials = trials.chain(more);
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Opens the destination that has an address.
async fn open(address: &str) -> Box<dyn Tables> {
    match address.split_once(':') {
        Some(("sqlite", path)) => Box::new(spapi_sync::Sqlite::open(path).unwrap()),
        #[cfg(feature = "postgres")]
        Some(("postgres", _)) => Box::new(spapi_sync::Postgres::connect(address, "amazon").await.unwrap()),
        _ => panic!("{address} is not of a destination that this was built with"),
    }
}
