//! Tokens 2021-03-01: createRestrictedDataToken.

use crate::http::{ApiError, Reply, published};
use crate::login::{DataElement, LIFE, Resource};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use serde::Deserialize;
use serde_json::json;

pub(super) static SERVED: Served = Served {
    section: "tokens",
    module: "v2021_03_01",
    takes_long: false,
    operations: &[("createRestrictedDataToken", create_restricted_data_token)],
};

/// The longest path of a resource, in bytes.
const LONGEST_PATH: usize = 500;

/// The most resources of a token.
const MOST: usize = 50;

/// The data elements that a token may name.
const ELEMENTS: [DataElement; 3] =
    [DataElement::BuyerInfo, DataElement::ShippingAddress, DataElement::BuyerTaxInformation];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    restricted_resources: Vec<RestrictedResource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestrictedResource {
    method: String,
    path: String,
    data_elements: Option<Vec<String>>,
}

fn create_restricted_data_token(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Request { restricted_resources } = call.json()?;
    if !(1..=MOST).contains(&restricted_resources.len()) {
        let count = restricted_resources.len();
        return Err(ApiError::invalid_input(format!(
            "restrictedResources must hold 1 to {MOST} resources, not {count}."
        )));
    }
    let resources = restricted_resources.into_iter().enumerate().map(|(place, resource)| {
        read(resource).map_err(|problem| ApiError::invalid_input(format!("restrictedResources[{place}]: {problem}")))
    });
    let (resources, shown): (Vec<_>, Vec<_>) = resources.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    refuse_without_role(server, &shown.concat())?;
    let token = server.login.restricted_data_token(call.account()?.seller, resources);
    Ok(json!({ "restrictedDataToken": token, "expiresIn": LIFE.as_secs() }).into())
}

/// Refuses data elements that the application has no role for, with Amazon's message.
fn refuse_without_role(server: &Server, shown: &[DataElement]) -> Result<(), ApiError> {
    let refused = ELEMENTS.iter().filter(|element| shown.contains(element) && !server.roles.allow(**element));
    let refused: Vec<&str> = refused.map(|element| element.as_str()).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let refused = refused.join(", ");
    let message = format!("Application does not have access to one or more requested data elements: [{refused}]");
    Err(ApiError::invalid_input(message))
}

/// The grant for a resource, or why a token cannot name it.
fn read(resource: RestrictedResource) -> Result<(Resource, Vec<DataElement>), String> {
    let RestrictedResource { method, path, data_elements } = resource;
    if path.len() > LONGEST_PATH {
        return Err(format!("path must not be longer than {LONGEST_PATH} bytes."));
    }
    let Some(restricted) = published::restricted(&method, &path) else {
        return Err(format!("{method} {path} is not a restricted operation."));
    };
    let id: &str = &restricted.entry.operation.id;
    if id == "getReportDocument" && restricted.generic {
        return Err(format!("{path} must be the path of one document."));
    }
    let orders_v0 = path.starts_with("/orders/v0/");
    let allowed = match id {
        "getOrders" | "getOrder" if orders_v0 => &ELEMENTS[..],
        "getOrderItems" if orders_v0 => &ELEMENTS[..1],
        _ => &[],
    };
    let element = |name: String| {
        allowed.iter().find(|known| known.as_str() == name).copied().ok_or_else(|| {
            let allowed: Vec<&str> = allowed.iter().map(|known| known.as_str()).collect();
            let takes = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
            format!("dataElements has {name:?}; {id} takes {takes}.")
        })
    };
    let elements = data_elements.unwrap_or_default().into_iter().map(element).collect::<Result<Vec<_>, _>>()?;
    let shown = match id {
        "getOrderAddress" if orders_v0 => vec![DataElement::ShippingAddress],
        "getOrderBuyerInfo" | "getOrderItemsBuyerInfo" if orders_v0 => vec![DataElement::BuyerInfo],
        _ => elements.clone(),
    };
    Ok((Resource { method, path, elements }, shown))
}
