//! Hashes that replace names and secrets where those must not appear.

use sha2::{Digest, Sha256};

/// 32 hexadecimal digits. They are the same in every process and reveal nothing.
pub(crate) fn hash(text: &str) -> String {
    hex(Sha256::digest(text).iter().take(16).copied())
}

/// Two hexadecimal digits for each byte.
pub(crate) fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_beginning_of_sha_256() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(hash(""), "e3b0c44298fc1c149afbf4c8996fb924");
    }
}
