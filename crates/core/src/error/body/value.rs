//! The parts of a body that may describe errors, whether the body is JSON or XML.

use spapi_types::text::printable;

/// How many errors, and how many elements of a list, are kept.
pub(super) const MOST_ERRORS: usize = 100;
/// How many bytes are kept of a code, a message or details.
pub(super) const LONGEST_TEXT: usize = 4096;
/// How many values of a body are kept.
pub(super) const MOST_VALUES: usize = 2000;
/// How deep a body is searched, enough for the details of a SOAP fault: `Envelope`, `Body`, `Fault`, `detail`, and what
/// it holds.
pub(super) const MOST_DEPTH: usize = 10;

/// A value that may describe an error.
#[derive(Debug, Default)]
pub(super) enum Value {
    #[default]
    Nothing,
    Text(String),
    List(Vec<Value>),
    Object(Vec<Member>),
}

/// A member of an object, or an element within another.
#[derive(Debug)]
pub(super) struct Member {
    pub name: Name,
    /// The name as it is written.
    pub key: String,
    pub value: Value,
}

/// What a member means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Errors,
    /// An error or, at the token endpoint, its code.
    Error,
    Code,
    /// The kind of error, which is its code if it has no other.
    Type,
    Message,
    /// The message of an error that has no other.
    Title,
    Details,
    /// The text of a code or a message that is an object.
    Text,
    Payload,
    /// An object that only contains the errors.
    Wrapper,
    Unknown,
}

/// The names in small letters and digits alone: `error-code`, `ErrorCode` and `error_code` are one name.
const NAMES: &[(Name, &[&str])] = &[
    (Name::Errors, &["errors", "errorlist"]),
    (Name::Error, &["error", "err", "fault", "odataerror"]),
    (Name::Code, &["code", "errorcode", "errcode", "faultcode", "subcode"]),
    (Name::Type, &["type", "errortype"]),
    (
        Name::Message,
        &["message", "messages", "msg", "errormessage", "errormessages", "errormsg", "errordescription", "faultstring"],
    ),
    (Name::Title, &["title", "reason", "description"]),
    (Name::Details, &["details", "detail", "errordetails", "errordetail", "extensions"]),
    (Name::Text, &["text", "value"]),
    (Name::Payload, &["payload"]),
    (Name::Wrapper, &["output", "errorresponse", "envelope", "body", "response"]),
];

impl Name {
    /// The meaning of a name in any case, without its punctuation and the prefix of its namespace.
    pub fn of(name: &str) -> Self {
        if name.len() > 64 {
            return Self::Unknown;
        }
        let local = name.rsplit(':').next().unwrap_or_default();
        let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        let row = NAMES.iter().find(|(_, names)| names.contains(&&*plain));
        row.map_or(Self::Unknown, |(name, _)| *name)
    }
}

/// Which members of an object are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Those whose names have a meaning.
    Known,
    /// All of them. The names of unknown ones may be codes of errors.
    Names,
    /// All of them, at any depth: they are the words of an error.
    All,
}

impl Keeps {
    /// What is kept of a member's value. `None` if it is nothing.
    pub fn within(self, name: Name) -> Option<Self> {
        match (self, name) {
            (Self::All, _) | (_, Name::Code | Name::Message | Name::Title | Name::Details) => Some(Self::All),
            (_, Name::Errors) => Some(Self::Names),
            (Self::Known, Name::Unknown) => None,
            _ => Some(Self::Known),
        }
    }

    /// What is kept of an element of a list.
    pub fn of_elements(self) -> Self {
        if self == Self::Names { Self::Known } else { self }
    }
}

impl Value {
    /// The words of a value: a text, the text that an object is about, or all of a list or an object.
    pub fn words(&self) -> Option<String> {
        let words = match self {
            Self::Nothing => return None,
            Self::Text(text) => text.clone(),
            Self::List(list) => joined(list.iter().filter_map(Self::words), "; "),
            Self::Object(members) => {
                let mut texts = members.iter().filter(|member| member.name == Name::Text);
                if let Some(text) = texts.find_map(|member| member.value.words()) {
                    return Some(text);
                }
                let words = |member: &Member| Some(format!("{}: {}", member.key, member.value.words()?));
                joined(members.iter().filter_map(words), ", ")
            }
        };
        Some(words).filter(|words| !words.is_empty())
    }

    /// The words of a code. Within a code the inner one says more.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Object(_) => self.inner_code().or_else(|| self.words()),
            _ => self.words(),
        }
    }

    /// The first code at any depth of an object or a list.
    pub fn inner_code(&self) -> Option<String> {
        match self {
            Self::Object(members) => {
                let mut codes = members.iter().filter(|member| member.name == Name::Code);
                let code = codes.find_map(|member| member.value.code());
                code.or_else(|| members.iter().find_map(|member| member.value.inner_code()))
            }
            Self::List(list) => list.iter().find_map(Self::inner_code),
            Self::Nothing | Self::Text(_) => None,
        }
    }
}

fn joined(texts: impl Iterator<Item = String>, separator: &str) -> String {
    bounded(&texts.collect::<Vec<_>>().join(separator))
}

/// The part of a text that is kept, on one line.
pub(super) fn bounded(text: &str) -> String {
    printable(beginning(text.trim(), LONGEST_TEXT)).to_string()
}

/// At most that many bytes, without cutting a character.
pub(super) fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}
