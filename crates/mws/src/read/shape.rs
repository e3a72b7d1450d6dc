//! How the elements of an MWS answer become members of today's JSON, as data.

/// The rows for the children of an element.
pub(super) type Rows = &'static [Row];

/// What becomes of an attribute, of the text or of the elements of one name.
#[derive(Debug)]
pub(super) struct Row {
    /// The local name of an element, `@name` of an attribute, or `""` for the text of the element itself.
    pub name: &'static str,
    /// The place: names joined by dots, below the object around it. `""` puts the members of an element into that object.
    pub to: &'static str,
    pub what: What,
    /// Whether today's type does not know the member, which is written nevertheless.
    pub is_kept: bool,
}

/// What an element is.
#[derive(Debug)]
pub(super) enum What {
    Leaf(Leaf),
    Object(Rows),
    /// A wrapper around elements of one of these names, or `member`.
    List(&'static [&'static str], &'static What),
    /// An element of a list without a wrapper.
    Each(&'static What),
    /// A record by itself. One with a place is the only element of the list there.
    Record(Rows),
    /// The answer about one item: a record if it has the member `Error`, and else only what is in it.
    Answer(Rows),
    /// Members of any name.
    Free,
    /// An element without a place today.
    Nowhere,
}

/// How a text is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Leaf {
    Text,
    Integer,
    /// An exact number.
    Number,
    Flag,
    Time,
    /// A token of a page, which some clients kept percent-encoded.
    Token,
    /// A name between underscores, such as `_GET_ORDERS_DATA_`.
    Name,
    /// One of these words, whatever its case, and the word for it today. Others stay.
    Words(&'static [(&'static str, &'static str)]),
}

const fn row(name: &'static str, what: What) -> Row {
    let to = match name.as_bytes() {
        [b'@', to @ ..] => match std::str::from_utf8(to) {
            Ok(to) => to,
            Err(_) => name,
        },
        _ => name,
    };
    Row { name, to, what, is_kept: false }
}

pub(super) const fn text(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Text))
}

pub(super) const fn integer(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Integer))
}

pub(super) const fn number(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Number))
}

pub(super) const fn flag(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Flag))
}

pub(super) const fn time(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Time))
}

pub(super) const fn token(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Token))
}

/// A name between underscores.
pub(super) const fn name(name: &'static str) -> Row {
    row(name, What::Leaf(Leaf::Name))
}

pub(super) const fn words(name: &'static str, words: &'static [(&'static str, &'static str)]) -> Row {
    row(name, What::Leaf(Leaf::Words(words)))
}

pub(super) const fn object(name: &'static str, rows: Rows) -> Row {
    row(name, What::Object(rows))
}

/// A wrapper around elements of one of these names.
pub(super) const fn list(name: &'static str, items: &'static [&'static str], what: &'static What) -> Row {
    row(name, What::List(items, what))
}

/// A list without a wrapper, by the name of its elements.
pub(super) const fn each(name: &'static str, what: &'static What) -> Row {
    row(name, What::Each(what))
}

/// An element whose members may have any names.
pub(super) const fn free(name: &'static str) -> Row {
    row(name, What::Free)
}

/// An element that MWS has and today's type has not.
pub(super) const fn nowhere(name: &'static str) -> Row {
    row(name, What::Nowhere)
}

/// The name of a row for elements of all other names, whose place is their name.
pub(super) const ANY: &str = "*";

impl Row {
    pub(super) const fn to(self, to: &'static str) -> Self {
        Self { to, ..self }
    }

    pub(super) const fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }
}

pub(super) const TEXT: &What = &What::Leaf(Leaf::Text);
