//! The region that a call goes to.

use super::arguments::{Values, is_marketplace};
use crate::connection::Server;
use crate::exit::Failure;
use spapi_core::{Marketplace, Region};

/// The chosen region, or else the region of the marketplaces in the arguments and the body. They must agree: another region would
/// refuse the call or not know the marketplace.
pub fn choose(
    chosen: Option<Region>,
    values: &Values,
    of_body: &[Marketplace],
    server: &Server,
) -> Result<Region, Failure> {
    let marketplaces: Vec<Marketplace> = values
        .iter()
        .filter(|given| is_marketplace(given.parameter))
        .flat_map(|given| given.values.iter().filter_map(|value| value.parse().ok()))
        .chain(of_body.iter().copied())
        .collect();
    let wanted = chosen.or(marketplaces.first().map(|first| first.region()));
    match (wanted, server.is_regional()) {
        (Some(region), _) => match marketplaces.iter().find(|marketplace| marketplace.region() != region) {
            None => Ok(region),
            Some(other) => {
                let (code, its) = (other.country_code(), other.region());
                Err(Failure::usage(format!("the marketplace {code} is in {its}, and the call would go to {region}"))
                    .with_next("a call goes to one region: call each region by itself"))
            }
        },
        // The region that our own sandbox stands for by default; any other server there treats all regions alike.
        (None, false) => Ok(Region::FarEast),
        (None, true) => Err(Failure::usage("the region to call is not known")
            .with_next("add --marketplace with a country code such as JP, or --region na, eu or fe")),
    }
}
