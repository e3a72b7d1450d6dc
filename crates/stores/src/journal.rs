//! The journal of jobs that all programs of a database share.

use crate::link::{LONGEST, Link, Session};
use crate::locks::Locks;
use spapi_core::{BoxFuture, Error, ErrorKind};
use spapi_jobs::journal::{Entry, JobKey, Journal, Lock};
use std::fmt;
use std::sync::Arc;
use tokio_postgres::types::ToSql;

/// The journal of jobs in a Postgres database, for all programs that use it: see [`Postgres::journal`](crate::Postgres::journal).
///
/// It has the contract of a [`FolderJournal`](spapi_jobs::FolderJournal), for many machines: a lock keeps all of them out. The locks of a
/// program that ended, or that does not reach the database any more, are free after 15 seconds. A program that was stopped for longer
/// and goes on cannot write that it requests something that another one requested meanwhile: its job fails before Amazon is asked.
///
/// An entry holds ids, types, marketplaces, options and times, and neither a secret nor a row of a report.
#[derive(Clone)]
pub struct PostgresJournal {
    pub(crate) link: Arc<Link>,
    pub(crate) locks: Arc<Locks>,
}

impl PostgresJournal {
    async fn select(&self, filter: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Entry>, Error> {
        let select = &format!("select key, entry::text from spapi.journal {filter} order by key");
        let select = move |session: Arc<Session>| async move {
            let rows = session.client.query(select, values).await?;
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
        };
        let found: Vec<(String, String)> = self.link.run(LONGEST, select).await?;
        found.iter().map(|(key, text)| self.entry(key, text)).collect()
    }

    fn entry(&self, key: &str, text: &str) -> Result<Entry, Error> {
        serde_json::from_str(text).map_err(|error| {
            let message = format!("the row {key} of spapi.journal in {} is not the entry of a job", self.link.name());
            Error::new(ErrorKind::Config, message).with_source(error).with_hint(
                "Amazon may have the report that it stood for. Remove the row if you want to request the report again.",
            )
        })
    }
}

impl Journal for PostgresJournal {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        Box::pin(async move { Ok(Lock::new(self.locks.lock(&format!("journal {name}")).await?)) })
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        Box::pin(async move {
            let key = &key.to_string();
            let select = move |session: Arc<Session>| async move {
                let row =
                    session.client.query_opt("select entry::text from spapi.journal where key = $1", &[key]).await?;
                row.map(|row| row.try_get::<_, String>(0)).transpose()
            };
            let found = self.link.run(LONGEST, select).await?;
            found.map(|text| self.entry(key, &text)).transpose()
        })
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let key = &key.to_string();
            let text = &serde_json::to_string(entry).map_err(|error| {
                Error::new(ErrorKind::Input, format!("the entry {key} cannot be written")).with_source(error)
            })?;
            let has_id = &entry.id.is_some();
            // Without an id it stands for a request that is about to be sent. That of another process stays, so that a process whose
            // lock was lost does not send the same.
            let insert = "insert into spapi.journal as known values ($1, $2::text::json, $3, clock_timestamp())
                on conflict (key) do update
                set entry = excluded.entry, process = excluded.process, written_at = excluded.written_at
                where $4 or known.process = excluded.process";
            let insert = move |session: Arc<Session>| async move {
                session.client.execute(insert, &[key, text, &self.locks.process, has_id]).await
            };
            if self.link.run(LONGEST, insert).await? == 0 {
                let message =
                    format!("another process requests the job {key}, because this one did not reach the journal");
                return Err(Error::new(ErrorKind::Lost, message).with_hint(
                    "Nothing was sent. Run again: the job continues with what the other process requested.",
                ));
            }
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let key = &key.to_string();
            let delete = move |session: Arc<Session>| async move {
                session.client.execute("delete from spapi.journal where key = $1", &[key]).await.map(drop)
            };
            self.link.run(LONGEST, delete).await
        })
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        Box::pin(self.select("", &[]))
    }

    fn entries_by_id<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<Entry>, Error>> {
        Box::pin(async move { self.select("where entry ->> 'id' = any ($1)", &[&ids]).await })
    }
}

impl fmt::Debug for PostgresJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresJournal").field(&self.link.name()).finish()
    }
}
