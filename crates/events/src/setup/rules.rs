//! What the table of notification types says about a subscription.

use super::target::Target;
use super::{UNCHECKED, Wanted, refuse};
use crate::facts::{self, DestinationKind, NotificationFacts, Subscription};
use spapi_core::{Client, DateTime, Error};
use spapi_types::text::printable;

/// The types that can be subscribed to on a day, each once, by name.
pub(super) fn subscribable(day: &str) -> Vec<String> {
    let can_be = |facts: &&NotificationFacts| facts.subscription != Subscription::Console && !facts.is_retired_on(day);
    let mut names: Vec<String> = facts::facts().iter().filter(can_be).map(|facts| facts.name.to_owned()).collect();
    names.dedup();
    names
}

/// The day of the client's clock, as `2026-12-01`.
pub(super) fn today(client: &Client) -> String {
    let mut day = DateTime::from(client.clock().now()).to_string();
    day.truncate("2026-12-01".len());
    day
}

/// The type and the version of its payload, after what excludes a subscription to it with this target was refused.
pub(super) fn checked(
    wanted: &Wanted,
    target: &Target,
    day: &str,
    is_unchecked: bool,
) -> Result<(String, String), Error> {
    let name = wanted.notification_type.trim();
    let shown = printable(name).up_to(100);
    let rows: Vec<_> = facts::find(name).collect();
    let given = wanted.payload_version.as_deref();
    if !is_unchecked {
        if rows.is_empty() {
            return refuse(
                format!("the notification type {shown} is not known"),
                "Correct it; facts() lists all types. If it is new, use .unchecked() and name its version.",
            );
        }
        check_version(&rows, name, given)?;
        let is_meant = |facts: &&&NotificationFacts| {
            given.is_none() || facts.payload_version.is_none() || facts.payload_version == given
        };
        let of_version: Vec<_> = rows.iter().filter(is_meant).collect();
        if let Some(ended) = of_version.first().filter(|_| of_version.iter().all(|facts| facts.is_retired_on(day))) {
            return retired(ended, given);
        }
        if of_version.iter().all(|facts| facts.subscription == Subscription::Console) {
            return refuse(
                format!("{name} needs no subscription: Amazon sends it to the queue that the application names"),
                "Name the queue in Amazon's developer console, at the application's settings.",
            );
        }
        of_version.iter().try_for_each(|facts| check_target(facts, target))?;
    }
    let newest = rows.iter().rev().find(|facts| !facts.is_retired_on(day)).or(rows.last());
    match given.or(newest.and_then(|facts| facts.payload_version)) {
        Some(version) => Ok((name.to_owned(), version.to_owned())),
        None => refuse(
            format!("the version of the payload of {shown} is not known"),
            "Name it with .version(...), as Amazon's list of notification types has it.",
        ),
    }
}

fn check_version(rows: &[&NotificationFacts], name: &str, given: Option<&str>) -> Result<(), Error> {
    let known: Vec<_> = rows.iter().filter_map(|facts| facts.payload_version).collect();
    match given {
        Some(version) if !known.is_empty() && !known.contains(&version) => refuse(
            format!("{name} has no version {}", printable(version).up_to(40)),
            format!("Known are {}. {UNCHECKED}", known.join(", ")),
        ),
        _ => Ok(()),
    }
}

fn retired<T>(ended: &NotificationFacts, version: Option<&str>) -> Result<T, Error> {
    let version = version.map(|version| format!(" in version {version}")).unwrap_or_default();
    let retirement = ended.retirement.iter();
    let on = retirement.clone().map(|it| format!(" on {}", it.on)).collect::<String>();
    let instead = retirement.filter_map(|it| it.instead);
    let instead = instead.map(|name| format!("Subscribe to {} instead. ", name.trim_matches('`')));
    refuse(
        format!("Amazon has ended {}{version}{on}", ended.name),
        format!("{}{UNCHECKED}", instead.collect::<String>()),
    )
}

fn check_target(facts: &NotificationFacts, target: &Target) -> Result<(), Error> {
    let name = facts.name;
    match (facts.destination, target) {
        (DestinationKind::EventBridge, Target::Queue(_)) => refuse(
            format!("{name} goes to Amazon EventBridge alone, and not to a queue"),
            format!(
                "Use Target::event_bridge(account, region); a rule of the event bus can send it on to a queue. {UNCHECKED}"
            ),
        ),
        (DestinationKind::Sqs, Target::EventBridge(_)) => refuse(
            format!("{name} goes to a queue of Amazon SQS alone, and not to EventBridge"),
            format!("Use Target::queue(arn). {UNCHECKED}"),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "2026-12-01";

    fn queue() -> Target {
        Target::queue("arn:aws:sqs:ap-northeast-1:123456789012:orders").unwrap()
    }

    fn bus() -> Target {
        Target::event_bridge("123456789012", "ap-northeast-1").unwrap()
    }

    fn refused(wanted: &str, target: &Target) -> String {
        let error = checked(&wanted.into(), target, DAY, false).unwrap_err();
        assert!(error.is_input(), "{error}");
        error.to_string()
    }

    #[test]
    fn the_newest_version_is_taken_unless_one_is_named() {
        let version = |wanted: &str, target: &Target| checked(&wanted.into(), target, DAY, false).unwrap().1;
        assert_eq!(version("ORDER_CHANGE", &queue()), "1.0");
        assert_eq!(version("LISTINGS_ITEM_ISSUES_CHANGE", &bus()), "2023-12-13");
        assert!(refused("ORDER_CHANGE@2.0", &queue()).contains("has no version 2.0. Known are 1.0"));
        let early = checked(&"LISTINGS_ITEM_ISSUES_CHANGE@1.0".into(), &bus(), "2024-01-01", false).unwrap();
        assert_eq!(early.1, "1.0");
    }

    #[test]
    fn what_the_target_does_not_get_is_refused_by_name() {
        for facts in facts::facts().iter().filter(|facts| facts.subscription != Subscription::Console) {
            let wanted = || Wanted::new(facts.name).version(facts.payload_version.unwrap_or("1.0"));
            let (to_queue, to_bus) =
                (checked(&wanted(), &queue(), "2000-01-01", false), checked(&wanted(), &bus(), "2000-01-01", false));
            let name = facts.name;
            match facts.destination {
                DestinationKind::EventBridge => {
                    assert!(
                        to_queue.unwrap_err().to_string().contains(&format!("{name} goes to Amazon EventBridge alone"))
                    );
                    to_bus.unwrap();
                }
                DestinationKind::Sqs => {
                    assert!(
                        to_bus
                            .unwrap_err()
                            .to_string()
                            .contains(&format!("{name} goes to a queue of Amazon SQS alone"))
                    );
                    to_queue.unwrap();
                }
                _ => drop((to_queue.unwrap(), to_bus.unwrap())),
            }
        }
    }

    #[test]
    fn what_cannot_be_subscribed_to_is_refused_with_what_to_do() {
        assert!(
            refused("ORDER_STATUS_CHANGE", &queue())
                .contains("has ended ORDER_STATUS_CHANGE on 2026-07-29. Subscribe to ORDER_CHANGE")
        );
        assert!(refused("MFN_ORDER_STATUS_CHANGE", &queue()).contains("Subscribe to ORDER_CHANGE instead"));
        assert!(refused("APPLICATION_OAUTH_CLIENT_NEW_SECRET", &queue()).contains("developer console"));
        assert!(refused("ORDER_CHANGED", &queue()).contains("ORDER_CHANGED is not known"));
        assert!(checked(&"NEW_TYPE".into(), &queue(), DAY, true).unwrap_err().to_string().contains(".version("));
        let new = checked(&"NEW_TYPE@3.0".into(), &queue(), DAY, true).unwrap();
        assert_eq!(new, ("NEW_TYPE".to_owned(), "3.0".to_owned()));
    }

    #[test]
    fn a_status_asks_for_each_type_that_can_be_subscribed_to() {
        let names = subscribable(DAY);
        assert!(
            names.contains(&"ORDER_CHANGE".to_owned()) && names.contains(&"LISTINGS_ITEM_ISSUES_CHANGE".to_owned())
        );
        assert!(!names.iter().any(|name| name.starts_with("APPLICATION") || name == "ORDER_STATUS_CHANGE"));
        assert_eq!(names.iter().filter(|name| *name == "LISTINGS_ITEM_ISSUES_CHANGE").count(), 1);
    }
}
