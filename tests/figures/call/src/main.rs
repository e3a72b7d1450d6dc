//! Compares the CPU time of a call through the client with one by reqwest and serde_json alone, into the same types.
//!
//! `figures-call ROUNDS` starts itself a second time as the server, so that the server's time is not counted, and
//! prints the length of the answer in bytes, the median time of a call each way in microseconds, and the median ratio
//! in thousandths. `figures-call serve` is that server.

mod page;
mod server;

use rustix::time::{ClockId, clock_gettime};
use spapi_core::{Client, Credentials, DateTime, Endpoint, Marketplace, Operation, Request, decode};
use spapi_orders::v2026_01_01::meta;
use spapi_orders::v2026_01_01::types::SearchOrdersResponse;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

/// Calls of one kind in a row, so that work that a call leaves to the runtime counts for that kind.
const CALLS_A_ROUND: u32 = 10;
const WARM_UP_ROUNDS: usize = 20;

/// The operation with a bucket that never runs empty: the documented one would wait after 20 calls.
static SEARCH_ORDERS: LazyLock<Operation> = LazyLock::new(|| meta::SEARCH_ORDERS.clone().rate(1e6, u32::MAX));

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "serve" {
        return Ok(server::serve()?);
    }
    let rounds = match argument.parse() {
        Ok(rounds) if rounds > 0 => rounds,
        _ => return Err("usage: figures-call ROUNDS, a number of at least 1".into()),
    };
    let server = Server::start()?;
    // One thread, so that threads that wake each other add no time.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(&server.url, rounds))
}

async fn measure(url: &str, rounds: usize) -> Result<()> {
    let spapi = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(url))
        .credentials(Credentials::new("client-id", "client-secret", "refresh-token"))
        .build()?;
    let bare = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;

    if by_spapi(&spapi).await? != by_reqwest(&bare, url).await? {
        return Err("the two ways of calling read different orders".into());
    }
    let mut times = Vec::new();
    for round in 0..WARM_UP_ROUNDS + rounds {
        let start = cpu_time();
        for _ in 0..CALLS_A_ROUND {
            check(&by_spapi(&spapi).await?)?;
        }
        let between = cpu_time();
        for _ in 0..CALLS_A_ROUND {
            check(&by_reqwest(&bare, url).await?)?;
        }
        let end = cpu_time();
        if round >= WARM_UP_ROUNDS {
            times.push(((between - start) / CALLS_A_ROUND, (end - between) / CALLS_A_ROUND));
        }
    }
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let spapi = median(times.iter().map(|(spapi, _)| micros(*spapi)));
    let bare = median(times.iter().map(|(_, bare)| micros(*bare)));
    let ratio = median(times.iter().map(|(spapi, bare)| spapi.as_secs_f64() / bare.as_secs_f64()));
    println!("{} {spapi:.0} {bare:.0} {:.0}", page::text().len(), ratio * 1e3);
    Ok(())
}

/// Does what the generated builder of the operation does, with the other bucket.
async fn by_spapi(client: &Client) -> Result<SearchOrdersResponse> {
    let mut request = Request::<SearchOrdersResponse>::new(client, &SEARCH_ORDERS, decode::json);
    request.query_csv("marketplaceIds", [Marketplace::JP].map(String::from));
    request.query("createdAfter", DateTime::from("2026-01-01T00:00:00Z"));
    Ok(request.send().await?.into_inner())
}

async fn by_reqwest(client: &reqwest::Client, url: &str) -> Result<SearchOrdersResponse> {
    let url = reqwest::Url::parse_with_params(
        &format!("{url}/orders/2026-01-01/orders"),
        [("marketplaceIds", Marketplace::JP.id()), ("createdAfter", "2026-01-01T00:00:00Z")],
    )?;
    let request = client.get(url).header("x-amz-access-token", server::ACCESS_TOKEN);
    let body = request.send().await?.error_for_status()?.bytes().await?;
    Ok(serde_json::from_slice(&body)?)
}

fn check(answer: &SearchOrdersResponse) -> Result<()> {
    if answer.orders.len() == page::ORDERS { Ok(()) } else { Err("an answer lacks orders".into()) }
}

/// The CPU time of this process so far, user and system.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The server, in a process of its own, until dropped.
struct Server {
    url: String,
    process: Child,
}

impl Server {
    fn start() -> Result<Self> {
        let mut process =
            Command::new(std::env::current_exe()?).arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let output = process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(output).read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), process })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The only possible failure is that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
