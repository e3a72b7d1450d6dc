//! A process that is killed (`kill -9`) at each point of a job's life, or at random points while calls fail, or whose disk is
//! full, and the run after it.
#![cfg(unix)]

use spapi_core::{BoxFuture, Client, Clock, Credentials, DateTime, Endpoint, Error, Marketplace, Quotas};
use spapi_data_kiosk::v2023_11_15::DataKiosk as KioskApi;
use spapi_feeds::v2021_06_30::Feeds as FeedsApi;
use spapi_jobs::journal::{Entry, JobKey, Journal, Lock};
use spapi_jobs::{DataKiosk, Feeds, FolderJournal, ReportDocument, Reports};
use spapi_reports::v2021_06_30::Reports as ReportsApi;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, REFRESH_TOKEN, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

const TYPE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const FEED: &str = "POST_ORDER_FULFILLMENT_DATA";
const CHILD: &str = "SPAPI_TEST_CHILD";

/// How many reports a process reads at a time while calls fail, how many rows each has, and how long its span is in seconds.
const REPORTS: u32 = 8;
const ROWS: usize = 300;
const SPAN: u32 = 20 * 3600;

/// Kills this process when the point of the given number is reached, counted from 1.
#[derive(Clone)]
struct Killer {
    reached: Arc<AtomicU32>,
    at: u32,
}

impl Killer {
    fn point(&self) {
        if self.reached.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status().unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}

/// A journal that reaches a point before and after each change.
struct Killing {
    journal: FolderJournal,
    killer: Killer,
}

impl Journal for Killing {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        self.journal.lock(name)
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        self.journal.read(key)
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.killer.point();
            let written = self.journal.write(key, entry).await;
            self.killer.point();
            written
        })
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        // After this the caller has finished, and the next run makes a report of its own.
        self.killer.point();
        self.journal.remove(key)
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        self.journal.entries()
    }
}

/// The machine's time, without waiting.
#[derive(Debug)]
struct Impatient;

impl Clock for Impatient {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::task::yield_now())
    }
}

fn client(url: &str) -> Client {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::off())
        .clock(Arc::new(Impatient))
        .build()
        .unwrap()
}

/// Goes through the states of a job of any kind, each of which is a point.
macro_rules! outcome {
    ($job:expr, $killer:expr) => {{
        let mut job = $job;
        while job.try_next().await.unwrap().is_some() {
            $killer.point();
        }
        job.await.unwrap()
    }};
}

/// What the child does: requests something that only its number tells from others, reads the result, writes that into a
/// file, and finishes.
#[tokio::test]
async fn child() {
    let Ok(given) = std::env::var(CHILD) else { return };
    let given: Vec<&str> = given.split('|').collect();
    let [kind, url, folder, number, at] = given[..] else { panic!("{given:?}") };
    let killer = Killer { reached: Arc::default(), at: at.parse().unwrap() };
    let journal = FolderJournal::open(Path::new(folder).join("journal")).unwrap();
    let (client, journal) = (client(url), Killing { journal, killer: killer.clone() });
    let number: u64 = number.parse().unwrap();
    let is_read = || std::fs::write(Path::new(folder).join("read"), "").unwrap();
    let today = DateTime::from(SystemTime::now()).as_str()[..10].to_owned();
    let ago = |days: u64| DateTime::from(SystemTime::now() - Duration::from_secs(days * 24 * 3600));
    match kind {
        "report" => {
            let reports = Reports::new(&client).journal(journal);
            let end = DateTime::from(today.as_str()).to_system_time().unwrap();
            let start = end - Duration::from_secs(20 * 24 * 3600 + number);
            // With an option, so that a report in Amazon's queue is not reused: only the journal leads to it.
            let request = reports.request(TYPE, [Marketplace::JP]).between(start, end);
            let request = request.option("sandboxRows", "50").unchecked();
            let document = outcome!(request.job().unwrap(), killer).document().unwrap();
            let mut rows = document.rows::<BTreeMap<String, String>>().await.unwrap();
            killer.point();
            assert!(rows.try_next().await.unwrap().is_some());
            killer.point();
            while rows.try_next().await.unwrap().is_some() {}
            is_read();
            document.finish().await.unwrap();
        }
        "reports" => {
            let reports = Reports::new(&client).journal(journal);
            let mut running = tokio::task::JoinSet::new();
            for index in 0..REPORTS {
                let path = Path::new(folder).join(format!("{index}.rows"));
                if path.exists() {
                    continue;
                }
                let start = SystemTime::UNIX_EPOCH + Duration::from_secs(number + u64::from(index * SPAN));
                let request = reports.request(TYPE, [Marketplace::JP]);
                let request = request.between(start, start + Duration::from_secs(SPAN.into()));
                let job = request.option("sandboxRows", ROWS.to_string()).unchecked().job().unwrap();
                let killer = killer.clone();
                running.spawn(async move {
                    let document = job.await?.document()?;
                    let text = lines(&document).await?.join("\n");
                    // Moved into place, so that a process that is killed leaves all rows or none.
                    let beside = path.with_extension("new");
                    std::fs::write(&beside, text).unwrap();
                    killer.point();
                    std::fs::rename(&beside, &path).unwrap();
                    killer.point();
                    document.finish().await
                });
            }
            let results: Vec<Result<(), Error>> = running.join_all().await;
            assert!(results.iter().all(Result::is_ok), "{results:?}");
        }
        "feed" => {
            let body = format!("<AmazonEnvelope><Message><MessageID>{number}</MessageID></Message></AmazonEnvelope>");
            let feed = Feeds::new(&client).journal(journal).submit(FEED, ["JP"], body);
            let result = outcome!(feed.job().unwrap(), killer).result().unwrap();
            let report = result.report().await.unwrap();
            assert_eq!(report.issues[0].message_id, Some(number), "the report of another feed");
            killer.point();
            is_read();
            result.finish().await.unwrap();
        }
        _ => {
            let query = format!(
                "{{ analytics_salesAndTraffic_2024_04_24 {{ salesAndTrafficByDate(aggregateBy: DAY, startDate: \"{}\", \
                 endDate: \"{today}\", marketplaceIds: [\"A1VC38T7YXB528\"]) {{ startDate }} }} }}",
                &ago(5 + number).as_str()[..10]
            );
            let query = DataKiosk::new(&client).journal(journal).query(query).unwrap();
            let page = outcome!(query.job(), killer).page().unwrap().unwrap();
            assert!(page.rows::<BTreeMap<String, String>>().await.unwrap().try_next().await.unwrap().is_some());
            killer.point();
            is_read();
            page.finish().await.unwrap();
        }
    }
}

/// The rows, each as its fields.
async fn lines(document: &ReportDocument) -> Result<Vec<String>, Error> {
    let mut rows = document.rows::<Vec<String>>().await?;
    let mut lines = Vec::new();
    while let Some(row) = rows.try_next().await? {
        lines.push(row.join("\t"));
    }
    Ok(lines)
}

/// A process that requests this. `at` is the point where it is killed.
fn child_of(kind: &str, url: &str, folder: &Path, number: u32, at: u32) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child", "--quiet"]);
    child.env(CHILD, format!("{kind}|{url}|{}|{number}|{at}", folder.display()));
    child
}

fn run(mut child: Command) -> ExitStatus {
    child.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// How many of this kind the sandbox has.
async fn created(kind: &str, url: &str) -> usize {
    macro_rules! count {
        ($list:expr) => {{
            let mut list = $list.items();
            let mut count = 0;
            while list.try_next().await.unwrap().is_some() {
                count += 1;
            }
            count
        }};
    }
    let client = client(url);
    match kind {
        "report" => count!(ReportsApi::new(&client).get_reports().report_types([TYPE])),
        "feed" => count!(FeedsApi::new(&client).get_feeds().feed_types([FEED])),
        _ => count!(KioskApi::new(&client).get_queries()),
    }
}

/// Kills the process at each point, and returns how many there are.
async fn kill_everywhere(kind: &str) -> u32 {
    let sandbox = Sandbox::builder().limits(Limits::Off).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let read = folder.path().join("read");
    for at in 1..100 {
        // Another number for each point, so that each is a request of its own.
        let _ = std::fs::remove_file(&read);
        let before = created(kind, sandbox.url()).await;
        let killed = run(child_of(kind, sandbox.url(), folder.path(), at, at));
        if killed.success() {
            return at - 1;
        }
        assert_eq!(killed.signal(), Some(9), "point {at}");
        let again = run(child_of(kind, sandbox.url(), folder.path(), at, 0));
        assert!(again.success(), "the run after the kill at point {at}");
        assert_eq!(created(kind, sandbox.url()).await - before, 1, "point {at}");
        assert!(read.exists(), "point {at}");
    }
    panic!("more points than expected")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_anywhere_causes_one_report() {
    assert!((12..29).contains(&kill_everywhere("report").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_anywhere_causes_one_feed() {
    assert!((12..29).contains(&kill_everywhere("feed").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_anywhere_causes_one_query() {
    assert!((12..29).contains(&kill_everywhere("query").await));
}

/// Which calls fail: every call of a multiple of the number has the next kind of fault.
const FAULTS: [(&str, u64, &[FaultKind]); 5] = [
    ("login", 2, &[FaultKind::ServerError, FaultKind::Reset]),
    (
        "reports createReport",
        1,
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
    ("reports getReportDocument", 2, &[FaultKind::ExpiredToken]),
    (
        "operations",
        3,
        &[
            FaultKind::Throttled,
            FaultKind::UnavailableHtml,
            FaultKind::Reset,
            FaultKind::LostAnswer,
            FaultKind::CutBody,
            FaultKind::EmptyBody,
        ],
    ),
    (
        "documents",
        1,
        &[
            FaultKind::CorruptGzip,
            FaultKind::ExpiredUrl,
            FaultKind::CutBody,
            FaultKind::Reset,
            FaultKind::Throttled,
            FaultKind::UnavailableHtml,
            FaultKind::CorruptGzip,
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_complete_and_requested_once_although_calls_fail_and_processes_are_killed() {
    let caused = Arc::new(Mutex::new(BTreeSet::new()));
    let notes = Arc::clone(&caused);
    let sandbox = Sandbox::builder().limits(Limits::Off).on_request(move |request| {
        if let Some(kind) = request.note.as_ref().and_then(|note| note.strip_prefix("fault: ")) {
            notes.lock().unwrap().insert(kind.to_owned());
        }
    });
    let sandbox = sandbox.start().await.unwrap();
    for (on, every, kinds) in FAULTS {
        for (nth, kind) in (1..).map(|number| number * every).zip(kinds) {
            sandbox.fault(Fault::new(on, *kind).nth(nth)).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let start = u32::try_from(now).unwrap() - 20 * 24 * 3600;
    let mut random = fastrand::Rng::with_seed(1);
    let mut killed = 0;
    let is_done = (0..40).any(|_| {
        let ended = run(child_of("reports", sandbox.url(), folder.path(), start, random.u32(1..20)));
        killed += u32::from(ended.signal() == Some(9));
        ended.success()
    });
    assert!(is_done && killed > 2, "{killed} processes were killed");
    let caused = caused.lock().unwrap().clone();
    assert!(caused.len() == 10 && caused.contains("corruptGzip"), "{caused:?}");

    sandbox.clear_faults();
    let mut existing = Reports::new(&client(sandbox.url())).existing(TYPE);
    let (mut made, mut right, mut read) = (0, Vec::new(), Vec::new());
    while let Some(report) = existing.try_next().await.unwrap() {
        made += 1;
        right.extend(lines(&report.document).await.unwrap());
    }
    for index in 0..REPORTS {
        let text = std::fs::read_to_string(folder.path().join(format!("{index}.rows"))).unwrap();
        read.extend(text.lines().map(str::to_owned));
    }
    right.sort();
    read.sort();
    assert_eq!((made, right.len()), (REPORTS, REPORTS as usize * ROWS));
    assert!(right == read, "rows are lost, doubled or wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_requested_without_room_for_the_journal() {
    let sandbox = Sandbox::builder().limits(Limits::Off).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for kind in ["report", "feed", "query"] {
        let child = child_of(kind, sandbox.url(), folder.path(), 1, 0);
        // A limit of the system on the size of files, as a full disk: each write fails.
        let mut full = Command::new("sh");
        full.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"])
            .arg(child.get_program())
            .args(child.get_args());
        full.envs(child.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = full.output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && shown.contains("of the journal cannot be written"), "{shown}");
        assert!(shown.contains(&folder.path().display().to_string()) && shown.contains("mend the folder"), "{shown}");
        assert_eq!(created(kind, sandbox.url()).await, 0, "{kind}");
        // With room again.
        assert!(run(child_of(kind, sandbox.url(), folder.path(), 1, 0)).success());
        assert_eq!(created(kind, sandbox.url()).await, 1, "{kind}");
    }
}
