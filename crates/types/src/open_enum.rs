//! Enums that keep unknown values.

use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Declares an enum of texts that keeps a text it does not know.
///
/// The enum is `#[non_exhaustive]`. Besides the given variants it has `Unrecognized(String)`, which holds any other
/// text and encodes it unchanged. `Unrecognized("")` is the default, and null decodes as it. Two values are equal if
/// their texts are.
///
/// ```
/// spapi_types::open_enum! {
///     /// How finely sales are added up.
///     pub enum Granularity {
///         /// By the hour.
///         Hour = "Hour",
///         /// By the day.
///         Day = "Day",
///     }
/// }
///
/// assert_eq!(Granularity::from("Day"), Granularity::Day);
/// assert_eq!(Granularity::from("Decade"), Granularity::Unrecognized("Decade".into()));
/// assert_eq!(Granularity::from("Decade").to_string(), "Decade");
/// assert_eq!(Granularity::VALUES, ["Hour", "Day"]);
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $( $(#[$variant_attribute:meta])* $variant:ident = $text:literal ),* $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        $visibility enum $name {
            $( $(#[$variant_attribute])* #[doc = ::std::concat!("`", $text, "`")] $variant, )*
            /// A value that is not listed above, as received.
            Unrecognized(::std::string::String),
        }

        impl $name {
            /// The texts of all listed values.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// The text as it is sent and received.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Unrecognized(text) => text,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )*
                    _ => Self::Unrecognized(text.to_owned()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                match text.as_str() {
                    $( $text => Self::$variant, )*
                    _ => Self::Unrecognized(text),
                }
            }
        }

        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self::Unrecognized(::std::string::String::new())
            }
        }

        impl ::std::cmp::PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::hash::Hash for $name {
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                const MARKER: &::std::primitive::str =
                    ::std::concat!("spapi_types::open_enum" $(, "\n", $text)*);
                $crate::open_enum::deserialize(deserializer, MARKER)
            }
        }
    };
}

/// Decodes a text into a type made from it, for [`open_enum!`](crate::open_enum!). Null decodes as the empty text, a
/// number or flag as its own text.
///
/// The marker is [`MARKER`] followed by each value's text on its own line. With the feature `markers` the deserializer
/// gets it as the name of a newtype struct, so that a recorder knows which values the enum lists.
pub fn deserialize<'de, D, T>(deserializer: D, marker: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'text> From<&'text str>,
{
    // The visitor does not depend on `T`, so it is compiled once instead of for every enum.
    text(deserializer, marker).map(|text| T::from(&text))
}

/// The beginning of every enum's marker.
pub const MARKER: &str = "spapi_types::open_enum";

/// Whether the marker lists the text.
pub fn lists(marker: &str, text: &str) -> bool {
    marker.split('\n').skip(1).any(|value| value == text)
}

/// Decodes text. With the feature `markers` the marker tells the deserializer which type decodes it.
pub(crate) fn text<'de, D: Deserializer<'de>>(
    deserializer: D,
    marker: &'static str,
) -> Result<Cow<'de, str>, D::Error> {
    if cfg!(feature = "markers") {
        deserializer.deserialize_newtype_struct(marker, TextVisitor)
    } else {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<Cow<'_, str>>()? {
            Some(key) if key == ARBITRARY_NUMBER => Ok(Cow::Owned(map.next_value()?)),
            _ => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

/// The only key of the map in which serde_json passes a number when another crate of the program enables its feature
/// `arbitrary_precision`.
pub(crate) const ARBITRARY_NUMBER: &str = "$serde_json::private::Number";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    crate::open_enum! {
        /// A test's enum.
        enum Color { Red = "RED", DarkBlue = "dark-blue", Size4x6 = "4x6" }
    }

    #[test]
    fn known_and_unknown_values_are_read_and_written_back() {
        for text in ["\"RED\"", "\"dark-blue\"", "\"4x6\"", "\"red\"", "\"Ультрамарин\"", "\"\"", "\"a\\nb\""]
        {
            let color: Color = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&color).unwrap(), text);
        }
        assert!(matches!(serde_json::from_str("\"RED\"").unwrap(), Color::Red));
        assert!(matches!(serde_json::from_str("\"red\"").unwrap(), Color::Unrecognized(_)));
    }

    #[test]
    fn null_is_the_default() {
        assert_eq!(serde_json::from_str::<Color>("null").unwrap(), Color::default());
        assert_eq!(Color::default(), Color::Unrecognized(String::new()));
        assert_eq!(serde_json::from_str::<Option<Color>>("null").unwrap(), None);
    }

    #[test]
    fn numbers_and_flags_do_not_lose_the_page() {
        assert_eq!(serde_json::from_str::<Color>("7").unwrap().as_str(), "7");
        assert_eq!(serde_json::from_str::<Color>("-7").unwrap().as_str(), "-7");
        assert_eq!(serde_json::from_str::<Color>("1.5").unwrap().as_str(), "1.5");
        assert_eq!(serde_json::from_str::<Color>("true").unwrap().as_str(), "true");
        let arbitrary = r#"{"$serde_json::private::Number":"7"}"#;
        assert_eq!(serde_json::from_str::<Color>(arbitrary).unwrap().as_str(), "7");
        for other in ["[]", "{}", r#"{"a":"RED"}"#] {
            assert!(serde_json::from_str::<Color>(other).is_err());
        }
    }

    #[test]
    fn equality_and_hash_are_those_of_the_text() {
        assert_eq!(Color::Unrecognized("RED".into()), Color::Red);
        assert_eq!(Color::from(String::from("RED")), Color::Red);
        let set = HashSet::from([Color::Red, Color::Unrecognized("RED".into()), Color::DarkBlue, Color::from("x")]);
        assert_eq!(set.len(), 3);
        assert_eq!(Color::VALUES, ["RED", "dark-blue", "4x6"]);
        assert_eq!(Color::Size4x6.as_ref(), "4x6");
        assert_eq!(format!("{:<5}|", Color::Red), "RED  |");
    }

    #[test]
    fn open_enums_are_read_as_map_keys_and_from_buffered_content() {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            Color { color: Color },
        }
        let Either::Color { color } = serde_json::from_str(r#"{"color":"RED"}"#).unwrap();
        assert_eq!(color, Color::Red);
        let map: std::collections::HashMap<Color, u8> = serde_json::from_str(r#"{"RED":1,"new":2}"#).unwrap();
        assert_eq!(map[&Color::from("new")], 2);
    }
}
