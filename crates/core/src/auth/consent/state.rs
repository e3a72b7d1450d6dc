//! The state that ties the answer of Amazon's page to the browser that was sent there.

use crate::error::{Error, ErrorKind};
use crate::hash::hex;
use std::fmt;

/// A secret text that goes to Amazon's page with the seller and must come back unchanged.
///
/// Two states are compared in constant time.
#[derive(Clone)]
pub struct ConsentState(String);

impl ConsentState {
    /// A random state. Use it for one seller and some minutes, and keep it in the seller's session.
    ///
    /// # Errors
    /// When the system provides no random numbers.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            Error::new(ErrorKind::Config, "the system provides no random numbers").with_source(error)
        })?;
        Ok(Self(hex(bytes)))
    }

    /// The state as text, to save.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text that came back is this state. The time does not reveal how much of it is right.
    pub(super) fn is(&self, given: &str) -> bool {
        let differing = given.bytes().zip(self.0.bytes()).fold(0, |bits, (one, other)| bits | (one ^ other));
        given.len() == self.0.len() && differing == 0
    }
}

/// A state that was saved as text. An empty one never equals the state that comes back.
impl From<String> for ConsentState {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl PartialEq for ConsentState {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for ConsentState {}

/// Does not show the state.
impl fmt::Debug for ConsentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentState").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_states_differ() {
        let states: std::collections::HashSet<_> =
            (0..100).map(|_| ConsentState::random().unwrap().as_str().to_owned()).collect();
        assert_eq!(states.len(), 100);
        assert!(states.iter().all(|state| state.len() == 32));
    }

    #[test]
    fn only_the_whole_text_is_the_state() {
        let state = ConsentState::from("sesame".to_owned());
        assert!(state.is("sesame") && state == ConsentState::from("sesame".to_owned()));
        for other in ["", "s", "sesam", "sesame ", "sesamE", "Sesame", "sesamesesame", "sesame\0"] {
            assert!(!state.is(other) && state != ConsentState::from(other.to_owned()), "{other}");
        }
    }
}
