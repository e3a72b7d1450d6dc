//! Warnings about retired operations and types that a call uses.

use super::arguments::Values;
use crate::retirement::{announcement, today};
use serde_json::Value;
use serde_json::value::RawValue;
use spapi_metadata::{Published, RETIRED_TYPES, RetiredType, Retirement};

/// A warning for the operation, and for each retired type of report, feed, notification or schema in the call.
pub fn warnings(found: Published, values: &Values, body: Option<&RawValue>) -> Vec<String> {
    let today = today();
    let own = found.entry.retirement.map(|retirement| {
        let what = found.to_string();
        sentence(&what, &retirement, &today)
    });
    let named = Named::of(values, body);
    let kinds = RETIRED_TYPES.iter().filter(|kind| kind.section == found.section.name && named.names(kind));
    own.into_iter().chain(kinds.map(|kind| sentence(kind.name, &kind.retirement, &today))).collect()
}

/// The texts in a call.
struct Named {
    /// Values of parameters, and of the members of the body.
    values: Vec<String>,
    /// The query of Data Kiosk, which names a schema.
    query: String,
}

impl Named {
    fn of(values: &Values, body: Option<&RawValue>) -> Self {
        let body: Value = body.and_then(|body| serde_json::from_str(body.get()).ok()).unwrap_or_default();
        let members = body.as_object().into_iter().flatten();
        let texts = members.filter_map(|(_, value)| value.as_str().map(str::to_owned));
        let query = body.get("query").and_then(Value::as_str).unwrap_or_default().to_owned();
        Self { values: values.iter().flat_map(|given| given.values.iter().cloned()).chain(texts).collect(), query }
    }

    fn names(&self, kind: &RetiredType) -> bool {
        let has = |text: &str| self.values.iter().any(|value| value == text);
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let in_query = self.query.split(|char| !is_word(char)).any(|word| word == kind.name);
        (has(kind.name) || in_query) && kind.payload.is_none_or(has)
    }
}

fn sentence(what: &str, retirement: &Retirement, today: &str) -> String {
    format!("{what} {}", announcement(retirement, today)).replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_where_a_call_names_it() {
        let named = |body: &str| {
            let body: Box<RawValue> = serde_json::from_str(body).unwrap();
            let named = Named::of(&Values::default(), Some(&body));
            RETIRED_TYPES.iter().filter(|kind| named.names(kind)).map(|kind| kind.name).collect::<Vec<_>>()
        };
        assert_eq!(named(r#"{"feedType": "POST_PRODUCT_DATA"}"#), ["POST_PRODUCT_DATA"]);
        assert_eq!(
            named(r#"{"query": "query{analytics_salesAndTraffic_2023_11_15{salesAndTrafficByDate{startDate}}}"}"#),
            ["analytics_salesAndTraffic_2023_11_15"]
        );
        assert!(
            named(r#"{"query": "query{analytics_salesAndTraffic_2024_04_24{x}}", "feedType": "POST_PRODUCT_DATAS"}"#)
                .is_empty()
        );
        assert!(
            named(r#"{"notificationType": "LISTINGS_ITEM_ISSUES_CHANGE", "payloadVersion": "2023-12-13"}"#).is_empty()
        );
        assert_eq!(
            named(r#"{"notificationType": "LISTINGS_ITEM_ISSUES_CHANGE", "payloadVersion": "1.0"}"#),
            ["LISTINGS_ITEM_ISSUES_CHANGE"]
        );
    }
}
