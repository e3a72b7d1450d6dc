//! The tools for operations: find, describe and call.

use super::access::{self, Effect};
use super::answer::Answer;
use super::reach::{Client, Reach};
use super::service::Service;
use crate::body::{self, Extent};
use crate::calling::{Argument, Prepared, Wanted};
use crate::catalog;
use crate::connection::Needs;
use crate::described::{has, json_with_parameters, words};
use crate::exit::Failure;
use crate::force::Force;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use spapi_core::operation::{ApiName, OperationName, PagingStyle};
use spapi_core::{DataElement, Marketplace, Region};
use spapi_metadata::{Body, List, Published};

/// How many operations one answer lists.
const LISTED: usize = 60;

/// The parameter with the seller's id.
const SELLER: &str = "sellerId";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Find {
    /// Words that all are in the operation's names, path, description or parameters, such as "inventory summaries".
    #[serde(default)]
    words: String,
    /// A section, such as orders, or a version of it, such as orders@v0.
    section: Option<String>,
    /// How many operations to leave out first.
    #[serde(default)]
    first: usize,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Describe {
    /// The section and the operation, such as "sales getOrderMetrics". A version may follow the section: "orders@v0 getOrders".
    operation: String,
    /// Only fields of the body whose path begins with this, such as "patches".
    #[serde(default)]
    body_below: String,
}

/// What a call sends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Call {
    /// The section and the operation, such as "sales getOrderMetrics". A version may follow the section: "orders@v0 getOrders".
    operation: String,
    /// The parameters by their names: texts, numbers, true or false, and lists of these. Times may be given back from now, such as
    /// "7d", and marketplaces by country codes.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// The JSON body, for operations that take one.
    body: Option<Value>,
    /// The marketplace for the parameter that takes one and for the region: a country code such as JP, or an id.
    marketplace: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Read {
    /// The section and the operation, such as "sales getOrderMetrics". A version may follow the section: "orders@v0 getOrders".
    operation: String,
    /// The parameters by their names: texts, numbers, true or false, and lists of these. Times may be given back from now, such as
    /// "7d", and marketplaces by country codes.
    #[serde(default)]
    parameters: Map<String, Value>,
    /// The JSON body, for operations that take one.
    body: Option<Value>,
    /// The marketplace for the parameter that takes one and for the region: a country code such as JP, or an id.
    marketplace: Option<String>,
    /// The token of the page to read, from an earlier answer. Repeat the other arguments.
    page_token: Option<String>,
    /// How many items of the page's list to leave out, to see those that an earlier answer had no room for.
    #[serde(default)]
    first: usize,
    /// The parts of buyers' data to request, for operations that need a restricted data token for them; an empty list where they
    /// have no parts. Only if the server shows buyers' data.
    buyer_data: Option<Vec<String>>,
}

/// The operation of a name as a model gives it.
fn operation(name: &str) -> Result<Published, Failure> {
    let parsed = name.parse::<OperationName>();
    let name = parsed
        .map_err(|error| Failure::usage(format!("operation: {error}")).with_next("find_operations lists them"))?;
    catalog::operation(name.api(), name.id())
}

pub fn find(service: &Service, find: &Find) -> Result<Answer, Failure> {
    let words = words(&find.words);
    let wanted = find.section.as_deref().map(str::parse::<ApiName>).transpose();
    let wanted = wanted.map_err(|error| Failure::usage(format!("section: {error}")))?;
    let apis = wanted.as_ref().map(catalog::section).transpose()?;
    let is_wanted = |found: &Published| {
        apis.as_ref().is_none_or(|(_, apis)| apis.iter().any(|api| std::ptr::eq(*api, found.api))) && has(found, &words)
    };
    let all: Vec<_> = spapi_metadata::operations().filter(is_wanted).collect();
    let shown = all.iter().skip(find.first).take(LISTED).map(|found| {
        json!({
            "operation": found.to_string(),
            "about": found.entry.about,
            "access": service.allowed.word(*found),
            "retires_on": found.entry.retirement.map(|retirement| retirement.on),
        })
    });
    let shown: Vec<_> = shown.collect();
    let next = find.first + shown.len();
    let more = (next < all.len()).then(|| format!("call find_operations again with first {next}, or with more words"));
    let notes =
        all.is_empty().then(|| "no operation has all of these words: leave out a word, or shorten one".to_owned());
    Ok(Answer::known(json!({ "found": all.len(), "operations": shown })).with_more(more).with_notes(notes))
}

pub fn describe(service: &Service, describe: &Describe) -> Result<Answer, Failure> {
    let found = operation(&describe.operation)?;
    let mut facts = json_with_parameters(&found);
    facts["access"] = service.allowed.word(found).into();
    if let Some(fields) = facts.pointer_mut("/body/fields").and_then(Value::as_array_mut) {
        fields.retain(|field| field["path"].as_str().is_some_and(|path| path.starts_with(&describe.body_below)));
        let example = found.entry.schema.as_ref().map(|schema| body::example(schema, Extent::Required));
        facts["body"]["example"] = example.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    }
    let answer = Answer { list: Some("body.fields"), ..Answer::known(facts) };
    let many = found.entry.schema.as_ref().is_some_and(|schema| body::rows(schema).len() > 50);
    Ok(answer.with_notes(many.then(|| "body_below shows the fields below one path, if some are cut".to_owned())))
}

/// Calls an operation that only reads.
pub async fn call(service: &Service, read: Read) -> Result<Answer, Failure> {
    let Read { operation: name, parameters, body, marketplace, page_token, first, buyer_data } = read;
    let call = Call { operation: name, parameters, body, marketplace };
    let found = of_call(&call)?;
    match Effect::of(found.entry.operation) {
        Effect::Reads => {}
        Effect::Writes if service.allowed.has(found) => {
            return Err(Failure::usage(format!("{found} writes, so that it needs a preview first"))
                .with_next("call preview_write with the same arguments, and then send_write"));
        }
        Effect::Writes => return service.allowed.check(found).map(|()| Answer::default()),
        Effect::GivesSecret => return Err(access::secret(found)),
    }
    let restricted = buyer_data.as_deref().map(|names| restricted(service, names)).transpose()?;
    let (prepared, client) = prepare(&service.reach, found, &call, page_token.as_deref(), restricted).await?;
    let answer = prepared.request(&client.connected.client).send().await;
    let answer = answer.map_err(|error| client.connected.failure(error))?;
    let paging = found.entry.operation.paging;
    let mut data: Value = (*answer).clone();
    let mut notes = prepared.warnings.clone();
    let list = paging.and_then(|paging| paging.items);
    if let (true, Some(items)) = (first > 0, list.and_then(|path| list_at(&mut data, path))) {
        items.drain(..first.min(items.len()));
        notes.push(format!("the first {first} items of this page are left out, as asked"));
    }
    let if_cut = format!(
        "for the rest of this page, call again with first {first} plus the number of those shown; or ask for smaller pages"
    );
    let answer = Answer { list, if_cut: Some(if_cut), ..Answer::foreign(data) }.with_more(more(found, &answer));
    Ok(answer.with_notes(notes))
}

/// How to read the next page, if there is one.
fn more(found: Published, answer: &Value) -> Option<String> {
    let paging = found.entry.operation.paging?;
    match paging.style {
        PagingStyle::Token { .. } | PagingStyle::TokenElsewhere { .. } => {
            // A token is not a text that anybody reads.
            let token = paging.next_token(answer).filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()))?;
            let operation = match paging.style {
                PagingStyle::TokenElsewhere { operation, .. } => operation.to_string(),
                _ => found.to_string(),
            };
            Some(format!("the next page: call_operation with {operation}, the same parameters and page_token {token}"))
        }
        PagingStyle::Offset { offset, .. } => {
            Some(format!("further pages, if there are any: raise {offset} in the body"))
        }
        PagingStyle::PageIndex { index, .. } => Some(format!("further pages, if there are any: raise {index}")),
        _ => None,
    }
}

fn list_at<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Vec<Value>> {
    path.split('.').try_fold(value, |value, name| value.get_mut(name))?.as_array_mut()
}

/// The parts of buyers' data of these names.
fn restricted(service: &Service, names: &[String]) -> Result<Vec<DataElement>, Failure> {
    if !service.shield.shows_buyers() {
        return Err(Failure::usage("this server does not show buyers' data").with_next(
            "leave buyer_data out; the person who runs this server can start it with --include-buyer-data",
        ));
    }
    let element = |name: &String| {
        let known = DataElement::ALL.iter().copied().find(|element| element.as_str() == name);
        let names: Vec<_> = DataElement::ALL.iter().map(|element| element.as_str()).collect();
        known.ok_or_else(|| Failure::usage(format!("buyer_data takes {}, not {name:?}", names.join(", "))))
    };
    names.iter().map(element).collect()
}

/// Validates a call and finds the client for it. The seller's id is filled in where the operation takes it.
pub async fn prepare(
    reach: &Reach,
    found: Published,
    call: &Call,
    page_token: Option<&str>,
    restricted: Option<Vec<DataElement>>,
) -> Result<(Prepared, Client), Failure> {
    let given = call.marketplace.as_deref().map(super::reach::marketplace).transpose()?;
    let mut arguments = arguments(found, &call.parameters)?;
    let needs = Needs::of_scope(found.entry.operation.grantless);
    let lacks_seller = !call.parameters.keys().any(|name| name.eq_ignore_ascii_case(SELLER));
    if let (true, true, Some(region)) = (takes_seller(found), lacks_seller, region(reach, given)) {
        let client = reach.client(region, needs).await?;
        arguments.extend(reach.seller_id(&client).await?.map(|id| Argument::whole(SELLER, id)));
    }
    let wanted = Wanted {
        arguments: &arguments,
        body: call_body(found, call.body.as_ref())?,
        page_token,
        restricted,
        marketplace: given.or(reach.marketplace),
        region: region(reach, given),
    };
    let prepared = Prepared::new(found, wanted, &Force::default(), &reach.connection.endpoint)?;
    let client = reach.client(prepared.region, needs).await?;
    Ok((prepared, client))
}

/// The region of a call, if it is known before its parameters are.
fn region(reach: &Reach, given: Option<Marketplace>) -> Option<Region> {
    given.map(|marketplace| marketplace.region()).or(reach.region)
}

fn takes_seller(found: Published) -> bool {
    found.entry.parameters.iter().any(|parameter| parameter.name == SELLER && parameter.required)
}

/// The operation of a call that is to write.
pub fn of_call(call: &Call) -> Result<Published, Failure> {
    operation(&call.operation)
}

/// Parameters as arguments, each value of a list by itself.
fn arguments(found: Published, parameters: &Map<String, Value>) -> Result<Vec<Argument>, Failure> {
    let mut arguments = Vec::new();
    for (name, value) in parameters {
        let one = |value: &Value| match value {
            Value::String(text) => Ok(Argument::whole(name, text)),
            Value::Number(_) | Value::Bool(_) => Ok(Argument::whole(name, value.to_string())),
            other => Err(Failure::usage(format!(
                "{name} takes text, a number, true or false, or a list of these, not {}",
                kind(other)
            ))),
        };
        match value {
            // A model may leave out a parameter so.
            Value::Null => {}
            Value::Array(list) => {
                let parameter = found.entry.parameters.iter().find(|known| known.name.eq_ignore_ascii_case(name));
                if parameter.is_some_and(|parameter| parameter.list == List::No) && list.len() != 1 {
                    return Err(Failure::usage(format!("{name} takes one value, not a list of {}", list.len())));
                }
                arguments.extend(list.iter().map(one).collect::<Result<Vec<_>, _>>()?);
            }
            value => arguments.push(one(value)?),
        }
    }
    Ok(arguments)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        _ => "another value",
    }
}

/// The body, if the operation takes one.
fn call_body(found: Published, body: Option<&Value>) -> Result<Option<Box<RawValue>>, Failure> {
    let operation = found.entry.operation;
    match (found.entry.body, body) {
        (Body::None, Some(_)) => Err(Failure::usage(format!("{operation} takes no body")).with_next("leave body out")),
        (Body::Required, None) => Err(Failure::usage(format!("{operation} needs a body"))
            .with_next("give it as body; describe_operation shows its fields and an example")),
        (_, None) => Ok(None),
        // Models write a body as a text of JSON, too.
        (_, Some(Value::String(text))) if text.trim_start().starts_with(['{', '[']) => {
            RawValue::from_string(text.trim().to_owned())
                .map(Some)
                .map_err(|error| Failure::usage(format!("the body is not JSON: {error}")))
        }
        (_, Some(body)) => {
            let raw = to_raw_value(body);
            raw.map(Some).map_err(|error| Failure::usage(format!("the body cannot be written as JSON: {error}")))
        }
    }
}
