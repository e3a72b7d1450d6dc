//! The command `check`.

use super::messages::{CheckStatus, Messages};
use crate::Connection;
use crate::stream::published;
use serde_json::Value;
use spapi_core::{Client, Error, ErrorKind, Request, StatusCode, decode};
use spapi_metadata::document_types::Party;
use std::io;

/// Makes one cheap call that suits the account, and writes whether it succeeded.
///
/// A seller's account lists its marketplaces, and a vendor's the reports of one type.
///
/// # Errors
/// When the messages cannot be written.
pub async fn check(client: &Client, connection: &Connection, messages: &Messages) -> io::Result<()> {
    match call(client, connection.account).await {
        Ok(()) => messages.checked(CheckStatus::Succeeded, None),
        Err(error) => messages.checked(CheckStatus::Failed, Some(&explained(&error, &[]))),
    }
}

impl Messages {
    /// Writes that a configuration does not work, for one that cannot be read.
    ///
    /// # Errors
    /// When the messages cannot be written.
    pub fn check_failed(&self, why: &Error) -> io::Result<()> {
        self.checked(CheckStatus::Failed, Some(&format!("Config validation error: {why}")))
    }
}

async fn call(client: &Client, account: Party) -> Result<(), Error> {
    let name = match account {
        Party::Vendor => "reports@2021-06-30 getReports",
        _ => "sellers@v1 getMarketplaceParticipations",
    };
    let found = published(name).ok_or_else(|| Error::new(ErrorKind::Input, format!("there is no operation {name}")))?;
    let mut request = Request::new(client, found.entry.operation, decode::json::<Value>);
    if account == Party::Vendor {
        request.query_csv("reportTypes", ["GET_VENDOR_REAL_TIME_INVENTORY_REPORT"]);
        request.query("pageSize", "1");
    }
    request.send().await.map(|_| ())
}

/// An error in words, with what a refusal usually means.
pub(super) fn explained(error: &Error, roles: &[&str]) -> String {
    if error.status() != Some(StatusCode::FORBIDDEN) {
        return error.to_string();
    }
    let roles = match roles {
        [] => "the application has the role that the stream needs".to_owned(),
        roles => format!("the application has one of the roles {}", roles.join(", ")),
    };
    format!(
        "{error} Amazon refuses the account. Check whether {roles}, whether it was authorized again since it got them, whether the \
         seller has a professional plan, and whether the refresh token is of this region."
    )
}
