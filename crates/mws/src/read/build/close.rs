//! What becomes of an element when it is closed.

use super::{Builder, MOST_MEMBERS, MOST_UNMAPPED_OF_PAGE, Refusal};
use crate::read::document::Found;
use crate::read::error::Position;
use crate::read::frame::{Attach, Doing, Frame};
use crate::read::json::{Json, Object};
use crate::read::kind::Kind;
use crate::read::notification;
use crate::read::reader::Item;
use crate::read::record::{Reason, Record};
use crate::read::shape::{Leaf, What};
use crate::read::value::value;
use std::borrow::Cow;

impl Builder {
    /// Closes the innermost element.
    pub(in crate::read) fn close(&mut self) -> Result<(), Refusal> {
        let text = match self.frames.last_mut() {
            Some(frame) => trimmed(std::mem::take(&mut frame.text), frame.counted),
            None => return Ok(()),
        };
        self.hold(0)?;
        let value = self.value_of(text);
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let Frame { attach, object, name, .. } = frame;
        match attach {
            Attach::Record { wrap } => self.end_record(object, wrap),
            Attach::Inline => {
                let refused = match (self.frames.last_mut(), &mut self.page) {
                    (Some(parent), _) if !matches!(parent.doing, Doing::Root { .. }) => parent.object.put_all(object),
                    (_, Some(page)) => page.object.put_all(object),
                    _ => Ok(()),
                };
                if let Err(refused) = refused {
                    self.report_members(&name, refused);
                }
            }
            Attach::Member { to, is_kept } => {
                if let Some(value) = value {
                    self.deliver(value, to, &name, is_kept);
                }
            }
            Attach::Element { to, is_kept } => {
                if let Some(value) = value {
                    self.deliver(Json::List(vec![value]), to, &name, is_kept);
                }
            }
            Attach::Item => {
                if let (Some(value), Some(parent)) = (value, self.frames.last_mut()) {
                    parent.list.push(value);
                }
            }
            Attach::FreeMember => match (value, self.frames.last_mut()) {
                (Some(_), Some(parent)) if parent.object.0.len() >= MOST_MEMBERS => self.has_too_many_members = true,
                (Some(value), Some(parent)) => parent.object.add(name, value),
                _ => {}
            },
            Attach::Answer { position } => self.end_answer(object, &name, position),
            Attach::Nothing => {}
        }
        if self.frames.is_empty() {
            self.end_page();
        }
        Ok(())
    }

    /// The value of the innermost element, whose text this is.
    fn value_of(&mut self, text: String) -> Option<Json> {
        let frame = self.frames.last_mut()?;
        match &frame.doing {
            Doing::Leaf(_) if text.is_empty() => None,
            Doing::Leaf(Leaf::Text) => Some(Json::Text(text)),
            Doing::Leaf(leaf) => match value(*leaf, &text) {
                Ok(value) => Some(value),
                Err(_) => {
                    if let [.., around, _] = self.frames.as_mut_slice() {
                        around.has_unread = true;
                    }
                    self.report("", &text, Reason::OtherValue);
                    None
                }
            },
            Doing::Free => match (frame.object.is_empty(), text.is_empty()) {
                (true, true) => None,
                (true, false) => Some(Json::Text(text)),
                (false, is_empty) => {
                    if !is_empty {
                        frame.object.add(Cow::Borrowed("value"), Json::Text(text));
                    }
                    Some(Json::Object(std::mem::take(&mut frame.object)))
                }
            },
            Doing::List { .. } => {
                let list = std::mem::take(&mut frame.list);
                if !text.is_empty() {
                    self.report("", &text, Reason::Unknown);
                }
                Some(Json::List(list)).filter(|list| *list != Json::List(Vec::new()))
            }
            Doing::Object { rows, .. } => {
                if !text.is_empty() {
                    match rows.iter().find(|row| row.name.is_empty()) {
                        Some(row) => match &row.what {
                            What::Leaf(leaf) => self.put_text(*leaf, row.to, row.is_kept, &text, ""),
                            _ => self.report("", &text, Reason::NoPlace),
                        },
                        None => self.report("", &text, Reason::Unknown),
                    }
                }
                let frame = self.frames.last_mut()?;
                let is_its_own = matches!(frame.attach, Attach::Record { .. } | Attach::Inline | Attach::Answer { .. });
                // One with a value that cannot be read is not absent.
                if is_its_own || frame.object.is_empty() && !frame.has_unread {
                    return None;
                }
                Some(Json::Object(std::mem::take(&mut frame.object)))
            }
            Doing::Root { .. } => {
                if !text.is_empty() {
                    self.report("", &text, Reason::Unknown);
                }
                None
            }
            Doing::Nowhere(reason) => {
                let reason = *reason;
                if !text.is_empty() {
                    self.report("", &text, reason);
                }
                None
            }
            Doing::NotRead => None,
        }
    }

    /// Puts a value into the element around it, or into the page.
    fn deliver(&mut self, value: Json, to: &'static str, name: &str, is_kept: bool) {
        let object = match (self.frames.last_mut(), &mut self.page) {
            (Some(parent), _) => &mut parent.object,
            (None, Some(page)) => &mut page.object,
            (None, None) => return,
        };
        let kept = is_kept.then(|| text_of(&value));
        match (object.put(to, value), kept) {
            (Err(value), _) if object.at(to) == Some(&value) => {}
            (Err(value), _) => {
                let value = text_of(&value);
                self.report(&format!("/{name}"), &value, Reason::Repeated);
            }
            (Ok(()), Some(value)) => self.report(&format!("/{name}"), &value, Reason::Kept),
            (Ok(()), None) => {}
        }
    }

    fn report_members(&mut self, name: &str, members: Object) {
        for (member, value) in members.0 {
            let value = text_of(&value);
            self.report(&format!("/{name}/{member}"), &value, Reason::Repeated);
        }
    }

    fn end_record(&mut self, mut object: Object, wrap: &'static str) {
        let Some(position) = self.record.take() else { return };
        let Some(page) = &mut self.page else { return };
        let Some(kind) = page.kind else { return };
        let mut unmapped = std::mem::take(&mut self.unmapped);
        if page.unmapped.len() > MOST_UNMAPPED_OF_PAGE {
            unmapped.append(&mut page.unmapped);
        }
        if kind == Kind::Notifications {
            notification::finish(&mut object, &mut unmapped);
        }
        if !wrap.is_empty() {
            object = Object(vec![(Cow::Borrowed(wrap), Json::List(vec![Json::Object(object)]))]);
        }
        page.records += 1;
        let record = Record { kind, position, object, unmapped, row_type: None };
        match self.found.and_then(Found::shared) {
            Some(_) => self.waiting.push(record),
            None => self.ready.push_back(Item::Record(record)),
        }
    }

    /// Ends the answer about one item. If it is an error, it is a record, so that it is known what it is about.
    fn end_answer(&mut self, object: Object, name: &str, position: Option<Position>) {
        let is_failed = object.get("Error").is_some();
        let reason = if is_failed { Reason::Kept } else { Reason::NoPlace };
        if is_failed {
            self.record = position;
        }
        for (member, value) in &object.0 {
            let sign = if member == "Error" { "" } else { "@" };
            self.report(&format!("/{name}/{sign}{member}"), &text_of(value), reason);
        }
        if is_failed {
            self.end_record(object, "");
        }
    }

    fn end_page(&mut self) {
        let Some(page) = self.page.take() else { return };
        if let Some(shared) = self.found.and_then(Found::shared) {
            let value = page.object.get(shared).cloned();
            for mut record in self.waiting.drain(..) {
                if let (Some(value), None) = (&value, record.object.get(shared)) {
                    record.object.0.insert(0, (Cow::Borrowed(shared), value.clone()));
                }
                self.ready.push_back(Item::Record(record));
            }
        }
        self.ready.push_back(Item::Page(page));
    }
}

/// A text without the white space at its end. That of the first `counted` bytes counts, unless there is nothing else.
fn trimmed(mut text: String, counted: usize) -> String {
    let end = match text.trim_end().len() {
        0 => 0,
        end => end.max(counted),
    };
    text.truncate(end);
    text
}

fn text_of(value: &Json) -> String {
    match value {
        Json::Text(text) | Json::Plain(text) => text.clone(),
        structure => {
            let mut out = String::new();
            structure.write(&mut out);
            out
        }
    }
}
