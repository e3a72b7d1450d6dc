//! Waits until a listing is what was asked for.

mod pace;

pub(crate) use pace::{Pace, Seat, after};

use crate::listing::{Listing, ListingStatus, Listings};
use crate::{Issue, Issues};
use serde::Serialize;
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// How long a wait lasts unless the caller says otherwise.
const USUAL_DEADLINE: Duration = Duration::from_secs(30 * 60);

/// Waits until a listing is what was asked for. [`Listings::wait`] makes it.
///
/// Amazon's `ACCEPTED` is not a live listing: what was accepted can fail later, or never appear. The wait ends when the
/// listing has the wanted status, when it has an error, or at the deadline. Await it for the outcome, or call
/// [`try_next`](Self::try_next) for each look on the way.
#[must_use = "it does nothing unless it is awaited"]
pub struct Wait {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    wanted: Wanted,
    longest: Duration,
    known: Issues,
    stage: Stage,
}

enum Wanted {
    Status(Vec<ListingStatus>),
    Deleted,
}

enum Stage {
    Start,
    Waiting(Box<Waiting>),
    Over(Option<Box<Waited>>),
}

struct Waiting {
    seat: Seat,
    deadline: Instant,
    look_at: Instant,
    looks: u32,
    /// What Amazon showed last.
    listing: Option<Listing>,
}

/// A look at the listing that did not end the wait.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Look {
    /// What Amazon shows. `None` if Amazon does not have the listing, or could not be asked.
    pub listing: Option<Listing>,
    /// How long until the next look, unless a notification comes.
    pub next: Duration,
}

/// What came of a wait.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Waited {
    /// How it ended.
    pub ended: WaitEnded,
    /// What Amazon showed last. `None` if Amazon never showed the listing, or it is deleted as was asked for.
    pub listing: Option<Listing>,
    /// How often Amazon was asked.
    pub looks: u32,
}

/// How a wait ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
#[non_exhaustive]
pub enum WaitEnded {
    /// The listing is what was asked for.
    Reached,
    /// The listing has errors that were not among the known ones.
    Failed {
        /// The errors.
        issues: Issues,
    },
    /// Amazon did not show the listing before the deadline.
    NotCreated,
    /// The listing did not have the wanted status before the deadline.
    NotYet {
        /// What is missing.
        missing: Vec<ListingStatus>,
    },
    /// Amazon still showed the listing at the deadline.
    NotDeleted,
}

impl Wait {
    pub(crate) fn new(listings: Listings, sku: String, marketplace: Marketplace) -> Self {
        Self {
            listings,
            sku,
            marketplace,
            wanted: Wanted::Status(vec![ListingStatus::Buyable, ListingStatus::Discoverable]),
            longest: USUAL_DEADLINE,
            known: Issues::default(),
            stage: Stage::Start,
        }
    }

    /// Sets what the listing must be. By default it must be buyable and discoverable. With no status at all it must exist.
    pub fn until(mut self, statuses: impl IntoIterator<Item = impl Into<ListingStatus>>) -> Self {
        self.wanted = Wanted::Status(statuses.into_iter().map(Into::into).collect());
        self
    }

    /// Waits until Amazon no longer shows the listing in this marketplace.
    pub fn until_deleted(mut self) -> Self {
        self.wanted = Wanted::Deleted;
        self
    }

    /// Sets how long it waits at most. By default half an hour.
    pub fn deadline(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Names issues that the listing had before, which do not end the wait.
    pub fn despite(mut self, known: Issues) -> Self {
        self.known = known;
        self
    }

    /// Looks at the listing once it is time. `None` when the wait is over; then await it for the outcome.
    ///
    /// # Errors
    /// When Amazon refuses the call, or cannot be reached at the deadline.
    pub async fn try_next(&mut self) -> Result<Option<Look>, Error> {
        if let Stage::Start = self.stage {
            let seat = self.listings.pace().wait_here(&self.sku);
            let (deadline, look_at) = (after(self.longest), Instant::now());
            self.stage = Stage::Waiting(Box::new(Waiting { seat, deadline, look_at, looks: 0, listing: None }));
        }
        let Stage::Waiting(waiting) = &mut self.stage else { return Ok(None) };
        waiting.seat.until(waiting.look_at).await;
        waiting.looks = waiting.looks.saturating_add(1);
        let found = match self.listings.find(&self.sku, self.marketplace).await {
            Ok(found) => Ok(found),
            Err(error) if may_pass(&error) => Err(error),
            Err(error) => return Err(error),
        };
        let is_late = Instant::now() >= waiting.deadline;
        let ended = match &found {
            Ok(found) => end(&self.wanted, found.as_ref(), &self.known, self.marketplace),
            Err(_) => None,
        };
        let ended = match (ended, &found) {
            (None, Err(error)) if is_late => return Err(error.clone()),
            (None, Ok(found)) if is_late => Some(too_late(&self.wanted, found.as_ref().or(waiting.listing.as_ref()))),
            (ended, _) => ended,
        };
        let found = found.unwrap_or_default();
        let is_gone = matches!(self.wanted, Wanted::Deleted) && ended == Some(WaitEnded::Reached);
        if found.is_some() || is_gone {
            waiting.listing.clone_from(&found);
        }
        if let Some(ended) = ended {
            let (listing, looks) = (waiting.listing.take(), waiting.looks);
            self.stage = Stage::Over(Some(Box::new(Waited { ended, listing, looks })));
            return Ok(None);
        }
        let pause = waiting.seat.looked();
        // The last look is at the deadline.
        waiting.look_at = after(pause).min(waiting.deadline);
        Ok(Some(Look { listing: found, next: waiting.look_at.saturating_duration_since(Instant::now()) }))
    }

    async fn finish(mut self) -> Result<Waited, Error> {
        while self.try_next().await?.is_some() {}
        match self.stage {
            Stage::Over(Some(waited)) => Ok(*waited),
            _ => Err(Error::new(ErrorKind::Input, "the wait has given its outcome already")),
        }
    }
}

/// How the wait ends with this listing, if it does.
fn end(wanted: &Wanted, listing: Option<&Listing>, known: &Issues, marketplace: Marketplace) -> Option<WaitEnded> {
    let Wanted::Status(statuses) = wanted else { return listing.is_none().then_some(WaitEnded::Reached) };
    let listing = listing?;
    if statuses.iter().all(|status| listing.is(status)) {
        return Some(WaitEnded::Reached);
    }
    let is_new = |issue: &&Issue| issue.is_in_the_way() && issue.is_of(marketplace.id());
    let issues: Issues = listing.issues.since(known).iter().filter(is_new).cloned().collect();
    (!issues.is_empty()).then_some(WaitEnded::Failed { issues })
}

/// How the wait ends at the deadline.
fn too_late(wanted: &Wanted, listing: Option<&Listing>) -> WaitEnded {
    match (wanted, listing) {
        (Wanted::Deleted, _) => WaitEnded::NotDeleted,
        (Wanted::Status(_), None) => WaitEnded::NotCreated,
        (Wanted::Status(statuses), Some(listing)) => {
            WaitEnded::NotYet { missing: statuses.iter().filter(|status| !listing.is(status)).cloned().collect() }
        }
    }
}

/// Whether the next look may succeed.
pub(crate) fn may_pass(error: &Error) -> bool {
    let kind = matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Lost | ErrorKind::Decode);
    kind || error.is_throttled() || error.is_server_error()
}

impl IntoFuture for Wait {
    type Output = Result<Waited, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finish())
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("sku", &self.sku).field("marketplace", &self.marketplace).finish_non_exhaustive()
    }
}

/// One line for a user: `not on sale yet: BUYABLE is missing`.
impl fmt::Display for WaitEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached => f.write_str("reached"),
            Self::Failed { issues } => write!(f, "the listing has {} in the way", count(issues.len())),
            Self::NotCreated => f.write_str("not created: Amazon does not show the listing"),
            Self::NotYet { missing } => {
                let missing: Vec<_> = missing.iter().map(ListingStatus::as_str).collect();
                write!(f, "not on sale yet: {} is missing", missing.join(" and "))
            }
            Self::NotDeleted => f.write_str("not deleted: Amazon still shows the listing"),
        }
    }
}

fn count(errors: usize) -> String {
    format!("{errors} error{}", if errors == 1 { "" } else { "s" })
}
