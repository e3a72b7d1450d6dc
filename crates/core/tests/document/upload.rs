//! Uploads of documents.

use crate::support::{DocumentHost, EXPIRED, hides_the_url, ok, reply};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};

const XML: &str = "text/xml; charset=UTF-8";

#[tokio::test]
async fn an_upload_is_a_put_of_exactly_the_given_bytes() {
    let host = DocumentHost::start((0..3).map(|_| ok(&[], b""))).await;
    let upload = || host.client.upload(&host.url, XML);
    upload().send("<x>é\0</x>").await.unwrap();
    upload().with_md5().send(vec![b'a'; 300_000]).await.unwrap();
    upload().send("").await.unwrap();
    let seen = host.seen();
    for seen in &seen {
        assert_eq!(seen.line, "PUT /bucket/a%2Fb?X-Amz-Signature=s3cr3t HTTP/1.1");
        assert!(seen.head.contains("content-type: text/xml; charset=utf-8\r\n"), "{}", seen.head);
        assert!(seen.head.contains(&format!("content-length: {}\r\n", seen.body.len())), "{}", seen.head);
        assert!(!seen.head.contains("x-amz") && !seen.head.contains("authorization"), "{}", seen.head);
    }
    assert_eq!(seen[0].body, "<x>é\0</x>".as_bytes());
    assert!(!seen[0].head.contains("md5"));
    assert!(seen[1].head.contains("content-md5: "));
    assert_eq!(seen[1].body, vec![b'a'; 300_000]);
}

#[tokio::test]
async fn the_md5_is_that_of_the_bytes() {
    let host = DocumentHost::start([ok(&[], b""), ok(&[], b"")]).await;
    host.client.upload(&host.url, XML).with_md5().send("abc").await.unwrap();
    let digest = [0x90, 1, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72];
    host.client.upload(&host.url, XML).with_md5_of(digest).send_reader(3, &b"abc"[..]).await.unwrap();
    for seen in host.seen() {
        assert!(seen.head.contains("content-md5: kafqmdzst7dwlj99kof/cg==\r\n"), "{}", seen.head);
        assert_eq!(seen.body, b"abc");
    }
    let error = host.client.upload(&host.url, XML).with_md5().send_reader(3, &b"abc"[..]).await.unwrap_err();
    assert!(error.is_input() && host.seen().len() == 2, "{error}");
}

#[tokio::test]
async fn a_form_has_the_headers_of_the_upload_and_the_md5_of_the_whole_form() {
    let host = DocumentHost::start([ok(&[], b"")]).await;
    let upload = || host.client.upload(&host.url, "image/png");
    upload().header("x-amz-meta-owner", "A1").with_md5().send_form("abc").await.unwrap();
    let seen = &host.seen()[0];
    assert_eq!(seen.line, "POST /bucket/a%2Fb HTTP/1.1");
    assert!(seen.head.contains("x-amz-meta-owner: a1\r\n"), "{}", seen.head);
    let hash = BASE64_STANDARD.encode(Md5::digest(&seen.body)).to_lowercase();
    assert!(seen.head.contains(&format!("content-md5: {hash}\r\n")), "{}", seen.head);
    assert!(seen.head.contains("content-type: multipart/form-data; boundary="), "{}", seen.head);
    for (upload, words) in [
        (upload().header("Content-Type", "image/png"), "the header content-type of a form"),
        (upload().with_md5_of([0; 16]), "the MD5 of a form cannot be given"),
        (upload().header("a b", "c"), "the header a b of the upload"),
    ] {
        let error = upload.send_form("abc").await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(words), "{error}");
    }
    assert_eq!(host.seen().len(), 1);
}

#[tokio::test]
async fn an_upload_of_bytes_is_tried_again_and_one_of_a_reader_is_not() {
    let slow = || reply("503 Slow Down", &[], b"");
    let host = DocumentHost::start([slow(), ok(&[], b""), slow(), ok(&[], b"")]).await;
    host.client.upload(&host.url, XML).send("abc").await.unwrap();
    assert_eq!(host.seen().iter().map(|seen| &seen.body[..]).collect::<Vec<_>>(), [b"abc", b"abc"]);
    let error = host.client.upload(&host.url, XML).send_reader(3, &b"abc"[..]).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts(), host.seen().len()), (503, 1, 3));
    let long = vec![7; 1_000_000];
    let reader = std::io::Cursor::new(long.clone());
    host.client.upload(&host.url, XML).send_reader(1_000_000, reader).await.unwrap();
    assert!(host.seen()[3].body == long);
}

#[tokio::test]
async fn a_reader_that_fails_or_has_another_length_is_an_error() {
    let failing = tokio_failing_reader();
    let host = DocumentHost::start([]).await;
    let upload = || host.client.upload(&host.url, XML);
    for (error, words) in [
        (upload().send_reader(5, &b"abc"[..]).await, "ended 2 bytes before the length"),
        (upload().send_reader(2, &b"abc"[..]).await, "gives more than the length says"),
        (upload().send_reader(2, failing).await, "the reader failed"),
    ] {
        let error = error.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(words), "{error}");
    }
    assert!(host.seen().is_empty(), "no whole body arrived");
}

fn tokio_failing_reader() -> impl tokio::io::AsyncRead + Send + 'static {
    struct Failing;
    impl tokio::io::AsyncRead for Failing {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Err(std::io::Error::other("disk")))
        }
    }
    Failing
}

#[tokio::test]
async fn a_refused_upload_says_what_to_do() {
    let mismatch = "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message><StringToSign>s3cr3t</StringToSign>\
                    </Error>";
    let host = DocumentHost::start([mismatch, EXPIRED].map(|body| reply("403 Forbidden", &[], body.as_bytes()))).await;
    let error = host.client.upload(&host.url, XML).send("x").await.unwrap_err();
    assert!(error.to_string().contains("the content type must be exactly the one"), "{error}");
    hides_the_url(&error);
    let error = host.client.upload(&host.url, XML).send("x").await.unwrap_err();
    assert!(error.is_url_expired(), "{error}");
    hides_the_url(&error);
    let error = host.client.upload(&host.url, "text/xml\n").send("x").await.unwrap_err();
    assert!(error.is_input() && host.seen().len() == 2, "{error}");
}
