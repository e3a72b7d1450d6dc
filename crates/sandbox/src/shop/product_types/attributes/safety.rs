//! Origin, batteries and hazards.

use super::super::attribute::{
    Attribute, Kind, Need, Text, attribute, chosen, list, member, one_of, positive, spoken, text, valued, whole,
};
use super::super::values;
use super::super::words::{Words, words};
use super::{keyed, measured};
use spapi_types::Marketplace;

pub(super) fn all() -> Vec<Attribute> {
    let mut all = vec![
        chosen(
            "country_of_origin",
            words("Country of origin", "Herkunftsland", "Pays d'origine", "原産国"),
            values::countries(),
        )
        .fixed()
        .needed(Need::Required),
        dangers(),
        spoken("warranty_description", words("Warranty", "Garantie", "Garantie", "保証"), text(1500)),
        battery(),
        number_of_batteries(),
        lithium_battery(),
        ghs(),
        hazmat(),
        spoken(
            "safety_data_sheet_url",
            words("Safety data sheet", "Sicherheitsdatenblatt", "Fiche de sécurité", "安全データシート"),
            Text { is_uri: true, ..text(2000) },
        ),
        material_regulation(),
        proposition_65(),
        service_plan(),
    ];
    let flags = [
        ("batteries_required", words("Needs batteries", "Benötigt Batterien", "Piles nécessaires", "電池が必要")),
        ("batteries_included", words("Batteries included", "Batterien enthalten", "Piles incluses", "電池付属")),
        (
            "contains_liquid_contents",
            words("Contains liquid", "Enthält Flüssigkeit", "Contient un liquide", "液体を含む"),
        ),
        ("is_heat_sensitive", words("Sensitive to heat", "Hitzeempfindlich", "Sensible à la chaleur", "熱に弱い")),
        ("is_fragile", words("Fragile", "Zerbrechlich", "Fragile", "割れ物")),
        (
            "is_subject_to_age_limit",
            words("Has an age limit", "Hat eine Altersgrenze", "Avec limite d'âge", "年齢制限あり"),
        ),
    ];
    all.extend(flags.map(|(name, title)| valued(name, title, Kind::Flag)));
    let counts = [
        (
            "number_of_lithium_metal_cells",
            words("Lithium metal cells", "Lithium-Metall-Zellen", "Cellules au lithium métal", "リチウム金属電池の数"),
        ),
        (
            "number_of_lithium_ion_cells",
            words("Lithium ion cells", "Lithium-Ionen-Zellen", "Cellules lithium-ion", "リチウムイオン電池の数"),
        ),
    ];
    all.extend(counts.map(|(name, title)| valued(name, title, Kind::Number(whole(0.0, 1000.0)))));
    all
}

fn dangers() -> Attribute {
    let title = words("Dangerous goods", "Gefahrgut", "Marchandises dangereuses", "危険物");
    let choices = values::table(&values::DANGERS).without_later(vec!["unsure"]);
    let mut dangers = chosen("supplier_declared_dg_hz_regulation", title, choices).needed(Need::Required);
    dangers.list.selectors.push("value");
    dangers
}

fn battery() -> Attribute {
    let (cell, weight) =
        (words("Cells", "Zellen", "Cellules", "電池の種類"), words("Weight", "Gewicht", "Poids", "重量"));
    let cells = vec![member("value", &cell, Kind::Text(one_of(values::table(&values::CELLS)))).required()];
    let weights = keyed(&weight, measured(positive(), values::table(&values::WEIGHTS)), vec!["unit"]);
    let members = vec![
        member("cell_composition", &cell, Kind::list(&cell, cells)),
        member("weight", &weight, Kind::List(weights)),
    ];
    attribute("battery", words("Battery", "Batterie", "Pile", "電池"), members)
}

fn number_of_batteries() -> Attribute {
    let (number, kind) = (words("Number", "Anzahl", "Nombre", "個数"), words("Kind", "Art", "Type", "種類"));
    let kinds = values::names(&["aa", "aaa", "aaaa", "c", "d", "9v", "cr2", "cr2032", "product_specific"]).repeating();
    let members = vec![
        member("quantity", &number, Kind::Number(whole(1.0, 1000.0))).required(),
        member("type", &kind, Kind::Text(one_of(kinds))).required(),
    ];
    let mut batteries = attribute("num_batteries", words("Batteries", "Batterien", "Piles", "電池の数"), members);
    batteries.list.selectors.push("type");
    batteries
}

fn lithium_battery() -> Attribute {
    let (energy, pack) =
        (words("Energy", "Energie", "Énergie", "電力量"), words("Packing", "Verpackung", "Emballage", "梱包"));
    let units = || values::names(&["watt_hours", "joules"]);
    let packs = values::table(&[
        ("batteries_only", words("Batteries alone", "Nur Batterien", "Piles seules", "電池のみ")),
        ("batteries_contained_in_equipment", words("In the product", "Im Produkt", "Dans le produit", "商品に内蔵")),
        (
            "batteries_packed_with_equipment",
            words("Beside the product", "Neben dem Produkt", "Avec le produit", "商品に同梱"),
        ),
    ]);
    let energies = keyed(&energy, measured(positive(), units()), vec!["unit"]);
    let packs = vec![member("value", &pack, Kind::Text(one_of(packs))).required()];
    let members = vec![
        member("energy_content", &energy, Kind::List(energies)),
        member("packaging", &pack, Kind::list(&pack, packs)),
    ];
    attribute(
        "lithium_battery",
        words("Lithium battery", "Lithiumbatterie", "Pile au lithium", "リチウム電池"),
        members,
    )
}

fn ghs() -> Attribute {
    let title = words("Label of chemicals", "Kennzeichnung von Chemikalien", "Étiquetage chimique", "化学品の表示");
    let class = words("Class", "Klasse", "Classe", "分類");
    let classes =
        values::names(&["explosive", "flammable", "oxidizing", "compressed_gas", "corrosive", "toxic", "irritant"]);
    let classes = vec![member("class", &class, Kind::Text(one_of(classes))).required()];
    attribute("ghs", title, vec![member("classification", &class, Kind::list(&class, classes)).required()])
}

fn hazmat() -> Attribute {
    let (aspect, value) = (words("Aspect", "Merkmal", "Aspect", "項目"), words("Value", "Wert", "Valeur", "値"));
    let aspects = values::names(&["united_nations_regulatory_id", "transportation_class", "packing_group"]);
    let members = vec![
        member("aspect", &aspect, Kind::Text(one_of(aspects))).required(),
        member("value", &value, Kind::Text(text(50))).required(),
    ];
    let mut hazmat = attribute(
        "hazmat",
        words("Transport of hazards", "Gefahrguttransport", "Transport dangereux", "危険物輸送"),
        members,
    );
    hazmat.list.selectors.push("aspect");
    hazmat
}

fn material_regulation() -> Attribute {
    let title = words("Rules on materials", "Vorschriften zu Materialien", "Règles sur les matériaux", "素材の規制");
    let values = values::names(&["bamboo", "wool", "fur", "leather", "not_applicable"]);
    let mut regulation = chosen("supplier_declared_material_regulation", title, values).up_to(3);
    regulation.list.selectors.push("value");
    regulation
}

fn proposition_65() -> Attribute {
    let (kind, names) = (
        words("Kind of warning", "Art der Warnung", "Type d'avertissement", "警告の種類"),
        words("Chemicals", "Chemikalien", "Produits chimiques", "化学物質"),
    );
    let kinds = values::names(&["on_product_cancer", "on_product_reproductive", "chemical", "food", "furniture"]);
    let chemical = vec![member("value", &names, Kind::Text(text(100))).required()];
    let members = vec![
        member("compliance_type", &kind, Kind::Text(one_of(kinds))).required(),
        member("chemical_names", &names, Kind::list(&names, chemical)),
    ];
    let title =
        words("Warning of California", "Warnung Kaliforniens", "Avertissement de Californie", "カリフォルニア州の警告");
    let mut warning = attribute("california_proposition_65", title, members).only_in(&[Marketplace::US]);
    warning.list.selectors.push("compliance_type");
    warning
}

/// A plan for repairs: selectors without a limit.
fn service_plan() -> Attribute {
    let title = words("Plan for repairs", "Reparaturplan", "Plan de réparation", "修理プラン");
    let part = |name: &'static str, title: &Words| member(name, title, Kind::Text(text(100)));
    let contact: Words = words("Contact", "Kontakt", "Contact", "連絡先");
    let contacts = list(&contact, vec![part("phone", &contact), part("address", &contact)]);
    let members = vec![part("name", &title).required(), member("contact", &contact, Kind::List(contacts))];
    let mut plan = attribute("service_plan", title, members);
    plan.list.selectors.push("name");
    (plan.list.min_unique, plan.list.max_unique) = (None, None);
    plan
}
