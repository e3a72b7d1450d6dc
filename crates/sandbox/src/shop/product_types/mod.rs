//! The product types of the sandbox, made up for it. From one table of attributes follow the definitions that a client fetches
//! and what the service says of a listing.

mod attribute;
mod attributes;
mod meta;
mod problems;
mod rule;
mod schema;
mod types;
mod values;
mod words;

pub(crate) use meta::{META_SCHEMA, meta_schema};
pub(crate) use problems::{Problem, Severity};
pub(crate) use values::{COLORS, MATERIALS};
pub(crate) use words::{Language, Words, words};

use attribute::{Attribute, Need};
use rule::Rule;
use spapi_types::Marketplace;
use std::sync::LazyLock;

/// The marketplaces that have definitions and a catalog.
pub(crate) static MARKETPLACES: [Marketplace; 4] = [Marketplace::JP, Marketplace::US, Marketplace::DE, Marketplace::FR];

/// A product type.
#[derive(Debug)]
pub(crate) struct ProductType {
    /// Its name in requests: `LUGGAGE`.
    pub(crate) name: &'static str,
    pub(crate) title: Words,
    /// The number of its category.
    pub(crate) node: u32,
    /// What its products are called, by commas.
    search: Words,
    attributes: Vec<Attribute>,
    rules: Vec<Rule>,
}

/// The product types.
static TYPES: LazyLock<Vec<ProductType>> = LazyLock::new(types::all);

/// The product type with this name.
pub(crate) fn find(name: &str) -> Option<&'static ProductType> {
    all().iter().find(|known| known.name == name)
}

/// Every product type.
pub(crate) fn all() -> &'static [ProductType] {
    &TYPES
}

/// A group of attributes in a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Offer,
    Images,
    Shipping,
    Variations,
    SafetyAndCompliance,
    ProductIdentity,
    ProductDetails,
}

/// The attributes that a definition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requirements {
    /// A product and an offer.
    Listing,
    ProductOnly,
    /// An offer on a product that the catalog has.
    OfferOnly,
}

/// The place of a listing in a family of variations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parentage {
    None,
    Child,
    Parent,
}

/// One of the forms in which a definition can be fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edition {
    pub(crate) marketplace: Marketplace,
    pub(crate) language: Language,
    pub(crate) requirements: Requirements,
    /// Whether the schema says what a listing must have.
    pub(crate) is_enforced: bool,
    pub(crate) parentage: Option<Parentage>,
    /// Whether it was requested for a seller.
    pub(crate) has_seller: bool,
    /// Whether it is of the next version.
    pub(crate) is_next: bool,
}

impl ProductType {
    /// Whether there is a next version of the definition.
    pub(crate) fn has_next_version(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute.is_next)
    }

    /// The words that its products are called by.
    pub(crate) fn search_words(&self, language: Language) -> impl Iterator<Item = &str> {
        self.search.of(language).split(',')
    }

    /// The members that tell the instances of an attribute apart; `None` if the product type does not have the attribute.
    pub(crate) fn selectors(&self, attribute: &str) -> Option<&[&'static str]> {
        let known = self.attributes.iter().find(|known| known.name == attribute)?;
        Some(&known.list.selectors)
    }

    /// The attributes of an edition, in the order of the table.
    fn attributes_of(&self, edition: &Edition) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.is_in(edition))
    }

    /// The names of the attributes of each group that an edition has.
    pub(crate) fn groups(&self, edition: &Edition) -> Vec<(Group, Vec<&str>)> {
        let mut groups: Vec<(Group, Vec<&str>)> = Vec::new();
        for attribute in self.attributes_of(edition) {
            match groups.iter_mut().find(|(group, _)| *group == attribute.group) {
                Some((_, names)) => names.push(&attribute.name),
                None => groups.push((attribute.group, vec![&attribute.name])),
            }
        }
        groups
    }
}

impl Attribute {
    fn is_sold_in(&self, marketplace: Marketplace) -> bool {
        self.only_in.is_empty() || self.only_in.contains(&marketplace)
    }

    fn is_in(&self, edition: &Edition) -> bool {
        let is_offer = self.group == Group::Offer;
        let is_wanted = match edition.requirements {
            Requirements::Listing => true,
            Requirements::ProductOnly => !is_offer,
            Requirements::OfferOnly => is_offer || self.is_for_offers,
        };
        let is_of_level = match edition.parentage {
            Some(Parentage::None) => self.group != Group::Variations,
            // A parent is not for sale.
            Some(Parentage::Parent) => !is_offer && self.name != "child_parent_sku_relationship",
            Some(Parentage::Child) | None => true,
        };
        self.is_sold_in(edition.marketplace) && is_wanted && is_of_level && (edition.is_next || !self.is_next)
    }

    /// Whether a listing that meets these requirements must have the attribute.
    fn is_needed(&self, requirements: Requirements) -> bool {
        match requirements {
            Requirements::OfferOnly => self.is_needed_by_offers,
            Requirements::Listing | Requirements::ProductOnly => self.need == Need::Required,
        }
    }
}

impl Group {
    /// Its key in a definition.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Images => "images",
            Self::Shipping => "shipping",
            Self::Variations => "variations",
            Self::SafetyAndCompliance => "safety_and_compliance",
            Self::ProductIdentity => "product_identity",
            Self::ProductDetails => "product_details",
        }
    }

    /// Its title and its description.
    pub(crate) fn texts(self, language: Language) -> (String, String) {
        let (title, about) = match self {
            Self::Offer => (
                words("Offer", "Angebot", "Offre", "出品情報"),
                words(
                    "Price, stock and condition",
                    "Preis, Bestand und Zustand",
                    "Prix, stock et état",
                    "価格、在庫、状態",
                ),
            ),
            Self::Images => (
                words("Pictures", "Bilder", "Photos", "画像"),
                words("Addresses of pictures", "Adressen von Bildern", "Adresses des photos", "画像のアドレス"),
            ),
            Self::Shipping => (
                words("Shipping", "Versand", "Livraison", "配送"),
                words("Sizes and weights", "Maße und Gewichte", "Dimensions et poids", "寸法と重量"),
            ),
            Self::Variations => (
                words("Variations", "Varianten", "Déclinaisons", "バリエーション"),
                words("Families of products", "Familien von Produkten", "Familles de produits", "商品のグループ"),
            ),
            Self::SafetyAndCompliance => (
                words("Safety and rules", "Sicherheit und Vorschriften", "Sécurité et règles", "安全と法令"),
                words(
                    "Origin, batteries, hazards",
                    "Herkunft, Batterien, Gefahren",
                    "Origine, piles, dangers",
                    "原産国、電池、危険物",
                ),
            ),
            Self::ProductIdentity => (
                words("Identity", "Identität", "Identité", "商品の特定"),
                words("Names and numbers", "Namen und Nummern", "Noms et numéros", "名称と番号"),
            ),
            Self::ProductDetails => (
                words("Details", "Einzelheiten", "Détails", "商品の詳細"),
                words("What the product is like", "Wie das Produkt ist", "À quoi ressemble le produit", "商品の特徴"),
            ),
        };
        (title.of(language).to_owned(), about.of(language).to_owned())
    }
}

impl Requirements {
    pub(crate) const ALL: [(&'static str, Self); 3] = [
        ("LISTING", Self::Listing),
        ("LISTING_PRODUCT_ONLY", Self::ProductOnly),
        ("LISTING_OFFER_ONLY", Self::OfferOnly),
    ];
}

impl Parentage {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("NONE", Self::None), ("CHILD", Self::Child), ("PARENT", Self::Parent)];
}
