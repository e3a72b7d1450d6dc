//! Which streams are queued, and when.

use super::Cluster;
use super::places::{Unit, unit};
use crate::engine::stream_ids;
use crate::{Connection, Schedule};
use jiff::Timestamp;
use spapi_core::Error;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// The name of the jobs that read streams. Jobs that this version could not do would have another name, so that it leaves them to newer
/// workers.
pub(super) const READ: &str = "read_stream";
/// As many streams of a connection are due at once as a run of one process reads side by side. Each further one is due a second after
/// the one before, so that a connection with many does not keep all workers from the others.
const AT_ONCE: i64 = 16;
/// A job is tried again without end: only its last error says whether it can ever succeed.
const MOST_ATTEMPTS: i32 = i16::MAX as i32;

impl Cluster {
    /// Queues the streams of a connection, so that the next free worker reads what is due of them. A stream that is queued or
    /// being read already stays as it is. Returns how many are queued then.
    ///
    /// # Errors
    /// When the database cannot be used, or the connection's destination is one that several machines cannot share.
    pub async fn queue(&self, connection: &Connection) -> Result<u64, Error> {
        self.queue_until(connection, None).await
    }

    async fn queue_until(&self, connection: &Connection, next: Option<SystemTime>) -> Result<u64, Error> {
        let (streams, marketplaces): (Vec<_>, Vec<_>) = match unit(connection)? {
            Unit::Stream => stream_ids(connection).into_iter().map(|id| (id.stream, id.marketplace)).unzip(),
            Unit::Connection => (vec![String::new()], vec![String::new()]),
        };
        let failed = |error| self.0.failed(&error);
        let mut client = self.0.client().await?;
        let transaction = client.transaction().await.map_err(failed)?;
        let add = format!(
            "select count(*)
             from unnest($2::text[], $3::text[]) with ordinality as one(stream, marketplace, place),
                lateral spapi_queue.add_job(
                    identifier => '{READ}',
                    payload => json_build_object('connection', $1::text, 'stream', stream, 'marketplace', marketplace),
                    run_at => now() + greatest(place - {AT_ONCE}, 0) * interval '1 second',
                    max_attempts => {MOST_ATTEMPTS},
                    job_key => $1::text || '/' || stream || '/' || marketplace,
                    job_key_mode => 'unsafe_dedupe'
                ) as job"
        );
        let added = transaction.query_one(&add, &[&connection.name, &streams, &marketplaces]).await.map_err(failed)?;
        let note = "insert into spapi_workers.connections values ($1, now(), $2)
            on conflict (connection) do update set queued_at = excluded.queued_at, next_at = excluded.next_at";
        let next = next.and_then(|next| Timestamp::try_from(next).ok());
        transaction.execute(note, &[&connection.name, &next]).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(added.get::<_, i64>(0) as u64)
    }

    /// Queues the connections whose time has come since they were queued the last time, and those that never were. A connection
    /// without a schedule goes by `usual`. What fails is returned; the other connections go on.
    pub(super) async fn queue_due(
        &self,
        connections: &[Arc<Connection>],
        usual: Option<&Schedule>,
    ) -> Result<(u64, Vec<Error>), Error> {
        let now = self.now().await?;
        let rows = self.0.rows("select connection, queued_at from spapi_workers.connections", &[]).await?;
        let queued: HashMap<String, SystemTime> =
            rows.iter().map(|row| (row.get(0), row.get::<_, Timestamp>(1).into())).collect();
        let (mut streams, mut errors) = (0, Vec::new());
        for connection in connections {
            let schedule = connection.every.as_ref().or(usual);
            let is_due = match queued.get(&connection.name) {
                None => true,
                Some(before) => {
                    schedule.and_then(|schedule| schedule.next_after(*before)).is_some_and(|next| next <= now)
                }
            };
            if is_due {
                let next = schedule.and_then(|schedule| schedule.next_after(now));
                match self.queue_until(connection, next).await {
                    Ok(added) => streams += added,
                    Err(error) => errors.push(error),
                }
            }
        }
        Ok((streams, errors))
    }
}
