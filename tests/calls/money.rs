//! Amounts of money are decoded exactly from numbers and from texts, and sent in the form of the model.

use serde_json::json;
use spapi_core::{Decimal, Marketplace};
use spapi_finances::v0::Finances;
use spapi_listings_items::v2021_08_01::{ListingsItems, types::ListingsItemPutRequest};
use spapi_merchant_fulfillment::v0::{MerchantFulfillment, types as merchant};
use spapi_orders::v0::Orders;
use spapi_product_fees::v0::{ProductFees, types as fees};
use spapi_product_pricing::v0::ProductPricing;
use spapi_shipping::v2::{Shipping, types as shipping};
use spapi_tests::{Answer, Server};
use spapi_vendor_direct_fulfillment_payments::v1::{VendorDirectFulfillmentPayments, types as invoices};

/// The JSON of an amount, and its digits; `None` if it has no value.
const AMOUNTS: [(&str, Option<&str>); 17] = [
    ("17.31", Some("17.31")),
    (r#""17.31""#, Some("17.31")),
    ("123456789012345.67", Some("123456789012345.67")),
    (r#""123456789012345.67""#, Some("123456789012345.67")),
    ("12345678901234567890.12345678", Some("12345678901234567890.12345678")),
    (r#""12345678901234567890.12345678""#, Some("12345678901234567890.12345678")),
    ("0.1", Some("0.1")),
    ("1980", Some("1980")),
    ("-3.10", Some("-3.10")),
    (r#""-3.10""#, Some("-3.10")),
    (r#""1,234.50""#, Some("1234.50")),
    (r#""12,345,678.90""#, Some("12345678.90")),
    (r#""""#, None),
    ("null", None),
    (r#""N/A""#, None),
    ("false", None),
    (r#"{"odd":1}"#, None),
];

/// The value of a decoded amount, and the structure around it as JSON.
type Read = (Option<Decimal>, String);

/// Decodes a page with each amount in place of `AMOUNT`. The other amount of the page must not change.
async fn assert_read_exactly(page: &str, quote: &str, read: impl AsyncFn(&Server) -> [Read; 2]) {
    for (amount, digits) in AMOUNTS {
        let server = Server::always(Answer::json(200, page.replace("AMOUNT", amount))).await;
        let [(value, written), (neighbour, _)] = read(&server).await;
        assert_eq!(value.map(|value| value.to_string()).as_deref(), digits, "{amount}");
        assert_eq!(neighbour, Some(Decimal::from(7)), "{amount} lost another");
        match digits {
            Some(digits) => assert!(written.contains(&format!("Amount\":{quote}{digits}{quote}")), "{written}"),
            None => assert!(!written.contains("Amount"), "{written}"),
        }
    }
}

fn written(money: &impl serde::Serialize) -> String {
    serde_json::to_string(money).unwrap()
}

#[tokio::test]
async fn amounts_that_the_model_declares_as_texts_are_exact() {
    let page = r#"{"payload":{"Orders":[
        {"AmazonOrderId":"1","OrderTotal":{"CurrencyCode":"JPY","Amount":AMOUNT}},
        {"AmazonOrderId":"2","OrderTotal":{"CurrencyCode":"JPY","Amount":"7"}}]}}"#;
    assert_read_exactly(page, "\"", async |server| {
        let orders = Orders::new(&server.client()).get_orders().marketplace_ids([Marketplace::JP]);
        let orders = orders.send().await.unwrap().into_inner().payload.unwrap().orders;
        [0, 1].map(|index| {
            let total = orders[index].order_total.as_ref().unwrap();
            assert_eq!(total.currency_code.as_deref(), Some("JPY"));
            (total.amount, written(total))
        })
    })
    .await;
}

#[tokio::test]
async fn amounts_that_the_model_declares_as_numbers_are_exact() {
    let page = r#"{"payload":{"FinancialEventGroupList":[
        {"OriginalTotal":{"CurrencyCode":"JPY","CurrencyAmount":AMOUNT}},
        {"OriginalTotal":{"CurrencyAmount":7,"CurrencyCode":"JPY"}}]}}"#;
    assert_read_exactly(page, "", async |server| {
        let groups = Finances::new(&server.client()).list_financial_event_groups().send().await.unwrap();
        let groups = groups.into_inner().payload.unwrap().financial_event_group_list;
        [0, 1].map(|index| {
            let total = groups[index].original_total.as_ref().unwrap();
            assert_eq!(total.currency_code.as_deref(), Some("JPY"));
            (total.currency_amount, written(total))
        })
    })
    .await;
}

#[tokio::test]
async fn amounts_deep_inside_an_answer_are_exact() {
    let page = r#"{"payload":{"ASIN":"B","Summary":{"TotalOfferCount":1,
        "LowestPrices":[{"condition":"new","ListingPrice":{"Amount":AMOUNT,"CurrencyCode":"JPY"}}],
        "ListPrice":{"Amount":7,"CurrencyCode":"JPY"}}}}"#;
    assert_read_exactly(page, "", async |server| {
        let offers = ProductPricing::new(&server.client()).get_item_offers("B").marketplace_id(Marketplace::JP);
        let summary = offers.item_condition("New").send().await.unwrap().into_inner().payload.unwrap().summary;
        let (listing, list) = (&summary.lowest_prices[0].listing_price, summary.list_price.as_ref().unwrap());
        [listing, list].map(|price| (price.amount, written(price)))
    })
    .await;
}

#[tokio::test]
async fn amounts_beside_unknown_members_are_exact() {
    let page = r#"{"payload":{"FeesEstimateResult":{"FeesEstimate":{
        "TotalFeesEstimate":{"New":{"x":[1]},"Amount":AMOUNT,"CurrencyCode":"JPY"},
        "FeeDetailList":[{"FinalFee":{"Amount":7}}]}}}}"#;
    assert_read_exactly(page, "", async |server| {
        let call = ProductFees::new(&server.client())
            .get_my_fees_estimate_for_asin("B", fees::GetMyFeesEstimateRequest::new());
        let result = call.send().await.unwrap().into_inner().payload.unwrap().fees_estimate_result.unwrap();
        let estimate = result.fees_estimate.unwrap();
        let total = estimate.total_fees_estimate.unwrap();
        assert_eq!(total.unknown_fields["New"], json!({"x": [1]}));
        [&total, &estimate.fee_detail_list[0].final_fee].map(|money| (money.amount, written(money)))
    })
    .await;
}

#[tokio::test]
async fn a_number_is_sent_with_all_its_digits() {
    for digits in ["17.31", "123456789012345.67", "12345678901234567890.12345678", "0.10", "-3", "1980"] {
        let amount = Decimal::from_str_exact(digits).unwrap();
        let server = Server::always(Answer::json(200, "{}")).await;
        let client = server.client();

        let price = fees::PriceToEstimateFees::new(fees::MoneyType::new().amount(amount).currency_code("JPY"));
        let request = fees::FeesEstimateRequest::new("1", Marketplace::JP, price);
        let body = fees::GetMyFeesEstimateRequest::new().fees_estimate_request(request);
        ProductFees::new(&client).get_my_fees_estimate_for_asin("B", body).send().await.unwrap();

        let options = merchant::ShippingServiceOptions::new(false, "NoTracking")
            .declared_value(merchant::CurrencyAmount::new(amount, "JPY"));
        let details = merchant::ShipmentRequestDetails::default()
            .shipping_service_options(options)
            .weight(merchant::Weight::new("g", amount));
        let body = merchant::CreateShipmentRequest::new(details, "service");
        MerchantFulfillment::new(&client).create_shipment(body).send().await.unwrap();

        let dimensions = shipping::Dimensions::new(amount, 2, "CENTIMETER", amount);
        let package = shipping::Package::new(
            dimensions,
            shipping::Currency::new("JPY", amount),
            [],
            "1",
            shipping::Weight::new("GRAM", 5),
        );
        let body = shipping::GetRatesRequest::default().packages([package]);
        Shipping::new(&client).get_rates(body).send().await.unwrap();

        let [fees, shipment, rates] = server.calls().try_into().unwrap();
        let price = format!(r#""ListingPrice":{{"Amount":{digits},"CurrencyCode":"JPY"}}"#);
        assert!(fees.text().contains(&price), "{}", fees.text());
        for part in [format!(r#""DeclaredValue":{{"Amount":{digits},"#), format!(r#""Unit":"g","Value":{digits}}}"#)] {
            assert!(shipment.text().contains(&part), "{}", shipment.text());
        }
        for part in [
            format!(r#"{{"height":{digits},"length":2,"unit":"CENTIMETER","width":{digits}}}"#),
            format!(r#""insuredValue":{{"unit":"JPY","value":{digits}}}"#),
        ] {
            assert!(rates.text().contains(&part), "{}", rates.text());
        }
    }
}

#[tokio::test]
async fn a_text_is_sent_with_all_its_digits() {
    for digits in ["17.31", "123456789012345.67", "12345678901234567890.12345678", "0.10", "-3", "1980"] {
        let server = Server::always(Answer::json(202, "{}")).await;
        let total = invoices::Money::new(Decimal::from_str_exact(digits).unwrap(), "JPY");
        let party = invoices::PartyIdentification::new("P");
        let invoice = invoices::InvoiceDetail::new("2026-01-12", "1", total, [], party.clone(), party);
        let body = invoices::SubmitInvoiceRequest::new().invoices([invoice]);
        VendorDirectFulfillmentPayments::new(&server.client()).submit_invoice(body).send().await.unwrap();
        let sent = server.call();
        let total = format!(r#""invoiceTotal":{{"amount":"{digits}","currencyCode":"JPY"}}"#);
        assert!(sent.text().contains(&total), "{}", sent.text());
    }
}

#[tokio::test]
async fn a_decoded_amount_is_sent_again_digit_for_digit() {
    let server = Server::in_turn([
        Answer::json(
            200,
            r#"{"payload":{"FeesEstimateResult":{"FeesEstimateIdentifier":{"PriceToEstimateFees":{
                "ListingPrice":{"Amount":"123456789012345.67","CurrencyCode":"JPY","New":17.31},
                "Shipping":{"Amount":0.10}}}}}}"#,
        ),
        Answer::json(200, "{}"),
    ])
    .await;
    let product_fees = ProductFees::new(&server.client());
    let answer = product_fees.get_my_fees_estimate_for_asin("B", fees::GetMyFeesEstimateRequest::new()).send().await;
    let result = answer.unwrap().into_inner().payload.unwrap().fees_estimate_result.unwrap();
    let price = result.fees_estimate_identifier.unwrap().price_to_estimate_fees.unwrap();
    let request = fees::FeesEstimateRequest::new("1", Marketplace::JP, price);
    let body = fees::GetMyFeesEstimateRequest::new().fees_estimate_request(request);
    product_fees.get_my_fees_estimate_for_asin("B", body).send().await.unwrap();
    let sent = server.calls().pop().unwrap();
    for part in [
        r#""ListingPrice":{"Amount":123456789012345.67,"CurrencyCode":"JPY","New":17.31}"#,
        r#""Shipping":{"Amount":0.10}"#,
    ] {
        assert!(sent.text().contains(part), "{}", sent.text());
    }
}

#[tokio::test]
async fn prices_among_free_attributes_keep_their_digits() {
    let attributes = r#"{"list_price":[{"currency":"JPY","value":123456789012345.67},{"value":17.31},{"value":1980}]}"#;
    let server = Server::in_turn([
        Answer::json(200, format!(r#"{{"sku":"A","attributes":{attributes}}}"#)),
        Answer::json(200, "{}"),
    ])
    .await;
    let listings = ListingsItems::new(&server.client());
    let item = listings.get_listings_item("A1", "A").marketplace_ids([Marketplace::JP]).send().await.unwrap();
    let body = ListingsItemPutRequest::new(item.into_inner().attributes, "LUGGAGE");
    listings.put_listings_item("A1", "A", body).marketplace_ids([Marketplace::JP]).send().await.unwrap();
    let sent = server.calls().pop().unwrap();
    assert_eq!(sent.text(), format!(r#"{{"attributes":{attributes},"productType":"LUGGAGE"}}"#));
}
