//! Several processes that share a quota.

use crate::support::{BURST, builder, call};
use spapi_core::Quotas;
use spapi_sandbox::{Limits, REFRESH_TOKEN, Sandbox};
use std::process::{Command, Stdio};

const URL: &str = "SPAPI_TESTS_QUOTA_URL";
const FOLDER: &str = "SPAPI_TESTS_QUOTA_FOLDER";
const PROCESSES: usize = 4;

/// Runs in each of the processes, and calls until the client would have to wait. Without the environment variables, as
/// in an ordinary test run, it does nothing.
#[tokio::test]
async fn one_of_many() {
    let (Ok(url), Ok(folder)) = (std::env::var(URL), std::env::var(FOLDER)) else { return };
    let quotas = Quotas::in_folder(folder).unwrap();
    let client = builder(&url, REFRESH_TOKEN).quotas(&quotas).build().unwrap();
    let (mut passed, mut refused) = (0, 0);
    loop {
        match call(&client).await {
            Ok(()) => passed += 1,
            Err(error) if error.status().is_some_and(|status| status == 429) => refused += 1,
            Err(error) if error.is_throttled() => break,
            Err(error) => panic!("{error}"),
        }
    }
    println!("passed {passed} refused {refused}.");
}

#[tokio::test]
async fn processes_that_share_a_folder_spend_one_burst() {
    // The rate is one call a minute, so the bucket does not refill during the test.
    let sandbox = Sandbox::builder().orders(5).limits(Limits::Documented).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let processes: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "processes::one_of_many", "--nocapture"])
                .env(URL, sandbox.url())
                .env(FOLDER, folder.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut passed = 0;
    for process in processes {
        let output = process.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{stdout}");
        let (_, counts) = stdout.split_once("passed ").unwrap();
        let (count, rest) = counts.split_once(' ').unwrap();
        assert!(rest.starts_with("refused 0."), "{stdout}");
        passed += count.parse::<u32>().unwrap();
    }
    assert_eq!(passed, BURST);
}
