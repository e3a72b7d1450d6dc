//! A pasted text in the letters that Amazon writes: without invisible characters, full-width forms and encodings, each
//! letter with its place in the text.

use spapi_types::text::is_printable;

/// A letter of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    /// The letter. `None` for one that cannot be seen.
    pub letter: Option<char>,
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character as pasted, from 1.
    pub column: usize,
    /// How it was written, if not as itself.
    pub written: Option<Written>,
}

/// How a letter was written otherwise than as itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// It cannot be seen.
    Invisible,
    /// As wide as a Japanese letter, or as a typographical sign.
    Wide,
    /// As `%7C`, `\u007c` or `&#124;`.
    Encoded,
    /// A space that is not of the id, or a part of it.
    Spaced,
}

pub(super) fn letters(text: &str) -> Vec<Letter> {
    let mut letters = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (index, character) in line.chars().enumerate() {
            let (letter, written) = plain(character);
            letters.push(Letter { letter, line: number + 1, column: index + 1, written });
        }
        letters.push(Letter { letter: Some('\n'), line: number + 1, column: usize::MAX, written: None });
    }
    // A value that went through two programs may be encoded twice.
    decoded(decoded(letters))
}

/// The letter that a character stands for.
fn plain(character: char) -> (Option<char>, Option<Written>) {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            (char::from_u32(u32::from(character) - 0xff01 + u32::from('!')), Some(Written::Wide))
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => (Some('-'), Some(Written::Wide)),
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => (Some('"'), None),
        _ if character.is_control() || character.is_whitespace() => (Some(' '), None),
        _ if !is_printable(character.encode_utf8(&mut [0; 4])) => (None, Some(Written::Invisible)),
        _ => (Some(character), None),
    }
}

/// The same with encoded letters as themselves.
fn decoded(letters: Vec<Letter>) -> Vec<Letter> {
    let mut plain = Vec::with_capacity(letters.len());
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        match encoded(&letters[at..]) {
            Some((decoded, length)) => {
                plain.push(Letter { letter: Some(decoded), written: Some(Written::Encoded), ..*letter });
                at += length;
            }
            None => {
                plain.push(*letter);
                at += 1;
            }
        }
    }
    plain
}

/// The letter that is encoded at the start, and how many letters it takes.
fn encoded(letters: &[Letter]) -> Option<(char, usize)> {
    const ENTITIES: [(&str, char); 12] = [
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&#39;", '\''),
        ("&#34;", '"'),
        ("&#124;", '|'),
        ("&#x7c;", '|'),
        ("&#x7C;", '|'),
        ("&vert;", '|'),
        ("&verbar;", '|'),
        ("&VerticalLine;", '|'),
    ];
    let at = |index: usize| letters.get(index).and_then(|letter| letter.letter);
    let hex = |from: usize, count: usize| {
        let digit = |number, index| Some(number * 16 + at(index)?.to_digit(16)?);
        let number = (from..from + count).try_fold(0, digit)?;
        char::from_u32(number).filter(|letter| matches!(letter, ' '..='~'))
    };
    match at(0)? {
        '%' => hex(1, 2).map(|letter| (letter, 3)),
        '\\' => match at(1)? {
            'u' => hex(2, 4).map(|letter| (letter, 6)),
            'n' | 'r' | 't' => Some((' ', 2)),
            letter @ ('"' | '/' | '\\' | '|') => Some((letter, 2)),
            _ => None,
        },
        '&' => ENTITIES.into_iter().find_map(|(entity, letter)| {
            let is_here = entity.chars().enumerate().all(|(index, own)| at(index) == Some(own));
            is_here.then_some((letter, entity.len()))
        }),
        _ => None,
    }
}
