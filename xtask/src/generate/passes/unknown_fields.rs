//! What is read to be written back keeps the members that the model does not know: a structure that both answers and
//! requests reach gets a map for them.

use super::reach::Reach;
use crate::generate::types::{Field, Type, Types};

/// The name of the map.
pub const FIELD: &str = "unknown_fields";

/// Adds the map where it is missing.
pub fn apply(types: &mut Types, reach: &Reach) {
    for structure in types.structs.values_mut() {
        if !reach.both(&structure.name) || structure.fields.iter().any(|field| field.rest || field.name == FIELD) {
            continue;
        }
        structure.fields.push(Field {
            name: FIELD.into(),
            wire: String::new(),
            kind: Type::Object,
            required: false,
            optional: false,
            boxed: false,
            rest: true,
        });
    }
}
