//! The elements that are open, and what becomes of each.

use super::error::Position;
use super::json::{Json, Object};
use super::record::Reason;
use super::shape::{ANY, Leaf, Row, Rows, What};
use std::borrow::Cow;

/// An element that is open.
pub(super) struct Frame {
    pub name: Cow<'static, str>,
    pub doing: Doing,
    pub attach: Attach,
    pub object: Object,
    pub list: Vec<Json>,
    /// Its own text, without white space before it.
    pub text: String,
    /// Whether a value in it could not be read, so that it is not empty.
    pub has_unread: bool,
    /// How many bytes of the text stand before and in what was written as a reference, whose white space counts.
    pub counted: usize,
}

/// What is made of an element.
pub(super) enum Doing {
    Leaf(Leaf),
    /// `hint` is the index of the row after the one that was used last.
    Object {
        rows: Rows,
        hint: usize,
    },
    List {
        items: &'static [&'static str],
        what: &'static What,
        to: &'static str,
    },
    Free,
    /// The outermost element.
    Root {
        result: Option<&'static What>,
        rows: Rows,
        hint: usize,
    },
    /// It has no place, and neither has what is in it.
    Nowhere(Reason),
    /// It is in a document that is not read.
    NotRead,
}

/// Where the value of an element goes when it is closed.
#[derive(Clone, Copy)]
pub(super) enum Attach {
    /// To a place of the object around it.
    Member {
        to: &'static str,
        is_kept: bool,
    },
    /// To the end of a list at a place of the object around it.
    Element {
        to: &'static str,
        is_kept: bool,
    },
    /// To the end of the list around it.
    Item,
    /// To the object around it, by its own name.
    FreeMember,
    /// Its members go into the object around it.
    Inline,
    /// It is a record. One with a place is the only element of the list there.
    Record {
        wrap: &'static str,
    },
    /// It is the answer about one item, which begins there.
    Answer {
        position: Option<Position>,
    },
    Nothing,
}

impl Frame {
    pub(super) fn new(doing: Doing, attach: Attach) -> Self {
        Self {
            name: Cow::Borrowed(""),
            doing,
            attach,
            object: Object::default(),
            list: Vec::new(),
            text: String::new(),
            has_unread: false,
            counted: 0,
        }
    }

    /// A frame for an element that goes there, unless it is a record.
    pub(super) fn of(what: &'static What, attach: Attach) -> Self {
        match what {
            What::Leaf(leaf) => Self::new(Doing::Leaf(*leaf), attach),
            What::Object(rows) => Self::new(Doing::Object { rows, hint: 0 }, attach),
            What::List(items, what) => {
                let to = match attach {
                    Attach::Member { to, .. } => to,
                    _ => "",
                };
                Self::new(Doing::List { items, what, to }, attach)
            }
            What::Each(what) => Self::of(what, attach),
            What::Record(rows) => {
                let wrap = match attach {
                    Attach::Member { to, .. } | Attach::Element { to, .. } => to,
                    _ => "",
                };
                Self::new(Doing::Object { rows, hint: 0 }, Attach::Record { wrap })
            }
            What::Answer(rows) => Self::new(Doing::Object { rows, hint: 0 }, Attach::Answer { position: None }),
            What::Free => Self::new(Doing::Free, attach),
            What::Nowhere => Self::new(Doing::Nowhere(Reason::NoPlace), Attach::Nothing),
        }
    }

    /// With the name of a row, or of the element.
    pub(super) fn named(self, name: &str) -> Self {
        match self.name {
            Cow::Borrowed("") => Self { name: Cow::Owned(name.to_owned()), ..self },
            _ => self,
        }
    }

    fn of_row(row: &'static Row) -> Self {
        let (to, is_kept) = (row.to, row.is_kept);
        let attach = match &row.what {
            What::Each(_) => Attach::Element { to, is_kept },
            What::Object(_) if to.is_empty() => Attach::Inline,
            _ => Attach::Member { to, is_kept },
        };
        Self { name: Cow::Borrowed(row.name), ..Self::of(&row.what, attach) }
    }
}

/// The frame for a child of an object. `None` if no row has its name.
pub(super) fn child_of_rows(rows: Rows, hint: &mut usize, name: &str) -> Option<Frame> {
    // Elements mostly come in the order of the rows.
    let first = (*hint).min(rows.len());
    let (before, after) = rows.split_at(first);
    if let Some(at) = after.iter().position(|row| row.name == name) {
        *hint = first + at + 1;
        return Some(Frame::of_row(&after[at]));
    }
    if let Some(at) = before.iter().position(|row| row.name == name) {
        *hint = at + 1;
        return Some(Frame::of_row(&before[at]));
    }
    if let Some(row) = rows.iter().find(|row| row.name.eq_ignore_ascii_case(name)) {
        return Some(Frame::of_row(row));
    }
    if let Some(row) = rows.iter().find(|row| row.name == ANY) {
        return Some(Frame { name: Cow::Owned(name.to_owned()), ..Frame::of(&row.what, Attach::FreeMember) });
    }
    // An element of a list whose wrapper is missing.
    rows.iter().find_map(|row| match &row.what {
        What::List(items, what) if items.contains(&name) => {
            Some(Frame::of(what, Attach::Element { to: row.to, is_kept: row.is_kept }))
        }
        _ => None,
    })
}

/// The frame for a child of a wrapper. `None` if it is not an element of its list.
pub(super) fn child_of_list(items: &[&str], what: &'static What, to: &'static str, name: &str) -> Option<Frame> {
    let is_item = name == "member" || items.iter().any(|item| item.eq_ignore_ascii_case(name));
    is_item.then(|| {
        let mut frame = Frame::of(what, Attach::Item);
        if let Attach::Record { wrap } = &mut frame.attach {
            *wrap = to;
        }
        frame
    })
}
