//! Tokens that carry their own data, so that the sandbox does not keep a list of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Seals and opens the tokens of one sandbox.
///
/// A checksum tells a token from a guessed or truncated one. It is not cryptographic, because nothing here needs
/// protection. The seed decides it, so that two runs with one seed give the same tokens.
#[derive(Debug)]
pub(crate) struct Seal {
    seed: u64,
}

impl Seal {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A token for a purpose, around the content. It holds `+`, `/` and `=` as Amazon's tokens do, so that a client that
    /// forgets to percent-encode them fails here and not in production.
    pub(crate) fn close(&self, purpose: &str, content: &str) -> String {
        STANDARD.encode(format!("{:016x}{content}", self.check(purpose, content)))
    }

    /// The content of a token that was sealed for this purpose; `None` for any other text.
    pub(crate) fn open(&self, purpose: &str, token: &str) -> Option<String> {
        let plain = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
        let (check, content) = plain.split_at_checked(16)?;
        (check == format!("{:016x}", self.check(purpose, content))).then(|| content.to_owned())
    }

    fn check(&self, purpose: &str, content: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.seed, purpose, content).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_its_own_tokens_and_purpose() {
        let seal = Seal::new(1);
        let token = seal.close("page", "content é");
        assert_eq!(seal.open("page", &token).as_deref(), Some("content é"));
        assert_eq!(seal.open("login", &token), None);
        assert_eq!(Seal::new(2).open("page", &token), None);
        assert_eq!(seal.open("page", &token[..token.len() - 4]), None);
        for other in ["", "é", "====", "AAAA"] {
            assert_eq!(seal.open("page", other), None, "{other}");
        }
    }
}
