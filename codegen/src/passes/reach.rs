//! Finds the types that requests use and those that responses use. A type that neither uses is not written: most are
//! shapes of errors, which core decodes itself.

use crate::metadata::{Answers, Operation};
use crate::types::{Type, Types};
use std::collections::{BTreeMap, BTreeSet};

/// The types that each direction uses, by name.
#[derive(Debug, Default)]
pub struct Reach {
    pub requests: BTreeSet<String>,
    pub answers: BTreeSet<String>,
    /// The operations whose requests use a type, by the type's name.
    pub users: BTreeMap<String, Vec<User>>,
}

/// An operation whose requests use a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    /// The name of the operation's builder.
    pub builder: String,
}

impl Reach {
    /// Whether a decoded value of this type can be encoded again.
    pub fn both(&self, name: &str) -> bool {
        self.requests.contains(name) && self.answers.contains(name)
    }
}

/// Finds the types that operations use, and removes the others.
pub fn apply(types: &mut Types, operations: &[Operation]) -> Reach {
    let mut reach = Reach::default();
    for operation in operations {
        let function = operation.method_name();
        let mut used = BTreeSet::new();
        for kind in types.arguments.get(&function).into_iter().flat_map(|arguments| arguments.values()) {
            follow(types, kind, &mut used);
        }
        for name in used {
            let user = User { id: operation.id.clone(), builder: operation.builder_name() };
            reach.users.entry(name.clone()).or_default().push(user);
            reach.requests.insert(name);
        }
        if let Some(Some(kind)) = types.answers.get(&function) {
            follow(types, kind, &mut reach.answers);
        }
        if let Answers::ByStatus(answers) = &operation.answers {
            for (_, definition) in answers {
                follow(types, &types.of_definition(definition), &mut reach.answers);
            }
        }
    }
    let reached = |name: &String| reach.requests.contains(name) || reach.answers.contains(name);
    types.structs.retain(|name, _| reached(name));
    types.enums.retain(|name, _| reached(name));
    reach
}

fn follow(types: &Types, kind: &Type, into: &mut BTreeSet<String>) {
    match kind {
        Type::List(inner) | Type::Map(inner) => follow(types, inner, into),
        Type::Named(name) if into.insert(name.clone()) => {
            for field in types.structs.get(name).into_iter().flat_map(|found| &found.fields) {
                follow(types, &field.kind, into);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Field, Struct};

    fn structure(types: &mut Types, name: &str, fields: &[Type]) {
        let fields = fields.iter().map(|kind| Field::sample(kind.clone()));
        types.structs.insert(name.into(), Struct { name: name.into(), fields: fields.collect() });
    }

    #[test]
    fn types_are_followed_through_lists_and_circles_and_unreached_ones_are_removed() {
        let named = |name: &str| Type::Named(name.into());
        let mut types = Types::default();
        structure(&mut types, "Body", &[Type::List(Box::new(named("Shared")))]);
        structure(&mut types, "Page", &[Type::Map(Box::new(named("Shared"))), named("Page")]);
        structure(&mut types, "Shared", &[]);
        structure(&mut types, "ErrorList", &[]);
        types.arguments.insert("get_page".into(), [("body".into(), named("Body"))].into());
        types.answers.insert("get_page".into(), Some(named("Page")));
        let reach = apply(&mut types, &[crate::metadata::tests::operation("getPage")]);
        assert_eq!(reach.requests.iter().collect::<Vec<_>>(), ["Body", "Shared"]);
        assert_eq!(reach.answers.iter().collect::<Vec<_>>(), ["Page", "Shared"]);
        assert!(reach.both("Shared") && !reach.both("Page"));
        let user = User { id: "getPage".into(), builder: "GetPage".into() };
        assert_eq!(reach.users.get("Shared"), Some(&vec![user]));
        assert_eq!(reach.users.get("Page"), None);
        assert_eq!(types.structs.keys().collect::<Vec<_>>(), ["Body", "Page", "Shared"]);
    }
}
