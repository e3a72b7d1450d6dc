//! Unpacks gzip if the bytes are gzip.

use crate::error::{Error, ErrorKind};
use flate2::{Decompress, FlushDecompress, Status};
use http::{HeaderMap, header};

/// How many bytes are unpacked, decoded and passed on at a time.
pub(super) const PIECE: usize = 64 * 1024;
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Who announced gzip before the first byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Announced {
    /// By the caller, with the URL.
    pub by_caller: bool,
    /// By the answer's `Content-Encoding`.
    pub by_header: bool,
}

/// Content encodings that change the bytes and that this module cannot unpack, without a leading `x-`.
const OTHER_PACKINGS: [&str; 14] = [
    "br",
    "bzip2",
    "compress",
    "dcb",
    "dcz",
    "deflate",
    "exi",
    "lz4",
    "lzma",
    "pack200-gzip",
    "snappy",
    "xz",
    "zip",
    "zstd",
];

/// Whether `Content-Encoding` says gzip.
/// A name that is not a packing, such as a charset that some servers put there, is ignored: the first bytes of a
/// document decide whether it is unpacked.
pub(super) fn content_encoding(headers: &HeaderMap) -> Result<bool, Error> {
    let mut packed = false;
    for value in headers.get_all(header::CONTENT_ENCODING) {
        for name in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            let short = name.strip_prefix("x-").unwrap_or(&name);
            if short == "gzip" {
                packed = true;
            } else if let Some(packing) = OTHER_PACKINGS.iter().find(|packing| **packing == short) {
                let message = format!("the document is packed as {packing:?}, which cannot be unpacked here");
                return Err(Error::new(ErrorKind::Decode, message));
            } else if !matches!(short, "" | "identity" | "aws-chunked") {
                let shown: String = name.chars().take(SHOWN_CHARACTERS).collect();
                tracing::debug!(name = ?shown, "the document's content encoding is not known and is ignored");
            }
        }
    }
    Ok(packed)
}

/// How much of a name from a server is shown.
const SHOWN_CHARACTERS: usize = 40;

/// Unpacks a document that begins like gzip, and passes on any other unchanged.
pub(super) struct Unpack {
    announced: Announced,
    state: State,
}

enum State {
    /// Fewer than two bytes have come.
    Beginning(Vec<u8>),
    Plain,
    Gzip {
        stream: Box<Inflate>,
        place: Place,
        /// Whether the first unpacked bytes have been inspected.
        is_looked_at: bool,
    },
}

/// Where in gzip the next byte is. There may be several members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a member, which has not ended.
    Within,
    /// Behind a member.
    Behind,
    /// Behind a member and the first byte of what may be another.
    Begun,
}

impl Unpack {
    pub(super) fn new(announced: Announced) -> Self {
        Self { announced, state: State::Beginning(Vec::new()) }
    }

    /// Takes from `input` and appends to `output`, until the input is empty or the output holds [`PIECE`] bytes.
    pub(super) fn step(&mut self, input: &mut &[u8], output: &mut Vec<u8>) -> Result<(), Error> {
        loop {
            match &mut self.state {
                State::Beginning(seen) => {
                    while seen.len() < MAGIC.len() {
                        let Some((first, rest)) = input.split_first() else { return Ok(()) };
                        seen.push(*first);
                        *input = rest;
                    }
                    let seen = std::mem::take(seen);
                    self.begin(&seen, output)?;
                }
                State::Plain => {
                    let (taken, rest) = input.split_at(input.len().min(PIECE.saturating_sub(output.len())));
                    output.extend_from_slice(taken);
                    *input = rest;
                    return Ok(());
                }
                State::Gzip { stream, place, is_looked_at } => {
                    if !stream.begin_member(input, place)? {
                        return Ok(());
                    }
                    let ended = stream.step(input, output)?;
                    if ended {
                        stream.end_member();
                        *place = Place::Behind;
                    }
                    if !*is_looked_at && output.len() >= MAGIC.len() {
                        *is_looked_at = true;
                        if output.starts_with(&MAGIC) {
                            output.clear();
                            return Err(corrupt("the document is packed more than once"));
                        }
                    }
                    if !ended || input.is_empty() || output.len() >= PIECE {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn begin(&mut self, seen: &[u8], output: &mut Vec<u8>) -> Result<(), Error> {
        if seen == MAGIC {
            let stream = Decompress::new_gzip(15);
            let mut stream = Box::new(Inflate { stream, room: vec![0; PIECE], whole: Whole::default() });
            stream.step(&mut &*seen, output)?;
            self.state = State::Gzip { stream, place: Place::Within, is_looked_at: false };
        } else if self.announced.by_header && !seen.is_empty() {
            return Err(corrupt("the document comes with the content encoding gzip, and is not gzip"));
        } else {
            // If only the caller announced gzip, a proxy on the way may have unpacked it.
            output.extend_from_slice(seen);
            self.state = State::Plain;
        }
        Ok(())
    }

    /// Validates that the end is complete.
    pub(super) fn finish(&mut self, output: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.state {
            State::Beginning(seen) => {
                let seen = std::mem::take(seen);
                if seen == MAGIC[..1] && (self.announced.by_caller || self.announced.by_header) {
                    return Err(cut_off("the document's gzip ends too early"));
                }
                if seen.is_empty() && (self.announced.by_caller || self.announced.by_header) {
                    return Err(cut_off("the document is announced as gzip and is empty"));
                }
                self.begin(&seen, output)
            }
            State::Gzip { place: Place::Within | Place::Begun, .. } => {
                Err(cut_off("the document's gzip ends too early"))
            }
            _ => Ok(()),
        }
    }
}

struct Inflate {
    stream: Decompress,
    /// A buffer of [`PIECE`] bytes for unpacked bytes.
    room: Vec<u8>,
    whole: Whole,
}

/// How much the members that have ended make up.
#[derive(Default)]
struct Whole {
    /// With the padding behind them.
    packed: u64,
    unpacked: u64,
}

/// What some writers add behind a member: zeros, and the line ends and the end mark of a text file.
fn is_padding(byte: u8) -> bool {
    matches!(byte, 0 | 0x1a) || byte.is_ascii_whitespace()
}

impl Inflate {
    /// Skips padding up to a member. Returns whether there is one.
    fn begin_member(&mut self, input: &mut &[u8], place: &mut Place) -> Result<bool, Error> {
        while *place != Place::Within {
            let Some((first, rest)) = input.split_first() else { return Ok(false) };
            if *place == Place::Begun {
                if *first != MAGIC[1] {
                    return Err(self.foreign(&[MAGIC[0], *first]));
                }
                self.step(&mut &MAGIC[..], &mut Vec::new())?;
                *place = Place::Within;
            } else if *first == MAGIC[0] {
                *place = Place::Begun;
            } else if is_padding(*first) {
                self.whole.packed += 1;
            } else {
                return Err(self.foreign(&input[..input.len().min(MAGIC.len())]));
            }
            *input = rest;
        }
        Ok(true)
    }

    fn end_member(&mut self) {
        self.whole.packed += self.stream.total_in();
        self.whole.unpacked += self.stream.total_out();
        self.stream.reset(true);
    }

    /// The error for bytes behind a member that are not gzip.
    fn foreign(&self, bytes: &[u8]) -> Error {
        let Whole { packed, unpacked } = self.whole;
        let shown: String = bytes.iter().map(|byte| format!(" {byte:02x}")).collect();
        let message = format!(
            "the document has bytes that are not gzip at byte {packed}, behind {unpacked} whole unpacked bytes: they begin \
             with{shown}"
        );
        Error::new(ErrorKind::Decode, message)
            .with_hint("The bytes before them were passed on. Load it again to see whether something is missing.")
    }

    /// Unpacks as much as fits. Returns whether a member has ended with the right checksum.
    fn step(&mut self, input: &mut &[u8], output: &mut Vec<u8>) -> Result<bool, Error> {
        let (read, written) = (self.stream.total_in(), self.stream.total_out());
        let room = &mut self.room[..PIECE.saturating_sub(output.len())];
        let status = self.stream.decompress(input, room, FlushDecompress::None);
        let written = usize::try_from(self.stream.total_out() - written).unwrap_or_default();
        output.extend_from_slice(&room[..written]);
        *input = &input[usize::try_from(self.stream.total_in() - read).unwrap_or_default()..];
        match status {
            Ok(status) => Ok(status == Status::StreamEnd),
            Err(error) => Err(corrupt("the document's gzip is corrupt").with_source(error)),
        }
    }
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Decode, message).with_hint("Load it again.")
}

fn cut_off(message: &str) -> Error {
    Error::new(ErrorKind::Decode, message).with_hint("It is cut off. Load it again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(announced: Announced, bytes: &[u8], piece: usize) -> Result<Vec<u8>, (Vec<u8>, String)> {
        let mut unpack = Unpack::new(announced);
        let (mut all, mut output) = (Vec::new(), Vec::new());
        let result = (|| {
            for mut input in bytes.chunks(piece) {
                loop {
                    unpack.step(&mut input, &mut output)?;
                    assert!(output.len() <= PIECE);
                    if output.len() < PIECE {
                        assert!(input.is_empty());
                        break;
                    }
                    all.append(&mut output);
                }
            }
            unpack.finish(&mut output)
        })();
        all.append(&mut output);
        result.map(|()| all.clone()).map_err(|error| (all, error.to_string()))
    }

    const ANNOUNCED: [Announced; 4] = [
        Announced { by_caller: false, by_header: false },
        Announced { by_caller: true, by_header: false },
        Announced { by_caller: false, by_header: true },
        Announced { by_caller: true, by_header: true },
    ];

    #[test]
    fn the_bytes_decide() {
        let text: Vec<u8> = (0..60_000_u32).flat_map(u32::to_le_bytes).collect();
        let gzip = packed(&text);
        for announced in ANNOUNCED {
            for piece in [1, 2, 7, 1000, gzip.len()] {
                assert!(unpack(announced, &gzip, piece).unwrap() == text);
            }
            match announced.by_caller || announced.by_header {
                false => assert_eq!(unpack(announced, b"", 1).unwrap(), b""),
                true => assert!(unpack(announced, b"", 1).unwrap_err().1.contains("It is cut off")),
            }
            assert_eq!(unpack(announced, &packed(b""), 3).unwrap(), b"");
            match announced.by_header {
                false => assert!(unpack(announced, &text, 999).unwrap() == text),
                true => assert!(unpack(announced, &text, 999).unwrap_err().1.contains("is not gzip")),
            }
        }
        assert_eq!(unpack(ANNOUNCED[0], b"\x1f", 1).unwrap(), b"\x1f");
        assert!(unpack(ANNOUNCED[1], b"\x1f", 1).unwrap_err().1.contains("too early"));
    }

    #[test]
    fn several_parts_are_one_document_and_zeros_unpack_in_pieces() {
        let zeros = vec![0; 5_000_000];
        let both = [packed(b"a\n"), packed(&zeros), packed(b""), packed(b"b\n")].concat();
        let all = [&b"a\n"[..], &zeros, b"b\n"].concat();
        for piece in [1, 100, both.len()] {
            assert!(unpack(ANNOUNCED[1], &both, piece).unwrap() == all);
        }
    }

    #[test]
    fn padding_behind_a_member_is_skipped_and_anything_else_is_an_error() {
        for piece in [1, 3, 1000] {
            for (parts, all) in [
                (vec![packed(b"foo\n"), vec![0]], "foo\n"),
                (vec![packed(b"foo\n"), vec![0; 200_000]], "foo\n"),
                (vec![packed(b"foo\n"), packed(b"bar\n"), vec![0; 7]], "foo\nbar\n"),
                (vec![packed(b"foo\n"), vec![0; 512], packed(b"bar\n"), vec![0; 3]], "foo\nbar\n"),
                (vec![packed(b""), vec![0; 8]], ""),
                (vec![packed(b"foo\n"), b"\n".to_vec()], "foo\n"),
                (vec![packed(b"foo\n"), b"\r\n\r\n \t".to_vec()], "foo\n"),
                (vec![packed(b"foo\n"), b"\r\n\x1a\0\0".to_vec()], "foo\n"),
                (vec![packed(b"foo\n"), b"\n".to_vec(), packed(b"bar\n"), b"\n".to_vec()], "foo\nbar\n"),
            ] {
                assert_eq!(unpack(ANNOUNCED[3], &parts.concat(), piece).unwrap(), all.as_bytes());
            }
            let first = packed(b"foo\n");
            let behind =
                |padding: usize| format!("not gzip at byte {}, behind 4 whole unpacked", first.len() + padding);
            for (rest, reason) in [
                (&b"\0\0rest"[..], behind(2)),
                (b"\r\n\0<Error>", behind(3)),
                (b"\x1f", "ends too early".to_owned()),
                (b"\0\x1f\x8b\x08", "ends too early".to_owned()),
                (b"\x1fx", behind(0)),
                (b"\x1f\x8bnot deflate", "is corrupt".to_owned()),
            ] {
                let (before, error) = unpack(ANNOUNCED[0], &[&first, rest].concat(), piece).unwrap_err();
                assert!(before == b"foo\n" && error.contains(&reason), "{rest:?} {error}");
            }
            let (_, error) = unpack(ANNOUNCED[0], &[&first, &b"\nrest"[..]].concat(), 1000).unwrap_err();
            assert!(error.contains("begin with 72 65."), "{error}");
        }
    }

    #[test]
    fn content_encodings_are_gzip_or_another_packing_or_say_nothing() {
        let read = |value: &[u8]| {
            let value = http::HeaderValue::from_bytes(value).unwrap();
            content_encoding(&HeaderMap::from_iter([(header::CONTENT_ENCODING, value)]))
        };
        for (value, packed) in [
            ("gzip", true),
            ("X-GZip", true),
            ("utf-8, gzip", true),
            ("identity", false),
            ("", false),
            ("aws-chunked,", false),
            ("UTF-8", false),
            ("none", false),
            ("binary", false),
            ("text/plain; charset=Shift_JIS", false),
            ("\u{e9}", false),
            (&"x".repeat(100_000), false),
        ] {
            assert_eq!(read(value.as_bytes()).unwrap(), packed, "{}", value.len());
        }
        assert!(!read(b"\xff\xfe").unwrap());
        for packing in ["br", "Deflate", "zstd", "compress", "x-compress", "gzip, br", "identity,ZSTD"] {
            let error = read(packing.as_bytes()).unwrap_err();
            assert!(error.is_decode() && error.to_string().contains("cannot be unpacked here"), "{error}");
        }
    }

    #[test]
    fn broken_gzip_is_an_error_after_the_bytes_before_it() {
        let text: Vec<u8> = (0..100_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        let gzip = packed(&text);
        for piece in [100, gzip.len()] {
            for length in [3, 10, 200_000, gzip.len() - 8, gzip.len() - 1] {
                let (before, error) = unpack(ANNOUNCED[0], &gzip[..length], piece).unwrap_err();
                assert!(error.contains("ends too early"), "{length}: {error}");
                assert!(text.starts_with(&before) && (length < 1000 || before.len() + 70_000 > length));
            }
            for place in [3, gzip.len() - 2, gzip.len() - 6] {
                let mut wrong = gzip.clone();
                wrong[place] ^= 0xff;
                let (_, error) = unpack(ANNOUNCED[0], &wrong, piece).unwrap_err();
                assert!(error.contains("is corrupt"), "{place}: {error}");
            }
            let (_, error) = unpack(ANNOUNCED[0], &[&gzip[..], b"rest"].concat(), piece).unwrap_err();
            let place = format!("at byte {}, behind {} whole", gzip.len(), text.len());
            assert!(error.contains(&place), "{error}");
        }
        let (before, error) = unpack(ANNOUNCED[3], &packed(&gzip), 100).unwrap_err();
        assert!(before.is_empty() && error.contains("more than once"), "{error}");
    }
}
