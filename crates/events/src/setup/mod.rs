//! Destinations and subscriptions: set up by one call, looked at, and torn down.
//!
//! A destination belongs to the application and a region of the API; a subscription belongs to a seller, and sends one type of
//! notification in one version of its payload to a destination. [`Setup`] says what there should be, and
//! [`apply`](Setup::apply) makes it so: what exists already is used, and a second run changes nothing.
//!
//! ```no_run
//! # async fn f(client: spapi_core::Client) -> Result<(), spapi_core::Error> {
//! use spapi_core::Marketplace;
//! use spapi_events::setup::{Filter, Setup, Target, Wanted};
//!
//! let queue = Target::queue("arn:aws:sqs:ap-northeast-1:123456789012:orders")?;
//! let offers = Wanted::new("ANY_OFFER_CHANGED").filter(Filter::new().marketplaces([Marketplace::JP]));
//! let setup = Setup::new(&client, queue).subscribe(offers).subscribe(Wanted::new("ORDER_CHANGE"));
//! println!("{}", setup.plan().await?);
//! let applied = setup.apply().await?;
//! println!("{applied}");
//! # Ok(()) }
//! ```

mod api;
mod apply;
mod filter;
mod plan;
mod policy;
mod rules;
mod status;
mod target;
mod wanted;

pub use apply::{Applied, Failed};
pub use filter::Filter;
pub use plan::{Action, Plan, Step};
pub use policy::{QueueProblem, SENDER, check_queue, queue_policy};
#[doc(inline)]
pub use spapi_notifications::v1::types::{AggregationTimePeriod, OrderChangeTypeEnum, TrackingIdentifier};
pub use status::{DestinationStatus, Status, Subscribed};
pub use target::{EventBridge, QueueArn, Target};
pub use wanted::Wanted;

use spapi_core::{Client, Error, ErrorKind};

/// What can be done about a refusal by this crate's table of types.
pub(crate) const UNCHECKED: &str = "If Amazon has changed it, use .unchecked().";

/// What there should be: a destination, and the subscriptions of one seller or several to it.
///
/// All calls go to the region of the client. A destination is made for each region of the API, so several regions need a set-up
/// each; they may share a queue.
#[derive(Clone, Debug)]
pub struct Setup {
    application: Client,
    sellers: Vec<Client>,
    target: Target,
    name: Option<String>,
    wanted: Vec<Wanted>,
    replaces: bool,
    is_unchecked: bool,
}

impl Setup {
    /// Sends notifications of the client's seller to this target.
    pub fn new(client: &Client, target: impl Into<Target>) -> Self {
        Self {
            application: client.clone(),
            sellers: vec![client.clone()],
            target: target.into(),
            name: None,
            wanted: Vec::new(),
            replaces: false,
            is_unchecked: false,
        }
    }

    /// Subscribes another seller of the same application and region to the same notifications, by a client of
    /// [`Client::for_seller`].
    pub fn seller(mut self, client: &Client) -> Self {
        self.sellers.push(client.clone());
        self
    }

    /// The name of the destination, if a new one is made. One that exists keeps its own.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Subscribes to a type of notification. A type may be given several times, each with a filter expression of its own: Amazon then
    /// has a subscription for each.
    pub fn subscribe(mut self, wanted: impl Into<Wanted>) -> Self {
        self.wanted.push(wanted.into());
        self
    }

    /// Whether a subscription to the same type with another payload version, filter or destination is deleted and made anew.
    /// Without it, such a subscription is named in the plan and left as it is.
    pub fn replace(mut self, replaces: bool) -> Self {
        self.replaces = replaces;
        self
    }

    /// Sends what this crate's table of types would refuse, for a type that is new or that Amazon has changed. Such a type needs its
    /// [version](Wanted::version).
    pub fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// The day by which ended types are refused.
    fn day(&self) -> String {
        rules::today(&self.application)
    }

    /// Sends a made-up notification of a type to the destination. Amazon has this in its sandbox alone, whose destinations are its own:
    /// [`apply`](Self::apply) with a client of the sandbox makes one.
    ///
    /// `scenario` is one of the type's, which Amazon's documentation of the type names. Amazon refuses an empty one.
    ///
    /// # Errors
    /// When the table of types excludes the type or its target, the destination does not exist, or Amazon refuses.
    pub async fn send_test(&self, wanted: impl Into<Wanted>, scenario: &str) -> Result<(), Error> {
        let (name, version) = rules::checked(&wanted.into(), &self.target, &self.day(), self.is_unchecked)?;
        let destinations = api::destinations(&self.application).await?;
        let Some(destination) = self.target.find(&destinations)? else {
            return refuse(
                format!("there is no destination for {}", self.target),
                "Set it up first, with the same client: the sandbox has destinations of its own.",
            );
        };
        api::send_test(&self.application, &name, &version, &destination.destination_id, scenario).await
    }
}

/// An error for something that cannot be set up. Nothing was sent.
pub(crate) fn refuse<T>(message: impl Into<String>, hint: impl Into<String>) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint(hint.into()))
}
