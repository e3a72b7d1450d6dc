//! The bodies of requests, as data for the operations table. They are read before the passes, which change types to
//! suit responses.

use crate::facts_table::Facts;
use crate::metadata::{Body, Operation};
use crate::types::{Type, Types};
use anyhow::{Context, Result};
use std::collections::BTreeMap;

/// The request bodies of an API.
#[derive(Debug, Default)]
pub struct Bodies {
    /// The body of each operation, in the order of the operations' ids.
    of: BTreeMap<String, Type>,
    /// The objects that the bodies contain, by the name of their Rust type.
    pub objects: BTreeMap<String, Object>,
    /// The values of the enums that the bodies contain, by the name of their Rust type.
    pub enums: BTreeMap<String, Vec<String>>,
}

/// An object in a request body.
#[derive(Debug)]
pub struct Object {
    pub fields: Vec<Field>,
    /// Whether the model allows members that no field names.
    pub is_open: bool,
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// The name as it is sent.
    pub name: String,
    pub kind: Type,
    pub required: bool,
    /// What it means, in our own words; empty if that is not known.
    pub about: String,
    /// Limits and format, in words.
    pub limits: String,
    /// The minimum number of elements.
    pub min_items: usize,
    /// A value within the limits, as JSON; empty if any value of the type is within them.
    pub example: String,
}

impl Bodies {
    /// Collects the bodies of these operations.
    ///
    /// # Errors
    /// When the type of a body is not among the types.
    pub fn read(types: &Types, facts: &Facts, operations: &[Operation]) -> Result<Self> {
        let mut bodies = Self::default();
        for operation in operations.iter().filter(|operation| operation.body != Body::None) {
            let kind = types.arguments.get(&operation.method_name()).and_then(|arguments| arguments.get("body"));
            let kind = kind.with_context(|| format!("the operation {} has a body without a type", operation.id))?;
            bodies.of.insert(operation.id.clone(), kind.clone());
            bodies.follow(kind, types, facts);
        }
        Ok(bodies)
    }

    /// The type of an operation's body.
    pub fn of(&self, id: &str) -> Option<&Type> {
        self.of.get(id)
    }

    fn follow(&mut self, kind: &Type, types: &Types, facts: &Facts) {
        match kind {
            Type::List(inner) | Type::Map(inner) => self.follow(inner, types, facts),
            Type::Named(name) if self.objects.contains_key(name) => {}
            Type::Named(name) => match (types.structs.get(name), types.enums.get(name)) {
                (Some(structure), _) => {
                    let named = || structure.fields.iter().filter(|field| !field.rest);
                    let fields = named().map(|field| {
                        let example = facts.example(name, &field.wire);
                        Field {
                            name: field.wire.clone(),
                            kind: field.kind.clone(),
                            required: field.required,
                            about: facts
                                .meaning(name, &field.wire)
                                .map(|found| found.about.clone())
                                .unwrap_or_default(),
                            limits: facts.of(name, &field.wire).to_owned(),
                            min_items: example.min_items,
                            example: example.json,
                        }
                    });
                    let is_open = structure.fields.iter().any(|field| field.rest);
                    self.objects.insert(name.clone(), Object { fields: fields.collect(), is_open });
                    named().for_each(|field| self.follow(&field.kind, types, facts));
                }
                (None, Some(enumeration)) => {
                    let values = enumeration.variants.iter().map(|(_, wire)| wire.clone());
                    self.enums.insert(name.clone(), values.collect());
                }
                (None, None) => {}
            },
            _ => {}
        }
    }
}
