//! Sizes and weights.

use super::super::attribute::{Attribute, Kind, Member, Number, attribute, member, positive, valued, whole};
use super::super::values;
use super::super::words::{Words, words};
use super::{measure, measured};

pub(super) fn all() -> Vec<Attribute> {
    // The finest step that a number of Amazon's schemas has.
    let fine = Number { step: Some(1e-12), ..positive() };
    vec![
        dimensions("item_dimensions", words("Size", "Maße", "Dimensions", "商品の寸法")),
        dimensions(
            "item_package_dimensions",
            words("Size of the package", "Maße der Verpackung", "Dimensions du colis", "梱包の寸法"),
        ),
        measure(
            "item_weight",
            words("Weight", "Gewicht", "Poids", "商品の重量"),
            positive(),
            values::table(&values::WEIGHTS),
        ),
        measure(
            "item_package_weight",
            words("Weight of the package", "Gewicht der Verpackung", "Poids du colis", "梱包の重量"),
            positive(),
            values::table(&values::WEIGHTS),
        ),
        measure(
            "item_display_weight",
            words("Weight on the page", "Angezeigtes Gewicht", "Poids affiché", "表示重量"),
            fine,
            values::table(&values::WEIGHTS),
        ),
        valued("number_of_boxes", words("Boxes", "Kartons", "Cartons", "箱数"), Kind::Number(whole(1.0, 100.0))),
    ]
}

fn dimensions(name: &'static str, title: Words) -> Attribute {
    let side = |name: &'static str, title: Words| -> Member {
        member(name, &title, Kind::Object(measured(positive(), values::table(&values::LENGTHS)))).required()
    };
    let sides = vec![
        side("length", words("Length", "Länge", "Longueur", "長さ")),
        side("width", words("Width", "Breite", "Largeur", "幅")),
        side("height", words("Height", "Höhe", "Hauteur", "高さ")),
    ];
    attribute(name, title, sides)
}
