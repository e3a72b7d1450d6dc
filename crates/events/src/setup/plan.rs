//! What a set-up would do.

use super::target::Target;
use super::{Filter, Setup, api, refuse, rules};
use serde::Serialize;
use spapi_core::{Client, Error};
use spapi_notifications::v1::types::{Destination, Subscription};
use spapi_types::text::printable;
use std::fmt;

/// The longest name of a destination, in characters.
const LONGEST_NAME: usize = 256;

/// What a set-up or a tear-down would do, step by step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The id of the seller whose subscription it is, if the client knows it. `None` for destinations.
    pub seller_id: Option<String>,
    /// The notification type. `None` for destinations.
    pub notification_type: Option<String>,
    /// The version of its payload. `None` for destinations.
    pub payload_version: Option<String>,
    /// Amazon's id of the subscription or destination. `None` for one that is to be made.
    pub id: Option<String>,
    /// Of a destination its name and target, of a subscription its filter. May be empty.
    pub about: String,
    /// In which ways a subscription that exists differs from what is wanted.
    pub differences: Vec<String>,
    #[serde(skip)]
    pub(super) work: Work,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// A destination is made.
    CreateDestination,
    /// A destination exists.
    UseDestination,
    /// A destination is deleted.
    DeleteDestination,
    /// A subscription is made.
    Subscribe,
    /// A subscription exists.
    Keep,
    /// A subscription is deleted and made anew.
    Replace,
    /// A subscription exists that differs, and is left as it is: nothing is subscribed.
    Leave,
    /// A subscription with a filter expression that is not wanted exists, beside those that are, and is left as it is.
    KeepOther,
    /// A subscription is deleted.
    Unsubscribe,
}

/// What the step needs to be carried out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Work {
    /// Which of the sellers it is.
    pub seller: usize,
    pub filter: Filter,
    /// The subscriptions that are deleted first.
    pub old: Vec<String>,
}

impl Action {
    /// Whether it changes something.
    pub fn changes(self) -> bool {
        !matches!(self, Self::UseDestination | Self::Keep | Self::Leave | Self::KeepOther)
    }

    /// In words, such as `subscribe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateDestination => "create destination",
            Self::UseDestination => "use destination",
            Self::DeleteDestination => "delete destination",
            Self::Subscribe => "subscribe",
            Self::Keep => "keep",
            Self::Replace => "replace",
            Self::Leave => "leave",
            Self::KeepOther => "keep other",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

impl Plan {
    /// Whether carrying it out changes something.
    pub fn changes(&self) -> bool {
        self.steps.iter().any(|step| step.action.changes())
    }

    /// The steps that leave a subscription as it is although another one is wanted.
    pub fn left(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.action == Action::Leave)
    }
}

impl Step {
    pub(super) fn of_destination(action: Action, id: Option<&str>, name: &str, target: &Target) -> Self {
        Self {
            action,
            seller_id: None,
            notification_type: None,
            payload_version: None,
            id: id.map(str::to_owned),
            about: format!("{} ({target})", printable(name).up_to(LONGEST_NAME)),
            differences: Vec::new(),
            work: Work::default(),
        }
    }

    pub(super) fn of_subscription(
        action: Action,
        seller: &(usize, Option<String>),
        notification_type: &str,
        version: &str,
        filter: Filter,
    ) -> Self {
        Self {
            action,
            seller_id: seller.1.clone(),
            notification_type: Some(notification_type.to_owned()),
            payload_version: Some(version.to_owned()),
            id: None,
            about: filter.to_string(),
            differences: Vec::new(),
            work: Work { seller: seller.0, filter, old: Vec::new() },
        }
    }
}

/// The step in one line.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action.as_str())?;
        if let (Some(name), Some(version)) = (&self.notification_type, &self.payload_version) {
            write!(f, " {} {}", printable(name).up_to(100), printable(version).up_to(40))?;
        }
        if let Some(id) = &self.seller_id {
            write!(f, " of {}", printable(id).up_to(40))?;
        }
        if !self.about.is_empty() {
            write!(f, ": {}", self.about)?;
        }
        if !self.differences.is_empty() {
            write!(f, " ({})", self.differences.join("; "))?;
        }
        Ok(())
    }
}

/// A line for each step.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            write!(f, "{}{step}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// A subscription that is wanted, with the version that it gets.
struct Resolved {
    version: String,
    filter: Filter,
}

impl Setup {
    /// What [`apply`](Self::apply) would do. It only reads: all destinations, and for each seller the subscriptions to each wanted
    /// type, at one call a second after the first five.
    ///
    /// # Errors
    /// When a type cannot be subscribed to, or not with this target, filter or version, or is named twice without filter expressions
    /// that differ; before anything is sent.
    /// When the clients are of different regions, or a call fails.
    pub async fn plan(&self) -> Result<Plan, Error> {
        let wanted = self.resolved()?;
        self.check_regions()?;
        let name = self.name.clone().unwrap_or_else(|| self.target.usual_name());
        if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
            return refuse(
                format!("the name of the destination is blank or longer than {LONGEST_NAME} characters"),
                "Give a shorter one, or leave it out.",
            );
        }
        let destinations = api::destinations(&self.application).await?;
        let destination = self.target.find(&destinations)?;
        let mut steps = vec![match destination {
            Some(known) => {
                Step::of_destination(Action::UseDestination, Some(&known.destination_id), &known.name, &self.target)
            }
            None => Step::of_destination(Action::CreateDestination, None, &name, &self.target),
        }];
        for (seller, client) in self.sellers.iter().enumerate() {
            let seller = (seller, client.seller_id().await?);
            for (notification_type, wanted) in &wanted {
                let existing = api::subscriptions(client, notification_type).await?;
                steps.extend(self.steps(notification_type, wanted, &seller, &existing, destination, &destinations));
            }
        }
        Ok(Plan { steps })
    }

    /// The name that a new destination gets.
    pub(super) fn destination_name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.target.usual_name())
    }

    /// What is wanted of each type, in the order of the types.
    fn resolved(&self) -> Result<Vec<(String, Vec<Resolved>)>, Error> {
        let day = self.day();
        let mut types: Vec<(String, Vec<Resolved>)> = Vec::new();
        for wanted in &self.wanted {
            let (name, version) = rules::checked(wanted, &self.target, &day, self.is_unchecked)?;
            wanted.filter.check(&name, !self.is_unchecked)?;
            let one = Resolved { version, filter: wanted.filter.clone() };
            let Some((_, others)) = types.iter_mut().find(|(known, _)| *known == name) else {
                types.push((name, vec![one]));
                continue;
            };
            let expression = |one: &Resolved| one.filter.get_expression().map(str::to_owned);
            let is_apart = |other: &Resolved| expression(other).is_some() && expression(other) != expression(&one);
            if expression(&one).is_none() || !others.iter().all(is_apart) {
                return refuse(
                    format!("{name} is wanted twice"),
                    "Amazon has one subscription for a type, or several with a filter expression each: name it once, with all that \
                     its filter lets pass, or each time with another expression.",
                );
            }
            others.push(one);
        }
        Ok(types)
    }

    pub(super) fn check_regions(&self) -> Result<(), Error> {
        let region = self.application.region();
        match self.sellers.iter().map(Client::region).find(|other| *other != region) {
            None => Ok(()),
            Some(other) => refuse(
                format!("the sellers are in the regions {region} and {other}"),
                "A destination is of one region: make a set-up for each. They may share a queue.",
            ),
        }
    }

    /// What is done for the subscriptions to one type.
    fn steps(
        &self,
        notification_type: &str,
        wanted: &[Resolved],
        seller: &(usize, Option<String>),
        existing: &[Subscription],
        destination: Option<&Destination>,
        destinations: &[Destination],
    ) -> Vec<Step> {
        let here = destination.map(|known| known.destination_id.as_str());
        let expression =
            |known: &Subscription| Filter::of(known.processing_directive.as_ref()).get_expression().map(str::to_owned);
        let is_wanted = |text: &str| wanted.iter().any(|one| one.filter.get_expression() == Some(text));
        // Those of other expressions are apart, if what is wanted has expressions too.
        let has_expressions = wanted.iter().all(|one| one.filter.get_expression().is_some());
        let is_apart =
            |known: &Subscription| has_expressions && expression(known).is_some_and(|text| !is_wanted(&text));
        let (apart, mut related): (Vec<_>, Vec<_>) = existing.iter().partition(|known| is_apart(known));
        let mut steps = Vec::new();
        for one in wanted {
            let new =
                |action| Step::of_subscription(action, seller, notification_type, &one.version, one.filter.clone());
            let is_of_other = |known: &Subscription| {
                has_expressions
                    && expression(known).is_some_and(|text| one.filter.get_expression() != Some(text.as_str()))
            };
            let differing: Vec<_> = related
                .iter()
                .filter(|known| !is_of_other(known))
                .map(|known| (*known, differences(one, known, here, destinations)))
                .collect();
            let same = differing.iter().find(|(_, differences)| differences.is_empty());
            steps.push(match (same, differing.first()) {
                (Some((same, _)), _) => Step { id: Some(same.subscription_id.clone()), ..new(Action::Keep) },
                (None, None) => new(Action::Subscribe),
                (None, Some((first, _))) => {
                    let action = if self.replaces { Action::Replace } else { Action::Leave };
                    let mut step = Step { id: Some(first.subscription_id.clone()), ..new(action) };
                    step.differences = differing.iter().flat_map(|(_, differences)| differences.clone()).collect();
                    step.work.old = differing.iter().map(|(known, _)| known.subscription_id.clone()).collect();
                    if self.replaces {
                        // Each is deleted once.
                        let old = step.work.old.clone();
                        related.retain(|known| !old.contains(&known.subscription_id));
                    }
                    step
                }
            });
        }
        steps.extend(apart.into_iter().map(|known| {
            let action = if self.replaces { Action::Unsubscribe } else { Action::KeepOther };
            let filter = Filter::of(known.processing_directive.as_ref());
            let step = Step::of_subscription(action, seller, notification_type, &known.payload_version, filter);
            Step { id: Some(known.subscription_id.clone()), ..step }
        }));
        steps
    }
}

/// In which ways an existing subscription differs from a wanted one, in words.
fn differences(
    wanted: &Resolved,
    existing: &Subscription,
    here: Option<&str>,
    destinations: &[Destination],
) -> Vec<String> {
    let mut differences = Vec::new();
    if existing.payload_version != wanted.version {
        differences.push(format!("it has version {}", printable(&existing.payload_version).up_to(40)));
    }
    let filter = Filter::of(existing.processing_directive.as_ref());
    if filter != wanted.filter {
        differences.push(match filter.is_empty() {
            true => "it has no filter".to_owned(),
            false => format!("its filter is {filter}"),
        });
    }
    if Some(existing.destination_id.as_str()) != here {
        let known = destinations.iter().find(|known| known.destination_id == existing.destination_id);
        let target = known.and_then(|known| Target::of(&known.resource));
        differences.push(match (known, target) {
            (Some(_), Some(target)) => format!("it goes to {target}"),
            (Some(known), None) => format!("it goes to {}", printable(&known.name).up_to(100)),
            (None, _) => format!("it goes to the destination {}", printable(&existing.destination_id).up_to(100)),
        });
    }
    differences
}
