//! `write FILE MEGABYTES` makes up an archive of orders, the same each time. `read FILE` reads its records and prints the
//! milliseconds, the peak of resident memory in KiB, the number of orders, and the sum of their totals.

use fastrand::Rng;
use spapi_mws::read::{Column, Item, Kind, Reader};
use spapi_rows::OwnedValue;
use spapi_types::Decimal;
use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::time::Instant;

/// How many orders an answer has.
const PAGE: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", file, megabytes] => write(file, megabytes.parse()?),
        ["read", file] => read(file),
        _ => Err("write FILE MEGABYTES, or read FILE".into()),
    }
}

fn read(file: &str) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut reader = Reader::new(File::open(file)?);
    let total = Kind::Orders.columns().into_iter().find(|column| column.name == "OrderTotal.Amount");
    let total: Column = total.ok_or("orders have totals")?;
    let (mut orders, mut sum) = (0_u64, Decimal::ZERO);
    while let Some(item) = reader.try_next()? {
        if let Item::Record(order) = item {
            orders += 1;
            if let OwnedValue::Text(amount) = order.value(&total) {
                sum += amount.parse::<Decimal>()?;
            }
        }
    }
    println!("{} {} {orders} {sum}", start.elapsed().as_millis(), peak()?);
    Ok(())
}

fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak is known")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Answers after each other in one file, in the indented form of the service.
fn write(file: &str, megabytes: u64) -> Result<(), Box<dyn Error>> {
    let mut rng = Rng::with_seed(41);
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "<?xml version=\"1.0\"?>")?;
    let mut written = 0;
    let mut number = 0;
    while written < megabytes * 1_000_000 {
        let operation = if number == 0 { "ListOrders" } else { "ListOrdersByNextToken" };
        let mut page = format!(
            "<{operation}Response xmlns=\"https://mws.amazonservices.com/Orders/2013-09-01\">\n  <{operation}Result>\n    <NextToken>{:032x}</NextToken>\n    <Orders>\n",
            rng.u128(..)
        );
        for _ in 0..PAGE {
            order(&mut rng, number, &mut page);
            number += 1;
        }
        page.push_str(&format!(
            "    </Orders>\n  </{operation}Result>\n  <ResponseMetadata>\n    <RequestId>{:032x}</RequestId>\n  </ResponseMetadata>\n</{operation}Response>\n",
            rng.u128(..)
        ));
        written += page.len() as u64;
        out.write_all(page.as_bytes())?;
    }
    Ok(out.flush()?)
}

fn order(rng: &mut Rng, number: usize, out: &mut String) {
    const CITIES: [&str; 4] = ["千代田区", "横浜市", "Sapporo", "Kyoto &amp; Uji"];
    let time = |rng: &mut Rng| format!("2019-{:02}-{:02}T0{}:00:00Z", rng.u8(1..13), rng.u8(1..29), rng.u8(..10));
    let (bought, updated, latest) = (time(rng), time(rng), time(rng));
    let city = CITIES[rng.usize(..CITIES.len())];
    let total = rng.u32(100..1_000_000);
    out.push_str(&format!(
        "      <Order>
        <LatestShipDate>{latest}</LatestShipDate>
        <OrderType>StandardOrder</OrderType>
        <PurchaseDate>{bought}</PurchaseDate>
        <BuyerEmail>{number:x}@marketplace.example</BuyerEmail>
        <AmazonOrderId>503-{:07}-{:07}</AmazonOrderId>
        <IsReplacementOrder>false</IsReplacementOrder>
        <LastUpdateDate>{updated}</LastUpdateDate>
        <NumberOfItemsShipped>{}</NumberOfItemsShipped>
        <ShipServiceLevel>Std JP Dom</ShipServiceLevel>
        <OrderStatus>Shipped</OrderStatus>
        <SalesChannel>Amazon.co.jp</SalesChannel>
        <IsBusinessOrder>false</IsBusinessOrder>
        <NumberOfItemsUnshipped>0</NumberOfItemsUnshipped>
        <PaymentMethodDetails>
          <PaymentMethodDetail>Standard</PaymentMethodDetail>
        </PaymentMethodDetails>
        <BuyerName>Buyer {number}</BuyerName>
        <OrderTotal>
          <CurrencyCode>JPY</CurrencyCode>
          <Amount>{total}.00</Amount>
        </OrderTotal>
        <IsPremiumOrder>false</IsPremiumOrder>
        <EarliestShipDate>{bought}</EarliestShipDate>
        <MarketplaceId>A1VC38T7YXB528</MarketplaceId>
        <FulfillmentChannel>MFN</FulfillmentChannel>
        <PaymentMethod>Other</PaymentMethod>
        <ShippingAddress>
          <City>{city}</City>
          <PostalCode>{:03}-{:04}</PostalCode>
          <StateOrRegion>東京都</StateOrRegion>
          <CountryCode>JP</CountryCode>
          <Name>Receiver {number}</Name>
          <AddressLine1>{}-{}</AddressLine1>
        </ShippingAddress>
        <IsPrime>{}</IsPrime>
        <ShipmentServiceLevelCategory>Standard</ShipmentServiceLevelCategory>
      </Order>\n",
        number / 10_000_000,
        number % 10_000_000,
        rng.u8(1..5),
        rng.u16(..1000),
        rng.u16(..10_000),
        rng.u8(1..30),
        rng.u8(1..30),
        rng.bool(),
    ));
}
