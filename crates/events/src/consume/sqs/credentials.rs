//! The credentials of requests to AWS.

use super::profile::{self, Profile};
use crate::consume::{QueueError, QueueErrorKind};
use object_store::aws::{AmazonS3Builder, AwsCredential, AwsCredentialProvider};
use object_store::{RetryConfig, StaticCredentialProvider};
use std::sync::Arc;
use std::time::Duration;

/// An access key, its secret, and a session token if they are temporary.
pub(super) struct Keys {
    key_id: String,
    secret_key: String,
    token: Option<String>,
}

impl Keys {
    pub fn new(key_id: String, secret_key: String, token: Option<String>) -> Self {
        Self { key_id, secret_key, token }
    }
}

const KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";

/// The variables that name a role of the machine.
const OF_ROLES: [&str; 8] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
];

pub(super) const HINT: &str = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN if they are temporary, or \
     AWS_PROFILE for a profile that has keys, or run where a role provides them.";

/// How often and for how long a role's credentials are requested. On a machine without a role nobody answers.
const ATTEMPTS: usize = 2;
const LONGEST: Duration = Duration::from_secs(10);

/// What gives the credentials: those that are set, those of the environment, those of a profile, or those of a role.
pub(super) fn provider(
    keys: Option<Keys>,
    region: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<AwsCredentialProvider, QueueError> {
    let value = |name: &str| variable(name).map(|value| value.trim().to_owned());
    let keys = match (keys, value(KEY), value(SECRET)) {
        (Some(keys), ..) => Some(keys),
        (None, Some(key_id), Some(secret_key)) => Some(Keys { key_id, secret_key, token: value(TOKEN) }),
        (None, Some(_), None) => return Err(missing(SECRET)),
        (None, None, Some(_)) => return Err(missing(KEY)),
        (None, None, None) => None,
    };
    if let Some(Keys { key_id, secret_key, token }) = keys {
        let credential = AwsCredential { key_id, secret_key, token };
        check(&credential)?;
        return Ok(Arc::new(StaticCredentialProvider::new(credential)));
    }
    // As in AWS's own tools, a role by a token comes before the profile that nobody names.
    let is_by_token = value("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() && value(profile::NAME).is_none();
    if let Some(profile) = if is_by_token { None } else { Profile::find(variable)? } {
        profile.credential()?;
        return Ok(Arc::new(profile));
    }
    let retry = RetryConfig { max_retries: ATTEMPTS, retry_timeout: LONGEST, ..RetryConfig::default() };
    // The bucket is not used: this only finds the provider.
    let mut builder = AmazonS3Builder::new().with_bucket_name("none").with_region(region).with_retry(retry);
    for (name, value) in OF_ROLES.iter().filter_map(|name| Some((name, value(name)?))) {
        if let Ok(key) = name.to_ascii_lowercase().parse() {
            builder = builder.with_config(key, value);
        }
    }
    // An error could show a value.
    let built = builder.build().map_err(|_| {
        QueueError::new(QueueErrorKind::Credentials, "the role that the environment names cannot be used")
            .with_hint(HINT)
    })?;
    Ok(Arc::clone(built.credentials()))
}

/// Whether the credentials can be sent at all: what is signed stands in headers.
pub(super) fn check(credential: &AwsCredential) -> Result<(), QueueError> {
    let is_wrong = |text: &str| text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = [(KEY, Some(&credential.key_id)), (TOKEN, credential.token.as_ref())]
        .into_iter()
        .find(|(_, value)| value.is_some_and(|value| is_wrong(value)))
        .map(|(name, _)| name);
    match wrong.or_else(|| credential.secret_key.is_empty().then_some(SECRET)) {
        None => Ok(()),
        Some(name) => {
            let message =
                format!("the AWS credentials cannot be used: {name} is empty or has characters that no key has");
            Err(QueueError::new(QueueErrorKind::Credentials, message).with_hint("Copy it again, without line breaks."))
        }
    }
}

fn missing(name: &str) -> QueueError {
    QueueError::new(QueueErrorKind::Credentials, format!("the environment lacks {name}")).with_hint(HINT)
}
