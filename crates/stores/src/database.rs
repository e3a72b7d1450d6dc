//! A database: its URL, TLS, and what a session is set to.

use crate::fault::{self, Advice};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long to wait for a server, if the URL does not say.
const LONGEST_CONNECT: Duration = Duration::from_secs(30);
/// After how much silence the client asks whether the server is there, how often it repeats that, and how many times. The server
/// asks likewise, so that the locks of a machine that vanished are free after two minutes.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(10), 6);

const FORM: &str = "Write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, and special characters of user and \
    password as %40 and so on.";

/// A database of a Postgres server, with which sessions are opened. All parts of this project that use Postgres share it.
pub struct Database {
    config: Config,
    tls: MakeRustlsConnect,
    place: String,
    advice: &'static Advice,
}

impl Database {
    /// The database of a URL such as `postgres://user:password@host:5432/database?sslmode=verify-full`. Nothing is opened yet.
    ///
    /// `sslmode` is `disable`, `prefer`, `require` or `verify-full`, as in Postgres's own programs: only the last one checks the
    /// server's certificate, by those of the system or of the file `sslrootcert`. `advice` is what errors say to do.
    ///
    /// # Errors
    /// When it is not a URL of Postgres, or the file of certificates cannot be read. The error does not repeat the URL.
    pub fn parse(url: &str, advice: &'static Advice) -> Result<Self, Error> {
        // The parser's own error can repeat a part of the password.
        let unreadable =
            || Error::new(ErrorKind::Config, "the URL of the Postgres database cannot be read").with_hint(FORM);
        let url = url.trim();
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(unreadable());
        }
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let value = |text: &str| {
                percent_encoding::percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| unreadable())
            };
            match pair.split_once('=') {
                Some(("sslmode", text)) => mode = Some(value(text)?),
                Some(("sslrootcert", text)) => roots = Some(value(text)?),
                _ => rest.push(pair),
            }
        }
        let (mode, verifies) = match mode.as_deref() {
            Some("disable") => ("disable", false),
            None | Some("prefer") => ("prefer", false),
            Some("require") => ("require", false),
            Some("verify-full") => ("require", true),
            Some(_) => {
                let error = Error::new(ErrorKind::Config, "the URL of the Postgres database has an unknown sslmode");
                return Err(error.with_hint("Write disable, prefer, require or verify-full."));
            }
        };
        if roots.is_some() && !verifies {
            let message = "the URL of the Postgres database has sslrootcert without sslmode=verify-full";
            return Err(
                Error::new(ErrorKind::Config, message).with_hint("Add sslmode=verify-full, or remove sslrootcert.")
            );
        }
        rest.push(if mode == "disable" { "sslmode=disable" } else { "" });
        rest.push(if mode == "require" { "sslmode=require" } else { "" });
        rest.retain(|pair| !pair.is_empty());
        let mut config: Config = format!("{address}?{}", rest.join("&")).parse().map_err(|_| unreadable())?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unreadable());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(LONGEST_CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("spapi");
        }
        config.keepalives_idle(KEEPALIVE.0).keepalives_interval(KEEPALIVE.1).keepalives_retries(KEEPALIVE.2);
        let place = place(&config);
        Ok(Self { config, tls: MakeRustlsConnect::new(tls(verifies, roots.as_deref())?), place, advice })
    }

    /// The database in messages, without user and password: `the Postgres database sales on db.example, port 5432`.
    pub fn name(&self) -> &str {
        &self.place
    }

    /// The error of something that a session did, with what to do about it. It repeats no value of a statement.
    pub fn failed(&self, error: &tokio_postgres::Error) -> Error {
        fault::failed(&self.place, error, self.advice)
    }

    /// How sessions are opened, for a library that opens its own, such as a pool.
    pub fn connector(&self) -> (Config, MakeRustlsConnect) {
        (self.config.clone(), self.tls.clone())
    }

    /// Opens a session, which ends when the client is dropped. The task ends when the session has ended. No limit of the server's
    /// ends a statement or an idle session.
    ///
    /// # Errors
    /// When there is no such server or database, it refuses the user, or TLS cannot be used.
    pub async fn open(&self) -> Result<(Client, JoinHandle<()>), Error> {
        let failed = |error| self.failed(&error);
        let (client, connection) = self.config.connect(self.tls.clone()).await.map_err(failed)?;
        let task = tokio::spawn(async move {
            // Whatever the session does next has the error too.
            let _ = connection.await;
        });
        // Older servers lack some of the settings.
        let (idle, interval, count) = KEEPALIVE;
        let settings = format!(
            "select set_config(name, case name when 'tcp_keepalives_idle' then '{}' when 'tcp_keepalives_interval' then '{}'
             when 'tcp_keepalives_count' then '{count}' else '0' end, false) from pg_settings
             where name in ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count',
                            'statement_timeout', 'idle_session_timeout', 'lock_timeout')",
            idle.as_secs(),
            interval.as_secs()
        );
        client.batch_execute(&settings).await.map_err(failed)?;
        Ok((client, task))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.place).finish()
    }
}

/// The database and its host.
fn place(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => folder.display().to_string(),
        None => config.get_hostaddrs().first().map(ToString::to_string).unwrap_or_default(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let name = config.get_dbname().or(config.get_user()).unwrap_or("of the user's name");
    format!("the Postgres database {name} on {host}, port {port}")
}

/// Without `verifies` the connection is encrypted, but any certificate will do, as Postgres's own programs have it.
fn tls(verifies: bool, roots: Option<&str>) -> Result<ClientConfig, Error> {
    let unusable = |error: rustls::Error| Error::new(ErrorKind::Config, "TLS cannot be used").with_source(error);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    Ok(match (verifies, roots) {
        (false, _) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))).with_no_client_auth()
        }
        (true, None) => builder.with_platform_verifier().map_err(unusable)?.with_no_client_auth(),
        (true, Some(file)) => builder.with_root_certificates(read(file)?).with_no_client_auth(),
    })
}

fn read(file: &str) -> Result<RootCertStore, Error> {
    let unreadable = || {
        Error::new(ErrorKind::Config, format!("sslrootcert: the file {file} has no certificate that can be read"))
            .with_hint("Give a file with certificates in the form PEM.")
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unreadable().with_source(error))? {
        let certificate = certificate.map_err(|error| unreadable().with_source(error))?;
        store.add(certificate).map_err(|error| unreadable().with_source(error))?;
    }
    if store.is_empty() { Err(unreadable()) } else { Ok(store) }
}

/// Takes any certificate whose key the server has.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADVICE: Advice = Advice { again: "", rights: "", sessions: "" };

    #[test]
    fn a_wrong_url_is_refused_without_repeating_it() {
        for (url, said) in [
            ("", "cannot be read"),
            ("mysql://u:secret@h/d", "postgres://USER"),
            ("host=h password=secret", "postgres://USER"),
            ("postgres://u:secret@h:port/d", "cannot be read"),
            ("postgres://u:secret@h/d?sslmode=verify-ca", "disable, prefer, require or verify-full"),
            ("postgres://u:secret@h/d?sslrootcert=a.pem", "Add sslmode=verify-full"),
            ("postgres://u:secret@h/d?sslmode=verify-full&sslrootcert=none%2Fa.pem", "the file none/a.pem"),
        ] {
            let Err(error) = Database::parse(url, &ADVICE) else { panic!("{url} is taken") };
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(said) && !shown.contains("cret"), "{url}: {shown}");
        }
    }

    #[test]
    fn a_database_is_named_without_user_and_password() {
        let server =
            Database::parse("postgresql://me:secret@db.example:5433/sales?sslmode=verify-full", &ADVICE).unwrap();
        assert_eq!(server.name(), "the Postgres database sales on db.example, port 5433");
        assert!(!format!("{server:?}").contains("secret"));
        assert_eq!(server.config.get_ssl_mode(), tokio_postgres::config::SslMode::Require);
        let local = Database::parse("postgres:///sales?host=/run/postgresql&user=me", &ADVICE).unwrap();
        assert_eq!(local.name(), "the Postgres database sales on /run/postgresql, port 5432");
        assert_eq!(local.config.get_ssl_mode(), tokio_postgres::config::SslMode::Prefer);
    }
}
