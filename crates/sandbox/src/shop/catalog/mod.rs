//! The catalog: products of all sellers, made from the seed, and those of the shop.

mod numbers;
mod products;

pub(crate) use numbers::gtin;

use super::product_types::{self, COLORS, Language, MATERIALS, ProductType, Words};
use super::random::Random;
use super::{MARKETS, Market, Product};
use spapi_types::Marketplace;
use std::collections::HashMap;
use std::sync::OnceLock;

/// How many products the catalog has besides those of the shop.
const PRODUCTS: usize = 3000;

/// How many products follow each other that have the type and the brand in common.
const FAMILY: usize = 5;

/// Separates the random numbers of the catalog from those of orders.
const CATALOG: u64 = 0x0063_6174_616C_6F67;

/// The product types whose products come in families of colors and sizes.
const VARIED: [&str; 3] = ["SHIRT", "SHOES", "LUGGAGE"];

/// The catalog of a sandbox. It is made when it is first needed.
#[derive(Debug)]
pub(crate) struct Catalog {
    seed: u64,
    entries: OnceLock<Vec<Entry>>,
    /// The places of the products by their numbers, as GTINs.
    by_number: OnceLock<HashMap<String, usize>>,
}

/// A product of the catalog.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) asin: String,
    pub(crate) product_type: &'static ProductType,
    pub(crate) brand: &'static str,
    pub(crate) color: &'static Words,
    pub(crate) material: &'static Words,
    /// A size from S to XL, or a length in centimeters.
    pub(crate) size: &'static str,
    pub(crate) model: String,
    /// The first day of sale.
    pub(crate) released: String,
    /// In tenths of a centimeter: length, width and height.
    pub(crate) sides: [u64; 3],
    pub(crate) grams: u64,
    pub(crate) rank: u64,
    pub(crate) role: Role,
    /// The numbers without a parent's: EAN, and UPC or JAN if it is one.
    number: Option<String>,
    noun: &'static Words,
    marketplaces: Vec<Marketplace>,
    /// The shop's product, if it is one.
    own: Option<&'static Product>,
}

/// The place of a product in a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Alone,
    /// With the ASINs of its children.
    Parent(Vec<String>),
    /// With the ASIN of its parent.
    Child(String),
}

impl Catalog {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, entries: OnceLock::new(), by_number: OnceLock::new() }
    }

    fn entries(&self) -> &[Entry] {
        self.entries.get_or_init(|| {
            let made = (0..PRODUCTS).map(|place| Entry::made(self.seed, place));
            let own = MARKETS.iter().flat_map(|market| market.products.iter().map(move |product| (market, product)));
            made.chain(own.enumerate().filter_map(|(place, (market, product))| Entry::own(place, market, product)))
                .collect()
        })
    }

    /// The products of a marketplace, in the order of the catalog.
    pub(crate) fn of(&self, marketplace: Marketplace) -> impl Iterator<Item = &Entry> {
        self.entries().iter().filter(move |entry| entry.is_in(marketplace))
    }

    /// The product with this ASIN, whatever its marketplaces.
    pub(crate) fn find(&self, asin: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.asin == asin)
    }

    /// The product with this number of any type, whatever its marketplaces.
    pub(crate) fn by_number(&self, number: &str) -> Option<&Entry> {
        let by_number = self.by_number.get_or_init(|| {
            let numbers = self.entries().iter().enumerate();
            numbers.filter_map(|(place, entry)| Some((gtin(entry.number.as_ref()?)?, place))).collect()
        });
        self.entries().get(*by_number.get(&gtin(number)?)?)
    }
}

impl Entry {
    /// The product at a place of the catalog.
    fn made(seed: u64, place: usize) -> Self {
        let (family, member) = (place / FAMILY, place % FAMILY);
        // What the products of a family have in common.
        let mut of_family = Random::new(seed ^ CATALOG, family as u64);
        let (kind, nouns) = &products::KINDS[family % products::KINDS.len()];
        let brand = of_family.pick(&products::BRANDS);
        let noun = &nouns[of_family.below(nouns.len() as u64) as usize];
        let material = &MATERIALS[of_family.below(MATERIALS.len() as u64) as usize].1;
        let marketplaces = products::marketplaces(&mut of_family);
        let prefix = of_family.pick(&products::PREFIXES);
        let product_type = product_type(kind);
        let mut random = Random::new(seed ^ CATALOG, (PRODUCTS + place) as u64);
        let asin = |place: usize| format!("B0SB{place:06}");
        let role = match (VARIED.contains(kind), member) {
            (false, _) => Role::Alone,
            (true, 0) => Role::Parent((place + 1..place + FAMILY).map(asin).collect()),
            (true, _) => Role::Child(asin(family * FAMILY)),
        };
        let digits = format!("{prefix}{:04}{place:06}", random.below(10_000));
        Self {
            asin: asin(place),
            product_type,
            brand,
            // Next to each other, so that those of a family differ.
            color: &COLORS[(place + random.below(2) as usize * FAMILY) % COLORS.len()].1,
            material,
            size: products::SIZES[member % products::SIZES.len()],
            model: format!("{}-{place:04}", brand.chars().next().unwrap_or('X')),
            released: format!("20{}-{:02}-{:02}", 18 + random.below(8), 1 + random.below(12), 1 + random.below(28)),
            sides: [50 + random.below(500), 30 + random.below(300), 10 + random.below(200)],
            grams: 40 + random.below(4000),
            rank: 1 + random.below(400_000),
            number: (!matches!(role, Role::Parent(_))).then(|| numbers::with_check_digit(&digits)),
            role,
            noun,
            marketplaces,
            own: None,
        }
    }

    /// A product of the shop, which is the only one of its brand.
    fn own(place: usize, market: &'static Market, product: &'static Product) -> Option<Self> {
        let mut random = Random::new(CATALOG, place as u64);
        let (_, nouns) = products::KINDS.iter().find(|(kind, _)| *kind == "KITCHEN")?;
        Some(Self {
            asin: product.asin.to_owned(),
            product_type: product_type("KITCHEN"),
            brand: "Sandbox Kitchen",
            color: &COLORS[place % COLORS.len()].1,
            material: &MATERIALS[place % MATERIALS.len()].1,
            size: products::SIZES[place % products::SIZES.len()],
            model: format!("SK-{place:02}"),
            released: "2024-04-01".to_owned(),
            sides: [100 + random.below(200), 80 + random.below(100), 20 + random.below(80)],
            grams: 100 + random.below(2000),
            rank: 1000 + random.below(90_000),
            role: Role::Alone,
            number: Some(own_number(place, market)),
            noun: &nouns[0],
            marketplaces: vec![market.marketplace],
            own: Some(product),
        })
    }

    /// Whether the marketplace has the product.
    pub(crate) fn is_in(&self, marketplace: Marketplace) -> bool {
        self.marketplaces.contains(&marketplace)
    }

    /// The title. The shop's own products have one in the language of their marketplace.
    pub(crate) fn title(&self, language: Language) -> String {
        match self.own {
            Some(product) => product.title.to_owned(),
            None => {
                let (noun, material, color) =
                    (self.noun.of(language), self.material.of(language), self.color.of(language));
                let between = if language == Language::Japanese { " " } else { ", " };
                [&format!("{} {noun}", self.brand), material, color, self.size].join(between)
            }
        }
    }

    /// The seller's SKU, if the shop sells the product.
    pub(crate) fn sku(&self) -> Option<&'static str> {
        self.own.map(|product| product.sku)
    }

    /// The numbers that the product has in a marketplace, each with its type.
    pub(crate) fn numbers(&self, marketplace: Marketplace) -> Vec<(&'static str, String)> {
        let Some(number) = &self.number else { return Vec::new() };
        let gtin = format!("{number:0>14}");
        let mut numbers = vec![("EAN", ean(number)), ("GTIN", gtin)];
        if number.len() == 12 {
            numbers.push(("UPC", number.clone()));
        }
        if marketplace == Marketplace::JP
            && number.len() == 13
            && (number.starts_with("45") || number.starts_with("49"))
        {
            numbers.push(("JAN", number.clone()));
        }
        numbers
    }

    /// Whether the product has a number of that type. A GTIN may be written with fewer digits.
    pub(crate) fn has_number(&self, marketplace: Marketplace, kind: &str, number: &str) -> bool {
        let Some(wanted) = numbers::gtin(number) else { return false };
        let of_kind = self.numbers(marketplace);
        of_kind.iter().any(|(known, value)| *known == kind && numbers::gtin(value).as_ref() == Some(&wanted))
    }
}

/// The number of the shop's product at a place among all of them.
fn own_number(place: usize, market: &Market) -> String {
    let prefix = products::prefix(market.marketplace);
    numbers::with_check_digit(&format!("{prefix}9999{:06}", 900_000 + place))
}

/// The EAN of each product of the shop, by its ASIN. The catalog does not have to be made for it.
pub(crate) fn own_eans() -> HashMap<&'static str, String> {
    let own = MARKETS.iter().flat_map(|market| market.products.iter().map(move |product| (market, product)));
    own.enumerate().map(|(place, (market, product))| (product.asin, ean(&own_number(place, market)))).collect()
}

/// A number as an EAN.
fn ean(number: &str) -> String {
    format!("{number:0>13}")
}

/// The product type with a name that the table of products has.
fn product_type(name: &str) -> &'static ProductType {
    product_types::find(name).unwrap_or(&product_types::all()[0])
}

#[cfg(test)]
mod tests {
    use super::super::product_types::MARKETPLACES;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_product_has_a_known_type_and_its_own_numbers() {
        let catalog = Catalog::new(1);
        let asins: HashSet<_> = catalog.entries().iter().map(|entry| &entry.asin).collect();
        let numbers: Vec<_> = catalog.entries().iter().filter_map(|entry| entry.number.as_ref()).collect();
        assert_eq!(asins.len(), PRODUCTS + MARKETS.iter().map(|market| market.products.len()).sum::<usize>());
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), numbers.len());
        assert!(products::KINDS.iter().all(|(kind, _)| product_types::find(kind).is_some()));
        for marketplace in MARKETPLACES {
            assert!(catalog.of(marketplace).count() > 1000, "{}", marketplace.id());
        }
    }

    #[test]
    fn the_seed_decides_the_catalog() {
        let title = |seed: u64| Entry::made(seed, 17).title(Language::German);
        assert_eq!(title(1), title(1));
        assert!((0..20).any(|place| Entry::made(1, place).brand != Entry::made(2, place).brand));
    }
}
