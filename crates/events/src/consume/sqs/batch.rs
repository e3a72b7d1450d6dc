//! What became of the entries of a batch. Amazon answers with the status 200 also if all of them failed.

use super::fault;
use crate::consume::{QueueError, QueueErrorKind, Refused};
use serde::Deserialize;

/// How many entries a batch of Amazon SQS has at most.
pub(super) const AT_ONCE: usize = 10;

/// The parts of a list that fit one batch each, with the position of the first.
pub(super) fn batches<T>(list: &[T]) -> impl Iterator<Item = (usize, &[T])> {
    list.chunks(AT_ONCE).enumerate().map(|(number, batch)| (number * AT_ONCE, batch))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    #[serde(default)]
    successful: Option<Vec<Successful>>,
    #[serde(default)]
    failed: Option<Vec<Failed>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Successful {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    id: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    sender_fault: bool,
}

impl Answer {
    /// The entries that did not succeed. One that the answer does not name did not.
    pub(super) fn refused(self, sent: usize, first: usize) -> Vec<Refused> {
        let (successful, failed) = (self.successful.unwrap_or_default(), self.failed.unwrap_or_default());
        let mut refused = Vec::new();
        for index in 0..sent {
            let id = index.to_string();
            if successful.iter().any(|entry| entry.id == id) {
                continue;
            }
            let error = match failed.iter().find(|entry| entry.id == id) {
                Some(failed) => fault::of_entry(&failed.code, failed.sender_fault),
                None => QueueError::new(QueueErrorKind::Server, "Amazon SQS did not say what became of a message"),
            };
            refused.push(Refused::new(first + index, error));
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_read_by_itself() {
        let answer = r#"{"Successful":[{"Id":"1"},{"Id":"3"}],"Failed":[
            {"Id":"0","Code":"ReceiptHandleIsInvalid","SenderFault":true,"Message":"AQEB secret"},
            {"Id":"4","Code":"InternalError","SenderFault":false}]}"#;
        let refused = serde_json::from_str::<Answer>(answer).unwrap().refused(5, 20);
        let found: Vec<_> = refused.iter().map(|refused| (refused.index, refused.error.kind())).collect();
        let expected = [(20, QueueErrorKind::Receipt), (22, QueueErrorKind::Server), (24, QueueErrorKind::Server)];
        assert_eq!(found, expected);
        assert!(refused.iter().all(|refused| !refused.error.to_string().contains("AQEB")));
        let nothing = serde_json::from_str::<Answer>("{}").unwrap().refused(2, 0);
        assert_eq!(nothing.len(), 2);
    }
}
