//! Whether the seller may list a product.

use serde::Serialize;
use spapi_core::Marketplace;
use spapi_listings_restrictions::v2021_08_01::types::{self, ReasonReasonCode};

/// Whether a seller may list a product. Later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Permission {
    /// Nothing restricts the seller.
    MayList,
    /// The seller needs Amazon's approval, and may ask for it.
    NeedsApproval,
    /// Amazon restricts the seller, and does not say why or in a way that this version does not know.
    Restricted,
    /// The marketplace does not have the ASIN.
    AsinNotFound,
    /// The seller may not list it, and cannot ask for it.
    NotEligible,
}

/// What restricts a seller from listing a product in a marketplace, as `getListingsRestrictions` answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Eligibility {
    /// The product's ASIN.
    pub asin: String,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The condition that was asked about, such as `new_new`. `None` for all.
    pub condition: Option<String>,
    /// What restricts the seller. Empty if nothing does.
    pub restrictions: Vec<Restriction>,
}

/// What restricts a seller in one condition of the product.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Restriction {
    /// The condition, such as `used_good`. `None` for all.
    pub condition: Option<String>,
    /// Amazon's reasons. May be empty.
    pub reasons: Vec<Reason>,
}

/// One of Amazon's reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// Amazon's code: `APPROVAL_REQUIRED`, `NOT_ELIGIBLE`, `ASIN_NOT_FOUND` or a newer one. May be empty.
    pub code: String,
    /// Amazon's words, in the requested locale.
    pub message: String,
    /// Where to ask for approval.
    pub links: Vec<ApprovalLink>,
}

/// A page of Seller Central on which the seller asks for approval. Open it in a browser: it is not an operation of the API.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApprovalLink {
    /// The address of the page.
    pub url: String,
    /// The title of the page.
    pub title: Option<String>,
}

impl Eligibility {
    pub(super) fn new(
        asin: &str,
        marketplace: Marketplace,
        condition: Option<&str>,
        restrictions: Vec<types::Restriction>,
    ) -> Self {
        let is_here = |restriction: &types::Restriction| {
            restriction.marketplace_id.is_empty() || restriction.marketplace_id == marketplace.id()
        };
        // Amazon's documentation has an empty object in the place of an empty list.
        let says_something = |restriction: &types::Restriction| *restriction != types::Restriction::default();
        let restrictions =
            restrictions.into_iter().filter(|restriction| is_here(restriction) && says_something(restriction));
        Self {
            asin: asin.to_owned(),
            marketplace_id: marketplace.id().to_owned(),
            condition: condition.map(str::to_owned),
            restrictions: restrictions.map(Restriction::new).collect(),
        }
    }

    /// Whether the seller may list it in the condition that was asked about; without one, in every condition: the worst of
    /// them counts.
    pub fn permission(&self) -> Permission {
        let permissions = self.restrictions.iter().map(Restriction::permission);
        permissions.max().unwrap_or(Permission::MayList)
    }

    /// The same for one condition, such as `new_new`.
    pub fn permission_in(&self, condition: &str) -> Permission {
        let concerns = |restriction: &&Restriction| {
            restriction.condition.as_ref().is_none_or(|restricted| restricted == condition)
        };
        let permissions = self.restrictions.iter().filter(concerns).map(Restriction::permission);
        permissions.max().unwrap_or(Permission::MayList)
    }

    /// The pages on which the seller asks for approval, each once.
    pub fn approval_links(&self) -> Vec<&ApprovalLink> {
        let mut links = Vec::new();
        for link in self.restrictions.iter().flat_map(|one| &one.reasons).flat_map(|reason| &reason.links) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }
}

impl Restriction {
    fn new(restriction: types::Restriction) -> Self {
        let condition = restriction.condition_type.map(|condition| condition.as_str().to_owned());
        Self {
            condition: condition.filter(|condition| !condition.is_empty()),
            reasons: restriction.reasons.into_iter().map(Reason::new).collect(),
        }
    }

    /// Whether the seller may list the product in this condition. Of several reasons the worst counts.
    pub fn permission(&self) -> Permission {
        let of = |reason: &Reason| match ReasonReasonCode::from(reason.code.as_str()) {
            ReasonReasonCode::ApprovalRequired => Permission::NeedsApproval,
            ReasonReasonCode::AsinNotFound => Permission::AsinNotFound,
            ReasonReasonCode::NotEligible => Permission::NotEligible,
            _ => Permission::Restricted,
        };
        self.reasons.iter().map(of).max().unwrap_or(Permission::Restricted)
    }
}

impl Reason {
    fn new(reason: types::Reason) -> Self {
        let links = reason.links.into_iter().filter(|link| !link.resource.is_empty());
        Self {
            code: reason.reason_code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
            message: reason.message,
            links: links.map(|link| ApprovalLink { url: link.resource, title: link.title }).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn eligibility(restrictions: Value) -> Eligibility {
        let restrictions = serde_json::from_value(restrictions).unwrap();
        Eligibility::new("B0ABCDEFGH", Marketplace::JP, None, restrictions)
    }

    fn restriction(condition: Option<&str>, codes: &[&str]) -> Value {
        let reasons: Vec<_> = codes.iter().map(|code| json!({ "message": "m", "reasonCode": code })).collect();
        json!({ "marketplaceId": Marketplace::JP.id(), "conditionType": condition, "reasons": reasons })
    }

    #[test]
    fn no_restriction_or_an_empty_one_lets_the_seller_list() {
        for restrictions in [json!([]), json!([{}]), json!([{ "marketplaceId": "ATVPDKIKX0DER", "reasons": [] }])] {
            assert_eq!(eligibility(restrictions.clone()).permission(), Permission::MayList, "{restrictions}");
        }
    }

    #[test]
    fn the_worst_reason_counts() {
        for (codes, permission) in [
            (&["APPROVAL_REQUIRED"][..], Permission::NeedsApproval),
            (&["NOT_ELIGIBLE", "APPROVAL_REQUIRED"], Permission::NotEligible),
            (&["ASIN_NOT_FOUND"], Permission::AsinNotFound),
            (&["SOMETHING_NEW"], Permission::Restricted),
            (&[], Permission::Restricted),
        ] {
            assert_eq!(eligibility(json!([restriction(None, codes)])).permission(), permission, "{codes:?}");
        }
    }

    #[test]
    fn a_condition_has_its_own_permission() {
        let found = eligibility(json!([
            restriction(Some("collectible_good"), &["NOT_ELIGIBLE"]),
            restriction(Some("used_good"), &["APPROVAL_REQUIRED"]),
        ]));
        assert_eq!(found.permission(), Permission::NotEligible);
        assert_eq!(found.permission_in("new_new"), Permission::MayList);
        assert_eq!(found.permission_in("used_good"), Permission::NeedsApproval);
        let all = eligibility(json!([restriction(None, &["APPROVAL_REQUIRED"])]));
        assert_eq!(all.permission_in("new_new"), Permission::NeedsApproval);
    }

    #[test]
    fn a_link_is_named_once_and_an_empty_one_not() {
        let link = json!({ "resource": "https://sellercentral.amazon.co.jp/x", "verb": "GET", "title": "Ask" });
        let reason = json!({ "message": "m", "reasonCode": "APPROVAL_REQUIRED", "links": [link, { "resource": "" }] });
        let one = json!({ "marketplaceId": Marketplace::JP.id(), "reasons": [reason] });
        let found = eligibility(json!([one, one]));
        let links = found.approval_links();
        assert_eq!(links.len(), 1);
        assert_eq!(
            (links[0].url.as_str(), links[0].title.as_deref()),
            ("https://sellercentral.amazon.co.jp/x", Some("Ask"))
        );
    }
}
