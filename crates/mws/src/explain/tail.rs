//! What follows the beginning of an id or token, and what is wrong with it. No problem shows a letter of it.

use super::form::length;

/// What follows the beginning of an id or token.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tail {
    /// That many digits from 0 to f.
    Hex(usize),
    /// A UUID in small letters.
    Uuid,
    /// Letters of a token, at least that many.
    Token(usize),
    /// Capital letters and digits.
    Capitals,
    /// Anything.
    Any,
}

impl Tail {
    /// What is wrong with a tail that stands after `before` letters.
    pub fn problems(self, tail: &str, before: usize) -> Vec<String> {
        match self {
            Self::Hex(digits) => {
                fixed(tail, before, digits, |_, letter| is_hex(letter), "digits and the letters a to f")
            }
            Self::Uuid => uuid(tail, before),
            Self::Token(shortest) => token(tail, before, shortest),
            Self::Capitals => {
                let is_right = |_, letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
                wrong_letters(tail, before, is_right, "capital letters and digits").into_iter().collect()
            }
            Self::Any => Vec::new(),
        }
    }
}

fn is_hex(letter: char) -> bool {
    matches!(letter, '0'..='9' | 'a'..='f')
}

/// Whether all letters are digits from 0 to f.
pub(super) fn hex_of(word: &str) -> bool {
    !word.is_empty() && word.chars().all(is_hex)
}

const UUID: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

fn of_uuid(at: usize, letter: char) -> bool {
    if HYPHENS.contains(&at) { letter == '-' } else { is_hex(letter) }
}

/// Whether it is a UUID in small letters.
pub(super) fn is_uuid(word: &str) -> bool {
    word.len() == UUID && word.chars().enumerate().all(|(at, letter)| of_uuid(at, letter))
}

fn uuid(tail: &str, before: usize) -> Vec<String> {
    let groups: Vec<usize> = tail.split('-').map(|group| group.chars().count()).collect();
    let mut problems = Vec::new();
    let has = tail.chars().count();
    if has != UUID {
        problems.push(length(before + has, before + UUID));
    }
    if groups != [8, 4, 4, 4, 12] {
        let groups: Vec<_> = groups.iter().map(usize::to_string).collect();
        problems.push(format!("its groups have {} letters, where 8-4-4-4-12 are right", groups.join("-")));
    }
    let is_right = |_, letter: char| letter == '-' || is_hex(letter);
    problems.extend(wrong_letters(tail, before, is_right, "digits, hyphens and the letters a to f"));
    problems
}

fn fixed(tail: &str, before: usize, right: usize, is_right: fn(usize, char) -> bool, what: &str) -> Vec<String> {
    let has = tail.chars().count();
    let length = (has != right).then(|| length(before + has, before + right));
    length.into_iter().chain(wrong_letters(tail, before, is_right, what)).collect()
}

fn token(tail: &str, before: usize, shortest: usize) -> Vec<String> {
    let is_right =
        |_, letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '=' | '+' | '/' | '|' | '-');
    let has = tail.chars().count();
    let short = (has < shortest).then(|| {
        format!("it has {} characters, where a whole one has hundreds: the copy is cut, or made up", before + has)
    });
    short.into_iter().chain(wrong_letters(tail, before, is_right, "letters, digits and _=+/|-")).collect()
}

/// Which letters are wrong, by their places.
fn wrong_letters(tail: &str, before: usize, is_right: fn(usize, char) -> bool, what: &str) -> Option<String> {
    const SHOWN: usize = 5;
    let wrong: Vec<usize> = tail
        .chars()
        .enumerate()
        .filter(|(at, letter)| !is_right(*at, *letter))
        .map(|(at, _)| before + at + 1)
        .collect();
    if wrong.is_empty() {
        return None;
    }
    let capitals = tail.chars().enumerate().filter(|(at, letter)| !is_right(*at, *letter));
    let is_case = capitals.clone().all(|(at, letter)| is_right(at, letter.to_ascii_lowercase()));
    let hint = if is_case { "; they are capitals, where Amazon writes small letters" } else { "" };
    let more = if wrong.len() > SHOWN { format!(" and {} more", wrong.len() - SHOWN) } else { String::new() };
    let places: Vec<_> = wrong.iter().take(SHOWN).map(usize::to_string).collect();
    let (noun, verb) = if wrong.len() == 1 { ("character", "is") } else { ("characters", "are") };
    let places = places.join(", ");
    Some(format!("{noun} {places}{more} {verb} wrong, because only {what} stand there{hint}"))
}
