//! The value that is made of an element.

use std::borrow::Cow;

/// JSON whose members keep their order and whose numbers keep their digits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Text(String),
    /// A number or a flag, as it is written.
    Plain(String),
    List(Vec<Json>),
    Object(Object),
}

/// Members in their order, with names of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object(pub Vec<(Cow<'static, str>, Json)>);

impl Json {
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Text(text) => write_text(text, out),
            Self::Plain(plain) => out.push_str(plain),
            Self::List(list) => {
                out.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(object) => object.write(out),
        }
    }
}

/// Writes a text as JSON.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte @ (b'"' | b'\\') => {
                out.push('\\');
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("\\u{byte:04x}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

impl Object {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value at names joined by dots.
    pub(super) fn at(&self, path: &str) -> Option<&Json> {
        match path.split_once('.') {
            None => self.get(path),
            Some((first, rest)) => match self.get(first)? {
                Json::Object(object) => object.at(rest),
                _ => None,
            },
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// Puts a value at names joined by dots. Objects and lists are joined with those that are there.
    ///
    /// # Errors
    /// The value, if another is there.
    pub(super) fn put(&mut self, path: &'static str, value: Json) -> Result<(), Json> {
        let Some((first, rest)) = path.split_once('.') else { return self.put_member(Cow::Borrowed(path), value) };
        match self.slot(Cow::Borrowed(first)) {
            Slot::There(Json::Object(inner)) => inner.put(rest, value),
            Slot::There(_) => Err(value),
            Slot::New(members, name) => {
                let mut inner = Self::default();
                inner.put(rest, value)?;
                members.push((name, Json::Object(inner)));
                Ok(())
            }
        }
    }

    /// Puts all members of another object.
    ///
    /// # Errors
    /// The members in whose places others are.
    pub(super) fn put_all(&mut self, more: Self) -> Result<(), Self> {
        let mut refused = Vec::new();
        for (name, value) in more.0 {
            if let Err(value) = self.put_member(name.clone(), value) {
                refused.push((name, value));
            }
        }
        if refused.is_empty() { Ok(()) } else { Err(Self(refused)) }
    }

    /// Puts a member of any name.
    fn put_member(&mut self, name: Cow<'static, str>, value: Json) -> Result<(), Json> {
        match (self.slot(name), value) {
            (Slot::New(members, name), value) => {
                members.push((name, value));
                Ok(())
            }
            (Slot::There(Json::List(there)), Json::List(more)) => {
                there.extend(more);
                Ok(())
            }
            (Slot::There(Json::Object(there)), Json::Object(more)) => there.put_all(more).map_err(Json::Object),
            (Slot::There(_), value) => Err(value),
        }
    }

    /// Adds a member of any name. Several of one name become a list.
    pub(super) fn add(&mut self, name: Cow<'static, str>, value: Json) {
        match (self.slot(name), value) {
            (Slot::New(members, name), value) => members.push((name, value)),
            (Slot::There(Json::List(there)), value) => there.push(value),
            (Slot::There(there), value) => {
                let first = std::mem::replace(there, Json::List(Vec::new()));
                *there = Json::List(vec![first, value]);
            }
        }
    }

    fn slot(&mut self, name: Cow<'static, str>) -> Slot<'_> {
        match self.0.iter().position(|(known, _)| *known == name) {
            Some(at) => Slot::There(&mut self.0[at].1),
            None => Slot::New(&mut self.0, name),
        }
    }

    pub(super) fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_text(name, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }
}

enum Slot<'a> {
    There(&'a mut Json),
    New(&'a mut Vec<(Cow<'static, str>, Json)>, Cow<'static, str>),
}
