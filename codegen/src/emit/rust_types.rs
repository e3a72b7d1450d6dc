//! Spells types in generated code, in which a definition of the API may be called `String` or `Box`.

use crate::types::{Type, Types};
use std::collections::BTreeSet;

/// The crate that generated types belong to, which decides where the values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// A section crate.
    Section,
    /// `spapi-events`, which has no core.
    Events,
}

impl Home {
    /// The path of a value, a module or a macro.
    pub fn path(self, name: &str) -> String {
        match (self, name) {
            (Self::Section, _) => format!("spapi_core::{name}"),
            (Self::Events, "Object" | "Secret") => format!("crate::{name}"),
            (Self::Events, "Value") => "serde_json::Value".into(),
            (Self::Events, _) => format!("spapi_types::{name}"),
        }
    }
}

/// Spells types for one module.
pub struct Speller<'a> {
    pub home: Home,
    types: &'a Types,
    /// The prefix of the API's types: `types::`, or empty in the module of the types itself.
    prefix: &'static str,
    /// Names that the module defines itself.
    taken: BTreeSet<&'a str>,
}

/// An argument of a function: its type, and the expression that makes a field's value from it.
pub struct Argument {
    pub kind: String,
    pub value: String,
}

impl<'a> Speller<'a> {
    /// For the module that defines the types.
    pub fn inside(types: &'a Types, home: Home) -> Self {
        let taken = types.structs.keys().chain(types.enums.keys()).map(String::as_str).collect();
        Self { home, types, prefix: "", taken }
    }

    /// For a module next to the one with the types.
    pub fn outside(types: &'a Types) -> Self {
        Self { home: Home::Section, types, prefix: "types::", taken: BTreeSet::new() }
    }

    /// A name of the standard library's prelude, written as a full path if the module defines the same name.
    pub fn std(&self, name: &str, full: &str) -> String {
        if self.taken.contains(name) { full.to_owned() } else { name.to_owned() }
    }

    pub fn option(&self, inner: &str) -> String {
        format!("{}<{inner}>", self.std("Option", "::std::option::Option"))
    }

    pub fn boxed(&self, inner: &str) -> String {
        format!("{}<{inner}>", self.std("Box", "::std::boxed::Box"))
    }

    fn vec(&self, inner: &str) -> String {
        format!("{}<{inner}>", self.std("Vec", "::std::vec::Vec"))
    }

    fn into(&self, inner: &str) -> String {
        format!("impl {}<{inner}>", self.std("Into", "::std::convert::Into"))
    }

    pub fn is_enum(&self, name: &str) -> bool {
        self.types.enums.contains_key(name)
    }

    /// The type of a field.
    pub fn spell(&self, kind: &Type) -> String {
        match kind {
            Type::Text => self.std("String", "::std::string::String"),
            Type::Integer => "i64".into(),
            Type::Boolean => "bool".into(),
            Type::DateTime => self.home.path("DateTime"),
            Type::Decimal(_) => self.home.path("Decimal"),
            Type::Any => self.home.path("Value"),
            Type::Object => self.home.path("Object"),
            Type::Secret => self.home.path("Secret"),
            Type::Map(values) => {
                format!("::std::collections::BTreeMap<{}, {}>", self.spell(&Type::Text), self.spell(values))
            }
            Type::List(items) => self.vec(&self.spell(items)),
            Type::Named(name) => format!("{}{name}", self.prefix),
        }
    }

    /// An argument of any type that converts into the field's type.
    pub fn argument(&self, name: &str, kind: &Type) -> Argument {
        let spelt = self.spell(kind);
        let converts = |kind: &Type| match kind {
            Type::Text | Type::DateTime | Type::Decimal(_) | Type::Any => true,
            Type::Named(name) => self.is_enum(name),
            _ => false,
        };
        match kind {
            Type::List(items) if converts(items) => Argument {
                kind: format!(
                    "impl {}<Item = {}>",
                    self.std("IntoIterator", "::std::iter::IntoIterator"),
                    self.into(&self.spell(items))
                ),
                value: format!("{name}.into_iter().map({}::into).collect()", self.std("Into", "::std::convert::Into")),
            },
            Type::List(_) => Argument { kind: self.into(&spelt), value: format!("{name}.into()") },
            kind if converts(kind) => Argument { kind: self.into(&spelt), value: format!("{name}.into()") },
            _ => Argument { kind: spelt, value: name.to_owned() },
        }
    }
}
