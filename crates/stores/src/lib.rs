#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod database;
mod fault;
#[cfg(feature = "journal")]
mod journal;
mod link;
mod locks;
mod quota;
mod schema;
mod seal;
mod tokens;

pub use database::Database;
pub use fault::Advice;
#[cfg(feature = "journal")]
pub use journal::PostgresJournal;
pub use quota::Quota;
pub use tokens::Tokens;

use link::Link;
use locks::Locks;
use spapi_core::Error;
use std::fmt;
use std::sync::Arc;

/// A Postgres database in which programs on any number of machines share quotas, tokens and a journal.
///
/// A program needs one session of the server for all of them, which is opened again when it ends. Clones use the same session.
/// Everything is in the schema `spapi`, which is made at the first connection.
#[derive(Clone)]
pub struct Postgres {
    link: Arc<Link>,
    locks: Arc<Locks>,
}

impl Postgres {
    /// Connects to the database of a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`, as
    /// [`Database::parse`] reads it. The schema `spapi` is created or brought up to date, if it is not.
    ///
    /// Give the address of the server itself, or of a pooler that keeps a session for each client: not of one that gives each
    /// transaction another session.
    ///
    /// # Errors
    /// When the URL cannot be read, there is no such server or database, it refuses the user, or a newer version of this crate has
    /// changed the schema so that this one cannot use it. No error has the URL.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let link = Link::open(url).await?;
        let locks = Locks::new(&link)?;
        Ok(Self { link, locks })
    }

    /// The quotas, for [`Quotas::with_store`](spapi_core::Quotas::with_store).
    pub fn quota(&self) -> Quota {
        Quota(Arc::clone(&self.link))
    }

    /// The access tokens, for [`ClientBuilder::token_store`](spapi_core::client::ClientBuilder::token_store).
    pub fn tokens(&self) -> Tokens {
        Tokens::new(&self.link, &self.locks)
    }

    /// The journal, for [`Reports::journal`](spapi_jobs::Reports::journal), and for feeds and queries likewise.
    #[cfg(feature = "journal")]
    pub fn journal(&self) -> PostgresJournal {
        PostgresJournal { link: Arc::clone(&self.link), locks: Arc::clone(&self.locks) }
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.link.name()).finish()
    }
}
