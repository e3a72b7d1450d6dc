//! `spapi events replay`: gives notifications that were kept to the work once more.

use super::listen::{Others, take};
use super::pick::Pick;
use super::source::{Source, Taking, Until};
use super::work::{Ending, Work};
use crate::exit::{Exit, Failure};
use crate::input;
use crate::interrupt;
use crate::notes;
use crate::number::noun;
use clap::Args;
use spapi_events::Notification;
use spapi_events::consume::{Delivery, HandlerError};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinSet;

const HELP: &str = "\
A file has a message, or one in each line; a folder has such files, whose names end with .json or .jsonl and give the order. A file \
without a message counts as a failure. \
Messages may be wrapped as queues have them. Files are only read. From a queue, such as a dead-letter queue, messages are deleted \
as `spapi events listen --until-empty` does.

Examples:
  spapi events replay events.jsonl --exec 'python3 handle.py'
  spapi events replay unreadable --to sqlite:events.db
  spapi events replay --queue https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders-dead --exec 'python3 handle.py'";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// Files or folders with messages, or - for stdin.
    #[arg(value_name = "PATH", required_unless_present_any = ["queue", "folder"], conflicts_with_all = ["queue", "folder"])]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    source: Source,

    #[command(flatten)]
    taking: Taking,

    #[command(flatten)]
    pick: Pick,

    #[command(flatten)]
    work: Work,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { paths, source, taking, pick, work } = options;
    pick.check()?;
    if source.is_given() {
        let others = Others { pick, delete: false, rotation: None };
        return take(&source, &taking, Until { empty: true, limit: None }, others, &work).await;
    }
    let ending = Arc::new(Ending::default());
    let worker = work.worker(&ending).await?;
    let mut replay = Replay { counts: Counts::default(), running: JoinSet::new() };
    let all = async {
        for message in messages(&paths)? {
            let (place, body) = message?;
            let notification = match Notification::parse(&body) {
                Ok(notification) => notification,
                Err(error) => {
                    replay.failed(&place, &error.to_string());
                    continue;
                }
            };
            if !pick.takes(&notification) {
                replay.counts.others += 1;
                continue;
            }
            while replay.running.len() >= work.concurrency() {
                replay.next().await;
            }
            if let Some(failure) = ending.failure() {
                return Err(failure);
            }
            let (worker, longest) = (worker.clone(), work.longest());
            replay.running.spawn(async move {
                let worked = tokio::time::timeout(longest, worker.work(&Delivery::of(notification))).await;
                (place, worked.unwrap_or_else(|_| Err(HandlerError::new("it took too long"))))
            });
        }
        while !replay.running.is_empty() {
            replay.next().await;
        }
        ending.failure().map_or(Ok(()), Err)
    };
    let ended = tokio::select! {
        biased;
        failure = interrupt::signal() => Err(failure),
        ended = all => ended,
    };
    let Counts { handled, failed, others } = replay.counts;
    let of_others = if others > 0 { format!(", {others} left out") } else { String::new() };
    notes::note(format!("{handled} handled, {failed} failed{of_others}"));
    ended?;
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Failed, format!("{failed} {} not handled", noun(failed, "message")))),
    }
}

#[derive(Default)]
struct Counts {
    handled: u64,
    failed: u64,
    others: u64,
}

struct Replay {
    counts: Counts,
    running: JoinSet<(String, Result<(), HandlerError>)>,
}

impl Replay {
    /// Waits for one that runs.
    async fn next(&mut self) {
        match self.running.join_next().await {
            Some(Ok((_, Ok(())))) => self.counts.handled += 1,
            Some(Ok((place, Err(error)))) => self.failed(&place, &error.to_string()),
            Some(Err(_)) => self.failed("a message", "the work was cut off"),
            None => {}
        }
    }

    fn failed(&mut self, place: &str, why: &str) {
        notes::warn(format!("{place}: {why}"));
        self.counts.failed += 1;
    }
}

/// A message with its place, for errors.
type Message = (String, Vec<u8>);

/// The messages of all files, read one by one.
fn messages(paths: &[PathBuf]) -> Result<impl Iterator<Item = Result<Message, Failure>>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        match !input::is_stdin(path) && path.is_dir() {
            true => files.extend(of_folder(path)?),
            false => files.push(path.clone()),
        }
    }
    Ok(files.into_iter().flat_map(|file| {
        let (lines, error) = match open(&file) {
            Ok(reader) => (Some(lines(file, reader)), None),
            Err(failure) => (None, Some(Err(failure))),
        };
        error.into_iter().chain(lines.into_iter().flatten())
    }))
}

/// The files of a folder that have messages, by name.
fn of_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    let has_messages = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        path.is_file() && matches!(ending, Some("json" | "jsonl"))
    };
    let mut files: Vec<_> =
        paths.map_err(|error| unreadable(folder, &error))?.into_iter().filter(has_messages).collect();
    files.sort();
    if files.is_empty() {
        return Err(Failure::usage(format!("{} has no file with messages", folder.display()))
            .with_next("their names end with .json or .jsonl"));
    }
    Ok(files)
}

fn open(file: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if input::is_stdin(file) {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(file).map_err(|error| unreadable(file, &error))?)))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{} cannot be read: {error}", input::name(path)))
}

/// The longest text that is read as one message, so that a longer one is refused as too long.
const LONGEST: u64 = Notification::MOST_BYTES as u64 + 1;

/// A message for each line, or for the whole file if its first line is not one by itself.
fn lines(file: PathBuf, mut reader: Box<dyn BufRead + Send>) -> impl Iterator<Item = Result<Message, Failure>> {
    let name = input::name(&file).into_owned();
    let mut number = 0_u64;
    // An empty stdin has nothing to handle, but an empty file has lost its message.
    let mut has_begun = input::is_stdin(&file);
    std::iter::from_fn(move || {
        loop {
            number += 1;
            let mut line = Vec::new();
            if let Err(error) = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                return Some(Err(unreadable(&file, &error)));
            }
            if line.is_empty() {
                return (!std::mem::replace(&mut has_begun, true)).then(|| Ok((name.clone(), Vec::new())));
            }
            let is_cut = line.len() as u64 == LONGEST && line.last() != Some(&b'\n');
            if !is_cut && line.trim_ascii().is_empty() {
                continue;
            }
            if !std::mem::replace(&mut has_begun, true) && !is_json(&line) {
                // An object over several lines.
                if let Err(error) =
                    reader.by_ref().take(LONGEST - (line.len() as u64).min(LONGEST)).read_to_end(&mut line)
                {
                    return Some(Err(unreadable(&file, &error)));
                }
                return Some(Ok((name.clone(), line)));
            }
            if is_cut {
                // The rest of the line is not another message.
                if let Err(error) = skip_line(&mut reader) {
                    return Some(Err(unreadable(&file, &error)));
                }
            }
            return Some(Ok((format!("{name}:{number}"), line)));
        }
    })
}

/// Whether the text is a whole value of JSON.
fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffered = reader.fill_buf()?;
        let (used, is_over) = match buffered.iter().position(|byte| *byte == b'\n') {
            Some(place) => (place + 1, true),
            None => (buffered.len(), buffered.is_empty()),
        };
        reader.consume(used);
        if is_over {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let found = lines(PathBuf::from("a.jsonl"), Box::new(io::Cursor::new(text.as_bytes().to_vec())));
        found
            .map(|message| message.map(|(place, body)| (place, String::from_utf8(body).unwrap())))
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn a_file_has_a_message_in_each_line_or_one_over_several_lines() {
        let pair = |place: &str, text: &str| (place.to_owned(), text.to_owned());
        assert_eq!(read("{\"a\":1}\n\n{\"b\":2}"), [pair("a.jsonl:1", "{\"a\":1}\n"), pair("a.jsonl:3", "{\"b\":2}")]);
        assert_eq!(read("{\n\"a\":1\n}\n"), [pair("a.jsonl", "{\n\"a\":1\n}\n")]);
        assert_eq!(
            read("\n{\"a\":1}\n{\"b\":2}\n"),
            [pair("a.jsonl:2", "{\"a\":1}\n"), pair("a.jsonl:3", "{\"b\":2}\n")]
        );
        for empty in ["", "\n", " \r\n\n"] {
            assert_eq!(read(empty), [pair("a.jsonl", "")], "one that cannot be read");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_one_message_that_cannot_be_read() {
        let long = format!("{{}}\n{}\n{{}}\n", "x".repeat(3 * Notification::MOST_BYTES));
        let found = read(&long);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1].1.len() as u64, LONGEST);
        assert!(Notification::parse(found[1].1.as_bytes()).is_err());
    }
}
