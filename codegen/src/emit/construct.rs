//! Writes how the body of a call is made: by `new` with what is required, and some setters. For the READMEs.

use crate::bodies::Bodies;
use crate::types::{Field, Struct, Type, Types, Wire};
use heck::ToShoutyKebabCase;
use serde_json::Value;

/// An expression, laid out when its place is known.
#[derive(Debug, PartialEq, Eq)]
enum Code {
    Plain(String),
    List(Vec<Code>),
    /// `head(arguments)`, and behind it `.setter(argument)` for each.
    Call {
        head: String,
        arguments: Vec<Code>,
        setters: Vec<(String, Code)>,
    },
}

/// How many setters are shown.
const SETTERS: usize = 2;

/// The length of a line that is broken.
const LONGEST: usize = 100;

/// The expression that makes a body, behind `indent` columns.
pub fn body(kind: &Type, types: &Types, bodies: &Bodies, indent: usize) -> String {
    Maker { types, bodies }.body(kind).laid_out(indent, indent)
}

struct Maker<'a> {
    types: &'a Types,
    bodies: &'a Bodies,
}

impl Maker<'_> {
    fn body(&self, kind: &Type) -> Code {
        match kind {
            Type::Named(name) => match self.types.structs.get(name) {
                Some(structure) => {
                    let setters = self.shown_setters(structure);
                    self.made(structure, setters, &mut vec![name])
                }
                None => self.value(kind, None, name, &mut Vec::new()),
            },
            other => self.value(other, None, "value", &mut Vec::new()),
        }
    }

    /// `new` with what is required; `open` are the structures that it stands in.
    fn made<'b>(&'b self, structure: &'b Struct, setters: Vec<&'b Field>, open: &mut Vec<&'b str>) -> Code {
        let named = || structure.fields.iter().filter(|field| !field.rest);
        let arguments =
            named().filter(|field| field.required).map(|field| self.field(structure, field, open)).collect();
        let setters = setters.into_iter().map(|field| {
            let setter = if field.name == "new" { "new_" } else { &field.name };
            (setter.to_owned(), self.field(structure, field, open))
        });
        let setters = setters.collect();
        Code::Call { head: format!("types::{}::new", structure.name), arguments, setters }
    }

    /// The first optional fields that are simple to set, else the first of all.
    fn shown_setters<'b>(&self, structure: &'b Struct) -> Vec<&'b Field> {
        let optional = || structure.fields.iter().filter(|field| !field.rest && !field.required);
        let simple: Vec<_> = optional().filter(|field| self.is_simple(&field.kind)).take(SETTERS).collect();
        let has_required = structure.fields.iter().any(|field| field.required);
        match simple.is_empty() && !has_required {
            true => optional().take(1).collect(),
            false => simple,
        }
    }

    fn is_simple(&self, kind: &Type) -> bool {
        match kind {
            Type::Text | Type::Integer | Type::Boolean | Type::DateTime => true,
            Type::List(items) => self.is_simple(items),
            Type::Named(name) => self.types.enums.contains_key(name),
            _ => false,
        }
    }

    fn field<'b>(&'b self, structure: &'b Struct, field: &'b Field, open: &mut Vec<&'b str>) -> Code {
        let described = self.bodies.objects.get(&structure.name);
        let described = described.and_then(|object| object.fields.iter().find(|other| other.name == field.wire));
        let example = described.and_then(|field| serde_json::from_str(&field.example).ok());
        self.value(&field.kind, example, &field.wire, open)
    }

    /// A value that a reader takes for what it is.
    fn value<'b>(&'b self, kind: &'b Type, example: Option<Value>, name: &str, open: &mut Vec<&'b str>) -> Code {
        let plain = |text: String| Code::Plain(text);
        match kind {
            Type::Text if is_marketplace(name) => plain("Marketplace::JP".into()),
            Type::Text => match example.as_ref().and_then(Value::as_str) {
                Some(text) => plain(format!("{text:?}")),
                None => plain(format!("{:?}", name.to_shouty_kebab_case())),
            },
            Type::Integer => plain(example.filter(Value::is_i64).map_or("1".into(), |number| number.to_string())),
            Type::Boolean => plain("true".into()),
            Type::DateTime => match example.as_ref().and_then(Value::as_str) {
                Some(text) => plain(format!("{text:?}")),
                None if name.to_ascii_lowercase().contains("end") => plain("\"2026-01-31T00:00:00Z\"".into()),
                None => plain("\"2026-01-01T00:00:00Z\"".into()),
            },
            Type::Decimal(Wire::Number | Wire::Text) => {
                let whole = example.as_ref().and_then(Value::as_f64).map_or(1.0, f64::ceil);
                plain(format!("{whole:.0}"))
            }
            Type::Any => plain("spapi_core::json!({})".into()),
            Type::Object => plain("spapi_core::Object::new()".into()),
            Type::Map(_) => plain("Default::default()".into()),
            Type::List(items) => Code::List(vec![match &**items {
                // A list in a list is a vector.
                Type::List(_) => plain("vec![]".into()),
                items => self.value(items, example, name, open),
            }]),
            Type::Named(name) => match (self.types.structs.get(name), self.types.enums.get(name)) {
                (Some(_), _) if open.contains(&name.as_str()) => plain("Default::default()".into()),
                (Some(structure), _) => {
                    open.push(name);
                    let made = self.made(structure, Vec::new(), open);
                    open.pop();
                    made
                }
                (None, Some(enumeration)) => match enumeration.variants.iter().find(|(_, wire)| !wire.is_empty()) {
                    Some((variant, _)) => plain(format!("types::{name}::{variant}")),
                    None => plain("Default::default()".into()),
                },
                (None, None) => plain("Default::default()".into()),
            },
        }
    }
}

/// Whether a text of that name is a marketplace's id.
fn is_marketplace(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["marketplaceid", "marketplaceids", "destinationmarketplaces"].contains(&name.as_str())
}

impl Code {
    fn one_line(&self) -> String {
        let joined = |parts: &[Self]| parts.iter().map(Self::one_line).collect::<Vec<_>>().join(", ");
        match self {
            Self::Plain(text) => text.clone(),
            Self::List(elements) => format!("[{}]", joined(elements)),
            Self::Call { head, arguments, setters } => {
                let setters = setters.iter().map(|(name, argument)| format!(".{name}({})", argument.one_line()));
                format!("{head}({}){}", joined(arguments), setters.collect::<String>())
            }
        }
    }

    /// On one line if it fits behind `column` columns, else broken, with `indent` columns before each line.
    fn laid_out(&self, column: usize, indent: usize) -> String {
        let line = self.one_line();
        if column + line.len() <= LONGEST && !matches!(self, Self::Call { setters, .. } if !setters.is_empty()) {
            return line;
        }
        let deeper = indent + 4;
        let broken = |parts: &[Self]| {
            let lines = parts.iter().map(|part| format!("\n{:deeper$}{},", "", part.laid_out(deeper, deeper)));
            format!("{}\n{:indent$}", lines.collect::<String>(), "")
        };
        match self {
            Self::Plain(text) => text.clone(),
            Self::List(elements) => format!("[{}]", broken(elements)),
            Self::Call { head, arguments, setters } => {
                let alone = Self::Call { head: head.clone(), arguments: Vec::new(), setters: Vec::new() };
                let arguments_line = arguments.iter().map(Self::one_line).collect::<Vec<_>>().join(", ");
                let fits = column + alone.one_line().len() + arguments_line.len() <= LONGEST;
                let arguments = if fits { arguments_line } else { broken(arguments) };
                let setters = setters.iter().map(|(name, argument)| {
                    let start = format!(".{name}(");
                    let argument = argument.laid_out(deeper + start.len(), deeper);
                    format!("\n{:deeper$}{start}{argument})", "")
                });
                format!("{head}({arguments}){}", setters.collect::<String>())
            }
        }
    }
}
