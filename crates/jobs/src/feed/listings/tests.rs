use super::*;

fn messages(count: usize) -> impl Iterator<Item = ListingsMessage> {
    (1..=count).map(|number| ListingsMessage::delete(format!("sku-{number}")).unwrap())
}

fn read(part: &ListingsPart) -> Value {
    serde_json::from_slice(&part.bytes).unwrap()
}

#[test]
fn each_operation_has_the_members_that_it_takes_and_no_others() {
    let attributes = json!({ "brand": [{ "value": "B" }] });
    let stock = json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }]);
    let messages = [
        ListingsMessage::update("1", "LUGGAGE", attributes.clone()).unwrap().requirements("LISTING").unwrap(),
        ListingsMessage::partial_update("2", "LUGGAGE", attributes.clone()).unwrap(),
        ListingsMessage::patch(
            "3",
            "LUGGAGE",
            [ListingsPatch::replace("fulfillment_availability", stock.clone()).unwrap()],
        )
        .unwrap(),
        ListingsMessage::delete("4").unwrap(),
    ];
    let feed = ListingsFeed::new("A1").issue_locale("ja_JP").with_items(["issues"]);
    let parts: Vec<_> = feed.parts(messages).map(Result::unwrap).collect();
    let expected = json!({
        "header": {
            "sellerId": "A1", "version": "2.0", "issueLocale": "ja_JP",
            "report": { "includedData": ["issues"], "apiVersion": "2021-08-01" },
        },
        "messages": [
            { "messageId": 1, "sku": "1", "operationType": "UPDATE", "productType": "LUGGAGE",
              "requirements": "LISTING", "attributes": attributes },
            { "messageId": 2, "sku": "2", "operationType": "PARTIAL_UPDATE", "productType": "LUGGAGE",
              "attributes": attributes },
            { "messageId": 3, "sku": "3", "operationType": "PATCH", "productType": "LUGGAGE",
              "patches": [{ "op": "replace", "path": "/attributes/fulfillment_availability", "value": stock }] },
            { "messageId": 4, "sku": "4", "operationType": "DELETE" },
        ],
    });
    assert_eq!(read(&parts[0]), expected);
}

#[test]
fn what_amazon_would_refuse_is_an_error_that_names_the_sku() {
    let array = json!([{ "value": 1 }]);
    for (result, part) in [
        (ListingsMessage::delete(" "), "no SKU"),
        (ListingsMessage::update("S1", "", json!({ "a": array })), "S1 has no product type"),
        (ListingsMessage::update("S1", "X", json!({})), "S1 has no attributes"),
        (ListingsMessage::partial_update("S1", "X", json!([])), "S1 has attributes that are no object"),
        (ListingsMessage::update("S1", "X", json!({ "brand": "B" })), "brand that is not an array"),
        (ListingsMessage::patch("S1", "X", []), "S1 has no patch"),
        (ListingsMessage::delete("S1").and_then(|message| message.requirements("LISTING")), "only UPDATE"),
    ] {
        let error = result.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
    for (attribute, value) in [("a/b", array.clone()), ("", array.clone()), ("a", json!({})), ("a", json!(["x"]))] {
        assert!(ListingsPatch::replace(attribute, value).is_err());
    }
    assert_eq!(ListingsPatch::add("/attributes/a", array).unwrap().path, "/attributes/a");
}

#[test]
fn too_many_messages_are_split_and_every_one_is_there_once() {
    let parts: Vec<_> = ListingsFeed::new("A1").parts(messages(60_001)).map(Result::unwrap).collect();
    assert_eq!(parts.iter().map(ListingsPart::len).collect::<Vec<_>>(), [25_000, 25_000, 10_001]);
    let all = parts.iter().flat_map(|part| read(part)["messages"].as_array().unwrap().clone());
    for (at, message) in all.enumerate() {
        assert_eq!(
            (message["messageId"].as_u64(), message["sku"].as_str()),
            (Some(at as u64 + 1), Some(&*format!("sku-{}", at + 1)))
        );
    }
    assert_eq!(parts[2].sku(50_001), Some("sku-50001"));
}

#[test]
fn too_many_bytes_are_split_and_a_large_message_goes_alone() {
    let large = ListingsMessage::update("large", "X", json!({ "a": [{ "value": "x".repeat(5000) }] })).unwrap();
    let all = messages(20).chain([large]).chain(messages(20));
    let parts: Vec<_> = ListingsFeed::new("A1").most_bytes(1000).parts(all).map(Result::unwrap).collect();
    let large: Vec<_> = parts.iter().filter(|part| part.bytes.len() > 1000).collect();
    assert_eq!((large.len(), large[0].len(), large[0].sku(21)), (1, 1, Some("large")));
    assert_eq!(parts.iter().map(ListingsPart::len).sum::<usize>(), 41);
    assert!(parts.len() < 10, "{}", parts.len());
}

#[test]
fn no_messages_make_no_feed() {
    assert!(ListingsFeed::new("A1").parts([]).next().is_none());
}
