//! What went wrong, and what to do.

use spapi_core::{Error, ErrorKind};
use std::error::Error as _;
use tokio_postgres::error::DbError;

const AGAIN: &str = "Run again: what was committed is whole.";

/// The error of a server, without the values that it may repeat.
pub(crate) fn failed(place: &str, error: &tokio_postgres::Error) -> Error {
    let (kind, what, hint) = match error.as_db_error() {
        Some(refused) => {
            let (kind, hint) = of_code(refused.code().code());
            (kind, refusal(refused), hint)
        }
        None => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            let what = format!("{error}{cause}");
            let (kind, hint) = without_code(error);
            (kind, what, hint)
        }
    };
    Error::new(kind, format!("{place} cannot be used: {what}")).with_hint(hint)
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
fn of_code(code: &str) -> (ErrorKind, &'static str) {
    let hint = match code {
        "28P01" | "28000" => "Correct user, password or sslmode in the URL, or let the server allow the user in.",
        "3D000" => "Create the database, or correct its name in the URL.",
        "42501" => {
            "Grant the user CREATE on the schema, or on the database if the schema is missing, TEMPORARY on the database, and \
             SELECT, INSERT, UPDATE and DELETE on tables that another user made."
        }
        "53100" => "The server's disk is full. Make room and run again: what was committed is whole.",
        "53300" => {
            "The server has no free connection, and a run needs up to 5. Raise max_connections, or end other programs."
        }
        "25006" => "The server is read-only. Give the URL of the one that can be written.",
        _ if code.starts_with("57P") => {
            "The server stops, or is not ready. Run again when it is: what was committed is whole."
        }
        _ => AGAIN,
    };
    // Not enough resources, ended by somebody, and errors of the machine: the settings may be right.
    let is_passing = ["53", "57", "58"].iter().any(|class| code.starts_with(class));
    (if is_passing { ErrorKind::Server } else { ErrorKind::Config }, hint)
}

fn without_code(error: &tokio_postgres::Error) -> (ErrorKind, &'static str) {
    // The library shows its kinds of errors by their words alone.
    let shown = error.to_string();
    if error.is_closed() || shown.contains("communicating") {
        (ErrorKind::Lost, "The server went away. Run again when it is back: what was committed is whole.")
    } else if shown.contains("TLS") {
        let hint = "Let the server offer TLS with a certificate that the URL's sslmode allows, or change sslmode: disable, prefer, \
                    require or verify-full, with sslrootcert=FILE for certificates of its own.";
        (ErrorKind::Config, hint)
    } else if shown.contains("connecting") || shown.contains("timeout") {
        (ErrorKind::Connect, "Start the server, or correct host and port in the URL.")
    } else if shown.contains("configuration") || shown.contains("authentication") {
        (ErrorKind::Config, "Correct user and password in the URL.")
    } else {
        (ErrorKind::Lost, AGAIN)
    }
}
