//! What a notification of MWS is as one of today's.

use super::json::{Json, Object};
use super::kind::Column;
use super::record::{Reason, Unmapped};
use spapi_rows::Kind as ValueKind;
use std::borrow::Cow;

/// A type whose envelope is in lower camel case today, and its payload version.
const IN_LOWER_CAMEL: [(&str, &str); 2] =
    [("FEED_PROCESSING_FINISHED", "2020-09-04"), ("REPORT_PROCESSING_FINISHED", "2020-09-04")];

/// Where the marketplace of the envelope belongs, for types that have it elsewhere.
const MARKETPLACES: [(&str, &str); 2] = [
    ("ANY_OFFER_CHANGED", "Payload.AnyOfferChangedNotification.OfferChangeTrigger.MarketplaceId"),
    ("FEE_PROMOTION", "Payload.FeePromotionNotification.MarketplaceId"),
];

/// Where the seller of the envelope belongs.
const SELLERS: [(&str, &str); 6] = [
    ("ANY_OFFER_CHANGED", "Payload.AnyOfferChangedNotification.SellerId"),
    ("FBA_OUTBOUND_SHIPMENT_STATUS", "Payload.FBAOutboundShipmentStatusNotification.SellerId"),
    ("FEED_PROCESSING_FINISHED", "Payload.FeedProcessingFinishedNotification.sellerId"),
    ("FEE_PROMOTION", "Payload.FeePromotionNotification.MerchantId"),
    ("FULFILLMENT_ORDER_STATUS", "Payload.FulfillmentOrderStatusNotification.SellerId"),
    ("REPORT_PROCESSING_FINISHED", "Payload.ReportProcessingFinishedNotification.sellerId"),
];

/// Gives the members their places that depend on the type of the notification.
pub(super) fn finish(object: &mut Object, unmapped: &mut Vec<Unmapped>) {
    let held = object.remove("held");
    let name = match object.get("NotificationType") {
        Some(Json::Text(name)) => today(name),
        _ => String::new(),
    };
    if let Some(Json::Object(held)) = held {
        for (member, value) in held.0 {
            let places: &[(&str, &'static str)] = if member == "SellerId" { &SELLERS } else { &MARKETPLACES };
            let place = places.iter().find(|(of, _)| *of == name).map(|(_, place)| *place);
            let refused = match place {
                Some(place) if object.at(place) == Some(&value) => continue,
                Some(place) => object.put(place, value).err().map(|value| (value, Reason::Repeated)),
                None => Some((value, Reason::NoPlace)),
            };
            if let Some((Json::Text(value), reason)) = refused {
                unmapped.push(Unmapped { path: format!("Notification/NotificationMetaData/{member}"), value, reason });
            }
        }
    }
    count_eligible_offers(object);
    let other_case = IN_LOWER_CAMEL.iter().find(|(of, _)| *of == name);
    if let Some(Json::Text(text)) = object.get_mut("NotificationType") {
        *text = name;
    }
    if let Some((_, version)) = other_case {
        if let Some(Json::Text(text)) = object.get_mut("PayloadVersion") {
            let value = std::mem::replace(text, (*version).to_owned());
            if value != *version {
                let path = "Notification/NotificationMetaData/PayloadVersion".to_owned();
                unmapped.push(Unmapped { path, value, reason: Reason::NoPlace });
            }
        }
        for (name, value) in &mut object.0 {
            *name = lowered(name);
            if let Json::Object(inner) = value {
                for (name, _) in &mut inner.0 {
                    *name = lowered(name);
                }
            }
        }
    }
}

/// Today's name of a type: `ANY_OFFER_CHANGED` for `AnyOfferChanged`. A name without lower case stays.
fn today(name: &str) -> String {
    let name = name.strip_suffix("Notification").unwrap_or(name);
    if !name.contains(char::is_lowercase) {
        return name.to_owned();
    }
    let letters: Vec<_> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, &letter) in letters.iter().enumerate() {
        let begins_word = letter.is_uppercase()
            && index > 0
            && (letters[index - 1].is_lowercase() || letters.get(index + 1).is_some_and(|next| next.is_lowercase()));
        if begins_word {
            out.push('_');
        }
        out.extend(letter.to_uppercase());
    }
    out
}

/// The number of offers that may win the buy box, which is the sum of the numbers by condition and channel.
fn count_eligible_offers(object: &mut Object) {
    const COUNTS: &str = "Payload.AnyOfferChangedNotification.Summary.NumberOfBuyBoxEligibleOffers";
    const TOTAL: &str = "Payload.AnyOfferChangedNotification.Summary.TotalBuyBoxEligibleOffers";
    let Some(Json::List(counts)) = object.at(COUNTS) else { return };
    let number = |count: &Json| match count {
        Json::Object(count) => match count.get("OfferCount")? {
            Json::Plain(number) => number.parse::<i64>().ok(),
            _ => None,
        },
        _ => None,
    };
    let total = counts.iter().try_fold(0_i64, |total, count| total.checked_add(number(count)?));
    if let Some(total) = total {
        // There is no such element, so its place is free.
        let _ = object.put(TOTAL, Json::Plain(total.to_string()));
    }
}

/// A name with its first letter in lower case.
fn lowered(name: &str) -> Cow<'static, str> {
    let mut letters = name.chars();
    Cow::Owned(letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default())
}

/// Names joined by dots, each with its first letter in lower case.
pub(super) fn in_lower_camel(path: &str) -> String {
    path.split('.').map(lowered).collect::<Vec<_>>().join(".")
}

/// The columns of notifications of all types as rows.
pub(super) fn columns() -> Vec<Column> {
    [
        ("NotificationType", ValueKind::Text),
        ("PayloadVersion", ValueKind::Text),
        ("NotificationMetadata.NotificationId", ValueKind::Text),
        ("NotificationMetadata.PublishTime", ValueKind::DateTime),
        ("Payload", ValueKind::Text),
    ]
    .into_iter()
    .map(|(name, kind)| Column::new(name, kind))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::today;

    #[test]
    fn the_name_of_a_type_is_todays() {
        for (name, expected) in [
            ("AnyOfferChanged", "ANY_OFFER_CHANGED"),
            ("AnyOfferChangedNotification", "ANY_OFFER_CHANGED"),
            ("FBAOutboundShipmentStatus", "FBA_OUTBOUND_SHIPMENT_STATUS"),
            ("FeePromotion", "FEE_PROMOTION"),
            ("Test", "TEST"),
            ("ANY_OFFER_CHANGED", "ANY_OFFER_CHANGED"),
            ("", ""),
        ] {
            assert_eq!(today(name), expected);
        }
    }
}
