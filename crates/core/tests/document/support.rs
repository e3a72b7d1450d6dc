//! A document host on loopback, and helpers for the tests.

use flate2::{Compression, write::GzEncoder};
use spapi_core::document::{Document, Rows};
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, RetryPolicy};
use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// A request: its head, in lower case except for the first line, and its body.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

/// A document host that replies byte for byte.
pub struct DocumentHost {
    pub url: String,
    pub client: Client,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl DocumentHost {
    /// A host that sends these replies one after another, and then closes each connection without a reply.
    pub async fn start(replies: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut replies = replies.into_iter().collect::<VecDeque<_>>();
        Self::answering(move |_| replies.pop_front().unwrap_or_default()).await
    }

    /// A host that makes its reply from the request, and closes the connection after each reply.
    pub async fn answering(mut answer: impl FnMut(&Seen) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let mut stream = BufReader::new(stream);
                    let Some(request) = read(&mut stream).await else { continue };
                    let reply = answer(&request);
                    seen.lock().unwrap().push(request);
                    let _ = stream.write_all(&reply).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        Self { url: format!("{base}/bucket/a%2Fb?X-Amz-Signature=s3cr3t"), client: client(&base), seen }
    }

    pub async fn open(&self) -> Result<Document, Error> {
        self.client.download(&self.url).open().await
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

pub fn client(base: &str) -> Client {
    Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "open sesame", "Atzr|1 2"))
        .endpoint(Endpoint::custom(base))
        .retry(RetryPolicy::new().attempts(3).backoff(Duration::from_millis(1), Duration::from_millis(2)))
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub async fn read(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Seen> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && head != "\r\n" {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { line: line.trim().to_owned(), head, body })
}

pub fn reply(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut reply = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    headers.iter().for_each(|header| reply += &format!("{header}\r\n"));
    [reply.as_bytes(), b"\r\n", body].concat()
}

pub fn ok(headers: &[&str], body: &[u8]) -> Vec<u8> {
    reply("200 OK", headers, body)
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub const EXPIRED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has \
                       expired</Message><X-Amz-Expires>300</X-Amz-Expires><HostId>h0st</HostId></Error>";

pub fn hides_the_url(error: &Error) {
    let source = std::error::Error::source(error).map(|source| format!("{source} {source:?}"));
    for shown in [format!("{error}"), format!("{error:?}"), source.unwrap_or_default()] {
        assert!(!shown.contains("s3cr3t") && !shown.contains("bucket") && !shown.contains("h0st"), "{shown}");
    }
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    pub order_id: String,
    pub quantity: u32,
    #[serde(with = "spapi_core::decimal::text_option")]
    pub price: Option<spapi_core::Decimal>,
    pub ship_city: String,
    #[serde(default)]
    pub is_gift: bool,
}

pub fn table(lines: usize) -> String {
    let mut text = "order-id\tquantity\tprice\tship-city\tis-gift\r\n".to_owned();
    for line in 0..lines {
        text += &format!("503-{line:07}\t{line}\t19.90\t東京都～\tfalse\r\n");
    }
    text
}

/// The number of rows, and the error that ended them.
pub async fn count<T: spapi_core::document::TableRow>(mut rows: Rows<T>) -> (u64, Option<Error>) {
    let mut count = 0;
    loop {
        match rows.try_next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => return (count, None),
            Err(error) => {
                assert!(rows.try_next().await.unwrap().is_none(), "no row follows {error}");
                return (count, Some(error));
            }
        }
    }
}
