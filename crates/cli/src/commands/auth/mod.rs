//! `spapi auth`: from Amazon's consent page to a file of credentials.

mod loopback;
mod page;
mod paste;
mod target;

use crate::connection::{Connection, Needs, Server, servers};
use crate::exit::{Exit, Failure};
use crate::output::{Format, JsonOut};
use crate::{notes, number, time};
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;
use loopback::Loopback;
use page::{Page, Place, accepting};
use paste::{is_code, later_pasted, pasted};
use serde_json::json;
use spapi_core::auth::{AuthorizationCode, Consent, ConsentState};
use std::io::{self, Write};
use std::time::Duration;
use target::{Target, suggest_doctor};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Have a seller or vendor at this machine authorize the application, and save the credentials.
    Authorize(AuthorizeOptions),
    /// Write the URL of Amazon's consent page and its state, to be sent to a seller or vendor.
    Url(UrlOptions),
    /// Turn the URL or code that a seller or vendor has sent back into saved credentials.
    Exchange(ExchangeOptions),
}

const AUTHORIZE_HELP: &str = "\
The client id and secret are read from SPAPI_CLIENT_ID and SPAPI_CLIENT_SECRET, or from the file of --credentials.

The program shows the URL of Amazon's page. Open it in a browser as the seller's or vendor's primary user, consent, and \
paste the URL that the browser then shows. Amazon gives 5 minutes for that. For a seller or vendor elsewhere, use \
`spapi auth url` and `spapi auth exchange`. A private application is authorized in Seller Central itself, which shows \
the refresh token.

Nothing needs to be pasted if the browser returns to this machine. Amazon registers no redirect URI on this machine, so \
let a tunnel lead from --redirect-uri to the port of --listen. With a sandbox on this machine, which has a consent page \
of its own, the program listens by itself.

Examples:
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --save seller.json
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --profile jp
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --profile jp \\
    --redirect-uri https://tunnel.example/back --listen 8765";

#[derive(Debug, Args)]
#[command(after_help = AUTHORIZE_HELP)]
pub struct AuthorizeOptions {
    #[command(flatten)]
    page: Page,

    /// Take the answer at this port of 127.0.0.1; 0 takes a free one [default: the port of a --redirect-uri on this machine;
    /// with a sandbox on this machine a free one; otherwise the answer is pasted].
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, value_parser = number::port)]
    listen: Option<u16>,

    /// How long to wait for the answer at the port.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = time::wait, allow_hyphen_values = true)]
    timeout: Duration,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    connection: Connection,
}

const URL_HELP: &str = "\
The first line is the URL, the second its state. The state belongs to this one seller or vendor: keep it, and give it \
to `spapi auth exchange` together with the URL that they send back. Amazon's code in that URL is good for 5 minutes. No \
credentials are needed.

Example:
  spapi auth url --marketplace JP --application-id amzn1.sellerapps.app.0123";

#[derive(Debug, Args)]
#[command(after_help = URL_HELP)]
pub struct UrlOptions {
    #[command(flatten)]
    page: Page,

    /// The server that has the page: production, or the URL of a sandbox on this machine.
    #[arg(
        short,
        long,
        env = "SPAPI_ENDPOINT",
        hide_env_values = true,
        default_value = "production",
        value_name = "ENDPOINT",
        add = ArgValueCandidates::new(servers),
    )]
    endpoint: Server,

    /// The format of the URL and the state.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

const EXCHANGE_HELP: &str = "\
The URL that the seller or vendor sends back, or the code in it, is read from stdin, because a shell keeps a history of \
commands. \
The client id and secret are read as by `spapi auth authorize`.

Example:
  spapi auth exchange --marketplace JP --state 0123456789abcdef --save seller.json < came-back.txt";

#[derive(Debug, Args)]
#[command(after_help = EXCHANGE_HELP)]
pub struct ExchangeOptions {
    #[command(flatten)]
    place: Place,

    /// The state that `spapi auth url` wrote together with the URL. It must be the state in the URL that is exchanged; a
    /// code alone has none.
    #[arg(long, value_name = "STATE")]
    state: Option<String>,

    /// The redirect URI that was given to `spapi auth url`, if one was.
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Authorize(options) => authorize(options).await,
        Command::Url(options) => url(&options),
        Command::Exchange(options) => exchange(options).await,
    }
}

async fn authorize(options: AuthorizeOptions) -> Result<(), Failure> {
    let AuthorizeOptions { page, listen, timeout, target, connection } = options;
    refuse_embedded(&connection.endpoint)?;
    let (file, option) = target.file(&connection)?;
    target::refuse_existing(&file)?;
    let consent = page.consent(&connection.endpoint)?;
    let loopback = match page.port(listen, &connection.endpoint)? {
        Some(port) => Some(Loopback::open(port, page.redirect_uri.as_deref()).await?),
        None => None,
    };
    let consent = match &loopback {
        Some(loopback) if page.redirect_uri.is_none() => consent.redirect_uri(loopback.url()),
        _ => consent,
    };
    let state = ConsentState::random()?;
    let connected = connection.connect(page.place.marketplace.region(), Needs::Application).await?;

    // The lock must not be held while the program waits.
    writeln!(io::stdout(), "{}", consent.url(&state))?;
    io::stdout().flush()?;
    let Some(loopback) = loopback else {
        notes::note("open this URL as the primary user, consent, and paste the URL that the browser returns to:");
        let code = consent.accept(&pasted()?, &state)?;
        target::save(&connected.client, &code, &file).await?;
        suggest_doctor(page.place.marketplace, &option, &connection);
        return Ok(());
    };
    notes::note(format!(
        "open this URL as the primary user, and consent: the program waits at {} for the answer. If the browser cannot \
         reach that, paste the URL that it shows at the end:",
        loopback.url()
    ));
    let mut waiting = loopback.wait(consent.clone(), state.clone());
    let code = tokio::select! {
        answer = waiting.answer() => answer,
        pasted = later_pasted() => pasted.and_then(|pasted| Ok(consent.accept(&pasted, &state)?)),
        () = tokio::time::sleep(timeout) => Err(late(timeout)),
    };
    let saved = match code {
        Ok(code) => target::save(&connected.client, &code, &file).await,
        Err(failure) => Err(failure),
    };
    // The browser shows the end before the program ends.
    waiting.end(&saved).await;
    saved?;
    suggest_doctor(page.place.marketplace, &option, &connection);
    Ok(())
}

fn late(timeout: Duration) -> Failure {
    let seconds = timeout.as_secs();
    Failure::new(Exit::Authorization, format!("no answer came within {seconds} seconds, so nothing was saved"))
        .with_next("run the command again, and consent in the new page; --timeout gives more time")
}

fn url(options: &UrlOptions) -> Result<(), Failure> {
    refuse_embedded(&options.endpoint)?;
    let state = ConsentState::random()?;
    let url = options.page.consent(&options.endpoint)?.url(&state);
    match options.format {
        Format::Table => writeln!(io::stdout(), "{url}\n{}", state.as_str())?,
        Format::Json | Format::Jsonl => {
            writeln!(JsonOut::new(), "{}", json!({ "url": url, "state": state.as_str() }))?;
        }
    }
    notes::note(format!(
        "send the URL, keep the state, and exchange the URL that is sent back for credentials: spapi auth exchange --marketplace {} \
         --state {}",
        options.page.place.marketplace.country_code(),
        state.as_str()
    ));
    Ok(io::stdout().flush()?)
}

async fn exchange(options: ExchangeOptions) -> Result<(), Failure> {
    refuse_embedded(&options.connection.endpoint)?;
    let (file, option) = options.target.file(&options.connection)?;
    target::refuse_existing(&file)?;
    let connected = options.connection.connect(options.place.marketplace.region(), Needs::Application).await?;
    let pasted = pasted()?;
    let code = if is_code(&pasted) {
        notes::warn("a code alone has no state that proves who sent it: exchange it only if you know the sender");
        let code = AuthorizationCode::new(pasted);
        options.redirect_uri.into_iter().fold(code, AuthorizationCode::with_redirect_uri)
    } else {
        let state = options.state.ok_or_else(|| {
            Failure::usage("--state is not given, so the URL's state cannot be compared with it")
                .with_next("give the state that `spapi auth url` wrote together with the URL")
        })?;
        let consent = options.redirect_uri.into_iter().fold(accepting(&options.place)?, Consent::redirect_uri);
        consent.accept(&pasted, &ConsentState::from(state))?
    };
    target::save(&connected.client, &code, &file).await?;
    suggest_doctor(options.place.marketplace, &option, &options.connection);
    Ok(())
}

fn refuse_embedded(endpoint: &Server) -> Result<(), Failure> {
    match endpoint {
        Server::Embedded => {
            Err(Failure::usage("the embedded sandbox ends with the command, and its credentials with it")
                .with_next("start `spapi sandbox serve`, which has a consent page, and give --endpoint and its URL"))
        }
        _ => Ok(()),
    }
}
