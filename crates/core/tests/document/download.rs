//! Downloads of documents: unpacking, charsets, rows, and broken or hostile documents.

use crate::support::{DocumentHost, EXPIRED, Line, client, count, gzip, hides_the_url, ok, read, reply, table};
use spapi_core::document::{Charset, Dialect, UsualCharset};
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_download_is_a_plain_get_without_token() {
    let host = DocumentHost::start([ok(&["content-type: text/plain"], b"a\tb\n")]).await;
    let document = host.open().await.unwrap();
    assert_eq!(document.content_type(), Some("text/plain"));
    assert_eq!(document.bytes().collect(100).await.unwrap(), "a\tb\n");
    let [seen] = &host.seen()[..] else { panic!("no login, one call") };
    assert_eq!(seen.line, "GET /bucket/a%2Fb?X-Amz-Signature=s3cr3t HTTP/1.1");
    for name in ["x-amz", "authorization", "accept-encoding", "atza", "content-"] {
        assert!(!seen.head.contains(name), "{}", seen.head);
    }
}

#[tokio::test]
async fn a_document_is_unpacked_once_whatever_its_headers_say() {
    let text = table(5000);
    for (packed, algorithm, encoding) in [
        (true, Some("GZIP"), None),
        (true, None, None),
        (true, Some("GZIP"), Some("content-encoding: gzip")),
        (true, None, Some("Content-Encoding: x-gzip")),
        (true, Some("GZIP"), Some("content-encoding: identity")),
        (true, Some(""), Some("content-encoding: aws-chunked")),
        (false, None, None),
        (false, Some("GZIP"), None),
        (false, None, Some("content-encoding: identity")),
    ] {
        let (start, end) = text.as_bytes().split_at(60_001);
        let bodies = match packed {
            true => [gzip(text.as_bytes()), [gzip(start), gzip(b""), gzip(end)].concat()],
            false => [text.clone().into_bytes(), text.clone().into_bytes()],
        };
        for body in bodies {
            let host = DocumentHost::start([ok(encoding.as_slice(), &body)]).await;
            let document = host.client.download(&host.url).compression(algorithm).open().await.unwrap();
            assert_eq!(document.text().unwrap().collect(text.len()).await.unwrap(), text, "{packed} {algorithm:?}");
        }
        let twice = gzip(&gzip(text.as_bytes()));
        let host = DocumentHost::start([ok(encoding.as_slice(), &twice)]).await;
        let document = host.client.download(&host.url).compression(algorithm).open().await.unwrap();
        let error = document.bytes().collect(twice.len()).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("packed more than once"), "{error}");
    }
    let host =
        DocumentHost::start([ok(&["content-encoding: gzip"], b"plain"), ok(&["content-encoding: br"], b"?")]).await;
    let error = host.open().await.unwrap().bytes().collect(10).await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("is not gzip"), "{error}");
    let error = host.open().await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("packed as \"br\", which cannot be unpacked"), "{error}");
    let error = host.client.download(&host.url).compression(Some("ZSTD")).open().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("\"ZSTD\""), "{error}");
    assert_eq!(host.seen().len(), 2);
}

#[tokio::test]
async fn the_charset_is_the_declared_one_or_utf_8_or_the_fallback() {
    let japanese = Charset::SHIFT_JIS.encode("東京～①ｱ").unwrap();
    let western = b"Caf\xe9 \x80";
    for (content_type, fallback, body, text) in [
        ("text/plain; charset=SHIFT_JIS", None, &japanese[..], "東京～①ｱ"),
        ("text/plain;charset=Windows-31J", None, &japanese, "東京～①ｱ"),
        ("text/plain; charset=\"MS932\"", None, &japanese, "東京～①ｱ"),
        ("text/plain; charset=Cp1252", None, western, "Café €"),
        ("text/plain; charset=ISO-8859-1", None, western, "Café €"),
        ("text/plain; charset=utf8", Some(Charset::SHIFT_JIS), "\u{feff}東京".as_bytes(), "東京"),
        ("text/plain", Some(Charset::SHIFT_JIS), "東京".as_bytes(), "東京"),
        ("text/plain", None, "\u{feff}東京".as_bytes(), "東京"),
        (
            "text/plain",
            Some(Charset::usual_of("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP)),
            &japanese,
            "東京～①ｱ",
        ),
        (
            "application/octet-stream",
            Some(Charset::usual_of("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::FR)),
            western,
            "Café €",
        ),
    ] {
        for body in [body.to_vec(), gzip(body)] {
            let host = DocumentHost::start([ok(&[&format!("content-type: {content_type}")], &body)]).await;
            let mut download = host.client.download(&host.url);
            if let Some(fallback) = fallback {
                download = download.fallback(fallback);
            }
            let read = download.open().await.unwrap().text().unwrap().collect(1000).await.unwrap();
            assert_eq!(read, text, "{content_type}");
        }
    }
    let wrong = || ok(&["content-type: text/plain; charset=martian"], western);
    let host = DocumentHost::start([wrong(), wrong()]).await;
    let error = host.open().await.unwrap().text().unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("the charset \"martian\" is not known"), "{error}");
    let document = host.client.download(&host.url).charset(Charset::WINDOWS_1252).open().await.unwrap();
    assert_eq!(document.text().unwrap().collect(100).await.unwrap(), "Café €");
}

#[tokio::test]
async fn an_undeclared_charset_follows_from_type_and_marketplace() {
    let japanese = Charset::SHIFT_JIS.encode("東京～①ｱ").unwrap();
    let western = b"Caf\xe9 \x80";
    let utf_8 = "東京 Café".as_bytes();
    for (type_name, marketplace, body, text) in [
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP, &japanese[..], Ok("東京～①ｱ")),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::DE, western, Ok("Café €")),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::US, western, Ok("Café €")),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP, utf_8, Ok("東京 Café")),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::DE, utf_8, Ok("東京 Café")),
        ("GET_SOMETHING_NEW", Marketplace::JP, &japanese, Ok("東京～①ｱ")),
        ("GET_XML_BROWSE_TREE_DATA", Marketplace::JP, utf_8, Ok("東京 Café")),
        ("GET_XML_BROWSE_TREE_DATA", Marketplace::JP, &japanese, Err("text is not UTF-8 at byte 0")),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP, western, Err("text is not Shift_JIS at byte 3")),
    ] {
        for headers in [&[][..], &["content-type: text/plain"]] {
            let host = DocumentHost::start([ok(headers, body)]).await;
            let document = host.client.download(&host.url).of_type(type_name, marketplace).open().await.unwrap();
            match (document.text().unwrap().collect(1000).await, text) {
                (Ok(read), Ok(text)) => assert_eq!(read, text, "{type_name} {marketplace}"),
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
                (read, _) => panic!("{type_name} {marketplace}: {read:?}"),
            }
        }
    }
    // The declared charset comes first.
    let host = DocumentHost::start([ok(&["content-type: text/plain; charset=Cp1252"], western)]).await;
    let download = host.client.download(&host.url).of_type("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP);
    assert_eq!(download.open().await.unwrap().text().unwrap().collect(100).await.unwrap(), "Café €");
}

#[tokio::test]
async fn rows_are_structures_maps_or_lists() {
    let text = "order-id\t quantity \tprice\tship-city\tis-gift\r\n1\t 2\t\t\"東京\tY\r\n\r\n3\t4\t1.50\t\tno";
    let host = DocumentHost::start((0..4).map(|_| ok(&[], text.as_bytes()))).await;
    let mut rows = host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap();
    assert_eq!(rows.columns().await.unwrap(), ["order-id", "quantity", "price", "ship-city", "is-gift"]);
    let line = |order_id: &str, quantity, price: Option<&str>, ship_city: &str, is_gift| Line {
        order_id: order_id.into(),
        quantity,
        price: price.map(|price| price.parse().unwrap()),
        ship_city: ship_city.into(),
        is_gift,
    };
    assert_eq!(rows.try_next().await.unwrap(), Some(line("1", 2, None, "\"東京", true)));
    assert_eq!(rows.try_next().await.unwrap(), Some(line("3", 4, Some("1.50"), "", false)));
    assert_eq!(rows.try_next().await.unwrap(), None);
    assert_eq!(rows.try_next().await.unwrap(), None);

    let mut rows = host.open().await.unwrap().rows::<BTreeMap<String, String>>(Dialect::TSV).unwrap();
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!((row["quantity"].as_str(), row["ship-city"].as_str(), row.len()), (" 2", "\"東京", 5));

    let mut rows = host.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap(), ["1", " 2", "", "\"東京", "Y"]);

    let mut rows = host.open().await.unwrap().rows::<(u8, u64, Option<f64>)>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap(), Some((1, 2, None)));
    assert_eq!(rows.try_next().await.unwrap(), Some((3, 4, Some(1.5))));
}

#[tokio::test]
async fn quoted_tables_and_empty_documents() {
    let tabs = "\"a\"\t\"b\"\r\n\"1\t\"\"x\"\"\"\t\"y\r\nz\"\r\n";
    let host =
        DocumentHost::start([ok(&[], tabs.as_bytes()), ok(&[], b"a,b\n\"1,\",2\n"), ok(&[], b""), ok(&[], b"a\n")])
            .await;
    let mut rows = host.open().await.unwrap().rows::<Vec<String>>(Dialect::QUOTED_TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap(), ["1\t\"x\"", "y\r\nz"]);
    assert_eq!(rows.try_next().await.unwrap(), None);
    let mut rows = host.open().await.unwrap().rows::<BTreeMap<String, String>>(Dialect::CSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap()["a"], "1,");
    for columns in [0, 1] {
        let mut rows = host.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
        assert_eq!(rows.columns().await.unwrap().len(), columns);
        assert_eq!(rows.try_next().await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_unreadable_row_is_named_but_not_shown_and_the_next_rows_are_read() {
    let text =
        "order-id\tquantity\tprice\tship-city\n1\tMary\t\t\n2\t2\t\n3\t99999999999\t\t\n4\t4\t\t\tMary\n5\t5\t\t\n";
    let host = DocumentHost::start((0..2).map(|_| ok(&[], text.as_bytes()))).await;
    let mut rows = host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap();
    for (path, reason) in [
        ("row 1, column quantity", "expected u32"),
        ("row 2", "it has 3 fields, and there are 4 columns"),
        ("row 3, column quantity", "expected u32"),
        ("row 4", "it has 5 fields, and there are 4 columns"),
    ] {
        let error = rows.try_next().await.unwrap_err();
        assert_eq!((error.is_decode(), error.decode_path()), (true, Some(path)), "{error}");
        assert!(error.to_string().contains(reason) && !format!("{error:?}").contains("Mary"), "{error:?}");
    }
    assert_eq!(rows.try_next().await.unwrap().unwrap().order_id, "5");
    assert!(rows.try_next().await.unwrap().is_none());

    let rows = host.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV.flexible()).unwrap();
    assert_eq!(count(rows).await.0, 5);
    let host = DocumentHost::start([ok(&[], b"order-id\n1\n")]).await;
    let mut rows = host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap();
    let error = rows.try_next().await.unwrap_err();
    assert!(error.to_string().contains("row 1: there is no column quantity"), "{error}");
}

#[tokio::test]
async fn a_truncated_document_is_an_error_that_says_how_much_was_read() {
    let text = table(20_000);
    let packed = gzip(text.as_bytes());
    let promise = |length: usize, body: &[u8]| {
        [format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes(), body].concat()
    };
    let chunked = |body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len());
        [head.as_bytes(), body, b"\r\n"].concat()
    };
    let half = packed.len() / 2;
    for (reply, words, received) in [
        (ok(&[], &packed[..half]), "the document's gzip ends too early", half),
        (ok(&[], &packed[..packed.len() - 4]), "the document's gzip ends too early", packed.len() - 4),
        (promise(packed.len(), &packed[..half]), "broke before the whole answer", half),
        (chunked(&packed[..half]), "broke before the whole answer", half),
        (promise(text.len(), &text.as_bytes()[..500_000]), "broke before the whole answer", 500_000),
        (chunked(&text.as_bytes()[..500_000]), "broke before the whole answer", 500_000),
    ] {
        let host = DocumentHost::start([reply]).await;
        let rows = host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap();
        let (rows, error) = count(rows).await;
        let error = error.expect(words);
        let progress = error.progress().unwrap();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!((progress.received, progress.rows), (received as u64, rows), "{error}");
        assert!(error.to_string().contains(&format!("after {rows} rows, ")), "{error}");
        // The rows before the cut one have all been returned.
        let whole = progress.unpacked as usize;
        let lines = text.as_bytes()[..whole].iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(rows, lines - 1, "{error}");
        hides_the_url(&error);
    }
}

#[tokio::test]
async fn corrupt_gzip_and_bytes_of_another_charset_are_errors() {
    let text = table(20_000);
    let mut packed = gzip(text.as_bytes());
    let checksum = packed.len() - 6;
    packed[checksum] ^= 1;
    let host = DocumentHost::start([ok(&[], &packed)]).await;
    let (rows, error) = count(host.open().await.unwrap().rows::<Line>(Dialect::TSV).unwrap()).await;
    let error = error.unwrap();
    assert!(rows > 19_000 && error.is_decode() && error.to_string().contains("gzip is corrupt"), "{rows} {error}");

    let mut wrong = text.into_bytes();
    wrong[300_000] = 0xff;
    for (headers, name) in [
        (&["content-type: text/plain; charset=UTF-8"][..], "UTF-8"),
        (&[], "UTF-8"),
        (&["content-type: text/plain; charset=Shift_JIS"], "Shift_JIS"),
    ] {
        let host = DocumentHost::start([ok(headers, &wrong)]).await;
        let (rows, error) = count(host.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap()).await;
        let error = error.unwrap();
        assert!(error.is_decode() && error.to_string().contains(&format!("text is not {name} at byte ")), "{error}");
        assert_eq!(error.progress().unwrap().rows, rows);
        if name == "UTF-8" {
            let start = String::from_utf8(wrong[..299_990].to_vec()).or_else(|error| {
                let whole = error.utf8_error().valid_up_to();
                String::from_utf8(error.into_bytes()[..whole].to_vec())
            });
            let lines = start.unwrap().lines().count() as u64;
            assert!(rows + 2 >= lines && rows <= lines, "{rows} of {lines}");
        }
    }
}

#[tokio::test]
async fn an_expired_url_has_its_own_kind_of_error() {
    let token = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    for (status, body, expired, words) in [
        ("403 Forbidden", EXPIRED, true, "the document's URL has expired: 403 Forbidden: AccessDenied: Request has"),
        ("400 Bad Request", token, true, "the document's URL has expired: 400 Bad Request: ExpiredToken"),
        ("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>", false, "refused: 403 Forbidden: AccessDenied"),
        ("404 Not Found", "<Error><Code>NoSuchKey</Code></Error>", false, "refused: 404 Not Found: NoSuchKey"),
        ("403 Forbidden", "s3cr3t has expired", false, "refused: 403 Forbidden"),
        ("302 Found", "", false, "refused: 302 Found (request id R1). Redirects are not"),
    ] {
        let headers = ["x-amz-request-id: R1", "location: http://127.0.0.1:1/bucket"];
        let host = DocumentHost::start([reply(status, &headers, body.as_bytes())]).await;
        let error = host.open().await.unwrap_err();
        assert_eq!((error.is_url_expired(), error.request_id()), (expired, Some("R1")), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!error.is_auth() && !error.is_decode());
        assert_eq!(host.seen().len(), 1);
        hides_the_url(&error);
    }
}

#[tokio::test]
async fn a_failed_download_is_tried_again() {
    let slow = || reply("503 Slow Down", &[], b"<Error><Code>SlowDown</Code></Error>");
    let host = DocumentHost::start([slow(), Vec::new(), ok(&[], b"x"), slow(), slow(), slow()]).await;
    assert_eq!(host.open().await.unwrap().bytes().collect(1).await.unwrap(), "x");
    let error = host.open().await.unwrap_err();
    assert_eq!((error.attempts(), error.codes().next(), host.seen().len()), (3, Some("SlowDown"), 6));
}

#[tokio::test]
async fn a_url_is_https_or_on_loopback() {
    let client = client("http://127.0.0.1:1");
    for url in ["http://bucket.example/?s3cr3t", "file:///bucket", "bucket s3cr3t", "ftp://127.0.0.1/s3cr3t"] {
        for error in [
            client.download(url).open().await.unwrap_err(),
            client.upload(url, "text/xml").send("x").await.unwrap_err(),
        ] {
            assert!(error.is_input() && error.attempts() == 0, "{error}");
            hides_the_url(&error);
        }
    }
    let error = client.download("http://127.0.0.1:1/bucket?s3cr3t").open().await.unwrap_err();
    assert!(error.is_connect() && error.attempts() == 3, "{error}");
    hides_the_url(&error);
    let shown = format!("{:?} {:?}", client.download("https://x/s3cr3t"), client.upload("https://x/s3cr3t", "a/b"));
    assert!(!shown.contains("s3cr3t"), "{shown}");
}

#[tokio::test]
async fn silence_in_the_middle_is_a_timeout_and_dropping_ends_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let closed = tokio::spawn(async move {
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            read(&mut stream).await.unwrap();
            let rows = "a\tb\n".repeat(20_000);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{rows}", rows.len() + 1);
            stream.write_all(head.as_bytes()).await.unwrap();
            // The server waits until the client closes the connection.
            assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));
        }
    });
    let client = Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "open sesame", "Atzr|1 2"))
        .endpoint(Endpoint::custom(&base))
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let rows = client.download(&base).open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
    let (rows, error) = count(rows).await;
    let error = error.unwrap();
    assert!(error.is_timeout() && error.progress().unwrap().received == 80_000, "{error}");
    assert_eq!(rows, 19_999);

    let client = self::client(&base);
    let mut rows = client.download(&base).open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
    assert!(rows.try_next().await.unwrap().is_some());
    drop(rows);
    closed.await.unwrap();
}

#[tokio::test]
async fn a_document_that_is_not_read_is_not_downloaded() {
    const ENDLESS: usize = 200_000_000;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        read(&mut stream).await.unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {ENDLESS}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = [b'x'; 100_000];
        for sent in (0..ENDLESS).step_by(piece.len()) {
            // Once the network's buffers are full, the server cannot send more.
            if tokio::time::timeout(Duration::from_millis(500), stream.write_all(&piece)).await.is_err() {
                return sent;
            }
        }
        ENDLESS
    });
    let mut chunks = client(&base).download(&base).open().await.unwrap().bytes();
    assert!(chunks.try_next().await.unwrap().is_some());
    let sent = server.await.unwrap();
    assert!(sent < ENDLESS / 4, "{sent} bytes were sent");
}

#[tokio::test]
async fn a_document_is_collected_up_to_the_limit() {
    let host = DocumentHost::start((0..2).map(|_| ok(&[], &gzip(&[b'x'; 10_000_000])))).await;
    let error = host.open().await.unwrap().bytes().collect(9_999_999).await.unwrap_err();
    assert!(error.to_string().contains("longer than the limit of 9999999 bytes"), "{error}");
    let mut chunks = host.open().await.unwrap().bytes();
    let mut length = 0;
    while let Some(chunk) = chunks.try_next().await.unwrap() {
        assert!(chunk.len() <= 65_536);
        length += chunk.len();
    }
    assert_eq!(length, 10_000_000);
}

#[tokio::test]
async fn a_host_that_repeats_the_signature_has_it_masked() {
    let spellings = ["s3cr3t+/=42", "s3cr3t%2B%2F%3D42", "s3cr3t&#43;/=42", "s3cr3t%252B%252F%253D42"];
    for spelling in spellings {
        let body = format!("<Error><Code>No {spelling}</Code><Message>not {spelling} at all</Message></Error>");
        let id = format!("x-amz-request-id: id-{spelling}");
        let host = DocumentHost::start([reply("403 Forbidden", &[&id], body.as_bytes())]).await;
        let url = host.url.replace("s3cr3t", "s3cr3t%2B%2F%3D42&X-Amz-Security-Token=IQo0123456789");
        let error = host.client.download(url).open().await.unwrap_err();
        let shown = format!("{error} {error:?} {:?} {:?}", error.errors(), error.request_id());
        assert!(shown.contains("not [hidden] at all") && shown.contains("id-[hidden]"), "{shown}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_client_of_another_machine_does_not_follow_documents_to_this_one() {
    let host = DocumentHost::start([]).await;
    let client = spapi_core::Client::builder(spapi_core::Marketplace::JP)
        .credentials(spapi_core::Credentials::new("client-id", "open sesame", "Atzr|1 2"))
        .build()
        .unwrap();
    assert!(host.client.is_on_loopback() && !client.is_on_loopback());
    for url in [host.url.clone(), host.url.replace("127.0.0.1", "localhost"), host.url.replace("http", "https")] {
        let error = client.download(&url).open().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains("is on this machine"), "{error}");
        let error = client.upload(&url, "text/plain").send("x").await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains("is on this machine"), "{error}");
        hides_the_url(&error);
    }
    let error = host.client.download(host.url.replace("//", "//user:word@")).open().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("user name"), "{error}");
    assert!(host.seen().is_empty());
}
