//! Carrying out a plan.

use super::plan::{Action, Plan, Step};
use super::{Filter, Setup, api};
use spapi_core::{Client, Error, ErrorKind};
use spapi_notifications::v1::types::{CreateDestinationRequest, Destination};
use std::fmt;

/// What became of the steps of a plan. After a failure, the same set-up goes on with what is missing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Applied {
    /// The steps that were carried out, with the ids of what was made.
    pub done: Vec<Step>,
    /// The steps that failed.
    pub failed: Vec<Failed>,
    /// The steps that were not tried, because they need one that failed.
    pub untried: Vec<Step>,
    /// The name of the partner event source of a destination for EventBridge, which its account must connect with an event bus
    /// before anything arrives.
    pub event_source: Option<String>,
}

/// A step that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failed {
    /// The step.
    pub step: Step,
    /// Why.
    pub error: Error,
    /// Whether the subscription that was to be replaced is deleted already, so that the seller has none.
    pub is_deleted: bool,
}

impl Applied {
    /// Whether every step was carried out. A subscription that was left as it is counts as done.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.untried.is_empty()
    }

    /// The subscriptions that differ from what is wanted, and were left as they are.
    pub fn left(&self) -> impl Iterator<Item = &Step> {
        self.done.iter().filter(|step| step.action == Action::Leave)
    }
}

/// A line for each step.
impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.done.iter().map(|step| format!("done: {step}"));
        let failed = self.failed.iter().map(|failed| format!("failed: {}: {}", failed.step, failed.error));
        let untried = self.untried.iter().map(|step| format!("not tried: {step}"));
        f.write_str(&done.chain(failed).chain(untried).collect::<Vec<_>>().join("\n"))
    }
}

impl Setup {
    /// Makes what should be: [`plan`](Self::plan) and [`carry_out`](Self::carry_out) in one.
    ///
    /// # Errors
    /// The errors of [`plan`](Self::plan). What fails after that is in [`Applied::failed`].
    pub async fn apply(&self) -> Result<Applied, Error> {
        let plan = self.plan().await?;
        Ok(self.carry_out(plan).await)
    }

    /// Deletes the subscriptions to the destination of this target, and then the destination:
    /// [`plan_tear_down`](Self::plan_tear_down) and [`carry_out`](Self::carry_out) in one.
    ///
    /// # Errors
    /// The errors of [`plan_tear_down`](Self::plan_tear_down).
    pub async fn tear_down(&self) -> Result<Applied, Error> {
        let plan = self.plan_tear_down().await?;
        Ok(self.carry_out(plan).await)
    }

    /// Carries out a plan of this set-up. A subscription that fails does not keep away the others; without a destination there is no
    /// subscription, and a destination stays while a subscription to it could not be deleted.
    pub async fn carry_out(&self, plan: Plan) -> Applied {
        let mut applied = Applied { done: Vec::new(), failed: Vec::new(), untried: Vec::new(), event_source: None };
        let mut destination: Option<String> = None;
        for mut step in plan.steps {
            let is_destination = step.notification_type.is_none();
            let must_wait = match step.action {
                Action::DeleteDestination => !applied.failed.is_empty(),
                Action::Subscribe | Action::Replace => destination.is_none(),
                _ => false,
            };
            if must_wait {
                applied.untried.push(step);
                continue;
            }
            let mut is_deleted = false;
            let made = match step.action {
                Action::CreateDestination => self.create_destination().await.map(|made| {
                    applied.event_source = made.resource.event_bridge.as_ref().map(|bus| bus.name.clone());
                    Some(made.destination_id)
                }),
                Action::UseDestination | Action::Keep | Action::Leave | Action::KeepOther => Ok(step.id.clone()),
                Action::Subscribe | Action::Replace => {
                    self.make(&step, destination.as_deref().unwrap_or_default(), &mut is_deleted).await.map(Some)
                }
                Action::Unsubscribe => self.remove(&step).await.map(|()| step.id.clone()),
                Action::DeleteDestination => {
                    let id = step.id.clone().unwrap_or_default();
                    api::delete_destination(&self.application, &id).await.map(|()| Some(id))
                }
            };
            match made {
                Ok(id) => {
                    if is_destination {
                        destination.clone_from(&id);
                    }
                    step.id = id;
                    applied.done.push(step);
                }
                Err(error) => applied.failed.push(Failed { step, error, is_deleted }),
            }
        }
        applied
    }

    /// Makes the destination. Another program may have made it meanwhile, and a lost answer may have made it.
    async fn create_destination(&self) -> Result<Destination, Error> {
        let request = CreateDestinationRequest::new(self.destination_name(), self.target.specification());
        match api::create_destination(&self.application, request).await {
            Err(error) if may_exist(&error) => {
                let destinations = api::destinations(&self.application).await?;
                self.target.find(&destinations)?.cloned().ok_or(error)
            }
            other => other,
        }
    }

    async fn make(&self, step: &Step, destination_id: &str, is_deleted: &mut bool) -> Result<String, Error> {
        let client = self.client(step)?;
        let (name, version) = step.subscription();
        for old in &step.work.old {
            api::unsubscribe(&self.application, name, old).await?;
            *is_deleted = true;
        }
        let directive = step.work.filter.directive(name);
        match api::subscribe(client, name, version, destination_id, directive).await {
            Err(error) if may_exist(&error) => {
                let existing = api::subscriptions(client, name).await?;
                let same = existing.into_iter().find(|known| {
                    let filter = Filter::of(known.processing_directive.as_ref());
                    known.payload_version == version
                        && known.destination_id == destination_id
                        && filter == step.work.filter
                });
                same.map(|known| known.subscription_id).ok_or(error)
            }
            other => other,
        }
    }

    async fn remove(&self, step: &Step) -> Result<(), Error> {
        let (name, _) = step.subscription();
        api::unsubscribe(&self.application, name, step.id.as_deref().unwrap_or_default()).await
    }

    /// The client of the step's seller.
    fn client(&self, step: &Step) -> Result<&Client, Error> {
        self.sellers.get(step.work.seller).ok_or_else(|| {
            Error::new(ErrorKind::Input, "the plan is of another set-up")
                .with_hint("Carry out a plan by the set-up that made it.")
        })
    }
}

impl Step {
    /// The type and version.
    fn subscription(&self) -> (&str, &str) {
        (self.notification_type.as_deref().unwrap_or_default(), self.payload_version.as_deref().unwrap_or_default())
    }
}

/// Whether what was to be made may exist nevertheless.
fn may_exist(error: &Error) -> bool {
    error.outcome_unknown() || error.status().is_some_and(|status| status.as_u16() == 409)
}
