//! The landed price of an offer: what Amazon sorts offers by.

use crate::payloads::{any_offer_changed, b2b_any_offer_changed, pricing_health};
use spapi_types::Decimal;

/// An amount of a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Price {
    /// The amount, exactly.
    pub amount: Decimal,
    /// The currency, such as `JPY`.
    pub currency: String,
}

/// A part of a payload that has a price: an offer, a lowest price, the price of the featured offer.
///
/// ```
/// use spapi_events::payloads::any_offer_changed::{Money, Offer, Points};
/// use spapi_events::PricedOffer;
///
/// fn yen(amount: i64) -> Option<Money> {
///     let mut money = Money::default();
///     (money.amount, money.currency_code) = (Some(amount.into()), Some("JPY".into()));
///     Some(money)
/// }
/// let mut points = Points::default();
/// points.points_number = Some(10);
/// let mut offer = Offer::default();
/// (offer.listing_price, offer.shipping, offer.points) = (yen(1980), yen(300), Some(points));
///
/// let landed = offer.landed_price().unwrap();
/// assert_eq!((landed.amount, landed.currency.as_str()), (2270.into(), "JPY"));
/// ```
pub trait PricedOffer {
    /// The price of the item.
    fn listing(&self) -> Option<Price>;
    /// The price of the shipping.
    fn shipping_price(&self) -> Option<Price>;
    /// The number of Amazon Points that a buyer gets. They exist in Japan only.
    fn points_number(&self) -> Option<i64>;
    /// Whether it has points, also such whose number cannot be read.
    fn has_points(&self) -> bool;
    /// The landed price as Amazon sent it, which offers do not have.
    fn sent_landed_price(&self) -> Option<Price>;

    /// Price and shipping less points, of which each is worth one yen; without them, the landed price as Amazon sent
    /// it.
    ///
    /// `None` if price, shipping or the number of points is not known, price and shipping are of different currencies, or
    /// there are points of another currency than yen.
    fn landed_price(&self) -> Option<Price> {
        let points = if self.has_points() { self.points_number() } else { Some(0) };
        landed(self.listing(), self.shipping_price(), points).or_else(|| self.sent_landed_price())
    }
}

/// Price and shipping less the points. `None` if one of them is not known.
fn landed(listing: Option<Price>, shipping: Option<Price>, points: Option<i64>) -> Option<Price> {
    let (listing, shipping, points) = (listing?, shipping?, points?);
    if listing.currency != shipping.currency || (points != 0 && listing.currency != "JPY") {
        return None;
    }
    let amount = listing.amount.checked_add(shipping.amount)?.checked_sub(points.into())?;
    Some(Price { amount, currency: listing.currency })
}

macro_rules! price {
    ($money:expr) => {{
        let money = $money.as_ref()?;
        Some(Price { amount: money.amount?, currency: money.currency_code.clone()? })
    }};
}

macro_rules! priced {
    ($module:ident, $($kind:ident $landed:expr),+) => {
        $(impl PricedOffer for $module::$kind {
            fn listing(&self) -> Option<Price> {
                price!(self.listing_price)
            }

            fn shipping_price(&self) -> Option<Price> {
                price!(self.shipping)
            }

            fn points_number(&self) -> Option<i64> {
                self.points.as_ref()?.points_number
            }

            fn has_points(&self) -> bool {
                self.points.is_some()
            }

            fn sent_landed_price(&self) -> Option<Price> {
                let sent: fn(&Self) -> Option<Price> = $landed;
                sent(self)
            }
        })+
    };
}

priced! { any_offer_changed, Offer |_| None, LowestPrice |it| price!(it.landed_price), BuyBoxPrice |it| price!(it.landed_price) }
priced! { b2b_any_offer_changed, Offer |_| None, LowestPrice |it| price!(it.landed_price), BuyBoxPrice |it| price!(it.landed_price) }
priced! { pricing_health, MerchantOffer |it| price!(it.landed_price), BuyBoxPrice |it| price!(it.landed_price) }

#[cfg(test)]
mod tests {
    use super::*;

    fn price(amount: &str, currency: &str) -> Option<Price> {
        Some(Price { amount: amount.parse().unwrap(), currency: currency.into() })
    }

    #[test]
    fn points_are_worth_one_yen_each() {
        assert_eq!(landed(price("1980", "JPY"), price("0", "JPY"), Some(322)), price("1658", "JPY"));
        assert_eq!(landed(price("19.99", "USD"), price("4.50", "USD"), Some(0)), price("24.49", "USD"));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        assert_eq!(landed(price("1", "USD"), price("1", "JPY"), Some(0)), None);
        assert_eq!(landed(price("1", "USD"), price("1", "USD"), Some(10)), None);
        assert_eq!(landed(price("1", "JPY"), None, Some(0)), None);
        assert_eq!(landed(price("1", "JPY"), price("1", "JPY"), None), None);
        assert_eq!(landed(price("79228162514264337593543950335", "JPY"), price("1", "JPY"), Some(0)), None);
    }

    #[test]
    fn points_that_cannot_be_read_leave_no_price_but_amazons() {
        let yen = |amount: u32| format!(r#"{{"Amount": {amount}, "CurrencyCode": "JPY"}}"#);
        for (points, landed) in [
            (r#", "Points": {"PointsNumber": 10}"#, price("2270", "JPY")),
            (r#", "Points": {"PointsNumber": "10"}"#, price("2270", "JPY")),
            (r#", "Points": {"PointsNumber": 0}"#, price("2280", "JPY")),
            (r#", "Points": null"#, price("2280", "JPY")),
            ("", price("2280", "JPY")),
            (r#", "Points": {"PointsNumber": "many"}"#, None),
            (r#", "Points": {"PointsNumber": 1.5}"#, None),
            (r#", "Points": {"PointsNumber": null}"#, None),
            (r#", "Points": {}"#, None),
        ] {
            let text = format!(r#"{{"ListingPrice": {}, "Shipping": {}{points}}}"#, yen(1980), yen(300));
            let offer: any_offer_changed::Offer = spapi_types::json::read(text.as_bytes()).unwrap();
            assert_eq!(offer.landed_price(), landed, "{text}");
            let sent = format!(r#"{{"LandedPrice": {}, {}"#, yen(2200), &text[1..]);
            let lowest: any_offer_changed::LowestPrice = spapi_types::json::read(sent.as_bytes()).unwrap();
            assert_eq!(lowest.landed_price(), landed.or(price("2200", "JPY")), "{sent}");
        }
    }

    #[test]
    fn amazons_landed_price_is_used_where_the_parts_are_missing() {
        let text = r#"{"LandedPrice": {"Amount": 12.5, "CurrencyCode": "USD"}}"#;
        let lowest: any_offer_changed::LowestPrice = spapi_types::json::read(text.as_bytes()).unwrap();
        assert_eq!(lowest.landed_price(), price("12.5", "USD"));
        assert_eq!(any_offer_changed::Offer::default().landed_price(), None);
    }
}
