//! Product Type Definitions 2020-09-01: searchDefinitionsProductTypes, getDefinitionsProductType.

use super::Served;
use super::call::Call;
use super::documents::Published;
use super::language::language;
use super::marketplaces;
use super::notifications::Notice;
use crate::http::{ApiError, Query, Reply};
use crate::keep;
use crate::server::Server;
use crate::shop::MARKETS;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::product_types::{self, Edition, Language, Parentage, ProductType, Requirements};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as STANDARD;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

pub(super) static SERVED: Served = Served {
    section: "product-type-definitions",
    module: "v2020_09_01",
    takes_long: false,
    operations: &[
        ("searchDefinitionsProductTypes", search_definitions_product_types),
        ("getDefinitionsProductType", get_definitions_product_type),
    ],
};

/// How long after the sandbox's start the next versions of definitions take the place of the first ones.
const UNTIL_RELEASE: Duration = Duration::from_secs(30 * 24 * 3600);

/// When the next versions of definitions have come.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    state: Mutex<Option<SystemTime>>,
}

impl Releases {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)
    }

    /// Whether the next versions are in use.
    fn is_there(&self, server: &Server) -> bool {
        let came = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        came.is_some() || server.clock.now() >= server.began + UNTIL_RELEASE
    }

    /// Notes that they have come. Returns whether that is new.
    fn come(&self, at: SystemTime) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = state.is_none();
        state.get_or_insert(at);
        is_new
    }
}

/// Sends the notification of the next versions when their time has come.
pub(super) fn settle(server: &Server) {
    if server.releases.is_there(server) {
        release(server, server.began + UNTIL_RELEASE);
    }
}

/// Takes the next versions into use, and lets the sellers know. The second time nothing happens.
pub(crate) fn release(server: &Server, at: SystemTime) {
    if !server.releases.come(at) {
        return;
    }
    let names: Vec<&str> =
        product_types::all().iter().filter(|known| known.has_next_version()).map(|known| known.name).collect();
    for market in &MARKETS {
        let id = market.marketplace.id();
        let payload = |_: &str| {
            json!({
                "AccountId": DEFAULT_SELLER,
                "MarketplaceId": id,
                "ProductTypeVersion": version("", true),
                "NewProductTypes": names,
            })
        };
        let notice = Notice::new("PRODUCT_TYPE_DEFINITIONS_CHANGE", market.region(), at, &payload);
        server.notifications.publish(&notice, &server.faults);
    }
}

/// The names of the version that is in use, and of the next one.
const LATEST: &str = "LATEST";
const CANDIDATE: &str = "RELEASE_CANDIDATE";

fn search_definitions_product_types(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let query = &call.query;
    let marketplaces = marketplaces::with_products(call.region, query)?;
    let Some(own) = marketplaces.first().copied() else { return Err(marketplaces::missing()) };
    let ((shown_in, _), (search, _)) = (language(query, "locale", own)?, language(query, "searchLocale", own)?);
    let found: Vec<&ProductType> = match (query.list("keywords"), query.text("itemName")) {
        (Some(_), Some(_)) => return Err(ApiError::invalid_input("Give keywords or itemName, not both.")),
        (Some(keywords), None) => {
            let keywords: Vec<String> = keywords.into_iter().map(str::to_lowercase).collect();
            let is_found = |known: &&ProductType| keywords.iter().any(|keyword| is_called(known, keyword, search));
            product_types::all().iter().filter(is_found).collect()
        }
        (None, Some(title)) => recommended(title, search),
        (None, None) => product_types::all().iter().collect(),
    };
    let ids: Vec<&str> = marketplaces.iter().map(|marketplace| marketplace.id()).collect();
    let shown = |known: &ProductType| json!({ "name": known.name, "displayName": known.title.of(shown_in), "marketplaceIds": ids });
    let found: Vec<Value> = found.into_iter().map(shown).collect();
    Ok(json!({ "productTypes": found, "productTypeVersion": version("", server.releases.is_there(server)) }).into())
}

/// Whether a word in small letters is part of one of the product type's names.
fn is_called(known: &ProductType, word: &str, language: Language) -> bool {
    let title = known.title.of(language).to_lowercase();
    known.name.to_lowercase().replace('_', " ").contains(&word.replace('_', " "))
        || title.contains(word)
        || known.search_words(language).any(|name| name.contains(word))
}

/// The product types that fit an item with that title, the best one first.
fn recommended(title: &str, language: Language) -> Vec<&'static ProductType> {
    let title = title.to_lowercase();
    // The longest name says the most.
    let score = |known: &ProductType| {
        let names = known.search_words(language).filter(|name| title.contains(name));
        names.map(str::len).max().unwrap_or_default()
    };
    let mut found: Vec<&ProductType> = product_types::all().iter().filter(|known| score(known) > 0).collect();
    found.sort_by_key(|known| Reverse(score(known)));
    found
}

fn get_definitions_product_type(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (query, account) = (&call.query, call.account()?);
    let [marketplace] = marketplaces::with_products(call.region, query)?[..] else {
        return Err(marketplaces::missing());
    };
    let known = product_types::find(call.id());
    let known = known
        .ok_or_else(|| ApiError::not_found(format!("The sandbox does not have the product type {:?}.", call.id())))?;
    let (language, locale) = language(query, "locale", marketplace)?;
    let enforced = choice(query, "requirementsEnforced", &[("ENFORCED", true), ("NOT_ENFORCED", false)])?;
    let requirements = choice(query, "requirements", &Requirements::ALL)?.unwrap_or(Requirements::Listing);
    // From then on, the release candidate is the latest version.
    let is_released = known.has_next_version() && server.releases.is_there(server);
    let edition = Edition {
        marketplace,
        language,
        requirements,
        is_enforced: enforced.unwrap_or(true),
        parentage: choice(query, "parentageLevel", &Parentage::ALL)?,
        has_seller: query.text("sellerId").is_some(),
        is_next: is_next(query, known, is_released)?,
    };
    let link = |document: &Value| {
        // A JSON value always encodes.
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        let Published { url, checksum } = server.documents.publish(account, "application/json", text);
        json!({ "link": { "resource": url, "verb": "GET" }, "checksum": checksum })
    };
    let (name_of_requirements, _) = Requirements::ALL.into_iter().find(|(_, known)| *known == requirements).unzip();
    Ok(json!({
        "metaSchema": link(&product_types::meta_schema()),
        "schema": link(&known.schema(&edition)),
        "requirements": name_of_requirements,
        "requirementsEnforced": if edition.is_enforced { "ENFORCED" } else { "NOT_ENFORCED" },
        "propertyGroups": groups(known, &edition),
        "locale": locale,
        "marketplaceIds": [marketplace.id()],
        "productType": known.name,
        "displayName": known.title.of(language),
        "productTypeVersion": {
            "version": version(known.name, edition.is_next),
            "latest": edition.is_next == is_released,
            "releaseCandidate": edition.is_next && !is_released,
        },
    })
    .into())
}

fn groups(known: &ProductType, edition: &Edition) -> Map<String, Value> {
    let shown = |(group, names): (product_types::Group, Vec<&str>)| {
        let (title, description) = group.texts(edition.language);
        (group.key().to_owned(), json!({ "title": title, "description": description, "propertyNames": names }))
    };
    known.groups(edition).into_iter().map(shown).collect()
}

/// The version of a product type, or of all of them.
fn version(name: &str, is_next: bool) -> String {
    STANDARD.encode(Md5::digest(format!("{name} {}", if is_next { CANDIDATE } else { LATEST })))
}

/// Whether the request is for the next version of the definition, and not for the one from the sandbox's start.
fn is_next(query: &Query, known: &ProductType, is_released: bool) -> Result<bool, ApiError> {
    match query.text("productTypeVersion") {
        None | Some(LATEST) => Ok(is_released),
        // A product type without a release candidate has the latest version instead.
        Some(CANDIDATE) => Ok(known.has_next_version()),
        Some(named) => [false, true]
            .into_iter()
            .find(|is_next| version(known.name, *is_next) == named && (!is_next || known.has_next_version()))
            .ok_or_else(|| {
                ApiError::not_found(format!(
                    "{} has no version {named:?}; productTypeVersion takes {LATEST}, {CANDIDATE} or a version of an answer.",
                    known.name
                ))
            }),
    }
}

fn choice<T: Copy>(query: &Query, name: &str, known: &[(&str, T)]) -> Result<Option<T>, ApiError> {
    match query.choices(name, known)?.as_deref() {
        None => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(_) => Err(ApiError::invalid_input(format!("{name} takes one value."))),
    }
}
