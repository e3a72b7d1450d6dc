//! Writes how the body of a call is made, for the READMEs: `new` with the required fields, and some setters.

use crate::bodies::Bodies;
use crate::types::{Field, Struct, Type, Types, Wire};
use heck::ToShoutyKebabCase;
use serde_json::Value;

/// An expression that is laid out once its place is known.
#[derive(Debug, PartialEq, Eq)]
enum Code {
    Plain(String),
    List(Vec<Code>),
    /// `head(arguments)`, followed by `.setter(argument)` for each setter.
    Call {
        head: String,
        arguments: Vec<Code>,
        setters: Vec<(String, Code)>,
    },
}

/// How many setters are shown.
const SETTERS: usize = 2;

/// The maximum length of a line.
const LONGEST: usize = 100;

/// The expression that makes a body, indented by `indent` columns.
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

    /// `new` with the required fields; `open` has the structures that contain this one.
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

    /// The first optional fields that are simple to set, or else the first of all.
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

    /// A value whose meaning a reader recognizes.
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
            Type::Secret => plain("Default::default()".into()),
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

/// Whether a string field of that name holds a marketplace's id.
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

    /// Written on one line if it fits after `column` columns, otherwise broken, with each line indented by `indent`
    /// columns.
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
                let line = arguments.iter().map(Self::one_line).collect::<Vec<_>>().join(", ");
                let fits = column + head.len() + "()".len() + line.len() <= LONGEST;
                // After a broken call the setters go below its last line.
                let (arguments, below) = if fits { (line, deeper) } else { (broken(arguments), indent) };
                let setters = setters.iter().map(|(name, argument)| {
                    let start = format!(".{name}(");
                    let argument = argument.laid_out(below + start.len(), below);
                    format!("\n{:below$}{start}{argument})", "")
                });
                format!("{head}({arguments}){}", setters.collect::<String>())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bodies::Object;
    use crate::types::Enum;

    fn field(name: &str, kind: Type, required: bool) -> Field {
        Field { required, optional: !required, name: name.into(), wire: name.into(), ..Field::sample(kind) }
    }

    fn types(structs: &[(&str, Vec<Field>)]) -> Types {
        let mut types = Types::default();
        for (name, fields) in structs {
            types.structs.insert((*name).into(), Struct { name: (*name).into(), fields: fields.clone() });
        }
        let variants = vec![("X".into(), String::new()), ("Each".into(), "EACH".into())];
        types.enums.insert("Unit".into(), Enum { name: "Unit".into(), variants });
        types
    }

    fn named(name: &str) -> Type {
        Type::Named(name.into())
    }

    #[test]
    fn a_body_is_made_from_the_required_fields_and_two_simple_setters() {
        let list = |kind| Type::List(Box::new(kind));
        let fields = vec![
            field("marketplace_ids", list(Type::Text), true),
            field("marketplaceIds", list(Type::Text), true),
            field("options", Type::Map(Box::new(Type::Text)), false),
            field("unit", named("Unit"), false),
            field("end_time", Type::DateTime, false),
            field("count", Type::Integer, false),
        ];
        let types = types(&[("Body", fields)]);
        assert_eq!(
            body(&named("Body"), &types, &Bodies::default(), 4),
            "types::Body::new([\"MARKETPLACE-IDS\"], [Marketplace::JP])\n        .unit(types::Unit::Each)\n        \
             .end_time(\"2026-01-31T00:00:00Z\")"
        );
    }

    #[test]
    fn examples_of_the_model_are_used_and_a_recursive_structure_ends() {
        let fields = vec![field("code", Type::Text, true), field("child", named("Body"), true)];
        let types = types(&[("Body", fields)]);
        let described = |name: &str, kind, example: &str| crate::bodies::Field {
            name: name.into(),
            kind,
            required: true,
            about: String::new(),
            limits: String::new(),
            min_items: 0,
            example: example.into(),
        };
        let fields = vec![described("code", Type::Text, "\"AA\""), described("child", named("Body"), "")];
        let mut bodies = Bodies::default();
        bodies.objects.insert("Body".into(), Object { fields, is_open: false });
        assert_eq!(body(&named("Body"), &types, &bodies, 4), "types::Body::new(\"AA\", Default::default())");
    }

    #[test]
    fn long_calls_are_broken() {
        let fields: Vec<_> = (0..8).map(|number| field(&format!("a_long_field_{number}"), Type::Text, true)).collect();
        let types = types(&[("Body", [fields, vec![field("note", Type::Text, false)]].concat())]);
        let made = body(&named("Body"), &types, &Bodies::default(), 4);
        assert!(made.starts_with("types::Body::new(\n        \"A-LONG-FIELD-0\",\n"), "{made}");
        assert!(made.ends_with(",\n    )\n    .note(\"NOTE\")"), "{made}");
    }
}
