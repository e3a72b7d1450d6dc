//! How to go on with a list after an error.

use std::borrow::Cow;

/// The option with a page token as a shell takes it. `None` if a terminal cannot show the token.
pub fn page_token_option(token: &str) -> Option<String> {
    Some(format!("--page-token {}", quoted(token)?))
}

/// The text as one word of a shell command.
pub fn quoted(text: &str) -> Option<Cow<'_, str>> {
    /// Longer than any token of Amazon's.
    const LONGEST: usize = 16 * 1024;
    if text.len() > LONGEST || text.chars().any(|character| !(character == ' ' || character.is_ascii_graphic())) {
        return None;
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_.,:%@-".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_plain) {
        true => Some(Cow::Borrowed(text)),
        false => Some(Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_of_a_shell_or_is_not_shown() {
        assert_eq!(page_token_option("a+b/c=="), Some("--page-token a+b/c==".to_owned()));
        assert_eq!(page_token_option("a b'c$(d)"), Some(r"--page-token 'a b'\''c$(d)'".to_owned()));
        for hidden in ["a\nb", "a\u{1b}[2J", "é\u{202e}"] {
            assert_eq!(page_token_option(hidden), None);
        }
        assert_eq!(page_token_option(&"a".repeat(20_000)), None);
    }
}
