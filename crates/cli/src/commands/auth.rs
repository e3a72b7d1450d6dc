//! `spapi auth`: from Amazon's consent page to a file of credentials.

use crate::completion;
use crate::connection::{Connection, Needs, Profile, Server};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::output::{Format, JsonOut};
use crate::shell::word;
use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCompleter;
use serde_json::json;
use spapi_core::Marketplace;
use spapi_core::auth::{AuthorizationCode, Consent, ConsentState, CredentialFile};
use spapi_core::text::printable;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

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

Examples:
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --save seller.json
  spapi auth authorize --marketplace JP --application-id amzn1.sellerapps.app.0123 --profile jp";

#[derive(Debug, Args)]
#[command(after_help = AUTHORIZE_HELP)]
pub struct AuthorizeOptions {
    #[command(flatten)]
    page: Page,

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

/// The place of the authorization.
#[derive(Debug, Args)]
struct Place {
    /// A marketplace, by country code or id. The authorization is given on its page, and is valid in its region.
    #[arg(
        short,
        long,
        value_name = "CODE",
        env = "SPAPI_MARKETPLACE",
        hide_env_values = true,
        add = ArgValueCompleter::new(completion::marketplaces),
    )]
    marketplace: Marketplace,
}

/// What Amazon's consent page is made for.
#[derive(Debug, Args)]
struct Page {
    #[command(flatten)]
    place: Place,

    /// The application's id, amzn1.sellerapps.app... or amzn1.sp.solution...; it is not the client id.
    #[arg(long, value_name = "ID", value_parser = application_id)]
    application_id: String,

    /// The URL that the browser returns to, one of the application's redirect URIs [default: the first of them].
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    /// Authorize as a vendor, in Vendor Central.
    #[arg(long)]
    vendor: bool,

    /// The application is a draft.
    #[arg(long)]
    draft: bool,
}

impl Page {
    fn consent(&self) -> Result<Consent, Failure> {
        let consent = match self.vendor {
            true => Consent::of_vendor(self.place.marketplace, &self.application_id)?,
            false => Consent::of_seller(self.place.marketplace, &self.application_id)?,
        };
        let consent = self.redirect_uri.iter().fold(consent, |consent, uri| consent.redirect_uri(uri));
        Ok(if self.draft { consent.draft() } else { consent })
    }
}

fn application_id(text: &str) -> Result<String, &'static str> {
    if text.starts_with("amzn1.application-oa2-client.") {
        return Err("it is a client id: give the application's own id from its page in the developer console");
    }
    let id = ["amzn1.sellerapps.app.", "amzn1.sp.solution."].iter().find_map(|prefix| text.strip_prefix(prefix));
    let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    match id.is_some_and(|id| !id.is_empty() && is_plain(id)) {
        true => Ok(text.to_owned()),
        false => {
            Err("give the application's id, amzn1.sellerapps.app... or amzn1.sp.solution..., from its page in the \
                      developer console")
        }
    }
}

/// Where the credentials are saved.
#[derive(Debug, Args)]
struct Target {
    /// The file to write the credentials to. It must not exist yet. Without it, they are saved under --profile.
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    save: Option<PathBuf>,
}

impl Target {
    /// The file to write, and the option that names it in later calls.
    fn file(&self, connection: &Connection) -> Result<(PathBuf, String), Failure> {
        if let Some(path) = &self.save {
            return Ok((path.clone(), format!("--credentials {}", word(&path.display().to_string()))));
        }
        let profile = match &connection.profile {
            Some(profile) => Some(profile.clone()),
            None => Profile::of_environment()?,
        };
        let Some(profile) = profile else {
            return Err(Failure::usage("neither --save nor --profile is given")
                .with_next("add --save FILE, or --profile NAME; the profile default is used where no other is named"));
        };
        profile.make_folder()?;
        Ok((profile.file()?, format!("--profile {profile}")))
    }
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Authorize(options) => authorize(options).await,
        Command::Url(options) => url(&options),
        Command::Exchange(options) => exchange(options).await,
    }
}

async fn authorize(options: AuthorizeOptions) -> Result<(), Failure> {
    let AuthorizeOptions { page, target, connection } = options;
    refuse_embedded(&connection)?;
    let (file, option) = target.file(&connection)?;
    refuse_existing(&file)?;
    let consent = page.consent()?;
    let state = ConsentState::random()?;
    let connected = connection.connect(page.place.marketplace.region(), Needs::Application).await?;

    let mut out = io::stdout().lock();
    writeln!(out, "{}", consent.url(&state))?;
    out.flush()?;
    notes::note("open this URL as the primary user, consent, and paste the URL that the browser returns to:");
    let code = consent.accept(&pasted()?, &state)?;
    save(&connected.client, &code, &file).await?;
    suggest_doctor(page.place.marketplace, &option, &connection);
    Ok(())
}

fn url(options: &UrlOptions) -> Result<(), Failure> {
    let state = ConsentState::random()?;
    let url = options.page.consent()?.url(&state);
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

/// The URL that the browser returns to does not name the application.
const ANY_APPLICATION: &str = "amzn1.sellerapps.app.any";

async fn exchange(options: ExchangeOptions) -> Result<(), Failure> {
    refuse_embedded(&options.connection)?;
    let (file, option) = options.target.file(&options.connection)?;
    refuse_existing(&file)?;
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
        let consent = Consent::of_seller(options.place.marketplace, ANY_APPLICATION)?;
        let consent = options.redirect_uri.into_iter().fold(consent, Consent::redirect_uri);
        consent.accept(&pasted, &ConsentState::from(state))?
    };
    save(&connected.client, &code, &file).await?;
    suggest_doctor(options.place.marketplace, &option, &options.connection);
    Ok(())
}

fn refuse_embedded(connection: &Connection) -> Result<(), Failure> {
    match connection.endpoint {
        Server::Embedded => Err(Failure::usage("the embedded sandbox has no consent page")
            .with_next("its sellers have authorized its application already")),
        _ => Ok(()),
    }
}

/// The longest line that is read. A URL with a code has a few hundred characters.
const LONGEST: u64 = 16 * 1024;

/// The line that was pasted or piped.
fn pasted() -> Result<String, Failure> {
    let mut line = Vec::new();
    io::stdin()
        .lock()
        .take(LONGEST + 1)
        .read_until(b'\n', &mut line)
        .map_err(|error| Failure::new(Exit::Failed, format!("the URL cannot be read from stdin: {error}")))?;
    if line.len() as u64 > LONGEST {
        return Err(Failure::usage(format!(
            "the pasted text is longer than {LONGEST} characters, so it is not the URL"
        )));
    }
    let line = String::from_utf8(line).map_err(|_| Failure::usage("the pasted bytes are not text"))?;
    match line.trim() {
        "" => Err(Failure::usage("no URL was pasted")
            .with_next("start again, and paste the whole URL that the browser returns to, or send it to stdin")),
        line => Ok(line.to_owned()),
    }
}

/// Whether it is a code by itself and not a URL or a query.
fn is_code(pasted: &str) -> bool {
    pasted.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

/// Exchanges the code and saves the credentials.
async fn save(client: &spapi_core::Client, code: &AuthorizationCode, file: &Path) -> Result<(), Failure> {
    let credentials = client.authorize(code).await?;
    // The code is used up, so a token that cannot be saved is lost. The user must know.
    CredentialFile::save_new(file, &credentials).map_err(|error| {
        Failure::new(Exit::Failed, printable(&error.to_string()).to_string())
            .with_next("the authorization is valid, but its token is lost: authorize again, with another file")
    })?;
    let seller = credentials.seller_id().map(|id| format!(" of {}", printable(id).up_to(100))).unwrap_or_default();
    notes::note(format!("the credentials{seller} are in {}, which you alone can read", file.display()));
    Ok(())
}

fn suggest_doctor(marketplace: Marketplace, option: &str, connection: &Connection) {
    let endpoint = match &connection.endpoint {
        Server::Sandbox => " --endpoint sandbox".to_owned(),
        Server::Url(url) => format!(" --endpoint {}", word(url)),
        Server::Production | Server::Embedded => String::new(),
    };
    let code = marketplace.country_code();
    notes::note(format!("see whether they work: spapi doctor --marketplace {code} {option}{endpoint}"));
}

/// Refuses a file that exists or has no folder, before the code is used up.
fn refuse_existing(path: &Path) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} exists already, and may hold another seller's token", path.display()))
            .with_next("give another name, or move that file away"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match folder.is_dir() {
        true => Ok(()),
        false => Err(Failure::usage(format!("there is no folder {} to write to", folder.display()))
            .with_next("make it, or give --save another path")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_id_has_one_of_two_forms() {
        for id in ["amzn1.sellerapps.app.0123-ab", "amzn1.sp.solution.0a1b2c3d-0000-4000-8000-000000000000"] {
            assert_eq!(application_id(id).as_deref(), Ok(id));
        }
        for wrong in [
            "",
            "abc",
            "amzn1.sellerapps.app.",
            "amzn1.sp.solution.a b",
            "amzn1.sellerapps.app.1&x=2",
            " amzn1.sp.solution.1",
        ] {
            assert!(application_id(wrong).unwrap_err().contains("amzn1.sp.solution"), "{wrong}");
        }
        assert!(application_id("amzn1.application-oa2-client.0123").unwrap_err().contains("client id"));
    }

    #[test]
    fn a_code_is_neither_a_url_nor_a_query() {
        assert!(is_code("ANDMxqpCmqWHJeyzdbhH"));
        for other in ["https://shop.example/back?state=1", "?state=1", "state=1&spapi_oauth_code=2", "a b"] {
            assert!(!is_code(other), "{other}");
        }
    }
}
