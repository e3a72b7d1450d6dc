//! Requests every static example of Amazon's models over HTTP and expects its answer.
//!
//! The models are fetched, not committed. Without them the test shows as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Method};
use serde_json::Value;
use spapi_metadata::{Body, Entry, List, Location};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Example, Limits, Place, REFRESH_TOKEN, Sandbox};
use spapi_types::operation::{ApiName, OperationName};
use std::collections::{HashMap, hash_map};
use std::path::Path;
use std::process::ExitCode;

/// The examples that no request can reach: the first two have the same parameters as another example of their operation,
/// and the third has a path that ends in an empty parameter.
const OUT_OF_REACH: [&str; 3] =
    ["catalog-items@2022-04-01 getCatalogItem 400 #0", "sellers@v1 getAccount 400 #0", "shipping@v1 getAccount 400 #0"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/upstream/models");
    let trial = if models.is_dir() {
        Trial::test("every example answers its own request", move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(every_example(&models))
        })
    } else {
        let name = "every example (the models are missing: run `cargo xtask models fetch`)";
        Trial::test(name, || Ok(())).with_ignored_flag(true)
    };
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

async fn every_example(models: &Path) -> Result<(), Failed> {
    let sandbox = Sandbox::builder().models(models).limits(Limits::Off).start().await?;
    let examples = sandbox.examples().ok_or("no examples")?;
    let http = Client::new();
    // The key is the scope of the application's own token; the seller's token has no scope.
    let mut tokens: HashMap<Option<&str>, String> = HashMap::new();

    let mut out_of_reach = Vec::new();
    for example in examples.all() {
        let name = OperationName::new(ApiName::new(example.section, Some(example.module)), example.operation);
        let published = spapi_metadata::find(&name).ok_or_else(|| format!("{example} is of no known operation"))?;
        let entry = published.entry;
        let scope = entry.operation.grantless;
        let token = match tokens.entry(scope) {
            hash_map::Entry::Occupied(known) => known.into_mut(),
            hash_map::Entry::Vacant(place) => place.insert(login(&http, &sandbox, scope).await?),
        };
        let (path, body) = request(example, entry);
        let method = Method::from_bytes(entry.operation.method.as_str().as_bytes())?;
        let mut request = http.request(method, sandbox.url().to_owned() + &path).header("x-amz-access-token", &*token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await?;
        let body = (!body.is_empty()).then(|| serde_json::from_slice::<Value>(&body)).transpose()?;
        let expected = example.response.clone().filter(|_| example.status != 204);
        let named = |(name, value): &(String, String)| headers.get(name).is_some_and(|sent| sent == value);
        if status != example.status || body != expected || !example.headers.iter().all(named) {
            out_of_reach.push(example.to_string());
        }
    }
    println!("{} examples, {} of them out of reach", examples.all().len(), out_of_reach.len());
    out_of_reach.sort();
    if examples.all().is_empty() || out_of_reach != OUT_OF_REACH || !examples.unknown().is_empty() {
        return Err(format!("out of reach: {out_of_reach:#?}\nunknown: {:#?}", examples.unknown()).into());
    }
    Ok(())
}

/// An access token of the seller, or of the application for the scope.
async fn login(http: &Client, sandbox: &Sandbox, scope: Option<&str>) -> Result<String, Failed> {
    let (grant_type, name, value) = match scope {
        None => ("refresh_token", "refresh_token", REFRESH_TOKEN),
        Some(scope) => ("client_credentials", "scope", scope),
    };
    let form = [("grant_type", grant_type), ("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET), (name, value)];
    let answer: Value = http.post(sandbox.token_url()).form(&form).send().await?.json().await?;
    Ok(answer["access_token"].as_str().ok_or_else(|| format!("no access token: {answer}"))?.to_owned())
}

/// The path with its query, and the body, of a request that matches the example, with everything else that the operation
/// requires.
fn request(example: &Example, entry: &Entry) -> (String, Option<Value>) {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let find = |name: &str, place| {
        example
            .parameters
            .iter()
            .find(|parameter| parameter.place == place && parameter.name.eq_ignore_ascii_case(name))
    };
    let parts = entry.operation.path.split('/').map(|part| {
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else { return part.to_owned() };
        let value = find(name.trim_start_matches('+'), Place::Path).map(|parameter| text(&parameter.value));
        encode(value.as_deref().unwrap_or("x"))
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let mut query = Vec::new();
    for parameter in example.parameters.iter().filter(|parameter| parameter.place == Place::Query) {
        let known = entry.parameters.iter().find(|known| known.name == parameter.name);
        match (&parameter.value, known.map(|known| known.list)) {
            (Value::Array(values), Some(List::Multi)) => {
                query.extend(values.iter().map(|value| (parameter.name.clone(), text(value))));
            }
            (Value::Array(values), _) => {
                let joined = values.iter().map(text).collect::<Vec<_>>().join(",");
                query.push((parameter.name.clone(), joined));
            }
            (value, _) => query.push((parameter.name.clone(), text(value))),
        }
    }
    for parameter in entry.parameters.iter().filter(|known| known.required && known.location == Location::Query) {
        if query.iter().all(|(name, _)| name != parameter.name) {
            query.push((parameter.name.to_owned(), "x".to_owned()));
        }
    }
    let query: Vec<_> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let body = example.parameters.iter().find(|parameter| parameter.place == Place::Body);
    let filled = (entry.body == Body::Required).then(|| serde_json::json!({}));
    (format!("{path}?{}", query.join("&")), body.map(|parameter| parameter.value.clone()).or(filled))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
