//! Arguments in a path.

use percent_encoding::percent_decode_str;
use spapi_core::{Error, Marketplace};
use spapi_listings_items::v2021_08_01::ListingsItems;
use spapi_shipping::v2::{Shipping, types::LinkCarrierAccountRequest};
use spapi_tests::{Answer, Server};
use spapi_uploads::v2020_11_01::Uploads;

/// A value, and how the request target encodes it.
const VALUES: [(&str, &str); 10] = [
    (r"A/B C+é%\", "A%2FB%20C%2B%C3%A9%25%5C"),
    ("plain-._~", "plain-._~"),
    ("%2F", "%252F"),
    ("%2e%2e", "%252e%252e"),
    ("...", "..."),
    ("..\\..", "..%5C.."),
    ("../x", "..%2Fx"),
    (" a?b#c ", "%20a%3Fb%23c%20"),
    ("a;b:c@d&e=f,g$h!i'j(k)l*m|n^o", "a%3Bb%3Ac%40d%26e%3Df%2Cg%24h%21i%27j%28k%29l%2Am%7Cn%5Eo"),
    ("赤\t{sku}", "%E8%B5%A4%09%7Bsku%7D"),
];

#[tokio::test]
async fn a_sku_reaches_the_server_byte_for_byte() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let listings = ListingsItems::new(&server.client());
    for (sku, encoded) in VALUES {
        listings.get_listings_item("A1", sku).marketplace_ids([Marketplace::JP]).send().await.unwrap();
        let call = server.calls().pop().unwrap();
        assert_eq!(call.target, format!("/listings/2021-08-01/items/A1/{encoded}?marketplaceIds=A1VC38T7YXB528"));
        let last = call.path().rsplit('/').next().unwrap();
        assert_eq!(percent_decode_str(last).collect::<Vec<_>>(), sku.as_bytes());
    }
}

#[tokio::test]
async fn an_argument_that_would_change_the_path_is_refused_by_name() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let listings = ListingsItems::new(&server.client());
    for value in [".", "..", ""] {
        for (name, seller_id, sku) in [("sku", "A1", value), ("sellerId", value, "B")] {
            let call = listings.get_listings_item(seller_id, sku).marketplace_ids([Marketplace::JP]);
            assert_refused(call.send().await.unwrap_err(), name);
        }
    }
    assert_eq!(server.request_count(), 0);
}

#[tokio::test]
async fn the_greedy_path_keeps_only_its_slashes() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let uploads = Uploads::new(&server.client());
    for (resource, encoded) in [
        ("aplus/2020-11-01/contentDocuments", "aplus/2020-11-01/contentDocuments"),
        ("messaging/v1/orders/903-1/messages/legalDisclosure", "messaging/v1/orders/903-1/messages/legalDisclosure"),
        (r"a/B C+é%\?#", "a/B%20C%2B%C3%A9%25%5C%3F%23"),
        ("a/%2e%2e/...", "a/%252e%252e/..."),
    ] {
        let call = uploads.create_upload_destination_for_resource(resource).marketplace_ids([Marketplace::JP]);
        call.content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.unwrap();
        let call = server.calls().pop().unwrap();
        assert_eq!(call.path(), format!("/uploads/2020-11-01/uploadDestinations/{encoded}"));
        assert_eq!(call.query(), ["contentMD5=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D", "marketplaceIds=A1VC38T7YXB528"]);
    }
}

#[tokio::test]
async fn operations_of_one_path_differ_by_their_method() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let shipping = Shipping::new(&server.client());
    let body = LinkCarrierAccountRequest::default();
    shipping.link_carrier_account("C 1", body.clone()).send().await.unwrap();
    shipping.link_carrier_account_post("C 1", body).send().await.unwrap();
    let path = "/shipping/v2/carrierAccounts/C%201";
    assert_eq!(server.targets(), [format!("PUT {path}"), format!("POST {path}")]);
}

#[tokio::test]
async fn the_greedy_path_refuses_dots_as_a_segment() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let uploads = Uploads::new(&server.client());
    for resource in ["..", ".", "", "../orders", "a/../b", "a/./b", "a/..", "./a"] {
        let call = uploads.create_upload_destination_for_resource(resource).marketplace_ids([Marketplace::JP]);
        assert_refused(call.content_md5("x").send().await.unwrap_err(), "resource");
    }
    assert_eq!(server.request_count(), 0);
}

fn assert_refused(error: Error, name: &str) {
    assert!(error.is_input(), "{error}");
    assert!(error.to_string().contains(&format!("path parameter {name} is ")), "{error}");
    assert_eq!(error.status(), None);
}
