//! Downloads that continue after the connection broke.

use crate::support::{DocumentHost, EXPIRED, Line, Seen, count, gzip, hides_the_url, reply, table};
use spapi_core::document::Dialect;
use spapi_core::{Client, Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// The answer of a document host that supports ranges: the requested part of the document, cut off after `at_most` bytes
/// by the end of the connection.
fn part(body: &[u8], tag: &str, asked: &Seen, at_most: usize) -> Vec<u8> {
    let header = |name: &str| asked.head.lines().find_map(|line| line.strip_prefix(name));
    // `Seen` has the head in lower case.
    let is_same = header("if-range: ").is_none_or(|asked| asked == tag.to_ascii_lowercase());
    let first = header("range: bytes=").and_then(|range| range.strip_suffix('-')).filter(|_| is_same);
    let (status, first, range) = match first {
        None => ("200 OK", 0, String::new()),
        Some(first) => {
            let first: usize = first.parse().unwrap();
            let range = format!("content-range: bytes {first}-{}/{}\r\n", body.len() - 1, body.len());
            ("206 Partial Content", first, range)
        }
    };
    let rest = &body[first..];
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: {tag}\r\n{range}\r\n", rest.len());
    [head.as_bytes(), &rest[..rest.len().min(at_most)]].concat()
}

fn requested_ranges(host: &DocumentHost) -> Vec<Option<String>> {
    let range = |seen: &Seen| seen.head.lines().find_map(|line| line.strip_prefix("range: ").map(str::to_owned));
    host.seen().iter().map(range).collect()
}

#[tokio::test]
async fn the_rest_is_requested_and_nothing_is_lost_or_doubled() {
    let text = table(20_000);
    for body in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let third = body.len() / 3 + 1;
        let host = DocumentHost::answering({
            let body = body.clone();
            move |asked| part(&body, "\"v1\"", asked, third)
        })
        .await;
        let read = host.open().await.unwrap().text().unwrap().collect(text.len()).await.unwrap();
        assert!(read == text, "the document is complete");
        let from = |first: usize| Some(format!("bytes={first}-"));
        assert_eq!(requested_ranges(&host), [None, from(third), from(2 * third)]);
        for seen in &host.seen()[1..] {
            assert!(seen.line.starts_with("GET /bucket/a%2Fb?X-Amz-Signature=s3cr3t "), "{}", seen.line);
            assert!(seen.head.contains("if-range: \"v1\"\r\n"), "{}", seen.head);
            assert!(!seen.head.contains("x-amz") && !seen.head.contains("atza"), "{}", seen.head);
        }
    }
}

#[tokio::test]
async fn a_rest_of_another_document_is_an_error_and_is_not_mixed_in() {
    let text = table(20_000);
    let other = text.replace("19.90", "20.00");
    let half = text.len() / 2;
    // The host's second answers: the whole document, another document, the rest of another document, and a rest that
    // begins at the wrong byte.
    type Answer = fn(&[u8], &[u8], &Seen) -> Vec<u8>;
    let answers: [Answer; 4] = [
        |body, _, asked| part(body, "\"v1\"", &Seen { head: String::new(), ..asked.clone() }, usize::MAX),
        |_, other, asked| part(other, "\"v2\"", asked, usize::MAX),
        |_, other, asked| {
            let head = asked.head.replace("if-range", "x-other");
            part(other, "\"v2\"", &Seen { head, ..asked.clone() }, usize::MAX)
        },
        |body, _, asked| {
            let head = asked.head.replace("range: bytes=", "range: bytes=1");
            let head = head.replace("bytes=1", "bytes=1000-\r\nwas: ");
            part(body, "\"v1\"", &Seen { head, ..asked.clone() }, usize::MAX)
        },
    ];
    for answer in answers {
        let (body, other) = (text.clone().into_bytes(), other.clone().into_bytes());
        let mut calls = 0;
        let host = DocumentHost::answering(move |asked| {
            calls += 1;
            if calls == 1 { part(&body, "\"v1\"", asked, half) } else { answer(&body, &other, asked) }
        })
        .await;
        let mut rows = host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap();
        let mut read = 0;
        let error = loop {
            match rows.try_next().await {
                Ok(Some(line)) => {
                    assert_eq!((line.quantity, line.price.unwrap().to_string().as_str()), (read, "19.90"));
                    read += 1;
                }
                Ok(None) => panic!("the document ends after {read} rows"),
                Err(error) => break error,
            }
        };
        let lines = text.as_bytes()[..half].iter().filter(|byte| **byte == b'\n').count() as u32 - 1;
        assert_eq!((read, host.seen().len()), (lines, 2));
        assert_eq!(error.progress().unwrap().received, half as u64);
        assert!(error.to_string().contains("cannot continue the same document"), "{error}");
        hides_the_url(&error);
    }
}

#[tokio::test]
async fn without_a_strong_tag_or_further_attempts_the_break_is_an_error() {
    let body = table(1000).into_bytes();
    for tag in ["W/\"v1\"", "v1"] {
        let body = body.clone();
        let host = DocumentHost::answering(move |asked| part(&body, tag, asked, 10_000)).await;
        let (_, error) = count(host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap()).await;
        let error = error.unwrap();
        assert!(error.to_string().contains("broke before the whole answer"), "{error}");
        assert_eq!((error.progress().unwrap().received, host.seen().len()), (10_000, 1));
    }
    // The retry policy allows three attempts.
    let host = DocumentHost::answering(move |asked| part(&body, "\"v1\"", asked, 10_000)).await;
    let (rows, error) = count(host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap()).await;
    let progress = error.unwrap().progress().unwrap();
    assert_eq!((progress.received, progress.rows, host.seen().len()), (30_000, rows, 3));
}

#[tokio::test]
async fn a_url_that_expires_during_a_download_has_its_own_kind_of_error() {
    let body = table(20_000).into_bytes();
    let mut calls = 0;
    let host = DocumentHost::answering(move |asked| {
        calls += 1;
        match calls {
            1 => part(&body, "\"v1\"", asked, 200_000),
            _ => reply("403 Forbidden", &[], EXPIRED.as_bytes()),
        }
    })
    .await;
    let (rows, error) = count(host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap()).await;
    let error = error.unwrap();
    let progress = error.progress().unwrap();
    assert!(error.is_url_expired() && rows > 3000, "{error}");
    assert_eq!((progress.received, progress.rows, host.seen().len()), (200_000, rows, 2));
    hides_the_url(&error);
}

#[tokio::test]
async fn a_url_that_expires_is_renewed_and_nothing_is_lost_or_doubled() {
    let text = table(20_000);
    let body = text.clone().into_bytes();
    // The old URL expires before the document starts, or after some bytes of it.
    for good in [0, 1] {
        let (body, mut calls) = (body.clone(), 0);
        let host = DocumentHost::answering(move |asked| {
            calls += 1;
            match asked.line.contains("&renewed=") {
                true => part(&body, "\"v1\"", asked, body.len()),
                false if calls <= good => part(&body, "\"v1\"", asked, 200_000),
                false => reply("403 Forbidden", &[], EXPIRED.as_bytes()),
            }
        })
        .await;
        let renewed = Arc::new(AtomicU32::new(0));
        let (url, count) = (host.url.clone(), Arc::clone(&renewed));
        let download = host.client.download(&host.url).renewed_by(move || {
            let url = format!("{url}&renewed={}", count.fetch_add(1, Ordering::Relaxed));
            Box::pin(async move { Ok(url) })
        });
        let read = download.open().await.unwrap().text().unwrap().collect(text.len()).await.unwrap();
        assert!(read == text, "the same to the byte");
        assert_eq!((renewed.load(Ordering::Relaxed), host.seen().len()), (1, good + 2));
        let ranges = requested_ranges(&host);
        assert_eq!(ranges.last().unwrap().as_deref(), (good == 1).then_some("bytes=200000-"));
    }
}

#[tokio::test]
async fn a_url_is_renewed_once_for_a_request_and_an_error_of_that_is_given() {
    let host = DocumentHost::answering(|_| reply("403 Forbidden", &[], EXPIRED.as_bytes())).await;
    let url = host.url.clone();
    let renewed = host.client.download(&host.url).renewed_by(move || Box::pin(std::future::ready(Ok(url.clone()))));
    let error = renewed.open().await.unwrap_err();
    assert!(error.is_url_expired() && host.seen().len() == 2, "{error}");
    for (given, part) in [(Ok("no URL".to_owned()), "is not a URL"), (Err(()), "no longer there")] {
        let renewed = host.client.download(&host.url).renewed_by(move || {
            let given = given.clone().map_err(|()| Error::new(ErrorKind::NotFound, "the document is no longer there"));
            Box::pin(std::future::ready(given))
        });
        let error = renewed.open().await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_timeout_counts_as_a_break() {
    let body = table(1000).into_bytes();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn({
        let body = body.clone();
        async move {
            for at_most in [10_000, usize::MAX] {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                let asked = crate::support::read(&mut stream).await.unwrap();
                stream.write_all(&part(&body, "\"v1\"", &asked, at_most)).await.unwrap();
                // The host waits until the client closes the connection.
                let _ = stream.read(&mut [0]).await;
            }
        }
    });
    let builder = Client::builder(spapi_core::Marketplace::JP)
        .credentials(spapi_core::Credentials::new("client-id", "open sesame", "Atzr|1 2"))
        .endpoint(spapi_core::Endpoint::custom(&base))
        .timeout(Duration::from_millis(300));
    let client = builder.build().unwrap();
    let document = client.download(&base).open().await.unwrap();
    assert!(document.bytes().collect(body.len()).await.unwrap() == body);
}

/// The first four bytes of a document of 1000 bytes, and then a broken connection.
fn beginning() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\netag: \"v1\"\r\n\r\nabcd".to_vec()
}

/// A partial answer that announces all the missing bytes, with these headers and this body.
fn rest(headers: &str, body: &str) -> Vec<u8> {
    let head =
        "HTTP/1.1 206 Partial Content\r\nconnection: close\r\netag: \"v1\"\r\ncontent-range: bytes 4-999/1000\r\n";
    format!("{head}{headers}\r\n{body}").into_bytes()
}

#[tokio::test]
async fn a_rest_that_is_too_short_or_too_long_is_an_error_and_never_a_whole_document() {
    let chunked = |length: usize| {
        let body = format!("{length:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(length));
        rest("transfer-encoding: chunked\r\n", &body)
    };
    let told = |length: usize| rest(&format!("content-length: {length}\r\n"), &"x".repeat(length));
    let closed = |length: usize| rest("", &"x".repeat(length));
    for answer in [told(10), told(5000), told(0), chunked(10), chunked(5000), chunked(0), closed(10), closed(5000)] {
        let host = DocumentHost::start([beginning(), answer]).await;
        let error = host.open().await.unwrap().bytes().collect(10_000).await.unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains("oad it again") || shown.contains("Load the document again"), "{shown}");
        assert!(error.progress().unwrap().received <= 1000, "{shown}");
        assert_eq!(host.seen().len(), 2, "{shown}");
        hides_the_url(&error);
    }
    // All bytes, and then the connection ends before the last chunk.
    let unended = rest("transfer-encoding: chunked\r\n", &format!("3e4\r\n{}\r\n", "x".repeat(996)));
    for answer in [told(996), chunked(996), closed(996), unended] {
        let host = DocumentHost::start([beginning(), answer]).await;
        let read = host.open().await.unwrap().bytes().collect(10_000).await.unwrap();
        assert_eq!((read.len(), &read[..5]), (1000, &b"abcdx"[..]));
    }
}

#[tokio::test]
async fn the_total_in_a_partial_answer_counts_if_the_first_answer_had_none() {
    let first = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\netag: \"v1\"\r\n\r\n4\r\nabcd\r\n".to_vec();
    let short = rest("transfer-encoding: chunked\r\n", "3\r\nefg\r\n0\r\n\r\n");
    let host = DocumentHost::start([first, short]).await;
    let error = host.open().await.unwrap().bytes().collect(10_000).await.unwrap_err();
    assert!(error.to_string().contains("ended after 7 of the 1000 bytes"), "{error}");
}

#[tokio::test]
async fn a_break_after_the_last_byte_loses_nothing_if_the_host_has_no_more() {
    for body in [b"abcd".to_vec(), gzip(b"abcd")] {
        let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\netag: \"v1\"\r\n\r\n{:x}\r\n", body.len());
        let first = [head.as_bytes(), &body, b"\r\n"].concat();
        let refusal = |headers: &[&str]| reply("416 Range Not Satisfiable", headers, b"");
        let all = format!("content-range: bytes */{}", body.len());
        let more = format!("content-range: bytes */{}", body.len() + 1);
        for whole in [&[&*all][..], &[&*all, "etag: \"v1\""]] {
            let host = DocumentHost::start([first.clone(), refusal(whole)]).await;
            let read = host.open().await.unwrap().bytes().collect(100).await.unwrap();
            assert_eq!((&read[..], host.seen().len()), (&b"abcd"[..], 2), "{whole:?}");
        }
        for other in [&[][..], &[&*more], &[&*all, "etag: \"v2\""], &["content-range: bytes */x"]] {
            let host = DocumentHost::start([first.clone(), refusal(other)]).await;
            let error = host.open().await.unwrap().bytes().collect(100).await.unwrap_err();
            assert_eq!(error.status().unwrap().as_u16(), 416, "{other:?}");
            hides_the_url(&error);
        }
    }
}

/// A transport whose bodies are shorter or longer than their heads announce.
struct Careless(usize);

impl spapi_core::transport::Transport for Careless {
    fn send(
        &self,
        _: http::Request<spapi_core::transport::Body>,
    ) -> spapi_core::BoxFuture<
        '_,
        Result<http::Response<spapi_core::transport::Body>, spapi_core::transport::TransportError>,
    > {
        let answer = http::Response::builder().header("content-length", "1000");
        let answer = answer.body("x".repeat(self.0).into()).unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

#[tokio::test]
async fn the_announced_length_is_checked_without_a_break_too() {
    for (length, is_whole) in [(0, false), (999, false), (1000, true), (1001, false)] {
        let credentials = spapi_core::Credentials::new("client-id", "open sesame", "Atzr|1 2");
        let client = Client::builder(spapi_core::Marketplace::JP).credentials(credentials).transport(Careless(length));
        let document = client.build().unwrap().download("https://bucket.example/key").open().await.unwrap();
        let read = document.bytes().collect(10_000).await;
        assert_eq!(read.is_ok(), is_whole, "{length}: {:?}", read.err());
    }
}

#[tokio::test]
async fn an_unrequested_partial_answer_is_an_error() {
    for range in ["content-range: bytes 0-3/10", "content-range: bytes 4-7/10", "content-range: bytes 0-3/4"] {
        let host = DocumentHost::start([reply("206 Partial Content", &["etag: \"v1\"", range], b"a\tb\n")]).await;
        let error = host.open().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 206);
        assert!(error.to_string().contains("sent a part of the document"), "{error}");
        hides_the_url(&error);
    }
}
