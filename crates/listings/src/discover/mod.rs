//! The first step to a listing: whether Amazon has the product, whether the seller may list it, and which product type a new
//! one has.

mod catalog;
mod identifier;
mod restrictions;

pub use catalog::{CatalogItem, Found, NewOffer, Next, Query};
pub use identifier::Identifier;
pub(crate) use identifier::checked;
pub use restrictions::{ApprovalLink, Eligibility, Permission, Reason, Restriction};
#[doc(inline)]
pub use spapi_catalog_items::v2022_04_01::types::SearchCatalogItemsIdentifiersType as IdentifierKind;
#[doc(inline)]
pub use spapi_listings_restrictions::v2021_08_01::types::GetListingsRestrictionsConditionType as Condition;
#[doc(inline)]
pub use spapi_product_type_definitions::v2020_09_01::types::ProductType;

use spapi_core::{Client, Error, ErrorKind, Marketplace};
use spapi_listings_restrictions::v2021_08_01::ListingsRestrictions;
use spapi_product_type_definitions::v2020_09_01::ProductTypeDefinitions;
use spapi_product_type_definitions::v2020_09_01::operations::SearchDefinitionsProductTypes;

/// How many items a search by words returns, unless [`Discovery::limit`] says otherwise.
const USUAL_LIMIT: usize = 10;

/// Finds out how a product gets into a marketplace: by an offer on an item that Amazon has, or as a new item.
///
/// ```no_run
/// # async fn f(client: spapi_core::Client) -> Result<(), spapi_core::Error> {
/// use spapi_core::Marketplace;
/// use spapi_listings::discover::{Discovery, Next, Query};
///
/// let discovery = Discovery::new(&client, Marketplace::JP).title("A suitcase with four wheels");
/// let found = discovery.find(Query::of("4901234567894")?).await?;
/// match found.next() {
///     Next::Offer(items) => {
///         for item in items {
///             println!("{} {:?}: {:?}", item.asin, item.title, item.permission());
///         }
///     }
///     Next::Create(types) => {
///         for product_type in types {
///             println!("{} ({})", product_type.name, product_type.display_name);
///         }
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Discovery {
    client: Client,
    marketplace: Marketplace,
    seller_id: Option<String>,
    condition: Option<Condition>,
    locale: Option<String>,
    title: Option<String>,
    limit: usize,
    asks_for_restrictions: bool,
}

impl Discovery {
    /// Searches in a marketplace, for the seller of a client.
    pub fn new(client: &Client, marketplace: Marketplace) -> Self {
        Self {
            client: client.clone(),
            marketplace,
            seller_id: None,
            condition: None,
            locale: None,
            title: None,
            limit: USUAL_LIMIT,
            asks_for_restrictions: true,
        }
    }

    /// Sets the seller's id. By default it is the one in the client's credentials, if they have one. Without one, restrictions
    /// cannot be asked about, and SKUs cannot be searched for.
    pub fn seller_id(mut self, id: impl Into<String>) -> Self {
        self.seller_id = Some(id.into());
        self
    }

    /// Sets the condition in which the product is to be listed. By default restrictions of every condition are asked about.
    pub fn condition(mut self, condition: impl Into<Condition>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Sets the language of titles, names of product types and reasons, such as `ja_JP`. By default the marketplace's own.
    pub fn locale(mut self, locale: impl Into<String>) -> Self {
        self.locale = Some(locale.into());
        self
    }

    /// Sets the title of the product, by which product types are searched for if Amazon does not have it. By default the words
    /// of the search serve for that.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Sets how many items a search by words returns at most. By default 10.
    pub fn limit(mut self, items: usize) -> Self {
        self.limit = items.max(1);
        self
    }

    /// Does not ask whether the seller may list the items that were found, which is a call for each.
    pub fn without_restrictions(mut self) -> Self {
        self.asks_for_restrictions = false;
        self
    }

    /// Asks whether the seller may list the product with this ASIN. `product_type` is the one under which it is to be listed,
    /// if that matters: it decides whether the seller needs no GTIN.
    ///
    /// # Errors
    /// When the ASIN does not have the form of one, the seller's id is not known, or Amazon refuses.
    pub async fn restrictions(&self, asin: &str, product_type: Option<&str>) -> Result<Eligibility, Error> {
        let asin = Identifier::new(IdentifierKind::Asin, asin)?;
        let Some(seller_id) = self.seller().await? else {
            return Err(Error::new(ErrorKind::Input, "restrictions are a seller's, and the seller's id is not known")
                .with_hint("Set it with .seller_id(id), or in the credentials. Nothing was sent."));
        };
        self.ask(asin.value(), &seller_id, product_type).await
    }

    async fn ask(&self, asin: &str, seller_id: &str, product_type: Option<&str>) -> Result<Eligibility, Error> {
        let mut call = ListingsRestrictions::new(&self.client)
            .get_listings_restrictions()
            .asin(asin)
            .seller_id(seller_id)
            .marketplace_ids([self.marketplace]);
        if let Some(condition) = &self.condition {
            call = call.condition_type(condition.clone());
        }
        if let Some(locale) = &self.locale {
            call = call.reason_locale(locale);
        }
        if let Some(product_type) = product_type {
            call = call.product_type(product_type);
        }
        let restrictions = call.send().await?.into_inner().restrictions;
        Ok(Eligibility::new(asin, self.marketplace, self.condition.as_ref().map(Condition::as_str), restrictions))
    }

    /// Searches for product types: those that Amazon recommends for a product with this title, or else those whose names have
    /// its words.
    ///
    /// # Errors
    /// When the title is empty, or Amazon refuses.
    pub async fn product_types(&self, title: &str) -> Result<Vec<ProductType>, Error> {
        let title = title.trim();
        if title.is_empty() {
            return Err(Error::new(
                ErrorKind::Input,
                "product types are searched for by a title or words, and it is empty",
            )
            .with_hint("Nothing was sent."));
        }
        let call = || -> SearchDefinitionsProductTypes {
            let call = ProductTypeDefinitions::new(&self.client).search_definitions_product_types();
            let call = call.marketplace_ids([self.marketplace]);
            self.locale.iter().fold(call, SearchDefinitionsProductTypes::locale)
        };
        let found = call().item_name(title).send().await?.into_inner().product_types;
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(call().keywords(catalog::words(title)).send().await?.into_inner().product_types)
    }

    async fn seller(&self) -> Result<Option<String>, Error> {
        match &self.seller_id {
            Some(id) => Ok(Some(id.clone())),
            None => self.client.seller_id().await,
        }
    }
}
