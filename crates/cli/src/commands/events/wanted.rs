//! Which notifications are subscribed to: types, versions and filters.

use super::{check_type, type_name};
use crate::completion;
use crate::exit::Failure;
use crate::force::Force;
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use spapi_core::Marketplace;
use spapi_events::facts;
use spapi_events::setup::{Filter, TrackingIdentifier, Wanted};
use spapi_notifications::v1::types::TrackingIdentifierCarrierTracking;

/// Types, each with its version if one is named.
#[derive(Debug, Args)]
pub struct Types {
    /// The notification types, each with @VERSION for another version of its payload than the newest.
    #[arg(
        value_name = "TYPE[@VERSION]",
        required = true,
        value_delimiter = ',',
        value_parser = typed,
        add = ArgValueCompleter::new(completion::notification_types)
    )]
    pub types: Vec<(String, Option<String>)>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Filters, each for the types that take it")]
pub struct Filters {
    /// Only notifications of these marketplaces. For ANY_OFFER_CHANGED.
    #[arg(long, value_name = "CODE,...", value_delimiter = ',', add = ArgValueCompleter::new(completion::marketplaces))]
    filter_marketplace: Vec<Marketplace>,

    /// At most two notifications in this time for a product of a marketplace. For ANY_OFFER_CHANGED.
    #[arg(long, value_enum, value_name = "PERIOD")]
    aggregate: Option<Period>,

    /// Only these kinds of changes. For ORDER_CHANGE.
    #[arg(long, value_enum, value_name = "KIND,...", value_delimiter = ',')]
    order_change: Vec<OrderChange>,

    /// Only one shipment, as NAME=VALUE with the name id, acsin, aftn, container, house-bill or carrier; a carrier's number may
    /// have its code before it: carrier=CODE/NUMBER. For SHIPMENT_TRACKING_MILESTONE_CHANGED.
    #[arg(long, value_name = "NAME=VALUE", value_parser = tracking)]
    tracking: Option<TrackingIdentifier>,

    /// Only notifications whose payload fulfills this expression of the Common Expression Language, without arithmetic and indexes.
    /// Amazon says for which types. Several make a subscription each.
    #[arg(long, value_name = "EXPRESSION", conflicts_with_all = ["filter_marketplace", "aggregate", "order_change", "tracking"])]
    expression: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Period {
    #[value(name = "5m")]
    FiveMinutes,
    #[value(name = "10m")]
    TenMinutes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OrderChange {
    /// The status of the order or an item.
    Status,
    /// What a buyer asks for, such as a cancellation.
    BuyerRequested,
    /// The tip for the delivery.
    DeliveryTip,
}

impl Period {
    fn name(self) -> &'static str {
        match self {
            Self::FiveMinutes => "FiveMinutes",
            Self::TenMinutes => "TenMinutes",
        }
    }
}

impl OrderChange {
    fn name(self) -> &'static str {
        match self {
            Self::Status => "OrderStatusChange",
            Self::BuyerRequested => "BuyerRequestedChange",
            Self::DeliveryTip => "DeliveryTipChange",
        }
    }
}

impl Types {
    /// What is wanted, each type without a filter. Names that are not known are refused as probable typos.
    pub fn wanted(&self, force: &Force) -> Result<Vec<Wanted>, Failure> {
        self.types
            .iter()
            .map(|(name, version)| {
                check_type(name, force)?;
                Ok(version.iter().fold(Wanted::new(name), |wanted, version| wanted.version(version)))
            })
            .collect()
    }
}

impl Filters {
    /// Gives each type the filters that it takes. One that no type takes goes to all of them, which the library then refuses.
    pub fn given_to(&self, wanted: Vec<Wanted>) -> Result<Vec<Wanted>, Failure> {
        if !self.expression.is_empty() && wanted.len() > 1 {
            return Err(Failure::usage("an expression is about the payload of one type, and several types are given")
                .with_next("run the command for this type by itself"));
        }
        let takes = |wanted: &Wanted, name: &str| {
            facts::newest(wanted.notification_type()).is_some_and(|facts| facts.event_filter.contains(&name))
        };
        let is_for = |one: &Wanted, name: &str| takes(one, name) || !wanted.iter().any(|other| takes(other, name));
        let filter = |one: &Wanted| {
            let mut filter = Filter::new();
            if !self.filter_marketplace.is_empty() && is_for(one, "marketplaceIds") {
                filter = filter.marketplaces(self.filter_marketplace.iter().map(|known| known.id()));
            }
            if let Some(period) = self.aggregate.filter(|_| is_for(one, "aggregationSettings")) {
                filter = filter.aggregation(period.name());
            }
            if !self.order_change.is_empty() && is_for(one, "orderChangeTypes") {
                filter = filter.order_changes(self.order_change.iter().map(|kind| kind.name()));
            }
            if let Some(tracking) = self.tracking.clone().filter(|_| is_for(one, "trackingIdentifier")) {
                filter = filter.tracking(tracking);
            }
            filter
        };
        if self.expression.is_empty() {
            return Ok(wanted.iter().map(|one| one.clone().filter(filter(one))).collect());
        }
        let with = |expression: &String| {
            let filter = Filter::new().expression(expression);
            wanted.iter().map(move |one| one.clone().filter(filter.clone()))
        };
        Ok(self.expression.iter().flat_map(with).collect())
    }
}

/// `TYPE` or `TYPE@VERSION`.
fn typed(text: &str) -> Result<(String, Option<String>), String> {
    match text.split_once('@') {
        None => Ok((type_name(text)?, None)),
        Some((_, "")) => Err("give a version behind the @, such as 1.0".to_owned()),
        Some((name, version)) => Ok((type_name(name)?, Some(version.trim().to_owned()))),
    }
}

fn tracking(text: &str) -> Result<TrackingIdentifier, String> {
    let wrong = || "give NAME=VALUE with the name id, acsin, aftn, container, house-bill or carrier".to_owned();
    let (name, value) = text.split_once('=').filter(|(_, value)| !value.is_empty()).ok_or_else(wrong)?;
    let identifier = TrackingIdentifier::new();
    Ok(match name {
        "id" => identifier.id(value),
        "acsin" => identifier.acsin(value),
        "aftn" => identifier.aftn(value),
        "container" => identifier.container_number(value),
        "house-bill" => identifier.house_bill_of_lading_number(value),
        "carrier" => identifier.carrier_tracking(match value.split_once('/') {
            Some((code, number)) => TrackingIdentifierCarrierTracking::new(number).carrier_code(code),
            None => TrackingIdentifierCarrierTracking::new(value),
        }),
        _ => return Err(wrong()),
    })
}
