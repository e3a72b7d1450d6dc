//! Files for other operations: images of A+ Content, and attachments of messages.

use crate::hash::hex;
use md5::{Digest, Md5};
use spapi_core::{Bytes, Client, Error, ErrorKind};
use spapi_uploads::v2020_11_01::Uploads as Api;
use spapi_uploads::v2020_11_01::types::UploadDestination;
use std::fmt;

/// The operation that takes the images of A+ Content.
const APLUS: &str = "aplus/2020-11-01/contentDocuments";

/// How many URLs are used for an upload, when each expires.
const MOST_URLS: u32 = 3;

/// Uploads files for the seller of a client, each of which another operation takes by its id.
#[derive(Clone)]
pub struct Uploads {
    client: Client,
}

impl Uploads {
    /// Uploads of the client's seller.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Uploads an image for A+ Content: JPEG, PNG or TIFF, with its content type, such as `image/jpeg`. Returns the
    /// `uploadDestinationId` for the image component of a content document.
    ///
    /// # Errors
    /// When the image is empty, Amazon refuses it, or the upload fails. Nothing uses a file that was not uploaded, so you may
    /// try again.
    pub async fn aplus_image(
        &self,
        marketplace: impl Into<String>,
        image: impl Into<Bytes>,
        content_type: &str,
    ) -> Result<String, Error> {
        self.upload(APLUS, marketplace.into(), image.into(), content_type).await
    }

    /// Uploads an attachment of a message about an order. `message` is the last part of the path of the operation that sends
    /// it, such as `invoice` or `legalDisclosure`. Returns the `uploadDestinationId` for that operation.
    ///
    /// # Errors
    /// The errors of [`aplus_image`](Self::aplus_image). Also an error if the order's id or the message has a `/`.
    pub async fn message_attachment(
        &self,
        marketplace: impl Into<String>,
        order_id: &str,
        message: &str,
        file: impl Into<Bytes>,
        content_type: &str,
    ) -> Result<String, Error> {
        let is_part =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !is_part(order_id) || !is_part(message) {
            return Err(Error::new(
                ErrorKind::Input,
                "the order's id and the message may have letters, digits and - only",
            )
            .with_hint("Give the id as Amazon has it, and a message such as invoice. Nothing was sent."));
        }
        let resource = format!("messaging/v1/orders/{order_id}/messages/{message}");
        self.upload(&resource, marketplace.into(), file.into(), content_type).await
    }

    async fn upload(
        &self,
        resource: &str,
        marketplace: String,
        file: Bytes,
        content_type: &str,
    ) -> Result<String, Error> {
        if file.is_empty() {
            return Err(Error::new(ErrorKind::Input, "the file to upload is empty").with_hint("Nothing was sent."));
        }
        let marketplace = crate::report::ids([marketplace]);
        let hash: [u8; 16] = Md5::digest(&file).into();
        // For images Amazon wants the hash in hexadecimal digits, for other files as the header of the upload has it.
        let shown = match resource == APLUS {
            true => hex(&hash),
            false => base64(&hash),
        };
        let file = File { bytes: file, hash, content_type };
        with_new_urls(|| async {
            let call = Api::new(&self.client).create_upload_destination_for_resource(resource);
            let answer =
                call.marketplace_ids(&marketplace).content_md5(&shown).content_type(content_type).send().await?;
            let destination = answer.payload.as_ref();
            let (id, url) = destination
                .and_then(|destination| filled(&destination.upload_destination_id).zip(filled(&destination.url)))
                .ok_or_else(|| {
                    Error::new(ErrorKind::Answer, "the answer has no upload destination")
                        .with_status(answer.status())
                        .with_request_id(answer.request_id())
                })?;
            self.send(destination, url, &file).await?;
            Ok(id.to_owned())
        })
        .await
    }

    async fn send(&self, destination: Option<&UploadDestination>, url: &str, file: &File<'_>) -> Result<(), Error> {
        let File { bytes, hash, content_type } = file;
        let headers: Vec<_> = destination.into_iter().flat_map(|destination| &destination.headers).collect();
        let mut upload = self.client.upload(url, *content_type);
        // The URL of a form has the form's fields in its query.
        if headers.is_empty() && has_policy(url) {
            return upload.send_form(bytes.clone()).await;
        }
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-md5")) {
            upload = upload.with_md5_of(*hash);
        }
        for (name, value) in headers {
            let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
            upload = upload.header(name.as_str(), value);
        }
        upload.send(bytes.clone()).await
    }
}

/// A file to upload.
struct File<'a> {
    bytes: Bytes,
    /// Its MD5.
    hash: [u8; 16],
    content_type: &'a str,
}

/// Uploads something to a new URL, and to another one if the URL expires meanwhile.
pub(crate) async fn with_new_urls<T, F: Future<Output = Result<T, Error>>>(upload: impl Fn() -> F) -> Result<T, Error> {
    for _ in 1..MOST_URLS {
        match upload().await {
            Err(error) if error.is_url_expired() => {}
            ended => return ended,
        }
    }
    upload().await
}

/// Whether a URL is signed for a form rather than for a PUT.
fn has_policy(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|field| field.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("policy")))
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn base64(hash: &[u8; 16]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(hash)
}

impl fmt::Debug for Uploads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploads").field("client", &self.client).finish()
    }
}
