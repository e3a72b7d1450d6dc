//! Writes a section crate's README with a call that compiles, and the test file that compiles all of these calls.

use super::operations::Call;
use super::{MARK, construct};
use super::{cell, cell_code};
use crate::bodies::Bodies;
use crate::catalog::{Api, Section};
use crate::metadata::paging::{Paging, Style};
use crate::metadata::{Body, Kind, Parameter};
use crate::types::{Type, Types};
use std::fmt::Write;

/// An API with its resolved calls.
pub struct ApiCalls<'a> {
    pub api: &'a Api,
    pub types: &'a Types,
    pub bodies: &'a Bodies,
    pub calls: Vec<Call<'a>>,
}

/// The README.
pub fn write(section: &Section, apis: &[ApiCalls], source: &str) -> String {
    let mut out = format!("<!-- {MARK} from {source}. Do not edit. -->\n");
    let _ = writeln!(out, "# spapi-{}\n", section.name);
    let about = section.about.as_ref().map(|about| format!(" {about}")).unwrap_or_default();
    let _ = writeln!(out, "The section {} of Amazon's Selling Partner API, for Rust.{about}\n", section.title);
    out.push_str("| module | version | client | operations | about |\n| --- | --- | --- | --- | --- |\n");
    for ApiCalls { api, calls, .. } in apis {
        let _ = writeln!(
            out,
            "| `{}` | {} | `{}` | {} | {} |",
            api.module,
            api.version,
            api.client,
            calls.len(),
            cell(api.words.about.as_ref(), api.retirement.as_ref())
        );
    }
    out.push_str("\n## A call\n\n");
    for example in examples(section, apis) {
        if let Some(above) = example.above {
            let _ = writeln!(out, "{above}\n");
        }
        let _ = writeln!(out, "```rust\n{}```\n", example.code);
    }
    out.push_str(
        "`Client::from_env` reads the credentials in `SPAPI_CLIENT_ID`, `SPAPI_CLIENT_SECRET` and `SPAPI_REFRESH_TOKEN`. ",
    );
    out.push_str("Each method of a section's client returns a builder. Its arguments are the path parameters and the body; its setters set the other parameters. ");
    out.push_str("If a required parameter is missing, the error names it, and nothing is sent. `send` makes one call. Operations with pages also have `pages`, which reads all pages, and most have `items`, which reads the listed items one by one. ");
    out.push_str("[`spapi-core`](https://docs.rs/spapi-core) handles tokens, quotas, retries and errors. Depend on it as well as on ");
    out.push_str("this crate, because its features choose the TLS library.\n\n");
    for words in section.rust.clone().into_iter().chain(restricted(apis)) {
        let _ = writeln!(out, "{words}\n");
    }
    out.push_str("## Operations\n\n");
    for ApiCalls { api, calls, .. } in apis {
        let _ = writeln!(out, "| `{}` | what it does |\n| --- | --- |", api.module);
        for Call { operation, .. } in calls {
            // The retirement of a whole version is shown above.
            let does = cell(operation.about.as_ref(), api.retirements.get(&operation.id));
            let _ = writeln!(out, "| {} | {does} |", cell_code(&operation.id));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Amazon's reference: <{}>.\n", section.reference);
    out.push_str(
        "This crate is not published or endorsed by Amazon. Licensed under MIT or Apache-2.0, at your choice.\n",
    );
    out
}

/// Names the operations whose builders request personal data with a restricted data token. `None` if there are none.
fn restricted(apis: &[ApiCalls]) -> Option<String> {
    let module = |api: &ApiCalls| format!("`{}`", api.api.module);
    let asks = |api: &ApiCalls| api.calls.iter().any(|call| call.operation.restricted.is_some());
    let (with, without): (Vec<_>, Vec<_>) = apis.iter().partition(|api| asks(api));
    let calls: Vec<_> = with
        .iter()
        .map(|api| {
            let restricted = api.calls.iter().filter(|call| call.operation.restricted.is_some());
            let ids: Vec<_> = restricted.map(|call| cell_code(&call.operation.id)).collect();
            if apis.len() == 1 { ids.join(", ") } else { format!("{} of {}", ids.join(", "), module(api)) }
        })
        .collect();
    if calls.is_empty() {
        return None;
    }
    let mut words = format!(
        "Amazon sends personal data only for a restricted data token, which `.restricted(...)` requests. The builders of these operations have it: {}.",
        calls.join("; ")
    );
    if !without.is_empty() {
        let without: Vec<_> = without.into_iter().map(module).collect();
        let _ = write!(
            words,
            " No builder of {} has it: there, the roles of the application decide whether an answer has personal data.",
            without.join(" or ")
        );
    }
    Some(words)
}

/// A function that the README shows.
pub struct Example {
    /// The text above the function.
    above: Option<&'static str>,
    /// The function and its imports.
    code: String,
}

/// The calls that the README shows: one that lists or reads, and one with a body.
pub fn examples(section: &Section, apis: &[ApiCalls]) -> Vec<Example> {
    let read = shown(apis).map(|(api, call)| Example { above: None, code: example(section, api, call) });
    let has_body = shown(apis).is_some_and(|(_, call)| takes_body(call));
    let written = with_body(apis).filter(|_| !has_body).map(|(api, call)| Example {
        above: Some("To make a body, call `new` with the required fields and set the others with setters:"),
        code: example(section, api, call),
    });
    read.into_iter().chain(written).collect()
}

fn example(section: &Section, api: &ApiCalls, call: &Call) -> String {
    let krate = format!("spapi_{}", section.name.replace('-', "_"));
    let operation = call.operation;
    let mut arguments: Vec<String> = operation.path_parameters().iter().map(|parameter| value_of(parameter)).collect();
    let client = &api.api.client;
    let module = &api.api.module;
    let mut body = String::new();
    let mut uses = client.clone();
    if let (Some(kind), true) = (&call.body, takes_body(call)) {
        let made = construct::body(kind, api.types, api.bodies, 4);
        if made.contains("types::") {
            uses = format!("{{{client}, types}}");
        }
        let _ = writeln!(body, "    let body = {made};");
        arguments.push("body".into());
    }
    let mut setters = String::new();
    for setter in &call.setters {
        let one = match operation.example.get(&setter.parameter.name) {
            Some(value) => format!("{value:?}"),
            None if setter.parameter.required => value_of(setter.parameter),
            None => continue,
        };
        let value = match &setter.kind {
            Type::List(_) => format!("[{one}]"),
            _ => one,
        };
        let _ = write!(setters, "\n        .{}({value})", setter.method);
    }
    let mut out = String::from("use spapi_core::{Client, Marketplace};\n");
    let _ = writeln!(out, "use {krate}::{module}::{uses};\n");
    out.push_str("async fn example() -> Result<(), spapi_core::Error> {\n");
    out.push_str("    let client = Client::from_env(Marketplace::JP)?;\n");
    out.push_str(&body);
    let made =
        format!("{client}::new(&client)\n        .{}({}){setters}", operation.client_method(), arguments.join(", "));
    match call.lists() {
        true => {
            let _ = writeln!(out, "    let mut found = {made}\n        .items();");
            out.push_str(
                "    while let Some(item) = found.try_next().await? {\n        println!(\"{item:?}\");\n    }\n",
            );
        }
        false => {
            let _ = writeln!(out, "    let answer = {made}\n        .send()\n        .await?;");
            out.push_str("    println!(\"{} {}\", answer.status(), answer.request_id().unwrap_or_default());\n");
        }
    }
    out.push_str("    Ok(())\n}\n");
    out
}

fn takes_body(call: &Call) -> bool {
    call.operation.body == Body::Required
}

/// The call with a body that the README shows. `models/sections.toml` may name it; otherwise it is the first call of
/// the newest API that creates or submits something.
fn with_body<'a, 'b>(apis: &'b [ApiCalls<'a>]) -> Option<(&'b ApiCalls<'a>, &'b Call<'a>)> {
    let calls = apis.iter().rev().flat_map(|api| api.calls.iter().map(move |call| (api, call)));
    let rank = |(api, call): &(&ApiCalls, &Call)| {
        let operation = call.operation;
        let id = operation.id.to_ascii_lowercase();
        let creates = ["create", "submit"].iter().any(|word| id.starts_with(word));
        let retires = operation.deprecated || operation.retirement.is_some() || api.api.retirement.is_some();
        (!operation.shown, retires || operation.sandbox_only, !creates)
    };
    calls.filter(|(_, call)| takes_body(call)).min_by_key(rank)
}

/// The newest API's call that lists, or else one that reads, or else its first.
fn shown<'a, 'b>(apis: &'b [ApiCalls<'a>]) -> Option<(&'b ApiCalls<'a>, &'b Call<'a>)> {
    let api = apis.iter().rev().find(|api| !api.calls.is_empty())?;
    let rank = |call: &&Call| {
        let operation = call.operation;
        (operation.deprecated, !call.lists(), operation.method != "GET", matches!(operation.body, Body::Required))
    };
    Some((api, api.calls.iter().min_by_key(rank)?))
}

/// An example value that a reader understands.
fn value_of(parameter: &Parameter) -> String {
    let name = parameter.name.to_ascii_lowercase();
    match (parameter.kind, parameter.values.first()) {
        (Kind::Integer, _) => "1".into(),
        (Kind::Number, _) => "1".into(),
        (Kind::Boolean, _) => "true".into(),
        (Kind::DateTime, _) => "\"2026-01-01T00:00:00Z\"".into(),
        (_, Some(value)) => format!("{value:?}"),
        (_, None) if name.starts_with("marketplaceid") => "Marketplace::JP".into(),
        (_, None) => format!("{:?}", heck::ToShoutyKebabCase::to_shouty_kebab_case(parameter.name.as_str())),
    }
}

impl Call<'_> {
    /// Whether the call can iterate over its items and needs only parameters.
    fn lists(&self) -> bool {
        let by_token = |paging: &&Paging| matches!(paging.style, Style::Token { .. });
        self.operation.paging.as_ref().filter(by_token).is_some_and(|paging| paging.items.is_some())
    }
}

/// The test that compiles the calls of the READMEs, with a module for each call.
pub fn compile_test(sections: &[(&Section, Vec<ApiCalls>)], source: &str) -> String {
    let mut out = super::banner("//", source);
    out.push_str("//! The calls in the READMEs of the section crates. They are compiled and not run.\n");
    out.push_str("#![allow(dead_code, unused_imports, deprecated)]\n");
    for (section, apis) in sections {
        for (number, example) in examples(section, apis).into_iter().enumerate() {
            let name = section.name.replace('-', "_");
            let kind = if number == 0 { "" } else { "_body" };
            let _ = writeln!(out, "\nmod {name}{kind} {{");
            for line in example.code.lines() {
                let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "    " });
            }
            out.push_str("}\n");
        }
    }
    out
}
