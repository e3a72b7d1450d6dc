//! Bounds of what is unpacked.

use std::io::{self, Read};

/// How many bytes may come of one packed byte. Deflate can make some thousand, XML of MWS has below a hundred.
const MOST_OF_ONE: u64 = 300;

/// How many bytes may come of anything.
const ALWAYS: u64 = 64 * 1024 * 1024;

/// Bytes that are unpacked, which end with an error when they are far more than the packed ones can hold.
pub struct Bounded<R> {
    inner: R,
    left: u64,
}

/// How many bytes may come of so many packed ones.
pub fn most(packed: u64) -> u64 {
    packed.saturating_mul(MOST_OF_ONE).max(ALWAYS)
}

impl<R: Read> Bounded<R> {
    pub fn new(inner: R, packed: u64) -> Self {
        Self { inner, left: most(packed) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(into)?;
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => {
                let message =
                    format!("it unpacks to more than {MOST_OF_ONE} times its size, as no archive of answers does");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(length)
    }
}

/// Counts what is read of a file in an archive, and ends with an error after so many bytes.
pub struct Counted<R> {
    inner: Bounded<R>,
    left: u64,
    pub read: u64,
}

impl<R: Read> Counted<R> {
    /// `packed` is how many bytes the file has in the archive, and `left` how many may come of it.
    pub fn new(inner: R, packed: u64, left: u64) -> Self {
        Self { inner: Bounded::new(inner, packed), left, read: 0 }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(into)?;
        self.read += length as u64;
        if self.read > self.left {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the files of the archive unpack to far more than its size",
            ));
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_ends_and_a_large_file_does_not() {
        let count =
            |bytes: u64, packed| io::copy(&mut Bounded::new(io::repeat(0).take(bytes), packed), &mut io::sink());
        assert_eq!(count(ALWAYS, 10).unwrap(), ALWAYS);
        assert!(count(ALWAYS + 1, 10).unwrap_err().to_string().contains("unpacks"));
        assert_eq!(count(ALWAYS * 2, ALWAYS / 100).unwrap(), ALWAYS * 2);
    }
}
