//! Pages follow each other without gaps, and tokens work only for their operation.

use crate::support::{Answer, Caller, DE, JP, US, builder};
use serde_json::Value;
use std::collections::HashSet;
use std::time::Duration;

/// One of the two lists, with the names of its API.
struct List {
    path: &'static str,
    first: [(&'static str, &'static str); 2],
    /// The parameters that a request must have besides the token.
    again: &'static [(&'static str, &'static str)],
    orders: &'static str,
    next: &'static str,
    id: &'static str,
    token: &'static str,
    size: &'static str,
}

const LISTS: [List; 2] = [
    List {
        path: "/orders/v0/orders",
        first: [("MarketplaceIds", JP), ("CreatedAfter", "2026-10-01T00:00:00Z")],
        again: &[("MarketplaceIds", JP)],
        orders: "/payload/Orders",
        next: "/payload/NextToken",
        id: "AmazonOrderId",
        token: "NextToken",
        size: "MaxResultsPerPage",
    },
    List {
        path: "/orders/2026-01-01/orders",
        first: [("marketplaceIds", JP), ("lastUpdatedAfter", "2026-10-01T00:00:00Z")],
        again: &[],
        orders: "/orders",
        next: "/pagination/nextToken",
        id: "orderId",
        token: "paginationToken",
        size: "maxResultsPerPage",
    },
];

impl List {
    fn ids(&self, body: &Value) -> Vec<String> {
        let orders = body.pointer(self.orders).and_then(Value::as_array).expect("a list of orders");
        orders.iter().map(|order| order[self.id].as_str().expect("an id").to_owned()).collect()
    }

    fn next(&self, body: &Value) -> Option<String> {
        Some(body.pointer(self.next)?.as_str().expect("a token").to_owned())
    }

    async fn follow(&self, caller: &Caller, token: &str) -> Answer {
        caller.get(self.path, &[self.again, &[(self.token, token)]].concat()).await
    }
}

#[tokio::test]
async fn pages_give_each_order_once_and_in_order() {
    let sandbox = builder().orders(200).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for list in &LISTS {
        let first = [&list.first[..], &[(list.size, "37")]].concat();
        let mut body = caller.body(list.path, &first).await;
        let mut ids = list.ids(&body);
        assert_eq!(ids.len(), 37);
        while let Some(token) = list.next(&body) {
            // Later pages list the same orders as the first, even after time has passed.
            sandbox.clock().advance(Duration::from_secs(60));
            body = list.follow(&caller, &token).await.body;
            let page = list.ids(&body);
            assert!(!page.is_empty() && page.len() <= 37, "{}", page.len());
            ids.extend(page);
        }
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "none comes twice");
        assert_eq!(ids.len(), 200);
    }
}

#[tokio::test]
async fn the_page_size_is_100_at_most_and_by_default() {
    let sandbox = builder().orders(200).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for list in &LISTS {
        let body = caller.body(list.path, &list.first).await;
        assert_eq!(list.ids(&body).len(), 100);
        let token = list.next(&body).expect("more");
        let rest = caller.body(list.path, &[list.again, &[(list.token, &token), (list.size, "7")]].concat()).await;
        assert_eq!(list.ids(&rest).len(), 7, "a later page may have a size of its own");
        for size in ["0", "101", "-1", "ten", "1.5"] {
            let answer = caller.get(list.path, &[&list.first[..], &[(list.size, size)]].concat()).await;
            assert!(answer.error(400, "InvalidInput").contains(list.size), "{size}");
        }
    }
}

#[tokio::test]
async fn a_token_is_taken_by_its_own_operation_only() {
    let sandbox = builder().orders(200).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let [v0, v2026] = &LISTS;
    let token = v0.next(&caller.body(v0.path, &v0.first).await).expect("more");
    let cut = &token[..token.len() - 4];
    let changed = token.replacen(|c: char| c.is_ascii_lowercase(), "A", 1);
    for (list, token) in [(v2026, token.as_str()), (v0, cut), (v0, &changed), (v0, "nonsense"), (v2026, "%")] {
        let answer = list.follow(&caller, token).await;
        assert!(answer.error(400, "InvalidInput").contains(list.token), "{token}");
    }
    assert_eq!(v0.follow(&caller, &token).await.status, 200);
    let other = builder().seed(2).start().await.unwrap();
    v0.follow(&Caller::new(&other).await, &token).await.error(400, "InvalidInput");
    let alone = caller.get(v0.path, &[(v0.token, &token)]).await;
    assert!(alone.error(400, "InvalidInput").contains("MarketplaceIds"), "v0 wants it with a token as well");
}

#[tokio::test]
async fn the_last_page_has_no_token() {
    let sandbox = builder().orders(10).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for marketplace in [JP, US, DE] {
        let (size, count) = ("10", 10);
        let query = [("marketplaceIds", marketplace), ("createdAfter", "2026-01-01"), ("maxResultsPerPage", size)];
        let body = caller.at(marketplace).body("/orders/2026-01-01/orders", &query).await;
        assert_eq!(body["orders"].as_array().unwrap().len(), count);
        assert!(body.get("pagination").is_none(), "a full page may be the last");
    }
}
