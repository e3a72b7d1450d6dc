//! The schema `spapi` and its versions.

use crate::Database;
use spapi_core::{Error, ErrorKind};
use tokio_postgres::{Client, GenericClient};

/// A change of the schema.
struct Migration {
    number: i32,
    sql: &'static str,
    /// Whether programs that do not know it may go on.
    is_additive: bool,
}

/// All of them, in order. One that was published is never changed.
const MIGRATIONS: [Migration; 1] = [Migration { number: 1, sql: include_str!("1.sql"), is_additive: true }];

/// The key of the advisory lock under which the schema changes: "spapi" in ASCII.
const LOCK: i64 = 0x73_70_61_70_69;

/// Makes what the schema lacks. Programs that start at the same time do so one after another.
///
/// # Errors
/// When a newer version of this crate changed the schema in a way that this one does not understand, or the user lacks a right.
pub(crate) async fn prepare(client: &mut Client, database: &Database) -> Result<(), Error> {
    let failed = |error| database.failed(&error);
    let newest = check(&applied(&*client).await.map_err(failed)?, database)?;
    if MIGRATIONS.iter().all(|migration| migration.number <= newest) {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.batch_execute(&format!("select pg_advisory_xact_lock({LOCK})")).await.map_err(failed)?;
    // Another program may have made it meanwhile.
    let newest = check(&applied(&transaction).await.map_err(failed)?, database)?;
    if newest == 0 {
        // Postgres asks for the right to make a schema even if it exists.
        let schema = transaction.query_opt("select 1 from pg_namespace where nspname = 'spapi'", &[]).await;
        let schema = if schema.map_err(failed)?.is_none() { "create schema spapi;" } else { "" };
        let table = "create table spapi.migrations (
            number integer primary key,
            is_additive boolean not null,
            applied_at timestamptz not null default clock_timestamp()
        )";
        transaction.batch_execute(&format!("{schema} {table}")).await.map_err(failed)?;
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.number > newest) {
        transaction.batch_execute(migration.sql).await.map_err(failed)?;
        let note = "insert into spapi.migrations (number, is_additive) values ($1, $2)";
        transaction.execute(note, &[&migration.number, &migration.is_additive]).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The numbers of the changes that were made, and whether each is additive.
async fn applied(client: &impl GenericClient) -> Result<Vec<(i32, bool)>, tokio_postgres::Error> {
    // A table, since a function such as to_regclass answers from a cache, which may be older than the lock.
    let exists = "select exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'spapi' and c.relname = 'migrations'
    )";
    let found = client.query_one(exists, &[]).await?;
    if !found.try_get::<_, bool>(0)? {
        return Ok(Vec::new());
    }
    let rows = client.query("select number, is_additive from spapi.migrations", &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// The newest change, if this program understands the schema.
fn check(applied: &[(i32, bool)], database: &Database) -> Result<i32, Error> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.number);
    if let Some((number, _)) = applied.iter().find(|(number, is_additive)| *number > known && !is_additive) {
        let message = format!(
            "{}, has the schema spapi in version {number}, and this program understands versions up to {known}",
            database.name()
        );
        return Err(Error::new(ErrorKind::Config, message).with_hint("Update this program."));
    }
    Ok(applied.iter().map(|(number, _)| *number).max().unwrap_or_default())
}
