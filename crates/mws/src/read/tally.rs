//! What there was in an archive of many files.

use super::kind::Kind;
use super::reader::Item;
use super::record::{Page, Reason, Record};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// How many keys are remembered, to count records that occur again.
const MOST_KEYS: usize = 4_000_000;

/// How many paths, names of documents and gaps are remembered.
const MOST_NAMES: usize = 10_000;

/// Counts what was read, and finds pages that are missing.
///
/// The files are to be in the order in which their answers came, as names with dates or numbers are. An answer has the
/// token of the page after it, but not its own: so a page is known to be missing when one announces another, and the next
/// answer of the same operation does not go on with a page before it.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    documents: BTreeMap<String, u64>,
    not_read: BTreeMap<String, u64>,
    records: BTreeMap<Kind, u64>,
    repeated: BTreeMap<Kind, u64>,
    unmapped: BTreeMap<(String, Reason), u64>,
    open: HashMap<String, Gap>,
    gaps: Vec<Gap>,
    more_gaps: u64,
    keys: HashSet<u64>,
    hasher: RandomState,
}

/// Where a page is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// What holds the document beside the missing page, such as the name of a file.
    pub source: String,
    /// The operation, without `ByNextToken`.
    pub operation: String,
    /// Whether the page after it is missing. Otherwise it is the page before it.
    pub is_after: bool,
}

impl Tally {
    /// Nothing so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an item. `source` is what holds it, such as the name of a file.
    pub fn add(&mut self, source: &str, item: &Item) {
        match item {
            Item::Record(record) => self.add_record(record),
            Item::Page(page) => self.add_page(source, page),
        }
    }

    fn add_record(&mut self, record: &Record) {
        *self.records.entry(record.kind()).or_default() += 1;
        if let Some(key) = record.key() {
            let key = self.hasher.hash_one((record.kind(), key));
            let is_new = if self.keys.len() < MOST_KEYS { self.keys.insert(key) } else { !self.keys.contains(&key) };
            if !is_new {
                *self.repeated.entry(record.kind()).or_default() += 1;
            }
        }
        for unmapped in record.unmapped() {
            self.count(&unmapped.path, unmapped.reason);
        }
    }

    fn count(&mut self, path: &str, reason: Reason) {
        let path = match self.unmapped.len() < MOST_NAMES {
            true => path,
            false if self.unmapped.contains_key(&(path.to_owned(), reason)) => path,
            false => "(other paths)",
        };
        *self.unmapped.entry((path.to_owned(), reason)).or_default() += 1;
    }

    fn add_page(&mut self, source: &str, page: &Page) {
        let names = if page.kind().is_some() { &mut self.documents } else { &mut self.not_read };
        let root = match names.len() < MOST_NAMES || names.contains_key(page.root()) {
            true => page.root(),
            false => "(other documents)",
        };
        *names.entry(root.to_owned()).or_default() += 1;
        for unmapped in page.unmapped() {
            self.count(&unmapped.path, unmapped.reason);
        }
        if let (Some(operation), Some(_)) = (page.operation(), page.kind()) {
            let gap = |is_after| Gap { source: source.to_owned(), operation: operation.to_owned(), is_after };
            let announced = self.open.remove(operation);
            match (announced, page.is_continuation()) {
                (Some(before), false) => self.note(before),
                (None, true) => self.note(gap(false)),
                _ => {}
            }
            if page.next_token().is_some() {
                self.open.insert(operation.to_owned(), gap(true));
            }
        }
    }

    fn note(&mut self, gap: Gap) {
        match self.gaps.len() < MOST_NAMES {
            true => self.gaps.push(gap),
            false => self.more_gaps += 1,
        }
    }

    /// The documents by the names of their outermost elements, with their numbers.
    pub fn documents(&self) -> impl Iterator<Item = (&str, u64)> {
        self.documents.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// The documents that are not read, such as answers that have nothing to read.
    pub fn not_read(&self) -> impl Iterator<Item = (&str, u64)> {
        self.not_read.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// How many records there were of each kind.
    pub fn records(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.records.iter().map(|(kind, count)| (*kind, *count))
    }

    /// How many records of a kind had the [key](Kind::key) of one before them, as an order has that was changed between
    /// two answers. All are returned.
    pub fn repeated(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.repeated.iter().map(|(kind, count)| (*kind, *count))
    }

    /// The paths of texts without a place in today's types, why they have none, and how many texts there were.
    pub fn unmapped(&self) -> impl Iterator<Item = (&str, Reason, u64)> {
        self.unmapped.iter().map(|((path, reason), count)| (path.as_str(), *reason, *count))
    }

    /// Where pages are missing, when everything has been read.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut open: Vec<_> = self.open.values().cloned().collect();
        open.sort_by(|one, other| (&one.operation, &one.source).cmp(&(&other.operation, &other.source)));
        self.gaps.iter().cloned().chain(open).collect()
    }

    /// How many gaps there are beyond those that [`gaps`](Self::gaps) lists.
    pub fn more_gaps(&self) -> u64 {
        self.more_gaps
    }
}
