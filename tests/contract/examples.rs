//! The static examples of the published models (`x-amzn-api-sandbox`).

use crate::Answer;
use crate::answers::ANSWERS;
use serde_json::Value;
use spapi_core::drift::{Drift, compare};
use std::path::Path;

/// One example.
pub struct Example {
    /// The model file, with its folder.
    pub model: String,
    operation: String,
    path: String,
    method: String,
    status: u16,
    /// Its place among the examples of the status.
    index: usize,
    response: Option<Value>,
}

/// What became of an example.
pub enum Outcome {
    /// It shows an error.
    Error,
    /// It has no body.
    NoBody,
    /// It has a body, and the operation answers without one.
    NoType,
    /// Its body does not read as the operation's answer.
    Failed(String),
    /// Its body reads; what differs when it is written back.
    Read(Vec<Drift>),
}

impl Example {
    /// `orders-api-model/ordersV0.json getOrders 200 #0`.
    pub fn name(&self) -> String {
        format!("{} {} {} #{}", self.model, self.operation, self.status, self.index)
    }

    /// Reads the body as the operation's answer.
    pub fn outcome(&self) -> Outcome {
        if !(200..300).contains(&self.status) {
            return Outcome::Error;
        }
        let Some(response) = &self.response else { return Outcome::NoBody };
        let answer = ANSWERS.iter().find(|answer| self.is_of(answer));
        let Some(answer) = answer else { return Outcome::Failed("the generated table has no such operation".into()) };
        // A 204 has no body on the wire, whatever the example shows.
        let Some(reencode) = answer.reencode.filter(|_| self.status != 204) else { return Outcome::NoType };
        match reencode(&response.to_string()) {
            Ok(written) => Outcome::Read(compare(response, &written)),
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    fn is_of(&self, answer: &Answer) -> bool {
        answer.model == self.model
            && answer.method.eq_ignore_ascii_case(&self.method)
            && answer.path.replace("{+", "{") == self.path
            && answer.status.is_none_or(|status| status == self.status)
    }
}

/// Reads the examples of every model below a folder.
///
/// # Panics
/// Where a model does not open or is not JSON: the command that fetched it has checked its hash.
pub fn read(models: &Path) -> Vec<Example> {
    let mut names: Vec<_> = ANSWERS.iter().map(|answer| answer.model).collect();
    names.dedup();
    names.into_iter().flat_map(|name| of_model(models, name)).collect()
}

fn of_model(models: &Path, name: &str) -> Vec<Example> {
    let path = models.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let document: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut examples = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                let cases = response["x-amzn-api-sandbox"]["static"].as_array();
                for (index, case) in cases.into_iter().flatten().enumerate() {
                    examples.push(Example {
                        model: name.to_owned(),
                        operation: operation["operationId"].as_str().unwrap_or_default().to_owned(),
                        path: path.clone(),
                        method: method.clone(),
                        status: status.parse().unwrap_or_default(),
                        index,
                        response: case.get("response").cloned(),
                    });
                }
            }
        }
    }
    examples
}
