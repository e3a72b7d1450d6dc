//! The values that attributes choose from, with their labels.

use super::attribute::{Choices, Chosen, choice, closed};
use super::words::{Words, same, words};

/// How many values the largest list has.
pub(super) const MOST: usize = 1774;

/// Colors, with their names.
pub(crate) static COLORS: [(&str, Words); 14] = [
    ("black", words("Black", "Schwarz", "Noir", "ブラック")),
    ("white", words("White", "Weiß", "Blanc", "ホワイト")),
    ("gray", words("Gray", "Grau", "Gris", "グレー")),
    ("red", words("Red", "Rot", "Rouge", "レッド")),
    ("orange", words("Orange", "Orange", "Orange", "オレンジ")),
    ("yellow", words("Yellow", "Gelb", "Jaune", "イエロー")),
    ("green", words("Green", "Grün", "Vert", "グリーン")),
    ("blue", words("Blue", "Blau", "Bleu", "ブルー")),
    ("purple", words("Purple", "Lila", "Violet", "パープル")),
    ("pink", words("Pink", "Rosa", "Rose", "ピンク")),
    ("brown", words("Brown", "Braun", "Marron", "ブラウン")),
    ("beige", words("Beige", "Beige", "Beige", "ベージュ")),
    ("silver", words("Silver", "Silber", "Argent", "シルバー")),
    ("gold", words("Gold", "Gold", "Or", "ゴールド")),
];

/// Materials, with their names.
pub(crate) static MATERIALS: [(&str, Words); 14] = [
    ("oak", words("Oak", "Eiche", "Chêne", "オーク")),
    ("beech", words("Beech", "Buche", "Hêtre", "ブナ")),
    ("bamboo", words("Bamboo", "Bambus", "Bambou", "竹")),
    ("glass", words("Glass", "Glas", "Verre", "ガラス")),
    ("porcelain", words("Porcelain", "Porzellan", "Porcelaine", "磁器")),
    ("stoneware", words("Stoneware", "Steingut", "Grès", "陶器")),
    ("steel", words("Steel", "Stahl", "Acier", "スチール")),
    ("iron", words("Iron", "Eisen", "Fer", "鉄")),
    ("aluminum", words("Aluminum", "Aluminium", "Aluminium", "アルミ")),
    ("cotton", words("Cotton", "Baumwolle", "Coton", "綿")),
    ("linen", words("Linen", "Leinen", "Lin", "麻")),
    ("wool", words("Wool", "Wolle", "Laine", "ウール")),
    ("leather", words("Leather", "Leder", "Cuir", "革")),
    ("plastic", words("Plastic", "Kunststoff", "Plastique", "プラスチック")),
];

/// Things, for names of kinds of products.
static THINGS: [(&str, Words); 16] = [
    ("box", words("Box", "Kiste", "Boîte", "箱")),
    ("bag", words("Bag", "Tasche", "Sac", "バッグ")),
    ("rack", words("Rack", "Gestell", "Support", "ラック")),
    ("shelf", words("Shelf", "Regal", "Étagère", "棚")),
    ("hook", words("Hook", "Haken", "Crochet", "フック")),
    ("basket", words("Basket", "Korb", "Panier", "かご")),
    ("tray", words("Tray", "Tablett", "Plateau", "トレー")),
    ("stand", words("Stand", "Ständer", "Pied", "スタンド")),
    ("case", words("Case", "Koffer", "Valise", "ケース")),
    ("cover", words("Cover", "Hülle", "Housse", "カバー")),
    ("holder", words("Holder", "Halter", "Porte-objet", "ホルダー")),
    ("board", words("Board", "Brett", "Planche", "ボード")),
    ("frame", words("Frame", "Rahmen", "Cadre", "フレーム")),
    ("mat", words("Mat", "Matte", "Tapis", "マット")),
    ("pouch", words("Pouch", "Beutel", "Pochette", "ポーチ")),
    ("cart", words("Cart", "Wagen", "Chariot", "カート")),
];

/// Places of use, for names of kinds of products.
static PLACES: [(&str, Words); 8] = [
    ("kitchen", words("Kitchen", "Küche", "Cuisine", "キッチン")),
    ("bath", words("Bath", "Bad", "Salle de bain", "バス")),
    ("bedroom", words("Bedroom", "Schlafzimmer", "Chambre", "寝室")),
    ("office", words("Office", "Büro", "Bureau", "オフィス")),
    ("garden", words("Garden", "Garten", "Jardin", "庭")),
    ("garage", words("Garage", "Garage", "Garage", "ガレージ")),
    ("travel", words("Travel", "Reise", "Voyage", "旅行")),
    ("school", words("School", "Schule", "École", "学校")),
];

static COUNTRIES: [(&str, Words); 24] = [
    ("AT", words("Austria", "Österreich", "Autriche", "オーストリア")),
    ("BE", words("Belgium", "Belgien", "Belgique", "ベルギー")),
    ("BR", words("Brazil", "Brasilien", "Brésil", "ブラジル")),
    ("CA", words("Canada", "Kanada", "Canada", "カナダ")),
    ("CH", words("Switzerland", "Schweiz", "Suisse", "スイス")),
    ("CN", words("China", "China", "Chine", "中国")),
    ("CO", words("Colombia", "Kolumbien", "Colombie", "コロンビア")),
    ("DE", words("Germany", "Deutschland", "Allemagne", "ドイツ")),
    ("ES", words("Spain", "Spanien", "Espagne", "スペイン")),
    ("ET", words("Ethiopia", "Äthiopien", "Éthiopie", "エチオピア")),
    ("FR", words("France", "Frankreich", "France", "フランス")),
    ("GB", words("United Kingdom", "Vereinigtes Königreich", "Royaume-Uni", "イギリス")),
    ("IN", words("India", "Indien", "Inde", "インド")),
    ("IT", words("Italy", "Italien", "Italie", "イタリア")),
    ("JP", words("Japan", "Japan", "Japon", "日本")),
    ("KR", words("South Korea", "Südkorea", "Corée du Sud", "韓国")),
    ("LK", words("Sri Lanka", "Sri Lanka", "Sri Lanka", "スリランカ")),
    ("MX", words("Mexico", "Mexiko", "Mexique", "メキシコ")),
    ("NL", words("Netherlands", "Niederlande", "Pays-Bas", "オランダ")),
    ("PL", words("Poland", "Polen", "Pologne", "ポーランド")),
    ("PT", words("Portugal", "Portugal", "Portugal", "ポルトガル")),
    ("TW", words("Taiwan", "Taiwan", "Taïwan", "台湾")),
    ("US", words("United States", "Vereinigte Staaten", "États-Unis", "アメリカ")),
    ("VN", words("Vietnam", "Vietnam", "Viêt Nam", "ベトナム")),
];

static CONDITIONS: [(&str, Words); 8] = [
    ("new_new", words("New", "Neu", "Neuf", "新品")),
    ("new_open_box", words("New, opened", "Neu, geöffnet", "Neuf, ouvert", "新品 (開封済み)")),
    ("refurbished_refurbished", words("Refurbished", "Generalüberholt", "Reconditionné", "整備済み")),
    ("used_like_new", words("Used, like new", "Gebraucht, wie neu", "Comme neuf", "中古 (ほぼ新品)")),
    ("used_very_good", words("Used, very good", "Gebraucht, sehr gut", "Très bon état", "中古 (非常に良い)")),
    ("used_good", words("Used, good", "Gebraucht, gut", "Bon état", "中古 (良い)")),
    ("used_acceptable", words("Used, acceptable", "Gebraucht, akzeptabel", "État acceptable", "中古 (可)")),
    ("club_club", words("Club", "Club", "Club", "クラブ")),
];

pub(super) static LENGTHS: [(&str, Words); 8] = [
    ("millimeters", words("Millimeters", "Millimeter", "Millimètres", "ミリメートル")),
    ("centimeters", words("Centimeters", "Zentimeter", "Centimètres", "センチメートル")),
    ("decimeters", words("Decimeters", "Dezimeter", "Décimètres", "デシメートル")),
    ("meters", words("Meters", "Meter", "Mètres", "メートル")),
    ("inches", words("Inches", "Zoll", "Pouces", "インチ")),
    ("feet", words("Feet", "Fuß", "Pieds", "フィート")),
    ("yards", words("Yards", "Yards", "Yards", "ヤード")),
    ("mils", words("Mils", "Mil", "Mils", "ミル")),
];

pub(super) static WEIGHTS: [(&str, Words); 6] = [
    ("milligrams", words("Milligrams", "Milligramm", "Milligrammes", "ミリグラム")),
    ("grams", words("Grams", "Gramm", "Grammes", "グラム")),
    ("kilograms", words("Kilograms", "Kilogramm", "Kilogrammes", "キログラム")),
    ("ounces", words("Ounces", "Unzen", "Onces", "オンス")),
    ("pounds", words("Pounds", "Pfund", "Livres", "ポンド")),
    ("tons", words("Tons", "Tonnen", "Tonnes", "トン")),
];

pub(super) static VOLUMES: [(&str, Words); 5] = [
    ("milliliters", words("Milliliters", "Milliliter", "Millilitres", "ミリリットル")),
    ("liters", words("Liters", "Liter", "Litres", "リットル")),
    ("fluid_ounces", words("Fluid ounces", "Flüssigunzen", "Onces liquides", "液量オンス")),
    ("gallons", words("Gallons", "Gallonen", "Gallons", "ガロン")),
    ("cubic_inches", words("Cubic inches", "Kubikzoll", "Pouces cubes", "立方インチ")),
];

pub(super) static TIMES: [(&str, Words); 4] = [
    ("minutes", words("Minutes", "Minuten", "Minutes", "分")),
    ("hours", words("Hours", "Stunden", "Heures", "時間")),
    ("months", words("Months", "Monate", "Mois", "か月")),
    ("years", words("Years", "Jahre", "Ans", "年")),
];

pub(super) static CELLS: [(&str, Words); 5] = [
    ("alkaline", words("Alkaline", "Alkali", "Alcaline", "アルカリ")),
    ("lithium_ion", words("Lithium ion", "Lithium-Ionen", "Lithium-ion", "リチウムイオン")),
    ("lithium_metal", words("Lithium metal", "Lithium-Metall", "Lithium métal", "リチウム金属")),
    ("nimh", words("Nickel metal hydride", "Nickel-Metallhydrid", "Nickel-hydrure", "ニッケル水素")),
    ("zinc_air", words("Zinc air", "Zink-Luft", "Zinc-air", "空気亜鉛")),
];

pub(super) static DANGERS: [(&str, Words); 6] = [
    ("not_applicable", words("None", "Keine", "Aucun", "該当なし")),
    ("ghs", words("Chemicals with a label", "Gekennzeichnete Chemikalien", "Produits étiquetés", "表示対象の化学品")),
    ("storage", words("Needs special storage", "Besondere Lagerung", "Stockage particulier", "特別な保管が必要")),
    (
        "transportation",
        words("Dangerous in transport", "Gefährlich im Transport", "Transport dangereux", "輸送時に危険"),
    ),
    ("waste", words("Special waste", "Sondermüll", "Déchet spécial", "特別な廃棄物")),
    ("unsure", words("Unsure", "Unklar", "Incertain", "不明")),
];

/// Choices from a table.
pub(super) fn table(values: &[(&'static str, Words)]) -> Choices {
    closed(values.iter().map(|(value, label)| choice(*value, label.clone())))
}

impl Choices {
    /// The choices with other texts allowed.
    pub(super) fn open(mut self, how: Chosen) -> Self {
        self.how = how;
        self
    }

    /// The choices in the language of the definition: the label is the value.
    pub(super) fn in_language(mut self) -> Self {
        self.follows_language = true;
        self
    }

    /// The choices, of which these will not remain.
    pub(super) fn without_later(mut self, deprecated: Vec<&'static str>) -> Self {
        self.deprecated = deprecated;
        self
    }

    /// The choices, of which the schema lists the first one twice.
    pub(super) fn repeating(mut self) -> Self {
        self.repeats = true;
        self
    }
}

pub(super) fn colors() -> Choices {
    table(&COLORS)
}

pub(super) fn countries() -> Choices {
    table(&COUNTRIES)
}

pub(super) fn conditions() -> Choices {
    table(&CONDITIONS)
}

/// So many kinds of things, [`MOST`] of them at the most.
pub(super) fn kinds(count: usize) -> Choices {
    let all = THINGS.iter().flat_map(|thing| {
        MATERIALS.iter().flat_map(move |material| PLACES.iter().map(move |place| (thing, material, place)))
    });
    closed(all.take(count.min(MOST)).map(|((thing, things), (material, materials), (place, places))| {
        choice(format!("{place}-{material}-{thing}"), things.and(materials, ", ").and(places, ", "))
    }))
}

/// The categories of the marketplaces that name them by number, beginning with this number.
pub(super) fn nodes(first: u32, count: u32) -> Choices {
    let places = (0..count).map(|place| {
        let (_, thing) = &THINGS[place as usize % THINGS.len()];
        let (_, of) = &PLACES[place as usize / THINGS.len() % PLACES.len()];
        choice((first + place).to_string(), thing.and(of, " / "))
    });
    closed(places)
}

/// Sizes from 1 to `count` with this unit.
pub(super) fn sizes(count: usize, unit: &Words) -> Choices {
    let one = |number: usize| choice(format!("numeric_{number}"), same(number.to_string()).and(unit, " "));
    closed((1..=count).map(one))
}

/// A choice for each of the names.
pub(super) fn names(values: &[&'static str]) -> Choices {
    closed(values.iter().map(|value| choice(*value, same(*value))))
}
