//! What stands for a name or a secret where neither may stand itself.

use sha2::{Digest, Sha256};

/// 32 hexadecimal digits: the same in every process, and nothing can be told from them.
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
