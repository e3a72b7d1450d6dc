//! What Amazon's refusals mean.

use super::credentials;
use crate::consume::{QueueError, QueueErrorKind};
use http::StatusCode;
use serde::Deserialize;
use spapi_types::text::{from_utf8_lossy, printable};

/// Amazon refuses a signature whose time differs by 300 seconds. A smaller difference than this is not the reason.
const CLOCK_DIFFERS: i64 = 240;

#[derive(Default, Deserialize)]
struct Body {
    #[serde(rename = "__type", default)]
    code: String,
    /// Amazon has both spellings, other servers both at once.
    #[serde(default)]
    message: Option<String>,
    #[serde(rename = "Message", default)]
    also_message: Option<String>,
}

/// The error of an answer. `ahead` is by how many seconds the clock here is ahead of Amazon's.
pub(super) fn of_answer(action: &str, status: StatusCode, body: &[u8], ahead: Option<i64>) -> QueueError {
    let body: Body = serde_json::from_str(&from_utf8_lossy(body)).unwrap_or_default();
    let code = short(&body.code);
    let message = body.message.or(body.also_message).unwrap_or_default();
    let kind = match (kind(code), status.as_u16()) {
        (Some(QueueErrorKind::Credentials), _) if is_of_clock(&message, ahead) => QueueErrorKind::Clock,
        (Some(kind), _) => kind,
        (None, 429) => QueueErrorKind::Throttled,
        (None, 401 | 403) => QueueErrorKind::Denied,
        (None, 404) => QueueErrorKind::Gone,
        (None, 400..=499) => QueueErrorKind::Input,
        _ => QueueErrorKind::Server,
    };
    let name = match code {
        "" => format!("HTTP {}", status.as_u16()),
        code => printable(code).up_to(80).to_string(),
    };
    let what = match kind {
        QueueErrorKind::Gone => "the queue does not exist".to_owned(),
        QueueErrorKind::Clock => clock(ahead),
        QueueErrorKind::Credentials => "the AWS credentials are not accepted or have expired".to_owned(),
        QueueErrorKind::Throttled => "too many requests".to_owned(),
        // The messages of other refusals may quote a receipt, a token or what was signed.
        QueueErrorKind::Denied if !message.is_empty() => printable(&message).up_to(400).to_string(),
        QueueErrorKind::Denied => "access is denied".to_owned(),
        QueueErrorKind::Receipt => "the receipt is no longer valid".to_owned(),
        QueueErrorKind::Server => "Amazon SQS failed".to_owned(),
        _ => "the request was refused".to_owned(),
    };
    QueueError::new(kind, format!("{action} of Amazon SQS: {what} ({name})")).with_hint(hint(kind))
}

/// The error of one entry of a batch.
pub(super) fn of_entry(code: &str, is_ours: bool) -> QueueError {
    let code = short(code);
    let kind = kind(code).unwrap_or(if is_ours { QueueErrorKind::Input } else { QueueErrorKind::Server });
    let name = printable(code).up_to(80);
    QueueError::new(kind, format!("Amazon SQS refused a message ({name})")).with_hint(hint(kind))
}

/// The name of an error without its namespace: `com.amazonaws.sqs#QueueDoesNotExist`, or
/// `AWS.SimpleQueueService.NonExistentQueue` of the older protocol.
fn short(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or_default();
    code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code)
}

fn kind(code: &str) -> Option<QueueErrorKind> {
    // The JSON protocol adds a word to names that the older one has without it.
    Some(match code.strip_suffix("Exception").unwrap_or(code) {
        "QueueDoesNotExist" | "NonExistentQueue" | "QueueDeletedRecently" => QueueErrorKind::Gone,
        "ExpiredToken"
        | "InvalidClientTokenId"
        | "InvalidSignature"
        | "InvalidToken"
        | "InvalidAccessKeyId"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClient"
        | "NotAuthorized"
        | "OptInRequired" => QueueErrorKind::Credentials,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => QueueErrorKind::Clock,
        "AccessDenied" | "KmsAccessDenied" | "KmsDisabled" | "KmsInvalidKeyUsage" | "KmsInvalidState"
        | "KmsNotFound" | "KmsOptInRequired" => QueueErrorKind::Denied,
        "RequestThrottled" | "Throttling" | "ThrottlingError" | "KmsThrottled" | "OverLimit" | "TooManyRequests"
        | "SlowDown" => QueueErrorKind::Throttled,
        "ReceiptHandleIsInvalid" | "MessageNotInflight" | "InvalidReceiptHandle" => QueueErrorKind::Receipt,
        "InternalFailure" | "InternalError" | "InternalServerError" | "ServiceUnavailable" => QueueErrorKind::Server,
        "InvalidParameterValue"
        | "InvalidMessageContents"
        | "BatchRequestTooLong"
        | "InvalidAddress"
        | "InvalidSecurity"
        | "UnsupportedOperation" => QueueErrorKind::Input,
        _ => return None,
    })
}

/// Whether a refused signature comes from the clock. Amazon says so only in its message.
fn is_of_clock(message: &str, ahead: Option<i64>) -> bool {
    let says = ["Signature expired", "Signature not yet current"].iter().any(|text| message.contains(text));
    says || ahead.is_some_and(|ahead| ahead.abs() > CLOCK_DIFFERS)
}

fn clock(ahead: Option<i64>) -> String {
    match ahead.filter(|ahead| ahead.abs() > CLOCK_DIFFERS) {
        Some(ahead) => {
            let way = if ahead > 0 { "ahead of" } else { "behind" };
            format!("the clock of this machine is {} minutes {way} Amazon's", ahead.unsigned_abs().div_ceil(60))
        }
        None => "the clock of this machine differs too much from Amazon's".to_owned(),
    }
}

fn hint(kind: QueueErrorKind) -> &'static str {
    match kind {
        QueueErrorKind::Gone => {
            "Check the account, the region and the name in its URL or ARN. A queue that was created a moment ago needs some seconds."
        }
        QueueErrorKind::Clock => "Set the clock, for example with NTP.",
        QueueErrorKind::Credentials => credentials::HINT,
        QueueErrorKind::Denied => {
            "Allow sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility on the queue, sqs:GetQueueAttributes to check it, \
             and kms:Decrypt if a key of yours encrypts it."
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str, ahead: i64) -> QueueError {
        of_answer("ReceiveMessage", StatusCode::from_u16(status).unwrap(), body.as_bytes(), Some(ahead))
    }

    #[test]
    fn refusals_have_a_kind_and_words() {
        use QueueErrorKind as K;
        for (status, body, ahead, kind, words) in [
            (
                400,
                r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"x"}"#,
                0,
                K::Gone,
                "the queue does not exist",
            ),
            (400, r#"{"__type":"AWS.SimpleQueueService.NonExistentQueue"}"#, 0, K::Gone, "the queue does not exist"),
            (
                403,
                r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"hush"}"#,
                0,
                K::Credentials,
                "expired",
            ),
            (
                403,
                r#"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"Signature expired: 2026"}"#,
                0,
                K::Clock,
                "clock",
            ),
            (403, r#"{"__type":"SignatureDoesNotMatch","message":"hush"}"#, 3600, K::Clock, "60 minutes ahead of"),
            (403, r#"{"__type":"SignatureDoesNotMatch","message":"hush"}"#, -600, K::Clock, "10 minutes behind"),
            (403, r#"{"__type":"SignatureDoesNotMatch","message":"hush"}"#, 10, K::Credentials, "not accepted"),
            (400, r#"{"__type":"RequestTimeTooSkewed"}"#, 0, K::Clock, "differs too much"),
            (
                403,
                r#"{"__type":"AccessDeniedException","Message":"role/x may not receive"}"#,
                0,
                K::Denied,
                "role/x may not receive",
            ),
            (400, r#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#, 0, K::Throttled, "too many"),
            (400, r#"{"__type":"com.amazonaws.sqs#OverLimit"}"#, 0, K::Throttled, "too many"),
            (
                400,
                r#"{"__type":"com.amazonaws.sqs#InvalidParameterValueException","message":"hush"}"#,
                0,
                K::Input,
                "refused",
            ),
            (429, "", 0, K::Throttled, "HTTP 429"),
            (503, "<html>", 0, K::Server, "HTTP 503"),
            (404, "{}", 0, K::Gone, "HTTP 404"),
            (
                400,
                r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"x","Message":"x"}"#,
                0,
                K::Gone,
                "(QueueDoesNotExist)",
            ),
        ] {
            let error = answer(status, body, ahead);
            let shown = error.to_string();
            assert!(error.kind() == kind && shown.contains(words) && !shown.contains("hush"), "{body}: {shown}");
        }
    }
}
