//! Raw documents: kept encrypted, read again without Amazon, whole or not there.
#![cfg(all(feature = "raw-documents", feature = "sqlite"))]

use spapi_core::document::Download;
use spapi_core::transport::{Body, Purpose, ServiceTransport, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Client, Credentials, Endpoint, Error, Marketplace};
use spapi_jobs::{DataKiosk, DocumentStore, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, Destination, RawDocuments, RunOptions, Sources, Sqlite, Summary, replay, run};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

fn key(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, name.repeat(32)).unwrap();
    path
}

async fn keep(store: &RawDocuments, id: &str, body: impl Into<Body>) -> Result<(), Error> {
    let document = Download::of_body(body, None).open().await?;
    store.keep(id, Some("text/plain; charset=Shift_JIS".to_owned()), document.bytes()).await
}

async fn read(store: &RawDocuments, id: &str) -> Result<Option<Vec<u8>>, Error> {
    let Some(kept) = store.find(id).await? else { return Ok(None) };
    assert_eq!(kept.content_type.as_deref(), Some("text/plain; charset=Shift_JIS"));
    let document = Download::of_body(kept.body, kept.content_type).open().await?;
    Ok(Some(document.bytes().collect(usize::MAX).await?.to_vec()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Bytes that cannot be packed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn a_document_comes_back_as_it_was_and_its_file_shows_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = RawDocuments::open(folder.path().join("raw"), key(folder.path(), "k")).unwrap();
    let secret = b"buyer-name\tTaro Yamada\n".repeat(3000);
    for (id, bytes) in [
        ("amzn1.spdoc.1", secret.clone()),
        ("../../escaped", b"x".to_vec()),
        ("empty", Vec::new()),
        ("one.piece", noise(64 * 1024)),
        ("many.pieces", noise(300_001)),
    ] {
        assert_eq!(read(&store, id).await.unwrap(), None, "{id}");
        keep(&store, id, bytes.clone()).await.unwrap();
        assert!(store.has(id) && read(&store, id).await.unwrap().as_ref() == Some(&bytes), "{id}");
    }
    assert_eq!(files(&folder.path().join("raw")).len(), 5);
    assert_eq!(files(folder.path()).len(), 2, "nothing outside of the folder");
    for file in files(&folder.path().join("raw")) {
        let bytes = std::fs::read(file).unwrap();
        for shown in [&b"Yamada"[..], b"buyer", b"Shift_JIS", b"contentType"] {
            assert!(!bytes.windows(shown.len()).any(|window| window == shown));
        }
    }
    assert!(!format!("{store:?}").contains("kkk"));
}

#[tokio::test]
async fn another_key_and_a_changed_or_shortened_file_are_errors_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    let store = RawDocuments::open(&raw, key(folder.path(), "k")).unwrap();
    let bytes = noise(200_000);
    keep(&store, "d", bytes.clone()).await.unwrap();
    let other = RawDocuments::open(&raw, key(folder.path(), "l")).unwrap();
    let error = read(&other, "d").await.unwrap_err().to_string();
    assert!(error.contains("d.raw cannot be read") && error.contains("another key"), "{error}");

    let file = raw.join("d.raw");
    let whole = std::fs::read(&file).unwrap();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(4001) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        for broken in [changed, whole[..at].to_vec()] {
            std::fs::write(&file, broken).unwrap();
            let error = read(&store, "d").await.unwrap_err().to_string();
            assert!(error.contains("d.raw cannot be read"), "{at}: {error}");
            refused += 1;
        }
    }
    assert!(refused > 90);
    // Cut at the end of a piece, and with pieces in another order.
    let frames = frames(&whole);
    let start = whole.len() - frames.iter().map(Vec::len).sum::<usize>();
    let joined = |frames: &[&[u8]]| [&whole[..start], &frames.concat()].concat();
    let all: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
    assert_eq!(joined(&all), whole);
    for order in [vec![all[0], all[1]], vec![all[0], all[2], all[1], all[3]]] {
        std::fs::write(&file, joined(&order)).unwrap();
        assert!(read(&store, "d").await.is_err());
    }
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(read(&store, "d").await.unwrap(), Some(bytes));
    let error = RawDocuments::open(&raw, folder.path().join("none")).unwrap_err().to_string();
    assert!(error.contains("raw_documents.key_file") && error.contains("cannot be read"), "{error}");
}

/// The encrypted pieces with their lengths, the first of which is the head.
fn frames(file: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &file["spapi raw document 1\n".len() + 19..];
    let mut frames = Vec::new();
    while let Some(length) = rest.first_chunk::<4>() {
        let (frame, after) = rest.split_at(4 + u32::from_be_bytes(*length) as usize);
        frames.push(frame.to_vec());
        rest = after;
    }
    frames
}

/// A body that breaks after its first bytes.
struct Breaks(u32);

impl http_body::Body for Breaks {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        self.0 += 1;
        Poll::Ready(Some(match self.0 {
            1 => Ok(http_body::Frame::data(Bytes::from(noise(100_000)))),
            _ => Err(TransportError::new(TransportErrorKind::Lost)),
        }))
    }
}

#[tokio::test]
async fn of_a_download_that_breaks_nothing_is_kept_and_old_documents_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    let store = RawDocuments::open(&raw, key(folder.path(), "k")).unwrap();
    let error = keep(&store, "d", Body::stream(Breaks(0))).await.unwrap_err().to_string();
    assert!(error.contains("broke"), "{error}");
    assert!(!store.has("d") && files(&raw).is_empty(), "{:?}", files(&raw));

    for id in ["old", "new"] {
        keep(&store, id, "x").await.unwrap();
    }
    let file = std::fs::File::options().write(true).open(raw.join("old.raw")).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(1000)).unwrap();
    std::fs::write(raw.join("other.txt"), "").unwrap();
    assert_eq!(store.expire(Duration::from_secs(2000)).unwrap(), 0);
    assert_eq!(store.expire(Duration::from_secs(500)).unwrap(), 1);
    assert!(!store.has("old") && store.has("new") && raw.join("other.txt").exists());
}

/// Counts the requests that are sent.
struct Counting {
    shop: Box<dyn Transport>,
    sent: Arc<AtomicUsize>,
}

impl Transport for Counting {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let is_login = matches!(request.extensions().get::<Purpose>(), Some(Purpose::Login));
        self.sent.fetch_add(usize::from(!is_login), Ordering::Relaxed);
        self.shop.send(request)
    }
}

#[tokio::test(start_paused = true)]
async fn rows_are_read_again_from_raw_documents_without_amazon() {
    const OBJECTS: [&str; 5] = [
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
        "GET_SALES_AND_TRAFFIC_REPORT_BY_DATE",
        "analytics_salesAndTraffic_2024_04_24_salesAndTrafficByAsin",
    ];
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::builder().build().unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let shop = Box::new(ServiceTransport::new(sandbox.service()));
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .transport(Counting { shop, sent: Arc::clone(&sent) })
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .build()
        .unwrap();
    let now = SystemTime::now();
    let start = spapi_core::DateTime::from(now - Duration::from_secs(50 * 24 * 3600));
    let objects = OBJECTS.map(|name| format!("\"{name}\"")).join(", ");
    let text = format!("name = \"a\"\nregion = \"JP\"\nstart_date = \"{start}\"\nobjects = [{objects}]\n");
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let store = RawDocuments::open(folder.path().join("raw"), key(folder.path(), "k")).unwrap();
    let sources = Sources::new(&client)
        .reports(Reports::new(&client).store(store.clone()))
        .queries(DataKiosk::new(&client).store(store.clone()));
    let path = folder.path().join("a.db");
    let mut database = Sqlite::open(&path).unwrap();
    let options = || RunOptions::new().now(now);
    let first = run(&sources, &connection, &mut database, options(), |_| ()).await.unwrap();
    assert!(first.is_whole(), "{first:?}");
    let expected = rows(&path, &OBJECTS);
    let before = database.states("a").await.unwrap();
    let kept = before.iter().filter(|state| !state.source.document_id.is_empty()).count();
    let documents = before.iter().flat_map(|state| state.source.document_id.split_whitespace());
    assert_eq!(files(&folder.path().join("raw")).len(), documents.count());
    let of_queries =
        before.iter().filter(|state| state.id.stream == OBJECTS[4] && !state.source.document_id.is_empty());
    assert!(of_queries.count() > 0, "{before:?}");

    // The rows of a parser that was wrong.
    let other = rusqlite::Connection::open(&path).unwrap();
    for table in OBJECTS {
        other.execute(&format!("delete from {table} where rowid % 2 = 0"), []).unwrap();
    }
    sent.store(0, Ordering::Relaxed);
    let seen = Mutex::new(0);
    let replayed =
        replay(&sources, &connection, &mut database, &store, options(), |_| *seen.lock().unwrap() += 1).await.unwrap();
    assert!(replayed.is_whole() && *seen.lock().unwrap() > 0, "{replayed:?}");
    assert_eq!((replayed.outcomes.len(), sent.load(Ordering::Relaxed)), (kept, 0));
    assert_eq!(rows(&path, &OBJECTS), expected);
    let after = database.states("a").await.unwrap();
    let sources_of = |states: &[spapi_sync::SliceState]| -> Vec<_> {
        states.iter().map(|state| (state.id.clone(), state.source.clone(), state.rows)).collect()
    };
    assert_eq!(sources_of(&after), sources_of(&before));

    // A document that is damaged is no gap of the destination, and one that is gone is left alone.
    let mut raw = files(&folder.path().join("raw"));
    std::fs::remove_file(raw.pop().unwrap()).unwrap();
    std::fs::write(raw.pop().unwrap(), "").unwrap();
    let rest: Summary = replay(&sources, &connection, &mut database, &store, options(), |_| ()).await.unwrap();
    assert_eq!((rest.outcomes.len(), rest.gaps().count(), sent.load(Ordering::Relaxed)), (kept - 1, 1, 0));
    assert_eq!(rows(&path, &OBJECTS), expected);
    assert_eq!(database.gaps("a").await.unwrap(), []);
}

/// All rows of tables, in an order of their own.
fn rows(path: &Path, tables: &[&str]) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("select '{table}', * from {table}")).unwrap();
        let columns = statement.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|index| format!("{:?}", row.get_ref(index).unwrap())).collect())
        };
        rows.extend(statement.query_map([], line).unwrap().map(Result::<String, _>::unwrap));
    }
    rows.sort();
    rows
}
