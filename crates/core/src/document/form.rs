//! A form with a file, for URLs whose query has the fields of the form.

use crate::error::{Error, ErrorKind};
use bytes::Bytes;
use http::HeaderValue;
use std::fmt::Write;
use url::Url;

/// A form that can be sent.
#[derive(Debug)]
pub(super) struct Form {
    pub url: Url,
    pub content_type: HeaderValue,
    pub body: Bytes,
}

impl Form {
    /// The form whose fields are the query of `url`, in its order, and then the file.
    pub(super) fn new(url: &Url, content_type: &str, file: &[u8]) -> Result<Self, Error> {
        let unusable = |message: &str| Error::new(ErrorKind::Input, message);
        if content_type.chars().any(char::is_control) {
            return Err(unusable("the content type holds characters that a header cannot"));
        }
        if url.query().is_none_or(str::is_empty) {
            return Err(unusable("the URL of the upload has no query, so the form has no fields")
                .with_hint("Send the bytes without a form."));
        }
        let boundary = format!("{:032x}", fastrand::u128(..));
        let mut head = String::new();
        for (name, value) in url.query_pairs() {
            // Writing to a text does not fail.
            let _ = write!(
                head,
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                escaped(&name)
            );
        }
        let _ = write!(
            head,
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        let body = [head.as_bytes(), file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .map_err(|_| unusable("the form's content type cannot be sent"))?;
        let mut url = url.clone();
        url.set_query(None);
        Ok(Self { url, content_type, body: body.into() })
    }
}

/// A name between quotation marks.
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_come_decoded_and_in_order_and_the_file_last() {
        let url = Url::parse("https://bucket.example/?key=a%2Fb&policy=x%3D%3D&x-amz-date=1&q%22%0A=+").unwrap();
        let form = Form::new(&url, "image/png", b"\x89PNG\r\n--").unwrap();
        assert_eq!(form.url.as_str(), "https://bucket.example/");
        let boundary = form.content_type.to_str().unwrap().rsplit('=').next().unwrap();
        let text = String::from_utf8_lossy(&form.body).into_owned();
        let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
        let field =
            |name: &str, value: &str| format!("\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        assert_eq!(parts[0], "");
        assert_eq!(parts[1], field("key", "a/b"));
        assert_eq!(parts[2], field("policy", "x=="));
        assert_eq!(parts[3], field("x-amz-date", "1"));
        assert_eq!(parts[4], field("q%22%0A", " "));
        assert!(
            parts[5]
                .contains("name=\"file\"; filename=\"file\"\r\nContent-Type: image/png\r\n\r\n\u{fffd}PNG\r\n--\r\n"),
            "{}",
            parts[5]
        );
        assert_eq!(parts[6], "--\r\n");
    }

    #[test]
    fn a_url_without_fields_or_an_odd_content_type_is_refused_without_the_url() {
        let url = |text: &str| Url::parse(text).unwrap();
        for (url, content_type) in
            [(url("https://secret.example/"), "image/png"), (url("https://secret.example/?a=b"), "a\r\nb")]
        {
            let error = Form::new(&url, content_type, b"x").unwrap_err();
            assert!(error.is_input() && !format!("{error:?}").contains("secret"), "{error:?}");
        }
    }
}
