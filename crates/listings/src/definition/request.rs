//! The request of a definition.

use super::answer::Wanted;
use super::{Definition, Definitions, Locale, ParentageLevel, Requirements};
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};

/// The longest name of a product type that is sent.
const LONGEST_NAME: usize = 200;

/// The request of a definition. [`Definitions::get`] makes it; await it.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct GetDefinition {
    definitions: Definitions,
    wanted: Wanted,
}

impl GetDefinition {
    pub(super) fn new(definitions: &Definitions, product_type: String, marketplace: Marketplace) -> Self {
        let wanted = Wanted {
            product_type: product_type.trim().to_owned(),
            marketplace: marketplace.id().to_owned(),
            locale: Locale::Default,
            requirements: Requirements::Listing,
            is_enforced: true,
            parentage_level: None,
            version: "LATEST".to_owned(),
            seller_id: None,
        };
        Self { definitions: definitions.clone(), wanted }
    }

    /// Sets the language of labels, such as `ja_JP`. By default it is the marketplace's own language. Set it only to show the
    /// schema: the values that a schema allows may be in its language, and Amazon takes those in the marketplace's language.
    pub fn locale(mut self, locale: impl Into<Locale>) -> Self {
        self.wanted.locale = locale.into();
        self
    }

    /// Sets which listings the schema is for: products with an offer (the default), products alone, or offers on products that
    /// Amazon has.
    pub fn requirements(mut self, requirements: impl Into<Requirements>) -> Self {
        self.wanted.requirements = requirements.into();
        self
    }

    /// Has the schema require nothing, and only limit the values of attributes.
    pub fn not_enforced(mut self) -> Self {
        self.wanted.is_enforced = false;
        self
    }

    /// Sets the place in a family of variations that the schema is for, which makes the schema smaller. By default it is for
    /// all of them.
    pub fn parentage_level(mut self, level: impl Into<ParentageLevel>) -> Self {
        self.wanted.parentage_level = Some(level.into());
        self
    }

    /// Sets the version: `LATEST` (the default), `RELEASE_CANDIDATE`, or one that a definition has named.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.wanted.version = version.into();
        self
    }

    /// Sets the seller whose values the schema has, instead of the one of [`Definitions::seller_id`].
    pub fn seller_id(mut self, id: impl Into<String>) -> Self {
        self.wanted.seller_id = Some(id.into());
        self
    }
}

impl IntoFuture for GetDefinition {
    type Output = Result<Definition, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let name = &self.wanted.product_type;
            if name.is_empty() || name.len() > LONGEST_NAME {
                let message = format!("the name of a product type has 1 to {LONGEST_NAME} bytes, such as LUGGAGE");
                return Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent."));
            }
            self.definitions.find(self.wanted).await
        })
    }
}
