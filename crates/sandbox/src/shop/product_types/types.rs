//! The product types and the rules of their attributes.

use super::ProductType;
use super::attribute::Attribute;
use super::attributes::{self, Lists, THEMES};
use super::rule::{Condition, Demand, PARENTAGE, Rule, forbids, has, is, needs, not};
use super::values;
use super::words::{Words, words};

/// Every product type.
pub(super) fn all() -> Vec<ProductType> {
    let mut all = vec![
        large(
            "LUGGAGE",
            words("Luggage", "Koffer und Taschen", "Bagages", "スーツケース・旅行かばん"),
            words(
                "luggage,suitcase,travel bag,backpack,carry-on",
                "koffer,reisetasche,rucksack,trolley",
                "valise,bagage,sac de voyage,sac à dos",
                "スーツケース,キャリー,旅行かばん,リュック",
            ),
            50_010,
            vec!["number_of_wheels"],
        ),
        large(
            "HOME",
            words("Home", "Haushalt", "Maison", "ホーム用品"),
            words(
                "home,storage,basket,blanket,shelf,towel",
                "haushalt,korb,decke,regal,tuch",
                "maison,panier,couverture,étagère,serviette",
                "収納,かご,毛布,棚,タオル,手ぬぐい,風呂敷",
            ),
            52_010,
            Vec::new(),
        ),
    ];
    let small: [(&'static str, Words, Words, &[&str]); 10] = [
        (
            "KITCHEN",
            words("Kitchen", "Küche", "Cuisine", "キッチン用品"),
            words(
                "kitchen,mug,board,kettle,pan,skillet,jar,spoon,press,timer",
                "küche,becher,brett,pfanne,dose,kanne,mühle,filter",
                "cuisine,tasse,planche,poêle,bocal,bouilloire",
                "キッチン,湯のみ,急須,箸,弁当箱,鉄瓶,ふきん",
            ),
            &[
                "capacity",
                "item_diameter",
                "is_dishwasher_safe",
                "is_microwaveable",
                "is_oven_safe",
                "has_lid",
                "care_instructions",
                "shape",
                "handle_length",
                "theme",
                "closure",
            ],
        ),
        (
            "SHIRT",
            words("Shirt", "Hemd", "Chemise", "シャツ"),
            words(
                "shirt,blouse,t-shirt,polo",
                "hemd,bluse,t-shirt,polo",
                "chemise,t-shirt,polo,blouse",
                "シャツ,ブラウス,ポロ",
            ),
            &[
                "department",
                "fabric_type",
                "neck_style",
                "sleeve_type",
                "care_instructions",
                "target_gender",
                "outer",
                "closure",
            ],
        ),
        (
            "HEADPHONES",
            words("Headphones", "Kopfhörer", "Casque audio", "ヘッドホン"),
            words(
                "headphones,earbuds,headset",
                "kopfhörer,ohrhörer,headset",
                "casque,écouteurs",
                "ヘッドホン,イヤホン",
            ),
            &[
                "connectivity_technology",
                "battery_life",
                "cable_length",
                "connector_type",
                "compatible_devices",
                "power_source_type",
                "is_foldable",
                "is_waterproof",
            ],
        ),
        (
            "BOARD_GAME",
            words("Board game", "Brettspiel", "Jeu de société", "ボードゲーム"),
            words(
                "board game,card game,dice",
                "brettspiel,kartenspiel,würfel",
                "jeu de société,jeu de cartes,dés",
                "ボードゲーム,カードゲーム,サイコロ",
            ),
            &["number_of_players", "playing_time", "age_range_description", "theme", "is_assembly_required"],
        ),
        (
            "COFFEE",
            words("Coffee", "Kaffee", "Café", "コーヒー"),
            words("coffee,espresso,beans", "kaffee,espresso,bohnen", "café,expresso,grains", "コーヒー,ドリップ,豆"),
            &["flavor", "roast_level", "ingredients", "shelf_life", "storage_instructions", "scent"],
        ),
        (
            "TEA",
            words("Tea", "Tee", "Thé", "お茶"),
            words(
                "tea,sencha,matcha,infusion",
                "tee,sencha,matcha,kräutertee",
                "thé,sencha,matcha,infusion",
                "煎茶,ほうじ茶,抹茶,紅茶",
            ),
            &["flavor", "tea_variety", "ingredients", "shelf_life", "storage_instructions", "scent"],
        ),
        (
            "CABLE",
            words("Cable", "Kabel", "Câble", "ケーブル"),
            words(
                "cable,charger cable,adapter",
                "kabel,ladekabel,adapter",
                "câble,chargeur,adaptateur",
                "ケーブル,充電,アダプタ",
            ),
            &["cable_length", "connector_type", "compatible_devices", "number_of_ports", "item_thickness"],
        ),
        (
            "LAMP",
            words("Lamp", "Lampe", "Lampe", "照明"),
            words("lamp,light,lantern", "lampe,leuchte,laterne", "lampe,lumière,lanterne", "ランプ,照明,ライト"),
            &[
                "light_source_type",
                "number_of_lights",
                "power_source_type",
                "mounting_type",
                "room_type",
                "finish_type",
                "deposit",
            ],
        ),
        (
            "NOTEBOOK",
            words("Notebook", "Notizbuch", "Carnet", "ノート"),
            words(
                "notebook,journal,notepad",
                "notizbuch,notizblock,heft",
                "carnet,cahier,bloc-notes",
                "ノート,手帳,メモ帳",
            ),
            &["number_of_pages", "ruling_type", "paper_finish", "item_thickness", "recommended_uses"],
        ),
        (
            "SHOES",
            words("Shoes", "Schuhe", "Chaussures", "靴"),
            words(
                "shoes,sneakers,boots,sandals",
                "schuhe,sneaker,stiefel,sandalen",
                "chaussures,baskets,bottes,sandales",
                "靴,スニーカー,ブーツ,サンダル",
            ),
            &[
                "department",
                "sole_material",
                "outer",
                "lining_description",
                "closure",
                "is_waterproof",
                "target_gender",
            ],
        ),
    ];
    all.extend((1..).zip(small).map(|(place, (name, title, search, details))| {
        let lists = Lists { kinds: 12, first_node: 60_000 + 100 * place, nodes: 6 };
        let attributes = [attributes::common(lists), attributes::pick(details)].concat();
        let rules = demands(&attributes);
        ProductType { name, title, node: lists.first_node, search, attributes, rules }
    }));
    all.push(ProductType {
        name: "PRODUCT",
        title: words("Any product", "Beliebiges Produkt", "Tout produit", "すべての商品"),
        node: 0,
        search: words("product", "produkt", "produit", "商品"),
        attributes: attributes::for_offers(Lists { kinds: 0, first_node: 0, nodes: 0 }),
        rules: Vec::new(),
    });
    all
}

/// A product type as large as Amazon's largest.
fn large(name: &'static str, title: Words, search: Words, first_node: u32, needed: Vec<&'static str>) -> ProductType {
    let lists = Lists { kinds: values::MOST, first_node, nodes: 1500 };
    let attributes = [attributes::common(lists), attributes::every(), attributes::long()].concat();
    let mut rules = demands(&attributes);
    rules.extend(themes());
    if !needed.is_empty() {
        rules.push(needs(is("has_lock", [true]), needed));
    }
    ProductType { name, title, node: first_node, search, attributes, rules }
}

/// A chain that says of each theme which attributes it needs.
fn themes() -> Option<Rule> {
    THEMES.iter().rev().fold(None, |rest, (name, attributes)| {
        let then = attributes.iter().map(|attribute| Demand::Need((*attribute).into())).collect();
        let when = Condition::Is("variation_theme".into(), "name", vec![name.as_str().into()]);
        Some(Rule { when, then, otherwise: rest.map(Box::new) })
    })
}

/// The rules of all product types that have these attributes.
fn demands(attributes: &[Attribute]) -> Vec<Rule> {
    let mut rules = vec![
        needs(
            not(Condition::Any(vec![
                has("merchant_suggested_asin"),
                is("supplier_declared_has_product_identifier_exemption", [true]),
                is(PARENTAGE, ["parent"]),
            ])),
            ["externally_assigned_product_identifier"],
        ),
        needs(has("purchasable_offer"), ["condition_type"]),
        Rule {
            when: is(PARENTAGE, ["child"]),
            then: vec![
                Demand::Need("child_parent_sku_relationship".into()),
                Demand::Need("variation_theme".into()),
                Demand::NeedMember("child_parent_sku_relationship".into(), "parent_sku"),
            ],
            otherwise: Some(Box::new(Rule {
                when: is(PARENTAGE, ["parent"]),
                then: vec![
                    Demand::Need("variation_theme".into()),
                    Demand::Forbid("child_parent_sku_relationship".into()),
                ],
                otherwise: None,
            })),
        },
        needs(has("variation_theme"), [PARENTAGE]),
        needs(is("batteries_included", [true]), ["num_batteries", "battery"]),
        needs(is("batteries_required", [true]), ["batteries_included"]),
        needs(has("number_of_lithium_ion_cells"), ["lithium_battery"]),
        needs(has("number_of_lithium_metal_cells"), ["lithium_battery"]),
        needs(has("lithium_battery"), ["battery"]),
        needs(is("supplier_declared_dg_hz_regulation", ["ghs"]), ["ghs"]),
        needs(is("supplier_declared_dg_hz_regulation", ["transportation"]), ["hazmat"]),
        needs(is("supplier_declared_dg_hz_regulation", ["storage", "waste"]), ["safety_data_sheet_url"]),
        needs(
            Condition::All(vec![has("ghs"), not(is("supplier_declared_dg_hz_regulation", ["not_applicable"]))]),
            ["safety_data_sheet_url"],
        ),
        needs(
            is("condition_type", ["used_like_new", "used_very_good", "used_good", "used_acceptable"]),
            ["condition_note"],
        ),
        needs(has("item_package_weight"), ["item_package_dimensions"]),
        needs(has("item_package_dimensions"), ["item_package_weight"]),
        needs(has("unit_count"), ["number_of_items"]),
        needs(has("swatch_product_image_locator"), ["color"]),
        forbids(is("skip_offer", [true]), "purchasable_offer"),
        forbids(is("is_subject_to_age_limit", [true]), "gift_options"),
    ];
    // A parent is not for sale.
    let offers = attributes.iter().filter(|attribute| attribute.group == super::Group::Offer);
    let of_sales = offers.filter(|attribute| attribute.name != "skip_offer");
    rules.extend(of_sales.map(|attribute| forbids(is(PARENTAGE, ["parent"]), attribute.name.clone())));
    // A picture follows the one before it.
    for number in 1..=super::attributes::PICTURES {
        let name = |number: usize| match number {
            0 => "main_product_image_locator".to_owned(),
            _ => format!("other_product_image_locator_{number}"),
        };
        rules.push(needs(has(name(number)), [name(number - 1)]));
    }
    // What is said of a part needs the part, where the product is for sale.
    let sold = |condition: Condition| Condition::All(vec![condition, not(is(PARENTAGE, ["parent"]))]);
    let parts = [
        ("cable_length", "connector_type"),
        ("battery_life", "batteries_required"),
        ("handle_length", "item_weight"),
        ("seat_height", "item_dimensions"),
        ("item_diameter", "shape"),
        ("item_thickness", "item_dimensions"),
        ("number_of_drawers", "item_dimensions"),
        ("number_of_shelves", "item_dimensions"),
        ("number_of_pockets", "closure"),
        ("number_of_compartments", "closure"),
        ("number_of_lights", "light_source_type"),
        ("number_of_ports", "connector_type"),
        ("playing_time", "number_of_players"),
        ("shelf_life", "ingredients"),
        ("storage_instructions", "ingredients"),
        ("roast_level", "flavor"),
        ("tea_variety", "ingredients"),
        ("lining_description", "fabric_type"),
        ("sole_material", "outer"),
        ("sleeve_type", "fabric_type"),
        ("neck_style", "fabric_type"),
        ("ruling_type", "number_of_pages"),
        ("paper_finish", "number_of_pages"),
        ("mounting_type", "room_type"),
        ("has_lock", "closure"),
        ("is_expandable", "capacity"),
        ("liquid_volume", "contains_liquid_contents"),
        ("compatible_devices", "connector_type"),
        ("finish_type", "material"),
        ("is_oven_safe", "material"),
        ("is_microwaveable", "material"),
        ("is_dishwasher_safe", "care_instructions"),
        ("deposit", "unit_count"),
        ("size_map", "size"),
        ("compatible_kinds", "compatible_devices"),
        ("target_gender", "department"),
        ("combined_kinds", "compatible_devices"),
        ("replaced_kinds", "compatible_devices"),
        ("care_instructions", "material"),
        ("fabric_type", "care_instructions"),
        ("occasion", "theme"),
        ("scent", "ingredients"),
        ("age_range_description", "target_gender"),
        ("room_type", "recommended_uses"),
        ("power_source_type", "batteries_required"),
        ("connectivity_technology", "compatible_devices"),
        ("connector_type", "compatible_devices"),
        ("light_source_type", "power_source_type"),
        ("number_of_wheels", "item_weight"),
        ("number_of_players", "age_range_description"),
        ("number_of_pages", "item_dimensions"),
        ("is_foldable", "item_dimensions"),
        ("is_waterproof", "material"),
        ("has_lid", "material"),
        ("capacity", "item_dimensions"),
    ];
    let knows = |name: &str| attributes.iter().any(|attribute| attribute.name == name);
    rules.extend(
        parts.into_iter().filter(|(part, of)| knows(part) && knows(of)).map(|(part, of)| needs(sold(has(part)), [of])),
    );
    rules
}
