//! `figures-sqlite FILE STREAM ROWS` writes made-up rows of a stream into a file of SQLite. Prints the milliseconds, from the first row
//! to the commit, and the names of the key's columns.

use figures_tables::{key, sync};
use spapi_sync::Sqlite;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [file, stream, rows] = arguments.as_slice() else { panic!("a file, a stream and a number of rows are needed") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut destination = Sqlite::open(file).expect("a file");
    let took = runtime.block_on(sync(&mut destination, stream, rows.parse().expect("a number of rows")));
    println!("{} {}", took.as_millis(), key(stream).join(" "));
}
