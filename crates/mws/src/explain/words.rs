//! The words of a pasted text that may be ids or tokens, each with what stands before it.

use super::clean::{Letter, Written};
use super::hint::Hint;

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
    /// Whether a `=` or `:` stands between it and the word before, which is in the same line and not of another list entry.
    pub is_value: bool,
    /// Whether it was cut with dots or hidden with stars.
    pub is_cut: bool,
}

/// The words of a text.
pub(super) fn words(letters: &[Letter]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut current: Option<Word> = None;
    let mut is_value = false;
    // Whether a word stands before that a `=` or `:` may make a name.
    let mut has_name = false;
    for (at, letter) in letters.iter().enumerate() {
        let Some(character) = letter.letter else {
            if let Some(word) = &mut current {
                word.written.extend(letter.written);
            }
            continue;
        };
        let text = current.as_ref().map_or("", |word| word.text.as_str());
        let following = &letters[at + 1..];
        if character == ' ' && is_broken_at_its_bar(text, following) {
            if let Some(word) = &mut current {
                word.written.push(Written::Spaced);
            }
            continue;
        }
        // Ids are of ASCII, and words of other languages stand around them without a space.
        if is_id_boundary(text, character, following)
            && let Some(word) = current.take()
        {
            has_name = push(&mut words, word, &mut is_value);
        }
        let text = current.as_ref().map_or("", |word| word.text.as_str());
        if separates(character, text) && !(character == '=' && ends_base64(text, following)) {
            if let Some(word) = current.take() {
                has_name = push(&mut words, word, &mut is_value);
            }
            match character {
                '=' | ':' => is_value = has_name,
                '\n' | ',' | ';' | '{' | '&' | '?' => (is_value, has_name) = (false, false),
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

/// Adds a word, if it is one.
fn push(words: &mut Vec<Word>, mut word: Word, is_value: &mut bool) -> bool {
    if word.text.ends_with("..") {
        word.is_cut = true;
    }
    const SECRET: usize = 40;
    let trimmed = word.text.trim_matches(['.', '|', '!']);
    // A secret of AWS may begin or end with a slash.
    let trimmed = if trimmed.len() == SECRET { trimmed } else { trimmed.trim_matches('/') };
    // A `=` after the last letter is of the word, such as the end of base64.
    if trimmed.trim_matches('=').is_empty() {
        return false;
    }
    let before = word.text.find(trimmed).unwrap_or_default();
    word.column += word.text[..before].chars().count();
    word.text = trimmed.to_owned();
    words.push(word);
    *is_value = false;
    true
}

/// Whether a character ends the word that was read so far.
fn separates(character: char, word: &str) -> bool {
    // A host before a path is shorter.
    const LONGEST_HOST: usize = 300;
    match character {
        // Base64 ends with it; a name before a value has no such letters.
        '=' => word.is_empty() || is_name(word),
        '|' => !word.contains('|') && !is_token_prefix(word),
        // Of a signature, where it ends the id of the key, or of the address of a page about a product or an order.
        '/' if is_aws_key_id(word) || is_page(word) || is_asin(word) => true,
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

/// Whether a name may be shown: it is not a secret or a part of one.
///
/// Names are made of words. What has a long run of letters, many digits, or letters in a wild mixture is none.
pub(super) fn is_readable_name(word: &str) -> bool {
    const LONGEST_RUN: usize = 15;
    const LONGEST_OF_KNOWN_WORDS: usize = 32;
    const SHORTEST_ID: usize = 12;
    const MOST_DIGITS: usize = 3;
    const SHORTEST_WILD: usize = 8;
    let is_wild = |run: &str| {
        let letters: Vec<char> = run.chars().collect();
        let class = |letter: char| (letter.is_numeric(), letter.is_uppercase());
        let changes = letters.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
        // A capital that begins a word is two changes.
        let is_one_case = !run.contains(char::is_lowercase) || !run.contains(char::is_uppercase);
        let has_digit_within = letters.windows(2).any(|pair| pair[0].is_numeric() && pair[1].is_alphabetic());
        let is_known = Hint::of(std::iter::once(run)).kind().is_some();
        letters.len() > if is_known { LONGEST_OF_KNOWN_WORDS } else { LONGEST_RUN }
            || letters.len() >= SHORTEST_ID && is_one_case && has_digit_within
            || letters.len() >= SHORTEST_WILD && changes * 2 > letters.len()
    };
    is_name(word)
        && word.chars().filter(|letter| letter.is_numeric()).count() <= MOST_DIGITS
        && !word.split(['_', '-', '.']).any(is_wild)
}

/// Whether a `=` after the word, before these letters, is the end of base64 and not of a name.
fn ends_base64(word: &str, following: &[Letter]) -> bool {
    const SECRET: usize = 40;
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    if !is_mixed || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) || is_readable_name(word) {
        return false;
    }
    let is_base64 = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=');
    let rest: Vec<char> =
        following.iter().filter_map(|letter| letter.letter).take(SECRET).take_while(is_base64).collect();
    rest.iter().all(|letter| *letter == '=') || word.len() + 1 + rest.len() == SECRET
}

/// The end of a word that is of ASCII.
fn ascii_end(word: &str) -> &str {
    word.rsplit(|letter: char| !letter.is_ascii()).next().unwrap_or_default()
}

/// Whether an id begins or ends between the word and the character, by a change between ASCII and other letters.
fn is_id_boundary(word: &str, character: char, following: &[Letter]) -> bool {
    const LONGEST_LOOK: usize = 64;
    const SHORTEST_ID: usize = 10;
    let is_id = |text: &str| text.len() >= SHORTEST_ID && text.bytes().any(|byte| byte.is_ascii_digit());
    let Some(last) = word.chars().next_back() else { return false };
    match (last.is_ascii(), character.is_ascii()) {
        (true, false) => is_id(ascii_end(word)),
        (false, true) if character.is_ascii_alphanumeric() => {
            let is_of_id = |letter: &char| letter.is_ascii_alphanumeric() || "_=+/|-.".contains(*letter);
            let rest = following.iter().filter_map(|letter| letter.letter).take(LONGEST_LOOK).take_while(is_of_id);
            is_id(&std::iter::once(character).chain(rest).collect::<String>())
        }
        _ => false,
    }
}

/// Whether a space before these letters stands beside the bar of a token.
fn is_broken_at_its_bar(word: &str, following: &[Letter]) -> bool {
    const LONGEST_LOOK: usize = 64;
    const SHORTEST_TAIL: usize = 12;
    let has_bar = word.strip_suffix('|').is_some_and(is_token_prefix);
    if !has_bar && !is_token_prefix(word) {
        return false;
    }
    let mut letters =
        following.iter().filter_map(|letter| letter.letter).take(LONGEST_LOOK).skip_while(|letter| *letter == ' ');
    if !has_bar && letters.next() != Some('|') {
        return false;
    }
    let is_of_token = |letter: &char| letter.is_ascii_alphanumeric() || "_=+/-".contains(*letter);
    let tail: String = letters.skip_while(|letter| *letter == ' ').take_while(is_of_token).collect();
    // Other words may stand in the next cell of a table.
    tail.len() >= SHORTEST_TAIL && tail.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_aws_key_id(word: &str) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 16..=24;
    LENGTHS.contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && ["akia", "asia"].iter().any(|prefix| word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
}

/// Whether the last part of a path says that the id of a product or an order follows.
fn is_page(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    ["dp", "product", "asin", "order", "orders"].iter().any(|page| last.eq_ignore_ascii_case(page))
}

fn is_asin(word: &str) -> bool {
    const LENGTH: usize = 10;
    word.len() == LENGTH
        && word.starts_with("B0")
        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_token_prefix(word: &str) -> bool {
    let word = ascii_end(word);
    ["atzr", "atza", "atc", "atz.sprdt"].iter().any(|prefix| word.eq_ignore_ascii_case(prefix))
}
