//! The command line.

use crate::commands::call::Argument;
use crate::commands::sandbox;
use crate::endpoint::Connection;
use crate::exit::EXIT_CODES;
use crate::output::Format;
use crate::time::Moment;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand};
use clap_complete::Shell;
use spapi_core::operation::ApiName;
use spapi_core::{DataElement, Marketplace, Region};
use spapi_orders::v2026_01_01::types::{SearchOrdersFulfillmentStatuses, SearchOrdersIncludedData};
use spapi_sandbox::{Limits, RestrictedRole};
use std::num::NonZeroU64;
use std::path::PathBuf;

const ENVIRONMENT: &str = "\
Environment:
  SPAPI_CLIENT_ID      the application's client id (LWA credentials)
  SPAPI_CLIENT_SECRET  its secret
  SPAPI_REFRESH_TOKEN  the token with which a seller or vendor has authorized it
  SPAPI_SELLER_ID      Amazon's id of that seller or vendor, to whose quota calls count (optional)
  SPAPI_CREDENTIALS    a file with all of these, if --credentials is not given
  SPAPI_ENDPOINT       where to call, if --endpoint is not given
  SPAPI_QUOTA_FOLDER   where runs share quotas, if --quota-folder is not given
Credentials are no options of the command line, so that none is left in a history of commands.";

const EXAMPLES: &str = "\
Without an account, against a made-up shop inside the program:
  spapi orders list --marketplace JP --endpoint embedded";

/// Calls Amazon's Selling Partner API.
#[derive(Debug, Parser)]
#[command(name = "spapi", version, after_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
#[command(max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Log every call to stderr: attempts, waits, status and request id.
    #[arg(short, long, global = true, display_order = 900)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Orders (Orders API, version 2026-01-01).
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Call any operation by its name.
    Call(CallArgs),
    /// Have a seller or vendor authorize the application.
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Look whether calls can be made: credentials, token, region, marketplaces and the clock.
    Doctor(DoctorArgs),
    /// List sections and operations, or the parameters of one operation.
    Operations(OperationsArgs),
    /// List the marketplaces with their ids, regions and currencies.
    Marketplaces(MarketplacesArgs),
    /// A server of our own that speaks the API, to point any client at.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Write a completion script for a shell to stdout.
    Completions(CompletionsArgs),
}

#[derive(Debug, Subcommand)]
pub enum OrdersCommand {
    /// List orders, those of the last 30 days unless told otherwise.
    List(OrdersListArgs),
}

const TIMES: &str = "\
Times are ISO 8601 dates, such as 2026-11-01 or 2026-11-01T09:30:00Z (UTC where no zone is given), or times back \
from now, such as 30d, 12h or 45m.";

#[derive(Debug, Args)]
#[command(after_help = TIMES)]
pub struct OrdersListArgs {
    /// Marketplaces to list orders of: country codes (JP, US, DE) or ids. All in one region.
    #[arg(short, long, required = true, value_delimiter = ',', value_name = "CODE,...")]
    pub marketplace: Vec<Marketplace>,

    /// Only orders created at or after this time [default: 30d].
    #[arg(long, value_name = "TIME", conflicts_with_all = ["updated_after", "updated_before"])]
    pub created_after: Option<Moment>,

    /// Only orders created before this time.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["updated_after", "updated_before"])]
    pub created_before: Option<Moment>,

    /// Only orders updated at or after this time, in place of a time of creation.
    #[arg(long, value_name = "TIME")]
    pub updated_after: Option<Moment>,

    /// Only orders updated before this time; since 30d unless --updated-after says otherwise.
    #[arg(long, value_name = "TIME")]
    pub updated_before: Option<Moment>,

    #[arg(long, value_delimiter = ',', value_name = "STATUS,...", help = format!(
        "Only orders of these statuses: {}", listed(SearchOrdersFulfillmentStatuses::VALUES),
    ))]
    pub status: Vec<String>,

    #[arg(long, value_delimiter = ',', value_name = "DATA,...", default_value = "fulfillment,proceeds", help = format!(
        "Parts of an order to ask for: {}. BUYER and RECIPIENT need a role for buyers' data", listed(SearchOrdersIncludedData::VALUES),
    ))]
    pub include: Vec<String>,

    /// Stop after so many orders.
    #[arg(short = 'n', long, value_name = "NUMBER")]
    pub limit: Option<NonZeroU64>,

    /// How to write the orders.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub format: Format,

    #[command(flatten)]
    pub connection: Connection,
}

fn listed(values: &[&str]) -> String {
    values.join(", ")
}

const CALL_HELP: &str = "\
Arguments are parameters of the path, the query and the headers by Amazon's names. \
`spapi operations SECTION OPERATION` lists them.

A list is given as name=a,b or as name=a name=b. Within a list, a comma that belongs to a value is written \\, and a \
backslash \\\\.

marketplaceId and marketplaceIds take country codes for ids, and the region follows them unless --marketplace or \
--region is given.

Examples:
  spapi call orders searchOrders marketplaceIds=JP createdAfter=2026-11-01 --all-pages -f jsonl
  spapi call orders@v0 getOrders MarketplaceIds=JP CreatedAfter=2026-11-01 -f jsonl
  spapi call reports createReport --region eu --body report.json";

fn data_elements() -> impl TypedValueParser<Value = DataElement> {
    let known = DataElement::ALL;
    PossibleValuesParser::new(known.iter().map(|element| element.as_str()))
        .try_map(|name| known.iter().copied().find(|element| element.as_str() == name).ok_or("no part of buyers' data"))
}

#[derive(Debug, Args)]
#[command(after_help = CALL_HELP)]
pub struct CallArgs {
    /// The section, such as orders; with a version, such as orders@v0. Otherwise the newest that has the operation.
    #[arg(value_name = "SECTION[@VERSION]")]
    pub section: ApiName,

    /// The operation by Amazon's name, in upper or lower case.
    pub operation: String,

    /// The operation's parameters.
    #[arg(value_name = "NAME=VALUE")]
    pub arguments: Vec<Argument>,

    /// A file with the body in JSON; - reads it from stdin.
    #[arg(short, long, value_name = "FILE")]
    pub body: Option<PathBuf>,

    /// Ask for buyers' personal data, with a restricted data token. `spapi operations SECTION OPERATION` says which
    /// parts are asked for by name.
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        value_name = "DATA,...",
        value_parser = data_elements(),
    )]
    pub restricted: Option<Vec<DataElement>>,

    /// Follow the answer through all of its pages.
    #[arg(short, long)]
    pub all_pages: bool,

    /// A marketplace of the region to call: a country code or an id.
    #[arg(short, long, value_name = "CODE")]
    pub marketplace: Option<Marketplace>,

    /// The region to call: na, eu or fe.
    #[arg(short, long, conflicts_with = "marketplace")]
    pub region: Option<Region>,

    /// Check the arguments, show what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// How to write the answer. jsonl writes an item a line where the answer has one list.
    #[arg(short, long, value_enum, default_value_t = Format::Json)]
    pub format: Format,

    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Make the URL of Amazon's consent page, and turn what comes back into a file of credentials.
    Authorize(AuthorizeArgs),
}

const AUTHORIZE_HELP: &str = "\
The client id and secret are read from SPAPI_CLIENT_ID and SPAPI_CLIENT_SECRET, or from the file of --credentials.

The program shows the URL of Amazon's page. Open it in a browser as the seller's or vendor's primary user, consent, and \
paste the URL that the browser then shows. Amazon gives 5 minutes for that. A private application is authorized in \
Seller Central itself, which shows the refresh token.

Example:
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --save seller.json";

#[derive(Debug, Args)]
#[command(after_help = AUTHORIZE_HELP)]
pub struct AuthorizeArgs {
    /// A marketplace of the region that is authorized, whose page is shown: a country code or an id.
    #[arg(short, long, value_name = "CODE")]
    pub marketplace: Marketplace,

    /// The application's id, amzn1.sellerapps.app...; it is not the client id.
    #[arg(long, value_name = "ID")]
    pub application_id: String,

    /// The file to write the credentials to. It must not exist yet.
    #[arg(long, value_name = "FILE")]
    pub save: PathBuf,

    /// Where the browser comes back to: one of the application's redirect URIs. The first of them unless given.
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,

    /// Authorize as a vendor, in Vendor Central.
    #[arg(long)]
    pub vendor: bool,

    /// The application is a draft.
    #[arg(long)]
    pub draft: bool,

    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("where").required(true).args(["marketplace", "region"])))]
pub struct DoctorArgs {
    /// A marketplace of the region to look at: a country code or an id.
    #[arg(short, long, value_name = "CODE")]
    pub marketplace: Option<Marketplace>,

    /// The region to look at: na, eu or fe.
    #[arg(short, long)]
    pub region: Option<Region>,

    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
pub struct OperationsArgs {
    /// Only those of this section, and of this version.
    #[arg(value_name = "SECTION[@VERSION]")]
    pub section: Option<ApiName>,

    /// Only this one, with its parameters.
    pub operation: Option<String>,

    /// How to write the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct MarketplacesArgs {
    /// How to write the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Serve on this machine until Ctrl-C, with a line on stderr for each request.
    Serve(SandboxServeArgs),
}

const SERVE_HELP: &str = "\
Calls go wrong on request, by HTTP at /_sandbox/faults: POST adds a fault, GET shows them all, DELETE removes them all. \
The second call of getOrders throttled:

  curl http://127.0.0.1:8042/_sandbox/faults \\
    -d '{\"on\": \"orders@v0 getOrders\", \"kind\": \"throttled\", \"nth\": 2}'

What else it does so, such as a seller's consent, is listed at /_sandbox:

  curl http://127.0.0.1:8042/_sandbox";

#[derive(Debug, Args)]
#[command(after_help = SERVE_HELP)]
pub struct SandboxServeArgs {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(short, long, value_name = "PORT", default_value_t = 8042)]
    pub port: u16,

    /// The number from which the shop follows: the same seed gives the same orders.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// How many orders the shop has.
    #[arg(long, value_name = "NUMBER", default_value_t = 300)]
    pub orders: usize,

    /// Answer by the static examples of Amazon's models below this folder, as Amazon's own sandbox does. The models
    /// are not part of the program: `cargo xtask models fetch` fetches them.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,

    /// How to throttle: documented, amazon-sandbox (5 calls a second, 15 at once), off, or a factor of the documented
    /// limits, such as 0.5.
    #[arg(long, value_name = "LIMITS", default_value = "documented", value_parser = sandbox::limits)]
    pub limits: Limits,

    /// The restricted roles of the application, which decide what it sees of buyers: all, none, or some of
    /// direct-to-consumer-shipping, tax-invoicing and tax-remittance, joined by commas.
    // By this name of the type the option is one value, and not one for each role.
    #[arg(long, value_name = "ROLES", default_value = "all", value_parser = sandbox::restricted_roles)]
    pub restricted_roles: ::std::vec::Vec<RestrictedRole>,

    /// Take HTTPS too, at the same port, by a certificate authority of the sandbox's own.
    #[arg(long)]
    pub https: bool,

    /// Be a proxy too, at the same port, for clients that have Amazon's hosts written in. It takes HTTPS, and reaches
    /// no other host.
    #[arg(long)]
    pub proxy: bool,

    /// Where to write the authority's certificate, for --https and --proxy [default: spapi-sandbox-ca.pem].
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to write for.
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
