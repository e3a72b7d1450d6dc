//! Uploads for A+ Content and messages.

use crate::script::{Reply, Script, expired};
use serde_json::{Value, json};
use spapi_jobs::Uploads;

const FORM: &str = "https://documents.test/?key=sc%2F1&acl=private&policy=eyJ9&x-amz-signature=abcdef0123";

fn amazon(url: &'static str, headers: Value, mut fault: impl FnMut(usize) -> Option<Reply> + Send + 'static) -> Script {
    Script::new(move |call, before| match call.name.ends_with("document") {
        true => fault(before).unwrap_or(Reply::Text(204, String::new())),
        false => {
            let id = format!("sc/{before}.png");
            Reply::Json(201, json!({ "payload": { "uploadDestinationId": id, "url": url, "headers": headers } }))
        }
    })
}

#[tokio::test(start_paused = true)]
async fn an_image_goes_as_the_last_part_of_a_form() {
    let script = amazon(FORM, json!({}), |before| (before == 0).then(expired));
    let id = Uploads::new(&script.client()).aplus_image("JP", &b"abc"[..], "image/png").await.unwrap();
    assert_eq!(id, "sc/1.png", "the first URL had expired");
    let asked = &script.calls("uploadDestinations/aplus/2020-11-01/contentDocuments")[0];
    assert!(asked.uri.contains("contentMD5=900150983cd24fb0d6963f7d28e17f72"), "{}", asked.uri);
    assert!(asked.uri.contains("marketplaceIds=A1VC38T7YXB528") && asked.uri.contains("contentType=image"));
    let posted = &script.calls("POST document")[1];
    assert_eq!(posted.uri, "https://documents.test/");
    let body = String::from_utf8(posted.body.to_vec()).unwrap();
    let places: Vec<_> = [
        "name=\"key\"\r\n\r\nsc/1\r\n",
        "name=\"policy\"",
        "name=\"x-amz-signature\"",
        "name=\"file\"",
        "\r\n\r\nabc\r\n--",
    ]
    .map(|part| body.find(part).unwrap())
    .into();
    assert!(places.is_sorted(), "{body}");
    assert!(!posted.headers.contains_key("x-amz-access-token"));
}

#[tokio::test(start_paused = true)]
async fn an_attachment_is_put_with_the_given_headers() {
    let headers =
        json!({ "Content-MD5": "kAFQmDzST7DWlj99KOF/cg==", "Content-Type": "application/pdf", "x-amz-meta": "1" });
    let script = amazon("https://documents.test/a?X-Amz-Signature=1", headers, |_| None);
    let uploads = Uploads::new(&script.client());
    uploads.message_attachment("JP", "249-1", "invoice", &b"abc"[..], "text/plain").await.unwrap();
    let asked = &script.calls("messaging/v1/orders/249-1/messages/invoice")[0];
    assert!(asked.uri.contains("contentMD5=kAFQmDzST7DWlj99KOF%2Fcg%3D%3D"), "{}", asked.uri);
    let put = &script.calls("PUT document")[0];
    for (name, value) in
        [("content-md5", "kAFQmDzST7DWlj99KOF/cg=="), ("content-type", "application/pdf"), ("x-amz-meta", "1")]
    {
        assert_eq!(put.headers.get_all(name).iter().collect::<Vec<_>>(), [value]);
    }
    assert_eq!(&put.body[..], b"abc");
    for (order, message) in [("../x", "invoice"), ("249-1", ""), ("249-1", "a/b")] {
        let error = uploads.message_attachment("JP", order, message, &b"abc"[..], "text/plain").await.unwrap_err();
        assert!(error.is_input(), "{error}");
    }
    assert!(uploads.aplus_image("JP", &b""[..], "image/png").await.unwrap_err().is_input());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_shows_its_reason_and_no_signature() {
    let script = amazon(FORM, json!({}), |_| {
        let text = "<Error><Code>BadDigest</Code><Message>not abcdef0123</Message></Error>";
        Some(Reply::Text(400, text.to_owned()))
    });
    let error = Uploads::new(&script.client()).aplus_image("JP", &b"abc"[..], "image/png").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("BadDigest") && !shown.contains("abcdef0123"), "{shown}");
    let script = Script::new(|_, _| Reply::Json(201, json!({ "payload": {} })));
    let error = Uploads::new(&script.client()).aplus_image("JP", &b"abc"[..], "image/png").await.unwrap_err();
    assert!(error.to_string().contains("no upload destination"), "{error}");
}
