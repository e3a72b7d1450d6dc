//! `spapi mws read`: answers and reports of MWS in archives, as rows.

mod archive;
mod bounded;
mod files;
mod form;
mod members;
mod rows;
mod summary;
mod unmapped;

use crate::documents::{RowFormat, Target, charset};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use archive::Reading;
use clap::Args;
use spapi_mws::read::{Charset, Kind};
use std::path::PathBuf;

const HELP: &str = "\
Files are XML, alone or in zip, tar or gzip. The files of a folder, a zip or a tar are read in the order of their names, where a2 \
comes before a10; those that are not XML are left out. A file may have several documents after each other. If a path does not \
exist, or is JSON, a flat file or not text, nothing is written, and the exit code is 2.

In json and jsonl a record has the shape that the API of today answers, such as an Order of Orders v0. In csv, parquet and \
table its members are columns, and its lists are JSON. What has no place today is counted by its path on stderr, and --unmapped \
writes all of it. A file that cannot be read to its end is named with line and column; what came before is written, the \
other files are read, and the program ends with code 1.

Kinds:
  orders-v0, order-items-v0                  ListOrders, GetOrder, ListOrderItems
  pricing-v0, offers-v0, lowest-offers       GetCompetitivePricing, GetMyPrice; GetLowestPricedOffers; GetLowestOfferListings
  products-v0                                GetMatchingProduct, ListMatchingProducts
  finances-v0, finance-groups-v0             ListFinancialEvents, a record for each event; ListFinancialEventGroups
  fba-inventory, reports, feeds              ListInventorySupply, lists of reports and of feeds
  inbound-shipments-v0, inbound-items-v0     ListInboundShipments, ListInboundShipmentItems
  fulfillment-orders                         ListAllFulfillmentOrders
  fulfillment-order-details                  GetFulfillmentOrder
  package-tracking                           GetPackageTrackingDetails
  merchant-shipments-v0                      CreateShipment, GetShipment, CancelShipment
  shipping-services-v0                       GetEligibleShippingServices
  notifications                              AnyOfferChanged and all others, with today's envelope
  settlements, order-report, all-orders      reports in XML, whose kinds of rows --rows chooses
  errors                                     ErrorResponse

Examples:
  spapi mws read archive.zip --as orders-v0 -o orders.jsonl
  spapi mws read answers/ --as finances-v0 -o events.parquet --unmapped rest.jsonl
  spapi mws read settlement.xml --rows XmlSettlementPriceRow -f csv";

#[derive(Debug, Args)]
#[command(after_help = HELP, mut_arg("to_utf8", |option| option.hide(true)))]
pub struct Options {
    /// Files, folders, zips and tars. - is stdin.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// The records to write [default: those of the kind that comes first].
    #[arg(long = "as", value_name = "KIND", default_value = "auto", hide_default_value = true, value_parser = kind)]
    kind: Wanted,

    #[command(flatten)]
    target: Target,

    /// The rows of a report in XML, such as XmlSettlementItemRow [default: the first of the report].
    #[arg(long, value_name = "NAME")]
    rows: Option<String>,

    /// Read the files in this charset, such as Shift_JIS, whatever they declare.
    #[arg(long, value_name = "NAME", value_parser = charset)]
    charset: Option<Charset>,

    /// Write each text without a place today into this file, as a JSON object with its file, line, path, value and reason.
    /// Only its owner may read the file, which may have names and addresses.
    #[arg(long, value_name = "FILE")]
    unmapped: Option<PathBuf>,
}

/// The records to write. `None` for those of the kind that comes first.
#[derive(Clone, Copy, Debug)]
struct Wanted(Option<Kind>);

fn kind(text: &str) -> Result<Wanted, String> {
    match text {
        "auto" => Ok(Wanted(None)),
        name => {
            name.parse().map(|kind| Wanted(Some(kind))).map_err(|error: spapi_mws::read::UnknownKind| error.to_string())
        }
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { paths, kind, target, rows, charset, unmapped, .. } = options;
    let format = target.format()?;
    if format == RowFormat::Raw {
        return Err(Failure::usage("--format raw is not for archives, whose documents are files already")
            .with_next("choose jsonl, json, csv, parquet or table"));
    }
    let files = files::files(&paths, charset)?;
    let unmapped = unmapped.as_deref().map(|path| unmapped::Unmapped::create(path, target.overwrites())).transpose()?;
    // Archives have names and addresses of buyers.
    let (writer, place) = target.open(true)?;
    let mut progress = target.progress();
    let mut reading = Reading::new(kind.0, rows, charset, unmapped);
    let mut interrupt = Interrupt::new();
    let work = async {
        let mut output = rows::Output::new(format, &target.columns, writer, &place, &mut progress);
        let read = reading.read(files, &mut output).await;
        if let Err(failure) = read {
            output.cut_off()?;
            return Err(failure);
        }
        let counts = output.finish()?;
        let written = place.written();
        place.finish()?;
        progress.finish(counts.rows, written);
        Ok(counts)
    };
    let counts = interrupt.or(work).await.unwrap_or_else(Err)?;
    reading.conclude(&counts)
}
