//! Writes a million rows of two streams into a server of its own, and lets psql copy the same rows into a table with the same
//! columns and key. Prints a line for each stream: its name, the milliseconds of both, and the rows.

/// `run` copies it here: it is that of the tests of spapi-sync.
#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../server.rs"]
mod server;

use figures_tables::{STREAMS, key, sync};
use server::{Server, USER};
use spapi_sync::Postgres;
use std::time::Instant;

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(1_000_000, |rows| rows.parse().expect("a number of rows"));
    if server::programs().is_none() {
        eprintln!("no server of Postgres is installed here");
        std::process::exit(3);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // The settings of a server as it is installed.
    let server = Server::with(None, &[], &[]);
    for stream in STREAMS {
        server.query("postgres", "drop schema if exists amazon cascade");
        let ours = runtime.block_on(async {
            let mut destination = Postgres::connect(&server.url(USER, "postgres"), "amazon").await.expect("a database");
            server.query("postgres", "checkpoint");
            sync(&mut destination, stream, rows).await
        });
        let file = server.folder().join("rows");
        let copy = |table: &str, how: &str| format!("\\copy amazon.\"{table}\" {how} '{}'", file.display());
        server.query("postgres", &copy(stream, "to"));
        let key: Vec<_> = key(stream).iter().map(|name| format!("\"{name}\"")).collect();
        server.query("postgres", &format!("create table theirs (like \"{stream}\" including defaults)"));
        server.query("postgres", &format!("alter table theirs add primary key ({})", key.join(", ")));
        server.query("postgres", "checkpoint");
        let began = Instant::now();
        server.query("postgres", &copy("theirs", "from"));
        let theirs = began.elapsed();
        let same = format!(
            "select count(*), (select count(*) from \"{stream}\"),
             (select count(*) from (select * from theirs except select * from \"{stream}\") as other) from theirs"
        );
        assert_eq!(server.query("postgres", &same), [format!("{rows}, {rows}, 0")]);
        println!("{stream} {} {} {rows}", ours.as_millis(), theirs.as_millis());
    }
}
