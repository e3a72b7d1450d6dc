//! What a product is like.

use super::super::attribute::{
    Attribute, Choices, Chosen, Kind, Need, Number, Text, attribute, chosen, member, one_of, positive, spoken, text,
    valued, whole,
};
use super::super::values;
use super::super::words::{Words, same, words};
use super::{keyed, measure};

/// The details that all product types have.
pub(super) fn common() -> Vec<Attribute> {
    vec![
        spoken("product_description", words("Description", "Beschreibung", "Description", "商品説明"), text(2000))
            .needed(Need::Required),
        spoken(
            "bullet_point",
            words("Feature", "Merkmal", "Point clé", "商品の仕様"),
            Text { max_bytes: Some(1500), ..text(500) },
        )
        .up_to(10)
        .needed(Need::Required),
        spoken("special_feature", words("Special feature", "Besonderheit", "Particularité", "特徴"), text(100))
            .up_to(5),
        spoken(
            "color",
            words("Color", "Farbe", "Couleur", "カラー"),
            Text { max: Some(50), ..one_of(values::colors().in_language().open(Chosen::Open)) },
        ),
        spoken(
            "material",
            words("Material", "Material", "Matière", "素材"),
            one_of(values::table(&values::MATERIALS).in_language()),
        )
        .up_to(5),
        spoken("size", words("Size", "Größe", "Taille", "サイズ"), text(50)),
        spoken("style", words("Style", "Stil", "Style", "スタイル"), one_of(styles().open(Chosen::OpenInSchema))),
        valued(
            "number_of_items",
            words("Number of items", "Anzahl der Artikel", "Nombre d'articles", "商品の個数"),
            Kind::Number(whole(1.0, 100_000.0)),
        ),
        unit_count(),
        spoken(
            "included_components",
            words("Included parts", "Enthaltene Teile", "Éléments inclus", "付属品"),
            text(100),
        )
        .up_to(1000),
        valued(
            "product_site_launch_date",
            words("First day on the page", "Erster Tag auf der Seite", "Mise en ligne", "公開日"),
            Kind::Moment,
        ),
        spoken("pattern", words("Pattern", "Muster", "Motif", "柄"), text(50)),
    ]
}

/// These of the other details.
pub(in super::super) fn pick(names: &[&str]) -> Vec<Attribute> {
    every().into_iter().filter(|detail| names.contains(&&*detail.name)).collect()
}

/// Every other detail.
pub(in super::super) fn every() -> Vec<Attribute> {
    let texts = TEXTS.iter().map(|(name, title)| spoken(*name, title.clone(), text(100)));
    let flags = FLAGS.iter().map(|(name, title)| valued(*name, title.clone(), Kind::Flag));
    let counts = COUNTS.iter().map(|(name, title)| valued(*name, title.clone(), Kind::Number(whole(0.0, 100_000.0))));
    let lengths =
        LENGTHS.iter().map(|(name, title)| measure(name, title.clone(), positive(), values::table(&values::LENGTHS)));
    let volumes =
        VOLUMES.iter().map(|(name, title)| measure(name, title.clone(), positive(), values::table(&values::VOLUMES)));
    let times =
        TIMES.iter().map(|(name, title)| measure(name, title.clone(), positive(), values::table(&values::TIMES)));
    let mut all = vec![outer(), department(), flavor(), closure(), unit_price(), repair_score()];
    all.extend(texts.chain(flags).chain(counts).chain(lengths).chain(volumes).chain(times));
    all
}

/// Details with long lists of values, which make a schema large.
pub(in super::super) fn long() -> Vec<Attribute> {
    let size = words("Size by table", "Größe nach Tabelle", "Taille selon tableau", "サイズ表のサイズ");
    let lists = [
        ("compatible_kinds", words("Fits", "Passt zu", "Compatible avec", "対応商品"), values::MOST),
        (
            "combined_kinds",
            words("Goes with", "Lässt sich kombinieren mit", "Se combine avec", "組み合わせ商品"),
            values::MOST,
        ),
        ("replaced_kinds", words("Replaces", "Ersetzt", "Remplace", "代替商品"), 1000),
    ];
    let mut long: Vec<Attribute> =
        lists.map(|(name, title, count)| chosen(name, title, values::kinds(count)).up_to(100)).into();
    long.push(chosen("size_map", size, values::sizes(900, &same("cm"))));
    long
}

fn styles() -> Choices {
    values::table(&[
        ("modern", words("Modern", "Modern", "Moderne", "モダン")),
        ("classic", words("Classic", "Klassisch", "Classique", "クラシック")),
        ("rustic", words("Rustic", "Rustikal", "Rustique", "ラスティック")),
        ("nordic", words("Nordic", "Nordisch", "Nordique", "北欧風")),
        ("japanese", words("Japanese", "Japanisch", "Japonais", "和風")),
    ])
}

fn unit_count() -> Attribute {
    let (number, kind) = (words("Number", "Anzahl", "Nombre", "数"), words("Unit", "Einheit", "Unité", "単位"));
    let units = values::table(&[
        ("count", words("Pieces", "Stück", "Pièces", "個")),
        ("grams", words("Grams", "Gramm", "Grammes", "グラム")),
        ("milliliters", words("Milliliters", "Milliliter", "Millilitres", "ミリリットル")),
    ]);
    let members = vec![
        member("value", &number, Kind::Number(positive())).required(),
        member("type", &kind, Kind::Text(one_of(units))).required(),
    ];
    attribute("unit_count", words("Content", "Inhalt", "Contenance", "内容量"), members)
}

/// The outside of a product, whose material is named in each language.
fn outer() -> Attribute {
    let (title, material) =
        (words("Outside", "Außenseite", "Extérieur", "外側"), words("Material", "Material", "Matière", "素材"));
    let members =
        vec![member("value", &material, Kind::Text(text(100))).required(), super::super::attribute::language_tag()];
    let materials = keyed(&material, members, vec!["language_tag"]);
    attribute("outer", title, vec![member("material", &material, Kind::List(materials)).required()])
}

/// The department, of whose values two have no future.
fn department() -> Attribute {
    let departments = values::table(&[
        ("womens", words("Women", "Damen", "Femme", "レディース")),
        ("mens", words("Men", "Herren", "Homme", "メンズ")),
        ("girls", words("Girls", "Mädchen", "Fille", "ガールズ")),
        ("boys", words("Boys", "Jungen", "Garçon", "ボーイズ")),
        ("unisex_adult", words("Adults", "Erwachsene", "Adulte", "大人")),
        ("unisex_child", words("Children", "Kinder", "Enfant", "子供")),
    ]);
    chosen(
        "department",
        words("Department", "Abteilung", "Rayon", "部門"),
        departments.without_later(vec!["girls", "boys"]),
    )
}

/// The flavor, which the service takes only from its list although the schema takes any.
fn flavor() -> Attribute {
    let flavors = values::table(&[
        ("plain", words("Plain", "Natur", "Nature", "プレーン")),
        ("vanilla", words("Vanilla", "Vanille", "Vanille", "バニラ")),
        ("lemon", words("Lemon", "Zitrone", "Citron", "レモン")),
        ("smoked", words("Smoked", "Rauchig", "Fumé", "燻製")),
    ]);
    spoken("flavor", words("Flavor", "Geschmack", "Saveur", "フレーバー"), one_of(flavors.open(Chosen::OpenInSchema)))
}

/// How a product is closed: one more list that names its first value twice.
fn closure() -> Attribute {
    let closures = values::names(&["zipper", "button", "buckle", "magnet", "lid", "none"]).repeating();
    chosen("closure", words("Closure", "Verschluss", "Fermeture", "留め具"), closures)
}

/// The price of a unit, in cents.
fn unit_price() -> Attribute {
    let amount = Number { min: Some(0.0), max: Some(1e6), step: Some(0.01), ..Number::default() };
    valued("deposit", words("Deposit", "Pfand", "Consigne", "デポジット"), Kind::Number(amount))
}

/// What comes with the next version of a definition.
fn repair_score() -> Attribute {
    let title = words("Repair score", "Reparierbarkeit", "Réparabilité", "修理しやすさ");
    let mut score = valued("repair_score", title, Kind::Number(whole(0.0, 10.0)));
    score.is_next = true;
    score
}

static TEXTS: [(&str, Words); 27] = [
    ("care_instructions", words("Care", "Pflege", "Entretien", "お手入れ")),
    ("finish_type", words("Finish", "Oberfläche", "Finition", "仕上げ")),
    ("theme", words("Theme", "Motiv", "Thème", "テーマ")),
    ("occasion", words("Occasion", "Anlass", "Occasion", "用途の場面")),
    ("scent", words("Scent", "Duft", "Parfum", "香り")),
    ("shape", words("Shape", "Form", "Forme", "形状")),
    ("target_gender", words("For", "Für", "Pour", "対象")),
    ("age_range_description", words("Age", "Alter", "Âge", "対象年齢")),
    ("fabric_type", words("Fabric", "Stoff", "Tissu", "生地")),
    ("lining_description", words("Lining", "Futter", "Doublure", "裏地")),
    ("recommended_uses", words("Uses", "Verwendung", "Utilisation", "おすすめの用途")),
    ("room_type", words("Room", "Raum", "Pièce", "部屋")),
    ("mounting_type", words("Mounting", "Befestigung", "Fixation", "取り付け方法")),
    ("power_source_type", words("Power", "Stromversorgung", "Alimentation", "電源")),
    ("connectivity_technology", words("Connection", "Verbindung", "Connexion", "接続方式")),
    ("connector_type", words("Plug", "Stecker", "Connecteur", "コネクタ")),
    ("compatible_devices", words("For devices", "Für Geräte", "Appareils compatibles", "対応機器")),
    ("ingredients", words("Ingredients", "Zutaten", "Ingrédients", "原材料")),
    ("roast_level", words("Roast", "Röstung", "Torréfaction", "焙煎")),
    ("tea_variety", words("Tea", "Teesorte", "Variété de thé", "お茶の種類")),
    ("ruling_type", words("Ruling", "Lineatur", "Réglure", "罫線")),
    ("paper_finish", words("Paper", "Papier", "Papier", "紙質")),
    ("sole_material", words("Sole", "Sohle", "Semelle", "靴底の素材")),
    ("neck_style", words("Neck", "Ausschnitt", "Encolure", "襟")),
    ("sleeve_type", words("Sleeves", "Ärmel", "Manches", "袖")),
    ("light_source_type", words("Light", "Leuchtmittel", "Source lumineuse", "光源")),
    ("storage_instructions", words("Storage", "Lagerung", "Conservation", "保存方法")),
];

static FLAGS: [(&str, Words); 10] = [
    ("is_dishwasher_safe", words("For the dishwasher", "Spülmaschinenfest", "Lave-vaisselle", "食洗機対応")),
    ("is_microwaveable", words("For the microwave", "Mikrowellengeeignet", "Micro-ondes", "電子レンジ対応")),
    ("is_foldable", words("Foldable", "Faltbar", "Pliable", "折りたたみ可")),
    ("is_waterproof", words("Waterproof", "Wasserdicht", "Étanche", "防水")),
    ("is_oven_safe", words("For the oven", "Ofenfest", "Four", "オーブン対応")),
    ("is_assembly_required", words("Needs assembly", "Muss aufgebaut werden", "À monter", "組み立て必要")),
    ("is_customizable", words("Made to order", "Anpassbar", "Personnalisable", "カスタマイズ可")),
    ("is_expandable", words("Expandable", "Erweiterbar", "Extensible", "拡張可")),
    ("has_lock", words("With a lock", "Mit Schloss", "Avec serrure", "鍵付き")),
    ("has_lid", words("With a lid", "Mit Deckel", "Avec couvercle", "ふた付き")),
];

static COUNTS: [(&str, Words); 9] = [
    ("number_of_wheels", words("Wheels", "Rollen", "Roues", "キャスターの数")),
    ("number_of_pockets", words("Pockets", "Fächer", "Poches", "ポケットの数")),
    ("number_of_compartments", words("Compartments", "Abteile", "Compartiments", "仕切りの数")),
    ("number_of_drawers", words("Drawers", "Schubladen", "Tiroirs", "引き出しの数")),
    ("number_of_shelves", words("Shelves", "Böden", "Tablettes", "棚の数")),
    ("number_of_players", words("Players", "Spieler", "Joueurs", "プレイ人数")),
    ("number_of_pages", words("Pages", "Seiten", "Pages", "ページ数")),
    ("number_of_lights", words("Lights", "Lampen", "Lampes", "灯数")),
    ("number_of_ports", words("Ports", "Anschlüsse", "Ports", "ポート数")),
];

static LENGTHS: [(&str, Words); 5] = [
    ("cable_length", words("Length of the cable", "Kabellänge", "Longueur du câble", "ケーブルの長さ")),
    ("handle_length", words("Length of the handle", "Grifflänge", "Longueur du manche", "持ち手の長さ")),
    ("item_diameter", words("Diameter", "Durchmesser", "Diamètre", "直径")),
    ("item_thickness", words("Thickness", "Dicke", "Épaisseur", "厚さ")),
    ("seat_height", words("Height of the seat", "Sitzhöhe", "Hauteur d'assise", "座面の高さ")),
];

static VOLUMES: [(&str, Words); 2] = [
    ("capacity", words("Capacity", "Fassungsvermögen", "Capacité", "容量")),
    ("liquid_volume", words("Volume", "Volumen", "Volume", "液量")),
];

static TIMES: [(&str, Words); 3] = [
    ("battery_life", words("Battery life", "Akkulaufzeit", "Autonomie", "電池の持続時間")),
    ("shelf_life", words("Shelf life", "Haltbarkeit", "Durée de conservation", "賞味期間")),
    ("playing_time", words("Time of a game", "Spieldauer", "Durée de jeu", "プレイ時間")),
];
