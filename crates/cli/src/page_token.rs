//! Page tokens: the option that continues at one, and the step after a server refuses one.

use crate::shell::word;
use spapi_core::{Error, ErrorKind};
use std::borrow::Cow;

/// The step after a page that the server refuses. The same token would be refused again.
pub const BEGIN_AGAIN: &str = "begin again from the first page, without the page token: the server refuses this page";

/// Whether the server refuses the page, so that the same call fails again.
pub fn is_refused(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::NotFound | ErrorKind::PageExpired)
}

/// The option with a page token. `None` if a terminal cannot show the token.
pub fn option(token: &str) -> Option<String> {
    Some(format!("--page-token {}", as_word(token)?))
}

/// A page token as one word. `None` if a terminal cannot show it.
pub fn as_word(token: &str) -> Option<Cow<'_, str>> {
    /// Longer than any token of Amazon's.
    const LONGEST: usize = 16 * 1024;
    let is_shown = |character: char| character == ' ' || character.is_ascii_graphic();
    (token.len() <= LONGEST && token.chars().all(is_shown)).then(|| word(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_a_terminal_cannot_show_has_no_option() {
        assert_eq!(option("a b'c").as_deref(), Some(r"--page-token 'a b'\''c'"));
        for hidden in ["a\nb", "a\u{1b}[2J", "é\u{202e}"] {
            assert_eq!(option(hidden), None);
        }
        assert_eq!(option(&"a".repeat(20_000)), None);
    }
}
