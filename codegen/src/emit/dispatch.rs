//! Writes the functions that let the contract tests make any call with its generated builder from values that are known
//! only at run time.

use super::operations::Call;
use super::readme::ApiCalls;
use super::rust_types::Speller;
use super::{banner, literal};
use crate::catalog::Section;
use crate::metadata::{Body, Location};
use crate::naming;
use crate::types::{Type, Types};
use std::fmt::Write;

/// The table of calls, and the function for each call.
pub fn write(sections: &[(&Section, Vec<ApiCalls>)], source: &str) -> String {
    let mut table = String::new();
    let mut functions = String::new();
    for (section, apis) in sections {
        for ApiCalls { api, types, calls, .. } in apis {
            let module = format!("spapi_{}::{}", section.name.replace('-', "_"), api.module);
            for call in calls {
                let operation = call.operation;
                let name =
                    format!("{}_{}_{}", section.name.replace('-', "_"), api.module, naming::type_name(&operation.id));
                let name = naming::value_name(&name);
                let _ = writeln!(
                    table,
                    "    Call {{ section: {}, module: {}, operation: {}, model: {}, make: {name} }},",
                    literal(&section.name),
                    literal(&api.module),
                    literal(&operation.id),
                    literal(&api.place),
                );
                write_function(&mut functions, &name, &module, &api.client, call, types);
            }
        }
    }
    let mut out = banner("//", source);
    out.push_str("//! Every operation, called by its builder.\n\n");
    out.push_str("use crate::call::{Call, Client, Given, Made, Number, optional_body, sending, set};\n\n");
    let _ = writeln!(out, "/// Every operation of every model.\npub static CALLS: &[Call] = &[\n{table}];");
    out + &functions
}

fn write_function(out: &mut String, name: &str, module: &str, client: &str, call: &Call, types: &Types) {
    let operation = call.operation;
    let speller = Speller::outside(types);
    let qualified = |text: &str| text.replace("types::", &format!("{module}::types::"));
    let mut arguments: Vec<_> = operation
        .path_parameters()
        .into_iter()
        .map(|parameter| format!("given.path({})?", literal(&parameter.name)))
        .collect();
    if let (Some(kind), Body::Required) = (&call.body, operation.body) {
        arguments.push(format!("given.body::<{}>()?", qualified(&speller.spell(kind))));
    }
    let mut lines = vec![format!(
        "let call = {module}::{client}::new(client).{}({});",
        operation.client_method(),
        arguments.join(", ")
    )];
    for setter in &call.setters {
        let read = if setter.parameter.location == Location::Header { "header" } else { "query" };
        // A decimal is decoded with a type of the tests that converts into a decimal.
        let kind = match &setter.kind {
            Type::Decimal(_) => "Number".to_owned(),
            kind => qualified(&speller.spell(kind)),
        };
        let wire = literal(&setter.parameter.name);
        lines.push(format!("set!(call, given.{read}({wire}), {}: {kind});", setter.method));
    }
    if let (Some(kind), Body::Optional) = (&call.body, operation.body) {
        lines.push(format!("optional_body!(call, given, {});", qualified(&speller.spell(kind))));
    }
    lines.push("sending!(call)".to_owned());
    let code = lines.join("\n    ");
    let given = if code.contains("given") { "given" } else { "_" };
    let _ = writeln!(out, "\nfn {name}(client: &Client, {given}: &mut Given) -> Made {{\n    {code}\n}}");
}
