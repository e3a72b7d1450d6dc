//! The words of a pasted text that may be ids or tokens, each with what stands before it.

use super::clean::{Letter, Written};

/// A word.
#[derive(Debug)]
pub(super) struct Word {
    /// Its letters.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// The column of its first letter, from 1.
    pub column: usize,
    /// How letters of it were written otherwise than as themselves.
    pub written: Vec<Written>,
    /// Whether a `=` or `:` stands between it and the word before.
    pub is_value: bool,
    /// Whether it was cut with dots or hidden with stars.
    pub is_cut: bool,
}

/// The words of a text.
pub(super) fn words(letters: &[Letter]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    let mut is_value = false;
    for letter in letters {
        let Some(character) = letter.letter else {
            if let Some(word) = &mut current {
                word.written.extend(letter.written);
            }
            continue;
        };
        let text = current.as_ref().map_or("", |word| word.text.as_str());
        if separates(character, text) {
            if let Some(word) = current.take() {
                push(&mut words, word, &mut is_value);
            }
            match character {
                '=' | ':' => is_value = true,
                '\n' => is_value = false,
                '\u{2026}' | '*' => words.last_mut().into_iter().for_each(|word| word.is_cut = true),
                _ => {}
            }
            continue;
        }
        let word = current.get_or_insert_with(|| Word {
            text: String::new(),
            line: letter.line,
            column: letter.column,
            written: Vec::new(),
            is_value,
            is_cut: false,
        });
        word.text.push(character);
        word.written.extend(letter.written);
    }
    if let Some(word) = current {
        push(&mut words, word, &mut is_value);
    }
    words
}

fn push(words: &mut Vec<Word>, mut word: Word, is_value: &mut bool) {
    if word.text.ends_with("..") {
        word.is_cut = true;
    }
    const SECRET: usize = 40;
    let trimmed = word.text.trim_matches(['.', '|', '!']);
    // A secret of AWS may begin or end with a slash.
    let trimmed = if trimmed.len() == SECRET { trimmed } else { trimmed.trim_matches('/') };
    // A `=` after the last letter is of the word, such as the end of base64.
    if trimmed.trim_matches('=').is_empty() {
        return;
    }
    let before = word.text.find(trimmed).unwrap_or_default();
    word.column += word.text[..before].chars().count();
    word.text = trimmed.to_owned();
    words.push(word);
    *is_value = false;
}

/// Whether a character ends the word that was read so far.
fn separates(character: char, word: &str) -> bool {
    // A host before a path is shorter.
    const LONGEST_HOST: usize = 300;
    match character {
        // Base64 ends with it; a name before a value has no such letters.
        '=' => word.is_empty() || is_name(word),
        '|' => !is_token_prefix(word) && !word.contains('|'),
        '/' => word.len() <= LONGEST_HOST && word.contains('.') && !word.contains('|'),
        _ => {
            character.is_whitespace()
                || matches!(character, '"' | '\'' | '`' | ',' | ';' | ':' | '<' | '>' | '(' | ')' | '{' | '}')
                || matches!(character, '[' | ']' | '&' | '?' | '#' | '*' | '$' | '@' | '\\' | '\u{2026}')
                || matches!(character, '\u{3001}' | '\u{3002}' | '\u{300c}'..='\u{3011}' | '\u{30fb}')
        }
    }
}

/// Whether it is the name of a setting, such as `client_secret` or `--token`.
pub(super) fn is_name(word: &str) -> bool {
    const LONGEST: usize = 60;
    let bare = word.trim_start_matches('-');
    word.len() <= LONGEST
        && bare.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && bare.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

fn is_token_prefix(word: &str) -> bool {
    ["atzr", "atza", "atc", "atz.sprdt"].iter().any(|prefix| word.eq_ignore_ascii_case(prefix))
}
