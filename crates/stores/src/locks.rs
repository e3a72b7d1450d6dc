//! Locks that are free soon after their holder ended, however it ended.

use crate::link::{LONGEST, Link, Session};
use spapi_core::Error;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How long a lock is held after its holder extended it last. A restart of the server is shorter.
const LEASE: Duration = Duration::from_secs(15);

/// How often a holder extends its locks.
const EXTEND: Duration = Duration::from_secs(4);

/// The first and the longest pause between two attempts to take a lock. Each is twice the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(800));

/// The locks of a process.
pub(crate) struct Locks {
    link: Arc<Link>,
    /// The name of this process among all that use the database.
    pub process: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// The names of the locks, each with a number that no other lock of this process has.
    names: BTreeMap<i64, String>,
    last: i64,
    /// Extends the locks while there are some.
    extending: Option<JoinHandle<()>>,
}

/// A lock. It is free once this is dropped.
pub(crate) struct Guard {
    locks: Arc<Locks>,
    name: String,
    number: i64,
    /// Whether the server may have it.
    may_be_taken: bool,
}

impl Locks {
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(link: &Arc<Link>) -> Result<Arc<Self>, Error> {
        let process = format!("{:016x}", u64::from_ne_bytes(crate::seal::random()?));
        Ok(Arc::new(Self { link: Arc::clone(link), process, held: Mutex::default() }))
    }

    /// Waits for the lock of this name, and takes it.
    pub async fn lock(self: &Arc<Self>, name: &str) -> Result<Guard, Error> {
        let mut guard = self.guard(name);
        let mut pause = PAUSES.0;
        loop {
            // A caller who is dropped now may have taken it.
            guard.may_be_taken = true;
            if guard.take().await? {
                self.extend();
                return Ok(guard);
            }
            guard.may_be_taken = false;
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    fn guard(self: &Arc<Self>, name: &str) -> Guard {
        let mut held = self.held();
        held.last += 1;
        Guard { locks: Arc::clone(self), name: name.to_owned(), number: held.last, may_be_taken: false }
    }

    /// Starts to extend what is held, unless that goes on already.
    fn extend(self: &Arc<Self>) {
        let mut held = self.held();
        // It has ended if its runtime has.
        if held.extending.as_ref().is_none_or(JoinHandle::is_finished) {
            let locks = Arc::clone(self);
            held.extending = Some(tokio::spawn(async move {
                loop {
                    sleep(EXTEND).await;
                    let (numbers, names): (Vec<_>, Vec<_>) = {
                        let mut held = locks.held();
                        if held.names.is_empty() {
                            held.extending = None;
                            return;
                        }
                        held.names.iter().map(|(number, name)| (*number, name.clone())).unzip()
                    };
                    if let Err(error) = locks.extend_all(&numbers, &names).await {
                        tracing::debug!(%error, "the locks were not extended");
                    }
                }
            }));
        }
    }

    /// Extends locks, also those that have expired and that nobody else took.
    async fn extend_all(&self, numbers: &[i64], names: &[String]) -> Result<(), Error> {
        let extend = "update spapi.locks set free_at = clock_timestamp() + make_interval(secs => $4)
            from unnest($1::bigint[], $2::text[]) as held (held_number, held_name)
            where name = held_name and number = held_number and process = $3";
        let extend = move |session: Arc<Session>| async move {
            let lease = LEASE.as_secs_f64();
            session.client.execute(extend, &[&numbers, &names, &self.process, &lease]).await.map(drop)
        };
        self.link.run(LONGEST, extend).await
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guard {
    /// Takes the lock, if it is free.
    async fn take(&self) -> Result<bool, Error> {
        let take = "insert into spapi.locks as held (name, process, number, free_at)
            values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
            on conflict (name) do update
            set process = excluded.process, number = excluded.number, free_at = excluded.free_at
            where held.free_at < clock_timestamp()
            or (held.process = excluded.process and held.number = excluded.number)";
        let take = move |session: Arc<Session>| async move {
            let lease = LEASE.as_secs_f64();
            session.client.execute(take, &[&self.name, &self.locks.process, &self.number, &lease]).await
        };
        let is_taken = self.locks.link.run(LONGEST, take).await? == 1;
        if is_taken {
            self.locks.held().names.insert(self.number, self.name.clone());
        }
        Ok(is_taken)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.locks.held().names.remove(&self.number);
        // Without a runtime it is free after its lease.
        let (true, Ok(runtime)) = (self.may_be_taken, Handle::try_current()) else { return };
        let (locks, name, number) = (Arc::clone(&self.locks), std::mem::take(&mut self.name), self.number);
        runtime.spawn(async move {
            let free = "delete from spapi.locks where name = $1 and process = $2 and number = $3";
            let values = (&name, &locks.process, &number);
            let freed = locks.link.run(LONGEST, move |session: Arc<Session>| async move {
                session.client.execute(free, &[values.0, values.1, values.2]).await.map(drop)
            });
            if let Err(error) = freed.await {
                tracing::debug!(%error, "a lock is free after its lease only");
            }
        });
    }
}
