//! The tools for listings: the local check, and Amazon's preview. Neither changes anything.

use super::answer::Answer;
use super::service::Service;
use crate::connection::Needs;
use crate::exit::Failure;
use crate::product_type::in_capitals;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spapi_listings::{Listings, read_patches};

/// The most findings of an answer: errors, and as many warnings.
const MOST: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Validate {
    /// The product type, such as LUGGAGE.
    product_type: String,
    /// The marketplace: a country code such as JP, or an id.
    marketplace: Option<String>,
    /// The attributes of the listing: an object with an array of instances for each attribute.
    attributes: Option<Map<String, Value>>,
    /// Patches instead of attributes: an array of objects with op, path and value.
    patches: Option<Vec<Value>>,
    /// The attributes that the listing has, to judge patches or attributes that change it.
    current: Option<Map<String, Value>>,
    /// Which part of a listing the attributes are: LISTING, LISTING_PRODUCT_ONLY or LISTING_OFFER_ONLY.
    requirements: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Preview {
    /// The SKU of the listing, which may be new.
    sku: String,
    /// The marketplace: a country code such as JP, or an id.
    marketplace: Option<String>,
    /// The product type, such as LUGGAGE; for patches the listing's own by default.
    product_type: Option<String>,
    /// The attributes of the listing: an object with an array of instances for each attribute.
    attributes: Option<Map<String, Value>>,
    /// Patches instead of attributes: an array of objects with op, path and value.
    patches: Option<Vec<Value>>,
    /// Which part of a listing the attributes are: LISTING, LISTING_PRODUCT_ONLY or LISTING_OFFER_ONLY.
    requirements: Option<String>,
}

/// What is said of a listing.
enum Says {
    Attributes(Map<String, Value>),
    Patches(Vec<Value>),
}

fn says(attributes: Option<Map<String, Value>>, patches: Option<Vec<Value>>) -> Result<Says, Failure> {
    match (attributes, patches) {
        (Some(attributes), None) => Ok(Says::Attributes(attributes)),
        (None, Some(patches)) => Ok(Says::Patches(patches)),
        (Some(_), Some(_)) => {
            Err(Failure::usage("attributes and patches are both given").with_next("give one of them"))
        }
        (None, None) => Err(Failure::usage("neither attributes nor patches are given").with_next("give one of them")),
    }
}

/// Checks a listing by the schema of its product type.
pub async fn validate(service: &Service, validate: Validate) -> Result<Answer, Failure> {
    let Validate { product_type, marketplace, attributes, patches, current, requirements } = validate;
    let says = says(attributes, patches)?;
    let marketplace = service.reach.marketplace(marketplace.as_deref())?;
    let client = service.reach.client(marketplace.region(), Needs::Seller).await?;
    let request = client.definitions.get(in_capitals(&product_type), marketplace);
    let request = requirements.iter().fold(request, |request, part| request.requirements(part.as_str()));
    let definition = request.await.map_err(|error| client.connected.failure(error))?;
    let validator = definition.validator()?.for_marketplace(marketplace).keep(MOST);
    let findings = match (says, &current) {
        (Says::Attributes(attributes), None) => validator.create(&Value::Object(attributes)),
        (Says::Attributes(attributes), Some(_)) => validator.update(&Value::Object(attributes), current.as_ref()),
        (Says::Patches(patches), current) => {
            validator.patches(&read_patches(&Value::Array(patches))?, current.as_ref())
        }
    };
    let data = json!({
        "product_type": definition.product_type,
        "version": definition.version,
        "valid": findings.is_valid(),
        "findings": findings.iter().collect::<Vec<_>>(),
        "omitted": findings.omitted(),
    });
    Ok(Answer { list: Some("findings"), ..Answer::foreign(data) })
}

/// Asks Amazon what it would say.
pub async fn preview(service: &Service, preview: Preview) -> Result<Answer, Failure> {
    let Preview { sku, marketplace, product_type, attributes, patches, requirements } = preview;
    let says = says(attributes, patches)?;
    let marketplace = service.reach.marketplace(marketplace.as_deref())?;
    let client = service.reach.client(marketplace.region(), Needs::Seller).await?;
    let seller = service.reach.seller_id(&client).await?.ok_or_else(|| {
        Failure::usage("Amazon's id of the seller is not known")
            .with_next("ask the person who runs this server to start it with --seller ID")
    })?;
    let listings = Listings::new(&client.connected.client, seller);
    let product_type = product_type.as_deref().map(in_capitals);
    let outcome = match says {
        Says::Attributes(attributes) => {
            let product_type = product_type.ok_or_else(|| {
                Failure::usage("the product type is missing").with_next("give it as product_type, such as LUGGAGE")
            })?;
            let put = listings.put(sku, marketplace, product_type, Value::Object(attributes));
            requirements.into_iter().fold(put, spapi_listings::Put::requirements).preview().await
        }
        Says::Patches(patches) => {
            let patch = listings.patch(sku, marketplace, read_patches(&Value::Array(patches))?);
            product_type.into_iter().fold(patch, spapi_listings::Patch::product_type).preview().await
        }
    };
    let outcome = outcome.map_err(|error| client.connected.failure(error))?;
    let note = "nothing was changed".to_owned();
    Ok(Answer { list: Some("issues"), ..Answer::foreign(json!(outcome)) }.with_notes([note]))
}
