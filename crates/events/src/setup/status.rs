//! What is subscribed and what is not, and the plan that removes it.

use super::plan::{Action, Plan, Step};
use super::{Filter, Setup, Target, api, rules};
use spapi_core::{Client, Error, ErrorKind};
use spapi_notifications::v1::types::Destination;
use std::collections::BTreeSet;

/// The destinations of an application in a region, and the subscriptions of its sellers.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Status {
    /// All destinations of the application.
    pub destinations: Vec<DestinationStatus>,
    /// The subscriptions, in the order of the sellers and of the names of the types.
    pub subscribed: Vec<Subscribed>,
    /// The types to which a seller has no subscription: the seller's id, if it is known, and the type.
    pub missing: Vec<(Option<String>, String)>,
    /// The types whose subscriptions Amazon does not show: the seller's id, if it is known, the type, and why.
    pub unknown: Vec<(Option<String>, String, Error)>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationStatus {
    /// Amazon's id.
    pub id: String,
    /// The name that the application gave it.
    pub name: String,
    /// Where it sends. `None` for a kind that this version does not know.
    pub target: Option<Target>,
    /// The name of the partner event source, if it sends to EventBridge.
    pub event_source: Option<String>,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Subscribed {
    /// Amazon's id.
    pub id: String,
    /// The seller's id, if the client knows it.
    pub seller_id: Option<String>,
    /// The notification type.
    pub notification_type: String,
    /// The version of its payload.
    pub payload_version: String,
    /// The id of the destination.
    pub destination_id: String,
    /// What passes.
    pub filter: Filter,
    /// Which of the sellers it is.
    seller: usize,
}

impl Status {
    /// The destination of a subscription. `None` if it was deleted.
    pub fn destination(&self, subscribed: &Subscribed) -> Option<&DestinationStatus> {
        self.destinations.iter().find(|known| known.id == subscribed.destination_id)
    }
}

impl Setup {
    /// The destinations of the client's application, and its seller's subscriptions to these types, or to all that can be subscribed
    /// to if there are none. It makes a call for each type, at one a second after the first five.
    ///
    /// # Errors
    /// When the destinations, or the subscriptions to every type, cannot be read. Types that Amazon refuses to show, because the
    /// application does not have their role, are in [`Status::unknown`].
    pub async fn status(client: &Client, types: impl IntoIterator<Item = impl Into<String>>) -> Result<Status, Error> {
        let destinations = api::destinations(client).await?;
        status(&destinations, std::slice::from_ref(client), types.into_iter().map(Into::into).collect()).await
    }

    /// What [`tear_down`](Self::tear_down) would delete: the sellers' subscriptions to the destination of this target, whatever their
    /// types are, and the destination.
    ///
    /// Subscriptions to other destinations are left alone. So are those of sellers that the set-up does not have: a destination that
    /// they use should stay.
    ///
    /// # Errors
    /// When the clients are of different regions, or a call fails.
    pub async fn plan_tear_down(&self) -> Result<Plan, Error> {
        self.removal(Vec::new(), true).await
    }

    /// The deletion of the sellers' subscriptions to the destination of this target, of the types that the set-up has. The destination
    /// stays. [`carry_out`](Self::carry_out) does it.
    ///
    /// # Errors
    /// When the clients are of different regions, or a call fails.
    pub async fn plan_unsubscribe(&self) -> Result<Plan, Error> {
        let types: BTreeSet<_> = self.wanted.iter().map(|wanted| wanted.notification_type.clone()).collect();
        match types.is_empty() {
            true => Ok(Plan { steps: Vec::new() }),
            false => self.removal(types.into_iter().collect(), false).await,
        }
    }

    async fn removal(&self, types: Vec<String>, has_destination: bool) -> Result<Plan, Error> {
        self.check_regions()?;
        let destinations = api::destinations(&self.application).await?;
        let Some(destination) = self.target.find(&destinations)? else { return Ok(Plan { steps: Vec::new() }) };
        let status = status(&destinations, &self.sellers, types).await?;
        let ours = status.subscribed.into_iter().filter(|known| known.destination_id == destination.destination_id);
        let mut steps: Vec<_> = ours
            .map(|known| {
                let seller = (known.seller, known.seller_id);
                let (name, version) = (&known.notification_type, &known.payload_version);
                let step = Step::of_subscription(Action::Unsubscribe, &seller, name, version, known.filter);
                Step { id: Some(known.id), ..step }
            })
            .collect();
        if has_destination {
            let (id, name) = (Some(destination.destination_id.as_str()), destination.name.as_str());
            steps.push(Step::of_destination(Action::DeleteDestination, id, name, &self.target));
        }
        Ok(Plan { steps })
    }
}

async fn status(destinations: &[Destination], sellers: &[Client], types: Vec<String>) -> Result<Status, Error> {
    let types = match sellers.first() {
        Some(client) if types.is_empty() => rules::subscribable(&rules::today(client)),
        _ => types,
    };
    let mut status = Status { destinations: destinations.iter().map(destination).collect(), ..Status::default() };
    for (seller, client) in sellers.iter().enumerate() {
        let seller_id = client.seller_id().await?;
        let mut is_any = types.is_empty();
        for name in &types {
            match api::subscriptions(client, name).await {
                Ok(found) => {
                    is_any = true;
                    if found.is_empty() {
                        status.missing.push((seller_id.clone(), name.clone()));
                    }
                    status.subscribed.extend(found.into_iter().map(|known| Subscribed {
                        id: known.subscription_id,
                        seller_id: seller_id.clone(),
                        notification_type: name.clone(),
                        payload_version: known.payload_version,
                        destination_id: known.destination_id,
                        filter: Filter::of(known.processing_directive.as_ref()),
                        seller,
                    }));
                }
                Err(error) if is_of_type(&error) => status.unknown.push((seller_id.clone(), name.clone(), error)),
                Err(error) => return Err(error),
            }
        }
        // What is refused for every type is not about types.
        if !is_any {
            if let Some((_, _, error)) = status.unknown.pop() {
                return Err(error);
            }
        }
    }
    Ok(status)
}

/// Whether Amazon refuses one type, and may show others.
fn is_of_type(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::BadRequest => true,
        ErrorKind::Denied => error.status().is_some_and(|status| status.as_u16() == 403),
        _ => false,
    }
}

fn destination(known: &Destination) -> DestinationStatus {
    DestinationStatus {
        id: known.destination_id.clone(),
        name: known.name.clone(),
        target: Target::of(&known.resource),
        event_source: known.resource.event_bridge.as_ref().map(|bus| bus.name.clone()),
    }
}
