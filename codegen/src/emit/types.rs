//! Writes `types.rs`: structs that tolerate what Amazon sends, open enums, constructors and setters.

use super::points::Points;
use super::rust_types::{Home, Speller};
use super::{banner, code, literal, paragraphs, quotation};
use crate::facts_table::Facts;
use crate::passes::reach::{Reach, User};
use crate::types::{Enum, Field, Struct, Type, Types, Wire};
use crate::words::{Meaning, text};
use std::fmt::Write;

/// What the documentation of types says.
pub struct Words<'a> {
    pub reach: &'a Reach,
    pub facts: &'a Facts,
    /// What the types are a part of, such as a notification, and the type of the whole; `None` for an API.
    pub of: Option<(&'a str, &'a str)>,
}

impl Words<'_> {
    /// What a type is.
    fn about(&self, name: &str) -> String {
        match self.of {
            Some((of, whole)) if name == whole => format!("The payload of {of}."),
            Some((of, _)) => format!("{} of {of}.", code(self.facts.definition(name))),
            None => {
                format!("The model's {}, {}.", code(self.facts.definition(name)), direction(name, self.reach))
            }
        }
    }
}

/// The text of the file with the types of an API.
pub fn write(types: &Types, reach: &Reach, facts: &Facts, source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str(
        "//! The types of requests and answers. A field is optional unless its documentation says `required`.\n\n",
    );
    write_types(&mut out, types, &Words { reach, facts, of: None }, Home::Section);
    out
}

/// Writes the types with what they use.
pub fn write_types(out: &mut String, types: &Types, words: &Words, home: Home) {
    let names = || types.structs.keys().chain(types.enums.keys());
    let is_taken = names().any(|name| ["Deserialize", "Serialize"].contains(&name.as_str()));
    if !types.structs.is_empty() && !is_taken {
        out.push_str("use serde::{Deserialize, Serialize};\n");
    }
    let derives = if is_taken { "serde::Deserialize, serde::Serialize" } else { "Deserialize, Serialize" };
    let speller = Speller::inside(types, home);
    let points = Points::find(types);
    let mut names: Vec<_> = names().collect();
    names.sort();
    for name in names {
        out.push('\n');
        if let Some(structure) = types.structs.get(name) {
            write_struct(out, structure, words, &speller, derives);
            if let Some(arguments) = points.arguments(structure) {
                let _ = writeln!(out, "\n{}({arguments});", home.path("has_points!"));
            }
        } else if let Some(enumeration) = types.enums.get(name) {
            write_enum(out, enumeration, words, home);
        }
    }
}

/// Where a type is used.
fn direction(name: &str, reach: &Reach) -> &'static str {
    match (reach.requests.contains(name), reach.answers.contains(name)) {
        (true, true) => "part of requests and answers",
        (true, false) => "part of requests",
        _ => "part of answers",
    }
}

fn write_enum(out: &mut String, enumeration: &Enum, words: &Words, home: Home) {
    let name = &enumeration.name;
    let _ = writeln!(out, "{} {{\n    /// {}", home.path("open_enum!"), words.about(name));
    let _ = writeln!(out, "    pub enum {name} {{");
    for (variant, wire) in &enumeration.variants {
        let _ = writeln!(out, "        {variant} = {},", literal(wire));
    }
    out.push_str("    }\n}\n");
}

fn write_struct(out: &mut String, structure: &Struct, words: &Words, speller: &Speller, derives: &str) {
    let name = &structure.name;
    let (reach, facts) = (words.reach, words.facts);
    let case = WireCase::of(structure);
    let _ = writeln!(out, "/// {}", words.about(name));
    if reach.requests.contains(name) {
        let users = users(words.reach.users.get(name).map_or(&[], Vec::as_slice));
        let _ = writeln!(out, "///\n/// [`new`](Self::new) makes it; the other methods are setters.{users}");
    }
    if let Some(text) = quotation(facts.quotation(name, None)) {
        out.push_str("///\n");
        for line in paragraphs("", [text]) {
            let _ = writeln!(out, "{line}");
        }
    }
    let _ = writeln!(out, "#[derive(Clone, Debug, Default, PartialEq, {derives})]");
    match case {
        WireCase::Snake => out.push_str("#[serde(default)]\n"),
        WireCase::Camel => out.push_str("#[serde(default, rename_all = \"camelCase\")]\n"),
        WireCase::Pascal => out.push_str("#[serde(default, rename_all = \"PascalCase\")]\n"),
    }
    let _ = writeln!(out, "#[non_exhaustive]\npub struct {name} {{");
    for field in &structure.fields {
        let doc = field_doc(field, facts.of(name, &field.wire), facts.meaning(name, &field.wire));
        let quoted = quotation(facts.quotation(name, Some(&field.wire)).filter(|_| !field.rest));
        for line in paragraphs("    ", doc.into_iter().chain(quoted)) {
            let _ = writeln!(out, "{line}");
        }
        let serde = serde_attribute(field, case, speller.home);
        if !serde.is_empty() {
            let _ = writeln!(out, "    #[serde({serde})]");
        }
        let _ = writeln!(out, "    pub {}: {},", field.name, field_type(field, speller));
    }
    out.push_str("}\n");
    if reach.requests.contains(name) {
        write_construction(out, structure, facts, speller);
    }
    if speller.home == Home::Section
        && let Some(payload) = only_payload(structure)
    {
        let _ = writeln!(out, "\nspapi_core::payload!({name}, {});", speller.spell(&payload.kind));
    }
}

/// The optional payload of a struct that has only a payload and errors.
fn only_payload(structure: &Struct) -> Option<&Field> {
    let is_known = |field: &Field| matches!(field.wire.as_str(), "payload" | "errors");
    let payload = structure.fields.iter().find(|field| field.wire == "payload" && field.optional && !field.boxed);
    payload.filter(|_| structure.fields.iter().all(is_known))
}

/// How many operations are named as users of a type.
const USERS: usize = 6;

/// The operations whose requests use a type, as a sentence after a space; empty if there are none.
fn users(users: &[User]) -> String {
    let links =
        users.iter().take(USERS).map(|user| format!("[{}](super::operations::{})", code(&user.id), user.builder));
    let mut links: Vec<_> = links.collect();
    match users.len().saturating_sub(USERS) {
        0 => {}
        1 => links.push("one more".to_owned()),
        more => links.push(format!("{more} more")),
    }
    match links.as_slice() {
        [] => String::new(),
        [one] => format!(" Used by {one}."),
        [others @ .., last] => format!(" Used by {} and {last}.", others.join(", ")),
    }
}

/// What a field means, and below it its facts.
fn field_doc(field: &Field, facts: &str, meaning: Option<&Meaning>) -> Vec<String> {
    if field.rest {
        return vec!["Members that the model does not name. They are sent back unchanged.".into()];
    }
    let mut doc = code(&field.wire);
    if field.required {
        doc.push_str("; required");
    }
    if !facts.is_empty() {
        let _ = write!(doc, "; {facts}");
    }
    if let Some(example) = meaning.and_then(|meaning| meaning.example.as_ref()) {
        let _ = write!(doc, "; for example {}", code(&text(example)));
    }
    doc.push('.');
    meaning.map(|meaning| meaning.about.clone()).into_iter().chain([doc]).collect()
}

fn field_type(field: &Field, speller: &Speller) -> String {
    let spelt = speller.spell(&field.kind);
    let spelt = if field.boxed { speller.boxed(&spelt) } else { spelt };
    if field.optional { speller.option(&spelt) } else { spelt }
}

/// How a field is decoded and encoded, as serde's attribute says it.
fn serde_attribute(field: &Field, case: WireCase, home: Home) -> String {
    let mut words = Vec::new();
    if field.rest {
        words.push("flatten".to_owned());
    } else if case.wire(&field.name) != field.wire {
        words.push(format!("rename = {}", literal(&field.wire)));
    }
    let with = |word: &str, function: String| format!("{word} = \"{}\"", home.path(&function));
    let decimals = |wire: Wire| match wire {
        Wire::Number => "number",
        Wire::Text => "text",
    };
    match &field.kind {
        Type::Decimal(wire) if field.optional => {
            words.push(with("with", format!("decimal::{}_option", decimals(*wire))))
        }
        Type::Decimal(wire) => words.push(with("with", format!("decimal::{}", decimals(*wire)))),
        Type::List(items) => match **items {
            Type::Decimal(wire) => words.push(with("with", format!("decimal::{}_list", decimals(wire)))),
            _ if !field.optional => words.push(with("deserialize_with", "absent::list".into())),
            _ => {}
        },
        Type::Map(values) if !field.optional => words.push(match **values {
            Type::List(_) => with("deserialize_with", "absent::map_of_lists".into()),
            _ => with("deserialize_with", "absent::map".into()),
        }),
        // Null is decoded as an empty string, structure or object; an open enum and a date handle null themselves.
        Type::Text | Type::Object | Type::Named(_) | Type::Integer | Type::Boolean
            if !field.optional && !field.rest =>
        {
            words.push(with("deserialize_with", "absent::or_default".into()));
        }
        _ => {}
    }
    let skip = match &field.kind {
        _ if field.rest => None,
        _ if field.optional => Some("::std::option::Option::is_none"),
        Type::List(_) if !field.required => Some("::std::vec::Vec::is_empty"),
        Type::Map(_) if !field.required => Some("::std::collections::BTreeMap::is_empty"),
        Type::Object if !field.required && home == Home::Section => Some("spapi_core::Object::is_empty"),
        _ => None,
    };
    if field.kind == Type::Secret {
        words.push("skip_serializing".into());
    } else if let Some(skip) = skip {
        words.push(format!("skip_serializing_if = \"{skip}\""));
    }
    words.join(", ")
}

/// `new` with the required fields, and a setter for each field.
fn write_construction(out: &mut String, structure: &Struct, facts: &Facts, speller: &Speller) {
    let fields: Vec<_> = structure.fields.iter().filter(|field| !field.rest).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.required).collect();
    let _ = writeln!(out, "\nimpl {} {{", structure.name);
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    for field in &required {
        let argument = speller.argument(&field.name, &field.kind);
        arguments.push(format!("{}: {}", field.name, argument.kind));
        let value = stored(field, argument.value, speller);
        values.push(if value == field.name { value } else { format!("{}: {value}", field.name) });
    }
    let doc = if required.is_empty() {
        "Makes an empty value: the model requires no field."
    } else {
        "Makes a value from the fields that the model requires."
    };
    let _ = writeln!(out, "    /// {doc}");
    let default = speller.std("Default", "::std::default::Default");
    let rest = if values.len() == structure.fields.len() { String::new() } else { format!("..{default}::default()") };
    let body = match (values.is_empty(), rest.is_empty()) {
        (true, _) => format!("{default}::default()"),
        (false, true) => format!("Self {{ {} }}", values.join(", ")),
        (false, false) => format!("Self {{ {}, {rest} }}", values.join(", ")),
    };
    let _ = writeln!(out, "    pub fn new({}) -> Self {{\n        {body}\n    }}", arguments.join(", "));
    for field in fields {
        let argument = speller.argument(&field.name, &field.kind);
        let setter = if field.name == "new" { "new_" } else { &field.name };
        let meaning = facts.meaning(&structure.name, &field.wire).map(|meaning| format!(" {}", meaning.about));
        let _ = writeln!(out, "\n    /// Sets {}.{}", code(&field.wire), meaning.unwrap_or_default());
        let _ = writeln!(out, "    pub fn {setter}(mut self, {}: {}) -> Self {{", field.name, argument.kind);
        let _ = writeln!(
            out,
            "        self.{} = {};\n        self\n    }}",
            field.name,
            stored(field, argument.value, speller)
        );
    }
    out.push_str("}\n");
}

/// The value in the form in which its field holds it.
fn stored(field: &Field, value: String, speller: &Speller) -> String {
    let value = if field.boxed { format!("{}::new({value})", speller.std("Box", "::std::boxed::Box")) } else { value };
    if field.optional { format!("{}({value})", speller.std("Some", "::std::option::Option::Some")) } else { value }
}

/// The spelling of most JSON names of a struct, so that only the other fields need an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WireCase {
    Snake,
    Camel,
    Pascal,
}

impl WireCase {
    fn of(structure: &Struct) -> Self {
        let fitting =
            |case: &Self| structure.fields.iter().filter(|field| case.wire(&field.name) == field.wire).count();
        // Among equals the last wins: camelCase is the most common, and no renaming is the simplest.
        [Self::Pascal, Self::Camel, Self::Snake].into_iter().max_by_key(fitting).unwrap_or(Self::Snake)
    }

    /// serde's JSON name for a field.
    fn wire(self, name: &str) -> String {
        let name = name.strip_prefix("r#").unwrap_or(name);
        if self == Self::Snake {
            return name.to_owned();
        }
        let mut pascal = String::new();
        let mut upper = true;
        for c in name.chars() {
            match c {
                '_' => upper = true,
                c if upper => {
                    pascal.push(c.to_ascii_uppercase());
                    upper = false;
                }
                c => pascal.push(c),
            }
        }
        match (self, pascal.chars().next()) {
            (Self::Camel, Some(first)) => format!("{}{}", first.to_ascii_lowercase(), &pascal[first.len_utf8()..]),
            _ => pascal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_users_of_a_type_are_named_and_the_others_counted() {
        let of = |ids: &[&str]| {
            let users = ids.iter().map(|id| User { id: (*id).into(), builder: id.to_uppercase() });
            super::users(&users.collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), "");
        assert_eq!(of(&["a"]), " Used by [`a`](super::operations::A).");
        assert_eq!(of(&["a", "b"]), " Used by [`a`](super::operations::A) and [`b`](super::operations::B).");
        assert!(of(&["a", "b", "c", "d", "e", "f", "g"]).ends_with("(super::operations::F) and one more."));
        assert!(of(&["a", "b", "c", "d", "e", "f", "g", "h"]).ends_with(" and 2 more."));
    }

    #[test]
    fn the_case_of_names_on_the_wire_is_set_by_serde() {
        assert_eq!(WireCase::Camel.wire("amazon_order_id"), "amazonOrderId");
        assert_eq!(WireCase::Pascal.wire("type_"), "Type");
        assert_eq!(WireCase::Snake.wire("r#type"), "type");
    }
}
