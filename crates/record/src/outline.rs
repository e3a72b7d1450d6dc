//! Finds out from its type which names and values of a body belong to the API and which are data.
//!
//! The body is read into the type a second time, by a deserializer that notes what the type asks for. A name that a
//! structure has a field for is the API's, a key of a map is data. A value that an
//! [`open_enum!`](spapi_core::open_enum!) lists is the API's, any other text is data.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use spapi_core::{BodyType, DateTime, open_enum};
use std::iter::Zip;
use std::slice;

/// How one value of a body was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub(super) reads: Reads,
    /// Those of a list or of an object, in the order of the [`Value`].
    pub(super) children: Vec<Child>,
}

/// A value in a list or an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Child {
    /// Whether its name is one that the type has.
    pub(super) is_field: bool,
    /// Whether its name is the key of a map.
    pub(super) is_key: bool,
    pub(super) outline: Outline,
}

/// How a value was decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Reads {
    /// It was not decoded.
    #[default]
    Not,
    /// As any value.
    Anything,
    /// As a type none of whose values is known to be harmless.
    Data,
    /// As an integer.
    Integer,
    /// As a date or time.
    DateTime,
    /// As an enum, with the marker of its texts.
    Enum(&'static str),
}

impl Outline {
    /// The outline of a body by its type, as far as it can be read.
    pub(crate) fn of(body_type: BodyType, body: &Value) -> Self {
        let mut outline = Self::default();
        // The outline says nothing about what could not be read.
        let reader = Reader { value: body, outline: &mut outline };
        let _ = body_type.read(&mut <dyn erased_serde::Deserializer<'_>>::erase(reader), &mut |_| {});
        outline
    }

    /// Notes how the value is read. Only the first note counts, unless it came from an `Option`, which does not reveal
    /// the kind of value.
    fn note(&mut self, reads: Reads) {
        if self.reads == Reads::Not || (self.reads == Reads::Data && reads != Reads::Anything) {
            self.reads = reads;
        }
    }

    /// Whether the type accepts any value, and so gives no information about it.
    pub(super) fn takes_anything(&self) -> bool {
        matches!(self.reads, Reads::Not | Reads::Anything)
    }
}

struct Reader<'de, 'out> {
    value: &'de Value,
    outline: &'out mut Outline,
}

impl<'de> Reader<'de, '_> {
    fn read<V: Visitor<'de>>(
        self,
        reads: Reads,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.outline.note(reads);
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            Value::Array(list) => {
                self.outline.children = vec![Child::default(); list.len()];
                visitor.visit_seq(Elements { rest: list.iter().zip(&mut self.outline.children) })
            }
            Value::Object(members) => {
                self.outline.children = vec![Child::default(); members.len()];
                visitor.visit_map(Members {
                    rest: members.iter().zip(&mut self.outline.children),
                    fields,
                    current: None,
                })
            }
        }
    }
}

/// Reads by the named method, which also gives the kind of value.
macro_rules! read_as {
    ($( $method:ident => $reads:ident, )*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                self.read(Reads::$reads, &[], visitor)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Error;

    read_as! {
        deserialize_any => Anything,
        deserialize_bool => Data,
        deserialize_i8 => Integer,
        deserialize_i16 => Integer,
        deserialize_i32 => Integer,
        deserialize_i64 => Integer,
        deserialize_i128 => Integer,
        deserialize_u8 => Integer,
        deserialize_u16 => Integer,
        deserialize_u32 => Integer,
        deserialize_u64 => Integer,
        deserialize_u128 => Integer,
        deserialize_f32 => Data,
        deserialize_f64 => Data,
        deserialize_char => Data,
        deserialize_str => Data,
        deserialize_string => Data,
        deserialize_bytes => Data,
        deserialize_byte_buf => Data,
        deserialize_unit => Data,
        deserialize_seq => Data,
        deserialize_map => Data,
        deserialize_identifier => Data,
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.outline.note(Reads::Data);
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.outline.note(match name {
            DateTime::MARKER => Reads::DateTime,
            name if name.starts_with(open_enum::MARKER) => Reads::Enum(name),
            _ => Reads::Data,
        });
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Reads::Data, fields, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.read(Reads::Data, &[], visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.read(Reads::Data, &[], visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(Reads::Data, &[], visitor)
    }

    /// The contents of serde's own enum forms are not followed.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.outline.note(Reads::Data);
        self.value.deserialize_enum(name, variants, visitor).map_err(Error::custom)
    }
}

struct Elements<'de, 'out> {
    rest: Zip<slice::Iter<'de, Value>, slice::IterMut<'out, Child>>,
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((value, child)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { value, outline: &mut child.outline }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Members<'de, 'out> {
    rest: Zip<serde_json::map::Iter<'de>, slice::IterMut<'out, Child>>,
    /// The names that the type has. `None` if it is a map, or keeps further names.
    fields: &'static [&'static str],
    /// The member whose name has been read, and whether it was read as a structure's.
    current: Option<(&'de str, &'de Value, &'out mut Child, bool)>,
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(((name, value), child)) = self.rest.next() else { return Ok(None) };
        let mut is_identifier = false;
        let key = seed.deserialize(Name { name, is_identifier: &mut is_identifier });
        child.is_key = !is_identifier;
        self.current = Some((name, value, child, is_identifier));
        key.map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, value, child, is_identifier)) = self.current.take() else {
            return Err(Error::custom("a value was requested before its name"));
        };
        let read = seed.deserialize(Reader { value, outline: &mut child.outline });
        // A structure that keeps unknown members does not list its fields. It decodes unknown members as any value, and
        // known ones as their field's type.
        child.is_field = is_identifier && (self.fields.contains(&name) || !child.outline.takes_anything());
        read
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A member's name.
struct Name<'de, 'out> {
    name: &'de str,
    is_identifier: &'out mut bool,
}

impl<'de> Deserializer<'de> for Name<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.name)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.is_identifier = true;
        visitor.visit_borrowed_str(self.name)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq
        tuple tuple_struct map struct enum ignored_any
    }
}
