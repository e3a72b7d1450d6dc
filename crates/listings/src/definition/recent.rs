//! The last used values of a kind, up to a number.

use std::collections::HashMap;

/// Values by name. When there are too many, the one that was not used for the longest time goes.
pub(super) struct Recent<T> {
    most: usize,
    uses: u64,
    values: HashMap<String, (u64, T)>,
}

impl<T: Clone> Recent<T> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, uses: 0, values: HashMap::new() }
    }

    pub(super) fn get(&mut self, name: &str) -> Option<T> {
        self.uses += 1;
        let (used, value) = self.values.get_mut(name)?;
        *used = self.uses;
        Some(value.clone())
    }

    pub(super) fn set(&mut self, name: &str, value: T) {
        self.uses += 1;
        self.values.insert(name.to_owned(), (self.uses, value));
        if self.values.len() > self.most {
            let oldest = self.values.iter().min_by_key(|(_, (used, _))| *used).map(|(name, _)| name.clone());
            oldest.map(|name| self.values.remove(&name));
        }
    }

    pub(super) fn remove_if(&mut self, is_unwanted: impl Fn(&T) -> bool) {
        self.values.retain(|_, (_, value)| !is_unwanted(value));
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.values().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_that_was_not_used_for_the_longest_time_goes() {
        let mut recent = Recent::new(2);
        recent.set("a", 1);
        recent.set("b", 2);
        assert_eq!(recent.get("a"), Some(1));
        recent.set("c", 3);
        assert_eq!(["a", "b", "c"].map(|name| recent.get(name)), [Some(1), None, Some(3)]);
        recent.set("c", 4);
        recent.remove_if(|value| *value == 1);
        assert_eq!(recent.values().collect::<Vec<_>>(), [&4]);
    }
}
