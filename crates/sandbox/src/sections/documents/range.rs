//! A part of a document, for a client that continues a download.

use super::long::Long;
use super::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// What a client asks for of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    /// From this byte up to, but not including, that one.
    Part(usize, usize),
    /// A range that the document does not have.
    Outside,
}

/// The document, or the part of it that the headers ask for.
pub(super) fn answer(bytes: &Bytes, headers: &HeaderMap) -> Result<Response, Refusal> {
    let tag = tag(bytes);
    let asked = range_of(headers, &tag).map_or(Asked::Whole, |range| read(range, bytes.len()));
    respond(asked, &tag, bytes.len(), |part| part.map_or_else(|| bytes.clone(), |part| bytes.slice(part)).into())
}

/// The same for a document that is made while it is read. Its length is counted at the first request of a part.
pub(super) async fn answer_long(long: &Long, gzip: bool, headers: &HeaderMap) -> Result<Response, Refusal> {
    let tag = tag(&long.beginning(gzip).await);
    let (asked, length) = match range_of(headers, &tag) {
        None => (Asked::Whole, 0),
        Some(range) => {
            let length = long.length(gzip).await;
            (read(range, length), length)
        }
    };
    respond(asked, &tag, length, |part| match part {
        None => long.body(gzip),
        Some(part) => long.part(gzip, part),
    })
}

/// The range that the headers ask for, of the document with this tag.
fn range_of<'a>(headers: &'a HeaderMap, tag: &str) -> Option<&'a str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // A range that was asked for of another document counts as none.
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    text(header::RANGE).filter(|_| is_same)
}

fn respond(
    asked: Asked,
    tag: &str,
    length: usize,
    body: impl FnOnce(Option<Range<usize>>) -> Body,
) -> Result<Response, Refusal> {
    let mut answer = match asked {
        Asked::Outside => return Err(Refusal::NoSuchRange(length)),
        Asked::Whole => Response::new(body(None)),
        Asked::Part(from, until) => {
            let mut part = Response::new(body(Some(from..until)));
            *part.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(&mut part, header::CONTENT_RANGE, &format!("bytes {from}-{}/{length}", until - 1));
            set(&mut part, header::CONTENT_LENGTH, &(until - from).to_string());
            part
        }
    };
    set(&mut answer, header::ACCEPT_RANGES, "bytes");
    set(&mut answer, header::ETAG, tag);
    Ok(answer)
}

fn set(answer: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The entity tag of a document by its bytes, or by the first of them: the same bytes have the same tag, also if the sandbox
/// made them again.
fn tag(bytes: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// Reads one range of bytes. A header of another form asks for the whole document.
fn read(range: &str, length: usize) -> Asked {
    let parts = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let Some((first, last)) = parts.map(|(first, last)| (first.trim(), last.trim())) else { return Asked::Whole };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok());
    let (from, until) = match (number(first).flatten(), number(last).flatten()) {
        (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() => (first, length),
        // The last bytes of the document.
        (None, Some(count)) if first.is_empty() => (length - count.min(length), length),
        _ => return Asked::Whole,
    };
    if from < until { Asked::Part(from, until) } else { Asked::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_read_and_another_form_asks_for_the_whole() {
        for (range, asked) in [
            ("bytes=0-0", Asked::Part(0, 1)),
            ("bytes=3-", Asked::Part(3, 10)),
            ("bytes=3-99", Asked::Part(3, 10)),
            ("bytes=-4", Asked::Part(6, 10)),
            ("bytes=-99", Asked::Part(0, 10)),
            ("bytes=10-", Asked::Outside),
            ("bytes=10-12", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=5-18446744073709551615", Asked::Part(5, 10)),
            ("bytes=5-3", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=99999999999999999999-", Asked::Whole),
            ("bytes=+1-", Asked::Whole),
            ("rows=1-2", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(read(range, 10), asked, "{range}");
        }
        assert_eq!(read("bytes=0-", 0), Asked::Outside);
    }
}
