//! `spapi feed status`: how far Amazon is with feeds.

use crate::connection::{Connection, Needs, Place};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::marketplace::codes;
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use clap::Args;
use serde_json::Value;
use spapi_feeds::v2021_06_30::Feeds;
use spapi_feeds::v2021_06_30::types::Feed;

#[derive(Debug, Args)]
pub struct Options {
    /// The ids of the feeds, as `spapi feed submit` prints them.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    #[command(flatten)]
    place: Place,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let api = Feeds::new(&connected.client);
    let mut interrupt = Interrupt::new();
    let mut feeds = Vec::new();
    for id in &options.ids {
        let feed = interrupt.or(notes::while_waiting(api.get_feed(id).send())).await?;
        feeds.push(feed.map_err(|error| connected.failure(error))?.into_inner());
    }
    let json = |feed: &Feed| serde_json::to_value(feed).unwrap_or(Value::Null);
    Ok(output::list(options.format, COLUMNS, feeds.into_iter(), row, json)?)
}

const COLUMNS: &[Column] = &[
    Column::text("FEED ID"),
    Column::text("TYPE"),
    Column::text("STATUS"),
    Column::text("CREATED"),
    Column::text("STARTED"),
    Column::text("ENDED"),
    Column::text("MARKETS"),
];

fn row(feed: &Feed) -> Vec<String> {
    let time = |time: &Option<spapi_core::DateTime>| time.as_ref().map(ToString::to_string).unwrap_or_default();
    vec![
        feed.feed_id.clone(),
        feed.feed_type.clone(),
        feed.processing_status.to_string(),
        time(&feed.created_time),
        time(&feed.processing_start_time),
        time(&feed.processing_end_time),
        codes(&feed.marketplace_ids),
    ]
}
