//! `spapi events status`: the destinations, and what is subscribed and what is not.

use super::{check_type, type_name};
use crate::completion;
use crate::connection::{Connection, Needs, Place};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_core::Error;
use spapi_events::setup::{DestinationStatus, Setup, Status, Subscribed};

const HELP: &str = "\
Amazon shows the subscriptions to one type at a time, one call a second: a list of all types takes half a minute.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// Only these types [default: all that can be subscribed to].
    #[arg(
        value_name = "TYPE",
        value_delimiter = ',',
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::notification_types)
    )]
    types: Vec<String>,

    #[command(flatten)]
    force: Force,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,
}

/// A line of the list.
enum Entry<'a> {
    Destination(&'a DestinationStatus),
    Subscribed(&'a Subscribed, Option<&'a DestinationStatus>),
    Missing(&'a str),
    Unknown(&'a str, &'a Error),
}

const COLUMNS: &[Column] = &[
    Column::text("WHAT"),
    Column::text("TYPE"),
    Column::text("VERSION"),
    Column::text("DESTINATION"),
    Column::text("FILTER"),
    Column::text("ID"),
];

pub async fn run(options: Options) -> Result<(), Failure> {
    options.types.iter().try_for_each(|name| check_type(name, &options.force))?;
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let status = Interrupt::new().or(notes::while_waiting(Setup::status(&connected.client, options.types))).await?;
    let status = status.map_err(|error| connected.failure(error))?;
    output::list(options.format, COLUMNS, entries(&status).into_iter(), row, json)?;
    for (_, name, error) in &status.unknown {
        notes::warn(format!("{name}: {error}"));
    }
    Ok(())
}

fn entries(status: &Status) -> Vec<Entry<'_>> {
    let destinations = status.destinations.iter().map(Entry::Destination);
    let subscribed = status.subscribed.iter().map(|known| Entry::Subscribed(known, status.destination(known)));
    let missing = status.missing.iter().map(|(_, name)| Entry::Missing(name));
    let unknown = status.unknown.iter().map(|(_, name, error)| Entry::Unknown(name, error));
    destinations.chain(subscribed).chain(missing).chain(unknown).collect()
}

/// The target, or the name of a destination of a kind that this version does not know.
fn target(destination: &DestinationStatus) -> String {
    destination.target.as_ref().map_or_else(|| destination.name.clone(), ToString::to_string)
}

fn row(entry: &Entry<'_>) -> Vec<String> {
    let cells = match entry {
        Entry::Destination(known) => {
            ["destination", "", "", &format!("{} ({})", known.name, target(known)), "", &known.id].map(str::to_owned)
        }
        Entry::Subscribed(known, destination) => [
            "subscribed".to_owned(),
            known.notification_type.clone(),
            known.payload_version.clone(),
            destination.map_or_else(|| format!("{}, which is gone", known.destination_id), target),
            known.filter.to_string(),
            known.id.clone(),
        ],
        Entry::Missing(name) => ["not subscribed", name, "", "", "", ""].map(str::to_owned),
        Entry::Unknown(name, _) => ["not shown", name, "", "", "", ""].map(str::to_owned),
    };
    cells.to_vec()
}

fn json(entry: &Entry<'_>) -> Value {
    match entry {
        Entry::Destination(known) => json!({
            "what": "destination", "destinationId": known.id, "name": known.name, "target": known.target,
            "eventSource": known.event_source,
        }),
        Entry::Subscribed(known, destination) => json!({
            "what": "subscribed", "notificationType": known.notification_type, "payloadVersion": known.payload_version,
            "subscriptionId": known.id, "destinationId": known.destination_id, "filter": known.filter.to_string(),
            "target": destination.and_then(|known| known.target.as_ref()),
        }),
        Entry::Missing(name) => json!({ "what": "not-subscribed", "notificationType": name }),
        Entry::Unknown(name, error) => {
            json!({ "what": "not-shown", "notificationType": name, "error": error.to_string() })
        }
    }
}
