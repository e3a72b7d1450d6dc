//! Starts a sandbox, with the models of a folder if one is given, and requests an access token and the first page of
//! orders. Prints the milliseconds from the start of the program to that answer, and the resident memory in KiB.
//!
//! The calls are written by hand: a client would take memory of its own.

use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A request that the static example and the shop both answer.
const ORDERS: &str = "/orders/v0/orders?CreatedAfter=2020-01-01T00:00:00Z&MarketplaceIds=A1VC38T7YXB528";
const EXAMPLE: &str = "/orders/v0/orders?CreatedAfter=TEST_CASE_200&MarketplaceIds=ATVPDKIKX0DER";

fn main() -> Result<()> {
    let start = Instant::now();
    let models = std::env::args_os().nth(1);
    let path = if models.is_some() { EXAMPLE } else { ORDERS };
    let mut builder = Sandbox::builder();
    if let Some(models) = models {
        builder = builder.models(models);
    }
    let sandbox = tokio::runtime::Builder::new_current_thread().build()?.block_on(builder.start())?;
    let host = sandbox.url().trim_start_matches("http://");
    let form = format!(
        "grant_type=refresh_token&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&refresh_token={REFRESH_TOKEN}"
    );
    let token_path = sandbox.token_url().trim_start_matches(sandbox.url());
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let answer = exchange(host, &format!("POST {token_path}"), kind, &form)?;
    let token = answer["access_token"].as_str().ok_or("no access token")?;
    let answer = exchange(host, &format!("GET {path}"), &format!("x-amz-access-token: {token}"), "")?;
    if answer["payload"]["Orders"].as_array().is_none_or(Vec::is_empty) {
        return Err("no orders".into());
    }
    let took = start.elapsed().as_millis();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    println!("{took} {}", resident.trim().trim_end_matches(" kB"));
    Ok(())
}

/// Makes a request on a connection of its own, and reads the answer's JSON.
fn exchange(host: &str, request: &str, header: &str, body: &str) -> Result<serde_json::Value> {
    let mut stream = TcpStream::connect(host)?;
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n{header}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    Ok(serde_json::from_str(body)?)
}
