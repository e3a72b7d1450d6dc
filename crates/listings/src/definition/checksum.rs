//! The MD5 of a schema, which Amazon sends in base64 and which names the schema's file.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use std::fmt;

/// Shown in hexadecimal digits, which are safe in the name of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Checksum(u128);

impl Checksum {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(u128::from_be_bytes(Md5::digest(bytes).into()))
    }

    /// Reads base64. `None` if the text is not that of 16 bytes.
    pub(super) fn from_base64(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
        Some(Self(u128::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_and_bytes_give_the_same_checksum() {
        // The MD5 of the empty text, by RFC 1321.
        assert_eq!(Checksum::of(b"").to_string(), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(Checksum::from_base64("1B2M2Y8AsgTpgAmY7PhCfg=="), Some(Checksum::of(b"")));
        for other in ["", "1B2M2Y8AsgTpgAmY7PhCfg", "1B2M2Y8AsgTpgAmY7PhC", "d41d8cd98f00b204e9800998ecf8427e", "靴"] {
            assert_eq!(Checksum::from_base64(other), None, "{other}");
        }
    }
}
