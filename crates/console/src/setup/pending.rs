//! Settings that are not saved yet: secrets that were typed, and sign-ins that go on. They are in memory only.

use super::{Secrets, Setup};
use crate::door::locked;
use crate::random::token;
use spapi_core::Error;
use spapi_core::auth::{Consent, ConsentState};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long unsaved settings are kept.
const KEPT: Duration = Duration::from_secs(3600);
/// How many are kept. The oldest gives way to a new one.
const MOST: usize = 50;

/// Settings that are not saved yet, by their ids.
#[derive(Default)]
pub struct Pending(Mutex<HashMap<String, Unsaved>>);

/// The settings of a form that is not saved yet.
#[derive(Clone, Debug)]
pub struct Unsaved {
    pub setup: Setup,
    pub secrets: Secrets,
    /// The connection that is changed. `None` for a new one.
    pub connection: Option<String>,
    /// The sign-in that goes on.
    pub sign_in: Option<(Consent, ConsentState)>,
    touched: Instant,
}

impl Unsaved {
    pub fn new(setup: Setup, secrets: Secrets, connection: Option<String>) -> Self {
        Self { setup, secrets, connection, sign_in: None, touched: Instant::now() }
    }
}

impl Pending {
    /// Keeps settings under an id, a new one if the given one is not known. Returns the id.
    pub fn keep(&self, id: &str, mut unsaved: Unsaved) -> Result<String, Error> {
        let mut all = locked(&self.0);
        all.retain(|_, one| one.touched.elapsed() < KEPT);
        let id = if all.contains_key(id) { id.to_owned() } else { token()? };
        while all.len() >= MOST && !all.contains_key(&id) {
            let oldest = all.iter().min_by_key(|(_, one)| one.touched).map(|(id, _)| id.clone());
            oldest.map(|id| all.remove(&id));
        }
        unsaved.touched = Instant::now();
        all.insert(id.clone(), unsaved);
        Ok(id)
    }

    /// The settings of an id.
    pub fn find(&self, id: &str) -> Option<Unsaved> {
        locked(&self.0).get(id).filter(|one| one.touched.elapsed() < KEPT).cloned()
    }

    /// Takes the sign-in of the settings whose state this is, so that it is answered once. Returns the id with them.
    pub fn signed_in(&self, state: &str) -> Option<(String, Unsaved)> {
        let mut all = locked(&self.0);
        let is_its = |one: &Unsaved| {
            one.sign_in.as_ref().is_some_and(|(_, expected)| crate::random::is_same(state, expected.as_str()))
        };
        let (id, unsaved) = all.iter_mut().find(|(_, one)| is_its(one))?;
        let found = unsaved.clone();
        unsaved.sign_in = None;
        Some((id.clone(), found))
    }

    /// Forgets settings, because they are saved.
    pub fn forget(&self, id: &str) {
        locked(&self.0).remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use spapi_core::Marketplace;

    #[test]
    fn a_sign_in_is_answered_once_and_only_by_its_state() {
        let pending = Pending::default();
        let consent = Consent::of_seller(Marketplace::JP, "amzn1.sp.solution.1").unwrap();
        let state = ConsentState::random().unwrap();
        let mut unsaved = Unsaved::new(Setup::new(Language::Ja), Secrets::default(), None);
        unsaved.sign_in = Some((consent, state.clone()));
        let id = pending.keep("made-up", unsaved.clone()).unwrap();
        assert_ne!(id, "made-up");
        assert_eq!(pending.keep(&id, unsaved).unwrap(), id);
        assert!(pending.signed_in("").is_none() && pending.signed_in("0").is_none());
        assert_eq!(pending.signed_in(state.as_str()).unwrap().0, id);
        assert!(pending.signed_in(state.as_str()).is_none());
        assert!(pending.find(&id).is_some());
        pending.forget(&id);
        assert!(pending.find(&id).is_none());
    }
}
