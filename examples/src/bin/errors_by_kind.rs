//! Shows what a program can do about each kind of error. The sandbox causes the errors.

use spapi_core::{Client, Credentials, Error, ErrorKind, Marketplace, Quotas, RetryPolicy};
use spapi_examples::client_of;
use spapi_orders::v2026_01_01::Orders;
use spapi_reports::v2021_06_30::{Reports, types::CreateReportSpecification};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Sandbox};

// ANCHOR: reaction
/// What a program can do about an error.
fn reaction(error: &Error) -> &'static str {
    match error.kind() {
        // This comes first: if Amazon may have carried out the call, a repetition could create a second report or payout.
        _ if error.outcome_unknown() => "check whether Amazon carried out the call before you repeat it",
        _ if error.is_throttled() => "wait for retry_after(), then call again",
        ErrorKind::Input | ErrorKind::Config => "correct the program or its settings",
        ErrorKind::BadRequest => "read codes() and messages(): Amazon refuses the arguments",
        ErrorKind::NotFound => "treat it as absent: Amazon does not have it",
        ErrorKind::Login => "check the credentials, or ask the seller to authorize the application again",
        ErrorKind::Denied => "check the application's roles and the seller's authorization",
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Lost | ErrorKind::Server => "call again later",
        ErrorKind::UrlExpired => "request the document's URL again",
        ErrorKind::Decode => "report the bug, with request_id() and decode_path()",
        _ => "log the error",
    }
}
// ANCHOR_END: reaction

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    // Without retries and waits for the quota, each fault becomes an error at once.
    let client = client_of(&sandbox, Marketplace::JP).retry(RetryPolicy::none()).quotas(&Quotas::off()).build()?;

    // The client sends nothing, because this id would change the path.
    report("unsafe argument", Orders::new(&client).get_order("..").send().await.map(drop));
    let unchecked = Orders::new(&client).search_orders().raw_query("createdAfter", "yesterday");
    report("wrong argument", unchecked.send().await.map(drop));
    report("unknown order", Orders::new(&client).get_order("000-0000000-0000000").send().await.map(drop));
    sandbox.fault(Fault::new("orders searchOrders", FaultKind::Throttled).times(1))?;
    report("throttled", search(&client).await);
    sandbox.fault(Fault::new("orders searchOrders", FaultKind::ServerError).times(1))?;
    report("server error", search(&client).await);
    sandbox.fault(Fault::new("reports createReport", FaultKind::LostAnswer).times(1))?;
    let specification = CreateReportSpecification::new([Marketplace::JP], "GET_MERCHANT_LISTINGS_ALL_DATA");
    report("lost answer", Reports::new(&client).create_report(specification).send().await.map(drop));
    let stranger = client.for_seller(Credentials::new(CLIENT_ID, CLIENT_SECRET, "Atzr|unknown"));
    report("unknown seller", search(&stranger).await);
    drop(sandbox);
    report("no server", search(&client).await);
    Ok(())
}

async fn search(client: &Client) -> Result<(), Error> {
    Orders::new(client).search_orders().created_after("2026-01-01").send().await.map(drop)
}

fn report(what: &str, result: Result<(), Error>) {
    let shown = result.map_or_else(|error| format!("{:?}: {}", error.kind(), reaction(&error)), |()| "no error".into());
    println!("{what}: {shown}");
}
