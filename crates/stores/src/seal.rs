//! Encryption of tokens, and random bytes.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use spapi_core::{Error, ErrorKind};

/// The bytes of a nonce, which stands before what it was used for.
const NONCE: usize = 24;

/// Encrypts tokens with XChaCha20-Poly1305.
#[derive(Clone)]
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&(*key).into()))
    }

    /// A token that only this key opens, and only under this name.
    pub fn seal(&self, name: &str, token: &str) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload { msg: token.as_bytes(), aad: name.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::new(ErrorKind::Config, "an access token cannot be encrypted"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The token. `None` if it was sealed by another key or under another name.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: name.as_bytes() }).ok()
    }
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(ErrorKind::Config, "the system has no random numbers").with_source(error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_with_its_key_and_name_alone() {
        let seal = Seal::new(&[1; 32]);
        let sealed = seal.seal("a", "Atza|1").unwrap();
        assert_eq!(seal.open("a", &sealed).unwrap(), b"Atza|1");
        assert!(!sealed.windows(4).any(|part| part == b"Atza"));
        assert_ne!(sealed, seal.seal("a", "Atza|1").unwrap());
        assert_eq!(seal.open("b", &sealed), None);
        assert_eq!(Seal::new(&[2; 32]).open("a", &sealed), None);
        for length in 0..sealed.len() {
            assert_eq!(seal.open("a", &sealed[..length]), None);
        }
    }
}
