//! Where notifications are sent: a queue of Amazon SQS, or an account of Amazon EventBridge.

use super::refuse;
use serde::{Serialize, Serializer};
use spapi_core::Error;
use spapi_notifications::v1::types::{
    Destination, DestinationResource, DestinationResourceSpecification, EventBridgeResourceSpecification, SqsResource,
};
use spapi_types::text::printable;
use std::fmt;
use std::str::FromStr;

/// A queue of Amazon SQS, by its Amazon Resource Name such as `arn:aws:sqs:ap-northeast-1:123456789012:orders`.
///
/// It is parsed from its name, or from its URL such as `https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders`. Amazon
/// delivers notifications to standard queues alone, so a FIFO queue is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueueArn {
    region: String,
    account: String,
    name: String,
}

/// An account of AWS in a region, whose event buses receive notifications by Amazon EventBridge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventBridge {
    /// The id of the account: 12 digits.
    account: String,
    /// The region of AWS, such as `ap-northeast-1`.
    region: String,
}

/// Where notifications are sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A queue of Amazon SQS.
    Queue(QueueArn),
    /// Amazon EventBridge. Amazon has one such destination for an account.
    EventBridge(EventBridge),
}

impl QueueArn {
    /// The region of AWS that has the queue.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The id of the account that owns the queue: 12 digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The queue's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The queue's URL at Amazon.
    pub fn url(&self) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{}", self.region, self.account, self.name)
    }

    fn of(region: &str, account: &str, name: &str, typed: &str) -> Result<Self, Error> {
        let shown = printable(typed).up_to(200).to_string();
        if name.ends_with(".fifo") {
            return refuse(
                format!("the queue {shown} is a FIFO queue, to which Amazon sends no notifications"),
                "Name a standard queue.",
            );
        }
        let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if name.is_empty() || name.len() > 80 || !name.chars().all(is_name) {
            let hint = "A queue has a name of 1 to 80 letters, digits, hyphens and underscores.";
            return refuse(format!("{shown} does not name a queue"), hint);
        }
        check_account(account, &shown)?;
        check_region(region, &shown)?;
        Ok(Self { region: region.to_owned(), account: account.to_owned(), name: name.to_owned() })
    }
}

impl FromStr for QueueArn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let unlike = || {
            refuse(
                format!("{} is not the name of a queue", printable(text).up_to(200)),
                "Give its ARN, arn:aws:sqs:REGION:ACCOUNT:NAME, or its URL, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME.",
            )
        };
        if let Some(rest) = text.strip_prefix("arn:") {
            let parts: Vec<_> = rest.split(':').collect();
            return match parts[..] {
                ["aws", "sqs", region, account, name] => Self::of(region, account, name, text),
                ["aws", service, ..] if service != "sqs" => refuse(
                    format!("{} is not the ARN of a queue", printable(text).up_to(200)),
                    "Notifications go to a queue of Amazon SQS, whose ARN begins with arn:aws:sqs:, or to Amazon EventBridge.",
                ),
                [partition, "sqs", ..] if partition != "aws" => refuse(
                    format!("the queue {} is in another partition of AWS", printable(text).up_to(200)),
                    "Amazon sends notifications to queues whose ARN begins with arn:aws:sqs:.",
                ),
                _ => unlike(),
            };
        }
        let Some(rest) = text.strip_prefix("https://sqs.") else { return unlike() };
        let Some((region, path)) = rest.split_once(".amazonaws.com/") else { return unlike() };
        match path.trim_end_matches('/').split_once('/') {
            Some((account, name)) => Self::of(region, account, name, text),
            None => unlike(),
        }
    }
}

impl fmt::Display for QueueArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "arn:aws:sqs:{}:{}:{}", self.region, self.account, self.name)
    }
}

impl EventBridge {
    /// The account with this id of 12 digits, in this region of AWS.
    ///
    /// # Errors
    /// When one of them has another form.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Result<Self, Error> {
        let (account, region) = (account.into(), region.into());
        let shown = format!("{}/{}", printable(&account).up_to(40), printable(&region).up_to(40));
        check_account(&account, &shown)?;
        check_region(&region, &shown)?;
        Ok(Self { account, region })
    }

    /// The account's id.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The region of AWS.
    pub fn region(&self) -> &str {
        &self.region
    }
}

/// `ACCOUNT/REGION`, such as `123456789012/ap-northeast-1`.
impl FromStr for EventBridge {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.trim().split_once('/') {
            Some((account, region)) => Self::new(account, region),
            None => refuse(
                format!("{} is not an account and a region of AWS", printable(text).up_to(200)),
                "Give both, such as 123456789012/ap-northeast-1.",
            ),
        }
    }
}

impl fmt::Display for EventBridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventBridge {}/{}", self.account, self.region)
    }
}

impl Target {
    /// The queue of this ARN or URL.
    ///
    /// # Errors
    /// When it is neither, or names a FIFO queue.
    pub fn queue(arn_or_url: &str) -> Result<Self, Error> {
        arn_or_url.parse().map(Self::Queue)
    }

    /// Amazon EventBridge in this account and region of AWS.
    ///
    /// # Errors
    /// When one of them has another form.
    pub fn event_bridge(account: impl Into<String>, region: impl Into<String>) -> Result<Self, Error> {
        EventBridge::new(account, region).map(Self::EventBridge)
    }

    /// What a destination of Amazon's sends to. `None` for one of a kind that is not known.
    pub(super) fn of(resource: &DestinationResource) -> Option<Self> {
        match (&resource.sqs, &resource.event_bridge) {
            (Some(sqs), _) => sqs.arn.parse().ok().map(Self::Queue),
            (None, Some(bus)) => Self::event_bridge(&*bus.account_id, &*bus.region).ok(),
            (None, None) => None,
        }
    }

    pub(super) fn specification(&self) -> DestinationResourceSpecification {
        let resource = DestinationResourceSpecification::new();
        match self {
            Self::Queue(arn) => resource.sqs(SqsResource::new(arn.to_string())),
            Self::EventBridge(bus) => {
                resource.event_bridge(EventBridgeResourceSpecification::new(&*bus.account, &*bus.region))
            }
        }
    }

    /// The name of a destination that the user does not name.
    pub(super) fn usual_name(&self) -> String {
        match self {
            Self::Queue(arn) => format!("spapi-{}", arn.name),
            Self::EventBridge(bus) => format!("spapi-{}-{}", bus.account, bus.region),
        }
    }

    /// Amazon's destination for this target among all of the application.
    ///
    /// # Errors
    /// When Amazon has one for the account of EventBridge in another region, which excludes a second.
    pub(super) fn find<'a>(&self, destinations: &'a [Destination]) -> Result<Option<&'a Destination>, Error> {
        let targets = destinations.iter().map(|known| (known, Self::of(&known.resource)));
        for (destination, target) in targets {
            match (self, target) {
                (wanted, Some(target)) if *wanted == target => return Ok(Some(destination)),
                (Self::EventBridge(wanted), Some(Self::EventBridge(other))) if wanted.account == other.account => {
                    return refuse(
                        format!(
                            "the account {} has the EventBridge destination {} in {} already, and Amazon has one for an account",
                            wanted.account,
                            printable(&destination.destination_id),
                            other.region
                        ),
                        format!("Use the region {}, or tear that destination down first.", other.region),
                    );
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

impl From<QueueArn> for Target {
    fn from(arn: QueueArn) -> Self {
        Self::Queue(arn)
    }
}

impl From<EventBridge> for Target {
    fn from(bus: EventBridge) -> Self {
        Self::EventBridge(bus)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Queue(arn) => arn.fmt(f),
            Self::EventBridge(bus) => bus.fmt(f),
        }
    }
}

/// As it is shown.
impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn check_account(account: &str, shown: &str) -> Result<(), Error> {
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => refuse(format!("{shown} has no id of an AWS account"), "An account has an id of 12 digits."),
    }
}

fn check_region(region: &str, shown: &str) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match region.contains('-') && region.len() <= 32 && region.bytes().all(is_plain) {
        true => Ok(()),
        false => refuse(format!("{shown} has no region of AWS"), "Give one such as ap-northeast-1."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:ap-northeast-1:123456789012:orders-jp";

    #[test]
    fn a_queue_is_named_by_its_arn_or_its_url() {
        let of_arn: QueueArn = ARN.parse().unwrap();
        let of_url: QueueArn = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders-jp".parse().unwrap();
        assert_eq!(of_arn, of_url);
        assert_eq!((of_arn.to_string().as_str(), of_arn.url()), (ARN, of_url.url()));
    }

    #[test]
    fn what_amazon_cannot_send_to_is_refused_with_the_reason() {
        for (text, why) in [
            ("arn:aws:sqs:ap-northeast-1:123456789012:orders.fifo", "FIFO"),
            ("https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders.fifo", "FIFO"),
            ("arn:aws:sns:ap-northeast-1:123456789012:orders", "arn:aws:sqs:"),
            ("arn:aws-cn:sqs:cn-north-1:123456789012:orders", "another partition"),
            ("arn:aws:sqs:ap-northeast-1:12345:orders", "12 digits"),
            ("arn:aws:sqs::123456789012:orders", "region"),
            ("arn:aws:sqs:ap-northeast-1:123456789012:", "does not name a queue"),
            ("arn:aws:sqs:ap-northeast-1:123456789012:a:b", "arn:aws:sqs:REGION"),
            ("orders", "arn:aws:sqs:REGION"),
            ("", "arn:aws:sqs:REGION"),
            ("https://queue.example/orders", "arn:aws:sqs:REGION"),
        ] {
            let error = Target::queue(text).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(why), "{text}: {error}");
        }
        assert!("123456789012".parse::<EventBridge>().is_err());
        assert!("1234/ap-northeast-1".parse::<EventBridge>().is_err());
        assert_eq!("123456789012/eu-west-1".parse::<EventBridge>().unwrap().region(), "eu-west-1");
    }
}
