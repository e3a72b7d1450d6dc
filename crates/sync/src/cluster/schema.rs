//! The tables that workers share, and their versions.

use super::QUEUE;
use super::database::Database;
use graphile_worker::WorkerUtils;
use spapi_core::{Error, ErrorKind};

/// The version of the tables that this program makes.
pub(super) const VERSION: i32 = 1;
/// The advisory lock under which one program at a time makes or changes tables.
const LOCK: i64 = 0x7370_6170_6977_6f72;

/// What makes each version of the one before. A change that older programs can live with, such as a new column with a default, leaves
/// `oldest` as it is.
const STEPS: [&str; VERSION as usize] = ["
    create table spapi_workers.connections (
        connection text collate \"C\" primary key, queued_at timestamptz not null, next_at timestamptz
    );
    create table spapi_workers.streams (
        connection text collate \"C\", stream text collate \"C\", marketplace text collate \"C\",
        worker text not null, ran_at timestamptz not null, whole_at timestamptz, covered_until timestamptz,
        rows bigint not null, failure text,
        primary key (connection, stream, marketplace)
    );
    create index on spapi_workers.streams (worker);
"];

/// Makes the tables, or brings them up to date.
pub(super) async fn prepare(database: &Database) -> Result<(), Error> {
    let failed = |error| database.failed(&error);
    let mut client = database.client().await?;
    let transaction = client.transaction().await.map_err(failed)?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(failed)?;
    // Postgres asks for the right to make a schema even if it exists.
    let has = "select 1 from pg_namespace where nspname = 'spapi_workers'";
    if transaction.query_opt(has, &[]).await.map_err(failed)?.is_none() {
        let create = "create schema spapi_workers;
            create table spapi_workers.control (
                single boolean primary key default true check (single),
                version int not null, oldest int not null, draining boolean not null
            );
            insert into spapi_workers.control values (true, 0, 1, false);";
        transaction.batch_execute(create).await.map_err(failed)?;
    }
    let control = "select version, oldest from spapi_workers.control";
    let control = transaction.query_one(control, &[]).await.map_err(failed)?;
    let (version, oldest): (i32, i32) = (control.get(0), control.get(1));
    check(database, oldest)?;
    for step in STEPS.iter().skip(usize::try_from(version).unwrap_or_default()) {
        transaction.batch_execute(step).await.map_err(failed)?;
    }
    let update = "update spapi_workers.control set version = greatest(version, $1)";
    transaction.execute(update, &[&VERSION]).await.map_err(failed)?;
    // The queue makes its own tables, in transactions of its own, while the lock keeps other programs from doing so.
    let migrated = WorkerUtils::new(database.of_queue(), QUEUE).migrate().await;
    migrated.map_err(|error| {
        Error::new(ErrorKind::Config, format!("{} cannot hold the queue: {error}", database.name()))
            .with_hint("Grant the user CREATE on the database, or let one who has it run a worker first.")
    })?;
    transaction.commit().await.map_err(failed)
}

/// Refuses a database that only newer programs can work with.
pub(super) fn check(database: &Database, oldest: i32) -> Result<(), Error> {
    if oldest <= VERSION {
        return Ok(());
    }
    let place = database.name();
    let message = format!(
        "{place} was changed by a newer version of this program, and this one knows only version {VERSION} of its tables"
    );
    Err(Error::new(ErrorKind::Config, message).with_hint("Update this program."))
}
