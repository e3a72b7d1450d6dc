//! A structure that both responses and requests use gets a map for members that the model does not have, so that they
//! survive when it is sent back.

use super::reach::Reach;
use crate::types::{Field, Type, Types};

/// The name of the map.
pub const FIELD: &str = "unknown_fields";

/// Adds the map if it is missing. If the model itself allows further members, the map accepts any JSON, because a null
/// among them must not make the response unreadable.
pub fn apply(types: &mut Types, reach: &Reach) {
    for structure in types.structs.values_mut() {
        let declared = structure.fields.iter().any(|field| field.rest);
        structure.fields.retain(|field| !field.rest);
        let is_free = structure.fields.iter().all(|field| field.name != FIELD);
        if (declared || reach.both(&structure.name)) && is_free {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Struct;

    #[test]
    fn types_of_requests_and_answers_and_open_types_get_the_map() {
        let mut types = Types::default();
        let rest = Field { rest: true, ..Field::sample(Type::Map(Box::new(Type::Text))) };
        for (name, fields) in [("Both", vec![]), ("Answer", vec![]), ("Open", vec![rest])] {
            types.structs.insert(name.into(), Struct { name: name.into(), fields });
        }
        let both = ["Both".to_owned()];
        let reach = Reach { requests: both.clone().into(), answers: both.into(), ..Reach::default() };
        apply(&mut types, &reach);
        let fields =
            |name: &str| types.structs[name].fields.iter().map(|f| (f.name.as_str(), &f.kind)).collect::<Vec<_>>();
        assert_eq!(fields("Both"), [(FIELD, &Type::Object)]);
        assert_eq!(fields("Answer"), []);
        assert_eq!(fields("Open"), [(FIELD, &Type::Object)]);
    }
}
