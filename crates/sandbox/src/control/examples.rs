//! Lists the examples that answer an operation.

use super::Asked;
use crate::examples::{Example, Examples, Place};
use crate::http::published::{named, required_query};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use spapi_metadata::{Body, Published};

/// Lists the examples of every operation, or of those that `operation` names, without their answers.
pub(super) fn list(server: &Server, asked: &Asked) -> Result<Response, ApiError> {
    let examples = server.examples.as_ref().ok_or_else(|| {
        ApiError::not_found(
            "The sandbox has no examples, because it was started without models. Start it with `spapi sandbox serve \
             --models DIR` or `Builder::models`.",
        )
    })?;
    if asked.query.has_others_than("operation") {
        return Err(ApiError::invalid_input("operation is the only query parameter."));
    }
    let operations: Vec<Value> = match asked.query.text("operation") {
        Some(name) => {
            let named = named(name).map_err(|problem| ApiError::invalid_input(format!("{problem}.")))?;
            named.iter().map(|operation| of_operation(examples, operation)).collect()
        }
        None => spapi_metadata::operations()
            .filter(|operation| examples.of(operation).next().is_some())
            .map(|operation| of_operation(examples, &operation))
            .collect(),
    };
    Ok(Reply::from(json!({ "operations": operations })).into_response())
}

fn of_operation(examples: &Examples, published: &Published) -> Value {
    let operation = published.entry.operation;
    json!({
        "operation": published.to_string(),
        "method": operation.method.as_str(),
        "path": operation.path,
        "required": required(published),
        "examples": examples.of(published).map(of_example).collect::<Vec<_>>(),
    })
}

/// What each request must hold. A value that the example does not name may be anything.
fn required(published: &Published) -> Vec<&'static str> {
    let body = (published.entry.body == Body::Required).then_some("body");
    required_query(published).chain(body).collect()
}

fn of_example(example: &Example) -> Value {
    let parameters = example.parameters.iter().map(|parameter| {
        let place = match parameter.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Body => "body",
        };
        json!({ "name": parameter.name, "in": place, "value": parameter.value })
    });
    json!({ "status": example.status, "index": example.index, "parameters": parameters.collect::<Vec<_>>() })
}
