//! `faults FAULTS` reads 50 reports from a sandbox under random faults, with one seed after another until so many faults were
//! caused. It prints a line for each seed: the seed, the rows that are lost, doubled and wrong, the reports requested beyond
//! need, and the faults of each kind, such as `reset=93`. If no report is stored for two minutes, it ends with an error.
//! `read URL FOLDER START` is the program that is killed: it reads the reports that are not in the folder yet.
//! `types` prints the number of report types in the table, of those with typed rows, and of those that the sandbox makes.

mod faults;
mod read;

use spapi_sandbox::Sandbox;
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["faults", faults] => runtime.block_on(faults::cause(faults.parse()?)),
        ["read", url, folder, start] => runtime.block_on(read::read(url, folder.as_ref(), start.parse()?)),
        ["types"] => {
            let types = spapi_document_types::ReportType::all();
            let typed =
                types.iter().filter(|kind| spapi_rows::report(kind.name).is_some_and(|known| !known.rows.is_empty()));
            println!("{} {} {}", types.len(), typed.count(), Sandbox::report_types().count());
            Ok(())
        }
        _ => Err("faults FAULTS, read URL FOLDER START, or types".into()),
    }
}
