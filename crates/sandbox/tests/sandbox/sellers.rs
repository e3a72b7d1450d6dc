//! The seller's account.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::json;

#[tokio::test]
async fn the_seller_takes_part_in_the_marketplaces_of_the_shop() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let participations = caller.body("/sellers/v1/marketplaceParticipations", &[]).await["payload"].clone();
    let of = |place: usize, name: &str| participations[place]["marketplace"][name].clone();
    for (place, id, country, currency, language, domain) in [
        (0, JP, "JP", "JPY", "ja_JP", "www.amazon.co.jp"),
        (1, US, "US", "USD", "en_US", "www.amazon.com"),
        (2, DE, "DE", "EUR", "de_DE", "www.amazon.de"),
    ] {
        assert_eq!(of(place, "id"), json!(id));
        assert_eq!(of(place, "countryCode"), json!(country));
        assert_eq!(of(place, "defaultCurrencyCode"), json!(currency));
        assert_eq!(of(place, "defaultLanguageCode"), json!(language));
        assert_eq!(of(place, "domainName"), json!(domain));
        assert_eq!(participations[place]["participation"]["isParticipating"], json!(true));
    }
    assert_eq!(participations.as_array().unwrap().len(), 3);
    let account = caller.body("/sellers/v1/account", &[]).await["payload"].clone();
    assert_eq!(account["marketplaceParticipationList"], participations);
    assert_eq!(account["sellingPlan"], json!("PROFESSIONAL"));
}
