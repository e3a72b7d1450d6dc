//! Ids that were seen within a time, in bounded memory.

use sha2::{Digest, Sha256};
use std::collections::{HashSet, VecDeque};
use std::time::Duration;

/// The beginning of an id's SHA-256, so that each takes the same room.
pub(super) type Key = u128;

/// The form in which an id is kept.
pub(super) fn key(id: impl AsRef<[u8]>) -> Key {
    let hash = Sha256::digest(id.as_ref());
    hash.iter().take(16).fold(0, |key, byte| (key << 8) | Key::from(*byte))
}

/// The same for a message that has no id of a notification.
pub(super) fn key_of_message(message_id: &str, body: &[u8]) -> Key {
    key([message_id.as_bytes(), body].concat())
}

/// How long ids count, and how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub longest: Duration,
    pub most: usize,
}

/// Ids, each for a time, and the newest of them if there are too many. Times are seconds since a moment that the caller chooses.
pub(super) struct Window {
    limits: Limits,
    seen: HashSet<Key>,
    order: VecDeque<(u64, Key)>,
}

impl Window {
    pub fn new(limits: Limits) -> Self {
        Self { limits, seen: HashSet::new(), order: VecDeque::new() }
    }

    /// Takes note of an id.
    pub fn insert(&mut self, key: Key, now: u64) {
        if self.limits.most == 0 || !self.seen.insert(key) {
            return;
        }
        self.order.push_back((now, key));
        let oldest = now.saturating_sub(self.limits.longest.as_secs());
        while self.order.front().is_some_and(|(time, _)| *time < oldest) || self.order.len() > self.limits.most {
            if let Some((_, key)) = self.order.pop_front() {
                self.seen.remove(&key);
            }
        }
    }

    pub fn contains(&self, key: Key) -> bool {
        self.seen.contains(&key)
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The ids and their times, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, Key)> + '_ {
        self.order.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(seconds: u64, most: usize) -> Window {
        Window::new(Limits { longest: Duration::from_secs(seconds), most })
    }

    #[test]
    fn an_id_counts_for_its_time() {
        let mut window = window(10, 100);
        window.insert(1, 0);
        window.insert(1, 5);
        window.insert(2, 10);
        assert!(window.contains(1) && window.contains(2));
        window.insert(3, 11);
        assert!(!window.contains(1) && window.contains(2) && window.contains(3));
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut window = window(1000, 3);
        (0..100).for_each(|id| window.insert(id, 0));
        assert_eq!(window.iter().map(|(_, id)| id).collect::<Vec<_>>(), [97, 98, 99]);
        assert!(!window.contains(96) && window.contains(97));
        assert_eq!(window.seen.len(), 3);
    }

    #[test]
    fn without_room_nothing_counts() {
        let mut window = window(1000, 0);
        window.insert(1, 0);
        assert!(!window.contains(1));
    }

    #[test]
    fn a_key_is_the_beginning_of_sha_256() {
        assert_eq!(format!("{:032x}", key("abc")), "ba7816bf8f01cfea414140de5dae2223");
    }
}
