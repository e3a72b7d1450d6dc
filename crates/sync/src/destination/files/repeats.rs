//! Finds the rows of a slice whose key came before, for any number of rows in bounded memory.

use crate::{Schema, Value};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::iter::Peekable;

/// How many records are held in memory: 6 MB.
const HELD: usize = 1 << 18;
/// How many records of each sorted part are read at a time.
const READ: usize = 256;
/// The bytes of a record.
const BYTES: usize = 24;

/// Numbers that are sorted in their order.
type Record = [u64; 3];

/// Takes the key of each row of a slice.
///
/// A key is known by 128 bits of its hash, so that two different keys count as one less often than a disk fails.
pub(super) struct Repeats {
    key: Vec<usize>,
    rows: u64,
    /// Hash and number of each row.
    hashes: Sorter,
}

impl Repeats {
    /// Of a stream with a key of its own; `None` for others, whose rows are numbered already.
    pub fn of(schema: &Schema) -> Option<Self> {
        let is_own = |index: &usize| {
            ![Schema::CONNECTION, Schema::MARKETPLACE, Schema::ORDINAL].contains(&&*schema.columns[*index].name)
        };
        let key = schema.key.iter().copied().filter(is_own).collect();
        schema.has_own_key().then(|| Self { key, rows: 0, hashes: Sorter::default() })
    }

    pub fn push(&mut self, row: &[Value]) -> io::Result<()> {
        let hash = |seed: u64| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u64(seed);
            for index in &self.key {
                match &row[*index] {
                    // A value that is absent counts as an empty one.
                    Value::Null => hasher.write_u8(0),
                    Value::Text(text) | Value::Date(text) | Value::Json(text) if text.is_empty() => hasher.write_u8(0),
                    Value::Integer(0) | Value::Boolean(false) => hasher.write_u8(0),
                    Value::Text(text) | Value::Date(text) | Value::Json(text) => text.hash(&mut hasher),
                    Value::Integer(number) | Value::Timestamp(number) => number.hash(&mut hasher),
                    Value::Decimal(number) => number.to_string().hash(&mut hasher),
                    Value::Boolean(is) => is.hash(&mut hasher),
                }
            }
            hasher.finish()
        };
        let record = [hash(0), hash(1), self.rows];
        self.rows += 1;
        self.hashes.push(record)
    }

    /// The rows whose key came before. `None` if there are none.
    pub fn finish(self) -> io::Result<Option<Ordinals>> {
        let mut found = Sorter::default();
        let mut last: Option<(u64, u64, u64)> = None;
        for record in self.hashes.sorted()? {
            let [high, low, row] = record?;
            let ordinal = match last {
                Some((other_high, other_low, ordinal)) if (other_high, other_low) == (high, low) => ordinal + 1,
                _ => 0,
            };
            if ordinal > 0 {
                found.push([row, ordinal, 0])?;
            }
            last = Some((high, low, ordinal));
        }
        if found.is_empty() { Ok(None) } else { Ok(Some(Ordinals(found.sorted()?.peekable()))) }
    }
}

/// The ordinals of the rows whose key came before.
pub(super) struct Ordinals(Peekable<Sorted>);

impl Ordinals {
    /// The ordinal of a row. `None` if its key did not come before. The rows are to be given in their order, each once.
    pub fn of(&mut self, row: u64) -> io::Result<Option<i64>> {
        match self.0.next_if(|next| next.as_ref().map_or(true, |[found, ..]| *found == row)) {
            None => Ok(None),
            Some(record) => {
                let [_, ordinal, _] = record?;
                i64::try_from(ordinal).map(Some).map_err(io::Error::other)
            }
        }
    }
}

/// Sorts records. Those that are too many for the memory are in a file without a name, in sorted parts.
#[derive(Default)]
struct Sorter {
    held: Vec<Record>,
    file: Option<File>,
    /// How many records each part has.
    parts: Vec<usize>,
}

impl Sorter {
    fn is_empty(&self) -> bool {
        self.held.is_empty() && self.parts.is_empty()
    }

    fn push(&mut self, record: Record) -> io::Result<()> {
        self.held.push(record);
        if self.held.len() < HELD { Ok(()) } else { self.spill() }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        for records in self.held.chunks(READ) {
            let bytes: Vec<u8> = records.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
            file.write_all(&bytes)?;
        }
        self.parts.push(self.held.len());
        self.held.clear();
        Ok(())
    }

    fn sorted(mut self) -> io::Result<Sorted> {
        self.held.sort_unstable();
        let mut sorted = Sorted { file: self.file, parts: Vec::new(), next: BinaryHeap::new() };
        let mut start = 0;
        for records in self.parts {
            sorted.parts.push(Part { start, left: records, buffer: Vec::new().into_iter() });
            start += (records * BYTES) as u64;
        }
        sorted.parts.push(Part { start, left: 0, buffer: self.held.into_iter() });
        for index in 0..sorted.parts.len() {
            sorted.advance(index)?;
        }
        Ok(sorted)
    }
}

/// Records in their order.
struct Sorted {
    file: Option<File>,
    parts: Vec<Part>,
    /// The next record of each part.
    next: BinaryHeap<Reverse<(Record, usize)>>,
}

/// A sorted part of the file, or what is held in memory.
struct Part {
    start: u64,
    /// How many records are not read yet.
    left: usize,
    buffer: std::vec::IntoIter<Record>,
}

impl Sorted {
    /// Takes the next record of a part.
    fn advance(&mut self, index: usize) -> io::Result<()> {
        let part = &mut self.parts[index];
        if part.buffer.len() == 0
            && part.left > 0
            && let Some(file) = &mut self.file
        {
            let records = part.left.min(READ);
            let mut bytes = vec![0; records * BYTES];
            file.seek(SeekFrom::Start(part.start))?;
            file.read_exact(&mut bytes)?;
            part.start += bytes.len() as u64;
            part.left -= records;
            let (numbers, _) = bytes.as_chunks::<8>();
            let records: Vec<Record> =
                numbers.as_chunks::<3>().0.iter().map(|record| record.map(u64::from_le_bytes)).collect();
            part.buffer = records.into_iter();
        }
        self.next.extend(part.buffer.next().map(|record| Reverse((record, index))));
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((record, index)) = self.next.pop()?;
        Some(self.advance(index).map(|()| record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stream;

    #[test]
    fn repeated_keys_are_counted_beyond_what_memory_holds() {
        let schema = Schema::of(Stream::find("GET_MERCHANT_LISTINGS_ALL_DATA").unwrap());
        let mut repeats = Repeats::of(&schema).unwrap();
        let sku = schema.column("seller_sku").unwrap();
        let rows = 2 * HELD as u64 + 1000;
        let mut row = vec![Value::Null; schema.columns.len()];
        for number in 0..rows {
            // Each key comes again after half of the rows, and every thousandth has the same key.
            let key = if number % 1000 == 0 { 0 } else { number % (rows / 2) };
            row[sku] = Value::Text(key.to_string());
            repeats.push(&row).unwrap();
        }
        let mut ordinals = repeats.finish().unwrap().unwrap();
        let mut counts = std::collections::HashMap::new();
        for number in 0..rows {
            let key = if number % 1000 == 0 { 0 } else { number % (rows / 2) };
            let count = counts.entry(key).or_insert(0);
            assert_eq!(ordinals.of(number).unwrap().unwrap_or(0), *count, "{number}");
            *count += 1;
        }
    }

    #[test]
    fn keys_that_differ_have_no_ordinals() {
        let schema = Schema::of(Stream::find("GET_MERCHANT_LISTINGS_ALL_DATA").unwrap());
        let mut repeats = Repeats::of(&schema).unwrap();
        let mut row = vec![Value::Null; schema.columns.len()];
        for number in 0..10 {
            row[schema.column("seller_sku").unwrap()] = Value::Text(number.to_string());
            repeats.push(&row).unwrap();
        }
        assert!(repeats.finish().unwrap().is_none());
        assert!(Repeats::of(&Schema::of(Stream::find("GET_LEDGER_DETAIL_VIEW_DATA").unwrap())).is_none());
    }
}
