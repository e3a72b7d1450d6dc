//! Prices as exact decimals, and as the numbers that Amazon takes.

use serde_json::{Number, Value};
use spapi_core::{Decimal, Error, ErrorKind};
use spapi_types::decimal;
use spapi_types::text::printable;

/// The currencies of ISO 4217 without decimal places. Of Amazon's marketplaces only Japan has one of them.
const WITHOUT_DECIMALS: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

/// Those with three.
const WITH_THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// How many decimal places the currency has.
pub(crate) fn decimal_places(currency: &str) -> u32 {
    match currency {
        code if WITHOUT_DECIMALS.contains(&code) => 0,
        code if WITH_THREE_DECIMALS.contains(&code) => 3,
        _ => 2,
    }
}

/// The price as the number that Amazon takes. Nothing is rounded.
///
/// # Errors
/// When the price is not above zero, has more decimal places than the currency, or has more digits than a JSON number keeps.
pub(super) fn number(price: Decimal, currency: &str) -> Result<Value, Error> {
    let price = price.normalize();
    let (places, of_currency) = (price.scale(), decimal_places(currency));
    let currency = printable(currency).up_to(10);
    if price <= Decimal::ZERO {
        return refuse(&format!("the price {price} {currency} is not above zero"), "");
    }
    if places > of_currency {
        let message = format!(
            "the price {price} has {places} decimal {}, and {currency} has {of_currency}",
            if places == 1 { "place" } else { "places" }
        );
        return refuse(&message, " It is not rounded for you: give a price that the currency has.");
    }
    let number: Option<Number> = price.to_string().parse().ok();
    let number = number.map(Value::Number).filter(|number| decimal(number) == Some(price));
    match number {
        Some(number) => Ok(number),
        None => refuse(&format!("the price {price} {currency} has more digits than a number of JSON keeps"), ""),
    }
}

fn refuse<T>(message: &str, hint: &str) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint(format!("Nothing was sent.{hint}")))
}

/// The decimal that Amazon wrote as a number or a text.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    decimal::parse(&text, None).ok().map(|price| price.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn price(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn each_cent_stays_what_it_is() {
        for cents in 1..100_000_i64 {
            let price = Decimal::new(cents, 2);
            let number = number(price, "USD").unwrap();
            assert_eq!(decimal(&number), Some(price.normalize()), "{price}");
        }
        assert_eq!(number(price("12.50"), "EUR").unwrap().to_string(), "12.5");
        assert_eq!(number(price("1980.00"), "JPY").unwrap().to_string(), "1980");
    }

    #[test]
    fn a_price_that_the_currency_does_not_have_is_refused_with_both() {
        for (text, currency, parts) in [
            ("12.505", "EUR", ["12.505", "3 decimal places", "EUR has 2"]),
            ("1980.5", "JPY", ["1980.5", "1 decimal place,", "JPY has 0"]),
            ("0.0001", "KWD", ["0.0001", "4 decimal places", "KWD has 3"]),
            ("0", "USD", ["0 USD", "not above zero", "Nothing was sent"]),
            ("-3", "USD", ["-3 USD", "not above zero", "Nothing was sent"]),
            ("123456789012345678.12", "USD", ["123456789012345678.12", "more digits", "Nothing was sent"]),
        ] {
            let error = number(price(text), currency).unwrap_err();
            assert!(error.is_input() && parts.iter().all(|part| error.to_string().contains(part)), "{error}");
        }
    }

    #[test]
    fn amazons_numbers_and_texts_are_read() {
        for (value, expected) in [
            (json!(30.0), Some("30")),
            (json!("30.00"), Some("30")),
            (json!(1980), Some("1980")),
            (json!("n/a"), None),
            (json!(null), None),
            (json!([1]), None),
            (json!(1e300), None),
        ] {
            assert_eq!(decimal(&value), expected.map(price), "{value}");
        }
    }
}
