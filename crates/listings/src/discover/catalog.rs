//! The search of Amazon's catalog.

use super::identifier::{self, Identifier};
use super::{Discovery, Eligibility, IdentifierKind, Permission, ProductType};
use crate::attributes::{OFFER, STOCK};
use crate::{Attributes, Requirements};
use serde_json::{Value, json};
use spapi_catalog_items::v2022_04_01::CatalogItems;
use spapi_catalog_items::v2022_04_01::operations::SearchCatalogItems;
use spapi_catalog_items::v2022_04_01::types::{
    Item, ItemProductTypeByMarketplace, ItemSummaryByMarketplaceItemClassification as Classification,
    SearchCatalogItemsIncludedData as Data,
};
use spapi_core::{Error, ErrorKind, Marketplace};
use std::collections::VecDeque;
use tokio::task::JoinSet;

/// How many identifiers or words one call takes (the model of `searchCatalogItems`).
const MOST_IN_CALL: usize = 20;

/// How many items a page has at most.
const LARGEST_PAGE: i64 = 20;

/// How many items one call by identifiers may lead to. An identifier of a product with variations leads to several.
const MOST_BY_IDENTIFIERS: usize = 200;

/// How many restrictions are asked for at a time.
const AT_A_TIME: usize = 5;

/// The product type of an offer on an item whose own product type is not known.
const ANY_PRODUCT: &str = "PRODUCT";

/// What to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Query {
    /// Items with these identifiers.
    Identifiers(Vec<Identifier>),
    /// Items that fit these words.
    Words(String),
}

impl Query {
    /// An identifier if the text has the form of one, see [`Identifier::detect`], or else words.
    ///
    /// # Errors
    /// When the text is empty, or is an identifier whose check digit is wrong.
    pub fn of(text: &str) -> Result<Self, Error> {
        match Identifier::detect(text)? {
            Some(identifier) => Ok(Self::Identifiers(vec![identifier])),
            None if words(text).is_empty() => {
                Err(Error::new(ErrorKind::Input, "the search is empty").with_hint("Nothing was sent."))
            }
            None => Ok(Self::Words(text.trim().to_owned())),
        }
    }
}

/// The words of a text. A comma would end a word in the query.
pub(super) fn words(text: &str) -> Vec<&str> {
    let is_between = |character: char| character.is_whitespace() || matches!(character, ',' | '、' | '，');
    text.split(is_between).filter(|word| !word.is_empty()).collect()
}

/// What a search has found, and what follows from it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Found {
    /// The items that Amazon has.
    pub items: Vec<CatalogItem>,
    /// How many items Amazon has for the words. Those beyond the limit are not in `items`.
    pub total: Option<i64>,
    /// The identifiers that no item has.
    pub missing: Vec<Identifier>,
    /// The product types for a new item, if Amazon has none.
    pub product_types: Vec<ProductType>,
}

/// The next step to a listing.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a> {
    /// Make an offer on one of these items.
    Offer(&'a [CatalogItem]),
    /// Make a new item with one of these product types. Empty if none was found: search for them by the product's title.
    Create(&'a [ProductType]),
}

impl Found {
    /// The next step: an offer if Amazon has an item, or else a new item.
    pub fn next(&self) -> Next<'_> {
        match self.items.as_slice() {
            [] => Next::Create(&self.product_types),
            items => Next::Offer(items),
        }
    }
}

/// An item of Amazon's catalog.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CatalogItem {
    /// Its ASIN.
    pub asin: String,
    /// Its title.
    pub title: Option<String>,
    /// Its brand.
    pub brand: Option<String>,
    /// Its product type.
    pub product_type: Option<String>,
    /// Whether it stands for a family of variations, so that nobody can make an offer on it.
    pub is_variation_parent: bool,
    /// Its identifiers of any kind, as kind and value.
    pub identifiers: Vec<(String, String)>,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// What restricts the seller from listing it, or why Amazon did not say. `None` if that was not asked: the item cannot
    /// have offers, the seller's id is not known, or the search was [without
    /// restrictions](Discovery::without_restrictions).
    pub eligibility: Option<Result<Eligibility, Error>>,
}

/// What `putListingsItem` needs for an offer on an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewOffer {
    /// The product type: the item's own, or `PRODUCT`.
    pub product_type: String,
    /// Always `LISTING_OFFER_ONLY`.
    pub requirements: Requirements,
    /// The attributes that name the item and the condition.
    pub attributes: Attributes,
    /// The attributes that you add: price and stock.
    pub needed: [&'static str; 2],
}

impl CatalogItem {
    fn new(item: Item, marketplace: Marketplace) -> Self {
        let id = marketplace.id();
        let summary = {
            let here = item.summaries.iter().position(|summary| summary.marketplace_id == id);
            item.summaries.into_iter().nth(here.unwrap_or_default()).unwrap_or_default()
        };
        let product_type = {
            let is_here = |one: &&ItemProductTypeByMarketplace| {
                one.marketplace_id.as_deref().is_none_or(|marketplace| marketplace.is_empty() || marketplace == id)
            };
            item.product_types.iter().find(is_here).and_then(|found| found.product_type.clone())
        };
        let identifiers = item.identifiers.into_iter().flat_map(|group| group.identifiers);
        Self {
            asin: item.asin,
            title: summary.item_name,
            brand: summary.brand,
            product_type: product_type.filter(|name| !name.is_empty()),
            is_variation_parent: summary.item_classification == Some(Classification::VariationParent),
            identifiers: identifiers.map(|one| (one.identifier_type, one.identifier)).collect(),
            marketplace_id: id.to_owned(),
            eligibility: None,
        }
    }

    /// Whether the seller may list it. `None` if that is not known.
    pub fn permission(&self) -> Option<Permission> {
        self.eligibility.as_ref()?.as_ref().ok().map(Eligibility::permission)
    }

    /// What an offer on the item needs, in a condition such as `new_new`. `None` for a family of variations, which has no
    /// offers: make it on one of its variations.
    pub fn offer(&self, condition: &str) -> Option<NewOffer> {
        let value = |value: &str| -> Value { json!([{ "value": value, "marketplace_id": self.marketplace_id }]) };
        let attributes = [("condition_type", condition), ("merchant_suggested_asin", &self.asin)];
        (!self.is_variation_parent).then(|| NewOffer {
            product_type: self.product_type.clone().unwrap_or_else(|| ANY_PRODUCT.to_owned()),
            requirements: Requirements::ListingOfferOnly,
            attributes: attributes.into_iter().map(|(name, text)| (name.to_owned(), value(text))).collect(),
            needed: [OFFER, STOCK],
        })
    }

    fn has(&self, identifier: &Identifier) -> bool {
        if self.asin == identifier.value() {
            return true;
        }
        let wanted = identifier.number();
        let is_it =
            |value: &str| value == identifier.value() || (wanted.is_some() && identifier::number(value) == wanted);
        self.identifiers.iter().any(|(_, value)| is_it(value))
    }
}

impl Discovery {
    /// Searches the catalog, asks whether the seller may list what was found, and searches for product types if nothing was.
    ///
    /// # Errors
    /// When Amazon refuses a search, or a SKU is searched for without the seller's id. If Amazon only does not say whether the
    /// seller may list an item, the error is in [`CatalogItem::eligibility`].
    pub async fn find(&self, query: Query) -> Result<Found, Error> {
        let seller = self.seller().await?;
        let mut found = match &query {
            Query::Identifiers(identifiers) => self.by_identifiers(identifiers, seller.as_deref()).await?,
            Query::Words(text) => self.by_words(text).await?,
        };
        if found.items.is_empty() {
            let words = match &query {
                Query::Words(text) => Some(text),
                Query::Identifiers(_) => None,
            };
            if let Some(title) = self.title.as_ref().or(words) {
                found.product_types = self.product_types(title).await?;
            }
        }
        if let Some(seller) = seller.filter(|_| self.asks_for_restrictions) {
            self.ask_for_restrictions(&mut found.items, seller).await;
        }
        Ok(found)
    }

    fn search(&self) -> SearchCatalogItems {
        let search = CatalogItems::new(&self.client)
            .search_catalog_items()
            .marketplace_ids([self.marketplace])
            .included_data([Data::Summaries, Data::Identifiers, Data::ProductTypes]);
        self.locale.iter().fold(search, SearchCatalogItems::locale)
    }

    async fn by_words(&self, text: &str) -> Result<Found, Error> {
        let words = words(text);
        if words.len() > MOST_IN_CALL {
            let message = format!("the search has {} words, and Amazon takes {MOST_IN_CALL}", words.len());
            return Err(Error::new(ErrorKind::Input, message).with_hint("Leave some out. Nothing was sent."));
        }
        let size = i64::try_from(self.limit).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
        let mut pages = self.search().keywords(words).page_size(size).pages();
        let mut found = Found::default();
        while found.items.len() < self.limit {
            let Some(page) = pages.try_next().await? else { break };
            found.total = found.total.or(page.number_of_results);
            let items = page.into_inner().items.into_iter().map(|item| CatalogItem::new(item, self.marketplace));
            found.items.extend(items);
        }
        found.items.truncate(self.limit);
        Ok(found)
    }

    /// Searches for identifiers kind by kind, because a call takes one kind.
    async fn by_identifiers(&self, identifiers: &[Identifier], seller: Option<&str>) -> Result<Found, Error> {
        let mut kinds: Vec<Vec<&Identifier>> = Vec::new();
        for identifier in identifiers {
            match kinds.iter_mut().find(|same| same.iter().any(|other| other.kind() == identifier.kind())) {
                Some(same) if same.contains(&identifier) => {}
                Some(same) => same.push(identifier),
                None => kinds.push(vec![identifier]),
            }
        }
        let mut calls: VecDeque<Vec<&Identifier>> =
            kinds.iter().flat_map(|same| same.chunks(MOST_IN_CALL)).map(<[_]>::to_vec).collect();
        let mut found = Found::default();
        while let Some(wanted) = calls.pop_front() {
            let items = self.with_identifiers(&wanted, seller).await?;
            let missing: Vec<_> = match wanted.as_slice() {
                [_] if !items.is_empty() => Vec::new(),
                _ => wanted.iter().filter(|wanted| !items.iter().any(|item| item.has(wanted))).copied().collect(),
            };
            // The answer does not say which identifier found an item. An item that does not show one of them, as with a SKU,
            // may belong to any that seem to be missing.
            let is_unclear = wanted.len() > 1 && items.iter().any(|item| !wanted.iter().any(|one| item.has(one)));
            match is_unclear {
                true => calls.extend(missing.into_iter().map(|one| vec![one])),
                false => found.missing.extend(missing.into_iter().cloned()),
            }
            for item in items {
                if !found.items.iter().any(|known| known.asin == item.asin) {
                    found.items.push(item);
                }
            }
        }
        Ok(found)
    }

    /// The items with any of these identifiers, which are of one kind.
    async fn with_identifiers(&self, wanted: &[&Identifier], seller: Option<&str>) -> Result<Vec<CatalogItem>, Error> {
        let Some(kind) = wanted.first().map(|identifier| identifier.kind()) else { return Ok(Vec::new()) };
        let values = wanted.iter().map(|identifier| identifier.value());
        let mut search = self.search().identifiers(values).identifiers_type(kind.clone()).page_size(LARGEST_PAGE);
        if *kind == IdentifierKind::Sku {
            let Some(seller) = seller else {
                return Err(Error::new(ErrorKind::Input, "a SKU is a seller's, and the seller's id is not known")
                    .with_hint("Set it with .seller_id(id), or in the credentials."));
            };
            search = search.seller_id(seller);
        }
        let mut answered = search.items();
        let mut items = Vec::new();
        while let Some(item) = answered.try_next().await? {
            items.push(CatalogItem::new(item, self.marketplace));
            if items.len() == MOST_BY_IDENTIFIERS {
                tracing::warn!(%kind, "more items have these identifiers than are read");
                break;
            }
        }
        Ok(items)
    }

    async fn ask_for_restrictions(&self, items: &mut [CatalogItem], seller: String) {
        let mut calls = JoinSet::new();
        let mut waiting = items.iter().enumerate().filter(|(_, item)| !item.is_variation_parent);
        let mut answers = Vec::new();
        loop {
            while calls.len() < AT_A_TIME {
                let Some((index, item)) = waiting.next() else { break };
                let (discovery, seller, asin) = (self.clone(), seller.clone(), item.asin.clone());
                calls.spawn(async move { (index, discovery.ask(&asin, &seller, None).await) });
            }
            match calls.join_next().await {
                None => break,
                Some(Ok(answer)) => answers.push(answer),
                // The runtime is shut down.
                Some(Err(_)) => {}
            }
        }
        for (index, answer) in answers {
            if let Some(item) = items.get_mut(index) {
                item.eligibility = Some(answer);
            }
        }
    }
}
