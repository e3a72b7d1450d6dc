//! The marketplace or region that a call is for.

use crate::completion;
use crate::exit::Failure;
use clap::Args;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use spapi_core::{Marketplace, Region};

/// The variable with the default marketplace.
const VARIABLE: &str = "SPAPI_MARKETPLACE";

/// The options that choose a region.
#[derive(Debug, Args)]
pub struct Place {
    /// A marketplace, by country code or id. It chooses the region to call [env: SPAPI_MARKETPLACE].
    #[arg(short, long, value_name = "CODE", add = ArgValueCompleter::new(completion::marketplaces))]
    marketplace: Option<Marketplace>,

    /// The region to call: na, eu or fe.
    #[arg(short, long, conflicts_with = "marketplace", add = ArgValueCandidates::new(regions))]
    region: Option<Region>,
}

impl Place {
    /// The given marketplace. If neither it nor a region is given, the marketplace of the environment.
    pub fn marketplace(&self) -> Result<Option<Marketplace>, Failure> {
        match (self.marketplace, self.region) {
            (None, None) => from_environment(),
            (marketplace, _) => Ok(marketplace),
        }
    }

    /// The marketplace that is given as an option.
    pub fn given_marketplace(&self) -> Option<Marketplace> {
        self.marketplace
    }

    /// The region of a command that needs one.
    pub fn needed_region(&self) -> Result<Region, Failure> {
        self.region()?.ok_or_else(|| {
            Failure::usage("neither --marketplace nor --region is given")
                .with_next("give one, such as --marketplace JP")
        })
    }

    /// The given region, or that of the marketplace.
    pub fn region(&self) -> Result<Option<Region>, Failure> {
        Ok(self.region.or(self.marketplace()?.map(Region::from)))
    }
}

/// The regions, as a shell offers them.
pub fn regions() -> Vec<CompletionCandidate> {
    Region::ALL.iter().map(|region| CompletionCandidate::new(region.code())).collect()
}

fn from_environment() -> Result<Option<Marketplace>, Failure> {
    let value = std::env::var(VARIABLE).unwrap_or_default();
    let code = value.trim();
    if code.is_empty() {
        return Ok(None);
    }
    code.parse().map(Some).map_err(|error| Failure::usage(format!("{VARIABLE}: {error}")))
}
