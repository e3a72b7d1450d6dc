//! Implements serde's interface with a [`Reader`].
//!
//! These functions are compiled for every type of every API, so each of them only calls the reader and passes on the
//! result.

use super::NoteKind;
use super::failure::Failure;
use super::reader::{Names, Reader};
use super::spelling::Integer;
use crate::decimal;
use serde::de::value::{CowStrDeserializer, MapDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::any::type_name;
use std::borrow::Cow;
use std::iter;
use std::sync::LazyLock;

type Result<T> = std::result::Result<T, Failure>;

/// The name under which serde_json's `RawValue`, and [`crate::decimal`], ask for the text of a value.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The name under which serde_json gives out numbers with its feature `arbitrary_precision`.
const ARBITRARY_NUMBER: &str = "$serde_json::private::Number";

/// Whether a crate of the program has enabled serde_json's `arbitrary_precision`, which keeps numbers as texts.
static HAS_ARBITRARY_PRECISION: LazyLock<bool> = LazyLock::new(|| {
    serde_json::from_str::<serde_json::Number>("0.10").is_ok_and(|number| number.to_string() == "0.10")
});

macro_rules! deserialize_integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            let start = self.begin();
            let read = match self.integer(start, &visitor)? {
                Integer::Unsigned(value) => visitor.visit_u64(value),
                Integer::Negative(value) => visitor.visit_i64(value),
            };
            read.map_err(|failure| self.refused(failure, start))
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        match self.peek() {
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'{') => {
                self.open_object(start, Names::Data, &visitor)?;
                self.members(start, visitor)
            }
            Some(b'"') => {
                let text = self.string()?;
                self.visit_text(start, text, visitor)
            }
            Some(b'-' | b'0'..=b'9') => {
                let digits = self.number()?;
                self.visit_number(digits, visitor).map_err(|failure| self.refused(failure, start))
            }
            _ => {
                let read = if self.take("true") {
                    visitor.visit_bool(true)
                } else if self.take("false") {
                    visitor.visit_bool(false)
                } else {
                    self.null(start, &visitor)?;
                    visitor.visit_unit()
                };
                read.map_err(|failure| self.refused(failure, start))
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        let value = self.flag(start, &visitor)?;
        visitor.visit_bool(value).map_err(|failure| self.refused(failure, start))
    }

    deserialize_integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        let value = self.float(start, &visitor)?;
        visitor.visit_f64(value).map_err(|failure| self.refused(failure, start))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        let text = self.text(start, &visitor)?;
        self.visit_text(start, text, visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        if self.peek() == Some(b'[') {
            return self.deserialize_seq(visitor);
        }
        let read = match self.text(start, &visitor)? {
            Cow::Borrowed(text) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Cow::Owned(text) => visitor.visit_byte_buf(text.into_bytes()),
        };
        read.map_err(|failure| self.refused(failure, start))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        if self.take_none(type_name::<V>())? {
            return visitor.visit_none().map_err(|failure| self.refused(failure, start));
        }
        match visitor.visit_some(&mut *self) {
            Err(failure) => Err(self.option_failed(failure, start, type_name::<V>())),
            read => read,
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        self.null(start, &visitor)?;
        visitor.visit_unit().map_err(|failure| self.refused(failure, start))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name != RAW_VALUE {
            return visitor.visit_newtype_struct(self);
        }
        let start = self.begin();
        let text = self.raw_value()?;
        let (read, is_misread) = decimal::noticing_misread(|| visitor.visit_map(one(RAW_VALUE, text)));
        let read = read.map_err(|failure| self.refused(failure, start));
        // What is absent then does not show it.
        if is_misread && read.is_ok() {
            self.note(NoteKind::Unread);
        }
        read
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        self.open_list(start, &visitor)?;
        match visitor.visit_seq(Elements(&mut *self)) {
            Err(failure) => Err(self.refused_within(failure, start)),
            Ok(value) => self.close().map(|()| value),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let start = self.begin();
        self.open_object(start, Names::Data, &visitor)?;
        self.members(start, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let start = self.begin();
        self.open_object(start, Names::Of { fields, visitor: type_name::<V>() }, &visitor)?;
        self.members(start, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let start = self.begin();
        if let Some(name) = self.variant(start, &visitor)? {
            let variant = CowStrDeserializer::new(name);
            return visitor.visit_enum(variant).map_err(|failure| self.refused(failure, start));
        }
        self.open_object(start, Names::Fields, &visitor)?;
        match visitor.visit_enum(Variant(&mut *self)) {
            Err(failure) => Err(self.refused_within(failure, start)),
            Ok(value) => self.close().map(|()| value),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip_unknown()?;
        visitor.visit_unit()
    }
}

impl<'de> Reader<'de, '_> {
    /// Reads the members of an object that was opened.
    fn members<V: Visitor<'de>>(&mut self, start: usize, visitor: V) -> Result<V::Value> {
        match visitor.visit_map(Members(&mut *self)) {
            Err(failure) => Err(self.refused_within(failure, start)),
            Ok(value) => self.close().map(|()| value),
        }
    }

    fn visit_text<V: Visitor<'de>>(&mut self, start: usize, text: Cow<'de, str>, visitor: V) -> Result<V::Value> {
        let read = match text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        };
        read.map_err(|failure| self.refused(failure, start))
    }

    /// Reads a number for a type that accepts any value.
    fn visit_number<V: Visitor<'de>>(&mut self, digits: &'de str, visitor: V) -> Result<V::Value> {
        if let Ok(value) = digits.parse() {
            return visitor.visit_u64(value);
        }
        match digits.parse() {
            Ok(value) if value < 0 => return visitor.visit_i64(value),
            _ => {}
        }
        if *HAS_ARBITRARY_PRECISION {
            return visitor.visit_map(one(ARBITRARY_NUMBER, digits));
        }
        match digits.parse::<f64>() {
            Ok(value) if value.is_finite() => visitor.visit_f64(value),
            _ => {
                self.note(NoteKind::Unread);
                visitor.visit_unit()
            }
        }
    }
}

/// A map with one text, which serde_json uses for values that serde has no type for.
fn one<'text>(
    key: &'static str,
    text: &'text str,
) -> MapDeserializer<'text, iter::Once<(&'static str, &'text str)>, Failure> {
    MapDeserializer::new(iter::once((key, text)))
}

struct Elements<'reader, 'de, 'rules>(&'reader mut Reader<'de, 'rules>);

impl<'de> SeqAccess<'de> for Elements<'_, 'de, '_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.0.next_element()? {
            return Ok(None);
        }
        match seed.deserialize(&mut *self.0) {
            Err(failure) => Err(self.0.element_failed(failure)),
            Ok(value) => Ok(Some(value)),
        }
    }
}

struct Members<'reader, 'de, 'rules>(&'reader mut Reader<'de, 'rules>);

impl<'de> MapAccess<'de> for Members<'_, 'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(text) = self.0.next_key()? else { return Ok(None) };
        let mut is_field = false;
        let key = seed.deserialize(Key { text, is_field: &mut is_field });
        if is_field {
            self.0.names_are_fields();
        }
        match key {
            Err(failure) => Err(self.0.member_failed(failure)),
            Ok(key) => Ok(Some(key)),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        match seed.deserialize(&mut *self.0) {
            Err(failure) => Err(self.0.member_failed(failure)),
            read => read,
        }
    }
}

/// The name of a member. A map's keys may also be numbers, flags or an enum.
struct Key<'de, 'member> {
    text: Cow<'de, str>,
    /// Set if the type asks for the name as a field name.
    is_field: &'member mut bool,
}

macro_rules! deserialize_keys {
    ($($method:ident => $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.text.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        *self.is_field = true;
        self.deserialize_any(visitor)
    }

    deserialize_keys! {
        deserialize_i8 => visit_i8 deserialize_i16 => visit_i16 deserialize_i32 => visit_i32
        deserialize_i64 => visit_i64 deserialize_i128 => visit_i128
        deserialize_u8 => visit_u8 deserialize_u16 => visit_u16 deserialize_u32 => visit_u32
        deserialize_u64 => visit_u64 deserialize_u128 => visit_u128
        deserialize_f32 => visit_f32 deserialize_f64 => visit_f64 deserialize_bool => visit_bool
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(CowStrDeserializer::new(self.text))
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

/// The name and value of an enum's variant, as the only member of an object.
struct Variant<'reader, 'de, 'rules>(&'reader mut Reader<'de, 'rules>);

impl<'de> EnumAccess<'de> for Variant<'_, 'de, '_> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self)> {
        // An empty object has no variant; the caller has excluded it.
        let text = self.0.next_key()?.unwrap_or_default();
        match seed.deserialize(Key { text, is_field: &mut false }) {
            Err(failure) => Err(self.0.member_failed(failure)),
            Ok(value) => Ok((value, self)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de, '_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<()> {
        serde::Deserialize::deserialize(self.0)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.0.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.0.deserialize_struct("", fields, visitor)
    }
}
