//! Arguments in a query.

use spapi_core::{Decimal, Marketplace};
use spapi_fulfillment_inbound::v2024_03_20::FulfillmentInbound;
use spapi_listings_items::v2021_08_01::{ListingsItems, types::SearchListingsItemsIncludedData as Included};
use spapi_orders::{v0, v2026_01_01};
use spapi_seller_wallet::v2024_03_01::SellerWallet;
use spapi_tests::{Answer, Server};
use std::time::{Duration, SystemTime};

#[tokio::test]
async fn lists_are_joined_by_commas_and_a_comma_inside_a_value_is_encoded() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();

    let orders = v0::Orders::new(&client).get_orders().marketplace_ids([Marketplace::JP, Marketplace::US]);
    orders.order_statuses(["Shipped", "Unshipped"]).is_ispu(false).send().await.unwrap();

    let listings = ListingsItems::new(&client).search_listings_items("A1").marketplace_ids([Marketplace::JP]);
    let listings = listings.identifiers(["A,B", "C D&e=é"]).identifiers_type("SKU");
    listings.included_data([Included::Summaries, "later".into()]).page_size(20).send().await.unwrap();

    assert_eq!(
        server.targets(),
        [
            "GET /orders/v0/orders?MarketplaceIds=A1VC38T7YXB528,ATVPDKIKX0DER&OrderStatuses=Shipped,Unshipped\
             &IsISPU=false",
            "GET /listings/2021-08-01/items/A1?marketplaceIds=A1VC38T7YXB528&identifiers=A%2CB,C%20D%26e%3D%C3%A9\
             &identifiersType=SKU&includedData=summaries,later&pageSize=20",
        ]
    );
}

#[tokio::test]
async fn the_two_lists_that_repeat_their_name() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let inbound = FulfillmentInbound::new(&server.client());
    let mskus = ["A,B", "C D", "A,B"];

    let prep = inbound.list_prep_details().marketplace_id(Marketplace::JP).mskus(mskus);
    prep.send().await.unwrap();
    let compliance = inbound.list_item_compliance_details().mskus(mskus).marketplace_id(Marketplace::JP);
    compliance.send().await.unwrap();

    assert_eq!(
        server.targets(),
        [
            "GET /inbound/fba/2024-03-20/items/prepDetails?marketplaceId=A1VC38T7YXB528\
             &mskus=A%2CB&mskus=C%20D&mskus=A%2CB",
            "GET /inbound/fba/2024-03-20/items/compliance?mskus=A%2CB&mskus=C%20D&mskus=A%2CB\
             &marketplaceId=A1VC38T7YXB528",
        ]
    );
}

#[tokio::test]
async fn an_empty_list_is_not_sent_and_the_later_of_two_values_is() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let orders = v0::Orders::new(&server.client()).get_orders();
    let orders = orders.fulfillment_channels(["AFN"]).fulfillment_channels(Vec::<String>::new());
    orders.marketplace_ids([Marketplace::US]).marketplace_ids([Marketplace::JP]).send().await.unwrap();
    assert_eq!(server.call().query(), ["MarketplaceIds=A1VC38T7YXB528"]);
}

#[tokio::test]
async fn dates_and_decimals_are_sent_as_they_were_given() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();

    let search = v2026_01_01::Orders::new(&client).search_orders();
    let search = search.created_after("2026-01-12T09:30+09:00").last_updated_before("2026-01-12");
    let moment = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_120);
    search.created_before(moment).send().await.unwrap();

    let preview = SellerWallet::new(&client).get_transfer_preview().marketplace_id(Marketplace::JP);
    let preview = preview.source_country_code("JP").source_currency_code("JPY").destination_country_code("US");
    let amount = Decimal::from_str_exact("123456789012345.670").unwrap();
    preview.destination_currency_code("USD").base_amount(amount).send().await.unwrap();

    let calls = server.calls();
    assert_eq!(
        calls[0].query(),
        [
            "createdAfter=2026-01-12T09%3A30%2B09%3A00",
            "createdBefore=2023-11-14T22%3A13%3A20.120Z",
            "lastUpdatedBefore=2026-01-12",
        ]
    );
    assert!(calls[1].query().contains(&"baseAmount=123456789012345.670"), "{}", calls[1].target);
}
