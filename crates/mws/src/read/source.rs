//! The text of an archive, decoded piece by piece, with the place that has been read.

use super::error::{Position, ReadError, ReadErrorKind};
use super::foreign::refuse_bytes;
use spapi_tables::{Charset, CharsetSource, Decoded, TextDecoder};
use std::io::{self, BufRead, Read};

/// How many bytes are read and decoded at once.
const PIECE: u64 = 64 * 1024;

/// How many bytes one tag or one text may have.
const LONGEST_TOKEN: usize = 8 * 1024 * 1024;

/// UTF-8 text of bytes that may have another charset.
pub(super) struct Source<R> {
    input: R,
    charset: Option<Charset>,
    decoder: Option<TextDecoder>,
    piece: Vec<u8>,
    text: Decoded,
    /// How much of the text has been consumed.
    at: usize,
    is_over: bool,
    /// How many more bytes the token that is being read may have.
    left: usize,
    /// The place of the character at `counted`.
    place: Position,
    counted: usize,
    /// Where the token that is being read begins: in the text, or before it.
    start: Start,
    /// Why no more comes.
    failure: Option<ReadError>,
}

#[derive(Clone, Copy)]
enum Start {
    Here(usize),
    Before(Position),
}

impl<R: Read> Source<R> {
    /// Without a charset, it is the one that the text declares or begins like.
    pub(super) fn new(input: R, charset: Option<Charset>) -> Self {
        Self {
            input,
            charset,
            decoder: None,
            piece: Vec::new(),
            text: Decoded::default(),
            at: 0,
            is_over: false,
            left: LONGEST_TOKEN,
            place: Position { line: 1, column: 1 },
            counted: 0,
            start: Start::Here(0),
            failure: None,
        }
    }

    /// Says that a token begins here.
    pub(super) fn begin(&mut self) {
        self.left = LONGEST_TOKEN;
        self.start = Start::Here(self.at);
    }

    /// Where the token begins that is being read, or was read last.
    pub(super) fn position(&mut self) -> Position {
        match self.start {
            Start::Before(position) => position,
            Start::Here(at) => {
                self.count_to(at);
                self.place
            }
        }
    }

    /// Where the text ends that has been consumed.
    pub(super) fn end(&mut self) -> Position {
        self.begin();
        self.position()
    }

    /// Why no more text comes, if it is not the end.
    pub(super) fn failure(&self) -> Option<ReadError> {
        self.failure.clone()
    }

    /// The text that has been decoded and not consumed, and at least this much of it unless less is left.
    pub(super) fn peek(&mut self, at_least: usize) -> Result<&str, ReadError> {
        while self.text.text.len() - self.at < at_least && !self.is_over && self.failure.is_none() {
            self.more();
        }
        match (self.text.text.get(self.at..).unwrap_or_default(), &self.failure) {
            ("", Some(failure)) => Err(failure.clone()),
            (text, _) => Ok(text),
        }
    }

    /// Consumes the white space that stands here, and what else cannot be seen.
    pub(super) fn skip_blank(&mut self) -> Result<(), ReadError> {
        let is_blank = |character: char| character.is_whitespace() || matches!(character, '\u{feff}' | '\0');
        loop {
            let text = self.peek(1)?;
            let blank = text.len() - text.trim_start_matches(is_blank).len();
            let is_all = blank == text.len();
            self.consume(blank);
            self.begin();
            if !is_all || blank == 0 {
                return Ok(());
            }
            self.forget();
        }
    }

    /// Reads and decodes a piece. What is before a failure is decoded too.
    fn more(&mut self) {
        self.piece.clear();
        // All at once, so that the declaration of the charset is in the first piece.
        let read = (&mut self.input).take(PIECE).read_to_end(&mut self.piece);
        self.is_over = matches!(read, Ok(0));
        self.failure = self.decode().err().or_else(|| read.err().map(|error| ReadError::io(&error)));
    }

    fn decode(&mut self) -> Result<(), ReadError> {
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            none => {
                refuse_bytes(&self.piece)?;
                none.insert(decoder(&self.piece, self.charset)?)
            }
        };
        decoder.decode(&self.piece, self.is_over, &mut self.text).map_err(|error| {
            let mut place = self.place;
            count(&mut place, &self.text.text.as_bytes()[self.counted..]);
            ReadError::new(ReadErrorKind::Charset, Some(place), error.to_string())
        })
    }

    /// Forgets what has been consumed.
    fn forget(&mut self) {
        if let Start::Here(at) = self.start {
            self.count_to(at);
            self.start = Start::Before(self.place);
        }
        self.count_to(self.at);
        self.text.text.clear();
        self.at = 0;
        self.counted = 0;
    }

    fn count_to(&mut self, at: usize) {
        if at > self.counted {
            count(&mut self.place, &self.text.text.as_bytes()[self.counted..at]);
            self.counted = at;
        }
    }
}

/// Moves a place to the end of a text.
pub(super) fn count(place: &mut Position, text: &[u8]) {
    let last = match text.iter().rposition(|&byte| byte == b'\n') {
        Some(at) => {
            place.line += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            place.column = 1;
            &text[at + 1..]
        }
        None => text,
    };
    // Without the bytes that go on with a character.
    place.column += last.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64;
}

/// The decoder for a text that begins with these bytes.
fn decoder(start: &[u8], charset: Option<Charset>) -> Result<TextDecoder, ReadError> {
    if let Some(charset) = charset {
        return Ok(TextDecoder::known(charset, CharsetSource::Set));
    }
    let declared = match declared(start) {
        Some(name) => match name.parse::<Charset>() {
            Ok(charset) => Some(charset),
            Err(error) => {
                let first = Position { line: 1, column: 1 };
                return Err(ReadError::new(
                    ReadErrorKind::Charset,
                    Some(first),
                    format!("{error}, which the text declares"),
                ));
            }
        },
        None => None,
    };
    // Answers that were stored by programs are often in UTF-8, whatever they declare. A declaration of UTF-16 that can be
    // read as ASCII is wrong.
    let fallback = declared.filter(|charset| *charset != Charset::UTF_8 && !charset.name().starts_with("UTF-16"));
    Ok(TextDecoder::undecided(fallback))
}

/// The charset that the XML declaration at the beginning has, if there is one in ASCII.
pub(super) fn declared(start: &[u8]) -> Option<String> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = declaration.iter().position(|&byte| byte == b'>')?;
    let declaration = String::from_utf8_lossy(&declaration[..end]);
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split_once(quote).map(|(name, _)| name.to_owned())
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut text = self.fill_buf()?;
        let length = text.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.text.text.len() {
            self.forget();
            while self.text.text.is_empty() && !self.is_over && self.failure.is_none() {
                self.more();
            }
            // What was decoded before the failure is read first.
            if self.text.text.is_empty() && self.failure.is_some() {
                return Err(io::Error::other("the text cannot be read"));
            }
        }
        if self.left == 0 {
            let position = self.position();
            let error = ReadError::new(
                ReadErrorKind::TooLarge,
                Some(position),
                format!("a tag or a text is longer than {} MiB", LONGEST_TOKEN / 1024 / 1024),
            );
            self.failure = Some(error);
            return Err(io::Error::other("the text cannot be read"));
        }
        let end = self.text.text.len().min(self.at + self.left);
        Ok(&self.text.text.as_bytes()[self.at..end])
    }

    fn consume(&mut self, length: usize) {
        self.at += length;
        self.left = self.left.saturating_sub(length);
    }
}
