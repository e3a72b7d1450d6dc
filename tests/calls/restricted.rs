//! The sandbox sends buyers' personal data only on request, and then on every page.

use spapi_core::{Client, Credentials, DataElement, Endpoint, Marketplace, Quotas};
use spapi_orders::v0::Orders;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};

fn client(sandbox: &Sandbox) -> Client {
    Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        // The three lists together have more pages than the quota's burst.
        .quotas(&Quotas::off())
        .build()
        .unwrap()
}

/// The number of orders, of orders with the buyer, and of orders with the address.
async fn counted(orders: &Orders, data: Option<&[DataElement]>) -> [usize; 3] {
    let call = orders.get_orders().marketplace_ids([Marketplace::JP]).created_after("2020-01-01T00:00:00Z");
    let call = call.max_results_per_page(30);
    let call = match data {
        Some(data) => call.restricted(data.iter().copied()),
        None => call,
    };
    let mut items = call.items();
    let mut counts = [0; 3];
    while let Some(order) = items.try_next().await.unwrap() {
        counts[0] += 1;
        counts[1] += usize::from(order.buyer_info.is_some_and(|buyer| buyer.buyer_name.is_some()));
        counts[2] += usize::from(order.shipping_address.is_some_and(|address| address.name.is_some()));
    }
    counts
}

#[tokio::test]
async fn personal_data_is_on_every_page_when_requested() {
    let sandbox = Sandbox::builder().limits(Limits::Off).start().await.unwrap();
    let orders = Orders::new(&client(&sandbox));
    let [all, buyers, addresses] = counted(&orders, None).await;
    assert!(all > 60, "more than two pages: {all}");
    assert_eq!((buyers, addresses), (0, 0), "no personal data comes without a request");
    let [again, buyers, addresses] = counted(&orders, Some(&[DataElement::BuyerInfo])).await;
    assert!(again == all && buyers > 60 && addresses == 0, "{again} {buyers} {addresses}");
    let [_, buyers, addresses] = counted(&orders, Some(&[DataElement::BuyerInfo, DataElement::ShippingAddress])).await;
    assert!(buyers > 60 && addresses > 60, "{buyers} {addresses}");
}

#[tokio::test]
async fn a_data_element_that_the_operation_does_not_have_is_refused_before_the_call() {
    let sandbox = Sandbox::start().await.unwrap();
    let items = Orders::new(&client(&sandbox)).get_order_items("1").restricted([DataElement::ShippingAddress]);
    let error = items.send().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("no restricted data element shippingAddress"), "{error}");
}
