//! `spapi auth authorize`: from Amazon's consent page to a file of credentials.

use crate::args::AuthorizeArgs;
use crate::endpoint::{Needs, Server};
use crate::exit::{Exit, Failure};
use crate::notes;
use spapi_core::auth::{Consent, ConsentState, CredentialFile};
use std::io::{self, BufRead, Write};
use std::path::Path;

pub async fn run(args: AuthorizeArgs) -> Result<(), Failure> {
    if args.connection.endpoint == Server::Embedded {
        return Err(Failure::usage("the embedded sandbox has no consent page")
            .with_next("its sellers have authorized its application already"));
    }
    if args.application_id.starts_with("amzn1.application-oa2-client.") {
        return Err(Failure::usage("--application-id is a client id").with_next(
            "give the application's own id, amzn1.sellerapps.app..., from its page in the developer console",
        ));
    }
    check_new(&args.save)?;
    let consent = match args.vendor {
        true => Consent::of_vendor(args.marketplace, &args.application_id)?,
        false => Consent::of_seller(args.marketplace, &args.application_id)?,
    };
    let consent = args.redirect_uri.iter().fold(consent, |consent, uri| consent.redirect_uri(uri));
    let consent = if args.draft { consent.draft() } else { consent };
    let state = ConsentState::random()?;
    let connected = args.connection.connect(args.marketplace.region(), Needs::Application).await?;

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
    CredentialFile::save(&args.save, &credentials).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string())
            .with_next("the authorization stands, but its token is lost: mend the path and authorize again")
    })?;
    let seller = credentials.seller_id().map(|id| format!(" of {id}")).unwrap_or_default();
    notes::note(format!("the credentials{seller} are in {}, which you alone can read", args.save.display()));
    let endpoint = match &args.connection.endpoint {
        Server::Sandbox => " --endpoint sandbox".to_owned(),
        Server::Url(url) => format!(" --endpoint {url}"),
        Server::Production | Server::Embedded => String::new(),
    };
    notes::note(format!(
        "see whether they work: spapi doctor --marketplace {} --credentials {}{endpoint}",
        args.marketplace.country_code(),
        args.save.display()
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
