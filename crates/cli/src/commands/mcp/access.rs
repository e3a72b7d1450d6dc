//! Which operations a model may call.

use crate::catalog;
use crate::exit::Failure;
use spapi_core::Operation;
use spapi_core::operation::{OperationName, Repeat};
use spapi_metadata::Published;

/// Operations whose answers are secrets. The client calls them itself where it needs them.
const SECRETS: [(&str, &str); 1] = [("tokens", "createRestrictedDataToken")];

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Writes,
    /// Its answer is a secret.
    GivesSecret,
}

impl Effect {
    /// The effect of an operation. The table of operations knows which of them only read.
    pub fn of(operation: &Operation) -> Self {
        match operation.repeat {
            _ if SECRETS.contains(&(&operation.section, &operation.id)) => Self::GivesSecret,
            Repeat::Safe => Self::Reads,
            _ => Self::Writes,
        }
    }
}

/// The writes that the user allows.
#[derive(Debug, Default)]
pub struct Allowed(Vec<&'static Operation>);

impl Allowed {
    /// The operations of these names, of which each writes.
    ///
    /// # Errors
    /// When there is no such operation, or it may not be called at all.
    pub fn of(names: &[OperationName]) -> Result<Self, Failure> {
        let operation = |name: &OperationName| {
            let found = catalog::operation(name.api(), name.id())?;
            match Effect::of(found.entry.operation) {
                Effect::Writes => Ok(found.entry.operation),
                Effect::Reads => Err(Failure::usage(format!("--allow: {found} only reads"))
                    .with_next("leave it out: operations that only read need no permission")),
                Effect::GivesSecret => Err(Failure::usage(format!("--allow: the answer of {found} is a secret"))
                    .with_next("leave it out: the program requests such tokens itself")),
            }
        };
        names.iter().map(operation).collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a model may call an operation that writes.
    pub fn has(&self, found: Published) -> bool {
        self.0.iter().any(|allowed| std::ptr::eq(*allowed, found.entry.operation))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }

    /// What a model may do with an operation, in a word.
    pub fn word(&self, found: Published) -> &'static str {
        match Effect::of(found.entry.operation) {
            Effect::Reads => "reads",
            Effect::Writes if self.has(found) => "writes, allowed",
            Effect::Writes => "writes, not allowed",
            Effect::GivesSecret => "not allowed",
        }
    }

    /// Refuses an operation that writes and that the user does not allow.
    pub fn check(&self, found: Published) -> Result<(), Failure> {
        match Effect::of(found.entry.operation) {
            Effect::Writes if self.has(found) => Ok(()),
            Effect::Writes => Err(Failure::usage(format!("{found} writes, and this server does not allow it"))
                .with_next(format!(
                    "ask the person who runs this server to start it with --allow '{found}', if that is wanted"
                ))),
            Effect::Reads => Err(Failure::usage(format!("{found} only reads"))
                .with_next("call it with call_operation, which needs no confirmation")),
            Effect::GivesSecret => Err(secret(found)),
        }
    }
}

/// The refusal of an operation whose answer is a secret.
pub fn secret(found: Published) -> Failure {
    Failure::usage(format!("{found} is not for models: its answer is a secret"))
        .with_next("go on without it: this server requests such tokens itself where they are needed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_core::Method;

    /// Operations that only read although their method is another than GET. A person has looked at each.
    const READING: [&str; 27] = [
        "aplus-content@2020-11-01 validateContentDocumentAsinRelations",
        "awd@2024-05-09 checkInboundEligibility",
        "easy-ship@2022-03-23 listHandoverSlots",
        "fulfillment-outbound@2020-07-01 getFulfillmentPreview",
        "fulfillment-outbound@2020-07-01 deliveryOffers",
        "fulfillment-outbound@2026-07-04 getOrderPreview",
        "fulfillment-outbound@2026-07-04 getOffers",
        "merchant-fulfillment@v0 getEligibleShipmentServices",
        "merchant-fulfillment@v0 getAdditionalSellerInputs",
        "product-fees@v0 getMyFeesEstimateForSKU",
        "product-fees@v0 getMyFeesEstimateForASIN",
        "product-fees@v0 getMyFeesEstimates",
        "product-pricing@v0 getItemOffersBatch",
        "product-pricing@v0 getListingOffersBatch",
        "product-pricing@2022-05-01 getFeaturedOfferExpectedPriceBatch",
        "product-pricing@2022-05-01 getCompetitiveSummary",
        "replenishment@2022-11-07 getSellingPartnerMetrics",
        "replenishment@2022-11-07 listOfferMetrics",
        "replenishment@2022-11-07 listOffers",
        "services@v1 getRangeSlotCapacity",
        "services@v1 getFixedSlotCapacity",
        "shipping@v1 retrieveShippingLabel",
        "shipping@v1 getRates",
        "shipping@v2 getRates",
        "shipping@v2 getCarrierAccounts",
        "shipping@v2 getCollectionFormHistory",
        "shipping@v2 getUnmanifestedShipments",
    ];

    fn names(names: &[&str]) -> Vec<OperationName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn every_operation_that_a_model_may_call_unasked_only_reads() {
        let mut reading = Vec::new();
        for found in spapi_metadata::operations() {
            let operation = found.entry.operation;
            match (Effect::of(operation), operation.method == Method::GET) {
                (Effect::Reads, false) => reading.push(operation.to_string()),
                (effect, true) => assert_eq!(effect, Effect::Reads, "{operation}"),
                _ => {}
            }
        }
        assert_eq!(reading, READING);
    }

    #[test]
    fn only_what_is_allowed_may_be_written() {
        let allowed = Allowed::of(&names(&["listings-items patchListingsItem"])).unwrap();
        let find = |name: &str| spapi_metadata::find(&name.parse().unwrap()).unwrap();
        assert!(allowed.check(find("listings-items@2021-08-01 patchListingsItem")).is_ok());
        for other in ["listings-items@2021-08-01 putListingsItem", "listings-items@2020-09-01 patchListingsItem"] {
            let Err(Failure::Error { message, next, .. }) = allowed.check(find(other)) else { panic!("{other}") };
            assert!(message.contains("does not allow it") && next.unwrap().contains("--allow"), "{message}");
        }
        assert_eq!(allowed.word(find("orders getOrder")), "reads");
        assert_eq!(allowed.word(find("tokens createRestrictedDataToken")), "not allowed");
    }

    #[test]
    fn what_needs_no_permission_or_gets_none_is_refused_at_the_start() {
        for (name, part) in [
            ("orders getOrder", "only reads"),
            ("tokens createRestrictedDataToken", "is a secret"),
            ("orders makeOrder", "has no operation"),
        ] {
            let Err(Failure::Error { message, .. }) = Allowed::of(&names(&[name])) else { panic!("{name}") };
            assert!(message.contains(part), "{message}");
        }
    }
}
