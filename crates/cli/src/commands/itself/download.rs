//! A download of a public file. It carries no credentials, so unlike a call it may follow redirects.

use crate::exit::{Exit, Failure};
use std::error::Error as StdError;
use std::time::Duration;

/// How many bytes are taken; the archive of Amazon's models has less than 2 MiB.
const LARGEST: usize = 32 * 1024 * 1024;

/// The bytes at the URL.
///
/// # Errors
/// When the server cannot be reached, answers with another status than 200, or sends too much.
pub async fn get(url: &str) -> Result<Vec<u8>, Failure> {
    let client = reqwest::Client::builder()
        .https_only(url.starts_with("https://"))
        .redirect(reqwest::redirect::Policy::limited(5))
        .user_agent(concat!("spapi/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(30))
        .timeout(Duration::from_secs(300))
        .build()
        .map_err(|error| failed(url, &root(&error)))?;
    let mut answer = client.get(url).send().await.map_err(|error| failed(url, &root(&error.without_url())))?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(failed(url, &format!("the server answered with status {}", answer.status())));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| failed(url, &root(&error.without_url())))? {
        if bytes.len() + piece.len() > LARGEST {
            return Err(failed(url, &format!("it has more than {LARGEST} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn failed(url: &str, why: &str) -> Failure {
    Failure::new(Exit::Failed, format!("{url} cannot be downloaded: {why}"))
        .with_next("check the connection to the internet, and the proxy in HTTPS_PROXY if there is one")
}

/// The innermost cause: the ones around it only say that sending failed.
fn root(error: &reqwest::Error) -> String {
    let mut root: &dyn StdError = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    root.to_string()
}
