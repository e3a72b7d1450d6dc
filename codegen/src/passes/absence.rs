//! A missing required field of a response is not an error, and no value is invented for it. Strings, lists, maps and
//! structures are empty; a type whose default looks like data (a number, a flag, money, a date) becomes an `Option`.

use super::reach::Reach;
use crate::types::{Type, Types};

/// Makes fields of responses optional if their default would look like data. Lists and maps never become optional.
pub fn apply(types: &mut Types, reach: &Reach) {
    for structure in types.structs.values_mut() {
        let answered = reach.answers.contains(&structure.name);
        for field in &mut structure.fields {
            let looks_like_data =
                matches!(field.kind, Type::Integer | Type::Boolean | Type::Decimal(_) | Type::DateTime | Type::Any);
            // The default of a structure that requires itself would be infinite.
            field.optional |= field.boxed || (answered && field.required && looks_like_data);
            // No list and an empty list mean the same to callers; an `Option` would only add a case.
            field.optional &= !matches!(field.kind, Type::List(_) | Type::Map(_) | Type::Object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Field, Struct};

    #[test]
    fn data_fields_become_options_in_types_of_answers() {
        let field = |kind| Field { required: true, optional: false, ..Field::sample(kind) };
        let kinds =
            [Type::Text, Type::List(Box::new(Type::Text)), Type::Named("B".into()), Type::Integer, Type::DateTime];
        let optional = |reach: &Reach| {
            let mut types = Types::default();
            let fields = kinds.iter().cloned().map(field).collect();
            types.structs.insert("A".into(), Struct { name: "A".into(), fields });
            apply(&mut types, reach);
            types.structs["A"].fields.iter().map(|field| field.optional).collect::<Vec<_>>()
        };
        let answered = Reach { answers: ["A".to_owned()].into(), ..Reach::default() };
        assert_eq!(optional(&answered), [false, false, false, true, true]);
        assert_eq!(optional(&Reach::default()), [false; 5]);
    }
}
