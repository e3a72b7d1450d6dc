//! The shop's marketplaces and products.

use super::buyers::{self, People};
use spapi_types::{Marketplace, Region};

/// A marketplace that the shop sells in.
#[derive(Debug, PartialEq)]
pub(crate) struct Market {
    pub(crate) marketplace: Marketplace,
    /// The marketplace's name in orders.
    pub(crate) name: &'static str,
    /// The number of decimal places of the currency.
    pub(crate) decimals: u32,
    /// The tax in percent, and whether prices include it.
    pub(crate) tax_percent: i64,
    pub(crate) tax_included: bool,
    /// The shipping cost, and the price above which shipping is free.
    pub(crate) shipping: i64,
    pub(crate) free_shipping_above: i64,
    /// The first three digits of the marketplace's order ids.
    pub(crate) order_prefixes: &'static [&'static str],
    /// The carriers, each with its service.
    pub(crate) carriers: &'static [(&'static str, &'static str)],
    pub(crate) promotion: &'static str,
    pub(crate) cancel_reasons: &'static [&'static str],
    pub(crate) products: &'static [Product],
    pub(crate) people: &'static People,
}

impl Market {
    /// The marketplace's region.
    pub(crate) fn region(&self) -> Region {
        self.marketplace.region()
    }

    /// The currency code.
    pub(crate) fn currency(&self) -> &'static str {
        self.marketplace.currency()
    }

    /// The tax on an amount, included or on top, rounded to the nearest unit.
    pub(crate) fn tax(&self, units: i64) -> i64 {
        let whole = if self.tax_included { 100 + self.tax_percent } else { 100 };
        (units * self.tax_percent + whole / 2) / whole
    }

    /// An amount in the smallest unit, as text with the currency's decimal places: `1980` yen, `19.80` euros.
    pub(crate) fn amount(&self, units: i64) -> String {
        amount(units, self.decimals)
    }
}

/// An amount in the smallest unit of a currency with this number of decimal places, as text.
pub(crate) fn amount(units: i64, decimals: u32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 10u64.pow(decimals), units.unsigned_abs() % 10u64.pow(decimals));
    match decimals {
        0 => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{part:0width$}", width = digits as usize),
    }
}

/// A product of the shop. The price is in the currency's smallest unit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) asin: &'static str,
    /// The seller's SKU. Some hold characters that a client must percent-encode, as real ones do.
    pub(crate) sku: &'static str,
    pub(crate) title: &'static str,
    pub(crate) price: i64,
}

impl Product {
    /// Amazon's number for the seller's units of the product.
    pub(crate) fn fnsku(&self) -> String {
        fn_sku(self.asin)
    }
}

/// Amazon's number for the seller's units of an item.
pub(crate) fn fn_sku(asin: &str) -> String {
    asin.replacen("B0", "X0", 1)
}

const fn product(asin: &'static str, sku: &'static str, title: &'static str, price: i64) -> Product {
    Product { asin, sku, title, price }
}

/// Who ships the product: the seller ships every third product, and Amazon the others.
pub(crate) fn by_amazon(market: &Market, product: &Product) -> bool {
    market.products.iter().position(|known| known == product).is_some_and(|place| place % 3 != 0)
}

/// The market of a marketplace id, if the shop sells there.
pub(crate) fn market(id: &str) -> Option<&'static Market> {
    MARKETS.iter().find(|market| market.marketplace.id() == id)
}

/// The shop's marketplaces of a region.
pub(crate) fn markets_of(region: Region) -> impl Iterator<Item = &'static Market> {
    MARKETS.iter().filter(move |market| market.region() == region)
}

/// The ids of these marketplaces.
pub(crate) fn ids(markets: &[&'static Market]) -> Vec<&'static str> {
    markets.iter().map(|market| market.marketplace.id()).collect()
}

/// The marketplaces of the shop.
pub(crate) static MARKETS: [Market; 3] = [
    Market {
        marketplace: Marketplace::JP,
        name: "Amazon.co.jp",
        decimals: 0,
        tax_percent: 10,
        tax_included: true,
        shipping: 410,
        free_shipping_above: 3500,
        order_prefixes: &["249", "250", "503"],
        carriers: &[("ヤマト運輸", "宅急便"), ("日本郵便", "ゆうパック"), ("佐川急便", "飛脚宅配便")],
        promotion: "JP-MATOME-5",
        cancel_reasons: &["注文内容を間違えた", "届くのが遅い"],
        products: JP,
        people: &buyers::JP,
    },
    Market {
        marketplace: Marketplace::US,
        name: "Amazon.com",
        decimals: 2,
        tax_percent: 8,
        tax_included: false,
        shipping: 599,
        free_shipping_above: 3500,
        order_prefixes: &["111", "112", "113", "114"],
        carriers: &[("USPS", "Ground Advantage"), ("UPS", "Ground"), ("FedEx", "Home Delivery")],
        promotion: "US-SAVE-5",
        cancel_reasons: &["Ordered by mistake", "Arrives too late"],
        products: US,
        people: &buyers::US,
    },
    Market {
        marketplace: Marketplace::DE,
        name: "Amazon.de",
        decimals: 2,
        tax_percent: 19,
        tax_included: true,
        shipping: 399,
        free_shipping_above: 3900,
        order_prefixes: &["028", "302", "303", "304", "305", "306"],
        carriers: &[("DHL", "Paket"), ("Hermes", "Standard"), ("DPD", "Classic")],
        promotion: "DE-RABATT-5",
        cancel_reasons: &["Versehentlich bestellt", "Lieferung dauert zu lange"],
        products: DE,
        people: &buyers::DE,
    },
];

static JP: &[Product] = &[
    product("B0SBXJ0001", "SENCHA-100", "深蒸し煎茶 100g 袋入り", 1080),
    product("B0SBXJ0002", "SENCHA/100g x3", "深蒸し煎茶 100g 3袋セット", 2980),
    product("B0SBXJ0003", "HOJICHA-200", "ほうじ茶 200g 大袋", 980),
    product("B0SBXJ0004", "茶器-急須01", "常滑焼の急須 350ml 茶こし付き", 4580),
    product("B0SBXJ0005", "YUNOMI+BON", "湯のみ2個と丸盆のセット", 3850),
    product("B0SBXJ0006", "COTTON 100%", "綿100%のふきん 5枚組", 1280),
    product("B0SBXJ0007", "Café-DRIP/12", "ドリップコーヒー 12杯分 中煎り", 1480),
    product("B0SBXJ0008", "HASHI-23", "天然木の箸 23cm 2膳", 1650),
    product("B0SBXJ0009", "TENUGUI-ASA", "手ぬぐい 麻の葉柄", 880),
    product("B0SBXJ0010", "BENTO-700", "曲げわっぱ風の弁当箱 700ml", 2480),
    product("B0SBXJ0011", "FUROSHIKI-70", "風呂敷 70cm 撥水加工", 1980),
    product("B0SBXJ0012", "TETSUBIN-08", "鉄瓶 0.8L 直火用", 15800),
];

static US: &[Product] = &[
    product("B0SBXU0001", "BOARD-L", "Bamboo Cutting Board, Large, with Juice Groove", 2499),
    product("B0SBXU0002", "BOARD-S", "Bamboo Cutting Board, Small", 1399),
    product("B0SBXU0003", "MUG 12oz/BLUE", "Stoneware Mug, 12 oz, Blue Glaze", 1150),
    product("B0SBXU0004", "MUG+SAUCER", "Stoneware Mug and Saucer, Set of Two", 2895),
    product("B0SBXU0005", "TOWEL-100%-6", "Pure Cotton Kitchen Towels, Pack of 6", 1699),
    product("B0SBXU0006", "Café-PRESS", "Glass Coffee Press, 34 oz", 3299),
    product("B0SBXU0007", "SPOON-5", "Olive Wood Spoons, Set of 5", 2199),
    product("B0SBXU0008", "JAR-3", "Glass Storage Jars with Cork Lids, Set of 3", 1899),
    product("B0SBXU0009", "APRON-GR", "Linen Apron, Gray, One Size", 3450),
    product("B0SBXU0010", "SKILLET-10", "Cast Iron Skillet, 10 Inch, Seasoned", 4999),
    product("B0SBXU0011", "TIMER", "Mechanical Kitchen Timer, 60 Minutes", 1249),
    product("B0SBXU0012", "KETTLE-1.7", "Gooseneck Kettle, 1.7 qt, Brushed Steel", 5875),
];

static DE: &[Product] = &[
    product("B0SBXD0001", "BECHER-350", "Kaffeebecher aus Steingut, 350 ml", 1290),
    product("B0SBXD0002", "BECHER/350 x4", "Kaffeebecher aus Steingut, 350 ml, 4er-Set", 4490),
    product("B0SBXD0003", "BRETT-EICHE", "Schneidebrett aus Eiche, geölt", 3490),
    product("B0SBXD0004", "BROTKORB+TUCH", "Brotkorb mit Leinentuch", 2450),
    product("B0SBXD0005", "GESCHIRRTUCH 100%", "Geschirrtücher aus reiner Baumwolle, 3 Stück", 1595),
    product("B0SBXD0006", "Café-FILTER", "Handfilter aus Porzellan, Größe 4", 1899),
    product("B0SBXD0007", "MÜHLE-SALZ", "Salzmühle aus Buche, 18 cm", 2799),
    product("B0SBXD0008", "DOSE-3", "Vorratsdosen aus Glas, 3 Stück", 2290),
    product("B0SBXD0009", "SCHÜRZE-BLAU", "Kochschürze aus Leinen, blau", 3250),
    product("B0SBXD0010", "PFANNE-28", "Eisenpfanne, 28 cm, eingebrannt", 5495),
    product("B0SBXD0011", "WECKER", "Küchenwecker zum Aufziehen", 1149),
    product("B0SBXD0012", "KANNE-1L", "Teekanne aus Glas, 1 l, mit Sieb", 2695),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        let [jp, us, _] = &MARKETS;
        assert_eq!((jp.amount(1980), jp.amount(0), jp.amount(-5)), ("1980".into(), "0".into(), "-5".into()));
        assert_eq!((us.amount(1980), us.amount(5), us.amount(-205)), ("19.80".into(), "0.05".into(), "-2.05".into()));
    }

    #[test]
    fn every_market_has_skus_that_must_be_encoded() {
        for market in &MARKETS {
            for special in ['/', ' ', '+', '%', 'é'] {
                let has = |p: &Product| p.sku.chars().any(|c| c == special);
                assert!(market.products.iter().any(has), "{}: {special}", market.name);
            }
            let skus: HashSet<_> = market.products.iter().map(|p| p.sku).collect();
            let asins: HashSet<_> = market.products.iter().map(|p| p.asin).collect();
            assert_eq!((skus.len(), asins.len()), (market.products.len(), market.products.len()));
            assert!(asins.iter().all(|asin| asin.len() == 10));
        }
    }
}
