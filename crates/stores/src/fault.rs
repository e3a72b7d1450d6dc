//! What went wrong, and what to do.

use spapi_core::{Error, ErrorKind};
use std::error::Error as _;
use tokio_postgres::error::DbError;

/// What errors say to do where that depends on what the program does with the database: sentences, each with its full stop.
#[derive(Debug)]
pub struct Advice {
    /// After a fault that passes, such as a server that was restarted.
    pub again: &'static str,
    /// When the user lacks a right.
    pub rights: &'static str,
    /// When the server takes no more sessions.
    pub sessions: &'static str,
}

/// The error of a server, without the values that it may repeat.
pub(crate) fn failed(place: &str, error: &tokio_postgres::Error, advice: &Advice) -> Error {
    let (kind, what, hint) = match error.as_db_error() {
        Some(refused) => {
            let (kind, hint) = of_code(refused.code().code(), advice);
            (kind, refusal(refused), hint)
        }
        None => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            let what = format!("{error}{cause}");
            let (kind, hint) = without_code(error, advice);
            (kind, what, hint)
        }
    };
    Error::new(kind, format!("{place}, cannot be used: {what}")).with_hint(hint)
}

fn refusal(refused: &DbError) -> String {
    let code = refused.code().code();
    match code.get(..2) {
        // Its words about a value or a row repeat it.
        Some("22" | "23") => format!("it refused a value (code {code})"),
        _ => format!("{} (code {code})", refused.message()),
    }
}

/// What kind of error a code of the server is, and what to do.
fn of_code(code: &str, advice: &Advice) -> (ErrorKind, String) {
    let hint = match code {
        "28P01" | "28000" => {
            "Correct user, password or sslmode in the URL, or let the server allow the user in.".into()
        }
        "3D000" => "Create the database, or correct its name in the URL.".into(),
        "42501" => advice.rights.into(),
        "53100" => format!("The server's disk is full: make room. {}", advice.again),
        "53300" => advice.sessions.into(),
        "25006" => "The server is read-only. Give the URL of the one that can be written.".into(),
        _ if code.starts_with("57P") => format!("The server stops, or is not ready. {}", advice.again),
        _ => advice.again.into(),
    };
    // Not enough resources, ended by somebody, and errors of the machine: the settings may be right.
    let is_passing = ["53", "57", "58"].iter().any(|class| code.starts_with(class));
    (if is_passing { ErrorKind::Server } else { ErrorKind::Config }, hint)
}

fn without_code(error: &tokio_postgres::Error, advice: &Advice) -> (ErrorKind, String) {
    // The library shows its kinds of errors by their words alone.
    let shown = error.to_string();
    if error.is_closed() || shown.contains("communicating") {
        (ErrorKind::Lost, format!("The server went away. {}", advice.again))
    } else if shown.contains("TLS") {
        let hint = "Let the server offer TLS with a certificate that the URL's sslmode allows, or change sslmode: disable, prefer, \
                    require or verify-full, with sslrootcert=FILE for certificates of its own.";
        (ErrorKind::Config, hint.into())
    } else if shown.contains("connecting") || shown.contains("timeout") {
        (ErrorKind::Connect, "Start the server, or correct host and port in the URL.".into())
    } else if shown.contains("configuration") || shown.contains("authentication") {
        (ErrorKind::Config, "Correct user and password in the URL.".into())
    } else {
        (ErrorKind::Lost, advice.again.into())
    }
}
