//! Finds the structures that have Amazon Points, for which `has_points!` implements core's `HasPoints`.

use crate::types::{Field, Struct, Type, Types};
use std::collections::BTreeMap;

/// How many ways lead from each structure to a structure of points, by single fields: none, one or several.
pub struct Points<'a> {
    types: &'a Types,
    ways: BTreeMap<&'a str, usize>,
}

/// More than one way is several.
const SEVERAL: usize = 2;

impl<'a> Points<'a> {
    pub fn find(types: &'a Types) -> Self {
        let mut found = Self { types, ways: BTreeMap::new() };
        for structure in types.structs.values() {
            found.count(structure);
        }
        found
    }

    fn count(&mut self, structure: &'a Struct) -> usize {
        if let Some(known) = self.ways.get(structure.name.as_str()) {
            return *known;
        }
        // A structure within itself leads nowhere else.
        self.ways.insert(&structure.name, 0);
        let ways = match number(structure) {
            Some(_) => 1,
            None => inner(self.types, structure).map(|(_, inner)| self.count(inner)).sum::<usize>().min(SEVERAL),
        };
        self.ways.insert(&structure.name, ways);
        ways
    }

    /// The arguments of `has_points!` for a structure. `None` if it has no points, or has them in several places.
    pub fn arguments(&self, structure: &Struct) -> Option<String> {
        let name = &structure.name;
        if let Some(number) = number(structure) {
            let money = structure.fields.iter().find(|field| is_money(self.types, field));
            let money = money.map(|field| format!(", {}", field.name)).unwrap_or_default();
            return Some(format!("{name}: {}{money}", number.name));
        }
        if self.ways.get(name.as_str()) != Some(&1) {
            return None;
        }
        let (field, _) =
            inner(self.types, structure).find(|(_, inner)| self.ways.get(inner.name.as_str()) == Some(&1))?;
        Some(format!("{name}, in {}", field.name))
    }
}

/// The field with the number, of a structure that is points.
fn number(structure: &Struct) -> Option<&Field> {
    let is_number = |field: &&Field| field.wire.eq_ignore_ascii_case("pointsNumber") && field.kind == Type::Integer;
    structure.fields.iter().find(is_number)
}

/// Whether a field is what points are worth: an amount and its currency.
fn is_money(types: &Types, field: &Field) -> bool {
    let has = |structure: &Struct, name: &str| structure.fields.iter().any(|field| field.name == name);
    let is_known = |structure: &Struct| has(structure, "amount") && has(structure, "currency_code");
    let Type::Named(name) = &field.kind else { return false };
    let is_option = field.optional && !field.boxed;
    is_option && field.wire.eq_ignore_ascii_case("pointsMonetaryValue") && types.structs.get(name).is_some_and(is_known)
}

/// The fields that are one structure each, and those structures.
fn inner<'a>(types: &'a Types, structure: &'a Struct) -> impl Iterator<Item = (&'a Field, &'a Struct)> {
    structure.fields.iter().filter_map(|field| match &field.kind {
        Type::Named(name) => Some((field, types.structs.get(name)?)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Wire;

    fn field(name: &str, wire: &str, kind: Type) -> Field {
        Field { name: name.into(), wire: wire.into(), ..Field::sample(kind) }
    }

    fn types(structs: &[(&str, &[Field])]) -> Types {
        let mut types = Types::default();
        for (name, fields) in structs {
            let structure = Struct { name: (*name).into(), fields: fields.to_vec() };
            types.structs.insert((*name).into(), structure);
        }
        types
    }

    #[test]
    fn points_are_found_by_their_members_and_through_the_one_field_that_has_them() {
        let named = |name: &str| Type::Named(name.into());
        let number = field("points_number", "PointsNumber", Type::Integer);
        let money = field("points_monetary_value", "PointsMonetaryValue", named("Money"));
        let types = types(&[
            (
                "Money",
                &[
                    field("amount", "Amount", Type::Decimal(Wire::Number)),
                    field("currency_code", "CurrencyCode", Type::Text),
                ],
            ),
            ("Granted", &[money, number.clone()]),
            ("Plain", &[number]),
            ("Text", &[field("points_number", "PointsNumber", Type::Text)]),
            ("Item", &[field("price", "price", named("Money")), field("granted", "granted", named("Granted"))]),
            ("Order", &[field("item", "item", named("Item")), field("next", "next", named("Order"))]),
            ("Both", &[field("one", "one", named("Plain")), field("other", "other", named("Item"))]),
            ("Around", &[field("both", "both", named("Both"))]),
            ("Offers", &[field("offers", "offers", Type::List(Box::new(named("Plain"))))]),
        ]);
        let points = Points::find(&types);
        let arguments = |name: &str| points.arguments(&types.structs[name]);
        assert_eq!(arguments("Granted").as_deref(), Some("Granted: points_number, points_monetary_value"));
        assert_eq!(arguments("Plain").as_deref(), Some("Plain: points_number"));
        assert_eq!(arguments("Item").as_deref(), Some("Item, in granted"));
        assert_eq!(arguments("Order").as_deref(), Some("Order, in item"));
        for none in ["Money", "Text", "Both", "Around", "Offers"] {
            assert_eq!(arguments(none), None, "{none}");
        }
    }
}
