//! What Amazon finds in a listing after it has accepted the submission: the item of the catalog, and its issues.

use super::change::is_sales_term;
use super::issue::{Issue, SEARCH_SUPPRESSED, Severity};
use super::offer::{instances, text};
use super::{Attributes, OFFERS_ONLY};
use crate::shop::Catalog;
use crate::shop::product_types::{self, Requirements};
use serde_json::{Map, Value};
use spapi_types::Marketplace;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The attribute that names the item that an offer is on.
const SUGGESTED: &str = "merchant_suggested_asin";

/// The attribute of product codes.
pub(crate) const PRODUCT_CODES: &str = "externally_assigned_product_identifier";

/// The endings of pictures.
const PICTURES: [&str; 6] = [".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff"];

/// The text that an attribute's first instance in a marketplace has as its value.
pub(crate) fn value<'a>(attributes: &'a Attributes, name: &str, marketplace: Marketplace) -> Option<&'a str> {
    instances(attributes, name, marketplace).find_map(|instance| text(instance, "value"))
}

/// Whether the listing says what the product is, and not only how it is sold.
fn has_product_facts(product_type: &str, attributes: &Attributes, marketplace: Marketplace) -> bool {
    let is_fact = |name: &&String| !is_sales_term(name) && *name != PRODUCT_CODES;
    product_type != OFFERS_ONLY
        && attributes.keys().filter(is_fact).any(|name| instances(attributes, name, marketplace).next().is_some())
}

/// The item of the catalog that a listing is an offer on, or a new one for a new product. `None` if nothing leads to an item.
pub(crate) fn asin(
    catalog: &Catalog,
    sku: &str,
    product_type: &str,
    attributes: &Attributes,
    marketplace: Marketplace,
) -> Option<String> {
    let of_code = || {
        let mut codes = instances(attributes, PRODUCT_CODES, marketplace).filter_map(|code| text(code, "value"));
        codes.find_map(|code| catalog.by_number(code)).map(|entry| entry.asin.clone())
    };
    value(attributes, SUGGESTED, marketplace)
        .map(str::to_owned)
        .or_else(of_code)
        .or_else(|| has_product_facts(product_type, attributes, marketplace).then(|| new_asin(sku)))
}

/// The ASIN of a new product.
fn new_asin(sku: &str) -> String {
    let mut hasher = DefaultHasher::new();
    sku.hash(&mut hasher);
    let mut number = hasher.finish();
    let mut digits = String::new();
    for _ in 0..6 {
        digits.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
    }
    format!("B0NW{}", digits.to_uppercase())
}

/// The issues of the processed attributes.
pub(crate) fn issues(
    asin: Option<&str>,
    product_type: &str,
    attributes: &Attributes,
    marketplace: Marketplace,
) -> Vec<Issue> {
    let mut found = Vec::new();
    let suggested = value(attributes, SUGGESTED, marketplace);
    match asin {
        None => found.push(
            Issue::new(
                "8560",
                Severity::Error,
                "INVALID_ATTRIBUTE",
                SUGGESTED,
                "The SKU matches no item of the catalog.",
            )
            .and("de", "Die SKU passt zu keinem Artikel des Katalogs.")
            .and("fr", "La SKU ne correspond à aucun article du catalogue.")
            .and("ja", "SKUに一致する商品がカタログにありません。"),
        ),
        Some(asin) if suggested.is_some_and(|suggested| suggested != asin) => found.push(
            Issue::new(
                "4005015",
                Severity::Error,
                "INVALID_ATTRIBUTE",
                SUGGESTED,
                format!("The SKU is already an offer on {asin}."),
            )
            .and("de", format!("Die SKU ist schon ein Angebot zu {asin}."))
            .and("fr", format!("La SKU est déjà une offre sur {asin}."))
            .and("ja", format!("SKUはすでに{asin}の出品です。")),
        ),
        Some(_) => {}
    }
    for (name, image) in images(attributes, marketplace) {
        let path = image.split(['?', '#']).next().unwrap_or_default().to_lowercase();
        if !PICTURES.iter().any(|ending| path.ends_with(ending)) {
            let issue = Issue::new("18027", Severity::Error, "INVALID_IMAGE", name, "The address leads to no picture.")
                .and("de", "Die Adresse führt zu keinem Bild.")
                .and("fr", "L'adresse ne mène à aucune image.")
                .and("ja", "アドレスに画像がありません。");
            let is_main = name.starts_with("main_");
            found.push(if is_main { issue.with_action(SEARCH_SUPPRESSED) } else { issue });
        }
    }
    if has_product_facts(product_type, attributes, marketplace) {
        found.extend(schema_issues(product_type, Requirements::ProductOnly, attributes, marketplace, true));
    }
    found
}

/// What the product type's schema says of attributes in a marketplace. `is_whole` tells whether they are a whole listing.
pub(crate) fn schema_issues(
    product_type: &str,
    requirements: Requirements,
    attributes: &Attributes,
    marketplace: Marketplace,
    is_whole: bool,
) -> Vec<Issue> {
    let Some(product_type) = product_types::find(product_type) else { return Vec::new() };
    let mut here = of_marketplace(attributes, marketplace);
    for (name, value) in &mut here {
        // The store adds a marketplace to each instance, also where the schema has none.
        let has_marketplace = product_type.selectors(name).is_none_or(|known| known.contains(&"marketplace_id"));
        let instances = value.as_array_mut().filter(|_| !has_marketplace).into_iter().flatten();
        instances.filter_map(Value::as_object_mut).for_each(|instance| drop(instance.remove("marketplace_id")));
    }
    let problems = product_type.problems(marketplace, requirements, &here, is_whole);
    let issue = |problem: product_types::Problem| {
        let severity = match problem.severity {
            product_types::Severity::Error => Severity::Error,
            product_types::Severity::Warning => Severity::Warning,
        };
        Issue::new(problem.code, severity, problem.category, &problem.attribute, problem.message)
    };
    problems.into_iter().map(issue).collect()
}

/// The instances that the attributes have in a marketplace.
pub(crate) fn of_marketplace(attributes: &Attributes, marketplace: Marketplace) -> Attributes {
    let here = |name: &String| {
        let found: Vec<Value> = instances(attributes, name, marketplace).cloned().map(Value::Object).collect();
        (!found.is_empty()).then(|| (name.clone(), Value::Array(found)))
    };
    attributes.keys().filter_map(here).collect::<Map<_, _>>()
}

/// The addresses of the pictures, each with its attribute.
pub(crate) fn images(attributes: &Attributes, marketplace: Marketplace) -> impl Iterator<Item = (&str, &str)> {
    let names = attributes.keys().filter(|name| name.ends_with("_image_locator") || name.contains("_image_locator_"));
    names.flat_map(move |name| {
        let found = instances(attributes, name, marketplace);
        found.filter_map(move |instance| Some((name.as_str(), text(instance, "media_location")?)))
    })
}
