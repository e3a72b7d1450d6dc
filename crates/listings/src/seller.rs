//! The id of the seller for whom a client calls.

use spapi_core::{Client, Error};

/// The seller's id, if the client's credentials have it.
///
/// # Errors
/// When the credentials cannot be read.
pub(crate) async fn id_of(client: &Client) -> Result<Option<String>, Error> {
    Ok(client.seller().await?.strip_prefix("seller ").map(str::to_owned))
}
