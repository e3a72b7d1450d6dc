//! Operations are found by every spelling of their names and by the paths that requests have.

use spapi_metadata::{find, find_all, find_by_path, operations, section};
use spapi_types::Method;
use spapi_types::operation::{OperationName, RequestPath};
use std::collections::HashMap;

fn name(text: &str) -> OperationName {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn found(text: &str) -> String {
    find(&name(text)).map(|published| published.to_string()).unwrap_or_default()
}

#[test]
fn every_operation_is_found_by_each_of_its_names_and_by_its_path() {
    let mut shown = HashMap::new();
    for published in operations() {
        let (section, module, operation) = (published.section.name, published.api.module, published.entry.operation);
        let own = published.to_string();
        for version in [module, &operation.version, published.section.version_of(published.api)] {
            assert_eq!(found(&format!("{section}@{version} {}", operation.id)), own);
        }
        assert_eq!(found(&own.to_ascii_uppercase()), own);
        assert_eq!(shown.insert(own.clone(), module), None, "{own} is the name of two operations");

        let path = RequestPath::parse(&operation.path.replace(['{', '}', '+'], "")).unwrap();
        let (by_path, values) = find_by_path(&operation.method, &path).unwrap();
        assert_eq!(by_path.to_string(), own);
        assert_eq!(values.len(), operation.path.matches('{').count(), "{own}");
    }
}

#[test]
fn a_name_without_a_version_means_the_newest_version() {
    assert_eq!(found("orders getOrder"), "orders@2026-01-01 getOrder");
    assert_eq!(found("orders getOrderItems"), "orders@v0 getOrderItems");
    let both: Vec<_> = find_all(&name("orders getOrder")).map(|published| published.to_string()).collect();
    assert_eq!(both, ["orders@v0 getOrder", "orders@2026-01-01 getOrder"]);
    for unknown in ["orders@v9 getOrder", "ordrs getOrder", "orders getOrdersItems", "orders@2026-01-01 getOrders"] {
        assert_eq!(found(unknown), "", "{unknown}");
    }
}

#[test]
fn apis_of_one_version_are_distinguished_by_their_modules() {
    let fulfillment = section("External-Fulfillment").unwrap();
    let versions: Vec<_> = fulfillment.apis.iter().map(|api| fulfillment.version_of(api)).collect();
    assert_eq!(versions, ["inventory_v2024_09_11", "returns_v2024_09_11", "shipments_v2024_09_11"]);
    let orders = section("orders").unwrap();
    assert_eq!(orders.apis.iter().map(|api| orders.version_of(api)).collect::<Vec<_>>(), ["v0", "2026-01-01"]);
}

#[test]
fn a_path_finds_the_operation_with_most_literal_parts_and_the_values() {
    let by_path = |method: Method, path: &str| {
        let (published, values) = find_by_path(&method, &RequestPath::parse(path).unwrap())?;
        Some((published.to_string(), values))
    };
    let (item, values) = by_path(Method::PATCH, "/listings/2021-08-01/items/A1/red%2Fsock").unwrap();
    assert_eq!(item, "listings-items@2021-08-01 patchListingsItem");
    assert_eq!(values, [("sellerId", "A1".to_owned()), ("sku", "red/sock".to_owned())]);

    let eligible = by_path(Method::GET, "/mfn/v0/eligibleShippingServices");
    assert_eq!(eligible, None, "another method");
    assert_eq!(by_path(Method::GET, "/orders/v0/orders/1/"), None);
    assert_eq!(by_path(Method::GET, "/orders/v0/orders").unwrap().0, "orders@v0 getOrders");

    // `/fba/inbound/.../items` and `/.../{shipmentId}` match the same path where a literal part stands.
    let templates: Vec<_> = operations().map(|published| published.entry.operation).collect();
    let overlapping = templates.iter().filter(|operation| {
        let path = RequestPath::parse(&operation.path).unwrap();
        let matching = templates.iter().filter(|other| other.method == operation.method);
        matching.filter(|other| other.path_template().match_path(&path).is_some()).count() > 1
    });
    for operation in overlapping {
        let (published, _) = find_by_path(&operation.method, &RequestPath::parse(&operation.path).unwrap()).unwrap();
        assert_eq!(published.to_string(), operation.to_string());
    }
}
