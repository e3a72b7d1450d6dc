//! A call of any operation, validated before it is sent.

mod arguments;
mod dry_run;
mod page;
mod region;
mod retirement;

pub use arguments::{Argument, Arguments};
pub use dry_run::{Kept, url};

use crate::body::{Validated, validate};
use crate::catalog::restricted_option;
use crate::connection::Server;
use crate::exit::Failure;
use crate::force::Force;
use arguments::{Fill, Given};
use page::Position;
use serde_json::value::RawValue;
use spapi_core::{Client, DataElement, DecodeError, Marketplace, RawResponse, Region, Request, Value, decode};
use spapi_metadata::{List, Location, Published};

/// What a call is to send, as its user gives it.
#[derive(Default)]
pub struct Wanted<'a> {
    pub arguments: &'a [Argument],
    pub body: Option<Box<RawValue>>,
    /// The page to start at.
    pub page_token: Option<&'a str>,
    /// The parts of buyers' data to request, if any are.
    pub restricted: Option<Vec<DataElement>>,
    /// For the parameter that takes marketplaces, unless an argument does.
    pub marketplace: Option<Marketplace>,
    pub region: Option<Region>,
}

/// A call that can be sent.
pub struct Prepared {
    pub found: Published,
    pub arguments: Arguments,
    pub region: Region,
    /// Warnings about values that look wrong and are sent, and about what Amazon retires.
    pub warnings: Vec<String>,
    /// Whether a parameter or the body names marketplaces.
    pub takes_marketplace: bool,
    body: Option<Box<RawValue>>,
    restricted: Option<Vec<DataElement>>,
}

impl Prepared {
    /// Validates all that the call is to send.
    ///
    /// # Errors
    /// When something is missing, unknown or wrong, or the marketplaces are not in one region.
    pub fn new(found: Published, wanted: Wanted<'_>, force: &Force, server: &Server) -> Result<Self, Failure> {
        let Wanted { arguments, body, page_token, restricted, marketplace, region } = wanted;
        validate_restricted(found, restricted.as_deref())?;
        let position = Position::new(found, page_token, body)?;
        let fill = Fill { marketplace, page_token: position.token };
        let arguments = arguments::validate(found, arguments, &fill, force)?;
        let mut warnings = arguments.warnings.clone();
        let (body, of_body) = match position.body {
            Some(body) => {
                let Validated { body, marketplaces } = validate(found, body, force, &mut warnings)?;
                (Some(body), marketplaces)
            }
            None => (None, Vec::new()),
        };
        let region = region::choose(region, &arguments.values, &of_body, server)?;
        let takes_marketplace = arguments::marketplace_parameter(found).is_some() || !of_body.is_empty();
        warnings.extend(retirement::warnings(found, &arguments.values, body.as_deref()));
        Ok(Self { found, arguments, region, warnings, takes_marketplace, body, restricted })
    }

    /// The request for a client. It is the same each time.
    pub fn request(&self, client: &Client) -> Request<Value> {
        let mut request = Request::new(client, self.found.entry.operation, read);
        for given in &self.arguments.values {
            set(&mut request, given);
        }
        if let Some(body) = &self.body {
            request.json(body);
        }
        if let Some(data) = &self.restricted {
            request.restricted(data.iter().copied());
        }
        request
    }

    /// Whether it requests buyers' data with a restricted data token.
    pub fn is_restricted(&self) -> bool {
        self.restricted.is_some()
    }
}

/// The answer as JSON; null if it has no body, as after a deletion.
fn read(raw: &RawResponse) -> Result<Value, DecodeError> {
    decode::json_or_empty(raw).map(Option::unwrap_or_default)
}

fn set(request: &mut Request<Value>, given: &Given) {
    let name = given.parameter.name;
    match (given.parameter.location, given.parameter.list, given.values.as_slice()) {
        (Location::Path, _, [value]) => request.path(name, value),
        (Location::Header, _, [value]) => request.header(name, value),
        (Location::Path, _, values) => request.path(name, values.join(",")),
        (Location::Header, _, values) => request.header(name, values.join(",")),
        (_, List::Multi, values) => request.query_multi(name, values),
        (_, List::Csv, values) => request.query_csv(name, values),
        (_, _, [value]) => request.query(name, value),
        (_, _, values) => request.query(name, values.join(",")),
    }
}

/// Refuses buyers' data that the operation does not have.
fn validate_restricted(found: Published, asked: Option<&[DataElement]>) -> Result<(), Failure> {
    let operation = found.entry.operation;
    let Some(asked) = asked else { return Ok(()) };
    let (Some(restricted), Some(option)) = (operation.restricted, restricted_option(&found)) else {
        return Err(Failure::usage(format!("{operation} has no data for which a restricted data token is needed"))
            .with_next("leave out --restricted: the application's roles decide what the answer holds"));
    };
    let message = match asked.iter().find(|element| !restricted.data_elements.contains(element)) {
        Some(other) => format!("{operation} has no {}", other.as_str()),
        None if asked.is_empty() && !restricted.data_elements.is_empty() => {
            format!("--restricted must name the buyers' data to request from {operation}")
        }
        None => return Ok(()),
    };
    Err(Failure::usage(message).with_next(format!("request buyers' data with {option}")))
}
