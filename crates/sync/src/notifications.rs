//! Notifications into tables: one for each notification type.

use crate::destination::{Destination, SliceId, SliceSource};
use crate::schema::microseconds;
use crate::{Batcher, Kind, Schema, Value};
use jiff::Timestamp;
use spapi_core::{DateTime, Error};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A notification as a row of its type's table. The table has the columns of the connector and one for each field here; of rows with the
/// same id the later one counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NotificationRow {
    /// The name of the table: the notification type, or a common one for types that are not known.
    pub table: &'static str,
    /// Amazon's id of the notification, which is the key.
    pub notification_id: String,
    /// The notification type.
    pub notification_type: String,
    /// The version of the payload.
    pub payload_version: String,
    /// When it happened. A text that is not a time leaves the column empty.
    pub event_time: Option<DateTime>,
    /// When Amazon sent it.
    pub publish_time: Option<DateTime>,
    /// The seller or vendor.
    pub seller_id: Option<String>,
    /// Amazon's id of the marketplace.
    pub marketplace_id: Option<String>,
    /// The payload as JSON.
    pub payload: String,
}

/// The tables of notifications in a destination, claimed for this value until it is dropped.
pub struct NotificationTables {
    destination: Box<dyn Destination>,
    connection: String,
}

impl NotificationTables {
    /// Takes a connection of the destination. Rows of different connections have different keys.
    ///
    /// # Errors
    /// When another program has the connection, or the destination cannot be used.
    pub async fn claim(mut destination: Box<dyn Destination>, connection: impl Into<String>) -> Result<Self, Error> {
        let connection = connection.into();
        destination.claim(&connection).await?;
        Ok(Self { destination, connection })
    }

    /// Commits rows, table by table. When it returns, all are in the destination for good.
    ///
    /// # Errors
    /// When the destination fails, or another program has claimed the connection. Rows of some tables may be committed then, which does
    /// no harm when they are committed again.
    pub async fn commit(&mut self, rows: impl IntoIterator<Item = NotificationRow>) -> Result<(), Error> {
        let mut tables: BTreeMap<&'static str, Vec<NotificationRow>> = BTreeMap::new();
        for row in rows {
            tables.entry(row.table).or_default().push(row);
        }
        for (table, rows) in tables {
            self.commit_table(table, rows).await?;
        }
        Ok(())
    }

    async fn commit_table(&mut self, table: &'static str, rows: Vec<NotificationRow>) -> Result<(), Error> {
        let schema = Arc::new(Schema::of_notifications(table));
        // A slice that has been committed would be replaced, so each has a name of its own.
        let first = rows.first().map(|row| row.notification_id.as_str()).unwrap_or_default();
        let id = SliceId {
            connection: self.connection.clone(),
            stream: table.to_owned(),
            marketplace: String::new(),
            slice: format!("{:.6} {first}", Timestamp::now()),
        };
        let mut writing = self.destination.begin(id.clone(), Arc::clone(&schema), Kind::Incremental).await?;
        let mut batcher = Batcher::new(schema);
        // A key that comes twice within a slice would make two rows.
        let mut seen = HashSet::new();
        for row in rows.into_iter().rev().filter(|row| seen.insert(row.notification_id.clone())) {
            if let Some(batch) = batcher.push(row.values(&id)) {
                writing.write(batch).await?;
            }
        }
        if let Some(batch) = batcher.finish() {
            writing.write(batch).await?;
        }
        writing.commit(SliceSource::default()).await.map(drop)
    }
}

impl NotificationRow {
    /// A value for each column of [`Schema::of_notifications`].
    fn values(self, id: &SliceId) -> Vec<Value> {
        let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
        let time = |time: Option<DateTime>| {
            time.and_then(|time| microseconds(&time).ok()).map_or(Value::Null, Value::Timestamp)
        };
        vec![
            Value::Text(id.connection.clone()),
            Value::Text(id.marketplace.clone()),
            Value::Text(id.slice.clone()),
            Value::Integer(0),
            Value::Null,
            Value::Text(self.notification_id),
            Value::Text(self.notification_type),
            Value::Text(self.payload_version),
            time(self.event_time),
            time(self.publish_time),
            text(self.seller_id),
            text(self.marketplace_id),
            Value::Json(self.payload),
        ]
    }
}
