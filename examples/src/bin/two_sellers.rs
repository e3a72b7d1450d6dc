//! Calls Amazon for two sellers from one process. The two clients share connections and the table of quotas; each has
//! its own tokens and its own quota.

use spapi_core::{Client, Credentials, Error as SpapiError, Marketplace};
use spapi_sellers::v1::Sellers;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let connection = spapi_examples::connect(Marketplace::JP).await?;
    let second = connection.second_refresh_token.ok_or("set SPAPI_SECOND_REFRESH_TOKEN")?;
    let (id, secret) = application()?;

    // ANCHOR: two_sellers
    let first = connection.client;
    let second = first.for_seller(Credentials::new(id, secret, second));

    // Both calls run at once. If one seller revokes the authorization, only that seller's calls fail.
    let (first, second) = tokio::join!(marketplaces(&first), marketplaces(&second));
    // ANCHOR_END: two_sellers
    println!("first seller:  {}", first?.join(", "));
    println!("second seller: {}", second?.join(", "));
    Ok(())
}

// ANCHOR: send
/// The marketplaces in which a seller takes part.
async fn marketplaces(client: &Client) -> Result<Vec<String>, SpapiError> {
    let answer = Sellers::new(client).get_marketplace_participations().send().await?;
    let participations = answer.payload.iter().filter(|row| row.participation.is_participating == Some(true));
    Ok(participations.map(|row| row.marketplace.name.clone()).collect())
}
// ANCHOR_END: send

/// The client id and secret of the application, which all sellers share.
fn application() -> Result<(String, String), Box<dyn Error>> {
    match std::env::var_os("SPAPI_ENDPOINT") {
        None => Ok((spapi_sandbox::CLIENT_ID.to_owned(), spapi_sandbox::CLIENT_SECRET.to_owned())),
        Some(_) => Ok((std::env::var("SPAPI_CLIENT_ID")?, std::env::var("SPAPI_CLIENT_SECRET")?)),
    }
}
