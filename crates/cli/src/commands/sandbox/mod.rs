//! `spapi sandbox`: a server that speaks the API, for clients in any language.

mod outbox;

use crate::connection::regions;
use crate::exit::{Exit, Failure};
use crate::{notes, number};
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;
use outbox::Outbox;
use spapi_core::Region;
use spapi_core::text::printable;
use spapi_sandbox::{
    APPLICATION_ID, CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, RestrictedRole, SELLER_ID, Sandbox,
};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve on this machine until Ctrl-C, with a line on stderr for each request.
    Serve(ServeOptions),
}

const SERVE_HELP: &str = "\
Faults are controlled by HTTP at /_sandbox/faults: POST adds a fault, GET shows them all, DELETE removes them all. \
The second call of getOrders throttled:

  curl http://127.0.0.1:8042/_sandbox/faults \\
    --json '{\"on\": \"orders@v0 getOrders\", \"kind\": \"throttled\", \"nth\": 2}'

/_sandbox lists what else can be controlled by HTTP, such as a seller's consent:

  curl http://127.0.0.1:8042/_sandbox";

#[derive(Debug, Args)]
#[command(after_help = SERVE_HELP)]
pub struct ServeOptions {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(short, long, value_name = "PORT", default_value = "8042", allow_negative_numbers = true,
          value_parser = number::port)]
    port: u16,

    /// The seed of the shop: the same seed gives the same orders.
    #[arg(long, value_name = "NUMBER", default_value = "1", allow_negative_numbers = true,
          value_parser = number::whole(0..=u64::MAX))]
    seed: u64,

    /// The region of the shop at the printed URL: na, eu or fe. The shops of the others are below it.
    #[arg(short, long, default_value = "fe", add = ArgValueCandidates::new(regions))]
    region: Region,

    /// How many orders the shop has in each region.
    #[arg(long, value_name = "NUMBER", default_value = "300", allow_negative_numbers = true, value_parser = orders)]
    orders: usize,

    /// How many orders arrive each day in each marketplace while it runs.
    #[arg(long, value_name = "NUMBER", default_value = "0", allow_negative_numbers = true,
          value_parser = number::whole(0..=MOST_PER_DAY))]
    orders_per_day: u64,

    /// Write each notification into this folder, as a file of its own, or send it to the queue of Amazon SQS with this URL
    /// or ARN. The credentials of AWS come from the environment.
    #[arg(long, value_name = "TO")]
    notifications_to: Option<String>,

    /// How many sellers the consent page offers. They share the shop, and each has quotas of its own.
    #[arg(long, value_name = "NUMBER", default_value = "1", allow_negative_numbers = true,
          value_parser = number::whole(1..=MOST_SELLERS))]
    sellers: u64,

    /// A redirect URI that the application is registered with, for the consent page; may be given more than once. Any
    /// redirect URI on this machine is accepted without it.
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,

    /// The login URI that the application is registered with, which the Appstore's page opens.
    #[arg(long, value_name = "URI")]
    login_uri: Option<String>,

    /// Make the application a draft: its consent page needs version=beta.
    #[arg(long)]
    draft: bool,

    /// Keep the shop in this folder: reports, feeds, documents, stock, prices, consents and tokens. If the folder has a
    /// shop, serve that.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,

    /// Answer with the static examples of Amazon's models in this folder, as Amazon's own sandbox does. The models are
    /// not part of the program: `cargo xtask models fetch` fetches them.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,

    /// How to throttle: documented, amazon-sandbox (5 calls a second, 15 at once), off, or a factor of the documented
    /// limits, such as 0.5.
    #[arg(long, value_name = "LIMITS", default_value = "documented", value_parser = limits,
          allow_negative_numbers = true)]
    limits: Limits,

    /// The restricted roles of the application, which decide what it sees of buyers: all, none, or some of
    /// direct-to-consumer-shipping, tax-invoicing and tax-remittance, joined by commas.
    // With the full path of the type, clap takes one value and not one for each role.
    #[arg(long, value_name = "ROLES", default_value = "all", value_parser = restricted_roles)]
    restricted_roles: ::std::vec::Vec<RestrictedRole>,

    /// Also accept HTTPS at the same port, with a certificate of the sandbox's own authority.
    #[arg(long)]
    https: bool,

    /// Also be a proxy at the same port, for clients that have Amazon's hosts built in. It accepts HTTPS, and connects to
    /// no other host.
    #[arg(long)]
    proxy: bool,

    /// The file to write the authority's certificate to, for --https and --proxy [default: spapi-sandbox-ca.pem]. It
    /// must not exist yet, and is removed when the sandbox ends.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// The default file for the authority's certificate, in the folder where the program runs.
const CA_FILE: &str = "spapi-sandbox-ca.pem";

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve(options).await,
    }
}

/// Serves until a signal ends it.
async fn serve(options: ServeOptions) -> Result<(), Failure> {
    if options.ca_file.is_some() && !(options.https || options.proxy) {
        return Err(Failure::usage("--ca-file needs --https or --proxy, and neither is given"));
    }
    // A signal must end the sandbox as soon as its first line is printed.
    let end = End::new()?;
    let is_static = options.models.is_some();
    let mut builder =
        Sandbox::builder().port(options.port).seed(options.seed).orders(options.orders).limits(options.limits);
    builder = builder.region(options.region).restricted_roles(options.restricted_roles);
    // An error of stderr is ignored: the user has closed it.
    builder = builder.on_request(|request| drop(writeln!(io::stderr(), "{}", printable(&request.to_string()))));
    // The option takes no larger number.
    builder = builder.orders_per_day(u32::try_from(options.orders_per_day).unwrap_or(u32::MAX));
    let outbox = match options.notifications_to {
        Some(queue) if is_queue(&queue) => Some(Outbox::open(&queue)?),
        Some(folder) => {
            builder = builder.notifications_to(folder);
            None
        }
        None => None,
    };
    if let Some(outbox) = &outbox {
        builder = builder.on_notification(outbox.slot());
    }
    // The first one is always there.
    builder =
        (2..=options.sellers).fold(builder, |builder, number| builder.seller(format!("{REFRESH_TOKEN}-{number}")));
    builder = options.redirect_uri.into_iter().fold(builder, spapi_sandbox::Builder::redirect_uri);
    builder = options.login_uri.into_iter().fold(builder, spapi_sandbox::Builder::login_uri);
    if options.draft {
        builder = builder.draft();
    }
    if let Some(folder) = options.keep {
        builder = builder.keep_in(folder);
    }
    if let Some(models) = options.models {
        builder = builder.models(models);
    }
    if options.proxy {
        builder = builder.proxy();
    } else if options.https {
        builder = builder.https();
    }
    let sandbox = builder.start().await.map_err(|error| unstarted(error, options.port, is_static))?;
    for operation in sandbox.examples().iter().flat_map(|examples| examples.unknown()) {
        notes::warn(format!("the examples of {operation} are left out: this version does not know the operation"));
    }
    let ca_file = match sandbox.ca_certificate() {
        Some(ca) => Some(CaFile::create(ca, options.ca_file.unwrap_or_else(|| CA_FILE.into()))?),
        None => None,
    };
    let ca_path = ca_file.as_ref().map(|file| file.path.as_path());
    introduce(io::stdout().lock(), &sandbox, options.region, ca_path, options.proxy)?;
    end.await_it().await;
    drop(sandbox);
    if let Some(outbox) = outbox {
        outbox.close().await;
    }
    notes::note("the sandbox has ended");
    Ok(())
}

fn unstarted(error: io::Error, port: u16, is_static: bool) -> Failure {
    match error.kind() {
        ErrorKind::AddrInUse => Failure::new(Exit::Failed, format!("port {port} is taken by another program"))
            .with_next("give another --port; 0 takes a free one"),
        ErrorKind::NotFound | ErrorKind::InvalidData if is_static => Failure::usage(format!("--models: {error}")),
        _ => Failure::new(Exit::Failed, format!("the sandbox cannot start: {error}")),
    }
}

/// The file with the authority's certificate. It is removed when the sandbox ends, since the authority ends too.
struct CaFile {
    /// The absolute path, since a client may run in another folder.
    path: PathBuf,
}

impl CaFile {
    /// Makes the file. A file or link that exists already stays unchanged.
    fn create(ca: &str, path: PathBuf) -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            let path = path.display();
            match error.kind() {
                ErrorKind::AlreadyExists => Failure::usage(format!("{path} exists already, and is not overwritten"))
                    .with_next("remove it, or name a new file: --ca-file FILE"),
                _ => Failure::new(Exit::Failed, format!("{path}: the certificate cannot be written: {error}"))
                    .with_next("name a file that can be written: --ca-file FILE"),
            }
        };
        let mut file = File::create_new(&path).map_err(failed)?;
        let made = Self { path: path.canonicalize().unwrap_or_else(|_| path.clone()) };
        file.write_all(ca.as_bytes()).map_err(failed)?;
        Ok(made)
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes the URLs and how to point a client at them. The lines that begin with `export` are for a shell.
fn introduce(
    mut out: impl Write,
    sandbox: &Sandbox,
    region: Region,
    ca_file: Option<&Path>,
    is_proxy: bool,
) -> io::Result<()> {
    let url = sandbox.url();
    writeln!(out, "The sandbox serves at {url}.")?;
    match sandbox.examples() {
        Some(examples) => writeln!(out, "It answers with {} examples of Amazon's models.", examples.all().len())?,
        None => writeln!(out, "It is a made-up shop; its credentials are not secret.")?,
    }
    writeln!(out, "\nFor a client whose endpoint can be set:\n")?;
    writeln!(out, "  endpoint   {url}, for the region {region}")?;
    for other in Region::ALL.iter().filter(|other| **other != region) {
        writeln!(out, "             {}, for {other}", sandbox.url_of(*other))?;
    }
    writeln!(out, "  token URL  {}", sandbox.token_url())?;
    if let Some(https) = sandbox.https_url() {
        writeln!(out, "  or         {https}, by an authority that the client has to trust")?;
    }
    writeln!(out, "\nFor spapi, and for the credentials of any client:\n")?;
    for (name, value) in [
        ("SPAPI_ENDPOINT", url),
        ("SPAPI_CLIENT_ID", CLIENT_ID),
        ("SPAPI_CLIENT_SECRET", CLIENT_SECRET),
        ("SPAPI_REFRESH_TOKEN", REFRESH_TOKEN),
        ("SPAPI_SELLER_ID", SELLER_ID),
        ("SPAPI_APPLICATION_ID", APPLICATION_ID),
    ] {
        writeln!(out, "export {name}='{value}'")?;
    }
    writeln!(out, "\nTo authorize the application on the sandbox's consent page, with these variables set:\n")?;
    writeln!(out, "  spapi auth authorize --marketplace {} --profile sandbox", marketplace_of(region))?;
    if let Some(ca_file) = ca_file {
        let ca_file = ca_file.display().to_string().replace('\'', r"'\''");
        writeln!(
            out,
            "\nFor a client to trust the authority, in the variables of OpenSSL, Python, curl and Node.js:\n"
        )?;
        for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
            writeln!(out, "export {name}='{ca_file}'")?;
        }
    }
    if is_proxy {
        writeln!(out, "\nFor a client that has Amazon's hosts built in, with the sandbox as its proxy:\n")?;
        writeln!(out, "export HTTPS_PROXY='{url}' NODE_USE_ENV_PROXY=1")?;
    }
    writeln!(out, "\nCtrl-C ends it.")?;
    out.flush()
}

/// A marketplace of the region where the shop sells.
fn marketplace_of(region: Region) -> &'static str {
    match region {
        Region::NorthAmerica => "US",
        Region::Europe => "DE",
        _ => "JP",
    }
}

/// The signals that end the program.
struct End {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl End {
    #[cfg(unix)]
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::new(Exit::Failed, format!("the program cannot wait for signals: {error}")))
        };
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    #[cfg(not(unix))]
    fn new() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn await_it(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn await_it(self) {
        // If waiting for Ctrl-C fails, Ctrl-C still ends the program.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// More orders than this would take seconds to make and hundreds of megabytes to keep.
const MOST_ORDERS: u64 = 100_000;

/// More sellers than this make a list that nobody chooses from.
const MOST_SELLERS: u64 = 1000;

/// Whether notifications go to a queue, and not to a folder.
fn is_queue(to: &str) -> bool {
    ["https://", "http://", "arn:"].iter().any(|start| to.starts_with(start))
}

/// More orders than this a day would soon be more than a sandbox takes.
const MOST_PER_DAY: u64 = 10_000;

fn orders(text: &str) -> Result<usize, String> {
    number::whole(0..=MOST_ORDERS)(text)?.try_into().map_err(|_| "it is too large".to_owned())
}

/// `documented`, `amazon-sandbox`, `off` or a factor.
fn limits(text: &str) -> Result<Limits, &'static str> {
    match text {
        "documented" => Ok(Limits::Documented),
        "amazon-sandbox" => Ok(Limits::AmazonSandbox),
        "off" => Ok(Limits::Off),
        factor => match factor.parse::<f64>() {
            Ok(factor) if (0.001..=1000.0).contains(&factor) => Ok(Limits::Factor(factor)),
            _ => Err("give documented, amazon-sandbox, off, or a factor from 0.001 to 1000 such as 0.5"),
        },
    }
}

/// `all`, `none`, or some of them.
fn restricted_roles(text: &str) -> Result<Vec<RestrictedRole>, &'static str> {
    let role = |name: &str| match name {
        "direct-to-consumer-shipping" => Ok(RestrictedRole::DirectToConsumerShipping),
        "tax-invoicing" => Ok(RestrictedRole::TaxInvoicing),
        "tax-remittance" => Ok(RestrictedRole::TaxRemittance),
        _ => Err("give all, none, or some of direct-to-consumer-shipping, tax-invoicing and tax-remittance"),
    };
    match text {
        "all" => Ok(RestrictedRole::ALL.to_vec()),
        "none" => Ok(Vec::new()),
        some => some.split(',').map(role).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_all_or_none_or_some() {
        assert_eq!(restricted_roles("all"), Ok(RestrictedRole::ALL.to_vec()));
        assert_eq!(restricted_roles("none"), Ok(Vec::new()));
        let some = vec![RestrictedRole::TaxRemittance, RestrictedRole::DirectToConsumerShipping];
        assert_eq!(restricted_roles("tax-remittance,direct-to-consumer-shipping"), Ok(some));
        assert_eq!(restricted_roles("tax-invoicing"), Ok(vec![RestrictedRole::TaxInvoicing]));
        for wrong in ["", "all,none", "tax", "tax-invoicing,"] {
            assert!(restricted_roles(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_are_words_or_a_factor() {
        assert_eq!(limits("documented"), Ok(Limits::Documented));
        assert_eq!(limits("amazon-sandbox"), Ok(Limits::AmazonSandbox));
        assert_eq!(limits("off"), Ok(Limits::Off));
        assert_eq!(limits("0.5"), Ok(Limits::Factor(0.5)));
        for wrong in ["", "0", "-1", "NaN", "inf", "none", "1e308", "1e-300"] {
            assert!(limits(wrong).is_err(), "{wrong}");
        }
    }
}
