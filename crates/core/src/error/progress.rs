//! How far reading got before an error.

use std::fmt;

/// How much of a document was read before an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that came over the network.
    pub received: u64,
    /// Bytes after unpacking. The same as received if the document is not packed.
    pub unpacked: u64,
    /// Rows that were returned. 0 if the document is not read as rows.
    pub rows: u64,
}

/// Shows as `12 rows, 8000 bytes (1000 received)`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows > 0 {
            write!(f, "{} rows, ", self.rows)?;
        }
        write!(f, "{} bytes ({} received)", self.unpacked, self.received)
    }
}
