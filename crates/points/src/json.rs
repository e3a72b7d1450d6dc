//! Finds points in JSON by the names of their members, whatever the answer or notification.

use crate::movement::Meaning;
use serde_json::{Map, Value};
use spapi_types::text::folded;
use spapi_types::{Decimal, Points, decimal};

/// Points in JSON, and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The JSON pointer of the object with the points, such as `/payload/OrderItems/0/PointsGranted`.
    pub pointer: String,
    /// What they are for, by the name of the member.
    pub meaning: Meaning,
    /// The points.
    pub points: Points,
}

/// Finds all points in JSON, in its order: an answer of any section, a notification of either envelope, or what was read from
/// an archive of MWS.
///
/// Points are an object with `PointsNumber` or `PointsMonetaryValue`, or a member `CostOfPointsGranted` or
/// `CostOfPointsReturned`; capitals do not count. A number may be a text, and an amount a text or a number. A number that
/// cannot be read is absent.
///
/// ```
/// use serde_json::json;
/// use spapi_points::{Meaning, find};
///
/// let offer = json!({"Offers": [{"SellerId": "A1", "Points": {"PointsNumber": 500}}, {"SellerId": "A2"}]});
/// let found = find(&offer);
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].pointer.as_str(), found[0].meaning), ("/Offers/0/Points", Meaning::Offered));
/// assert_eq!(found[0].points.number, Some(500));
/// ```
pub fn find(json: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    search(json, Meaning::Offered, &mut String::new(), &mut found, 0);
    found
}

/// The deepest level that is searched. Amazon's answers have some fifteen.
const DEEPEST: usize = 128;

fn search(value: &Value, meaning: Meaning, pointer: &mut String, found: &mut Vec<Found>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let length = pointer.len();
    match value {
        Value::Object(members) => {
            if let Some(points) = points_of(members) {
                found.push(Found { pointer: pointer.clone(), meaning, points });
                return;
            }
            for (name, value) in members {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                let folded = folded(name);
                let cost = match folded.as_str() {
                    "costofpointsgranted" => Some(Meaning::Granted),
                    "costofpointsreturned" => Some(Meaning::Returned),
                    _ => None,
                };
                if let Some(meaning) = cost {
                    let points = money(value).and_then(|(amount, currency)| Points::new(None, Some(amount), currency));
                    found.extend(points.map(|points| Found { pointer: pointer.clone(), meaning, points }));
                } else {
                    let meaning = if folded == "pointsgranted" { Meaning::Granted } else { Meaning::Offered };
                    search(value, meaning, pointer, found, depth + 1);
                }
                pointer.truncate(length);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                search(element, meaning, pointer, found, depth + 1);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// The points that an object is, by its members.
fn points_of(members: &Map<String, Value>) -> Option<Points> {
    let number = member(members, &["pointsnumber"]).and_then(number);
    let money = member(members, &["pointsmonetaryvalue"]).and_then(money);
    let (amount, currency) = money.map_or((None, None), |(amount, currency)| (Some(amount), currency));
    Points::new(number, amount, currency)
}

/// The member of one of these folded names that is not null.
fn member<'a>(members: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let is_named = |(name, value): &(&String, &Value)| !value.is_null() && names.contains(&folded(name).as_str());
    members.iter().find(is_named).map(|(_, value)| value)
}

/// A whole number, as a number or a text.
fn number(value: &Value) -> Option<i64> {
    let number = decimal(value)?;
    number.fract().is_zero().then(|| number.try_into().ok()).flatten()
}

/// An amount and its currency, in any of the shapes of money; or the amount alone.
fn money(value: &Value) -> Option<(Decimal, Option<String>)> {
    let Value::Object(members) = value else { return Some((decimal(value)?, None)) };
    let amount = member(members, &["amount", "currencyamount", "value"]).and_then(decimal)?;
    let code = member(members, &["currencycode", "currency"]).and_then(Value::as_str);
    Some((amount, code.map(str::to_owned)))
}

fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    decimal::parse(&text, Some(decimal::DecimalMark::Point)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_shapes_of_points_are_found_with_their_places() {
        let answer = json!({"a/b": [
            {"PointsGranted": {"PointsNumber": "10", "PointsMonetaryValue": {"Amount": "10.00", "CurrencyCode": "JPY"}}},
            {"points": {"pointsNumber": 20.0}},
            {"CostOfPointsGranted": {"CurrencyCode": "JPY", "CurrencyAmount": -322}},
            {"CostOfPointsReturned": "5"},
            {"Points": {"PointsMonetaryValue": {"amount": 7, "currencyCode": "JPY"}}},
        ]});
        let found: Vec<_> = find(&answer)
            .into_iter()
            .map(|found| {
                (found.pointer, found.meaning, found.points.number, found.points.amount.map(|it| it.to_string()))
            })
            .collect();
        let row = |pointer: &str, meaning, number, amount: Option<&str>| {
            (format!("/a~1b/{pointer}"), meaning, number, amount.map(str::to_owned))
        };
        assert_eq!(
            found,
            [
                row("0/PointsGranted", Meaning::Granted, Some(10), Some("10.00")),
                row("1/points", Meaning::Offered, Some(20), None),
                row("2/CostOfPointsGranted", Meaning::Granted, None, Some("-322")),
                row("3/CostOfPointsReturned", Meaning::Returned, None, Some("5")),
                row("4/Points", Meaning::Offered, None, Some("7")),
            ]
        );
    }

    #[test]
    fn what_is_absent_empty_or_unreadable_is_not_found_as_zero() {
        for nothing in [
            json!(null),
            json!({"Points": null}),
            json!({"Points": {}}),
            json!({"Points": {"PointsNumber": null}}),
            json!({"Points": {"PointsNumber": ""}}),
            json!({"Points": {"PointsNumber": "many"}}),
            json!({"Points": {"PointsNumber": 1.5}}),
            json!({"Points": {"PointsNumber": true}}),
            json!({"Points": {"PointsMonetaryValue": {"CurrencyCode": "JPY"}}}),
            json!({"CostOfPointsGranted": null}),
            json!({"CostOfPointsGranted": {"CurrencyCode": "JPY"}}),
        ] {
            assert_eq!(find(&nothing), [], "{nothing}");
        }
        assert_eq!(find(&json!({"Points": {"PointsNumber": 0}}))[0].points, Points::of_number(0));
    }

    #[test]
    fn a_deep_value_ends() {
        let deep = (0..1000).fold(json!({"PointsNumber": 1}), |inner, _| json!([inner]));
        assert_eq!(find(&deep), []);
    }
}
