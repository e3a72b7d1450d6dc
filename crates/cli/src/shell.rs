//! Words of a shell command, for the commands and options that messages suggest.

use std::borrow::Cow;

/// The option with a page token. `None` if a terminal cannot show the token.
pub fn page_token_option(token: &str) -> Option<String> {
    Some(format!("--page-token {}", page_token(token)?))
}

/// A page token as one word. `None` if a terminal cannot show it.
pub fn page_token(token: &str) -> Option<Cow<'_, str>> {
    /// Longer than any token of Amazon's.
    const LONGEST: usize = 16 * 1024;
    let is_shown = |character: char| character == ' ' || character.is_ascii_graphic();
    (token.len() <= LONGEST && token.chars().all(is_shown)).then(|| word(token))
}

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

    #[test]
    fn a_token_that_a_terminal_cannot_show_has_no_option() {
        assert_eq!(page_token_option("a b'c").as_deref(), Some(r"--page-token 'a b'\''c'"));
        for hidden in ["a\nb", "a\u{1b}[2J", "é\u{202e}"] {
            assert_eq!(page_token_option(hidden), None);
        }
        assert_eq!(page_token_option(&"a".repeat(20_000)), None);
    }
}
