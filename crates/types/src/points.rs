//! Amazon Points, which buyers in Japan get for an order.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

/// Amazon Points of an offer or of an item of an order. Only Japan has them.
///
/// Amazon gives the number, what it is worth in money, or both: orders and prices have both, notifications and listings only
/// the number, finances and settlements only the money. What Amazon does not give is `None`, and never 0: an offer without
/// points and an answer that does not say are two things.
///
/// ```
/// use spapi_types::{Decimal, Points};
///
/// let granted = Points::new(Some(10), Some(Decimal::TEN), Some("JPY".to_owned())).unwrap();
/// assert_eq!(granted.number, Some(10));
/// assert_eq!(Points::new(None, None, Some("JPY".to_owned())), None);
///
/// let cost = Points::of_money(Decimal::from(-322), "JPY");
/// assert_eq!((cost.number, cost.count()), (None, Some(322)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Points {
    /// How many points, as Amazon counts them.
    pub number: Option<i64>,
    /// What they are worth, in units of the currency. As a cost of the seller it is below zero.
    #[serde(with = "crate::decimal::text_option")]
    pub amount: Option<Decimal>,
    /// The ISO code of the currency of the amount.
    pub currency: Option<String>,
}

impl Points {
    /// Points by their number, their amount and its currency. `None` if there is neither a number nor an amount.
    pub fn new(number: Option<i64>, amount: Option<Decimal>, currency: Option<String>) -> Option<Self> {
        let currency = currency.filter(|code| amount.is_some() && !code.is_empty());
        (number.is_some() || amount.is_some()).then_some(Self { number, amount, currency })
    }

    /// Points of which only the number is known.
    pub fn of_number(number: i64) -> Self {
        Self { number: Some(number), amount: None, currency: None }
    }

    /// Points of which only the money is known.
    pub fn of_money(amount: impl Into<Decimal>, currency: impl Into<String>) -> Self {
        Self { number: None, amount: Some(amount.into()), currency: Some(currency.into()) }
    }

    /// How many points: the number, or what the amount in yen stands for, since a point is worth one yen. `None` for an
    /// amount in another or no currency, or with a part of a yen.
    pub fn count(&self) -> Option<i64> {
        let of_yen = || {
            let yen =
                self.amount.filter(|amount| self.currency.as_deref() == Some("JPY") && amount.fract().is_zero())?;
            yen.abs().to_i64()
        };
        self.number.or_else(of_yen)
    }
}

/// What has Amazon Points: the structures of the sections and of notifications that hold them in one place, and rows of
/// reports. The implementations are generated.
pub trait HasPoints {
    /// The points. `None` if they are absent.
    ///
    /// The name differs from `points`, which many structures have as a field or a setter.
    fn amazon_points(&self) -> Option<Points>;
}

impl<T: HasPoints> HasPoints for Option<T> {
    fn amazon_points(&self) -> Option<Points> {
        self.as_ref()?.amazon_points()
    }
}

impl<T: HasPoints + ?Sized> HasPoints for Box<T> {
    fn amazon_points(&self) -> Option<Points> {
        (**self).amazon_points()
    }
}

/// Implements [`HasPoints`](crate::points::HasPoints) for generated structures: by the field of the number and of the money,
/// or by the one field that has points (`in`).
#[doc(hidden)]
#[macro_export]
macro_rules! has_points {
    ($name:ty: $number:ident) => {
        impl $crate::points::HasPoints for $name {
            fn amazon_points(&self) -> ::std::option::Option<$crate::points::Points> {
                $crate::points::Points::new(self.$number.into(), None, None)
            }
        }
    };
    ($name:ty: $number:ident, $money:ident) => {
        impl $crate::points::HasPoints for $name {
            fn amazon_points(&self) -> ::std::option::Option<$crate::points::Points> {
                let money = self.$money.as_ref();
                let currency = money.and_then(|money| money.currency_code.clone().into());
                $crate::points::Points::new(self.$number.into(), money.and_then(|money| money.amount.into()), currency)
            }
        }
    };
    ($name:ty, in $field:ident) => {
        impl $crate::points::HasPoints for $name {
            fn amazon_points(&self) -> ::std::option::Option<$crate::points::Points> {
                $crate::points::HasPoints::amazon_points(&self.$field)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Money {
        amount: Option<Decimal>,
        currency_code: String,
    }

    #[derive(Default)]
    struct Granted {
        number: Option<i64>,
        money: Option<Money>,
    }

    #[derive(Default)]
    struct Item {
        granted: Option<Box<Granted>>,
    }

    crate::has_points!(Granted: number, money);
    crate::has_points!(Item, in granted);

    #[test]
    fn what_is_absent_is_none_and_never_zero() {
        let item = |granted| Item { granted: Some(Box::new(granted)) };
        assert_eq!(Item::default().amazon_points(), None);
        assert_eq!(item(Granted::default()).amazon_points(), None);
        let empty = Granted { money: Some(Money { amount: None, currency_code: "JPY".into() }), number: None };
        assert_eq!(item(empty).amazon_points(), None, "a currency alone is nothing");
        let zero = Granted { number: Some(0), money: None };
        assert_eq!(item(zero).amazon_points(), Some(Points::of_number(0)));
        let money = Some(Money { amount: Some(Decimal::TEN), currency_code: String::new() });
        let points = item(Granted { number: None, money }).amazon_points().unwrap();
        assert_eq!((points.amount, &points.currency, points.count()), (Some(Decimal::TEN), &None, None));
    }

    #[test]
    fn a_yen_is_a_point() {
        for (amount, currency, count) in [
            ("10.00", "JPY", Some(10)),
            ("-322", "JPY", Some(322)),
            ("0", "JPY", Some(0)),
            ("10.50", "JPY", None),
            ("10", "USD", None),
            ("79228162514264337593543950335", "JPY", None),
        ] {
            let points = Points::of_money(amount.parse::<Decimal>().unwrap(), currency);
            assert_eq!((points.count(), points.number), (count, None), "{amount} {currency}");
        }
    }
}
