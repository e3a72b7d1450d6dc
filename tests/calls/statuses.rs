//! Answers whose type depends on their status.

use serde_json::json;
use spapi_core::{Marketplace, StatusCode};
use spapi_customer_feedback::v2024_06_01::CustomerFeedback;
use spapi_external_fulfillment::inventory_v2024_09_11::{ExternalFulfillmentInventory, types as inventory};
use spapi_fulfillment_outbound::v2026_07_04::operations::CreateOrderAnswer;
use spapi_fulfillment_outbound::v2026_07_04::{FulfillmentOutbound, types as outbound};
use spapi_services::v1::Services;
use spapi_solicitations::v1::Solicitations;
use spapi_supply_sources::v2020_07_01::SupplySources;
use spapi_tests::{Answer, Server};

#[tokio::test]
async fn a_204_without_a_body_is_none() {
    let server = Server::in_turn([
        Answer::json(200, json!({"asin": "B", "topics": {"positiveTopics": [{"topic": "size"}]}})),
        Answer::empty(204).header("x-amzn-RequestId", "id-2"),
        Answer::json(200, json!({"browseNodeId": "7"})),
        Answer::empty(204),
    ])
    .await;
    let feedback = CustomerFeedback::new(&server.client());

    let topics = feedback.get_item_review_topics("B").marketplace_id(Marketplace::JP).sort_by("MENTIONS");
    let answer = topics.clone().send().await.unwrap();
    assert_eq!(answer.as_ref().unwrap().topics.positive_topics[0].topic, "size");
    let answer = topics.send().await.unwrap();
    assert_eq!(*answer, None);
    assert_eq!((answer.status(), answer.request_id()), (StatusCode::NO_CONTENT, Some("id-2")));

    let node = feedback.get_item_browse_node("B").marketplace_id(Marketplace::JP);
    assert_eq!(node.clone().send().await.unwrap().as_ref().unwrap().browse_node_id, "7");
    assert_eq!(*node.send().await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_of_one_type_or_of_another() {
    let server = Server::in_turn([
        Answer::json(200, json!({"order": {"orderId": "1", "lineItems": [{"lineItemId": "a"}]}})),
        Answer::json(202, json!({"orderId": "1", "status": "PROCESSING"})),
        Answer::json(202, json!({"status": null})),
    ])
    .await;
    let outbound = FulfillmentOutbound::new(&server.client());
    let body = outbound::CreateOrderRequest::new(outbound::OrderDestination::default(), [], "1");

    match outbound.create_order(body.clone()).send().await.unwrap().into_inner() {
        CreateOrderAnswer::Status200(created) => assert_eq!(created.order.line_items[0].line_item_id, "a"),
        other => panic!("{other:?}"),
    }
    match outbound.create_order(body.clone()).send().await.unwrap().into_inner() {
        CreateOrderAnswer::Status202(accepted) => {
            assert_eq!((accepted.order_id.as_str(), accepted.status.as_str()), ("1", "PROCESSING"));
        }
        other => panic!("{other:?}"),
    }
    let empty = CreateOrderAnswer::Status202(outbound::CreateOrderAcceptedResponse::default());
    assert_eq!(*outbound.create_order(body).send().await.unwrap(), empty);
}

#[tokio::test]
async fn an_answer_without_a_type_ignores_its_body() {
    let bodies = [Answer::empty(204), Answer::empty(200), Answer::json(200, "{}"), Answer::html(202, "<p>done</p>")];
    for answer in bodies {
        let server = Server::always(answer).await;
        let client = server.client();
        let () = SupplySources::new(&client).archive_supply_source("S").send().await.unwrap().into_inner();
        let cancel = Services::new(&client).cancel_reservation("R").marketplace_ids([Marketplace::JP]);
        let () = cancel.send().await.unwrap().into_inner();
        assert_eq!(
            server.targets(),
            [
                "DELETE /supplySources/2020-07-01/supplySources/S",
                "DELETE /service/v1/reservation/R?marketplaceIds=A1VC38T7YXB528",
            ]
        );
    }
}

#[tokio::test]
async fn the_content_type_is_ignored() {
    let body = json!({"_links": {"actions": [{"href": "/a", "name": "productReviewAndSellerFeedback"}]}});
    let server = Server::always(Answer::json(200, body).header("Content-Type", "application/hal+json")).await;
    let call = Solicitations::new(&server.client()).get_solicitation_actions_for_order("1");
    let answer = call.marketplace_ids([Marketplace::JP]).send().await.unwrap();
    assert_eq!(answer.links.as_ref().unwrap().actions[0].href, "/a");
}

#[tokio::test]
async fn a_multi_status_is_a_success() {
    let body = json!({"responses": [
        {"status": {"statusCode": 200}, "body": {"skuId": "A", "sellableQuantity": 3}},
        {"status": {"statusCode": 404, "reasonPhrase": "Not Found"}, "body": {"skuId": "B"}},
    ]});
    let server = Server::always(Answer::json(207, body)).await;
    let batch = ExternalFulfillmentInventory::new(&server.client());
    let answer = batch.batch_inventory(inventory::BatchInventoryRequest::new()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::MULTI_STATUS);
    let statuses: Vec<_> = answer.responses.iter().map(|response| response.status.status_code).collect();
    assert_eq!(statuses, [Some(200), Some(404)]);
    assert_eq!(answer.responses[0].body.sellable_quantity, Some(3));
}
