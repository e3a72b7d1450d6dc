//! The seller's account.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::json;

#[tokio::test]
async fn the_seller_takes_part_in_the_marketplaces_of_the_shop() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    for (id, country, currency, language, domain) in [
        (JP, "JP", "JPY", "ja_JP", "www.amazon.co.jp"),
        (US, "US", "USD", "en_US", "www.amazon.com"),
        (DE, "DE", "EUR", "de_DE", "www.amazon.de"),
    ] {
        let caller = caller.at(id);
        let participations = caller.body("/sellers/v1/marketplaceParticipations", &[]).await["payload"].clone();
        let of = |name: &str| participations[0]["marketplace"][name].clone();
        assert_eq!(of("id"), json!(id));
        assert_eq!(of("countryCode"), json!(country));
        assert_eq!(of("defaultCurrencyCode"), json!(currency));
        assert_eq!(of("defaultLanguageCode"), json!(language));
        assert_eq!(of("domainName"), json!(domain));
        assert_eq!(participations[0]["participation"]["isParticipating"], json!(true));
        assert_eq!(participations.as_array().unwrap().len(), 1, "only the marketplace of this region");
        let account = caller.body("/sellers/v1/account", &[]).await["payload"].clone();
        assert_eq!(account["marketplaceParticipationList"], participations);
        assert_eq!(account["sellingPlan"], json!("PROFESSIONAL"));
    }
}
