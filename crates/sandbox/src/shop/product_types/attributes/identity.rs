//! Names and numbers of a product.

use super::super::attribute::{Attribute, Kind, Need, Text, attribute, chosen, member, one_of, spoken, text, valued};
use super::super::values;
use super::super::words::words;
use super::Lists;
use spapi_types::Marketplace;

pub(super) fn all(lists: Lists) -> Vec<Attribute> {
    vec![
        spoken("item_name", words("Title", "Titel", "Titre", "商品名"), Text { min: Some(1), ..text(200) })
            .needed(Need::Required),
        spoken(
            "title_differentiation",
            words("Addition to the title", "Zusatz zum Titel", "Complément du titre", "商品名の補足"),
            text(125),
        ),
        spoken("brand", words("Brand", "Marke", "Marque", "ブランド"), text(100)).fixed().needed(Need::Required),
        spoken("manufacturer", words("Manufacturer", "Hersteller", "Fabricant", "メーカー"), text(100)).fixed(),
        identifier(),
        valued(
            "merchant_suggested_asin",
            words("ASIN", "ASIN", "ASIN", "ASIN"),
            Kind::Text(Text { min: Some(10), ..text(10) }),
        )
        .fixed()
        .for_offers(true),
        valued(
            "supplier_declared_has_product_identifier_exemption",
            words("Without a number", "Ohne Nummer", "Sans numéro", "製品コード免除"),
            Kind::Flag,
        )
        .for_offers(false),
        chosen(
            "item_type_keyword",
            words("Kind of product", "Produktart", "Type de produit", "商品の種類"),
            values::kinds(lists.kinds),
        )
        .fixed()
        .needed(Need::Required)
        .only_in(&[Marketplace::US]),
        chosen(
            "recommended_browse_nodes",
            words("Category", "Kategorie", "Catégorie", "推奨ブラウズノード"),
            values::nodes(lists.first_node, lists.nodes),
        )
        .up_to(2)
        .needed(Need::Required)
        .only_in(&[Marketplace::JP, Marketplace::DE, Marketplace::FR]),
        spoken("model_number", words("Model number", "Modellnummer", "Numéro de modèle", "型番"), text(40)),
        spoken("model_name", words("Model name", "Modellname", "Nom du modèle", "モデル名"), text(50)),
        valued("part_number", words("Part number", "Teilenummer", "Référence", "部品番号"), Kind::Text(text(40))),
        spoken("item_type_name", words("Name of the kind", "Name der Art", "Nom du type", "商品タイプ名"), text(120)),
        spoken(
            "generic_keyword",
            words("Search terms", "Suchbegriffe", "Mots-clés", "検索キーワード"),
            Text { min_bytes: Some(1), max_bytes: Some(250), ..Text::default() },
        ),
        valued("catalog_source", words("Source", "Quelle", "Source", "登録元"), Kind::Text(text(30))).hidden(),
    ]
}

/// The number of the product outside of Amazon.
fn identifier() -> Attribute {
    let (kind, number) = (
        words("Kind of number", "Art der Nummer", "Type de numéro", "製品コードの種類"),
        words("Number", "Nummer", "Numéro", "製品コード"),
    );
    let kinds = values::names(&["ean", "gtin", "upc", "isbn", "jan"]);
    let members = vec![
        member("type", &kind, Kind::Text(one_of(kinds))).required().fixed(),
        member("value", &number, Kind::Text(Text { min: Some(8), ..text(16) })).required().fixed(),
    ];
    let mut identifier = attribute("externally_assigned_product_identifier", number, members).for_offers(false);
    identifier.list.selectors.extend(["type", "value"]);
    identifier
}
