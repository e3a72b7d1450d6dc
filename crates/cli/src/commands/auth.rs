//! `spapi auth`: from Amazon's consent page to a file of credentials.

use crate::connection::{Connection, Needs, Server};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::output::text::printable;
use clap::{Args, Subcommand};
use spapi_core::Marketplace;
use spapi_core::auth::{Consent, ConsentState, CredentialFile};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the URL of Amazon's consent page, and turn what comes back into a file of credentials.
    Authorize(AuthorizeOptions),
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
pub struct AuthorizeOptions {
    /// A marketplace of the region that is authorized, whose page is shown: a country code or an id.
    #[arg(short, long, value_name = "CODE")]
    marketplace: Marketplace,

    /// The application's id, amzn1.sellerapps.app...; it is not the client id.
    #[arg(long, value_name = "ID")]
    application_id: String,

    /// The file to write the credentials to. It must not exist yet.
    #[arg(long, value_name = "FILE")]
    save: PathBuf,

    /// Where the browser comes back to: one of the application's redirect URIs. The first of them unless given.
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    /// Authorize as a vendor, in Vendor Central.
    #[arg(long)]
    vendor: bool,

    /// The application is a draft.
    #[arg(long)]
    draft: bool,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Authorize(options) => authorize(options).await,
    }
}

async fn authorize(options: AuthorizeOptions) -> Result<(), Failure> {
    if options.connection.endpoint == Server::Embedded {
        return Err(Failure::usage("the embedded sandbox has no consent page")
            .with_next("its sellers have authorized its application already"));
    }
    if options.application_id.starts_with("amzn1.application-oa2-client.") {
        return Err(Failure::usage("--application-id is a client id").with_next(
            "give the application's own id, amzn1.sellerapps.app..., from its page in the developer console",
        ));
    }
    check_new(&options.save)?;
    let consent = match options.vendor {
        true => Consent::of_vendor(options.marketplace, &options.application_id)?,
        false => Consent::of_seller(options.marketplace, &options.application_id),
    };
    let consent = options.redirect_uri.iter().fold(consent, |consent, uri| consent.redirect_uri(uri));
    let consent = if options.draft { consent.draft() } else { consent };
    let state = ConsentState::random()?;
    let connected = options.connection.connect(options.marketplace.region(), Needs::Application).await?;

    let mut out = io::stdout().lock();
    writeln!(out, "{}", consent.url(&state))?;
    out.flush()?;
    notes::note("open this URL as the primary user, consent, and paste the URL that the browser comes back to:");
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new(Exit::Failed, format!("the URL cannot be read from stdin: {error}")))?;
    let code = consent.accept(&line, &state)?;
    let credentials = connected.client.authorize(&code).await?;
    // The code is spent: whatever is wrong with the file, the token must not be lost without a word.
    CredentialFile::save(&options.save, &credentials).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .with_next("the authorization stands, but its token is lost: mend the path and authorize again")
    })?;
    let seller = credentials.seller_id().map(|id| format!(" of {}", printable(id))).unwrap_or_default();
    notes::note(format!("the credentials{seller} are in {}, which you alone can read", options.save.display()));
    let endpoint = match &options.connection.endpoint {
        Server::Sandbox => " --endpoint sandbox".to_owned(),
        Server::Url(url) => format!(" --endpoint {url}"),
        Server::Production | Server::Embedded => String::new(),
    };
    notes::note(format!(
        "see whether they work: spapi doctor --marketplace {} --credentials {}{endpoint}",
        options.marketplace.country_code(),
        options.save.display()
    ));
    Ok(())
}

/// Looks before the code is spent whether the file can be written: it is not there, and its folder is.
fn check_new(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!(
            "{} is there already, and may hold another seller's token",
            path.display()
        ))
        .with_next("give --save another name, or move that file away"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() {
        true => Ok(()),
        false => Err(Failure::usage(format!("there is no folder {} to write to", folder.display()))
            .with_next("make it, or give --save another path")),
    }
}
