//! Who may see the pages: the one-time link, the password, and the sessions that follow from them.

use crate::random::{is_same, token};
use spapi_core::Error;
use spapi_core::auth::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a session lasts without a request.
const IDLE: Duration = Duration::from_secs(12 * 3600);
/// The most sessions at a time. The oldest gives way to a new one.
const MOST: usize = 32;
/// How many wrong passwords are answered within a minute. Further ones are refused unread.
const TRIES: u32 = 10;

/// A session of a browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// The text that every form of the session must send.
    pub csrf: String,
    last_seen: Instant,
}

/// What lets a browser in.
pub struct Door {
    /// The key of the one-time link, until it is used.
    key: Mutex<Option<String>>,
    password: Option<SecretString>,
    sessions: Mutex<HashMap<String, Session>>,
    tries: Mutex<(Instant, u32)>,
}

/// What came of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    Right,
    Wrong,
    /// There were too many within a minute.
    TooOften,
}

impl Door {
    /// A door with a new one-time key, and with a password if there is one.
    pub fn new(password: Option<SecretString>) -> Result<Self, Error> {
        Ok(Self {
            key: Mutex::new(Some(token()?)),
            password,
            sessions: Mutex::default(),
            tries: Mutex::new((Instant::now(), 0)),
        })
    }

    /// The key of the one-time link. `None` after it was used.
    pub fn key(&self) -> Option<String> {
        locked(&self.key).clone()
    }

    /// Whether there is a password.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Uses the one-time key up. Returns whether it is right.
    pub fn enter(&self, key: &str) -> bool {
        let mut expected = locked(&self.key);
        let is_right = expected.as_deref().is_some_and(|expected| is_same(key, expected));
        if is_right {
            *expected = None;
        }
        is_right
    }

    /// Tries a password.
    pub fn try_password(&self, given: &str) -> Tried {
        let Some(password) = &self.password else { return Tried::Wrong };
        let mut tries = locked(&self.tries);
        if tries.0.elapsed() > Duration::from_secs(60) {
            *tries = (Instant::now(), 0);
        }
        if tries.1 >= TRIES {
            return Tried::TooOften;
        }
        if is_same(given, password.expose_secret()) {
            return Tried::Right;
        }
        tries.1 += 1;
        Tried::Wrong
    }

    /// Begins a session. Returns the value of its cookie.
    pub fn begin(&self) -> Result<String, Error> {
        let (id, csrf) = (token()?, token()?);
        let mut sessions = locked(&self.sessions);
        sessions.retain(|_, session| session.last_seen.elapsed() < IDLE);
        while sessions.len() >= MOST {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.last_seen).map(|(id, _)| id.clone());
            oldest.map(|id| sessions.remove(&id));
        }
        sessions.insert(id.clone(), Session { csrf, last_seen: Instant::now() });
        Ok(id)
    }

    /// The session of a cookie, if it is one that lasts.
    pub fn session(&self, id: &str) -> Option<Session> {
        let mut sessions = locked(&self.sessions);
        let session = sessions.get_mut(id).filter(|session| session.last_seen.elapsed() < IDLE)?;
        session.last_seen = Instant::now();
        Some(session.clone())
    }
}

/// A poisoned lock is taken all the same: each change is made in one step.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_good_once_and_a_session_is_known_by_its_cookie() {
        let door = Door::new(None).unwrap();
        let key = door.key().unwrap();
        assert!(!door.enter("") && !door.enter("x") && door.enter(&key) && !door.enter(&key));
        let (one, other) = (door.begin().unwrap(), door.begin().unwrap());
        assert_ne!(door.session(&one).unwrap().csrf, door.session(&other).unwrap().csrf);
        assert!(door.session("").is_none() && door.session(&key).is_none());
        let all: Vec<_> = (0..100).map(|_| door.begin().unwrap()).collect();
        assert!(door.session(&one).is_none() && door.session(&all[99]).is_some());
    }

    #[test]
    fn passwords_are_compared_and_guessing_is_slowed_down() {
        let door = Door::new(Some(SecretString::from("opensesame"))).unwrap();
        assert_eq!(door.try_password("opensesame"), Tried::Right);
        for _ in 0..TRIES {
            assert_eq!(door.try_password("opensesam"), Tried::Wrong);
        }
        assert_eq!(door.try_password("opensesame"), Tried::TooOften);
        assert_eq!(Door::new(None).unwrap().try_password(""), Tried::Wrong);
    }
}
