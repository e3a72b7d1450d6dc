//! Which notifications of a type a subscription wants.

use super::refuse;
use crate::facts;
use serde_json::{Value, json};
use spapi_core::{Error, Marketplace};
use spapi_notifications::v1::types::{
    AggregationSettings, AggregationTimePeriod, EventFilter, OrderChangeTypeEnum, ProcessingDirective,
    TrackingIdentifier,
};
use spapi_types::text::printable;
use std::collections::BTreeSet;
use std::fmt;

/// The longest filter expression, in characters.
const LONGEST_EXPRESSION: usize = 256;

/// Which notifications of a type a subscription wants: an event filter or a filter expression, which exclude each other. Without
/// either, all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    marketplace_ids: BTreeSet<String>,
    aggregation: Option<AggregationTimePeriod>,
    order_changes: BTreeSet<String>,
    tracking: Option<TrackingIdentifier>,
    expression: Option<String>,
    /// What an existing subscription has and this version does not know.
    others: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Marketplaces,
    Aggregation,
    OrderChanges,
    Tracking,
}

impl Part {
    /// Its name in the API.
    fn name(self) -> &'static str {
        match self {
            Self::Marketplaces => "marketplaceIds",
            Self::Aggregation => "aggregationSettings",
            Self::OrderChanges => "orderChangeTypes",
            Self::Tracking => "trackingIdentifier",
        }
    }
}

impl Filter {
    /// All notifications.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of these marketplaces, by their ids. For `ANY_OFFER_CHANGED`.
    pub fn marketplaces(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.marketplace_ids = ids.into_iter().map(Into::into).collect();
        self
    }

    /// At most two in this time for a product of a marketplace: the first change, and the last state. For `ANY_OFFER_CHANGED`.
    pub fn aggregation(mut self, period: impl Into<AggregationTimePeriod>) -> Self {
        self.aggregation = Some(period.into());
        self
    }

    /// Only changes of these kinds. For `ORDER_CHANGE`.
    pub fn order_changes(mut self, kinds: impl IntoIterator<Item = impl Into<OrderChangeTypeEnum>>) -> Self {
        self.order_changes = kinds.into_iter().map(|kind| kind.into().as_str().to_owned()).collect();
        self
    }

    /// Only those of one shipment. Exactly one of the identifiers must be set. For `SHIPMENT_TRACKING_MILESTONE_CHANGED`.
    pub fn tracking(mut self, identifier: TrackingIdentifier) -> Self {
        self.tracking = Some(identifier);
        self
    }

    /// Only those whose payload fulfills an expression of the Common Expression Language, of at most 256 characters, without
    /// arithmetic and without indexes. It excludes the other parts. Which types take one, Amazon's list of notification types
    /// says; Amazon refuses it for others. A type can have several subscriptions, each with an expression of its own.
    pub fn expression(mut self, expression: impl Into<String>) -> Self {
        self.expression = Some(expression.into());
        self
    }

    /// The expression, by which a type can have several subscriptions.
    pub(super) fn get_expression(&self) -> Option<&str> {
        self.expression.as_deref()
    }

    /// Whether it lets everything pass.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The parts of the event filter that are set.
    fn parts(&self) -> Vec<Part> {
        let set = [
            (Part::Marketplaces, !self.marketplace_ids.is_empty()),
            (Part::Aggregation, self.aggregation.is_some()),
            (Part::OrderChanges, !self.order_changes.is_empty()),
            (Part::Tracking, self.tracking.is_some()),
        ];
        set.into_iter().filter_map(|(part, is_set)| is_set.then_some(part)).collect()
    }

    /// Refuses what a subscription to the type does not take. `is_checked`: also what this version does not know of the type.
    pub(super) fn check(&self, notification_type: &str, is_checked: bool) -> Result<(), Error> {
        let parts = self.parts();
        if let Some(expression) = &self.expression {
            if let Some(part) = parts.first() {
                return refuse(
                    format!(
                        "{notification_type}: a filter expression and an event filter ({}) exclude each other",
                        part.name()
                    ),
                    "Leave one of them out: an expression can say what the event filter says.",
                );
            }
            check_expression(notification_type, expression)?;
        }
        if let Some(tracking) = &self.tracking {
            check_tracking(notification_type, tracking)?;
        }
        if !is_checked {
            return Ok(());
        }
        let known = facts::newest(notification_type).map(|facts| facts.event_filter).unwrap_or_default();
        let Some(unknown) = parts.iter().find(|part| !known.contains(&part.name())) else {
            return check_values(notification_type, self);
        };
        let takes = if known.is_empty() { "no event filter".to_owned() } else { known.join(", ") };
        let takes_it = |facts: &&facts::NotificationFacts| facts.event_filter.contains(&unknown.name());
        let fitting = facts::facts().iter().find(takes_it).map_or("no type", |facts| facts.name);
        refuse(
            format!("{notification_type} cannot be filtered by {}", unknown.name()),
            format!("It takes {takes}; {fitting} has that filter. {}", super::UNCHECKED),
        )
    }

    /// What is sent with a subscription to the type.
    pub(super) fn directive(&self, notification_type: &str) -> Option<ProcessingDirective> {
        if let Some(expression) = &self.expression {
            return Some(ProcessingDirective::new().filter_expression(expression.clone()));
        }
        if self.parts().is_empty() {
            return None;
        }
        let mut filter = EventFilter::new(notification_type);
        if !self.marketplace_ids.is_empty() {
            filter = filter.marketplace_ids(self.marketplace_ids.iter().cloned());
        }
        if let Some(period) = &self.aggregation {
            filter = filter.aggregation_settings(AggregationSettings::new(period.clone()));
        }
        if !self.order_changes.is_empty() {
            filter = filter.order_change_types(self.order_changes.iter().map(String::as_str));
        }
        if let Some(tracking) = &self.tracking {
            filter = filter.tracking_identifier(tracking.clone());
        }
        Some(ProcessingDirective::new().event_filter(filter))
    }

    /// The filter of an existing subscription.
    pub(super) fn of(directive: Option<&ProcessingDirective>) -> Self {
        let Some(directive) = directive else { return Self::new() };
        let mut filter = Self { expression: directive.filter_expression.clone(), ..Self::new() };
        let mut others = directive.unknown_fields.clone();
        if let Some(event) = &directive.event_filter {
            filter.marketplace_ids = event.marketplace_ids.iter().cloned().collect();
            filter.order_changes = event.order_change_types.iter().map(|kind| kind.as_str().to_owned()).collect();
            filter.tracking = event.tracking_identifier.clone();
            if let Some(settings) = &event.aggregation_settings {
                filter.aggregation = Some(settings.aggregation_time_period.clone());
                others.extend(settings.unknown_fields.clone());
            }
            others.extend(event.unknown_fields.clone());
        }
        if !others.is_empty() {
            filter.others = Some(json!(others));
        }
        filter
    }
}

/// Refuses values of the parts that the model does not have.
fn check_values(notification_type: &str, filter: &Filter) -> Result<(), Error> {
    let unknown = |what: &str, value: &str, known: &[&str]| {
        refuse::<()>(
            format!("{notification_type}: {} is not a known {what}", printable(value).up_to(60)),
            format!("Known are {}. {}", known.join(", "), super::UNCHECKED),
        )
    };
    if let Some(period) = filter.aggregation.as_ref().filter(|it| !AggregationTimePeriod::VALUES.contains(&it.as_str()))
    {
        return unknown("time of aggregation", period.as_str(), AggregationTimePeriod::VALUES);
    }
    let known = OrderChangeTypeEnum::VALUES;
    if let Some(kind) = filter.order_changes.iter().find(|kind| !known.contains(&kind.as_str())) {
        return unknown("kind of change", kind, known);
    }
    if let Some(id) = filter.marketplace_ids.iter().find(|id| id.parse::<Marketplace>().is_err()) {
        return refuse(
            format!("{notification_type}: {} is not a known marketplace", printable(id).up_to(60)),
            format!("Give the id of one, such as {}. {}", Marketplace::JP.id(), super::UNCHECKED),
        );
    }
    Ok(())
}

fn check_tracking(notification_type: &str, tracking: &TrackingIdentifier) -> Result<(), Error> {
    let set = [
        tracking.id.is_some(),
        tracking.acsin.is_some(),
        tracking.aftn.is_some(),
        tracking.container_number.is_some(),
        tracking.house_bill_of_lading_number.is_some(),
        tracking.carrier_tracking.is_some(),
    ];
    match set.into_iter().filter(|is_set| *is_set).count() {
        1 => Ok(()),
        count => refuse(
            format!("{notification_type}: the tracking identifier has {count} identifiers"),
            "Give exactly one of id, acsin, aftn, containerNumber, houseBillOfLadingNumber and carrierTracking.",
        ),
    }
}

/// Refuses an expression that Amazon would refuse whatever the type is.
fn check_expression(notification_type: &str, expression: &str) -> Result<(), Error> {
    if expression.trim().is_empty() || expression.chars().count() > LONGEST_EXPRESSION {
        return refuse(
            format!(
                "{notification_type}: the filter expression is blank or longer than {LONGEST_EXPRESSION} characters"
            ),
            "Give a shorter one, or leave it out.",
        );
    }
    match excluded(expression) {
        Some(character) => refuse(
            format!("{notification_type}: the filter expression has a {character}, for arithmetic or an index"),
            "Amazon takes comparisons and logic alone: leave it out, or put quotes around it if it is text.",
        ),
        None => Ok(()),
    }
}

/// The first operator that Amazon's expressions do not have, outside of texts.
fn excluded(expression: &str) -> Option<char> {
    let mut quote = None;
    let mut is_escaped = false;
    let mut before = None;
    for character in expression.chars() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if character == '\\' => is_escaped = true,
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '\'' | '"' | '`') => quote = Some(character),
            None if matches!(character, '+' | '*' | '/' | '%' | '[' | ']') => return Some(character),
            // A minus sign behind a value subtracts; before a number it is a sign.
            None if character == '-'
                && before
                    .is_some_and(|it: char| it.is_alphanumeric() || matches!(it, ')' | '_' | '\'' | '"' | '`')) =>
            {
                return Some(character);
            }
            None => {}
        }
        if !character.is_whitespace() {
            before = Some(character);
        }
    }
    None
}

/// What passes, in words.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.marketplace_ids.is_empty() {
            let code = |id: &String| match id.parse::<Marketplace>() {
                Ok(known) => known.country_code().to_owned(),
                Err(_) => printable(id).up_to(40).to_string(),
            };
            parts.push(format!("marketplaces {}", self.marketplace_ids.iter().map(code).collect::<Vec<_>>().join(",")));
        }
        if let Some(period) = &self.aggregation {
            parts.push(format!("aggregated over {}", printable(period.as_str()).up_to(40)));
        }
        if !self.order_changes.is_empty() {
            let kinds: Vec<_> = self.order_changes.iter().map(String::as_str).collect();
            parts.push(format!("changes {}", printable(&kinds.join(",")).up_to(200)));
        }
        if self.tracking.is_some() {
            parts.push("one shipment".to_owned());
        }
        if let Some(expression) = &self.expression {
            parts.push(format!("expression {}", printable(expression).up_to(LONGEST_EXPRESSION)));
        }
        if self.others.is_some() {
            parts.push("a filter that this version does not know".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_takes_its_own_filters() {
        let jp = || Filter::new().marketplaces([Marketplace::JP]);
        jp().aggregation("FiveMinutes").check("ANY_OFFER_CHANGED", true).unwrap();
        Filter::new().order_changes(["OrderStatusChange"]).check("ORDER_CHANGE", true).unwrap();
        let tracking = TrackingIdentifier::new().id("T-1");
        Filter::new().tracking(tracking.clone()).check("SHIPMENT_TRACKING_MILESTONE_CHANGED", true).unwrap();
        Filter::new().check("FEE_PROMOTION", true).unwrap();

        for (filter, kind, why) in [
            (
                jp(),
                "ORDER_CHANGE",
                "cannot be filtered by marketplaceIds. It takes orderChangeTypes; ANY_OFFER_CHANGED",
            ),
            (jp(), "FEE_PROMOTION", "no event filter"),
            (jp().aggregation("OneHour"), "ANY_OFFER_CHANGED", "OneHour is not a known time"),
            (Filter::new().order_changes(["Price"]), "ORDER_CHANGE", "Price is not a known kind of change"),
            (Filter::new().marketplaces(["XX"]), "ANY_OFFER_CHANGED", "XX is not a known marketplace"),
            (jp().expression("a == 1"), "ANY_OFFER_CHANGED", "exclude each other"),
            (Filter::new().tracking(tracking.acsin("2")), "SHIPMENT_TRACKING_MILESTONE_CHANGED", "2 identifiers"),
            (Filter::new().tracking(TrackingIdentifier::new()), "SHIPMENT_TRACKING_MILESTONE_CHANGED", "0 identifiers"),
        ] {
            let error = filter.check(kind, true).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(why), "{error}");
        }
        jp().check("NEW_TYPE", false).unwrap();
    }

    #[test]
    fn an_expression_has_comparisons_and_logic_alone() {
        for fine in [
            "FulfillmentOrderStatusNotification.FulfillmentOrderStatus == 'A-B [1]'",
            "a.b == `x+y` && (c > -1 || d != \"a/b\\\"*\")",
            "count > 3",
        ] {
            Filter::new().expression(fine).check("FULFILLMENT_ORDER_STATUS", true).unwrap();
        }
        for (wrong, why) in [
            ("a + 1 == 2", "a +"),
            ("list[0] == 1", "a ["),
            ("a.b-1 == 2", "a -"),
            (" ", "is blank or longer than 256"),
        ] {
            let error = Filter::new().expression(wrong).check("FULFILLMENT_ORDER_STATUS", true).unwrap_err();
            assert!(error.to_string().contains(why), "{wrong}: {error}");
        }
        let long = Filter::new().expression("a".repeat(257)).check("ORDER_CHANGE", false).unwrap_err();
        assert!(long.to_string().contains("longer than 256 characters"), "{long}");
    }

    #[test]
    fn a_filter_equals_the_one_that_amazon_shows_whatever_its_order_is() {
        let wanted = Filter::new().marketplaces(["B", "A"]).aggregation("TenMinutes");
        let directive = wanted.directive("ANY_OFFER_CHANGED").unwrap();
        assert_eq!(Filter::of(Some(&directive)), wanted);
        let text = json!({"eventFilter": {"eventFilterType": "ANY_OFFER_CHANGED", "marketplaceIds": ["B", "A"],
            "aggregationSettings": {"aggregationTimePeriod": "TenMinutes"}}});
        let shown: ProcessingDirective = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(Filter::of(Some(&shown)), wanted);
        let mut new = text;
        new["eventFilter"]["sellerSkus"] = json!(["A-1"]);
        let shown: ProcessingDirective = serde_json::from_value(new).unwrap();
        assert_ne!(Filter::of(Some(&shown)), wanted, "what is not known is a difference");
        let bare: ProcessingDirective =
            serde_json::from_value(json!({"eventFilter": {"eventFilterType": "ANY_OFFER_CHANGED"}})).unwrap();
        assert!(Filter::of(Some(&bare)).is_empty() && Filter::of(None).is_empty());
    }
}
