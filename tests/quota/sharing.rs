//! Clients that share a quota and clients that do not.

use crate::support::{BURST, SECOND_SELLER, StoppedTime, builder, call, client, sandbox};
use spapi_core::{Client, Credentials, Quotas};
use spapi_sandbox::{Limits, REFRESH_TOKEN};

/// Calls until the client would have to wait, and returns how many passed.
async fn spend(client: &Client) -> u32 {
    let mut passed = 0;
    loop {
        match call(client).await {
            Ok(()) => passed += 1,
            Err(error) => {
                assert!(error.is_throttled() && error.status().is_none(), "{error}");
                return passed;
            }
        }
    }
}

#[tokio::test]
async fn clients_of_one_seller_spend_one_quota() {
    let sandbox = sandbox(Limits::Documented).await;
    let _time = StoppedTime::new();
    let quotas = Quotas::in_memory();
    let of = |token| builder(sandbox.url(), token).quotas(&quotas).build().unwrap();
    let (first, second, other) = (of(REFRESH_TOKEN), of(REFRESH_TOKEN), of(SECOND_SELLER));
    for _ in 0..5 {
        call(&first).await.unwrap();
    }
    assert_eq!(spend(&second).await, BURST - 5);
    assert_eq!(spend(&first).await, 0);
    assert_eq!(spend(&other).await, BURST, "another seller has its own quota");
}

#[tokio::test]
async fn clients_with_separate_quotas_are_refused_by_the_server() {
    let sandbox = sandbox(Limits::Documented).await;
    let _time = StoppedTime::new();
    let (first, second) = (client(&sandbox), client(&sandbox));
    assert_eq!(spend(&first).await, BURST);
    assert_eq!(call(&second).await.unwrap_err().status().unwrap(), 429);
    assert_eq!(spend(&second).await, 0, "the refusal empties the second client's bucket");
}

#[tokio::test]
async fn the_next_run_knows_the_spent_quota_of_the_last_run() {
    let sandbox = sandbox(Limits::Documented).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |token| {
        let quotas = Quotas::in_folder(folder.path().join("quotas")).unwrap();
        builder(sandbox.url(), token).quotas(&quotas).build().unwrap()
    };
    for _ in 0..5 {
        call(&run(REFRESH_TOKEN)).await.unwrap();
    }
    assert_eq!(spend(&run(REFRESH_TOKEN)).await, BURST - 5);
    let error = call(&run(REFRESH_TOKEN)).await.unwrap_err();
    assert!(error.is_throttled() && error.status().is_none(), "{error}");
    assert_eq!(spend(&run(SECOND_SELLER)).await, BURST);
}

#[tokio::test]
async fn files_hold_neither_tokens_nor_names() {
    let sandbox = sandbox(Limits::Documented).await;
    let folder = tempfile::tempdir().unwrap();
    let quotas = Quotas::in_folder(folder.path()).unwrap();
    let credentials = Credentials::new(spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, REFRESH_TOKEN);
    let credentials = credentials.with_seller_id("A1B2C3D4E5F6G7");
    let client = builder(sandbox.url(), "another").credentials(credentials).quotas(&quotas).build().unwrap();
    call(&client).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 1);
    let shown = format!("{:?} {}", files[0].file_name(), std::fs::read_to_string(files[0].path()).unwrap());
    for secret in [REFRESH_TOKEN, spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, "A1B2C3D4E5F6G7", "Atza"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
