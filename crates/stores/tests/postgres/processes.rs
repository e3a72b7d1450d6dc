//! What other processes do in the cases: this program, started again.

use crate::support::{builder, call, runtime, update};
use spapi_core::operation::Rate;
use spapi_core::throttle::QuotaChange;
use spapi_stores::Postgres;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;

const ROLE: &str = "SPAPI_STORES_TEST_ROLE";
const URL: &str = "SPAPI_STORES_TEST_URL";
const SERVER: &str = "SPAPI_STORES_TEST_SERVER";

/// The quota that processes take from, and how often each tries, by several tasks.
pub const HOT: &str = "hot";
pub const HOT_RATE: Rate = Rate::new(100.0, 20);
pub const TRIES: usize = 400;
const TASKS: usize = 4;

/// A process in a role. `server` is the address of Amazon, where it needs one.
pub fn start(role: &str, url: &str, server: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(ROLE, role).env(URL, url).env(SERVER, server);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// What a process prints until its end.
pub fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Does what this process is for, if it is not the one of the tests.
pub fn run() -> Option<ExitCode> {
    let role = std::env::var(ROLE).ok()?;
    let (url, server) = (std::env::var(URL).unwrap(), std::env::var(SERVER).unwrap());
    runtime().block_on(async {
        let stores = Postgres::connect(&url).await.unwrap();
        match role.as_str() {
            "take" => take(&stores).await,
            "call" => {
                let client = builder(&server).token_store(Arc::new(stores.tokens())).build().unwrap();
                // All of them begin when they are told to.
                println!("ready");
                let _ = BufReader::new(std::io::stdin()).lines().next();
                call(&client).await.unwrap();
            }
            other => panic!("{other} is not a role"),
        }
    });
    Some(ExitCode::SUCCESS)
}

/// Takes what it can get, and prints how much that was.
async fn take(stores: &Postgres) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TASKS {
        let quota = stores.quota();
        tasks.spawn(async move {
            let mut taken = 0;
            for _ in 0..TRIES / TASKS {
                let answer = update(&quota, HOT, HOT_RATE, QuotaChange::Take).await;
                taken += usize::from(answer.taken.is_some());
            }
            taken
        });
    }
    println!("{}", tasks.join_all().await.into_iter().sum::<usize>());
}
