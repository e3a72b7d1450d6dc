//! Uploads to a presigned URL.

use super::form::Form;
use super::host;
use crate::error::{Error, ErrorKind};
use crate::transport::{Body, TransportError, TransportErrorKind};
use crate::{Client, RetryPolicy};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body::{Frame, SizeHint};
use md5::{Digest, Md5};
use spapi_types::text::printable;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};
use url::Url;

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const PIECE: usize = 64 * 1024;

/// An upload that has not started. [`Client::upload`] makes it.
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload {
    client: Client,
    url: String,
    content_type: String,
    headers: Vec<(String, String)>,
    md5: Option<ContentMd5>,
}

#[derive(Clone, Copy)]
enum ContentMd5 {
    OfBytes,
    Given([u8; 16]),
}

impl Upload {
    pub(super) fn new(client: &Client, url: String, content_type: String) -> Self {
        Self { client: client.clone(), url, content_type, headers: Vec::new(), md5: None }
    }

    /// Sends this header too, in place of the upload's own header of that name: for a URL that is signed for it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends the MD5 of the bytes as `Content-MD5`. Use it if the operation that returned the URL asks for it.
    pub fn with_md5(mut self) -> Self {
        self.md5 = Some(ContentMd5::OfBytes);
        self
    }

    /// Sends this MD5 as `Content-MD5`: for an upload from a reader, whose bytes are not known in advance.
    pub fn with_md5_of(mut self, hash: [u8; 16]) -> Self {
        self.md5 = Some(ContentMd5::Given(hash));
        self
    }

    /// Sends bytes. A second upload writes the same bytes, so it is tried again by the client's policy.
    ///
    /// # Errors
    /// When the URL or the content type cannot be used, the URL [has expired](Error::is_url_expired), no answer
    /// comes, or the document host refuses.
    pub async fn send(self, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let bytes = bytes.into();
        let hash = self.md5.map(|md5| match md5 {
            ContentMd5::OfBytes => Md5::digest(&bytes).into(),
            ContentMd5::Given(hash) => hash,
        });
        let url = self.url()?;
        let headers = self.headers(self.content_type()?, hash)?;
        let put = || request(Method::PUT, &url, &headers, bytes.clone().into());
        host::ask(&self.client, &url, self.client.retry_policy(), put).await.map(drop)
    }

    /// Sends the bytes of a reader, which must be exactly `length`: the document host does not accept an unknown
    /// length. It reads pieces of 64 KiB and sends them once.
    ///
    /// # Errors
    /// The errors of [`send`](Self::send). Also an error if the reader fails or gives more or fewer bytes.
    pub async fn send_reader(self, length: u64, reader: impl AsyncRead + Send + 'static) -> Result<(), Error> {
        let hash = match self.md5 {
            None => None,
            Some(ContentMd5::Given(hash)) => Some(hash),
            Some(ContentMd5::OfBytes) => {
                let message = "the MD5 of a reader's bytes is not known before they are sent";
                return Err(Error::new(ErrorKind::Input, message).with_hint("Give it with .with_md5_of(hash)."));
            }
        };
        let url = self.url()?;
        let headers = self.headers(self.content_type()?, hash)?;
        let mut body = Some(Body::stream(Sending { reader: Box::pin(reader), last: Bytes::new(), left: length }));
        // A reader cannot be read a second time.
        host::ask(&self.client, &url, &RetryPolicy::none(), || match body.take() {
            Some(body) => request(Method::PUT, &url, &headers, body),
            None => Err(Error::new(ErrorKind::Input, "the reader's bytes have been sent already")),
        })
        .await
        .map(drop)
    }

    /// Sends bytes as the file of a form (`multipart/form-data`), whose other fields are the query of the URL: for a URL
    /// with the policy of a form, as `createUploadDestinationForResource` returns for images of A+ Content. It is tried
    /// again by the client's policy. With [`with_md5`](Self::with_md5), `Content-MD5` is the MD5 of the whole form.
    ///
    /// # Errors
    /// The errors of [`send`](Self::send). Also an error if the URL has no query, and for a header `Content-Type` or an
    /// MD5 that was [given](Self::with_md5_of): the form, which they would have to fit, is made here.
    pub async fn send_form(self, bytes: impl Into<Bytes>) -> Result<(), Error> {
        let url = self.url()?;
        let form = Form::new(&url, &self.content_type, &bytes.into())?;
        let hash = match self.md5 {
            None => None,
            Some(ContentMd5::OfBytes) => Some(Md5::digest(&form.body).into()),
            Some(ContentMd5::Given(_)) => {
                let message = "the MD5 of a form cannot be given, because it is not that of the file";
                return Err(Error::new(ErrorKind::Input, message).with_hint("Use .with_md5(). Nothing was sent."));
            }
        };
        if self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str())) {
            let message = "the header content-type of a form is set by the upload itself";
            return Err(Error::new(ErrorKind::Input, message)
                .with_hint("Give the content type of the file to Client::upload. Nothing was sent."));
        }
        let headers = self.headers(form.content_type, hash)?;
        let post = || request(Method::POST, &form.url, &headers, form.body.clone().into());
        // The refusal masks the values of the whole URL.
        host::ask(&self.client, &url, self.client.retry_policy(), post).await.map(drop)
    }

    fn url(&self) -> Result<Url, Error> {
        host::parse(&self.url, self.client.is_on_loopback())
    }

    fn content_type(&self) -> Result<HeaderValue, Error> {
        HeaderValue::try_from(&self.content_type)
            .map_err(|_| Error::new(ErrorKind::Input, "the content type holds characters that a header cannot"))
    }

    /// The headers of the request. Those of the caller replace others.
    fn headers(&self, content_type: HeaderValue, hash: Option<[u8; 16]>) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
        if let Some(hash) = hash {
            let value = HeaderValue::try_from(BASE64_STANDARD.encode(hash))
                .map_err(|_| Error::new(ErrorKind::Input, "the MD5 cannot be sent"))?;
            headers.insert(CONTENT_MD5, value);
        }
        for (name, value) in &self.headers {
            let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let Some((name, mut value)) = header else {
                let name = printable(name).up_to(60);
                let message = format!("the header {name} of the upload holds characters that a header cannot");
                return Err(Error::new(ErrorKind::Input, message));
            };
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

fn request(method: Method, url: &Url, headers: &HeaderMap, body: Body) -> Result<Request<Body>, Error> {
    let mut request = Request::builder().method(method).uri(url.as_str()).body(body).map_err(host::unusable)?;
    // A body without bytes has a length too.
    if request.body().length() == Some(0) {
        request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    request.headers_mut().extend(headers.clone());
    Ok(request)
}

/// Does not show the URL, which opens the document to everybody.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// The bytes of a reader, as a body of known length.
struct Sending {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    /// The piece to send once it is known that nothing follows it.
    last: Bytes,
    left: u64,
}

impl Sending {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, TransportError>> {
        let wrong = |message: String| TransportError::new(TransportErrorKind::Unusable).with_message(message);
        loop {
            let left = self.left - self.last.len() as u64;
            let mut piece = vec![0; usize::try_from(left).map_or(PIECE, |left| left.clamp(1, PIECE))];
            let mut buffer = ReadBuf::new(&mut piece);
            if let Err(error) = ready!(self.reader.as_mut().poll_read(context, &mut buffer)) {
                return Poll::Ready(Err(wrong("the reader failed".to_owned()).with_source(error)));
            }
            let read = buffer.filled().len();
            piece.truncate(read);
            match (read, left) {
                (0, 0) => return Poll::Ready(Ok(std::mem::take(&mut self.last))),
                (0, _) => {
                    let message = format!("the reader ended {left} bytes before the length that was given");
                    return Poll::Ready(Err(wrong(message)));
                }
                (_, 0) => {
                    return Poll::Ready(Err(wrong("the reader gives more than the length says".to_owned())));
                }
                (read, left) if read as u64 == left => self.last = Bytes::from(piece),
                _ => return Poll::Ready(Ok(Bytes::from(piece))),
            }
        }
    }
}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = self.get_mut();
        let piece = ready!(this.poll_piece(context));
        Poll::Ready(match piece {
            Ok(piece) if piece.is_empty() => None,
            Ok(piece) => {
                this.left -= piece.len() as u64;
                Some(Ok(Frame::data(piece)))
            }
            Err(error) => Some(Err(error)),
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
