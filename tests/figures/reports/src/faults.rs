//! The sandbox that fails, and the verdict.

use crate::Result;
use crate::read::{REPORTS, ROWS, TYPE, client, lines};
use spapi_jobs::Reports;
use spapi_sandbox::{Fault, FaultKind, Limits, Sandbox};
use std::collections::{BTreeMap, HashMap};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};
use tokio::process::Command;
use tokio::sync::watch;

/// Which calls fail, what share of them for each fault, and how. A report needs few documents and many other calls.
const FAULTS: [(&str, f64, &[FaultKind]); 4] = [
    ("login", 0.1, &[FaultKind::ServerError, FaultKind::Reset]),
    (
        "reports createReport",
        0.1,
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
        0.06,
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
        0.12,
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

/// How long the program may run without storing a report.
const PATIENCE: Duration = Duration::from_secs(120);

/// The longest life of a process that is killed, in requests.
const LONGEST_LIFE: u64 = 40;

pub async fn cause(wanted: u64) -> Result<()> {
    let mut caused = 0;
    for seed in 1.. {
        let Found { faults, lost, doubled, wrong, beyond } = with_seed(seed).await?;
        let kinds: Vec<_> = faults.iter().map(|(kind, count)| format!("{kind}={count}")).collect();
        println!("{seed} {lost} {doubled} {wrong} {beyond} {}", kinds.join(" "));
        caused += faults.values().sum::<u64>();
        if caused >= wanted {
            break;
        }
    }
    Ok(())
}

struct Found {
    /// By their kinds.
    faults: BTreeMap<String, u64>,
    lost: i64,
    doubled: u64,
    wrong: u64,
    beyond: u64,
}

/// What the sandbox has got and done.
#[derive(Clone, Default)]
struct Seen {
    requests: u64,
    faults: BTreeMap<String, u64>,
}

async fn with_seed(seed: u64) -> Result<Found> {
    let (sender, seen) = watch::channel(Seen::default());
    let sandbox = Sandbox::builder().seed(seed).limits(Limits::Off).on_request(move |request| {
        sender.send_modify(|seen| {
            seen.requests += 1;
            if let Some(kind) = request.note.as_ref().and_then(|note| note.strip_prefix("fault: ")) {
                *seen.faults.entry(kind.to_owned()).or_default() += 1;
            }
        });
    });
    let sandbox = sandbox.start().await?;
    for (on, share, kinds) in FAULTS {
        for kind in kinds {
            sandbox.fault(Fault::new(on, *kind).share(share))?;
        }
    }
    let folder = tempfile::tempdir()?;
    let start = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs() - 43 * 24 * 3600;
    let killed = run_until_done(&sandbox, seen.clone(), folder.path(), start, seed).await?;
    let mut faults = seen.borrow().faults.clone();
    faults.insert("killed".into(), killed);

    sandbox.clear_faults();
    let mut existing = Reports::new(&client(sandbox.url())?).existing(TYPE);
    let (mut right, mut made): (HashMap<String, i64>, _) = (HashMap::new(), 0_u64);
    while let Some(report) = existing.try_next().await? {
        made += 1;
        let of_report = lines(&report.document).await?;
        assert_eq!(of_report.len(), ROWS, "a report has all its rows");
        of_report.into_iter().for_each(|line| *right.entry(line).or_default() += 1);
    }
    let (mut doubled, mut wrong) = (0, 0);
    for path in paths(folder.path()) {
        for line in std::fs::read_to_string(path)?.lines() {
            match right.get_mut(line) {
                None => wrong += 1,
                Some(0) => doubled += 1,
                Some(count) => *count -= 1,
            }
        }
    }
    Ok(Found { faults, lost: right.values().sum(), doubled, wrong, beyond: made.saturating_sub(REPORTS) })
}

/// The files of the reports that are stored.
fn paths(folder: &Path) -> impl Iterator<Item = PathBuf> {
    (0..REPORTS).map(move |number| folder.join(format!("{number}.rows"))).filter(|path| path.exists())
}

/// Starts the program until it has read all reports, and kills most of its processes after a random number of requests.
/// Returns how many were killed.
async fn run_until_done(
    sandbox: &Sandbox,
    mut seen: watch::Receiver<Seen>,
    folder: &Path,
    start: u64,
    seed: u64,
) -> Result<u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut killed = 0;
    let (mut stored, mut since, mut requests) = (0, Instant::now(), 0);
    loop {
        let mut program = Command::new(std::env::current_exe()?);
        program.args(["read", sandbox.url()]).arg(folder).arg(start.to_string()).stderr(Stdio::null());
        let mut process = program.kill_on_drop(true).spawn()?;
        let is_spared = random.u8(..4) == 0;
        let last = seen.borrow().requests + random.u64(1..=LONGEST_LIFE);
        let ended = loop {
            let ended = tokio::select! {
                ended = process.wait() => Some(ended?),
                _ = seen.wait_for(|seen| seen.requests >= last), if !is_spared => {
                    process.start_kill()?;
                    Some(process.wait().await?)
                }
                () = tokio::time::sleep(Duration::from_secs(1)) => None,
            };
            let now = paths(folder).count();
            if now > stored {
                (stored, since, requests) = (now, Instant::now(), seen.borrow().requests);
            } else if since.elapsed() > PATIENCE {
                let Seen { requests: all, faults } = seen.borrow().clone();
                return Err(format!(
                    "seed {seed} makes no progress: {stored} of {REPORTS} reports are stored, and no further one within {} s, \
                     in which the sandbox got {} requests; faults until then: {faults:?}, and {killed} processes killed",
                    PATIENCE.as_secs(),
                    all - requests
                )
                .into());
            }
            if let Some(ended) = ended {
                break ended;
            }
        };
        killed += u64::from(ended.signal().is_some());
        if ended.success() {
            return Ok(killed);
        }
    }
}
