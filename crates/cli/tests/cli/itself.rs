//! `spapi self check`, against archives as GitHub serves them.

use crate::github::{PATH, archive_of, serve};
use crate::support::{Ran, spapi};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::TcpListener;

/// Models by folder and file.
type Models = BTreeMap<(String, String), Value>;

/// The models of what the program knows.
fn known() -> Models {
    let mut models = Models::new();
    for published in spapi_metadata::operations() {
        let operation = published.entry.operation;
        let parameters =
            published.entry.parameters.iter().map(|parameter| json!({ "in": "query", "name": parameter.name }));
        let entry = json!({ "operationId": operation.id, "parameters": parameters.collect::<Vec<_>>() });
        let place = (format!("{}-api-model", published.section.name), published.api.model.to_owned());
        let model = models.entry(place).or_insert_with(|| json!({ "info": { "version": operation.version } }));
        model["paths"][&*operation.path][operation.method.as_str().to_lowercase()] = entry;
    }
    models
}

fn archive(models: &Models) -> Vec<u8> {
    let files = models.iter().map(|((folder, file), model)| (format!("models/{folder}/{file}"), model.to_string()));
    archive_of(files.chain([("models/README.md".to_owned(), "not a model".to_owned())]))
}

fn serve_archive(bytes: Vec<u8>) -> String {
    serve(move |line| {
        assert_eq!(line, PATH);
        ("200 OK", String::new(), bytes.clone())
    })
}

fn check(url: &str, more: &[&str]) -> Ran {
    Ran::of(spapi(&[&["self", "check", "--endpoint", url], more].concat()).output().unwrap())
}

/// The differences, each as its texts joined by blanks.
fn differences(ran: &Ran) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let members = ["change", "section", "version", "operation", "name"];
    let line = |one: &Value| members.iter().filter_map(|name| one[name].as_str()).collect::<Vec<_>>().join(" ");
    list.iter().map(line).collect()
}

#[test]
fn models_that_the_program_knows_are_not_a_difference() {
    let bytes = archive(&known());
    let url = serve_archive(bytes.clone());
    let ran = check(&url, &[]).ended(0).said(&["note: this version knows", "at commit 0123456 (2026-08-05)"]);
    assert_eq!(ran.out, "");
    assert_eq!(check(&url, &["--format", "json"]).ended(0).out.trim(), "[]");
    // GitHub redirects to another host.
    let moved = serve(move |line| match line {
        PATH => ("302 Found", "location: /elsewhere\r\n".to_owned(), Vec::new()),
        "GET /elsewhere HTTP/1.1" => ("200 OK", String::new(), bytes.clone()),
        other => panic!("{other}"),
    });
    check(&format!("{moved}/"), &[]).ended(0);
}

#[test]
fn what_is_new_and_what_is_gone_is_listed() {
    let mut models = known();
    let orders = |file: &str| ("orders-api-model".to_owned(), file.to_owned());
    let model = |version: &str, path: &str, id: &str| json!({ "info": { "version": version }, "paths": { path: { "get": { "operationId": id } } } });
    models.insert(orders("orders_2031-01-01.json"), model("2031-01-01", "/orders/2031-01-01/orders", "findOrders"));
    models
        .insert(("drones-api-model".to_owned(), "drones.json".to_owned()), model("v1", "/drones/v1/all", "listDrones"));
    let current = models.get_mut(&orders("orders_2026-01-01.json")).unwrap();
    let paths = current["paths"].as_object_mut().unwrap();
    paths.insert("/orders/2026-01-01/more".to_owned(), json!({ "put": { "operationId": "changeOrder" } }));
    let search = &mut paths["/orders/2026-01-01/orders"]["get"];
    search["parameters"].as_array_mut().unwrap().retain(|parameter| parameter["name"] != "createdBefore");
    search["parameters"].as_array_mut().unwrap().push(json!({ "in": "query", "name": "color\u{1b}[31m" }));
    let old = models.get_mut(&orders("ordersV0.json")).unwrap()["paths"].as_object_mut().unwrap();
    old.remove("/orders/v0/orders/{orderId}").unwrap();
    models.retain(|(folder, _), _| folder != "sales-api-model");
    // Another name of a path parameter and of a file is the same API.
    let sellers = models.remove(&("sellers-api-model".to_owned(), "sellers.json".to_owned())).unwrap();
    models.insert(("sellers-api".to_owned(), "sellers_v1.json".to_owned()), sellers);

    let url = serve_archive(archive(&models));
    let ran =
        check(&url, &["-f", "json"]).ended(1).said(&["error: Amazon's models at commit 0123456", "11 differences"]);
    assert_eq!(
        differences(&ran),
        [
            "new section drones drones-api-model",
            "new version drones v1 drones.json",
            "new operation drones v1 listDrones",
            "new operation orders 2026-01-01 changeOrder",
            "new parameter orders 2026-01-01 searchOrders color\u{1b}[31m",
            "removed parameter orders 2026-01-01 searchOrders createdBefore",
            "new version orders 2031-01-01 orders_2031-01-01.json",
            "new operation orders 2031-01-01 findOrders",
            "removed operation orders v0 getOrder",
            "removed version sales v1 sales.json",
            "removed operation sales v1 getOrderMetrics",
        ]
    );
    let table = check(&url, &[]).ended(1).out;
    assert!(table.starts_with("CHANGE ") && table.contains("changeOrder") && !table.contains('\u{1b}'), "{table}");
    assert_eq!(check(&url, &["-f", "jsonl"]).ended(1).out.lines().count(), 11);
}

#[test]
fn a_machine_without_the_internet_gets_a_clear_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ran = check(&format!("http://127.0.0.1:{port}"), &["-f", "json"]).ended(1);
    assert_eq!(ran.out, "");
    ran.said(&["cannot be downloaded: ", "/archive/HEAD.tar.gz", "next: check the connection", "HTTPS_PROXY"]);
    let refused = serve(|_| ("403 Forbidden", String::new(), b"rate limit".to_vec()));
    check(&refused, &[]).ended(1).said(&["the server answered with status 403"]);
}

#[test]
fn what_is_not_an_archive_of_models_is_an_error() {
    let whole = archive(&known());
    let model = |text: &str| archive_of([("models/a/b.json".to_owned(), text.to_owned())].into_iter());
    for (bytes, words) in [
        (b"<html>sign in</html>".to_vec(), "damaged or incomplete"),
        (whole[..whole.len() / 2].to_vec(), "damaged or incomplete"),
        (Vec::new(), "damaged or incomplete"),
        (archive_of([].into_iter()), "it has no models"),
        (model("{"), "models/a/b.json is not a model"),
        (model(r#"{"paths": []}"#), "models/a/b.json is not a model"),
    ] {
        let ran = check(&serve_archive(bytes), &[]).ended(1).said(&["is not an archive of Amazon's models", words]);
        assert_eq!(ran.out, "");
    }
}
