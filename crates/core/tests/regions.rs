//! Marketplaces of another region than the client's.

mod support;

use spapi_core::{Client, Credentials, Endpoint, ErrorKind, Marketplace, Method, Request, Value, decode, json};
use support::{GET, POST, Server, ok};

#[tokio::test]
async fn a_call_for_another_region_is_refused_before_it_is_sent() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let mut query = Request::<Value>::new(&client, &GET, decode::json);
    query.query_csv("marketplaceIds", [Marketplace::JP, Marketplace::DE]);
    let mut multi = Request::<Value>::new(&client, &GET, decode::json);
    multi.query_multi("MarketplaceIds", [Marketplace::US]);
    let mut body = Request::<Value>::new(&client, &POST, decode::json);
    body.json(&json!({"reportType": "GET_X", "marketplaceIds": [Marketplace::DE.id()]}));
    for call in [query.clone(), multi, body] {
        let error = call.send().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Input && error.attempts() == 0, "{error}");
        let shown = error.to_string();
        assert!(shown.contains("arketplaceIds names the marketplace") && shown.contains("would go to fe"), "{shown}");
        assert!(shown.contains("any_marketplace"), "{shown}");
    }
    let untyped = client.request(Method::GET, "/a").query("MarketplaceId", Marketplace::US).send().await;
    assert!(untyped.unwrap_err().is_input());
    assert!(server.calls().is_empty() && server.logins().is_empty());

    client.request(Method::GET, "/a").query("MarketplaceId", Marketplace::AU).send().await.unwrap();
    client.request(Method::GET, "/a").query("MarketplaceId", "A0NEW").send().await.unwrap();
    let any = server.builder().any_marketplace().build().unwrap();
    any.request(Method::GET, "/a").query("MarketplaceId", Marketplace::US).send().await.unwrap();
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn amazons_sandbox_takes_the_marketplaces_of_its_examples() {
    struct Nowhere;

    impl spapi_core::transport::Transport for Nowhere {
        fn send(
            &self,
            _: http::Request<spapi_core::transport::Body>,
        ) -> spapi_core::BoxFuture<
            '_,
            Result<http::Response<spapi_core::transport::Body>, spapi_core::transport::TransportError>,
        > {
            Box::pin(std::future::ready(Ok(http::Response::new(r#"{"access_token":"Atza|1"}"#.into()))))
        }
    }

    let client = |endpoint| {
        let credentials = Credentials::new("client-id", "open sesame", "Atzr|1");
        Client::builder(Marketplace::JP).credentials(credentials).endpoint(endpoint).transport(Nowhere).build().unwrap()
    };
    let call = |client: Client| client.request(Method::GET, "/a").query("MarketplaceId", Marketplace::US).send();
    call(client(Endpoint::Sandbox)).await.unwrap();
    assert!(call(client(Endpoint::Production)).await.unwrap_err().is_input());
}

#[tokio::test]
async fn methods_that_call_no_operation_are_refused() {
    let server = Server::start(|_| ok()).await;
    for method in [Method::CONNECT, Method::TRACE] {
        let error = server.client().request(method.clone(), "/a").send().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(method.as_str()), "{error}");
    }
    assert!(server.calls().is_empty());
}
