//! The body of a call, out of a file.

use crate::exit::Failure;
use serde_json::value::RawValue;
use spapi_metadata::{Body, Published};
use std::io::Read;
use std::path::Path;
use std::{fs, io};

/// Reads and checks the body. It is sent digit for digit as it stands in the file.
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
    let is_stdin = file == Path::new("-");
    let name = if is_stdin { "stdin".into() } else { file.to_string_lossy() };
    let bytes = if is_stdin { read_stdin() } else { fs::read(file) };
    let bytes = bytes.map_err(|error| Failure::usage(format!("--body {name} cannot be read: {error}")))?;
    let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match serde_json::from_slice(json) {
        Ok(body) => Ok(Some(body)),
        Err(_) if json.iter().all(u8::is_ascii_whitespace) => Err(Failure::usage(format!("--body {name} is empty"))),
        Err(error) => Err(Failure::usage(format!("--body {name} is no valid JSON: {error}"))),
    }
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
