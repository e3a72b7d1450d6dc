//! Marketplaces: the argument that takes several, and which parameters and fields take their ids.

use crate::completion;
use crate::exit::Failure;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::{Marketplace, Region};
use std::ops::Deref;

/// The names, in lower case. Amazon spells them in several ways.
const NAMES: [&str; 3] = ["marketplaceid", "marketplaceids", "destinationmarketplaces"];

/// Whether a parameter or field of that name takes ids of marketplaces.
pub fn takes_ids(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a value has the form of a marketplace's id.
pub fn is_like_id(value: &str) -> bool {
    (13..=14).contains(&value.len())
        && value.starts_with('A')
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The country codes of these marketplaces, for a table.
pub fn codes(ids: &[String]) -> String {
    let code = |id: &String| id.parse::<Marketplace>().map_or(id.clone(), |known| known.country_code().to_owned());
    ids.iter().map(code).collect::<Vec<_>>().join(",")
}

/// The marketplaces of a command that takes several.
#[derive(Debug, Args)]
pub struct Marketplaces {
    /// The marketplaces: country codes (JP, US, DE) or ids. All in one region.
    #[arg(
        short,
        long,
        required = true,
        value_delimiter = ',',
        value_name = "CODE,...",
        env = "SPAPI_MARKETPLACE",
        add = ArgValueCompleter::new(completion::marketplaces),
        hide_env_values = true
    )]
    marketplace: Vec<Marketplace>,
}

impl Marketplaces {
    /// Their region. A call goes to one region.
    pub fn region(&self) -> Result<Region, Failure> {
        common_region(&self.marketplace)
    }
}

impl Deref for Marketplaces {
    type Target = [Marketplace];

    fn deref(&self) -> &[Marketplace] {
        &self.marketplace
    }
}

/// The region of marketplaces that share one.
pub fn common_region(marketplaces: &[Marketplace]) -> Result<Region, Failure> {
    let named = |marketplace: &Marketplace| format!("{} is in {}", marketplace.country_code(), marketplace.region());
    let Some((first, others)) = marketplaces.split_first() else {
        return Err(Failure::usage("no marketplace is given").with_next("give one, such as --marketplace JP"));
    };
    match others.iter().find(|other| other.region() != first.region()) {
        None => Ok(first.region()),
        Some(other) => Err(Failure::usage(format!("{}, {}", named(first), named(other)))
            .with_next("a call goes to one region: run the command for each region's marketplaces by themselves")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn marketplaces_share_a_region_or_are_refused() {
        assert_eq!(common_region(&[Marketplace::DE, Marketplace::UK]).unwrap(), Region::Europe);
        let Err(Failure::Error { exit, message, next, .. }) = common_region(&[Marketplace::JP, Marketplace::US]) else {
            panic!("two regions");
        };
        assert_eq!((exit, message.as_str()), (Exit::Usage, "JP is in fe, US is in na"));
        assert!(next.unwrap().contains("each region's"));
        assert!(common_region(&[]).is_err());
    }
}
