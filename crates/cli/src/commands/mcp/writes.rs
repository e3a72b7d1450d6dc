//! The tools that write: a preview first, which gives a confirmation, and then exactly what was shown.

use super::answer::Answer;
use super::operations::{self, Call, prepare};
use super::reach::Client;
use super::service::Service;
use crate::calling::{Kept, Prepared, url};
use crate::exit::{Exit, Failure};
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spapi_core::operation::Repeat;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a preview can be confirmed.
const LIFE: Duration = Duration::from_secs(600);

/// How many previews wait at a time.
const MOST: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub struct Send {
    /// The confirmation that preview_write gave. It counts once.
    confirmation: String,
}

/// The previews that nobody has confirmed yet, the oldest first.
#[derive(Default)]
pub struct Previews(Mutex<VecDeque<Preview>>);

/// A call that was shown.
struct Preview {
    confirmation: String,
    shown_at: Instant,
    call: Prepared,
    client: Client,
}

impl Previews {
    fn keep(&self, preview: Preview) {
        let mut previews = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        previews.retain(|preview| preview.shown_at.elapsed() < LIFE);
        if previews.len() >= MOST {
            previews.pop_front();
        }
        previews.push_back(preview);
    }

    /// Takes a preview, which cannot be taken again.
    fn take(&self, confirmation: &str) -> Result<Preview, Failure> {
        let mut previews = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        previews.retain(|preview| preview.shown_at.elapsed() < LIFE);
        let index = previews.iter().position(|preview| preview.confirmation == confirmation.trim());
        index.and_then(|index| previews.remove(index)).ok_or_else(|| {
            let minutes = LIFE.as_secs() / 60;
            Failure::usage("no preview waits for this confirmation: each counts once, and for a few minutes")
                .with_next(format!("call preview_write, and send_write with its confirmation within {minutes} minutes"))
        })
    }
}

/// Shows what a call would send, and sends nothing.
pub async fn preview(service: &Service, call: Call) -> Result<Answer, Failure> {
    let found = operations::of_call(&call)?;
    service.allowed.check(found)?;
    let (prepared, client) = prepare(&service.reach, found, &call, None, None).await?;
    let kept = Kept::default();
    let nowhere = service.reach.connection.without_server(prepared.region, kept.clone())?;
    let sent = prepared.request(&nowhere).send().await;
    let request = kept.request(sent)?;
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned())));
    let shown = json!({
        "method": request.method().as_str(),
        "url": url(&request, &service.reach.connection.endpoint),
        "headers": headers.collect::<Map<_, _>>(),
        "body": body,
    });
    let confirmation = random()?;
    let warnings = prepared.warnings.clone();
    service.previews.keep(Preview {
        confirmation: confirmation.clone(),
        shown_at: Instant::now(),
        call: prepared,
        client,
    });
    let repeat = match found.entry.operation.repeat {
        Repeat::Idempotent => "a second call would leave the same state",
        Repeat::Create => "each call creates a new thing",
        _ => "it must not happen twice",
    };
    let data = json!({
        "operation": found.to_string(),
        "request": shown,
        "repeat": repeat,
        "confirmation": confirmation,
        "seconds_left": LIFE.as_secs(),
    });
    let next =
        "nothing was sent; show the request to the user, and call send_write with the confirmation if the user agrees";
    Ok(Answer::known(data).with_notes(warnings).with_more(Some(next.to_owned())))
}

/// What a confirmation stands for, taken out of the previews.
pub struct Confirmed(Preview);

impl Confirmed {
    /// Takes the preview of a confirmation.
    pub fn take(service: &Service, send: &Send) -> Result<Self, Failure> {
        service.previews.take(&send.confirmation).map(Self)
    }

    /// The operation, for the audit log.
    pub fn operation(&self) -> String {
        self.0.call.found.to_string()
    }

    /// Sends exactly what was shown.
    pub async fn send(self) -> Result<Answer, Failure> {
        let Preview { call, client, .. } = self.0;
        let answer = call.request(&client.connected.client).send().await;
        let answer = answer.map_err(|error| client.connected.failure(error))?;
        let list = call.found.entry.operation.paging.and_then(|paging| paging.items);
        let data = json!({ "status": answer.status().as_u16(), "request_id": answer.request_id(), "answer": *answer });
        Ok(Answer { list, ..Answer::foreign(data) })
    }
}

/// A text that nobody can guess.
fn random() -> Result<String, Failure> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(Exit::Failed, format!("the system has no random numbers: {error}")))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
