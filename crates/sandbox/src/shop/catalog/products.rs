//! What the products of the catalog are called. The brands do not exist.

use crate::shop::product_types::{MARKETPLACES, Words, words};
use crate::shop::random::Random;
use spapi_types::Marketplace;

pub(super) const BRANDS: [&str; 24] = [
    "Alderbrook",
    "Birkenau",
    "Calderon Lane",
    "Dornfeld",
    "Esperluette",
    "Fjordhaus",
    "Grauwald",
    "Hanamori",
    "Ivory Quay",
    "Jorvik & Co",
    "Kazemori",
    "Lindenhain",
    "Maison Tilleul",
    "Nordlicht",
    "Okatani",
    "Pinefold",
    "Quillon",
    "Rivage",
    "Sumikawa",
    "Tannwerk",
    "Umbra Vale",
    "Verdelune",
    "Weissbach",
    "Yamabiko",
];

pub(super) const SIZES: [&str; 5] = ["M", "S", "L", "XL", "XS"];

/// The first digits of the numbers: of the United States (a UPC of 12 digits), Japan, Germany and France.
pub(super) const PREFIXES: [&str; 5] = ["4", "45", "49", "40", "30"];

/// The first digits of the numbers of a marketplace's makers.
pub(super) fn prefix(marketplace: Marketplace) -> &'static str {
    match marketplace.country_code() {
        "US" => "4",
        "JP" => "49",
        "FR" => "30",
        _ => "40",
    }
}

/// The marketplaces of a product: all of them for one half, some for the other.
pub(super) fn marketplaces(random: &mut Random) -> Vec<Marketplace> {
    let all = random.percent(50);
    let first = random.below(MARKETPLACES.len() as u64) as usize;
    let count = 1 + random.below(2) as usize;
    match all {
        true => MARKETPLACES.to_vec(),
        false => MARKETPLACES.iter().cycle().skip(first).take(count).copied().collect(),
    }
}

/// The product types of the catalog, each with names of its products.
pub(super) static KINDS: [(&str, [Words; 3]); 12] = [
    (
        "LUGGAGE",
        [
            words("Suitcase", "Koffer", "Valise", "スーツケース"),
            words("Travel Bag", "Reisetasche", "Sac de voyage", "旅行かばん"),
            words("Backpack", "Rucksack", "Sac à dos", "リュック"),
        ],
    ),
    (
        "HOME",
        [
            words("Storage Basket", "Aufbewahrungskorb", "Panier de rangement", "収納かご"),
            words("Blanket", "Decke", "Couverture", "毛布"),
            words("Wall Shelf", "Wandregal", "Étagère murale", "壁掛け棚"),
        ],
    ),
    (
        "KITCHEN",
        [
            words("Cutting Board", "Schneidebrett", "Planche à découper", "まな板"),
            words("Mug", "Becher", "Tasse", "マグカップ"),
            words("Frying Pan", "Bratpfanne", "Poêle", "フライパン"),
        ],
    ),
    (
        "SHIRT",
        [
            words("Shirt", "Hemd", "Chemise", "シャツ"),
            words("Polo Shirt", "Poloshirt", "Polo", "ポロシャツ"),
            words("Blouse", "Bluse", "Chemisier", "ブラウス"),
        ],
    ),
    (
        "HEADPHONES",
        [
            words("Headphones", "Kopfhörer", "Casque audio", "ヘッドホン"),
            words("Earbuds", "Ohrhörer", "Écouteurs", "イヤホン"),
            words("Headset", "Headset", "Micro-casque", "ヘッドセット"),
        ],
    ),
    (
        "BOARD_GAME",
        [
            words("Board Game", "Brettspiel", "Jeu de société", "ボードゲーム"),
            words("Card Game", "Kartenspiel", "Jeu de cartes", "カードゲーム"),
            words("Dice Game", "Würfelspiel", "Jeu de dés", "サイコロゲーム"),
        ],
    ),
    (
        "COFFEE",
        [
            words("Coffee Beans", "Kaffeebohnen", "Café en grains", "コーヒー豆"),
            words("Ground Coffee", "Gemahlener Kaffee", "Café moulu", "挽いたコーヒー"),
            words("Espresso", "Espresso", "Expresso", "エスプレッソ"),
        ],
    ),
    (
        "TEA",
        [
            words("Green Tea", "Grüner Tee", "Thé vert", "緑茶"),
            words("Black Tea", "Schwarzer Tee", "Thé noir", "紅茶"),
            words("Herbal Tea", "Kräutertee", "Infusion", "ハーブティー"),
        ],
    ),
    (
        "CABLE",
        [
            words("Charging Cable", "Ladekabel", "Câble de charge", "充電ケーブル"),
            words("Video Cable", "Videokabel", "Câble vidéo", "映像ケーブル"),
            words("Network Cable", "Netzwerkkabel", "Câble réseau", "LANケーブル"),
        ],
    ),
    (
        "LAMP",
        [
            words("Desk Lamp", "Schreibtischlampe", "Lampe de bureau", "デスクライト"),
            words("Floor Lamp", "Stehlampe", "Lampadaire", "フロアランプ"),
            words("Lantern", "Laterne", "Lanterne", "ランタン"),
        ],
    ),
    (
        "NOTEBOOK",
        [
            words("Notebook", "Notizbuch", "Carnet", "ノート"),
            words("Journal", "Tagebuch", "Journal", "日記帳"),
            words("Notepad", "Notizblock", "Bloc-notes", "メモ帳"),
        ],
    ),
    (
        "SHOES",
        [
            words("Sneakers", "Sneaker", "Baskets", "スニーカー"),
            words("Boots", "Stiefel", "Bottes", "ブーツ"),
            words("Sandals", "Sandalen", "Sandales", "サンダル"),
        ],
    ),
];
