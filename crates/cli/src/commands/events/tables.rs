//! Notifications into the tables of a destination of the connector, one for each type.

use super::print::payload_without_secrets;
use super::work::Ending;
use crate::exit::{Exit, Failure};
use crate::syncing::destination;
use spapi_events::consume::{Delivery, HandlerError};
use spapi_events::facts;
use spapi_sync::{DestinationSettings, FileFormat, NotificationRow, NotificationTables};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The table of types that are not known.
const OTHERS: &str = "OTHER_NOTIFICATIONS";

/// The most notifications of one commit.
const AT_ONCE: usize = 1000;

/// Where the tables are.
#[derive(Clone, Debug)]
pub struct To(DestinationSettings);

impl FromStr for To {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "give sqlite:FILE, folder:FOLDER, bucket:URL or postgres:VARIABLE";
        let (kind, place) = text.split_once(':').filter(|(_, place)| !place.is_empty()).ok_or(FORMS)?;
        let missing = |feature: &str| {
            Err(format!(
                "this program was built without it: install it with cargo install spapi-cli --features {feature}"
            ))
        };
        Ok(Self(match kind {
            "sqlite" => DestinationSettings::Sqlite(place.into()),
            "folder" if !cfg!(feature = "parquet") => return missing("parquet"),
            "folder" => DestinationSettings::Folder { path: place.into(), format: FileFormat::Parquet },
            "bucket" if !cfg!(feature = "cloud") => return missing("cloud"),
            "bucket" => DestinationSettings::Bucket { url: place.to_owned(), format: FileFormat::Parquet },
            "postgres" if place.starts_with("//") => {
                return Err(
                    "a URL would stay in the shell's history: give postgres:VARIABLE, with the variable that has it"
                        .to_owned(),
                );
            }
            "postgres" if !cfg!(feature = "postgres") => return missing("postgres"),
            "postgres" => DestinationSettings::Postgres { env: place.to_owned(), schema: "public".to_owned() },
            _ => return Err(FORMS.to_owned()),
        }))
    }
}

/// A row to commit, and who waits for it.
type Order = (NotificationRow, oneshot::Sender<()>);

/// Writes notifications to tables. All that wait while a commit runs are in the next one.
#[derive(Clone)]
pub struct Tables(mpsc::Sender<Order>);

impl Tables {
    pub async fn open(to: &To, connection: &str, ending: Arc<Ending>) -> Result<Self, Failure> {
        let tables = destination::open_at(&to.0, Path::new("--to")).await?;
        let claimed = NotificationTables::claim(tables, connection).await;
        let tables = claimed.map_err(|error| {
            Failure::from(error).and_next("programs that write there at a time need a --connection NAME each")
        })?;
        let (sender, orders) = mpsc::channel(AT_ONCE);
        tokio::spawn(commit_all(tables, orders, ending));
        Ok(Self(sender))
    }

    /// Returns when the notification is committed.
    pub async fn write(&self, delivery: &Delivery) -> Result<(), HandlerError> {
        let failed = || HandlerError::new("the destination has failed");
        let (sender, committed) = oneshot::channel();
        self.0.send((row(delivery), sender)).await.map_err(|_| failed())?;
        committed.await.map_err(|_| failed())
    }
}

/// Commits until nobody is left who could write, or the destination fails.
async fn commit_all(mut tables: NotificationTables, mut orders: mpsc::Receiver<Order>, ending: Arc<Ending>) {
    let mut taken = Vec::new();
    while orders.recv_many(&mut taken, AT_ONCE).await > 0 {
        let (rows, waiting): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        if let Err(error) = tables.commit(rows).await {
            // Those who wait see that their sender is gone.
            ending.begin(
                Failure::from(error)
                    .with_exit(Exit::Failed)
                    .and_next("nothing that was not committed was deleted from the queue"),
            );
            return;
        }
        for one in waiting {
            // Nobody waits for work that took too long.
            let _ = one.send(());
        }
    }
}

fn row(delivery: &Delivery) -> NotificationRow {
    let name = delivery.notification_type.as_str();
    NotificationRow {
        table: facts::newest(name).map_or(OTHERS, |facts| facts.name),
        notification_id: delivery.identity(),
        notification_type: name.to_owned(),
        payload_version: delivery.payload_version.clone(),
        event_time: delivery.event_time.clone(),
        publish_time: delivery.metadata.publish_time.clone(),
        seller_id: delivery.seller_id().map(str::to_owned),
        marketplace_id: delivery.marketplace_id().map(str::to_owned),
        payload: payload_without_secrets(delivery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_has_a_kind_and_a_place() {
        assert!(
            matches!("sqlite:a.db".parse(), Ok(To(DestinationSettings::Sqlite(path))) if path == Path::new("a.db"))
        );
        for (wrong, why) in [
            ("a.db", "sqlite:FILE"),
            ("sqlite:", "sqlite:FILE"),
            ("mysql:x", "sqlite:FILE"),
            ("postgres://u:p@h/d", "history"),
        ] {
            let error = wrong.parse::<To>().unwrap_err();
            assert!(error.contains(why) && !error.contains("u:p"), "{wrong}: {error}");
        }
    }
}
