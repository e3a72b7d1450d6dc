//! Families of products that differ in color, size or the like.

use super::super::attribute::{Attribute, Kind, attribute, chosen, member, one_of, text};
use super::super::values;
use super::super::words::words;
use std::sync::LazyLock;

/// The attributes that products of a family can differ in.
const DIFFERING: [&str; 9] =
    ["color", "size", "material", "style", "pattern", "flavor", "scent", "number_of_items", "model_name"];

/// The themes of families, each with the attributes in which their products differ: every one of them, every two, and two
/// threes.
pub(in super::super) static THEMES: LazyLock<Vec<(String, Vec<&'static str>)>> = LazyLock::new(|| {
    let ones = DIFFERING.iter().map(|name| vec![*name]);
    let twos = DIFFERING
        .iter()
        .enumerate()
        .flat_map(|(place, one)| DIFFERING[place + 1..].iter().map(move |other| vec![*one, *other]));
    let threes = [vec!["color", "size", "material"], vec!["color", "size", "style"]];
    let named = |names: Vec<&'static str>| (names.join("/").to_uppercase(), names);
    ones.chain(twos).chain(threes).map(named).collect()
});

pub(super) fn all() -> Vec<Attribute> {
    let levels = values::table(&[
        ("parent", words("Parent", "Übergeordnet", "Parent", "親")),
        ("child", words("Child", "Untergeordnet", "Enfant", "子")),
    ]);
    vec![
        chosen("parentage_level", words("Level in the family", "Ebene in der Familie", "Niveau", "親子関係"), levels),
        relationship(),
        theme(),
    ]
}

fn relationship() -> Attribute {
    let kind = words("Kind of relationship", "Art der Beziehung", "Type de lien", "関係の種類");
    let parent = words("SKU of the parent", "SKU des übergeordneten Produkts", "SKU du parent", "親SKU");
    let kinds = values::names(&["variation"]);
    let members = vec![
        member("child_relationship_type", &kind, Kind::Text(one_of(kinds))).required(),
        member("parent_sku", &parent, Kind::Text(text(40))),
    ];
    let title = words("Parent", "Übergeordnetes Produkt", "Parent", "親商品");
    attribute("child_parent_sku_relationship", title, members)
}

/// The theme, which is the one attribute without selectors.
fn theme() -> Attribute {
    let title = words("Theme of the family", "Variantenthema", "Thème de déclinaison", "バリエーションテーマ");
    let names: Vec<&'static str> = THEMES.iter().map(|(name, _)| &**name).collect();
    let name = member("name", &title, Kind::Text(one_of(values::names(&names)))).required();
    let mut theme = attribute("variation_theme", title, vec![name]);
    if let Kind::Object(members) = &mut theme.list.item.kind {
        members.retain(|member| member.name != "marketplace_id");
    }
    theme.list.selectors.clear();
    theme
}
