//! Writes `mod.rs` of an API: the client, with a method for each operation.

use super::operations::Call;
use super::{banner, code, literal, paging, paragraphs, quotation, reference};
use crate::catalog::Api;
use crate::metadata::{Operation, Parameter, Rate};
use crate::retirements::Retirement;
use crate::types::Types;
use std::fmt::Write;

/// The file's text.
pub fn write(title: &str, api: &Api, calls: &[Call], types: &Types, source: &str) -> String {
    let mut out = banner("//", source);
    let client = &api.client;
    let _ = writeln!(out, "//! {title}, version {}.", api.version);
    if let Some(about) = &api.words.about {
        let _ = writeln!(out, "//!\n//! {about}");
    }
    out.push('\n');
    out.push_str("pub mod meta;\npub mod operations;\npub mod types;\n\nuse spapi_core::Client;\n\n");
    let count = if calls.len() == 1 { "one operation".to_owned() } else { format!("{} operations", calls.len()) };
    let _ = writeln!(out, "/// A client of {title}, version {}, with {count}.", api.version);
    let _ =
        writeln!(out, "#[derive(Clone, Debug)]\npub struct {client} {{\n    client: Client,\n}}\n\nimpl {client} {{");
    let _ = writeln!(out, "    /// Makes its calls with a clone of `client`.");
    let _ =
        writeln!(out, "    pub fn new(client: &Client) -> Self {{\n        Self {{ client: client.clone() }}\n    }}");
    for call in calls {
        let operation = call.operation;
        let arguments = call.arguments(types);
        let declared: Vec<_> = arguments.iter().map(|(name, kind)| format!(", {name}: {kind}")).collect();
        let passed: Vec<_> = arguments.iter().map(|(name, _)| format!(", {name}")).collect();
        out.push('\n');
        for paragraph in docs(operation) {
            let _ = writeln!(out, "{paragraph}");
        }
        if let Some(reason) = deprecation(api, operation) {
            let _ = writeln!(out, "    #[deprecated = {}]", literal(&reason));
        }
        let method = operation.client_method();
        let builder = operation.builder_name();
        let _ = writeln!(out, "    pub fn {method}(&self{}) -> operations::{builder} {{", declared.concat());
        let _ = writeln!(out, "        operations::{builder}::new(&self.client{})\n    }}", passed.concat());
    }
    out.push_str("}\n");
    out
}

/// Why an operation should no longer be used. The retirement of a whole version is documented at its module.
fn deprecation(api: &Api, operation: &Operation) -> Option<String> {
    let marked = operation.deprecated.then(|| "Amazon marks this operation as deprecated.".to_owned());
    let retirement = api.retirements.get(&operation.id).map(Retirement::sentence);
    let reasons: Vec<_> = marked.into_iter().chain(retirement).collect();
    (!reasons.is_empty()).then(|| reasons.join(" "))
}

/// The facts about an operation, as paragraphs of a doc comment.
fn docs(operation: &Operation) -> Vec<String> {
    let mut facts = Vec::new();
    match operation.rate.values() {
        Some((rate, burst)) if matches!(operation.rate, Rate::LastKnown { .. }) => {
            facts.push(format!("last known {rate} requests a second, {burst} at once"));
        }
        Some((rate, burst)) => facts.push(format!("{rate} requests a second, {burst} at once")),
        None => facts.push("rate unknown".into()),
    }
    if let Some(paging) = &operation.paging {
        facts.push(paging::fact(paging));
    }
    if let Some(scope) = &operation.grantless {
        facts.push(format!("grantless, scope {}", code(scope)));
    }
    if operation.restricted.is_some() {
        facts.push("personal data only with a restricted data token".into());
    }
    if operation.sandbox_only {
        facts.push("only in Amazon's sandbox".into());
    }
    let facts = format!("{}: {}. {}", code(&operation.place()), facts.join("; "), reference(operation));
    let arguments = operation.path_parameters().into_iter().filter_map(argument);
    let quoted = quotation(operation.quotation.as_deref());
    paragraphs("    ", operation.about.clone().into_iter().chain([facts]).chain(arguments).chain(quoted))
}

/// What a path parameter means, and its facts; `None` if nothing is known.
fn argument(parameter: &Parameter) -> Option<String> {
    let about = Some(parameter.about.clone()).filter(|about| !about.is_empty());
    let example = Some(&parameter.example).filter(|example| !example.is_empty());
    let example = example.map(|example| format!("for example {}", code(example)));
    let facts = Some(parameter.facts.clone()).filter(|facts| !facts.is_empty());
    let facts: Vec<_> = facts.into_iter().chain(example).collect();
    let facts = (!facts.is_empty()).then(|| format!("({})", facts.join("; ")));
    let known: Vec<_> = about.into_iter().chain(facts).collect();
    (!known.is_empty()).then(|| format!("{}: {}", code(&parameter.name), known.join(" ")))
}
