//! Random faults over many reports: nothing is lost, doubled, wrong or requested beyond need.

use crate::lines;
use crate::support::{Amazon, Fault, ORDERS};
use spapi_core::{Error, Marketplace};
use spapi_jobs::{FolderJournal, ReportJob, Reports};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const REPORTS: u64 = 50;

/// A caller that starts again after every error and whenever its process ends, and that keeps the rows of a document only when
/// it has read it whole.
async fn collect(job: impl Fn() -> ReportJob, mut random: fastrand::Rng) -> (String, Vec<String>) {
    for _ in 0..100 {
        let run = async {
            let document = job().await?.document()?;
            let lines = lines(&document).await?;
            Ok::<_, Error>((document, lines))
        };
        // Some runs end after a random time, as a killed process does.
        let life = if random.bool() { Duration::from_millis(random.u64(0..200_000)) } else { Duration::MAX };
        if let Ok(Ok((document, lines))) = tokio::time::timeout(life, run).await {
            while document.finish().await.is_err() {}
            return (job().span().unwrap().to_string(), lines);
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    panic!("the report did not come after 100 runs")
}

async fn with_seed(seed: u64) -> (usize, BTreeMap<Caused, u32>) {
    let folder = tempfile::tempdir().unwrap();
    let amazon = Amazon::new();
    amazon.state().rows = 400;
    let random = Mutex::new(fastrand::Rng::with_seed(seed));
    let caused = Arc::new(Mutex::new(BTreeMap::new()));
    let count = Arc::clone(&caused);
    amazon.failing(move |operation, _| {
        let mut random = random.lock().unwrap();
        let faults: &[Fault] = match operation {
            "createReport" => &[
                Fault::Throttled,
                Fault::Unavailable,
                Fault::UnavailableButDone,
                Fault::Reset,
                Fault::LostAnswer,
                Fault::Blank,
                Fault::NoConnection,
            ],
            "document" => {
                &[Fault::Cut(3000), Fault::Cut(0), Fault::ExpiredUrl, Fault::Unavailable, Fault::NoConnection]
            }
            "getReports" | "getReport" | "getReportDocument" => {
                &[Fault::Throttled, Fault::Unavailable, Fault::LostAnswer, Fault::Blank, Fault::NoConnection]
            }
            _ => return None,
        };
        let fault = (random.u32(..100) < 25).then(|| faults[random.usize(..faults.len())])?;
        *count.lock().unwrap().entry(Caused(format!("{operation} {fault:?}"))).or_default() += 1;
        Some(fault)
    });
    let reports = Reports::new(&amazon.client()).journal(FolderJournal::open(folder.path()).unwrap());
    let day = |days: u64| crate::support::epoch() - Duration::from_secs((100 - days) * 24 * 3600);
    let mut running = tokio::task::JoinSet::new();
    for number in 0..REPORTS {
        let reports = reports.clone();
        let job =
            move || reports.request(ORDERS, [Marketplace::DE]).between(day(number), day(number + 1)).job().unwrap();
        running.spawn(collect(job, fastrand::Rng::with_seed(seed * 1000 + number)));
    }
    let mut found = BTreeMap::new();
    while let Some(result) = running.join_next().await {
        let (span, lines) = result.unwrap();
        assert!(found.insert(span, lines).is_none());
    }
    let made = amazon.state().made.clone();
    let mut expected: Vec<Vec<String>> = made.iter().map(|made| made.lines(400)).collect();
    expected.sort();
    let mut read: Vec<Vec<String>> = found.into_values().collect();
    read.sort();
    assert!(read == expected, "rows are lost, doubled or wrong with seed {seed}");
    assert_eq!(reports.unfinished().await.unwrap(), [], "seed {seed}");
    let caused = caused.lock().unwrap().clone();
    (made.len(), caused)
}

/// An operation and its fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Caused(String);

#[tokio::test(start_paused = true)]
async fn random_faults_cost_no_row_and_no_further_report() {
    let mut all = BTreeMap::<Caused, u32>::new();
    for seed in 1..=8 {
        let (made, caused) = with_seed(seed).await;
        assert_eq!(made as u64, REPORTS, "seed {seed}");
        for (fault, count) in caused {
            *all.entry(fault).or_default() += count;
        }
    }
    assert!(all.values().sum::<u32>() > 1000 && all.len() == 27, "{all:?}");
}
