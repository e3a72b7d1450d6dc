//! A file that comes as the last part of a form.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use multer::{Multipart, parse_boundary};
use std::collections::HashMap;
use std::io::Cursor;

/// A form with a file.
pub(super) struct Form {
    /// The fields before the file, by their names.
    pub(super) fields: HashMap<String, String>,
    pub(super) file: Bytes,
}

/// Reads a form. `None` if it is not one, or has no file. What follows the file does not count, as at Amazon.
pub(super) async fn read(headers: &HeaderMap, body: Bytes) -> Option<Form> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = Multipart::with_reader(Cursor::new(body), parse_boundary(content_type).ok()?);
    let mut fields = HashMap::new();
    while let Some(part) = parts.next_field().await.ok()? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            return Some(Form { fields, file: part.bytes().await.ok()? });
        }
        fields.insert(name, part.text().await.ok()?);
    }
    None
}
