//! Replays recordings that a client of the sandbox made.
//!
//! `UPDATE_RECORDED=1 cargo test -p spapi-tests --test recorded` replaces the recordings in `recorded/sandbox`.

use spapi_core::{Client, Credentials, DataElement, Endpoint, Marketplace};
use spapi_orders::v0::Orders as OrdersV0;
use spapi_orders::v2026_01_01::{Orders, types::SearchOrdersIncludedData};
use spapi_record::{Recorder, Replay};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sellers::v1::Sellers;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded/sandbox")
}

/// The values that a program reads: those that a recording keeps, and those that it replaces.
#[derive(Debug, Default)]
struct Seen {
    kept: Vec<String>,
    /// Ids and a buyer's data.
    confidential: Vec<String>,
}

/// A program that passes ids and page tokens from call to call.
async fn program(client: &Client) -> Seen {
    let mut seen = Seen::default();
    let participations = Sellers::new(client).get_marketplace_participations().send().await.unwrap();
    for place in &participations.payload {
        seen.kept.push(format!("{} {}", place.marketplace.id, place.marketplace.default_currency_code));
    }

    let orders = OrdersV0::new(client);
    let list = orders.get_orders().marketplace_ids([Marketplace::JP]).created_after("2026-01-01T00:00:00Z");
    let mut items = list.max_results_per_page(2).items();
    let mut ids = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        seen.kept.push(format!("{} {} {:?}", order.order_status, order.purchase_date, order.number_of_items_shipped));
        seen.kept.extend(order.order_total.and_then(|total| total.currency_code));
        ids.push(order.amazon_order_id);
    }
    let order = orders.get_order(&ids[0]).send().await.unwrap().into_inner().payload.unwrap();
    assert_eq!(order.amazon_order_id, ids[0]);
    let lines = orders.get_order_items(&ids[0]).send().await.unwrap().into_inner().payload.unwrap();
    seen.kept.push(format!("{} items of {:?}", lines.order_items.len(), lines.order_items[0].quantity_ordered));
    seen.confidential.extend(lines.order_items.into_iter().map(|line| line.order_item_id));
    let address = orders.get_order_address(&ids[0]).restricted().send().await.unwrap().into_inner();
    let address = address.payload.unwrap().shipping_address.unwrap();
    seen.confidential.extend([address.name, address.address_line1, address.phone].into_iter().flatten());
    let list = orders.get_orders().marketplace_ids([Marketplace::JP]).created_after("2026-01-01T00:00:00Z");
    let list = list.max_results_per_page(3).restricted([DataElement::BuyerInfo]);
    let page = list.pages().try_next().await.unwrap().unwrap().into_inner();
    for order in page.payload.unwrap().orders {
        seen.confidential.extend(order.buyer_info.and_then(|buyer| buyer.buyer_email));
    }
    let error = orders.get_order("000-0000000-0000000").send().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    seen.kept.extend(error.codes().map(str::to_owned));

    let search = Orders::new(client).search_orders().marketplace_ids([Marketplace::JP]);
    let search = search.included_data([SearchOrdersIncludedData::Fulfillment]).max_results_per_page(4);
    let mut items = search.created_after("2026-01-01T00:00:00Z").items();
    while let Some(order) = items.try_next().await.unwrap() {
        seen.kept.push(format!("{:?}", order.fulfillment.map(|fulfillment| fulfillment.fulfillment_status)));
        seen.kept.push(format!("{:?} {:?}", order.created_time, order.sales_channel.marketplace_id));
        ids.push(order.order_id);
    }
    seen.confidential.extend(ids);
    seen
}

async fn replayed(folder: &Path) -> Seen {
    let replay = Replay::open(folder).unwrap().strict();
    let seen = program(&replay.client(Marketplace::JP).build().unwrap()).await;
    assert_eq!(replay.unserved(), [""; 0]);
    seen
}

fn texts(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[tokio::test]
async fn a_replayed_program_reads_the_same_except_for_personal_data() {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_000_000);
    let sandbox =
        Sandbox::builder().orders(5).limits(Limits::Off).clock(Clock::stopped_at(time)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .observer(Recorder::in_folder(folder.path()).unwrap())
        .build()
        .unwrap();
    let live = program(&client).await;
    let again = replayed(folder.path()).await;
    assert_eq!(again.kept, live.kept);
    assert!(live.kept.len() > 20 && live.confidential.len() > 15, "{live:?}");
    assert_eq!(again.confidential.len(), live.confidential.len());
    for (path, text) in texts(folder.path()) {
        for confidential in &live.confidential {
            assert!(!text.contains(confidential.as_str()), "{confidential} is in {}", path.display());
        }
    }
    if std::env::var_os("UPDATE_RECORDED").is_some() {
        let _ = fs::remove_dir_all(committed());
        fs::create_dir_all(committed()).unwrap();
        for (path, text) in texts(folder.path()) {
            fs::write(committed().join(path.file_name().unwrap()), text).unwrap();
        }
    }
    // Newer types must still read an older recording.
    let old = replayed(&committed()).await;
    assert_eq!((old.kept.len() > 20, old.confidential.len() > 15), (true, true), "{old:?}");
    assert!(old.kept.contains(&"A1VC38T7YXB528 JPY".to_owned()), "{old:?}");
    let unknown: Vec<_> = old.kept.iter().filter(|kept| kept.contains("Unrecognized")).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
