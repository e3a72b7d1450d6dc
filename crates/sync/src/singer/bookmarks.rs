//! The state of a tap: which slices the target has.

use super::read;
use crate::{Gap, Origin, SliceId, SliceSource, SliceState, Stream};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use spapi_core::{DateTime, Error, ErrorKind};
use std::collections::BTreeMap;
use std::path::Path;

/// What stands for a marketplace where the rows of all come together.
const ALL: &str = "all";

/// The committed slices of streams and marketplaces, in the form of Singer's state.
///
/// ```json
/// {"bookmarks": {
///   "GET_LEDGER_DETAIL_VIEW_DATA": {"A1VC38T7YXB528": {"slices": [
///     {"from": "2026-01-01T00:00:00Z", "to": "2026-01-31T00:00:00Z", "count": 30}]}},
///   "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2": {"all": {"reports": {"50001": "2026-01-14T03:00:00Z"}}}}}
/// ```
///
/// An entry of `slices` is a range that was read in `count` slices of the same length, one after the other. Of reports that Amazon
/// makes by itself, `reports` has the id of each with the time when it was made. Snapshots have no entry. `gaps` has the slices that
/// failed, each by its name, with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bookmarks {
    streams: BTreeMap<String, BTreeMap<String, Bookmark>>,
}

/// What is known of a stream and a marketplace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bookmark {
    slices: Slices,
    /// The gaps by the names of their slices.
    gaps: BTreeMap<String, Gap>,
}

/// The end of each slice by its name.
type Slices = BTreeMap<String, String>;

impl Bookmarks {
    /// Reads a file. An empty one has no slices.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a state of this tap. The error names the file and the key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::parse(&read(path, "the state that the target printed last")?, &path.display().to_string())
    }

    /// Reads a state. `file` is its name in errors. Null and an empty object have no slices.
    ///
    /// # Errors
    /// When it is not a state of this tap.
    pub fn parse(state: &Json, file: &str) -> Result<Self, Error> {
        let wrong = |key: &str, what: &str| {
            Error::new(ErrorKind::Config, format!("{file}: {key}: {what}")).with_hint(
                "Give the value of the last state that this tap wrote, or none to read everything from the start.",
            )
        };
        let state = match state {
            Json::Null => return Ok(Self::default()),
            Json::Object(state) => state,
            _ => return Err(wrong("the state", "it is not an object")),
        };
        let Some(bookmarks) = state.get("bookmarks") else {
            return match state.keys().next() {
                None => Ok(Self::default()),
                Some(_) => Err(wrong("bookmarks", "it is missing")),
            };
        };
        let object =
            |value: &Json, key: &str| value.as_object().cloned().ok_or_else(|| wrong(key, "it is not an object"));
        let mut streams = BTreeMap::new();
        for (stream, marketplaces) in object(bookmarks, "bookmarks")? {
            let key = format!("bookmarks.{stream}");
            let mut found = BTreeMap::new();
            for (name, bookmark) in object(&marketplaces, &key)? {
                let key = format!("{key}.{name}");
                let marketplace = if name == ALL { String::new() } else { name };
                let id = SliceId { stream: stream.clone(), marketplace: marketplace.clone(), ..SliceId::default() };
                let bookmark = Bookmark::parse(&object(&bookmark, &key)?, &id);
                let bookmark = bookmark.map_err(|(part, what)| wrong(&format!("{key}.{part}"), what))?;
                found.insert(marketplace, bookmark);
            }
            streams.insert(stream, found);
        }
        Ok(Self { streams })
    }

    /// The value of a state message.
    pub fn to_json(&self) -> Json {
        let mut bookmarks = Map::new();
        for (stream, marketplaces) in &self.streams {
            let mut of_stream = Map::new();
            for (marketplace, bookmark) in marketplaces {
                let name = if marketplace.is_empty() { ALL } else { marketplace };
                of_stream.insert(name.to_owned(), bookmark.to_json());
            }
            bookmarks.insert(stream.clone(), Json::Object(of_stream));
        }
        json!({ "bookmarks": bookmarks })
    }

    /// Takes a slice that the target has. A snapshot leaves no trace.
    pub(super) fn commit(&mut self, id: &SliceId, source: &SliceSource) {
        self.close_gap(id);
        if !source.to.is_empty() {
            self.bookmark(id).slices.insert(id.slice.clone(), source.to.clone());
        }
    }

    /// Takes a slice that failed.
    pub(super) fn note_gap(&mut self, gap: Gap) {
        let id = gap.id.clone();
        // The state is that of one connection.
        let gap = Gap { id: SliceId { connection: String::new(), ..gap.id }, ..gap };
        self.bookmark(&id).gaps.insert(id.slice, gap);
    }

    /// Removes a gap.
    pub(super) fn close_gap(&mut self, id: &SliceId) {
        let marketplaces = self.streams.get_mut(&id.stream);
        if let Some(bookmark) = marketplaces.and_then(|marketplaces| marketplaces.get_mut(&id.marketplace)) {
            bookmark.gaps.remove(&id.slice);
        }
    }

    fn bookmark(&mut self, id: &SliceId) -> &mut Bookmark {
        let stream = self.streams.entry(id.stream.clone()).or_default();
        stream.entry(id.marketplace.clone()).or_default()
    }

    /// The gaps of a connection.
    pub(super) fn gaps(&self, connection: &str) -> Vec<Gap> {
        let gaps = self.streams.values().flat_map(BTreeMap::values).flat_map(|bookmark| bookmark.gaps.values());
        let id = |gap: &Gap| SliceId { connection: connection.to_owned(), ..gap.id.clone() };
        gaps.map(|gap| Gap { id: id(gap), ..gap.clone() }).collect()
    }

    /// The slices as the states of a connection.
    pub(super) fn states(&self, connection: &str) -> Vec<SliceState> {
        let mut states = Vec::new();
        for (stream, marketplaces) in &self.streams {
            for (marketplace, bookmark) in marketplaces {
                states.extend(bookmark.slices.iter().map(|(slice, to)| SliceState {
                    id: SliceId {
                        connection: connection.to_owned(),
                        stream: stream.clone(),
                        marketplace: marketplace.clone(),
                        slice: slice.clone(),
                    },
                    source: SliceSource {
                        to: to.clone(),
                        request_id: if is_found(stream) { slice.clone() } else { String::new() },
                        document_id: String::new(),
                    },
                    // A state of Singer does not have these.
                    rows: 0,
                    rejected: 0,
                    generation: 1,
                    committed_at: String::new(),
                }));
            }
        }
        states
    }
}

/// Whether the slices of a stream are reports that Amazon makes by itself.
fn is_found(stream: &str) -> bool {
    Stream::find(stream).is_ok_and(|stream| matches!(stream.origin, Origin::Report { is_found: true, .. }))
}

/// The seconds of a time that is written as the engine writes times without a fraction. `None` for other texts.
fn seconds(text: &str) -> Option<i64> {
    let moment: Timestamp = text.parse().ok()?;
    Some(moment.as_second())
}

/// The time of seconds. `None` if they are too many.
fn time(seconds: i64) -> Option<String> {
    let moment = Timestamp::from_second(seconds).ok()?;
    Some(DateTime::from(std::time::SystemTime::from(moment)).as_str().to_owned())
}

/// Slices of the same length, one after the other.
struct Run {
    from: String,
    to: String,
    count: i64,
    /// The length of a slice, in seconds. `None` if its ends cannot be computed from seconds.
    length: Option<i64>,
}

/// Slices in the order of their start as runs.
fn runs<'a>(slices: impl Iterator<Item = (&'a String, &'a String)>) -> Json {
    let mut runs: Vec<Run> = Vec::new();
    for (from, to) in slices {
        let is_whole = |text: &str| seconds(text).and_then(time).as_deref() == Some(text);
        let length = (is_whole(from) && is_whole(to)).then(|| Some(seconds(to)? - seconds(from)?)).flatten();
        match runs.last_mut() {
            Some(last) if last.to == *from && length.is_some() && last.length == length => {
                last.to.clone_from(to);
                last.count += 1;
            }
            _ => runs.push(Run { from: from.clone(), to: to.clone(), count: 1, length }),
        }
    }
    runs.into_iter().map(|run| json!({ "from": run.from, "to": run.to, "count": run.count })).collect()
}

impl Bookmark {
    fn to_json(&self) -> Json {
        let mut bookmark = Map::new();
        let (times, reports): (Vec<_>, Vec<_>) = self.slices.iter().partition(|(name, _)| seconds(name).is_some());
        if !times.is_empty() {
            bookmark.insert("slices".to_owned(), runs(times.into_iter()));
        }
        if !reports.is_empty() {
            let reports = reports.into_iter().map(|(id, made)| (id.clone(), json!(made)));
            bookmark.insert("reports".to_owned(), reports.collect());
        }
        if !self.gaps.is_empty() {
            let gaps = self.gaps.iter().map(|(slice, gap)| {
                let gap = json!({
                    "to": gap.to, "reason": gap.reason, "attempts": gap.attempts, "failed_at": gap.failed_at,
                    "not_before": gap.not_before,
                });
                (slice.clone(), gap)
            });
            bookmark.insert("gaps".to_owned(), gaps.collect());
        }
        Json::Object(bookmark)
    }

    /// Reads a bookmark. The error is the part of it that is wrong and what is wrong with it. `id` has its stream and marketplace.
    fn parse(bookmark: &Map<String, Json>, id: &SliceId) -> Result<Self, (String, &'static str)> {
        let mut read = Self::default();
        for (part, value) in bookmark {
            let done = match (part.as_str(), value) {
                ("slices", Json::Array(runs)) => runs.iter().try_for_each(|run| read.add_run(run)),
                ("reports", Json::Object(reports)) => reports.iter().try_for_each(|(id, made)| {
                    let made = made.as_str().ok_or("a report has no time")?;
                    read.slices.insert(id.clone(), made.to_owned());
                    Ok(())
                }),
                ("gaps", Json::Object(gaps)) => gaps.iter().try_for_each(|(slice, gap)| {
                    let text = |name: &str| gap.get(name).and_then(Json::as_str).map(str::to_owned);
                    let parts = (text("to"), text("reason"), text("failed_at"), text("not_before"));
                    let (Some(to), Some(reason), Some(failed_at), Some(not_before)) = parts else {
                        return Err("a gap lacks to, reason, failed_at or not_before");
                    };
                    let attempts = gap.get("attempts").and_then(Json::as_u64).ok_or("a gap has no attempts")?;
                    let id = SliceId { slice: slice.clone(), ..id.clone() };
                    read.gaps.insert(slice.clone(), Gap { id, to, reason, attempts, failed_at, not_before });
                    Ok(())
                }),
                _ => Err("this tap does not write it"),
            };
            done.map_err(|what| (part.clone(), what))?;
        }
        Ok(read)
    }

    /// Adds the slices of a run.
    fn add_run(&mut self, run: &Json) -> Result<(), &'static str> {
        /// More than a stream can have, so that a damaged file cannot fill the memory.
        const MOST: i64 = 1_000_000;
        let text = |name: &str| run.get(name).and_then(Json::as_str).ok_or("an entry has no from or no to");
        let (from, to) = (text("from")?, text("to")?);
        let moment = |text: &str| seconds(text).ok_or("from or to is not a time such as 2026-01-31T00:00:00Z");
        let (start, end) = (moment(from)?, moment(to)?);
        match run.get("count").map_or(Some(1), Json::as_i64) {
            Some(1) => drop(self.slices.insert(from.to_owned(), to.to_owned())),
            Some(count) if (1..=MOST).contains(&count) && end > start && (end - start) % count == 0 => {
                let length = (end - start) / count;
                for index in 0..count {
                    let from = start + index * length;
                    let (from, to) = time(from).zip(time(from + length)).ok_or("a time is too far from now")?;
                    self.slices.insert(from, to);
                }
            }
            _ => return Err("count does not divide the range into whole seconds"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(slices: &[(&str, &str, &str, &str)]) -> Bookmarks {
        let mut bookmarks = Bookmarks::default();
        for (stream, marketplace, slice, to) in slices {
            let id = SliceId {
                connection: "a".to_owned(),
                stream: (*stream).to_owned(),
                marketplace: (*marketplace).to_owned(),
                slice: (*slice).to_owned(),
            };
            bookmarks.commit(&id, &SliceSource { to: (*to).to_owned(), ..SliceSource::default() });
        }
        bookmarks
    }

    fn parsed(state: &Json) -> Bookmarks {
        Bookmarks::parse(state, "state.json").unwrap()
    }

    #[test]
    fn slices_of_one_length_are_one_entry_and_come_back_one_by_one() {
        let day = |day: i64| time(1_767_225_600 + day * 86_400).unwrap();
        let days: Vec<_> = (0..730).map(|index| (day(index), day(index + 1))).collect();
        let mut slices: Vec<_> = days.iter().map(|(from, to)| ("Orders", "A1VC38T7YXB528", &**from, &**to)).collect();
        slices.remove(100);
        slices.push(("Orders", "A1VC38T7YXB528", "2028-01-01T00:00:00Z", "2028-01-01T07:30:00Z"));
        slices.push(("Orders", "ATVPDKIKX0DER", "2025-12-31T23:59:59.123456Z", "2026-01-01T00:00:00Z"));
        slices.push(("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "", "50001", "2026-01-14T03:00:00Z"));
        let bookmarks = committed(&slices);
        let json = bookmarks.to_json();
        assert_eq!(
            json["bookmarks"]["Orders"]["A1VC38T7YXB528"]["slices"],
            json!([
                { "from": "2026-01-01T00:00:00Z", "to": "2026-04-11T00:00:00Z", "count": 100 },
                { "from": "2026-04-12T00:00:00Z", "to": "2028-01-01T00:00:00Z", "count": 629 },
                { "from": "2028-01-01T00:00:00Z", "to": "2028-01-01T07:30:00Z", "count": 1 },
            ])
        );
        assert_eq!(
            json["bookmarks"]["GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"],
            json!({ "all": { "reports": { "50001": "2026-01-14T03:00:00Z" } } })
        );
        assert_eq!(parsed(&json), bookmarks);
        let states = bookmarks.states("a");
        assert_eq!(states.len(), slices.len());
        assert!(states.iter().any(|state| state.id.slice == "2026-04-10T00:00:00Z"));
    }

    #[test]
    fn a_slice_that_is_committed_again_has_its_new_end_and_a_snapshot_leaves_no_trace() {
        let bookmarks = committed(&[
            ("Orders", "m", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            ("Orders", "m", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"),
            ("GET_MERCHANT_LISTINGS_ALL_DATA", "m", "whole", ""),
        ]);
        let slices = json!([{ "from": "2026-01-01T00:00:00Z", "to": "2026-01-03T00:00:00Z", "count": 1 }]);
        assert_eq!(bookmarks.to_json(), json!({ "bookmarks": { "Orders": { "m": { "slices": slices } } } }));
    }

    #[test]
    fn a_gap_stays_with_its_reason_until_its_slice_is_committed_or_it_is_closed() {
        let mut bookmarks = Bookmarks::default();
        let gap = |slice: &str| Gap {
            id: SliceId {
                connection: "a".to_owned(),
                stream: "Orders".to_owned(),
                marketplace: "m".to_owned(),
                slice: slice.to_owned(),
            },
            to: "2026-01-03T00:00:00Z".to_owned(),
            reason: "Amazon says no".to_owned(),
            attempts: 2,
            failed_at: "2026-01-03T00:00:00Z".to_owned(),
            not_before: String::new(),
        };
        let [first, second] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"].map(gap);
        bookmarks.note_gap(first.clone());
        bookmarks.note_gap(second.clone());
        let read = parsed(&bookmarks.to_json());
        assert_eq!(read, bookmarks);
        assert_eq!(read.gaps("a"), [first.clone(), second.clone()]);
        bookmarks.commit(&first.id, &SliceSource { to: first.to.clone(), ..SliceSource::default() });
        assert_eq!(bookmarks.gaps("a"), std::slice::from_ref(&second));
        bookmarks.close_gap(&second.id);
        assert!(bookmarks.gaps("a").is_empty() && bookmarks.states("a").len() == 1);
    }

    #[test]
    fn a_state_of_another_tap_is_refused_with_its_key() {
        for empty in [Json::Null, json!({}), json!({ "bookmarks": {} })] {
            assert_eq!(parsed(&empty), Bookmarks::default());
        }
        let of = |bookmark: Json| json!({ "bookmarks": { "Orders": { "m": bookmark } } });
        for (state, key) in [
            (json!([]), "the state"),
            (json!({ "Orders": "2026-01-01" }), "bookmarks: it is missing"),
            (json!({ "bookmarks": { "Orders": "2026-01-01" } }), "bookmarks.Orders"),
            (of(json!({ "replication_key_value": "2026-01-01" })), "bookmarks.Orders.m.replication_key_value"),
            (of(json!({ "slices": [{ "from": "2026-01-01T00:00:00Z" }] })), "bookmarks.Orders.m.slices"),
            (of(json!({ "slices": [{ "from": "soon", "to": "2026-01-01T00:00:00Z" }] })), "not a time"),
            (
                of(
                    json!({ "slices": [{ "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "count": 7e12 }] }),
                ),
                "count does not divide",
            ),
            (of(json!({ "reports": { "1": null } })), "a report has no time"),
            (of(json!({ "gaps": { "2026-01-01T00:00:00Z": {} } })), "a gap lacks"),
        ] {
            let error = Bookmarks::parse(&state, "state.json").unwrap_err();
            assert!(
                error.to_string().contains(&format!("state.json: {key}")) || error.to_string().contains(key),
                "{error}"
            );
            assert_eq!(error.kind(), ErrorKind::Config);
        }
    }
}
