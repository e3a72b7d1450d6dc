//! The archive of a commit, over HTTP.

use std::io::{self, Read};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use indicatif::ProgressBar;
use ureq::tls::{RootCerts, TlsConfig};

/// How many bytes a download may have; Amazon's archives have less than 2 MiB.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How long a download may take, whatever arrives.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The address of a commit's archive below a base such as `https://github.com`; `HEAD` is the newest commit.
pub fn url(base: &str, repository: &str, commit: &str) -> String {
    format!("{}/{repository}/archive/{commit}.tar.gz", base.trim_end_matches('/'))
}

/// Requests the archive and returns its body as a stream, whose bytes the bar counts.
///
/// It waits at most `patience` for the answer and for each piece of it, and at most [`LONGEST`] for all of it. It
/// follows redirects, but not from HTTPS to HTTP.
pub fn open(url: &str, patience: Duration, bar: &ProgressBar) -> Result<impl Read + use<>> {
    let config = ureq::Agent::config_builder()
        .https_only(url.starts_with("https://"))
        .http_status_as_error(false)
        .user_agent("spapi-xtask")
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .timeout_resolve(Some(patience))
        .timeout_connect(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience))
        .timeout_global(Some(LONGEST))
        .build();
    let response = ureq::Agent::new_with_config(config).get(url).call().with_context(|| format!("cannot get {url}"))?;
    match response.status().as_u16() {
        200 => {}
        404 => bail!(
            "{url} does not exist (404); does models/upstream.toml name the repository, and does it have the commit?"
        ),
        status => bail!("{url} answered with status {status}"),
    }
    let length = response.body().content_length().unwrap_or_default();
    ensure!(length <= LARGEST, "{url} has {length} bytes; at most {LARGEST} are allowed (LARGEST)");
    Ok(Body { body: bar.wrap_read(response.into_body().into_reader()), received: 0 })
}

/// A body whose errors say how far it got.
struct Body<R> {
    body: R,
    received: u64,
}

impl<R: Read> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.body.read(buffer).map_err(|error| {
            io::Error::new(error.kind(), format!("the download stopped after {} bytes: {error}", self.received))
        })?;
        self.received += length as u64;
        if self.received > LARGEST {
            let message = format!("the download has more than {LARGEST} bytes (LARGEST)");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(length)
    }
}
