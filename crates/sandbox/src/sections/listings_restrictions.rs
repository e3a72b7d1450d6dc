//! Listings Restrictions 2021-08-01: getListingsRestrictions. The ASIN decides the answer.

use super::Served;
use super::call::Call;
use super::language::language;
use super::marketplaces;
use crate::http::{ApiError, Query, Reply};
use crate::server::Server;
use crate::shop::product_types::{self, Words, words};
use serde_json::{Value, json};
use spapi_types::Marketplace;

pub(super) static SERVED: Served = Served {
    section: "listings-restrictions",
    module: "v2021_08_01",
    takes_long: false,
    operations: &[("getListingsRestrictions", get_listings_restrictions)],
};

/// The conditions of units.
const CONDITIONS: [&str; 13] = [
    "new_new",
    "new_open_box",
    "new_oem",
    "refurbished_refurbished",
    "used_like_new",
    "used_very_good",
    "used_good",
    "used_acceptable",
    "collectible_like_new",
    "collectible_very_good",
    "collectible_good",
    "collectible_acceptable",
    "club_club",
];

/// The product that has an odd answer, which Amazon's own documentation shows: a restriction without a marketplace.
const ODD: &str = "B0SBODD000";

/// What keeps a seller from listing a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Barrier {
    Approval,
    /// An approval, for units that are not new.
    ApprovalOfUsed,
    Ineligible,
    Unknown,
}

fn get_listings_restrictions(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let query = &call.query;
    let asin = required(query, "asin")?;
    required(query, "sellerId")?;
    if asin.len() != 10 || !asin.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Err(ApiError::invalid_input(format!("asin must have ten letters and digits, not {asin:?}.")));
    }
    if let Some(name) = query.text("productType").filter(|name| product_types::find(name).is_none()) {
        return Err(ApiError::invalid_input(format!(
            "productType: the sandbox does not have the product type {name:?}."
        )));
    }
    let condition = query.choices("conditionType", &CONDITIONS.map(|condition| (condition, condition)))?;
    let marketplaces = marketplaces::with_products(call.region, query)?;
    if asin == ODD {
        return Ok(json!({ "restrictions": [{}] }).into());
    }
    let mut restrictions = Vec::new();
    for marketplace in marketplaces {
        let (language, _) = language(query, "reasonLocale", marketplace)?;
        let Some(barrier) = barrier(server, asin, marketplace) else { continue };
        let reason = barrier.reason(marketplace, asin, language);
        let conditions = CONDITIONS
            .into_iter()
            .filter(|known| barrier.is_for(known) && condition.as_ref().is_none_or(|wanted| wanted.contains(known)));
        match barrier {
            // What holds for all conditions names none.
            Barrier::Ineligible | Barrier::Unknown if condition.is_none() => {
                restrictions.push(json!({ "marketplaceId": marketplace.id(), "reasons": [reason] }));
            }
            _ => restrictions.extend(conditions.map(|condition| {
                json!({ "marketplaceId": marketplace.id(), "conditionType": condition, "reasons": [reason] })
            })),
        }
    }
    Ok(json!({ "restrictions": restrictions }).into())
}

fn required<'a>(query: &'a Query, name: &str) -> Result<&'a str, ApiError> {
    query.text(name).ok_or_else(|| ApiError::invalid_input(format!("{name} is required.")))
}

/// What keeps the seller from listing the product. Its last digit decides, so that a test can choose; the shop may list what
/// it sells.
fn barrier(server: &Server, asin: &str, marketplace: Marketplace) -> Option<Barrier> {
    let entry = server.catalog.find(asin).filter(|entry| entry.is_in(marketplace));
    match (entry, asin.bytes().last()) {
        (None, _) => Some(Barrier::Unknown),
        (Some(entry), _) if entry.sku().is_some() => None,
        (_, Some(b'3')) => Some(Barrier::Approval),
        (_, Some(b'5')) => Some(Barrier::ApprovalOfUsed),
        (_, Some(b'7')) => Some(Barrier::Ineligible),
        _ => None,
    }
}

impl Barrier {
    fn is_for(self, condition: &str) -> bool {
        self != Self::ApprovalOfUsed || !condition.starts_with("new_")
    }

    fn reason(self, marketplace: Marketplace, asin: &str, language: product_types::Language) -> Value {
        let mut reason = json!({ "message": self.message().of(language), "reasonCode": self.code() });
        if matches!(self, Self::Approval | Self::ApprovalOfUsed) {
            let title =
                words("Ask for approval", "Zulassung beantragen", "Demander l'autorisation", "出品許可を申請する");
            let host = marketplace.seller_central_host();
            reason["links"] = json!([{
                "resource": format!("https://{host}/hz/approvalrequest?asin={asin}"),
                "verb": "GET",
                "title": title.of(language),
                "type": "text/html",
            }]);
        }
        reason
    }

    fn code(self) -> &'static str {
        match self {
            Self::Approval | Self::ApprovalOfUsed => "APPROVAL_REQUIRED",
            Self::Ineligible => "NOT_ELIGIBLE",
            Self::Unknown => "ASIN_NOT_FOUND",
        }
    }

    fn message(self) -> Words {
        match self {
            Self::Approval => words(
                "This product needs an approval.",
                "Dieses Produkt braucht eine Zulassung.",
                "Ce produit demande une autorisation.",
                "この商品の出品には許可が必要です。",
            ),
            Self::ApprovalOfUsed => words(
                "In this condition, the product needs an approval.",
                "In diesem Zustand braucht das Produkt eine Zulassung.",
                "Dans cet état, le produit demande une autorisation.",
                "このコンディションでの出品には許可が必要です。",
            ),
            Self::Ineligible => words(
                "The seller cannot list this product.",
                "Der Verkäufer kann dieses Produkt nicht anbieten.",
                "Le vendeur ne peut pas proposer ce produit.",
                "出品者はこの商品を出品できません。",
            ),
            Self::Unknown => words(
                "The marketplace does not have this product.",
                "Der Marktplatz hat dieses Produkt nicht.",
                "La place de marché n'a pas ce produit.",
                "このマーケットプレイスに該当する商品はありません。",
            ),
        }
    }
}
