//! Decimals are encoded and decoded by modules of core, which exist for a field and for a list of decimals. Deeper
//! inside a map or a list of lists (no published model has one) the type becomes any JSON, which loses no digit.

use crate::types::{Type, Types};

/// Replaces decimals that no module of core decodes.
pub fn apply(types: &mut Types) {
    for field in types.structs.values_mut().flat_map(|structure| &mut structure.fields) {
        match &mut field.kind {
            Type::Decimal(_) => {}
            Type::List(inner) if matches!(**inner, Type::Decimal(_)) => {}
            other => replace(other),
        }
    }
    for answer in types.answers.values_mut().flatten() {
        replace(answer);
    }
}

fn replace(kind: &mut Type) {
    match kind {
        Type::Decimal(_) => *kind = Type::Any,
        Type::List(inner) | Type::Map(inner) => replace(inner),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Field, Struct, Wire};

    #[test]
    fn only_fields_that_core_can_read_stay_decimals() {
        let list = |kind| Type::List(Box::new(kind));
        let decimal = Type::Decimal(Wire::Number);
        let kinds =
            [decimal.clone(), list(decimal.clone()), list(list(decimal.clone())), Type::Map(Box::new(decimal.clone()))];
        let fields = kinds.iter().map(|kind| Field::sample(kind.clone()));
        let mut types = Types::default();
        types.structs.insert("A".into(), Struct { name: "A".into(), fields: fields.collect() });
        apply(&mut types);
        let after: Vec<_> = types.structs["A"].fields.iter().map(|field| field.kind.clone()).collect();
        assert_eq!(after, [decimal.clone(), list(decimal), list(list(Type::Any)), Type::Map(Box::new(Type::Any))]);
    }
}
