//! Looks into a file of SQLite that runs have filled.

use super::{OF_SLICE, Sqlite, failed, of};
use crate::destination::sql::quoted;
use crate::destination::{SliceId, Tables};
use crate::{Kind, Schema, Stream};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::path::Path;

/// Checks that a file exists and that a run has filled it.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    if !path.exists() {
        let error = Error::new(ErrorKind::Config, format!("the SQLite file {} does not exist", path.display()));
        return Err(error.with_hint("Run the connection first, or give another path."));
    }
    let is_ours = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| has_table(&connection, "_spapi_slices"));
    if is_ours.map_err(|error| failed(path, error))? {
        return Ok(());
    }
    let message = format!("the SQLite file {} has no state of a run", path.display());
    Err(Error::new(ErrorKind::Config, message).with_hint("Give a file that a run has filled."))
}

impl Tables for Sqlite {
    fn rows(
        &mut self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
    ) -> BoxFuture<'_, Result<Option<u64>, Error>> {
        let place = [connection.to_owned(), marketplace.to_owned()];
        self.shared.blocking(move |shared, inner| {
            let count = || {
                if !has_table(&inner.connection, stream.name)? {
                    return Ok(None);
                }
                let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
                let count = format!("select count(*) from {} where {of}", quoted(stream.name));
                inner.connection.query_row(&count, place, |row| row.get(0)).map(Some)
            };
            count().map_err(|error| failed(&shared.path, error))
        })
    }

    fn forget(&mut self, slices: Vec<SliceId>) -> BoxFuture<'_, Result<u64, Error>> {
        Box::pin(async move {
            slices.iter().try_for_each(|slice| self.epoch(&slice.connection).map(drop))?;
            let forgotten = self.shared.blocking(move |shared, inner| {
                forget(&mut inner.connection, &slices).map_err(|error| failed(&shared.path, error))
            });
            forgotten.await
        })
    }
}

fn forget(database: &mut Connection, slices: &[SliceId]) -> rusqlite::Result<u64> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut removed = 0;
    for id in slices {
        let SliceId { connection, stream, marketplace, slice } = id;
        let place = [connection, stream, marketplace, slice];
        let delete = |table: &str| transaction.execute(&format!("delete from {table} where {OF_SLICE}"), place);
        delete("_spapi_gaps")?;
        if delete("_spapi_slices")? == 0 {
            continue;
        }
        delete("_spapi_rejected")?;
        if Stream::find(stream).is_ok_and(|stream| stream.kind == Kind::Incremental) {
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
            let delete = format!("delete from {} where {of}", quoted(stream));
            removed += transaction.execute(&delete, [connection, marketplace, slice])? as u64;
        }
    }
    transaction.commit()?;
    Ok(removed)
}

pub(super) fn has_table(database: &Connection, name: &str) -> rusqlite::Result<bool> {
    let has = "select 1 from sqlite_master where type = 'table' and name = ?";
    Ok(database.query_row(has, [name], |_| Ok(())).optional()?.is_some())
}
