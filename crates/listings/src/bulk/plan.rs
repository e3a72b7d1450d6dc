//! Which way is faster under the quotas, before anything is sent.

use super::batch::Batch;
use spapi_core::Operation;
use spapi_feeds::v2021_06_30::meta::CREATE_FEED;
use spapi_jobs::ListingsFeed;
use spapi_listings_items::v2021_08_01::meta::{
    DELETE_LISTINGS_ITEM, PATCH_LISTINGS_ITEM, PUT_LISTINGS_ITEM, SEARCH_LISTINGS_ITEMS,
};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How many feeds of this type Amazon takes in a window, in each region.
pub(super) const FEEDS_IN_WINDOW: usize = 5;

/// The window.
pub(super) const WINDOW: Duration = Duration::from_secs(300);

/// How many SKUs one search reads.
pub(super) const SKUS_OF_SEARCH: usize = 20;

/// How long a feed is in the queue, and how many messages Amazon processes in a second. Amazon documents neither, so these are
/// cautious guesses.
const QUEUE: Duration = Duration::from_secs(120);
const MESSAGES_A_SECOND: f64 = 20.0;

/// What a message has beside its text: its id, and a comma.
const BYTES_OF_ID: usize = 24;

/// How a batch is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// By feeds of the type `JSON_LISTINGS_FEED`.
    Feed,
    /// By a call for each SKU.
    Api,
}

/// How long each way takes under the documented quotas, and which one is faster. Nothing is sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// How many SKUs are sent.
    pub skus: usize,
    /// How many feeds they need.
    pub feeds: usize,
    /// How long feeds take until Amazon has processed the last: a guess, since Amazon documents the quota and not the speed.
    pub by_feed: Duration,
    /// How long calls take, one for each SKU.
    pub by_api: Duration,
    /// How long it then takes to read each listing once.
    pub reading: Duration,
    /// The faster way.
    pub faster: Way,
}

impl Plan {
    /// Plans a batch that is checked, with the largest feeds that Amazon takes.
    pub fn of(batch: &Batch) -> Self {
        Self::with(batch, &ListingsFeed::new(""))
    }

    pub(super) fn with(batch: &Batch, feed: &ListingsFeed) -> Self {
        let (mut feeds, mut messages, mut bytes) = (0, 0, 0);
        let (most_messages, most_bytes) = feed.limits();
        let (mut puts, mut patches, mut deletions) = (0, 0, 0);
        for item in batch.prepared() {
            let size = item.message.len() + BYTES_OF_ID;
            if feeds == 0 || messages == most_messages || bytes + size > most_bytes {
                (feeds, messages, bytes) = (feeds + 1, 0, 0);
            }
            messages += 1;
            bytes += size;
            match (item.is_deletion, item.needs_listing) {
                (true, _) => deletions += 1,
                (false, true) => patches += 1,
                (false, false) => puts += 1,
            }
        }
        let skus = puts + patches + deletions;
        let last_feed = under(&CREATE_FEED, feeds).max(WINDOW * windows_before(feeds));
        let processing = if skus == 0 { Duration::ZERO } else { QUEUE + of_seconds(skus as f64 / MESSAGES_A_SECOND) };
        let calls = [(&PUT_LISTINGS_ITEM, puts), (&PATCH_LISTINGS_ITEM, patches), (&DELETE_LISTINGS_ITEM, deletions)];
        let by_feed = last_feed + processing;
        // Operations have quotas of their own, so that their calls run side by side.
        let by_api = calls.iter().map(|(operation, count)| under(operation, *count)).max().unwrap_or_default();
        let reading = under(&SEARCH_LISTINGS_ITEMS, skus.div_ceil(SKUS_OF_SEARCH));
        let faster = if by_feed < by_api { Way::Feed } else { Way::Api };
        Self { skus, feeds, by_feed, by_api, reading, faster }
    }
}

/// When the last of that many calls can be sent, if the quota is full at first.
fn under(operation: &Operation, calls: usize) -> Duration {
    let Some(rate) = operation.rate else { return Duration::ZERO };
    let waiting = calls.saturating_sub(rate.burst as usize);
    of_seconds(waiting as f64 / rate.per_second)
}

fn of_seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// How many windows pass before the last feed.
fn windows_before(feeds: usize) -> u32 {
    u32::try_from(feeds.saturating_sub(1) / FEEDS_IN_WINDOW).unwrap_or(u32::MAX)
}

/// `feed` or `api`.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Feed => "feed",
            Self::Api => "api",
        })
    }
}

impl FromStr for Way {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "feed" => Ok(Self::Feed),
            "api" => Ok(Self::Api),
            _ => Err("the way is feed or api"),
        }
    }
}

/// `4 SKUs: 1 feed in about 121 s, or 4 calls in about 1 s, and about 1 s to read the listings; api is faster`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "{}: {} in about {}, or {} in about {}, and about {} to read the listings; {} is faster",
            counted(self.skus, "SKU"),
            counted(self.feeds, "feed"),
            Lasting(self.by_feed),
            counted(self.skus, "call"),
            Lasting(self.by_api),
            Lasting(self.reading),
            self.faster
        )
    }
}

/// A time in the unit that a person reads.
struct Lasting(Duration);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs().max(1);
        match seconds {
            0..120 => write!(f, "{seconds} s"),
            120..7200 => write!(f, "{} min", seconds.div_ceil(60)),
            _ => write!(f, "{} h", seconds.div_ceil(3600)),
        }
    }
}
