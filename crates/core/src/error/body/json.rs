//! Reads the parts of a JSON text that may describe errors, and skips the rest.

use super::value::{Keeps, MOST_DEPTH, MOST_ERRORS, MOST_VALUES, Member, Name, Value, bounded};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// The whole of a body.
pub(super) struct Body(pub Value);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Search { values: &Cell::new(0), depth: 0, keeps: Keeps::Known }.deserialize(deserializer).map(Self)
    }
}

#[derive(Clone, Copy)]
struct Search<'a> {
    /// How many values have been kept.
    values: &'a Cell<usize>,
    depth: usize,
    keeps: Keeps,
}

impl Search<'_> {
    fn within(self, keeps: Keeps) -> Self {
        Self { depth: self.depth + 1, keeps, ..self }
    }

    fn goes_on(self) -> bool {
        self.values.get() < MOST_VALUES && self.depth < MOST_DEPTH
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.goes_on() {
            return deserializer.deserialize_any(self);
        }
        IgnoredAny::deserialize(deserializer).map(|_| Value::Nothing)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(bounded(text)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        // Beside an error, a flag only says that there is one.
        Ok(if self.keeps == Keeps::All { Value::Text(value.to_string()) } else { Value::Nothing })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while list.len() < MOST_ERRORS && self.goes_on() {
            match elements.next_element_seed(self.within(self.keeps.of_elements()))? {
                Some(value) => list.push(value),
                None => return Ok(Value::List(list)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(key) = members.next_key::<String>()? {
            let name = Name::of(&key);
            match self.keeps.within(name).filter(|_| self.goes_on()) {
                Some(keeps) => {
                    let value = members.next_value_seed(self.within(keeps))?;
                    kept.push(Member { name, key: bounded(&key), value });
                }
                None => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Value::Object(kept))
    }
}
