//! Finds operations as data, and how long many calls of each last under Amazon's quotas. It calls nothing.
//!
//! `plan_calls [CALLS]`

use spapi_metadata::{find_by_path, operations};
use spapi_types::Method;
use spapi_types::operation::RequestPath;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let calls: u32 = std::env::args().nth(1).unwrap_or_else(|| "1000".to_owned()).parse()?;
    for found in operations().filter(|found| found.section.name == "orders") {
        let Some(rate) = found.entry.operation.rate else { continue };
        let seconds = f64::from(calls.saturating_sub(rate.burst)) / rate.per_second;
        println!("{found}\t{seconds:.0} s for {calls} calls");
    }
    // A request that a log has leads back to its operation.
    let path = RequestPath::parse("/orders/v0/orders/503-1234567-1234567/address")?;
    let (found, values) = find_by_path(&Method::GET, &path).ok_or("no operation has this path")?;
    println!("{found}\t{} = {}", values[0].0, values[0].1);
    Ok(())
}
