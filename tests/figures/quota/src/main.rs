//! Measures in real time how closely calls follow a quota that the server enforces.
//!
//! Without arguments it runs every case at once, each against a server of its own, and prints a line for each: the
//! factor of the documented limits, the processes, the calls counted, how many the server refused, and the
//! milliseconds the calls took and would ideally have taken. `call URL FOLDER CALLS` is one of a case's processes.

mod call;

use spapi_sandbox::{Limits, Sandbox};
use std::error::Error;
use std::process::{Command, Stdio};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A server at so many times the documented limits, and how many call it.
#[derive(Clone, Copy)]
struct Case {
    factor: f64,
    processes: u32,
    calls: u32,
}

const CASES: [Case; 4] = [
    Case { factor: 1.0, processes: 1, calls: 60 },
    Case { factor: 1.0, processes: 4, calls: 60 },
    Case { factor: 0.5, processes: 1, calls: 36 },
    Case { factor: 0.5, processes: 4, calls: 36 },
];

/// The calls after the burst that do not count when the client has to learn the limit first.
const LEARNING: usize = 4;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["call", url, folder, calls] => runtime.block_on(call::call(url, folder, calls.parse()?)),
        [] => {
            let running: Vec<_> = CASES.iter().map(|case| runtime.spawn(run(*case))).collect();
            for case in running {
                println!("{}", runtime.block_on(case)??);
            }
            Ok(())
        }
        _ => Err("no arguments, or call URL FOLDER CALLS".into()),
    }
}

async fn run(case: Case) -> Result<String> {
    let sandbox = Sandbox::builder().orders(5).limits(Limits::Factor(case.factor)).start().await?;
    let folder = tempfile::tempdir()?;
    let processes: Vec<_> = (0..case.processes)
        .map(|_| {
            Command::new(std::env::current_exe()?)
                .args(["call", sandbox.url()])
                .arg(folder.path())
                .arg((case.calls / case.processes).to_string())
                .stdout(Stdio::piped())
                .spawn()
        })
        .collect::<std::io::Result<_>>()?;
    let (mut passed, mut refused) = (Vec::new(), 0);
    for process in processes {
        let output = tokio::task::spawn_blocking(|| process.wait_with_output()).await??;
        if !output.status.success() {
            return Err("a process that calls has failed".into());
        }
        for line in String::from_utf8(output.stdout)?.lines() {
            match line.split_once(' ') {
                Some(("passed", time)) => passed.push(time.parse::<u64>()?),
                _ => refused += 1,
            }
        }
    }
    passed.sort_unstable();
    let rate = call::PER_SECOND * case.factor;
    let burst = (f64::from(call::BURST) * case.factor) as usize;
    // At the documented limits all calls count. At stricter ones, those at the learnt rate.
    let (start, counted) = match case.factor {
        1.0 => (passed[0], passed.len() - burst),
        _ => (passed[burst + LEARNING - 1], passed.len() - burst - LEARNING),
    };
    let took = passed[passed.len() - 1] - start;
    let ideal = counted as f64 / rate * 1000.0;
    let calls = if case.factor == 1.0 { passed.len() } else { counted };
    Ok(format!("{} {} {calls} {refused} {took} {ideal:.0}", case.factor, case.processes))
}
