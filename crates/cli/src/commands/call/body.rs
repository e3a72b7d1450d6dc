//! The body of a call, from a file.

use crate::exit::Failure;
use crate::input;
use serde_json::value::RawValue;
use spapi_metadata::{Body, Published};
use std::path::Path;

/// Reads and validates the body. It is sent unchanged, digit for digit.
pub fn read(found: Published, file: Option<&Path>) -> Result<Option<Box<RawValue>>, Failure> {
    let operation = found.entry.operation;
    let file = match (found.entry.body, file) {
        (Body::None, None) | (Body::Optional, None) => return Ok(None),
        (Body::None, Some(_)) => {
            return Err(Failure::usage(format!("{operation} takes no body")).with_next("leave out --body"));
        }
        (_, None) => {
            return Err(Failure::usage(format!("{operation} needs a body"))
                .with_next("put it into a file as JSON and add --body FILE, or --body - to read it from stdin"));
        }
        (_, Some(file)) => file,
    };
    let name = input::name(file);
    let bytes = input::read(file, LARGEST).map_err(|error| {
        Failure::usage(format!("--body {name} cannot be read: {error}"))
            .with_next("give a file with the body as JSON, or --body - to read it from stdin")
    })?;
    let Some(bytes) = bytes else {
        return Err(Failure::usage(format!("--body {name} is larger than {} MiB", LARGEST >> 20)).with_next(
            "upload a document to the URL that createFeedDocument or createUploadDestination gives; it is not a body",
        ));
    };
    let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(json).map(Some).map_err(|error| {
        let example = format!("`spapi operations {found} --example-body` prints one to fill in");
        match spapi_core::decode::is_blank(json) {
            true => {
                Failure::usage(format!("--body {name} is empty")).with_next(format!("give a body as JSON; {example}"))
            }
            // The error names line and column.
            false => Failure::usage(format!("--body {name} is not valid JSON: {error}"))
                .with_next(format!("correct the body at this place; {example}")),
        }
    })
}

/// The largest body, in bytes. Amazon takes much smaller ones.
const LARGEST: u64 = 64 << 20;
