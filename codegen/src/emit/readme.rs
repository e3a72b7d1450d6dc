//! Writes a section crate's README with a call that compiles, and the file of tests that compiles them all.

use super::MARK;
use super::operations::Call;
use super::{cell, cell_code};
use crate::catalog::{Api, Section};
use crate::metadata::paging::{Paging, Style};
use crate::metadata::{Body, Kind, Parameter};
use crate::types::{Type, Types};
use std::fmt::Write;

/// An API with its resolved calls.
pub struct ApiCalls<'a> {
    pub api: &'a Api,
    pub types: &'a Types,
    pub calls: Vec<Call<'a>>,
}

/// The README.
pub fn write(section: &Section, apis: &[ApiCalls], source: &str) -> String {
    let mut out = format!("<!-- {MARK} from {source}. Do not edit. -->\n");
    let _ = writeln!(out, "# spapi-{}\n", section.name);
    let about = section.about.as_ref().map(|about| format!(" {about}")).unwrap_or_default();
    let _ = writeln!(out, "{} of Amazon's Selling Partner API, as Rust.{about}\n", section.title);
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
    let _ = write!(out, "\n## A call\n\n```rust\n{}```\n\n", example(section, apis));
    out.push_str(
        "Each method of a client makes a builder: path parameters and the body are arguments, the rest are setters. ",
    );
    out.push_str("A required one that is missing is named before anything is sent. `send` makes one call; where answers come in pages, `pages` and `items` go through them. ");
    out.push_str("Tokens, quotas, retries and errors are those of [`spapi-core`](https://docs.rs/spapi-core); depend on it beside ");
    out.push_str("this crate, since its features choose the TLS.\n\n");
    out.push_str("## Operations\n\n");
    for ApiCalls { api, calls, .. } in apis {
        let _ = writeln!(out, "| `{}` | what it does |\n| --- | --- |", api.module);
        for Call { operation, .. } in calls {
            // The retirement of a whole version is above.
            let does = cell(operation.about.as_ref(), api.retirements.get(&operation.id));
            let _ = writeln!(out, "| {} | {does} |", cell_code(&operation.id));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Amazon's reference: <{}>.\n", section.reference);
    out.push_str("This crate is not Amazon's, and Amazon does not endorse it. Licensed under MIT or Apache-2.0, at your choice.\n");
    out
}

/// The function that the README shows.
pub fn example(section: &Section, apis: &[ApiCalls]) -> String {
    let Some((api, call)) = shown(apis) else { return String::new() };
    let types = api.types;
    let krate = format!("spapi_{}", section.name.replace('-', "_"));
    let operation = call.operation;
    let mut arguments: Vec<String> = operation.path_parameters().iter().map(|parameter| value_of(parameter)).collect();
    let mut body_line = String::new();
    if let (Some(kind), Body::Required) = (&call.body, operation.body) {
        let (value, line) = body(kind, types, &krate, &api.api.module);
        body_line = line;
        arguments.push(value);
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
    let client = &api.api.client;
    let module = &api.api.module;
    let mut out = String::from("use spapi_core::{Client, Credentials, Marketplace};\n");
    let _ = writeln!(out, "use {krate}::{module}::{client};\n");
    out.push_str("async fn example() -> Result<(), spapi_core::Error> {\n");
    out.push_str("    let client = Client::builder(Marketplace::JP).credentials(Credentials::from_env()?).build()?;\n");
    out.push_str(&body_line);
    let made =
        format!("{client}::new(&client)\n        .{}({}){setters}", operation.method_name(), arguments.join(", "));
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

/// The newest API's call that lists, else one that reads, else its first.
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

fn body(kind: &Type, types: &Types, krate: &str, module: &str) -> (String, String) {
    match kind {
        Type::Named(name) if types.structs.contains_key(name) => (
            "body".into(),
            format!(
                "    // Fill in what the operation asks for.\n    let body = {krate}::{module}::types::{name}::default();\n"
            ),
        ),
        Type::List(_) => ("[]".into(), String::new()),
        Type::Text => ("\"text\"".into(), String::new()),
        _ => ("Default::default()".into(), String::new()),
    }
}

impl Call<'_> {
    /// Whether the call can go through its items, with no more than parameters.
    fn lists(&self) -> bool {
        let by_token = |paging: &&Paging| matches!(paging.style, Style::Token { .. });
        self.operation.paging.as_ref().filter(by_token).is_some_and(|paging| paging.items.is_some())
    }
}

/// The test that compiles the call of each README, in a module a crate.
pub fn compile_test(sections: &[(&Section, Vec<ApiCalls>)], source: &str) -> String {
    let mut out = super::banner("//", source);
    out.push_str("//! The call in each section crate's README, to be compiled and not run.\n");
    out.push_str("#![allow(dead_code, unused_imports, deprecated)]\n");
    for (section, apis) in sections {
        let _ = writeln!(out, "\nmod {} {{", section.name.replace('-', "_"));
        for line in example(section, apis).lines() {
            let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "    " });
        }
        out.push_str("}\n");
    }
    out
}
