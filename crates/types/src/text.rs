//! Text that came from outside and is shown: on a terminal, in a log or in an error.
//!
//! A text from a server, a file or a user must not move a terminal's cursor, change its colours, start a new line,
//! change the direction of writing or hide itself. [`printable`] is the one function that makes it harmless. Markdown
//! and HTML need other escaping.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Shows the text on one line and without effect: each control character and each separator of lines or paragraphs as a
/// space, each character that is invisible or changes the direction of writing as `\u{fffd}`.
///
/// These are C0, DEL and C1; U+2028 and U+2029; and all characters of Unicode's category Cf and its other invisible
/// ones, among them zero-width ones, the marks of direction, soft hyphens, tags and fillers. Variation selectors stay,
/// since Japanese names and emoji need them.
///
/// ```
/// use spapi_types::text::printable;
///
/// assert_eq!(printable("red\n\u{1b}[31msock\u{202e}").to_string(), "red  [31msock\u{fffd}");
/// assert_eq!(printable("a long message").up_to(6).to_string(), "a long…");
/// ```
pub fn printable(text: &str) -> Printable<'_> {
    Printable { text, limit: usize::MAX }
}

/// Text from bytes of which some may not be UTF-8: those become U+FFFD. It is faster than
/// [`String::from_utf8_lossy`] alone where all of them are UTF-8.
pub fn from_utf8_lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// A column's name in the form in which its spellings are equal: in lower case, without byte order marks, quotation marks
/// around it, blanks, underscores and hyphens, and with straight apostrophes. Letters and all other signs count.
///
/// ```
/// use spapi_types::text::folded;
///
/// assert_eq!(folded("Starting_Warehouse-Balance"), folded(" \"StartingWarehouse Balance\" "));
/// assert_ne!(folded("Produkt-ID"), folded("Produkt-ID-Typ"));
/// ```
pub fn folded(name: &str) -> String {
    let is_outside = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '"');
    let is_kept = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '\u{2010}'..='\u{2015}');
    let kept = name.trim_matches(is_outside).chars().filter(is_kept);
    kept.flat_map(char::to_lowercase).map(|c| if matches!(c, '\u{2018}' | '\u{2019}') { '\'' } else { c }).collect()
}

/// A text that shows as [`printable`] says.
#[derive(Clone, Copy, Debug)]
pub struct Printable<'text> {
    text: &'text str,
    limit: usize,
}

impl Printable<'_> {
    /// Shows at most that many characters, and `…` for the rest.
    pub fn up_to(self, characters: usize) -> Self {
        Self { limit: characters, ..self }
    }
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.text.chars();
        for character in characters.by_ref().take(self.limit) {
            f.write_char(shown(character))?;
        }
        if characters.next().is_some() { f.write_char('…') } else { Ok(()) }
    }
}

/// Whether the text shows as it is.
pub fn is_printable(text: &str) -> bool {
    text.chars().all(|character| shown(character) == character)
}

fn shown(character: char) -> char {
    match character {
        // Most characters are none of those below.
        ' '..='~' => character,
        '\u{2028}' | '\u{2029}' => ' ',
        _ if character.is_control() => ' ',
        _ if is_invisible(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Unicode 17's category Cf and its property Default_Ignorable_Code_Point, except variation selectors.
fn is_invisible(character: char) -> bool {
    matches!(character,
        // Soft hyphen, combining grapheme joiner, signs of Arabic numbers, Arabic letter mark.
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}'..='\u{891}' | '\u{8e2}'
        // Hangul fillers, Khmer inherent vowels, Mongolian vowel separator.
        | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180e}'
        // Zero-width characters, marks of direction, word joiner, invisible operators.
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        // Hangul filler, byte order mark, half-width filler, ignorable, annotations.
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        // Kaithi number signs, Egyptian joiners, shorthand controls, musical controls.
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        // Tags and the ignorable characters around the variation selectors.
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_line_breaks_are_replaced() {
        let controls = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32).chain(['\u{2028}', '\u{2029}']);
        for character in controls {
            assert_eq!(printable(&format!("a{character}b")).to_string(), "a b", "{character:?}");
        }
        assert_eq!(printable("a\r\n\u{1b}[2J\u{9b}31m").to_string(), "a   [2J 31m");
    }

    #[test]
    fn direction_marks_and_invisible_characters_are_replaced() {
        let direction = ['\u{61c}', '\u{200e}', '\u{200f}'].into_iter().chain('\u{202a}'..='\u{202e}');
        let direction = direction.chain('\u{2066}'..='\u{2069}');
        let invisible =
            "\u{ad}\u{180e}\u{200b}\u{200c}\u{200d}\u{2060}\u{2063}\u{3164}\u{feff}\u{fff9}\u{1d173}\u{e0041}";
        for character in direction.chain(invisible.chars()) {
            let text = format!("a{character}b");
            assert_eq!(printable(&text).to_string(), "a\u{fffd}b", "{character:?}");
            assert!(!is_printable(&text));
        }
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in ["", "red sock", "靴下 – ünï", "שלום عربي", "❤\u{fe0f}", "辻\u{e0100}", "a\u{a0}b", "\u{fffd}"]
        {
            assert_eq!(printable(text).to_string(), text);
            assert!(is_printable(text));
        }
    }

    #[test]
    fn a_long_text_is_cut_with_a_mark() {
        assert_eq!(printable("靴下靴下").up_to(2).to_string(), "靴下…");
        assert_eq!(printable("靴下").up_to(2).to_string(), "靴下");
        assert_eq!(printable("a\nb\nc").up_to(3).to_string(), "a b…");
        assert_eq!(printable("x").up_to(0).to_string(), "…");
    }
}
