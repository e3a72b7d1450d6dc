//! Rows as in `meta.rs` of the section crates: each kind of paging, each rule, and the other chained methods.

use spapi_core::operation::{ArgumentRule, Operation, Paging, Repeat, Restricted};
use spapi_core::{DataElement, Method};

pub static PAGES_BY_OFFSET: Operation =
    Operation::new("picked", "v1", "pagesByOffset", Method::POST, "/picked/v1/offers/search")
        .rate(1.0, 1)
        .repeat(Repeat::Safe)
        .paging(
            Paging::offset("pagination.offset", "pagination.limit", "pagination.totalResults", 9000).items("offers"),
        );

pub static PAGES_BY_INDEX: Operation = Operation::new("picked", "v1", "pagesByIndex", Method::GET, "/picked/v1/labels")
    .paging(Paging::page_index("PageStartIndex", "PageSize"));

pub static PAGES_BY_JOB: Operation = Operation::new("picked", "v1", "pagesByJob", Method::POST, "/picked/v1/queries")
    .repeat(Repeat::Create)
    .paging(Paging::job("paginationToken", "pagination.nextToken"));

pub static PAGES_ELSEWHERE: Operation =
    Operation::new("picked", "v1", "pagesElsewhere", Method::GET, "/picked/v1/shipments/{shipmentId}/items")
        .paging(Paging::token_elsewhere("payload.NextToken", &PAGES_WITH_QUERY_TYPE).items("payload.ItemData"));

pub static PAGES_WITH_QUERY_TYPE: Operation =
    Operation::new("picked", "v1", "pagesWithQueryType", Method::GET, "/picked/v1/shipmentItems")
        .required(&["QueryType", "MarketplaceId"])
        .paging(Paging::token("NextToken", "payload.NextToken").rule(ArgumentRule::TokenPlusQueryType));

pub static PAGES_WITH_TOKEN_ONLY: Operation =
    Operation::new("picked", "v1", "pagesWithTokenOnly", Method::GET, "/picked/v1/reports")
        .paging(Paging::token("nextToken", "nextToken").items("reports").rule(ArgumentRule::TokenOnly));

pub static PAGES_WITH_REQUIRED: Operation =
    Operation::new("picked", "v1", "pagesWithRequired", Method::GET, "/picked/v1/orders")
        .paging(Paging::token("NextToken", "NextToken").rule(ArgumentRule::RepeatRequired))
        .restricted(Restricted::new().data_elements(&[
            DataElement::BuyerInfo,
            DataElement::ShippingAddress,
            DataElement::BuyerTaxInformation,
        ]));

pub static PAGES_WITH_TOKEN_OR_REPEAT: Operation =
    Operation::new("picked", "v1", "pagesWithTokenOrRepeat", Method::GET, "/picked/v1/orders/{orderId}/orderItems")
        .paging(Paging::token("NextToken", "NextToken").rule(ArgumentRule::TokenOrRepeat));

pub static PAGES_WITH_SHORT_TOKENS: Operation =
    Operation::new("picked", "v1", "pagesWithShortTokens", Method::GET, "/picked/v1/summaries")
        .paging(Paging::token("nextToken", "pagination.nextToken").token_life(::std::time::Duration::from_secs(30)));

pub static DELETES: Operation =
    Operation::new("picked", "v1", "deletes", Method::DELETE, "/picked/v1/queries/{queryId}")
        .repeat(Repeat::Idempotent);

pub static PUTS: Operation =
    Operation::new("picked", "v1", "puts", Method::PUT, "/picked/v1/packages/{packageId}").repeat(Repeat::Idempotent);

pub static PATCHES: Operation =
    Operation::new("picked", "v1", "patches", Method::PATCH, "/picked/v1/packages/{packageId}").repeat(Repeat::Once);

pub static GRANTLESS: Operation = Operation::new("picked", "v1", "grantless", Method::POST, "/picked/v1/clientSecret")
    .grantless("sellingpartnerapi::client_credential:rotation");

pub static RESTRICTED_BY_RESOURCE: Operation =
    Operation::new("picked", "v1", "restrictedByResource", Method::GET, "/picked/v1/documents/{documentId}")
        .restricted(Restricted::new().by_resource());
