//! The processing directive of a subscription: which notifications it wants, and how often.

use crate::http::ApiError;
use crate::sections::marketplaces;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spapi_events::facts::NotificationFacts;
use spapi_types::Region;
use std::time::Duration;

/// The longest filter expression, in bytes.
const LONGEST: usize = 2000;

/// The most conditions of a filter expression.
const MOST: usize = 50;

/// The periods in which the changes of one item are joined.
const PERIODS: [(&str, u64); 2] = [("FiveMinutes", 300), ("TenMinutes", 600)];

const ORDER_CHANGES: [&str; 3] = ["BuyerRequestedChange", "DeliveryTipChange", "OrderStatusChange"];

/// What a subscription wants.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// None for all marketplaces.
    marketplaces: Option<Vec<String>>,
    /// None for all changes of orders.
    order_changes: Option<Vec<String>>,
    /// How long the changes of one item are joined.
    pub(super) period: Option<Duration>,
    /// The alternatives of the filter expression, each with its conditions.
    expression: Option<Vec<Vec<Condition>>>,
}

/// A comparison of a member of the payload with a text.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Condition {
    path: Vec<String>,
    is_equal: bool,
    text: String,
}

impl Wanted {
    /// Reads a directive, or says what Amazon refuses in it.
    pub(super) fn read(kind: &NotificationFacts, region: Region, directive: Option<&Value>) -> Result<Self, ApiError> {
        let mut wanted = Self::default();
        let Some(directive) = directive else { return Ok(wanted) };
        let (filter, expression) = (&directive["eventFilter"], &directive["filterExpression"]);
        if !filter.is_null() && !expression.is_null() {
            return Err(invalid("", "eventFilter and filterExpression exclude each other."));
        }
        if !expression.is_null() {
            let text = expression.as_str().filter(|_| kind.filter_expression);
            let text = text.ok_or_else(|| invalid(".filterExpression", format!("{} takes none.", kind.name)))?;
            wanted.expression = Some(alternatives(text)?);
        }
        if filter.is_null() {
            return Ok(wanted);
        }
        if kind.event_filter.is_empty() {
            return Err(invalid(".eventFilter", format!("{} takes no event filter.", kind.name)));
        }
        if filter["eventFilterType"] != kind.name {
            return Err(invalid(".eventFilter.eventFilterType", format!("must be {}.", kind.name)));
        }
        let mut members = filter.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        if let Some(other) = members.find(|name| *name != "eventFilterType" && !kind.event_filter.contains(name)) {
            let possible = kind.event_filter.join(", ");
            return Err(invalid(".eventFilter", format!("{} takes {possible}, not {other:?}.", kind.name)));
        }
        if let Some(ids) = texts(filter, "marketplaceIds")? {
            for id in &ids {
                marketplaces::refuse_other_region(region, "processingDirective.eventFilter.marketplaceIds", id)?;
            }
            wanted.marketplaces = Some(ids).filter(|ids| !ids.is_empty());
        }
        if let Some(changes) = texts(filter, "orderChangeTypes")? {
            if let Some(unknown) = changes.iter().find(|change| !ORDER_CHANGES.contains(&change.as_str())) {
                let problem = format!("has no value {unknown:?}; it takes {}.", ORDER_CHANGES.join(", "));
                return Err(invalid(".eventFilter.orderChangeTypes", problem));
            }
            wanted.order_changes = Some(changes).filter(|changes| !changes.is_empty());
        }
        if let Some(period) = filter.pointer("/aggregationSettings/aggregationTimePeriod") {
            let known = PERIODS.iter().find(|(name, _)| period == name);
            let (_, seconds) = known.ok_or_else(|| {
                invalid(".eventFilter.aggregationSettings.aggregationTimePeriod", "must be FiveMinutes or TenMinutes.")
            })?;
            wanted.period = Some(Duration::from_secs(*seconds));
        }
        Ok(wanted)
    }

    /// Whether the subscription wants a notification.
    pub(super) fn takes(&self, marketplace_id: Option<&str>, order_change: Option<&str>, payload: &Value) -> bool {
        let holds = |wanted: &Option<Vec<String>>, value: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| value.is_none_or(|value| wanted.iter().any(|one| one == value)))
        };
        holds(&self.marketplaces, marketplace_id)
            && holds(&self.order_changes, order_change)
            && self.expression.as_ref().is_none_or(|any| any.iter().any(|all| all.iter().all(|one| one.holds(payload))))
    }
}

impl Condition {
    fn holds(&self, payload: &Value) -> bool {
        let member = self.path.iter().try_fold(payload, |value, name| value.get(name));
        (member.and_then(Value::as_str) == Some(self.text.as_str())) == self.is_equal
    }
}

/// Reads the part of the expression language that the sandbox knows: comparisons with texts, joined by `&&` and `||`.
fn alternatives(text: &str) -> Result<Vec<Vec<Condition>>, ApiError> {
    let wrong = || {
        invalid(
            ".filterExpression",
            "the sandbox knows comparisons of a member with a text, such as Order.Status == \"DONE\", joined by && and ||.",
        )
    };
    if text.len() > LONGEST {
        return Err(ApiError::too_long("processingDirective.filterExpression", LONGEST));
    }
    let condition = |text: &str| {
        let (is_equal, (path, value)) = match text.split_once("==") {
            Some(sides) => (true, sides),
            None => (false, text.split_once("!=")?),
        };
        let value = value.trim();
        let quote = value.chars().next().filter(|first| "\"'`".contains(*first))?;
        let value = value.strip_prefix(quote)?.strip_suffix(quote)?;
        let path: Vec<String> = path.trim().split('.').map(str::to_owned).collect();
        let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (path.iter().all(is_name) && !value.contains(quote)).then(|| Condition {
            path,
            is_equal,
            text: value.to_owned(),
        })
    };
    let all: Option<Vec<Vec<Condition>>> =
        text.split("||").map(|any| any.split("&&").map(|one| condition(one.trim())).collect()).collect();
    all.filter(|all| all.iter().map(Vec::len).sum::<usize>() <= MOST).ok_or_else(wrong)
}

/// A list of texts of the event filter.
fn texts(filter: &Value, name: &str) -> Result<Option<Vec<String>>, ApiError> {
    let Some(list) = filter.get(name) else { return Ok(None) };
    let texts = list.as_array().and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    texts.map(Some).ok_or_else(|| invalid(&format!(".eventFilter.{name}"), "must be a list of texts."))
}

fn invalid(path: &str, problem: impl AsRef<str>) -> ApiError {
    ApiError::invalid_input(format!("processingDirective{path}: {}", problem.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_expression_compares_members_with_texts() {
        let payload = json!({ "Order": { "Status": "COMPLETE", "Id": "1" } });
        let holds = |text: &str| {
            let expression = Some(alternatives(text).unwrap());
            Wanted { expression, ..Wanted::default() }.takes(None, None, &payload)
        };
        assert!(holds("Order.Status == `COMPLETE`") && holds("Order.Status == 'NEW' || Order.Id==\"1\""));
        assert!(!holds("Order.Status == 'COMPLETE' && Order.Id != '1'") && !holds("Other == 'COMPLETE'"));
        for wrong in ["", "Order.Status", "Order.Status == COMPLETE", "a + 1 == '2'", "a[0] == '1'", "a == 'b' &&"] {
            assert!(alternatives(wrong).is_err(), "{wrong}");
        }
        assert!(alternatives(&vec!["a == 'b'"; MOST + 1].join("||")).is_err());
    }
}
