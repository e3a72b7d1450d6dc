//! Catalog Items 2022-04-01: searchCatalogItems, getCatalogItem.

mod item;

use super::Served;
use super::call::Call;
use super::language::language;
use super::marketplaces;
use crate::http::{ApiError, Query, Reply};
use crate::server::Server;
use crate::shop::Entry;
use crate::shop::product_types::Language;
use item::{PARTS, Part, Shown};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_types::Marketplace;
use std::cmp::Reverse;
use std::collections::BTreeMap;

pub(super) static SERVED: Served = Served {
    section: "catalog-items",
    module: "v2022_04_01",
    takes_long: false,
    operations: &[("searchCatalogItems", search_catalog_items), ("getCatalogItem", get_catalog_item)],
};

/// The purpose that page tokens are sealed for.
const OPERATION: &str = "catalog/2022-04-01/searchCatalogItems";

/// The most identifiers or keywords of a search.
const MOST: usize = 20;

/// How many products a page has, and how many it can have.
const USUAL_PAGE: usize = 10;
const LARGEST_PAGE: usize = 20;

/// The most brands and classifications among the refinements.
const REFINEMENTS: usize = 10;

/// The types of identifiers.
const IDENTIFIERS: [&str; 8] = ["ASIN", "EAN", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC"];

/// The content of a page token: the search, and how many products are before the page.
#[derive(Serialize, Deserialize)]
struct Page {
    query: Query,
    from: usize,
}

fn search_catalog_items(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Page { query, from } = match call.query.text("pageToken") {
        None => Page { query: call.query.clone(), from: 0 },
        Some(token) => server
            .pages
            .open(OPERATION, token)
            .and_then(|content| serde_json::from_str(&content).ok())
            .ok_or_else(|| ApiError::invalid_input("pageToken is not a token of an earlier answer."))?,
    };
    let [marketplace] = marketplaces::with_products(call.region, &query)?[..] else {
        return Err(marketplaces::missing());
    };
    let (language, _) = language(&query, "locale", marketplace)?;
    let parts = parts(&query)?;
    let size = query.number("pageSize", 1..=LARGEST_PAGE)?.unwrap_or(USUAL_PAGE);
    let found = Found::of(server, &query, marketplace)?;
    let shown = Shown { marketplaces: &[marketplace], language };
    let page = found.entries.iter().skip(from).take(size);
    let items: Vec<Value> = page.map(|entry| shown.item(entry, &parts)).collect();
    let token = |from: usize| {
        // A query and a number always encode to JSON.
        let content = serde_json::to_string(&Page { query: query.clone(), from }).unwrap_or_default();
        Value::from(server.pages.close(OPERATION, &content))
    };
    let mut answer = json!({ "numberOfResults": found.entries.len(), "items": items });
    let next = from.saturating_add(size);
    if next < found.entries.len() {
        answer["pagination"]["nextToken"] = token(next);
    }
    if from > 0 {
        answer["pagination"]["previousToken"] = token(from.saturating_sub(size));
    }
    if found.is_by_keywords {
        answer["refinements"] = found.refinements(language);
    }
    Ok(answer.into())
}

fn get_catalog_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let marketplaces = marketplaces::with_products(call.region, &call.query)?;
    let Some(first) = marketplaces.first().copied() else { return Err(marketplaces::missing()) };
    let (language, _) = language(&call.query, "locale", first)?;
    let parts = parts(&call.query)?;
    let entry = server.catalog.find(call.id());
    let asked: Vec<Marketplace> =
        marketplaces.into_iter().filter(|marketplace| entry.is_some_and(|entry| entry.is_in(*marketplace))).collect();
    match entry.filter(|_| !asked.is_empty()) {
        Some(entry) => Ok(Shown { marketplaces: &asked, language }.item(entry, &parts).into()),
        None => Err(ApiError::not_found(format!("The marketplaces have no product {:?}.", call.id()))),
    }
}

fn parts(query: &Query) -> Result<Vec<Part>, ApiError> {
    Ok(query.choices("includedData", &PARTS)?.unwrap_or_else(|| vec![Part::Summaries]))
}

/// What a search finds.
struct Found<'a> {
    entries: Vec<&'a Entry>,
    is_by_keywords: bool,
}

impl<'a> Found<'a> {
    fn of(server: &'a Server, query: &Query, marketplace: Marketplace) -> Result<Self, ApiError> {
        let list = |name: &str| match query.list(name) {
            Some(values) if values.len() > MOST => {
                Err(ApiError::invalid_input(format!("{name} takes at most {MOST} values, not {}.", values.len())))
            }
            values => Ok(values.filter(|values| !values.is_empty())),
        };
        match (list("identifiers")?, list("keywords")?) {
            (Some(_), Some(_)) => Err(ApiError::invalid_input("Give identifiers or keywords, not both.")),
            (None, None) => Err(ApiError::invalid_input("Give identifiers or keywords.")),
            (Some(identifiers), None) => Self::by_identifiers(server, query, marketplace, &identifiers),
            (None, Some(keywords)) => Self::by_keywords(server, query, marketplace, &keywords),
        }
    }

    fn by_identifiers(
        server: &'a Server,
        query: &Query,
        marketplace: Marketplace,
        identifiers: &[&str],
    ) -> Result<Self, ApiError> {
        let only_with_keywords = ["brandNames", "classificationIds", "keywordsLocale"];
        if let Some(name) = only_with_keywords.into_iter().find(|name| query.text(name).is_some()) {
            return Err(ApiError::invalid_input(format!("{name} is for searches by keywords, not by identifiers.")));
        }
        let kind = query.text("identifiersType").ok_or_else(|| {
            ApiError::invalid_input(format!(
                "identifiersType is required with identifiers: {}.",
                IDENTIFIERS.join(", ")
            ))
        })?;
        if !IDENTIFIERS.contains(&kind) {
            let message = format!("identifiersType has no value {kind:?}; it takes {}.", IDENTIFIERS.join(", "));
            return Err(ApiError::invalid_input(message));
        }
        if kind == "SKU" && query.text("sellerId").is_none() {
            return Err(ApiError::invalid_input("sellerId is required for identifiers of the type SKU."));
        }
        let has = |entry: &Entry, identifier: &str| match kind {
            "ASIN" => entry.asin == identifier,
            "SKU" => entry.sku() == Some(identifier),
            kind => entry.has_number(marketplace, kind, identifier),
        };
        // In the order of the identifiers, each product once.
        let mut entries: Vec<&Entry> = Vec::new();
        for identifier in identifiers {
            let new = server.catalog.of(marketplace).filter(|entry| has(entry, identifier));
            for entry in new {
                if !entries.iter().any(|known| known.asin == entry.asin) {
                    entries.push(entry);
                }
            }
        }
        Ok(Self { entries, is_by_keywords: false })
    }

    fn by_keywords(
        server: &'a Server,
        query: &Query,
        marketplace: Marketplace,
        keywords: &[&str],
    ) -> Result<Self, ApiError> {
        let (language, _) = language(query, "keywordsLocale", marketplace)?;
        let keywords = keywords.join(" ").to_lowercase();
        let words: Vec<&str> = keywords.split_whitespace().collect();
        let (brands, classifications) = (query.list("brandNames"), query.list("classificationIds"));
        let is_found = |entry: &&Entry| {
            let is_of = |wanted: &Option<Vec<&str>>, value: &str| {
                wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(value)))
            };
            is_of(&brands, entry.brand)
                && is_of(&classifications, &entry.product_type.node.to_string())
                && has_words(entry, &words, language)
        };
        Ok(Self { entries: server.catalog.of(marketplace).filter(is_found).collect(), is_by_keywords: true })
    }

    /// The brands and the classifications of what was found, the most frequent first.
    fn refinements(&self, language: Language) -> Value {
        let (mut brands, mut classes) = (BTreeMap::new(), BTreeMap::new());
        for entry in &self.entries {
            *brands.entry(entry.brand).or_insert(0_usize) += 1;
            classes.entry(entry.product_type.node).or_insert((entry.product_type, 0_usize)).1 += 1;
        }
        let mut brands: Vec<_> = brands.into_iter().collect();
        brands.sort_by_key(|(_, count)| Reverse(*count));
        let mut classes: Vec<_> = classes.into_values().collect();
        classes.sort_by_key(|(_, count)| Reverse(*count));
        let brands = brands.iter().take(REFINEMENTS);
        let classes = classes.iter().take(REFINEMENTS);
        json!({
            "brands": brands
                .map(|(brand, count)| json!({ "brandName": brand, "numberOfResults": count }))
                .collect::<Vec<_>>(),
            "classifications": classes
                .map(|(kind, count)| json!({
                    "classificationId": kind.node.to_string(),
                    "displayName": kind.title.of(language),
                    "numberOfResults": count,
                }))
                .collect::<Vec<_>>(),
        })
    }
}

/// Whether each word is in the title. Japanese has no spaces, so a part of a word counts.
fn has_words(entry: &Entry, words: &[&str], language: Language) -> bool {
    let title = entry.title(language).to_lowercase();
    words.iter().all(|word| title.contains(word))
}
