//! The state that the answers of one sandbox depend on.

use crate::consent::Application;
use crate::examples::Examples;
use crate::faults::Faults;
use crate::http::{ApiError, Held, RequestLog, Room};
use crate::keep::Keeper;
use crate::login::{Login, Roles};
use crate::quota::Quota;
use crate::seal::Seal;
use crate::sections::data_kiosk::Queries;
use crate::sections::differences::Differences;
use crate::sections::documents::Documents;
use crate::sections::fba_inventory::Inventory;
use crate::sections::feeds::Feeds;
use crate::sections::fulfillment_inbound::Plans;
use crate::sections::fulfillment_outbound::FulfillmentOrders;
use crate::sections::notifications::Notifications;
use crate::sections::product_type_definitions::Releases;
use crate::sections::reports::Reports;
use crate::shop::listings::Listings;
use crate::shop::{Catalog, Shop};
use axum::body::Body;
use spapi_types::Region;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;
use tokio::sync::Semaphore;

/// The state that the answers of one sandbox depend on.
#[derive(Debug)]
pub(crate) struct Server {
    /// The region of a request that names none.
    pub(crate) region: Region,
    /// What decides the shop: the seed, the number of orders in each region, and the time from which they date back.
    pub(crate) seed: u64,
    pub(crate) orders: usize,
    pub(crate) began: SystemTime,
    pub(crate) login: Login,
    /// How the application is registered with Amazon.
    pub(crate) application: Application,
    pub(crate) quota: Quota,
    pub(crate) shop: Shop,
    pub(crate) inventory: Inventory,
    pub(crate) listings: Listings,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) documents: Documents,
    pub(crate) reports: Reports,
    pub(crate) feeds: Feeds,
    pub(crate) queries: Queries,
    pub(crate) notifications: Notifications,
    pub(crate) releases: Releases,
    pub(crate) differences: Differences,
    pub(crate) fulfillment: FulfillmentOrders,
    pub(crate) plans: Plans,
    /// What the application may see of buyers.
    pub(crate) roles: Roles,
    pub(crate) clock: crate::Clock,
    /// Seals the page tokens, and the time at which a consent page was shown.
    pub(crate) pages: Seal,
    /// The number of requests so far, which makes each request id unique.
    pub(crate) requests: AtomicU64,
    pub(crate) faults: Faults,
    /// The memory for bodies and documents.
    pub(crate) room: Room,
    /// Limits how many long-running calls work at a time.
    pub(crate) work: Semaphore,
    /// Keeps the shop between runs, if the builder asked for that.
    pub(crate) keeper: Option<Keeper>,
    /// Amazon's examples, if the sandbox answers with them.
    pub(crate) examples: Option<Examples>,
    /// The request log, if the builder set one.
    pub(crate) log: Option<RequestLog>,
}

impl Server {
    /// Reads the body of a call, and drops documents when memory for it is short.
    pub(crate) async fn read_body(&self, body: Body) -> Result<Held, ApiError> {
        self.room.read_call(body, |bytes| self.documents.make_room(bytes)).await
    }
}
