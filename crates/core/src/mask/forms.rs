//! The spellings of secrets, as hashes of their parts.
//!
//! A part of a secret must not be shown either. So each spelling is cut into all its parts of one length, and a text is
//! searched for any of them in one pass: the hash of the next part follows from the one before.

use super::layer::{Folded, fold};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

/// How many characters of a secret a text must not show.
const PART: usize = 16;
/// How many of base64 hold that many at any offset, without those that hold their neighbours too.
const PART_IN_BASE64: usize = 20;
/// How short a secret is that is searched for as it is written, and how short one that is searched for in base64 and hex.
const SHORTEST: usize = 4;
const SHORTEST_ENCODED: usize = 8;

/// The parts of one length.
pub(super) struct Forms {
    /// The length of the parts.
    pub size: usize,
    /// Whether what is found is a part of a longer word, which hides all of the secret.
    is_encoded: bool,
    /// The hashes of the parts, sorted.
    hashes: Vec<u64>,
    /// A bit for each value that [`bit`] has for one of the hashes, to look up few other texts.
    bits: Box<[u64; BITS / 64]>,
}

const BITS: usize = 1 << 15;

impl Forms {
    /// The spellings of the secrets that are long enough.
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let mut hashes: BTreeMap<(usize, bool), Vec<u64>> = BTreeMap::new();
        let mut add = |form: &[u8], part: usize, is_encoded: bool| {
            let longest = shortest_part(form, part);
            let form: Zeroizing<Vec<u8>> = Zeroizing::new(form.iter().filter_map(|byte| fold(*byte)).collect());
            let size = form.len().min(longest);
            if size >= SHORTEST {
                hashes.entry((size, is_encoded)).or_default().extend(rolling(&form, size));
            }
        };
        for secret in secrets {
            let bytes = secret.as_bytes();
            add(bytes, PART, false);
            if bytes.len() >= SHORTEST_ENCODED {
                for before in 0..3 {
                    add(inner_base64(bytes, before).as_bytes(), PART_IN_BASE64, true);
                }
                add(hex(bytes).as_bytes(), 2 * PART, true);
            }
        }
        hashes.into_iter().map(|((size, is_encoded), hashes)| Self::new(size, is_encoded, hashes)).collect()
    }

    fn new(size: usize, is_encoded: bool, mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        let mut bits = Box::new([0; BITS / 64]);
        for hash in &hashes {
            bits[bit(*hash) / 64] |= 1 << (bit(*hash) % 64);
        }
        Self { size, is_encoded, hashes, bits }
    }

    /// Finds the parts in a text that was folded, as ranges of the text as it came.
    pub(super) fn find(&self, folded: &Folded, text: &str, hits: &mut Vec<Range<usize>>) {
        let mut end = 0;
        for (at, hash) in rolling(&folded.bytes, self.size).enumerate() {
            let is_known = self.bits[bit(hash) / 64] >> (bit(hash) % 64) & 1 == 1;
            if !is_known || self.hashes.binary_search(&hash).is_err() {
                continue;
            }
            let found = folded.ranges[at].start..folded.ranges[at + self.size - 1].end;
            match hits.last_mut() {
                // It overlaps with the part before.
                Some(last) if found.start < end && last.end == end => last.end = end.max(found.end),
                _ => hits.push(found.clone()),
            }
            if let Some(last) = hits.last_mut() {
                if self.is_encoded && last.end > end {
                    *last = word(text.as_bytes(), last);
                }
                end = last.end;
            }
        }
    }
}

/// How many characters at least are compared of a part of this length: some are passed over.
fn shortest_part(form: &[u8], part: usize) -> usize {
    let compared = |part: &[u8]| part.iter().filter(|byte| fold(**byte).is_some()).count();
    form.windows(part).map(compared).min().unwrap_or(part).max(part / 2)
}

/// The whole word of base64 around a part of it.
fn word(text: &[u8], part: &Range<usize>) -> Range<usize> {
    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let before = text[..part.start].iter().rev().take_while(is_letter).count();
    let after = text[part.end..].iter().take_while(|byte| is_letter(byte) || **byte == b'=').count();
    part.start - before..part.end + after
}

/// The characters of base64 that the bytes alone decide, if so many bytes come before them.
fn inner_base64(bytes: &[u8], before: usize) -> Zeroizing<String> {
    let padded = Zeroizing::new([&[0; 2][..before], bytes].concat());
    let mut text = Zeroizing::new(STANDARD_NO_PAD.encode(&*padded));
    let whole = padded.len() * 8 / 6;
    text.truncate(whole);
    text.drain(..(before * 8).div_ceil(6).min(whole));
    text
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    // It never grows, which would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of each part of this length.
fn rolling(text: &[u8], size: usize) -> impl Iterator<Item = u64> {
    let highest = (1..size).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
    let mut hash = 0_u64;
    text.iter().enumerate().filter_map(move |(at, byte)| {
        if at >= size {
            hash = hash.wrapping_sub(value(text[at - size]).wrapping_mul(highest));
        }
        hash = hash.wrapping_mul(FACTOR).wrapping_add(value(*byte));
        (at + 1 >= size).then_some(hash)
    })
}

fn value(byte: u8) -> u64 {
    u64::from(byte) + 1
}

/// Which bit stands for a hash.
fn bit(hash: u64) -> usize {
    (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) as usize >> (usize::BITS - BITS.trailing_zeros())
}
