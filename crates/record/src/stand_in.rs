//! Stand-ins: what a recording holds instead of a text or a number that may be somebody's data.
//!
//! A stand-in has the shape of what it replaces: lower-case letters for lower-case letters, digits for digits, and the
//! same punctuation at the same offsets. Equal texts have equal stand-ins, so that an order's id in one exchange is
//! still the id in the next. They are made with a random key that is not kept, so that nobody can find the text by
//! trying.

use serde_json::Number;
use sha2::{Digest, Sha256};

/// The stand-ins of one recorder.
pub(super) struct StandIns {
    key: [u8; 32],
}

impl StandIns {
    /// With a new key.
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self { key })
    }

    /// Always the same.
    #[cfg(test)]
    pub(super) fn of_a_test() -> Self {
        Self { key: [7; 32] }
    }

    /// The stand-in of a text. It has the same number of characters, and of bytes in UTF-8.
    pub(super) fn text(&self, text: &str) -> String {
        same_form(text, &mut self.random(text))
    }

    /// A stand-in of the text that is not `taken`. `None` if there is none, for example for a text without letters or
    /// digits.
    pub(super) fn text_unless(&self, text: &str, taken: impl Fn(&str) -> bool) -> Option<String> {
        (0..100).find_map(|attempt| {
            let mut random = self.random(&if attempt == 0 { text.to_owned() } else { format!("{attempt}\n{text}") });
            let stand_in = same_form(text, &mut random);
            (!taken(&stand_in)).then_some(stand_in)
        })
    }

    /// The stand-in of a number. It has the same number of digits. Zero stays, and so does an exponent.
    pub(super) fn number(&self, number: &Number) -> Number {
        let text = number.to_string();
        let (digits, exponent) = text.split_at(text.find(['e', 'E']).unwrap_or(text.len()));
        let length = digits.bytes().filter(u8::is_ascii_digit).count();
        if digits.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-')) {
            return number.clone();
        }
        // The first digits keep an integer of 32 or 64 bits within its range.
        let highest: &[u8] = match length {
            10 => &[1],
            19 => &[8],
            20 => &[1, 7],
            _ => &[9],
        };
        let mut random = self.random(&text);
        let mut seen = 0;
        let mut stand_in: String = digits
            .chars()
            .map(|character| match character {
                '0' if seen == 0 => '0',
                '0'..='9' => {
                    let lowest = u8::from(seen == 0);
                    let highest = highest.get(seen).copied().unwrap_or(9);
                    seen += 1;
                    char::from(b'0' + lowest + random.below(highest - lowest + 1))
                }
                other => other,
            })
            .collect();
        stand_in.push_str(exponent);
        serde_json::from_str(&stand_in).unwrap_or_else(|_| Number::from(0))
    }

    fn random(&self, text: &str) -> Random {
        let seed = Sha256::new().chain_update(self.key).chain_update(text).finalize().into();
        Random { seed, block: 0, bytes: [0; 32], used: 32 }
    }
}

/// Bytes that nobody can predict without the key.
struct Random {
    seed: [u8; 32],
    block: u64,
    bytes: [u8; 32],
    used: usize,
}

impl Random {
    fn byte(&mut self) -> u8 {
        if self.used == self.bytes.len() {
            self.bytes = Sha256::new().chain_update(self.seed).chain_update(self.block.to_be_bytes()).finalize().into();
            self.block += 1;
            self.used = 0;
        }
        self.used += 1;
        self.bytes[self.used - 1]
    }

    fn below(&mut self, end: u8) -> u8 {
        self.byte() % end
    }

    fn of(&mut self, first: char, number: u8) -> char {
        char::from_u32(u32::from(first) + u32::from(self.below(number))).unwrap_or(first)
    }
}

/// Another text of the same kinds of characters. A URL keeps its scheme.
fn same_form(text: &str, random: &mut Random) -> String {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme)).unwrap_or_default();
    scheme.to_owned() + &same_kind(&text[scheme.len()..], random)
}

/// Another text of the same kinds of characters. It begins with a zero only if the digits do, because a number would
/// otherwise change its value or lose the zero.
fn same_kind(text: &str, random: &mut Random) -> String {
    let is_digit = |character: char| matches!(character, '0'..='9' | '\u{ff10}'..='\u{ff19}');
    let mut within_number = false;
    let of = |character: char| {
        let begins_number = is_digit(character) && !within_number;
        within_number = is_digit(character);
        match character {
            '1'..='9' if begins_number => random.of('1', 9),
            '\u{ff11}'..='\u{ff19}' if begins_number => random.of('\u{ff11}', 9),
            character => same_kind_of_character(character, random),
        }
    };
    text.chars().map(of).collect()
}

/// Another character of the same kind and the same number of bytes. ASCII that is neither letter nor digit stays. Other
/// characters never stay, because they have too many kinds to know that one is harmless.
fn same_kind_of_character(character: char, random: &mut Random) -> char {
    match character {
        'a'..='z' => random.of('a', 26),
        'A'..='Z' => random.of('A', 26),
        '0'..='9' => random.of('0', 10),
        '\0'..='\x7f' => character,
        'ぁ'..='ゖ' => random.of('ぁ', 86),
        'ァ'..='ヺ' => random.of('ァ', 90),
        '\u{ff10}'..='\u{ff19}' => random.of('\u{ff10}', 10),
        '\u{ff21}'..='\u{ff3a}' => random.of('\u{ff21}', 26),
        '\u{ff41}'..='\u{ff5a}' => random.of('\u{ff41}', 26),
        'а'..='я' => random.of('а', 32),
        'А'..='Я' => random.of('А', 32),
        _ => match character.len_utf8() {
            2 if character.is_uppercase() => random.of('À', 23),
            2 => random.of('à', 23),
            3 => random.of('一', 250),
            _ => random.of('\u{20000}', 250),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The kinds of the characters, one by one.
    fn shape(text: &str) -> Vec<(bool, bool, bool, bool, usize)> {
        let kind = |c: char| {
            (c.is_alphabetic(), c.is_uppercase(), c.is_numeric(), c.is_ascii_punctuation() || c == ' ', c.len_utf8())
        };
        text.chars().map(kind).collect()
    }

    #[test]
    fn a_stand_in_has_the_shape_of_the_text() {
        let stand_ins = StandIns::of_a_test();
        for text in [
            "",
            "503-1234567-7654321",
            "Mary.Miller@example.com",
            "東京都千代田区１丁目",
            "ひらがなカタカナ",
            "Straße ÉCOLE àéî",
            "Ирина ПЕТРОВА",
            "ＡＢＣａｂｃ",
        ] {
            let stand_in = stand_ins.text(text);
            assert_eq!(shape(&stand_in), shape(text), "{text} {stand_in}");
            assert_eq!(stand_in.len(), text.len());
            assert_eq!(stand_ins.text(text), stand_in);
        }
        assert_eq!(stand_ins.text("-_/: {}\n"), "-_/: {}\n");
    }

    #[test]
    fn of_a_url_the_scheme_stays() {
        let stand_ins = StandIns::of_a_test();
        for (url, scheme) in [("https://mary.example/miller?a=b", "https://"), ("http://127.0.0.1:4912/x", "http://")] {
            let rest = stand_ins.text(url);
            let rest = rest.strip_prefix(scheme).unwrap();
            assert_eq!(shape(rest), shape(&url[scheme.len()..]));
            assert!(!url.ends_with(rest), "{rest}");
            assert_eq!(stand_ins.text_unless(url, |_| false), Some(stand_ins.text(url)));
        }
        for text in ["see https://mary.example", "httpsx://mary.example", "ftp://mary.example"] {
            let stand_in = stand_ins.text(text);
            assert!(!stand_in.contains("http") && !stand_in.contains("ftp:"), "{stand_in}");
        }
    }

    #[test]
    fn nothing_of_a_long_text_is_left_and_another_key_gives_another() {
        let text = "Marie-Claire O'Neill, 12345 Übersee 日本国 🎁🎀 \u{301}";
        let one = StandIns::of_a_test().text(text);
        assert_ne!(one, StandIns::new().unwrap().text(text));
        let kept = one.chars().zip(text.chars()).filter(|(a, b)| a == b && a.is_alphanumeric()).count();
        assert!(kept < 10, "{one}");
        assert!(!one.contains("Marie") && !one.contains("12345") && !one.contains('🎁') && !one.contains('\u{301}'));
    }

    #[test]
    fn a_number_keeps_its_digits_in_number_and_its_width_in_bits() {
        let stand_ins = StandIns::of_a_test();
        let of = |value: serde_json::Value| stand_ins.number(value.as_number().unwrap());
        for _ in 0..50 {
            let stand_ins = StandIns::new().unwrap();
            let of = |value: serde_json::Value| stand_ins.number(value.as_number().unwrap());
            assert!(i32::try_from(of(json!(2_147_483_647)).as_i64().unwrap()).is_ok());
            assert!(of(json!(i64::MAX)).as_i64().is_some());
            assert!(of(json!(i64::MIN)).as_i64().is_some());
            assert!(of(json!(u64::MAX)).as_u64().is_some());
            assert_eq!(of(json!(12345)).to_string().len(), 5);
            assert!(of(json!(-7)).as_i64().unwrap() < 0);
            let price = of(json!(1234.56)).to_string();
            assert_eq!(price.find('.'), Some(4), "{price}");
            assert!(of(json!(0.05)).as_f64().unwrap() < 1.0);
        }
        assert_eq!(of(json!(0)), 0.into());
        assert_eq!(of(json!(12345)), of(json!(12345)));
        assert!(of(json!(1.5e300)).to_string().ends_with("e+300"));
    }

    #[test]
    fn digits_begin_with_a_zero_only_where_they_did() {
        let first_digits = |text: &str| -> Vec<char> {
            let runs = text.split(|character: char| !character.is_numeric());
            runs.filter_map(|run| run.chars().next()).collect()
        };
        let mut zeros = 0;
        for _ in 0..100 {
            let stand_ins = StandIns::new().unwrap();
            let stand_in = stand_ins.text("4123 -12.50 B2C 503-1234567-7654321 １２");
            assert_eq!(first_digits(&stand_in).len(), 8, "{stand_in}");
            assert!(!first_digits(&stand_in).iter().any(|digit| matches!(digit, '0' | '０')), "{stand_in}");
            let unless = stand_ins.text_unless("4123", |_| false).unwrap();
            assert!(!unless.starts_with('0'), "{unless}");
            // Any digit can replace a zero, and a digit within a number.
            zeros += usize::from(stand_ins.text("0123").starts_with('0'));
            zeros += usize::from(stand_ins.text("4123")[1..].contains('0'));
        }
        assert!(zeros > 0);
    }

    #[test]
    fn a_name_that_is_taken_is_not_given_again() {
        let stand_ins = StandIns::of_a_test();
        let first = stand_ins.text("a1");
        let second = stand_ins.text_unless("a1", |name| name == first).unwrap();
        assert_ne!(first, second);
        assert_eq!(second.len(), 2);
        assert_eq!(stand_ins.text_unless("--", |name| name == "--"), None);
    }
}
