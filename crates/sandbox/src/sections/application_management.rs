//! Application Management 2023-11-30: rotateApplicationClientSecret.

use crate::http::{ApiError, Reply};
use crate::login::CLIENT_ID;
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use crate::time::dates;
use serde_json::json;
use std::time::{Duration, SystemTime};

pub(super) static SERVED: Served = Served {
    section: "application-management",
    module: "v2023_11_30",
    takes_long: false,
    operations: &[("rotateApplicationClientSecret", rotate_application_client_secret)],
};

/// How long a client secret works.
const SECRET_LIFE: Duration = Duration::from_secs(180 * 24 * 3600);

/// The answer is empty: Amazon sends the new secret to a queue, and the sandbox also returns it from
/// `Sandbox::client_secret`.
fn rotate_application_client_secret(server: &Server, _: &Call) -> Result<Reply, ApiError> {
    rotate(server);
    Ok(Reply::no_content())
}

/// Makes a new client secret, and sends it to the application's queue. Returns until when the former one works.
pub(crate) fn rotate(server: &Server) -> SystemTime {
    let until = server.login.rotate_client_secret();
    let now = server.clock.now();
    let payload = json!({
        "applicationOAuthClientNewSecretNotification": {
            "clientId": CLIENT_ID,
            "newClientSecret": server.login.client_secret(),
            "newClientSecretExpiryTime": dates::text(now + SECRET_LIFE),
            "oldClientSecretExpiryTime": dates::text(until),
        },
    });
    server.notifications.publish_to_application("APPLICATION_OAUTH_CLIENT_NEW_SECRET", now, payload, &server.faults);
    until
}

/// Sends the notification that the client secret will expire. The secret itself works on.
pub(crate) fn announce_expiry(server: &Server, at: SystemTime) {
    let payload = json!({
        "applicationOAuthClientSecretExpiryNotification": {
            "clientId": CLIENT_ID,
            "clientSecretExpiryTime": dates::text(at),
            "clientSecretExpiryReason": "PERIODIC_ROTATION",
        },
    });
    let now = server.clock.now();
    server.notifications.publish_to_application("APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY", now, payload, &server.faults);
}
