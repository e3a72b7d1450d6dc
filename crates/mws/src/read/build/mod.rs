//! Makes records of elements.

mod close;

use super::document::{Found, of_root};
use super::error::{Position, ReadErrorKind, shown};
use super::frame::{Attach, Doing, Frame, child_of_list, child_of_rows};
use super::json::{Json, Object};
use super::reader::Item;
use super::record::{Page, Reason, Record, Unmapped};
use super::shape::{Leaf, What};
use super::value::value;
use std::borrow::Cow;
use std::collections::VecDeque;

/// How deep an element may be. Answers of MWS have some twelve levels.
const MOST_DEPTH: usize = 64;

/// How many bytes a record may have, or what a page has beside its records.
const LONGEST_RECORD: usize = 64 * 1024 * 1024;

/// How many texts without a place are kept of one record.
const MOST_UNMAPPED: usize = 100_000;

/// How many texts without a place are kept of a page beside its records. More are noted at a record.
const MOST_UNMAPPED_OF_PAGE: usize = 1000;

/// How many members an element without rows may have.
const MOST_MEMBERS: usize = 10_000;

/// How many bytes of a name a path has.
const LONGEST_NAME: usize = 100;

/// Why an element cannot be read.
pub(super) struct Refusal(pub ReadErrorKind, pub String);

/// The elements that are open, and what is made of them.
#[derive(Default)]
pub(super) struct Builder {
    frames: Vec<Frame>,
    /// What is read of the page.
    page: Option<Page>,
    found: Option<Found>,
    /// The texts without a place, of the record that is being read.
    unmapped: Vec<Unmapped>,
    /// Where the record begins that is being read.
    record: Option<Position>,
    /// How many bytes are held of the record, and of the page beside its records.
    held: usize,
    held_of_page: usize,
    has_too_many_unmapped: bool,
    has_too_many_members: bool,
    /// Records that wait for a member of the page.
    waiting: Vec<Record>,
    ready: VecDeque<Item>,
}

impl Builder {
    /// The next of what has been read.
    pub(super) fn ready(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    /// The name of the innermost element.
    pub(super) fn within(&self) -> Option<&str> {
        self.frames.last().map(|frame| &*frame.name)
    }

    /// Opens an element. `length` is how many bytes its tag has.
    pub(super) fn open(
        &mut self,
        name: &str,
        length: usize,
        mut position: impl FnMut() -> Position,
    ) -> Result<(), Refusal> {
        if self.frames.len() >= MOST_DEPTH {
            let message = format!("it has more than {MOST_DEPTH} elements in each other");
            return Err(Refusal(ReadErrorKind::TooLarge, message));
        }
        let mut frame = match self.frames.last_mut() {
            None => self.open_root(name, position())?,
            Some(parent) => {
                let frame = match &mut parent.doing {
                    Doing::Object { rows, hint } => child_of_rows(rows, hint, name),
                    Doing::List { items, what, to } => child_of_list(items, what, to, name),
                    Doing::Root { result, rows, hint } => match result.filter(|_| name.ends_with("Result")) {
                        Some(what) => Some(Frame::of(what, Attach::Inline)),
                        None => child_of_rows(rows, hint, name),
                    },
                    Doing::Free => Some(Frame::new(Doing::Free, Attach::FreeMember)),
                    Doing::Nowhere(reason) => Some(Frame::new(Doing::Nowhere(*reason), Attach::Nothing)),
                    Doing::NotRead => Some(Frame::new(Doing::NotRead, Attach::Nothing)),
                    Doing::Leaf(_) => None,
                };
                let is_known = matches!(&frame, Some(Frame { doing, .. }) if !matches!(doing, Doing::Nowhere(_)));
                if !is_known && name != "Notification" && of_root(name).is_some() {
                    let within = shown(&parent.name);
                    let message =
                        format!("<{name}> begins in the middle of <{within}>: the document before it is cut off");
                    return Err(Refusal(ReadErrorKind::CutOff, message));
                }
                frame.unwrap_or_else(|| Frame::new(Doing::Nowhere(Reason::Unknown), Attach::Nothing))
            }
        };
        match &mut frame.attach {
            Attach::Record { .. } => {
                self.record = Some(position());
                if self.waiting.is_empty() {
                    self.held = 0;
                }
            }
            Attach::Answer { position: begin } => *begin = Some(position()),
            _ => {}
        }
        let is_read = !matches!(frame.doing, Doing::NotRead);
        self.frames.push(frame.named(name));
        if !is_read {
            return Ok(());
        }
        self.hold(length)
    }

    fn open_root(&mut self, name: &str, position: Position) -> Result<Frame, Refusal> {
        if name == "AmazonEnvelope" {
            let message = "a report in XML stands after another document: keep it in a file of its own";
            return Err(Refusal(ReadErrorKind::UnknownDocument, message.to_owned()));
        }
        self.held = 0;
        self.held_of_page = 0;
        self.found = of_root(name);
        self.page = Some(Page {
            root: name.to_owned(),
            kind: self.found.map(|found| found.kind),
            position,
            records: 0,
            object: Object::default(),
            unmapped: Vec::new(),
        });
        Ok(match self.found {
            None => Frame::new(Doing::NotRead, Attach::Nothing),
            Some(Found { root: What::Object(rows), result, .. }) => {
                Frame::new(Doing::Root { result, rows, hint: 0 }, Attach::Inline)
            }
            Some(Found { root, .. }) => Frame::of(root, Attach::Inline),
        })
    }

    /// Adds an attribute to the innermost element.
    pub(super) fn add_attribute(&mut self, name: String, text: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        match &frame.doing {
            Doing::Object { rows, .. } => {
                let wanted =
                    |known: &str| known.strip_prefix('@').is_some_and(|known| known.eq_ignore_ascii_case(&name));
                match rows.iter().find(|row| wanted(row.name)) {
                    Some(row) => {
                        let (to, is_kept) = (row.to, row.is_kept);
                        match &row.what {
                            What::Leaf(leaf) => self.put_text(*leaf, to, is_kept, text, &format!("/@{name}")),
                            _ => self.report(&format!("/@{name}"), text, Reason::NoPlace),
                        }
                    }
                    None => self.report(&format!("/@{name}"), text, Reason::Unknown),
                }
            }
            Doing::Free if frame.object.0.len() >= MOST_MEMBERS => self.has_too_many_members = true,
            Doing::Free => frame.object.add(Cow::Owned(name), Json::Text(text.to_owned())),
            Doing::NotRead => {}
            Doing::Nowhere(reason) => {
                let reason = *reason;
                self.report(&format!("/@{name}"), text, reason);
            }
            Doing::Leaf(_) | Doing::List { .. } | Doing::Root { .. } => {
                self.report(&format!("/@{name}"), text, Reason::Unknown);
            }
        }
    }

    /// Puts a text into the innermost element at a place.
    fn put_text(&mut self, leaf: Leaf, to: &'static str, is_kept: bool, text: &str, below: &str) {
        let read = value(leaf, text);
        let Some(frame) = self.frames.last_mut() else { return };
        let reason = match read.map(|value| frame.object.put(to, value)) {
            Err(_) => {
                frame.has_unread = true;
                Some(Reason::OtherValue)
            }
            Ok(Err(value)) if frame.object.at(to) != Some(&value) => Some(Reason::Repeated),
            Ok(_) => None,
        };
        match reason {
            Some(reason) => self.report(below, text, reason),
            None if is_kept => self.report(below, text, Reason::Kept),
            None => {}
        }
    }

    /// Notes a text without a place, at or below the innermost element.
    fn report(&mut self, below: &str, text: &str, reason: Reason) {
        let mut path = String::new();
        for (index, frame) in self.frames.iter().enumerate() {
            if index > 0 {
                path.push('/');
            }
            path.push_str(frame.name.get(..LONGEST_NAME).unwrap_or(&frame.name));
        }
        path.push_str(below);
        let unmapped = Unmapped { path, value: text.to_owned(), reason };
        let list = match (self.record, &mut self.page) {
            (None, Some(page)) => &mut page.unmapped,
            _ => &mut self.unmapped,
        };
        match list.len() < MOST_UNMAPPED {
            true => list.push(unmapped),
            false => self.has_too_many_unmapped = true,
        }
    }

    fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let held = if self.record.is_some() { &mut self.held } else { &mut self.held_of_page };
        *held += bytes;
        if *held > LONGEST_RECORD {
            let message = format!("a record is longer than {} MiB", LONGEST_RECORD / 1024 / 1024);
            return Err(Refusal(ReadErrorKind::TooLarge, message));
        }
        if self.has_too_many_members {
            let message = format!("an element has more than {MOST_MEMBERS} elements or attributes");
            return Err(Refusal(ReadErrorKind::TooLarge, message));
        }
        if self.has_too_many_unmapped {
            let message = format!("a record has more than {MOST_UNMAPPED} texts without a place");
            return Err(Refusal(ReadErrorKind::TooLarge, message));
        }
        Ok(())
    }

    /// Adds a text to the innermost element.
    pub(super) fn add(&mut self, text: &str) -> Result<(), Refusal> {
        let is_first = self.frames.last().is_some_and(|frame| frame.text.is_empty());
        self.push(if is_first { text.trim_start() } else { text })
    }

    /// Adds a text to the innermost element, whose white space counts.
    pub(super) fn add_as_it_is(&mut self, text: &str) -> Result<(), Refusal> {
        self.push(text)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.counted = frame.text.len();
        }
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), Refusal> {
        match self.frames.last_mut() {
            None | Some(Frame { doing: Doing::NotRead, .. }) => Ok(()),
            Some(frame) => {
                frame.text.push_str(text);
                self.hold(text.len())
            }
        }
    }
}
