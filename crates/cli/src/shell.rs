//! Words of a shell command, for the commands that messages suggest.

use std::borrow::Cow;

/// The text as one word, quoted if a shell would change it.
pub fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| character.is_alphanumeric() || "+/=_.,:%@-".contains(character);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("'{}'", text.replace('\'', r"'\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_if_a_shell_would_change_it() {
        for plain in ["a+b/c==", "/home/靴/seller.json", "amzn1.sp"] {
            assert_eq!(word(plain), plain);
        }
        assert_eq!(word("it's here"), r"'it'\''s here'");
        assert_eq!(word("$(rm)"), "'$(rm)'");
        assert_eq!(word(""), "''");
    }
}
