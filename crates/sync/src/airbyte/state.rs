//! The state between two runs, as both versions of Airbyte's source write it.

use super::AirbyteStream;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime as CivilDateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use spapi_core::{Error, ErrorKind};
use std::collections::{BTreeMap, HashMap};

/// The most rows of a parent stream whose cursors are kept one by one.
const MOST_PARTITIONS: usize = 10_000;

/// The states that a run begins with, by the name of the stream.
#[derive(Clone, Debug, Default)]
pub struct State(HashMap<String, Value>);

impl State {
    /// Reads a file of states. Without any it is empty, as is `[]` and `{}`. `file` is its name in errors.
    ///
    /// # Errors
    /// When it is not JSON, or has the form of versions before 4.
    pub fn parse(text: &str, file: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let wrong = |what: &str| {
            Error::new(ErrorKind::Config, format!("{file}: {what}"))
                .with_hint("Give the state as Airbyte stored it: a list of messages of the type STREAM or GLOBAL. To read all anew, give none.")
        };
        if text.is_empty() {
            return Ok(Self::default());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(&format!("it is not JSON: {error}")))?;
        let messages = match value {
            Value::Null => Vec::new(),
            Value::Array(messages) => messages,
            Value::Object(object) if object.is_empty() => Vec::new(),
            object @ Value::Object(_) if object.get("type").is_some() => vec![object],
            _ => return Err(wrong("it is a state of an old form, by stream names, which no version since 4 reads")),
        };
        let mut all = HashMap::new();
        for message in messages {
            // A line of the output of a run works too.
            let message = message.get("state").filter(|_| message["type"] == "STATE").cloned().unwrap_or(message);
            match message.get("type").and_then(Value::as_str) {
                Some("LEGACY") => {
                    return Err(wrong("it has a state of the type LEGACY, which no version since 4 reads"));
                }
                Some("GLOBAL") => {
                    let global = message.get("global").or_else(|| message.get("global_"));
                    let states = global.and_then(|global| global.get("stream_states")).and_then(Value::as_array);
                    states.into_iter().flatten().for_each(|state| take(&mut all, state));
                }
                _ => {
                    if let Some(state) = message.get("stream") {
                        take(&mut all, state);
                    }
                }
            }
        }
        Ok(Self(all))
    }

    pub(super) fn of(&self, stream: &str) -> Option<&Value> {
        self.0.get(stream)
    }
}

fn take(all: &mut HashMap<String, Value>, state: &Value) {
    let name = state.get("stream_descriptor").and_then(|descriptor| descriptor.get("name")).and_then(Value::as_str);
    if let (Some(name), Some(state @ Value::Object(_))) = (name, state.get("stream_state")) {
        all.insert(name.to_owned(), state.clone());
    }
}

/// How far a stream is read.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// It has no cursor.
    None,
    /// All up to a moment.
    Cursor {
        /// The name of the field.
        field: &'static str,
        /// The moment.
        at: Option<Timestamp>,
    },
    /// All up to a moment, with the moments of rows of a parent stream.
    Partitions(Partitions),
}

/// The state of a stream that is read for each row of another.
#[derive(Clone, Debug)]
pub(super) struct Partitions {
    /// The name of the cursor.
    field: &'static str,
    /// The parent stream.
    parent: &'static str,
    /// The name of the parent's cursor.
    parent_field: String,
    /// The field of the parent's rows by which they are known.
    key: &'static str,
    /// The moment up to which the parent is read.
    pub at: Option<Timestamp>,
    /// The cursor of each row of the parent.
    each: BTreeMap<String, String>,
    /// Whether there are too many of them.
    is_global: bool,
}

/// The streams that Airbyte reads for each row of a parent, with the parent, its cursor and its key.
const PARENTS: [(&str, &str, &str, &str); 2] = [
    ("OrderItems", "Orders", "LastUpdateDate", "AmazonOrderId"),
    ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE", "flat_file_settlement_v2_helper", "dataEndTime", "reportId"),
];

impl Progress {
    /// That of a stream by its state of the last run.
    pub fn of(stream: &AirbyteStream, state: Option<&Value>) -> Self {
        let Some(cursor) = stream.cursor else { return Self::None };
        let moment = |value: Option<&Value>| value.and_then(Value::as_str).and_then(read_moment);
        let flat = moment(state.and_then(|state| state.get(cursor.field)));
        let Some((_, parent, parent_field, key)) = PARENTS.iter().copied().find(|(name, ..)| *name == stream.name)
        else {
            return Self::Cursor { field: cursor.field, at: flat };
        };
        let mut own = Partitions {
            field: cursor.field,
            parent,
            parent_field: parent_field.to_owned(),
            key,
            at: flat,
            each: BTreeMap::new(),
            is_global: false,
        };
        let Some(state) = state else { return Self::Partitions(own) };
        let of_parent = state.get("parent_state").and_then(|states| states.get(parent)).and_then(Value::as_object);
        if let Some((field, value)) = of_parent.and_then(|state| state.iter().find(|(_, value)| value.is_string())) {
            own.parent_field.clone_from(field);
            own.at = moment(Some(value));
        }
        own.at = own.at.or_else(|| moment(state.get("state").and_then(|state| state.get(cursor.field))));
        own.is_global = state.get("use_global_cursor").and_then(Value::as_bool).unwrap_or(false);
        for known in state.get("states").and_then(Value::as_array).into_iter().flatten() {
            let id = known.get("partition").and_then(|partition| partition.get(key)).and_then(Value::as_str);
            let value = known.get("cursor").and_then(|value| value.get(cursor.field)).and_then(Value::as_str);
            if let (Some(id), Some(value)) = (id, value) {
                own.each.insert(id.to_owned(), value.to_owned());
            }
        }
        Self::Partitions(own)
    }

    /// The moment up to which it is read.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Cursor { at, .. } | Self::Partitions(Partitions { at, .. }) => *at,
        }
    }

    /// Moves it forward.
    pub fn advance(&mut self, to: Timestamp) {
        match self {
            Self::None => {}
            Self::Cursor { at, .. } | Self::Partitions(Partitions { at, .. }) => {
                *at = Some(at.map_or(to, |at| at.max(to)));
            }
        }
    }

    /// The rows of the parent that were read.
    pub fn partitions(&self) -> impl Iterator<Item = &str> {
        let each = match self {
            Self::Partitions(own) => Some(&own.each),
            _ => None,
        };
        each.into_iter().flat_map(|each| each.keys().map(String::as_str))
    }

    /// Notes a row of the parent.
    pub fn note_partition(&mut self, id: &str, cursor: &str) {
        let Self::Partitions(own) = self else { return };
        if own.is_global {
            return;
        }
        if own.each.len() >= MOST_PARTITIONS && !own.each.contains_key(id) {
            own.each.clear();
            own.is_global = true;
            return;
        }
        own.each.insert(id.to_owned(), cursor.to_owned());
    }

    /// The state. `seconds` is how long the run took so far, for the last state of a run.
    pub fn value(&self, seconds: Option<u64>) -> Value {
        match self {
            Self::None => json!({ "__ab_no_cursor_state_message": true }),
            Self::Cursor { field, at } => cursor(field, *at),
            Self::Partitions(own) => {
                let each = own.each.iter().map(|(id, value)| {
                    json!({
                        "partition": { own.key: id, "parent_slice": {} },
                        "cursor": { own.field: value },
                    })
                });
                let mut state = json!({
                    "use_global_cursor": own.is_global,
                    "states": each.collect::<Vec<_>>(),
                    "parent_state": { own.parent: cursor(&own.parent_field, own.at) },
                });
                if let Some(seconds) = seconds {
                    state["state"] = cursor(own.field, own.at);
                    state["lookback_window"] = json!(seconds);
                }
                state
            }
        }
    }
}

fn cursor(field: &str, at: Option<Timestamp>) -> Value {
    let mut object = Map::new();
    if let Some(at) = at {
        object.insert(field.to_owned(), Value::String(written(at)));
    }
    Value::Object(object)
}

/// A moment as states and records have it: in whole seconds of UTC.
pub(super) fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads a moment or a date in any form that records and states have it.
pub(super) fn read_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let civil = text.parse::<CivilDateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)));
    civil?.to_zoned(TimeZone::UTC).ok().map(|moment| moment.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(stream: &str, state: Value) -> Progress {
        Progress::of(AirbyteStream::find(stream).unwrap(), Some(&state))
    }

    fn parse(text: &str) -> State {
        State::parse(text, "state.json").unwrap()
    }

    #[test]
    fn states_of_every_form_are_read_and_old_ones_are_refused() {
        for none in ["", "[]", "{}", "null", " [] ", "[null]", r#"[{"type":"STREAM","stream":null}]"#] {
            assert!(parse(none).of("Orders").is_none(), "{none}");
        }
        let state = r#"{"stream_descriptor":{"name":"Orders","namespace":null},"stream_state":{"LastUpdateDate":"x"}}"#;
        for form in [
            format!(r#"[{{"type":"STREAM","stream":{state},"new":1}}]"#),
            format!(r#"{{"type":"STREAM","stream":{state}}}"#),
            format!(r#"[{{"type":"STATE","state":{{"type":"STREAM","stream":{state}}}}}]"#),
            format!(r#"[{{"type":"GLOBAL","global":{{"stream_states":[{state}]}}}}]"#),
            format!(r#"[{{"type":"GLOBAL","global_":{{"shared_state":null,"stream_states":[{state}]}}}}]"#),
        ] {
            assert_eq!(parse(&form).of("Orders").unwrap()["LastUpdateDate"], "x", "{form}");
        }
        for old in [r#"{"Orders":{"LastUpdateDate":"2026-01-01"}}"#, r#"[{"type":"LEGACY","data":{}}]"#] {
            let error = State::parse(old, "state.json").unwrap_err().to_string();
            assert!(error.starts_with("state.json: it ") && error.contains("no version since 4"), "{error}");
        }
        assert!(State::parse("[", "state.json").unwrap_err().to_string().contains("not JSON"));
    }

    #[test]
    fn a_cursor_is_read_in_all_its_forms_and_written_in_utc() {
        for (given, expected) in [
            ("2026-01-05", "2026-01-05T00:00:00Z"),
            ("2026-01-05T03:04:05Z", "2026-01-05T03:04:05Z"),
            ("2026-01-05T03:04:05.678Z", "2026-01-05T03:04:05Z"),
            ("2026-01-05T12:04:05+09:00", "2026-01-05T03:04:05Z"),
            ("2026-01-05T03:04:05", "2026-01-05T03:04:05Z"),
        ] {
            let own = progress("GET_FBA_STORAGE_FEE_CHARGES_DATA", json!({ "dataEndTime": given }));
            assert_eq!(own.value(None), json!({ "dataEndTime": expected }), "{given}");
        }
        let unread = progress("Orders", json!({ "LastUpdateDate": "soon" }));
        assert_eq!(unread.value(None), json!({}));
        let whole = progress("FbaInboundShipments", json!({}));
        assert_eq!(whole.value(None), json!({ "__ab_no_cursor_state_message": true }));
    }

    #[test]
    fn a_state_by_partitions_is_written_as_it_was_read() {
        let state = json!({
            "use_global_cursor": false,
            "states": [{
                "partition": { "AmazonOrderId": "111-1", "parent_slice": {} },
                "cursor": { "LastUpdateDate": "2026-01-02T03:04:05Z" }
            }],
            "state": { "LastUpdateDate": "2026-01-05T03:04:05Z" },
            "lookback_window": 3,
            "parent_state": { "Orders": { "LastUpdateDate": "2026-01-05T03:04:05Z" } }
        });
        assert_eq!(progress("OrderItems", state.clone()).value(Some(3)), state);
        let flat = progress("OrderItems", json!({ "LastUpdateDate": "2026-01-05T03:04:05Z" }));
        assert_eq!(flat.value(None)["parent_state"], state["parent_state"]);
        let settlement = progress(
            "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE",
            json!({
                "states": [{ "partition": { "reportId": "7" }, "cursor": { "dataEndTime": "2026-01-01T00:00:00Z" } }],
                "parent_state": { "flat_file_settlement_v2_helper": { "createdTime": "2026-01-05T00:00:00Z" } }
            }),
        );
        assert_eq!(settlement.partitions().collect::<Vec<_>>(), ["7"]);
        let written = settlement.value(None);
        assert_eq!(written["parent_state"]["flat_file_settlement_v2_helper"]["createdTime"], "2026-01-05T00:00:00Z");
        assert!(written.get("state").is_none());
    }

    #[test]
    fn too_many_partitions_become_one_cursor() {
        let mut own = progress("OrderItems", json!({}));
        for number in 0..=MOST_PARTITIONS {
            own.note_partition(&number.to_string(), "2026-01-01T00:00:00Z");
        }
        let value = own.value(None);
        assert_eq!((&value["use_global_cursor"], value["states"].as_array().map(Vec::len)), (&json!(true), Some(0)));
    }
}
