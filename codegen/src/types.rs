//! The types of an API, read from the Rust that progenitor and typify generate; the passes work on these.

use super::convert;
use super::normalise::stand_ins;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use syn::{GenericArgument, Item, PathArguments, ReturnType};

/// The type of a field, a parameter or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Text,
    Integer,
    Boolean,
    DateTime,
    /// A text that nothing may show.
    Secret,
    /// A decimal, and how it is encoded.
    Decimal(Wire),
    /// Any JSON.
    Any,
    /// A JSON object with any members.
    Object,
    Map(Box<Type>),
    List(Box<Type>),
    /// A struct or an enum of the API.
    Named(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    Number,
    Text,
}

#[derive(Debug, Clone)]
pub struct Struct {
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub struct Field {
    /// The Rust name.
    pub name: String,
    /// The name in JSON.
    pub wire: String,
    pub kind: Type,
    /// Whether the model requires it.
    pub required: bool,
    /// Whether the Rust type is an `Option`.
    pub optional: bool,
    /// Whether it is in a `Box`, because its type contains itself.
    pub boxed: bool,
    /// Whether it holds the members that no other field names.
    pub rest: bool,
}

#[cfg(test)]
impl Field {
    /// An optional field, for tests of the passes.
    pub fn sample(kind: Type) -> Self {
        Self { name: "x".into(), wire: "x".into(), kind, required: false, optional: true, boxed: false, rest: false }
    }
}

#[derive(Debug, Clone)]
pub struct Enum {
    pub name: String,
    /// Rust name and value on the wire.
    pub variants: Vec<(String, String)>,
}

/// The types and the signatures of an API.
#[derive(Debug, Default)]
pub struct Types {
    pub structs: BTreeMap<String, Struct>,
    pub enums: BTreeMap<String, Enum>,
    /// Definitions that only give another type a name.
    aliases: BTreeMap<String, Type>,
    /// The types of a function's arguments, by function and by name.
    pub arguments: BTreeMap<String, BTreeMap<String, Type>>,
    /// The type of a function's response, by function.
    pub answers: BTreeMap<String, Option<Type>>,
}

/// Makes the types of a normalised OpenAPI document. `values` has the values of its enums by name, and `wires` the
/// names of properties that have a stand-in.
pub fn of(openapi: &Value, values: BTreeMap<String, Vec<String>>, wires: &BTreeMap<String, String>) -> Result<Types> {
    let file = convert::to_rust(openapi)?;
    let mut types = Types::default();
    for (name, values) in values {
        types.enums.insert(name.clone(), Enum { name, variants: variant_names(values) });
    }
    for item in &file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                for item in module.content.iter().flat_map(|(_, items)| items) {
                    types.read_item(item)?;
                }
            }
            _ => {}
        }
    }
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || block.self_ty != syn::parse_quote!(Client) {
            continue;
        }
        for item in &block.items {
            // The async functions are the calls; the others make a client.
            match item {
                syn::ImplItem::Fn(function) if function.sig.asyncness.is_some() => types.read_function(function)?,
                _ => {}
            }
        }
    }
    types.resolve_aliases()?;
    for field in types.structs.values_mut().flat_map(|structure| &mut structure.fields) {
        if let Some(wire) = wires.get(&field.wire) {
            field.wire.clone_from(wire);
        }
        if !field.rest {
            field.name = crate::naming::value_name(&field.wire);
        }
    }
    Ok(types)
}

impl Types {
    fn read_item(&mut self, item: &Item) -> Result<()> {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                match &item.fields {
                    syn::Fields::Named(fields) => {
                        let fields = fields.named.iter().map(read_field).collect::<Result<_>>();
                        let fields = fields.with_context(|| format!("in the type {name}"))?;
                        self.structs.insert(name.clone(), Struct { name, fields });
                    }
                    syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                        let inner = read_type(&fields.unnamed[0].ty).with_context(|| format!("in the type {name}"))?;
                        self.aliases.insert(name, inner.kind);
                    }
                    // A definition without properties and without further members.
                    _ => {
                        self.aliases.insert(name, Type::Object);
                    }
                }
            }
            Item::Enum(item) if !self.enums.contains_key(&item.ident.to_string()) => {
                bail!("the type {} is a choice of types, which this generator does not know", item.ident);
            }
            _ => {}
        }
        Ok(())
    }

    fn read_function(&mut self, function: &syn::ImplItemFn) -> Result<()> {
        let name = stand_ins::function(&function.sig.ident.to_string());
        let read = || -> Result<_> {
            let mut arguments = BTreeMap::new();
            for input in &function.sig.inputs {
                let syn::FnArg::Typed(argument) = input else { continue };
                let syn::Pat::Ident(ident) = &*argument.pat else { bail!("an argument has no name") };
                arguments.insert(stand_ins::read_argument(&ident.ident.to_string()), read_type(&argument.ty)?.kind);
            }
            let ReturnType::Type(_, output) = &function.sig.output else { bail!("no answer") };
            let value = first_argument(first_argument(output).context("no Result")?).context("no ResponseValue")?;
            let answer = match value {
                syn::Type::Tuple(tuple) if tuple.elems.is_empty() => None,
                syn::Type::Path(path) if path.path.is_ident("ByteStream") => None,
                other => Some(read_type(other)?.kind),
            };
            Ok((arguments, answer))
        };
        let (arguments, answer) = read().with_context(|| format!("in the signature of {name}"))?;
        self.arguments.insert(name.clone(), arguments);
        self.answers.insert(name, answer);
        Ok(())
    }

    /// Replaces every alias with its type: a `Vec<Order>` says more than an `OrderList`.
    fn resolve_aliases(&mut self) -> Result<()> {
        let aliases = std::mem::take(&mut self.aliases);
        for alias in aliases.keys() {
            resolved(&Type::Named(alias.clone()), &aliases, &mut Vec::new(), 0)?;
        }
        let resolve = |kind: &mut Type| -> Result<()> {
            *kind = resolved(kind, &aliases, &mut Vec::new(), 0)?;
            Ok(())
        };
        self.structs.values_mut().flat_map(|s| &mut s.fields).try_for_each(|field| resolve(&mut field.kind))?;
        self.arguments.values_mut().flat_map(BTreeMap::values_mut).try_for_each(resolve)?;
        self.answers.values_mut().flatten().try_for_each(resolve)?;
        self.aliases = aliases;
        Ok(())
    }

    /// The type of a definition.
    pub fn of_definition(&self, name: &str) -> Type {
        let name = crate::naming::type_name(name);
        self.aliases.get(&name).cloned().unwrap_or(Type::Named(name))
    }
}

/// The maximum nesting of lists and maps, including through definitions.
const DEEPEST: usize = 16;

/// The type with every alias resolved. `open` has the aliases around it, `depth` counts the lists and maps around it.
fn resolved<'a>(
    kind: &'a Type,
    aliases: &'a BTreeMap<String, Type>,
    open: &mut Vec<&'a str>,
    depth: usize,
) -> Result<Type> {
    if depth > DEEPEST {
        let from = open.first().copied().unwrap_or_default();
        bail!("the definition {from} nests lists or maps more than {DEEPEST} deep");
    }
    Ok(match kind {
        Type::Named(name) => match aliases.get_key_value(name) {
            Some((name, _)) if open.contains(&name.as_str()) => {
                bail!("the definition {name} refers to itself and holds nothing");
            }
            Some((name, target)) => {
                open.push(name);
                let target = resolved(target, aliases, open, depth)?;
                open.pop();
                target
            }
            None => kind.clone(),
        },
        Type::List(inner) => Type::List(Box::new(resolved(inner, aliases, open, depth + 1)?)),
        Type::Map(inner) => Type::Map(Box::new(resolved(inner, aliases, open, depth + 1)?)),
        other => other.clone(),
    })
}

struct ReadType {
    kind: Type,
    optional: bool,
    boxed: bool,
}

/// Parses a type as typify writes it.
fn read_type(kind: &syn::Type) -> Result<ReadType> {
    let plain = |kind| Ok(ReadType { kind, optional: false, boxed: false });
    let path = match kind {
        syn::Type::Reference(reference) => return read_type(&reference.elem),
        syn::Type::Slice(slice) => return plain(Type::List(Box::new(read_type(&slice.elem)?.kind))),
        syn::Type::Path(path) => &path.path,
        other => bail!("an unknown type: {}", quote::quote!(#other)),
    };
    let name: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let name = name.join("::");
    let inner = |at: usize| read_type(argument(kind, at).context("a type without its argument")?);
    match name.as_str() {
        "std::string::String" | "str" => plain(Type::Text),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => plain(Type::Integer),
        "bool" => plain(Type::Boolean),
        "f32" | "f64" | "placeholder::Number" => plain(Type::Decimal(Wire::Number)),
        "placeholder::TextAmount" => plain(Type::Decimal(Wire::Text)),
        "placeholder::DateTime" => plain(Type::DateTime),
        "serde_json::Value" => plain(Type::Any),
        "serde_json::Map" => plain(Type::Object),
        // progenitor writes the short name in signatures; without an argument it is a definition of that name.
        "Option" if argument(kind, 0).is_none() => plain(Type::Named(name)),
        "std::option::Option" | "Option" => Ok(ReadType { optional: true, ..inner(0)? }),
        "std::boxed::Box" => Ok(ReadType { boxed: true, ..inner(0)? }),
        "std::vec::Vec" => plain(Type::List(Box::new(inner(0)?.kind))),
        "std::collections::BTreeMap" | "std::collections::HashMap" => match inner(1)?.kind {
            Type::Any => plain(Type::Object),
            values => plain(Type::Map(Box::new(values))),
        },
        _ => match name.strip_prefix("types::").unwrap_or(&name) {
            local if !local.contains("::") => plain(Type::Named(local.to_owned())),
            _ => bail!("an unknown type: {name}"),
        },
    }
}

fn argument(kind: &syn::Type, at: usize) -> Option<&syn::Type> {
    let syn::Type::Path(path) = kind else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind),
        _ => None,
    });
    types.nth(at)
}

fn first_argument(kind: &syn::Type) -> Option<&syn::Type> {
    argument(kind, 0)
}

fn read_field(field: &syn::Field) -> Result<Field> {
    let ident = field.ident.as_ref().context("a field has no name")?.to_string();
    let ReadType { kind, optional, boxed } = read_type(&field.ty).with_context(|| format!("in the field {ident}"))?;
    Ok(Field {
        wire: serde_word(&field.attrs, "rename")?.unwrap_or_else(|| ident.trim_start_matches("r#").to_owned()),
        required: serde_word(&field.attrs, "default")?.is_none() && !optional,
        rest: serde_word(&field.attrs, "flatten")?.is_some(),
        name: ident,
        kind,
        optional,
        boxed,
    })
}

/// The value of a word in a `#[serde(...)]` attribute; empty if the word has none.
fn serde_word(attributes: &[syn::Attribute], word: &str) -> Result<Option<String>> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            let value = match meta.input.peek(syn::Token![=]) {
                true => meta.value()?.parse::<syn::LitStr>()?.value(),
                false => String::new(),
            };
            if meta.path.is_ident(word) {
                found = Some(value);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// Gives each value of an enum its own variant.
fn variant_names(wires: Vec<String>) -> Vec<(String, String)> {
    let mut taken = HashSet::from([FALLBACK.to_owned()]);
    // The next number for a name that occurs again.
    let mut next: HashMap<String, usize> = HashMap::new();
    let mut variants = Vec::new();
    for wire in wires {
        let name = crate::naming::type_name(&wire);
        // A name may not start with a digit, and an underscore at the start reads badly.
        let name = match name.strip_prefix('_') {
            Some(digits) => format!("N{digits}"),
            None => name,
        };
        let mut free = name.clone();
        while !taken.insert(free.clone()) {
            let number = next.entry(name.clone()).or_insert(2);
            free = format!("{name}{number}");
            *number += 1;
        }
        variants.push((free, wire));
    }
    variants
}

/// The variant that holds a value which the model does not have.
pub const FALLBACK: &str = "Unrecognized";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_own_variant() {
        let names = |wires: &[&str]| {
            variant_names(wires.iter().map(|w| w.to_string()).collect()).into_iter().map(|(n, _)| n).collect::<Vec<_>>()
        };
        assert_eq!(
            names(&["Unshipped", "4x6", "SELF", "application/pdf"]),
            ["Unshipped", "N4x6", "Self_", "ApplicationPdf"]
        );
        assert_eq!(names(&["EACH", "Each", "UNRECOGNIZED", ""]), ["Each", "Each2", "Unrecognized2", "X"]);
    }
}
