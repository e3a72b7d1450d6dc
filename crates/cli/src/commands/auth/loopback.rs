//! The page of this machine to which the browser comes back with the answer.

use crate::exit::{Exit, Failure};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};
use spapi_core::auth::{AuthorizationCode, Consent, ConsentState};
use spapi_core::text::printable;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use url::Url;

/// How long the browser may take to read the last page.
const FAREWELL: Duration = Duration::from_secs(2);

/// A port of this machine, open for the answer.
pub struct Loopback {
    listener: TcpListener,
    /// Where the browser finds the port.
    url: String,
    /// The path of the redirect URI.
    path: String,
    /// The hosts under which the port is asked.
    hosts: Vec<String>,
}

impl Loopback {
    /// Opens the port, for the path of the redirect URI.
    pub async fn open(port: u16, redirect_uri: Option<&str>) -> Result<Self, Failure> {
        let redirect_uri = match redirect_uri.map(Url::parse) {
            None => None,
            Some(Ok(uri)) => Some(uri),
            Some(Err(error)) => {
                return Err(Failure::usage(format!("--redirect-uri is not a URL: {error}"))
                    .with_next("give the whole URL, as the application is registered with it"));
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| unopened(&error, port))?;
        let port = listener.local_addr().map_err(|error| unopened(&error, port))?.port();
        let path = redirect_uri.as_ref().map_or("/", Url::path).to_owned();
        let here = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let named = redirect_uri.iter().map(|uri| uri.authority().to_owned());
        Ok(Self {
            url: format!("http://127.0.0.1:{port}{path}"),
            hosts: here.into_iter().chain(named).collect(),
            path,
            listener,
        })
    }

    /// The URL that leads to the port on this machine.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes the answer from now on.
    pub fn wait(self, consent: Consent, state: ConsentState) -> Waiting {
        let (answers, answer) = mpsc::channel(1);
        let (end, ended) = watch::channel(None);
        let (stop, stopped) = oneshot::channel::<()>();
        let door = Door { consent, state, path: self.path, hosts: self.hosts, answers, ended };
        let router = Router::new().fallback(open).with_state(Arc::new(door));
        let server = axum::serve(self.listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        Waiting { answer, end, stop, server: tokio::spawn(server.into_future()) }
    }
}

fn unopened(error: &io::Error, port: u16) -> Failure {
    let next = "give another port that leads here by --listen; 0 takes a free one";
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(Exit::Failed, format!("port {port} is taken by another program")),
        _ => Failure::new(Exit::Failed, format!("port {port} cannot be opened: {error}")),
    }
    .with_next(next)
}

/// What the browser is shown at the end.
#[derive(Clone)]
struct End {
    status: StatusCode,
    title: &'static str,
    text: String,
}

/// The answer that is waited for.
pub struct Waiting {
    answer: mpsc::Receiver<Result<AuthorizationCode, Failure>>,
    end: watch::Sender<Option<End>>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Waiting {
    /// The first answer with the right state.
    pub async fn answer(&mut self) -> Result<AuthorizationCode, Failure> {
        let ended = || Failure::new(Exit::Failed, "the page of this machine ended before the answer came");
        self.answer.recv().await.unwrap_or_else(|| Err(ended()))
    }

    /// Shows the browser what came of it, and closes the port.
    pub async fn end(self, saved: &Result<String, Failure>) {
        let end = match saved {
            Ok(saved) => End {
                status: StatusCode::OK,
                title: "The application is authorized",
                text: format!("Done: {saved}. You can close this page."),
            },
            Err(failure) => End {
                status: StatusCode::BAD_REQUEST,
                title: "Nothing was saved",
                text: match failure {
                    Failure::Error { message, .. } => printable(message).to_string(),
                    Failure::ReaderGone => "The program has ended.".to_owned(),
                },
            },
        };
        self.end.send_replace(Some(end));
        let _ = self.stop.send(());
        // A browser that does not read must not keep the program.
        let _ = tokio::time::timeout(FAREWELL, self.server).await;
    }
}

/// What every request needs.
struct Door {
    consent: Consent,
    state: ConsentState,
    path: String,
    hosts: Vec<String>,
    answers: mpsc::Sender<Result<AuthorizationCode, Failure>>,
    ended: watch::Receiver<Option<End>>,
}

async fn open(State(door): State<Arc<Door>>, request: Request) -> Response {
    let page = |status, title, text: &str| respond(&End { status, title, text: text.to_owned() });
    // A foreign name that resolves to this machine gets nothing.
    if !door.is_asked_by_name(request.headers()) {
        return page(StatusCode::FORBIDDEN, "Refused", "This is not the host of the redirect URI.");
    }
    if request.uri().path() != door.path {
        return page(StatusCode::NOT_FOUND, "Not found", "Only the redirect URI leads to a page here.");
    }
    if request.method() != Method::GET {
        return page(StatusCode::METHOD_NOT_ALLOWED, "Refused", "This page takes GET.");
    }
    let query = request.uri().query().unwrap_or_default();
    if query.is_empty() {
        return page(StatusCode::OK, "No answer yet", "Open the URL that the program has written, and consent there.");
    }
    let answer = match door.consent.accept(query, &door.state) {
        Ok(code) => Ok(code),
        Err(error) if error.is_auth() => Err(Failure::from(error)),
        Err(error) => {
            let text = format!("{error} The program still waits for the answer to the URL that it has written.");
            return page(StatusCode::BAD_REQUEST, "This is another answer", &text);
        }
    };
    // Only the first answer counts: a code works once, and a page may be loaded again or in two tabs.
    let _ = door.answers.try_send(answer);
    let mut ended = door.ended.clone();
    match ended.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(end)) => respond(end),
        _ => page(StatusCode::SERVICE_UNAVAILABLE, "The program has ended", "Its terminal says why."),
    }
}

impl Door {
    fn is_asked_by_name(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)))
    }
}

fn respond(end: &End) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (end.title) " · spapi" }
            }
            body {
                main {
                    h1 { (end.title) }
                    p { (end.text) }
                }
            }
        }
    };
    // The URL has the code: it must not reach another site, nor stay in a cache.
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (end.status, headers, Html(page.into_string())).into_response()
}
