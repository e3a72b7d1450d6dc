//! The settings of a queue.

use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// What Amazon SQS says about a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueAttributes(HashMap<String, String>);

/// Where a queue moves messages that were received too often.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redrive {
    /// The ARN of the dead-letter queue.
    pub dead_letter_arn: String,
    /// How often a message is received before.
    pub most_receives: u32,
}

impl QueueAttributes {
    pub(super) fn new(attributes: HashMap<String, String>) -> Self {
        Self(attributes)
    }

    /// An attribute by Amazon's name for it, such as `MessageRetentionPeriod`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The ARN of the queue.
    pub fn arn(&self) -> Option<&str> {
        self.get("QueueArn")
    }

    /// Who may do what with the queue, as the text of a policy in JSON. `None` if it has none: then only its own account may.
    pub fn policy(&self) -> Option<&str> {
        self.get("Policy")
    }

    /// Where the queue moves messages that were received too often, if it does.
    pub fn redrive(&self) -> Option<Redrive> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            dead_letter_target_arn: String,
            max_receive_count: Value,
        }
        let policy: Policy = serde_json::from_str(self.get("RedrivePolicy")?).ok()?;
        // Amazon has both spellings of the number.
        let number = match policy.max_receive_count {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let most_receives = u32::try_from(number?).ok()?;
        Some(Redrive { dead_letter_arn: policy.dead_letter_target_arn, most_receives })
    }

    /// How long the queue keeps a message.
    pub fn retention(&self) -> Option<Duration> {
        self.number("MessageRetentionPeriod").map(Duration::from_secs)
    }

    /// The id of the key of AWS KMS that the queue encrypts with, if it has one of its own. Amazon then also needs the right to use
    /// that key.
    pub fn kms_key(&self) -> Option<&str> {
        self.get("KmsMasterKeyId")
    }

    /// Whether the queue is a FIFO queue, which takes no notifications.
    pub fn is_fifo(&self) -> bool {
        self.get("FifoQueue") == Some("true")
    }

    /// About how many messages can be received.
    pub fn visible(&self) -> Option<u64> {
        self.number("ApproximateNumberOfMessages")
    }

    /// About how many messages are hidden, because they were received.
    pub fn hidden(&self) -> Option<u64> {
        self.number("ApproximateNumberOfMessagesNotVisible")
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_and_what_is_not_readable_is_absent() {
        let of = |policy: &str| {
            let pairs = [("RedrivePolicy", policy), ("KmsMasterKeyId", ""), ("MessageRetentionPeriod", "345600")];
            QueueAttributes::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let expected = Redrive { dead_letter_arn: "arn:aws:sqs:eu-west-1:1:dead".into(), most_receives: 3 };
        for number in ["3", "\"3\""] {
            let attributes = of(&format!(
                "{{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:1:dead\",\"maxReceiveCount\":{number}}}"
            ));
            assert_eq!(attributes.redrive().as_ref(), Some(&expected));
            assert_eq!((attributes.kms_key(), attributes.retention()), (None, Some(Duration::from_secs(345_600))));
        }
        assert_eq!(of("{}").redrive(), None);
        assert!(!of("").is_fifo());
    }
}
