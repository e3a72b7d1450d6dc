//! Texts that nobody can guess.

use sha2::{Digest, Sha256};
use spapi_core::{Error, ErrorKind};
use std::fmt::Write;

/// 32 hexadecimal digits from the system's random numbers.
///
/// # Errors
/// When the system provides none.
pub fn token() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(ErrorKind::Config, "the system provides no random numbers").with_source(error))?;
    let mut text = String::with_capacity(32);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Compares texts in a time that does not reveal how much of them is the same.
pub fn is_same(given: &str, expected: &str) -> bool {
    let differing = |one: &[u8], other: &[u8]| one.iter().zip(other).fold(0, |bits, (one, other)| bits | (one ^ other));
    differing(&Sha256::digest(given.as_bytes()), &Sha256::digest(expected.as_bytes())) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_compared_as_a_whole() {
        let (one, other) = (token().unwrap(), token().unwrap());
        assert!(one.len() == 32 && one != other);
        assert!(is_same(&one, &one) && !is_same(&one, &other) && !is_same(&one, &one[..31]) && !is_same("", &one));
    }
}
