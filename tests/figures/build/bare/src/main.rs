//! Prints the ids of a seller's orders, with only an HTTP client.

use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::env;
use std::error::Error;

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Page {
    orders: Vec<Order>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    order_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    next_token: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let form = Url::parse_with_params(
        "https://api.amazon.com/auth/o2/token",
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", &env::var("SPAPI_REFRESH_TOKEN")?),
            ("client_id", &env::var("SPAPI_CLIENT_ID")?),
            ("client_secret", &env::var("SPAPI_CLIENT_SECRET")?),
        ],
    )?;
    let request = client
        .post("https://api.amazon.com/auth/o2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap_or_default().to_owned());
    let token: Token = answer(request).await?;

    let mut next_token: Option<String> = None;
    loop {
        let mut url = Url::parse_with_params(
            "https://sellingpartnerapi-fe.amazon.com/orders/2026-01-01/orders",
            [("marketplaceIds", "A1VC38T7YXB528"), ("createdAfter", "2026-01-01T00:00:00Z")],
        )?;
        if let Some(token) = &next_token {
            url.query_pairs_mut().append_pair("paginationToken", token);
        }
        let page: Page = answer(client.get(url).header("x-amz-access-token", &token.access_token)).await?;
        for order in page.orders {
            println!("{}", order.order_id);
        }
        next_token = page.pagination.and_then(|pagination| pagination.next_token);
        if next_token.is_none() {
            return Ok(());
        }
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Box<dyn Error>> {
    let body = request.send().await?.error_for_status()?.bytes().await?;
    Ok(serde_json::from_slice(&body)?)
}
