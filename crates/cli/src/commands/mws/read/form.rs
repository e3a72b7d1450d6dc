//! What a file is, by its first bytes.

use spapi_mws::read::{Charset, ReadError, ReadErrorKind, Reader};
use std::path::{Component, Path};

/// How many bytes a block of a tar has.
const BLOCK: usize = 512;

/// How many bytes say what a file is.
pub const BEGINNING: u64 = BLOCK as u64;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Zip,
    Gzip,
    Tar,
    Text,
    Other,
}

impl Form {
    pub fn of(beginning: &[u8]) -> Self {
        if beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06") {
            return Self::Zip;
        }
        if beginning.starts_with(b"\x1f\x8b") {
            return Self::Gzip;
        }
        if is_tar(beginning) {
            return Self::Tar;
        }
        // In UTF-16 every other byte is zero.
        let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
        let text = text.strip_prefix(b"\xff\xfe").or(text.strip_prefix(b"\xfe\xff")).unwrap_or(text);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
        if first == Some(&b'<') { Self::Text } else { Self::Other }
    }
}

/// Whether the first block is the header of a tar: its checksum is right.
fn is_tar(beginning: &[u8]) -> bool {
    const CHECKSUM: std::ops::Range<usize> = 148..156;
    let Some(block) = beginning.get(..BLOCK) else { return false };
    let digits: Vec<u8> = block[CHECKSUM].iter().copied().filter(u8::is_ascii_digit).collect();
    let written = std::str::from_utf8(&digits).ok().and_then(|digits| u32::from_str_radix(digits, 8).ok());
    // The checksum counts as blanks.
    let is_of_checksum = |at: usize| CHECKSUM.contains(&at);
    let sum = block.iter().enumerate().map(|(at, byte)| u32::from(if is_of_checksum(at) { b' ' } else { *byte })).sum();
    written == Some(sum)
}

/// Whether the path of a file in an archive leads out of it.
pub fn leads_out(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let mut depth = 0_usize;
    Path::new(&path).components().any(|component| match component {
        Component::Normal(_) => {
            depth += 1;
            false
        }
        Component::CurDir => false,
        Component::ParentDir => match depth.checked_sub(1) {
            Some(above) => {
                depth = above;
                false
            }
            None => true,
        },
        Component::RootDir | Component::Prefix(_) => true,
    })
}

/// Why bytes that a file begins with cannot be those of an answer, if they are something else altogether.
pub fn foreign(beginning: &[u8], charset: Option<Charset>) -> Option<ReadError> {
    let reader = Reader::new(beginning);
    let mut reader = charset.into_iter().fold(reader, Reader::charset);
    let error = reader.try_next().err()?;
    matches!(error.kind(), ReadErrorKind::Json | ReadErrorKind::FlatFile | ReadErrorKind::Binary).then_some(error)
}

/// What to do about a file that cannot be read.
pub fn next_step(kind: ReadErrorKind) -> Option<&'static str> {
    Some(match kind {
        ReadErrorKind::Charset => "--charset names the charset that it has, such as --charset Shift_JIS",
        ReadErrorKind::UnknownRows => "--rows names one of them",
        ReadErrorKind::Json => {
            "`spapi events replay` reads notifications in JSON; other answers in JSON have today's shapes already"
        }
        ReadErrorKind::FlatFile => {
            "`spapi report get` writes the rows of reports that Amazon has, and `spapi points reconcile --settlement` reads \
             settlements in files"
        }
        ReadErrorKind::Binary => "if it is packed, unpack it: only zip, gzip and tar are read as they are",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar() -> Vec<u8> {
        let mut header = tar::Header::new_old();
        header.set_path("a/b.xml").unwrap();
        header.set_size(1);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    #[test]
    fn a_file_is_known_by_its_beginning() {
        let mut broken = tar();
        broken[0] ^= 1;
        for (beginning, form) in [
            (&b"<?xml"[..], Form::Text),
            (b"\xef\xbb\xbf \r\n<a", Form::Text),
            (b"\xff\xfe<\0a\0", Form::Text),
            (b"\0<\0a", Form::Text),
            (b"PK\x03\x04", Form::Zip),
            (b"\x1f\x8b\x08", Form::Gzip),
            (&tar(), Form::Tar),
            (&broken, Form::Other),
            (&[0; 512], Form::Other),
            (b"sku\tprice", Form::Other),
            (b"", Form::Other),
        ] {
            assert_eq!(Form::of(beginning), form, "{beginning:?}");
        }
    }

    #[test]
    fn a_path_leads_out_when_it_climbs_above_the_archive() {
        for path in ["../a.xml", "a/../../b.xml", "/etc/a.xml", "..\\a.xml", "./../a.xml"] {
            assert!(leads_out(path), "{path}");
        }
        for path in ["a.xml", "./a/b.xml", "a/../b.xml", "a/..b.xml", "..."] {
            assert!(!leads_out(path), "{path}");
        }
    }
}
