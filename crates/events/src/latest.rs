//! The newest state of each key, since Amazon does not promise the order of notifications.

use crate::Notification;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::SystemTime;

/// Keeps the newest value of each key by the time of its event, for at most a given number of keys.
///
/// Among values of the same time, the one that comes later is kept. A value without a time replaces only values without
/// one. When there are too many keys, the one that was given longest ago is forgotten; a value that is older than the
/// forgotten one then counts as new.
///
/// ```
/// use spapi_events::{Latest, Placed};
/// use std::time::{Duration, SystemTime};
///
/// let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
/// let mut prices = Latest::new(10_000);
/// assert_eq!(prices.put("SKU-1", at(20), 1980), Placed::First);
/// assert_eq!(prices.put("SKU-1", at(10), 2480), Placed::Older);
/// assert_eq!(prices.get(&"SKU-1"), Some(&1980));
/// ```
#[derive(Clone, Debug)]
pub struct Latest<K, V> {
    most: usize,
    /// The values, each with its time and its turn.
    values: HashMap<K, (Option<SystemTime>, u64, V)>,
    /// The keys by the turn in which they were given last.
    turns: BTreeMap<u64, K>,
    turn: u64,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Placed {
    /// It is the first of its key.
    First,
    /// It replaced an older one.
    Newer,
    /// The kept one is newer.
    Older,
}

impl<K: Clone + Eq + Hash, V> Latest<K, V> {
    /// Keeps the values of at most that many keys, and of at least one.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), values: HashMap::new(), turns: BTreeMap::new(), turn: 0 }
    }

    /// Gives a value with the time of its event.
    pub fn put(&mut self, key: K, at: Option<SystemTime>, value: V) -> Placed {
        self.turn += 1;
        let placed = match self.values.get_mut(&key) {
            Some((known, turn, kept)) => {
                self.turns.remove(turn);
                *turn = self.turn;
                if at < *known {
                    Placed::Older
                } else {
                    (*known, *kept) = (at, value);
                    Placed::Newer
                }
            }
            None => {
                self.values.insert(key.clone(), (at, self.turn, value));
                Placed::First
            }
        };
        self.turns.insert(self.turn, key);
        if self.values.len() > self.most
            && let Some((_, oldest)) = self.turns.pop_first()
        {
            self.values.remove(&oldest);
        }
        placed
    }

    /// The newest value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, _, value)| value)
    }

    /// Forgets a key, and returns its value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let (_, turn, value) = self.values.remove(key)?;
        self.turns.remove(&turn);
        Some(value)
    }

    /// The newest value of each key, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.values.iter().map(|(key, (_, _, value))| (key, value))
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Latest<String, Notification> {
    /// Gives a notification with its [key](Notification::key) and its [time](Notification::happened_at). `None` if it
    /// has no key, and so replaces nothing.
    pub fn put_notification(&mut self, notification: Notification) -> Option<Placed> {
        let at = notification.happened_at();
        Some(self.put(notification.key()?, at, notification))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: u64) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }

    #[test]
    fn any_order_ends_with_the_newest() {
        let events = [(at(3), 3), (at(1), 1), (None, 0), (at(2), 2)];
        for first in 0..events.len() {
            let mut latest = Latest::new(1);
            let mut turned = events;
            turned.rotate_left(first);
            turned.iter().for_each(|(at, value)| _ = latest.put("a", *at, *value));
            assert_eq!(latest.get(&"a"), Some(&3));
        }
        let mut latest = Latest::new(1);
        latest.put("a", at(1), 1);
        assert_eq!(latest.put("a", at(1), 2), Placed::Newer);
        assert_eq!(latest.get(&"a"), Some(&2));
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let mut latest = Latest::new(2);
        latest.put(1, at(1), ());
        latest.put(2, at(1), ());
        // An older event also says that the key is in use.
        latest.put(1, at(0), ());
        latest.put(3, at(1), ());
        assert_eq!((latest.len(), latest.get(&2)), (2, None));
        assert!(latest.get(&1).is_some() && latest.remove(&3).is_some() && latest.turns.len() == 1);
        for key in 0..1000 {
            latest.put(key, None, ());
        }
        assert_eq!((latest.len(), latest.turns.len()), (2, 2));
    }
}
