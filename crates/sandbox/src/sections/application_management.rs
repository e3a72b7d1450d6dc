//! Application Management 2023-11-30: rotateApplicationClientSecret.

use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;

pub(super) static SERVED: Served = Served {
    section: "application-management",
    module: "v2023_11_30",
    takes_long: false,
    operations: &[("rotateApplicationClientSecret", rotate_application_client_secret)],
};

/// The answer is empty: Amazon sends the new secret to a queue, and the sandbox returns it from `Sandbox::client_secret`.
fn rotate_application_client_secret(server: &Server, _: &Call) -> Result<Reply, ApiError> {
    server.login.rotate_client_secret();
    Ok(Reply::no_content())
}
