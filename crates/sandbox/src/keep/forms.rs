//! Serialises values that come from the program's own tables by their names.

use crate::sections::reports::ReportType;
use crate::shop::{self, Market};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use spapi_metadata::FeedType;
use spapi_types::{DataElement, Region};
use std::collections::BTreeMap;
use std::sync::Arc;

fn unknown<E: Error>(what: &str, name: &str) -> E {
    E::custom(format!("unknown {what} {name:?}"))
}

/// A marketplace by its id.
pub(crate) mod market {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(market: &&'static Market, to: S) -> Result<S::Ok, S::Error> {
        market.marketplace.id().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static Market, D::Error> {
        let id = String::deserialize(from)?;
        shop::market(&id).ok_or_else(|| unknown("marketplace", &id))
    }
}

/// Marketplaces by their ids, at least one.
pub(crate) mod markets {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(markets: &[&'static Market], to: S) -> Result<S::Ok, S::Error> {
        shop::ids(markets).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<&'static Market>, D::Error> {
        let ids = Vec::<String>::deserialize(from)?;
        if ids.is_empty() {
            return Err(D::Error::custom("a list of marketplaces is empty"));
        }
        ids.iter().map(|id| shop::market(id).ok_or_else(|| unknown("marketplace", id))).collect()
    }
}

/// A region by its code.
pub(crate) mod region {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(region: &Region, to: S) -> Result<S::Ok, S::Error> {
        region.code().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Region, D::Error> {
        let code = String::deserialize(from)?;
        code.parse().map_err(|_| unknown("region", &code))
    }
}

/// Data elements by their names.
pub(crate) mod elements {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(elements: &[DataElement], to: S) -> Result<S::Ok, S::Error> {
        elements.iter().map(|element| element.as_str()).collect::<Vec<_>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<DataElement>, D::Error> {
        let element = |name: &String| DataElement::ALL.iter().copied().find(|element| element.as_str() == name);
        let names = Vec::<String>::deserialize(from)?;
        names.iter().map(|name| element(name).ok_or_else(|| unknown("data element", name))).collect()
    }
}

/// A type of report by its name.
pub(crate) mod report_type {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(kind: &&'static ReportType, to: S) -> Result<S::Ok, S::Error> {
        kind.name.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static ReportType, D::Error> {
        let name = String::deserialize(from)?;
        ReportType::named(&name).ok_or_else(|| unknown("type of report", &name))
    }
}

/// A type of feed by its name.
pub(crate) mod feed_type {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(kind: &&'static FeedType, to: S) -> Result<S::Ok, S::Error> {
        kind.name.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static FeedType, D::Error> {
        let name = String::deserialize(from)?;
        FeedType::find(&name).ok_or_else(|| unknown("type of feed", &name))
    }
}

/// Options that several reports share.
pub(crate) mod options {
    use super::*;

    type Options = BTreeMap<String, String>;

    pub(crate) fn serialize<S: Serializer>(options: &Arc<Options>, to: S) -> Result<S::Ok, S::Error> {
        (**options).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Options>, D::Error> {
        Options::deserialize(from).map(Arc::new)
    }
}
