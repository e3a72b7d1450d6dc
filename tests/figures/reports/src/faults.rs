//! The sandbox that fails, and the verdict.

use crate::Result;
use crate::read::{REPORTS, ROWS, TYPE, client, lines};
use spapi_jobs::Reports;
use spapi_sandbox::{Fault, FaultKind, Limits, Sandbox};
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Which calls fail, and how.
const FAULTS: [(&str, &[FaultKind]); 4] = [
    ("login", &[FaultKind::ServerError, FaultKind::Reset]),
    (
        "reports createReport",
        &[
            FaultKind::Throttled,
            FaultKind::UnavailableHtml,
            FaultKind::ServerError,
            FaultKind::Reset,
            FaultKind::LostAnswer,
            FaultKind::CutBody,
            FaultKind::EmptyBody,
        ],
    ),
    (
        "operations",
        &[
            FaultKind::Throttled,
            FaultKind::UnavailableHtml,
            FaultKind::Reset,
            FaultKind::LostAnswer,
            FaultKind::CutBody,
            FaultKind::EmptyBody,
            FaultKind::ExpiredToken,
        ],
    ),
    (
        "documents",
        &[
            FaultKind::Throttled,
            FaultKind::UnavailableHtml,
            FaultKind::Reset,
            FaultKind::CutBody,
            FaultKind::ExpiredUrl,
            FaultKind::CorruptGzip,
        ],
    ),
];

/// The share of calls that each of a call's faults hits.
const SHARE: f64 = 0.1;

/// How many runs may be needed.
const MOST_RUNS: u32 = 1000;

pub async fn cause(wanted: u64) -> Result<()> {
    let mut caused = 0;
    for seed in 1.. {
        let found = with_seed(seed).await?;
        let Found { faults, killed, lost, doubled, wrong, beyond } = found;
        println!("{seed} {faults} {killed} {lost} {doubled} {wrong} {beyond}");
        caused += faults;
        if caused >= wanted {
            break;
        }
    }
    Ok(())
}

struct Found {
    faults: u64,
    killed: u64,
    lost: usize,
    doubled: usize,
    wrong: usize,
    beyond: u64,
}

async fn with_seed(seed: u64) -> Result<Found> {
    let spoilt = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&spoilt);
    let sandbox = Sandbox::builder().seed(seed).limits(Limits::Off).on_request(move |request| {
        let is_fault = request.note.as_ref().is_some_and(|note| note.starts_with("fault: "));
        count.fetch_add(u64::from(is_fault), Ordering::Relaxed);
    });
    let sandbox = sandbox.start().await?;
    for (on, kinds) in FAULTS {
        for kind in kinds {
            sandbox.fault(Fault::new(on, *kind).share(SHARE))?;
        }
    }
    let folder = tempfile::tempdir()?;
    let start = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs() - 43 * 24 * 3600;
    let killed = run_until_done(&sandbox, folder.path(), start, seed).await?;
    let faults = spoilt.load(Ordering::Relaxed) + killed;

    sandbox.clear_faults();
    let mut existing = Reports::new(&client(sandbox.url())?).existing(TYPE);
    let (mut right, mut made): (HashMap<String, i64>, _) = (HashMap::new(), 0);
    while let Some(report) = existing.try_next().await? {
        made += 1;
        let of_report = lines(&report.document).await?;
        assert_eq!(of_report.len(), ROWS, "a report has all its rows");
        of_report.into_iter().for_each(|line| *right.entry(line).or_default() += 1);
    }
    let (mut doubled, mut wrong) = (0, 0);
    for number in 0..REPORTS {
        for line in std::fs::read_to_string(folder.path().join(format!("{number}.rows")))?.lines() {
            match right.get_mut(line) {
                None => wrong += 1,
                Some(0) => doubled += 1,
                Some(count) => *count -= 1,
            }
        }
    }
    let lost = right.values().filter(|count| **count > 0).count();
    Ok(Found { faults, killed, lost, doubled, wrong, beyond: u64::abs_diff(made, REPORTS) })
}

/// Starts the program until it has read all reports, and kills most of its processes after a random time. Returns how many
/// were killed.
async fn run_until_done(sandbox: &Sandbox, folder: &Path, start: u64, seed: u64) -> Result<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut killed = 0;
    for _ in 0..MOST_RUNS {
        let mut program = Command::new(std::env::current_exe()?);
        program.args(["read", sandbox.url()]).arg(folder).arg(start.to_string()).stderr(Stdio::null());
        let mut process = program.spawn()?;
        if random.u8(..3) > 0 {
            tokio::time::sleep(Duration::from_millis(random.u64(10..1500))).await;
            if process.try_wait()?.is_none() {
                killed += 1;
            }
            process.kill()?;
        }
        let ended = tokio::task::spawn_blocking(move || process.wait()).await??;
        if ended.success() {
            return Ok(killed);
        }
    }
    Err(format!("the reports were not read in {MOST_RUNS} runs with seed {seed}").into())
}
