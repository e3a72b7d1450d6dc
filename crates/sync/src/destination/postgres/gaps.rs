//! Why slices could not be read.

use super::table::{Place, of};
use crate::destination::{Gap, SliceId};
use jiff::Timestamp;
use spapi_core::{Error, ErrorKind};
use tokio_postgres::{Client, Transaction};

const TABLE: &str = "_spapi_gaps";

/// A gap with the times that its texts name.
pub(super) struct Noted {
    gap: Gap,
    failed_at: Timestamp,
    not_before: Option<Timestamp>,
}

impl Noted {
    /// # Errors
    /// When a text does not name a time.
    pub fn new(gap: Gap) -> Result<Self, Error> {
        let time = |text: &str| {
            text.parse::<Timestamp>().map_err(|error| {
                Error::new(ErrorKind::Input, format!("a gap has {text:?} where a time belongs")).with_source(error)
            })
        };
        let failed_at = time(&gap.failed_at)?;
        let not_before = (!gap.not_before.is_empty()).then(|| time(&gap.not_before)).transpose()?;
        Ok(Self { gap, failed_at, not_before })
    }

    pub fn id(&self) -> &SliceId {
        &self.gap.id
    }

    pub async fn write(&self, transaction: &Transaction<'_>, place: &Place) -> Result<(), tokio_postgres::Error> {
        let Self { gap: Gap { id, to, reason, attempts, .. }, failed_at, not_before } = self;
        let SliceId { connection, stream, marketplace, slice } = id;
        let upsert = format!(
            "insert into {} values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (connection, stream, marketplace, slice) do update set \"to\" = excluded.\"to\",
                reason = excluded.reason, attempts = excluded.attempts, failed_at = excluded.failed_at,
                not_before = excluded.not_before",
            place.table(TABLE)
        );
        let (reason, attempts) = (super::copy::storable(reason), *attempts as i64);
        transaction
            .execute(&upsert, &[connection, stream, marketplace, slice, to, &reason, &attempts, failed_at, not_before])
            .await
            .map(drop)
    }
}

/// Removes the gap of a slice, if there is one.
pub(super) async fn remove(
    transaction: &Transaction<'_>,
    place: &Place,
    id: &SliceId,
) -> Result<(), tokio_postgres::Error> {
    let SliceId { connection, stream, marketplace, slice } = id;
    let of = of(&["connection", "stream", "marketplace", "slice"]);
    let delete = format!("delete from {} where {of}", place.table(TABLE));
    transaction.execute(&delete, &[connection, stream, marketplace, slice]).await.map(drop)
}

/// The gaps of a connection.
pub(super) async fn all(client: &Client, place: &Place, connection: &str) -> Result<Vec<Gap>, tokio_postgres::Error> {
    let select = format!(
        "select stream, marketplace, slice, \"to\", reason, attempts, failed_at, not_before
         from {} where connection = $1 order by stream, marketplace, slice",
        place.table(TABLE)
    );
    let rows = client.query(&select, &[&connection]).await?;
    let gap = |row: &tokio_postgres::Row| Gap {
        id: SliceId {
            connection: connection.to_owned(),
            stream: row.get(0),
            marketplace: row.get(1),
            slice: row.get(2),
        },
        to: row.get(3),
        reason: row.get(4),
        attempts: row.get::<_, i64>(5) as u64,
        failed_at: row.get::<_, Timestamp>(6).to_string(),
        not_before: row.get::<_, Option<Timestamp>>(7).map(|time| time.to_string()).unwrap_or_default(),
    };
    Ok(rows.iter().map(gap).collect())
}
