//! Uploads: forms for A+ Content, and files of messages.

use crate::support::{Caller, DE, Downloaded, JP, answer, builder, presigned};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};
use std::fmt::Write;

const APLUS: &str = "aplus/2020-11-01/contentDocuments";
const INVOICE: &str = "messaging/v1/orders/249-0000000-0000000/messages/invoice";
/// The MD5 of `abc`, in both forms.
const HEX: &str = "900150983cd24fb0d6963f7d28e17f72";
const BASE64: &str = "kAFQmDzST7DWlj99KOF/cg==";

async fn destination(caller: &Caller, resource: &str, query: &[(&str, &str)]) -> crate::support::Answer {
    let path = format!("/uploads/2020-11-01/uploadDestinations/{resource}");
    answer(caller.request(Method::POST, &path).query(query)).await
}

/// The id, the URL and the headers.
async fn granted(caller: &Caller, resource: &str, md5: &str) -> (String, Url, Value) {
    let query = [("marketplaceIds", JP), ("contentMD5", md5), ("contentType", "image/png")];
    let answer = destination(caller, resource, &query).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let text = |name: &str| answer.body["payload"][name].as_str().expect("a text").to_owned();
    (text("uploadDestinationId"), text("url").parse().unwrap(), answer.body["payload"]["headers"].clone())
}

/// A form of the URL's fields and a file.
async fn post(url: &Url, file: &str) -> Downloaded {
    let mut body = String::new();
    for (name, value) in url.query_pairs() {
        write!(body, "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png";
    write!(body, "--x\r\n{head}\r\n\r\n{file}\r\n--x--\r\n").unwrap();
    let mut bare = url.clone();
    bare.set_query(None);
    let post = Client::new().post(bare).header("content-type", "multipart/form-data; boundary=x");
    presigned(post.body(body)).await
}

#[tokio::test]
async fn an_image_is_taken_from_a_form_if_its_md5_is_right() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let (id, url, headers) = granted(&caller, APLUS, HEX).await;
    assert!(!id.is_empty() && headers == json!({}), "{id} {headers}");
    post(&url, "abd").await.refused(400, "BadDigest");
    assert_eq!(post(&url, "abc").await.status, 204);
    let unsigned: Url = url.as_str().replace("x-amz-signature", "x").parse().unwrap();
    post(&unsigned, "abc").await.refused(403, "AccessDenied");
    let no_form = Client::new().post(url.clone()).body("abc");
    presigned(no_form).await.refused(400, "MalformedPOSTRequest");
    let put = Client::new().put(url).header("content-type", "image/png").body("abc");
    presigned(put).await.refused(403, "AccessDenied");
}

#[tokio::test]
async fn a_file_of_a_message_is_put_with_the_given_headers() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let (_, url, headers) = granted(&caller, INVOICE, BASE64).await;
    assert_eq!(headers, json!({ "Content-MD5": BASE64, "Content-Type": "image/png" }));
    let put = |md5: &str, file: &'static str| {
        let put = Client::new().put(url.clone()).header("content-type", "image/png").header("content-md5", md5);
        presigned(put.body(file))
    };
    put("AAAAAAAAAAAAAAAAAAAAAA==", "abc").await.refused(403, "SignatureDoesNotMatch");
    put(BASE64, "abd").await.refused(400, "BadDigest");
    assert_eq!(put(BASE64, "abc").await.status, 200);
}

#[tokio::test]
async fn a_wrong_request_is_refused() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let png = ("contentType", "image/png");
    for (resource, query, part) in [
        (APLUS, vec![("marketplaceIds", JP), ("contentMD5", HEX)], "contentType"),
        (APLUS, vec![("marketplaceIds", JP), ("contentMD5", BASE64), png], "32 hexadecimal digits"),
        (INVOICE, vec![("marketplaceIds", JP), ("contentMD5", HEX), png], "base64"),
        (INVOICE, vec![("marketplaceIds", JP), png], "contentMD5"),
        (INVOICE, vec![("contentMD5", BASE64), png], "marketplaceIds must hold one id, not 0"),
        (INVOICE, vec![("marketplaceIds", DE), ("contentMD5", BASE64), png], "marketplaceIds"),
        ("orders/v0/orders", vec![("marketplaceIds", JP), ("contentMD5", BASE64), png], "resource"),
    ] {
        let answer = destination(&caller, resource, &query).await;
        let message = answer.error(400, "InvalidInput");
        assert!(message.contains(part), "{message}");
    }
}
