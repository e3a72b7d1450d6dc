//! Null means absent: generated types read their fields with these functions, so that a null never loses a page.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Reads a value; null gives its default. For `#[serde(default, deserialize_with = "...")]`.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list; null gives an empty one, and null elements are dropped.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(ListVisitor(PhantomData))
}

/// Reads a map; null gives an empty one, and entries whose value is null are dropped.
pub fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_option(MapVisitor(PhantomData))
}

/// Reads a map of lists; null gives an empty one, and null lists and elements are dropped.
pub fn map_of_lists<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let lists: BTreeMap<String, Elements<T>> = map(deserializer)?;
    Ok(lists.into_iter().map(|(key, Elements(list))| (key, list)).collect())
}

/// A list that decodes like [`list`], for lists that no field attribute can reach.
#[derive(serde::Deserialize, serde::Serialize)]
#[serde(transparent, bound(deserialize = "T: Deserialize<'de>"))]
pub struct Elements<T>(
    /// The elements that are not null.
    #[serde(deserialize_with = "list")]
    pub Vec<T>,
);

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<Option<T>>()? {
            list.extend(element);
        }
        Ok(list)
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Option<T>>()? {
            match value {
                Some(value) => _ = map.insert(key, value),
                // If a key occurs twice, the last value counts.
                None => _ = map.remove(&key),
            }
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Page {
        #[serde(deserialize_with = "super::or_default")]
        name: String,
        #[serde(deserialize_with = "super::or_default")]
        inner: Inner,
        #[serde(deserialize_with = "super::list")]
        list: Vec<Inner>,
        #[serde(deserialize_with = "super::map_of_lists")]
        lists: BTreeMap<String, Vec<Inner>>,
        #[serde(deserialize_with = "super::map")]
        map: BTreeMap<String, Inner>,
        #[serde(deserialize_with = "super::map")]
        free: BTreeMap<String, Value>,
        #[serde(deserialize_with = "super::list")]
        nested: Vec<Vec<u8>>,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    struct Inner {
        x: u8,
    }

    fn read(text: &str) -> Page {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn null_and_absent_fields_are_equal() {
        let empty = Page::default();
        assert_eq!(read("{}"), empty);
        assert_eq!(
            read(r#"{"name":null,"inner":null,"list":null,"map":null,"free":null,"nested":null,"lists":null}"#),
            empty
        );
        assert_eq!(read(r#"{"name":"","list":[],"map":{}}"#), empty);
    }

    #[test]
    fn null_elements_are_dropped_and_the_rest_kept() {
        let page =
            read(r#"{"list":[null,{"x":1},null,{"x":2}],"map":{"a":null,"b":{"x":3}},"free":{"n":null,"t":[null]}}"#);
        assert_eq!(page.list, [Inner { x: 1 }, Inner { x: 2 }]);
        assert_eq!(page.map, BTreeMap::from([("b".into(), Inner { x: 3 })]));
        assert_eq!(page.free, BTreeMap::from([("t".into(), serde_json::json!([null]))]));
        assert!(read(r#"{"map":{"a":{"x":1},"a":null}}"#).map.is_empty());
        assert_eq!(read(r#"{"nested":[[1],[],null]}"#).nested, [vec![1], vec![]]);
        let lists = read(r#"{"lists":{"a":null,"b":[null,{"x":4}],"c":[]}}"#).lists;
        assert_eq!(lists, BTreeMap::from([("b".into(), vec![Inner { x: 4 }]), ("c".into(), vec![])]));
    }

    #[test]
    fn other_values_are_read_unchanged_and_a_wrong_type_is_an_error() {
        assert_eq!(read(r#"{"name":"n","inner":{"x":1}}"#).inner, Inner { x: 1 });
        assert!(serde_json::from_str::<Page>(r#"{"list":{}}"#).is_err());
        assert!(serde_json::from_str::<Page>(r#"{"map":[]}"#).is_err());
        assert!(serde_json::from_str::<Page>(r#"{"list":[{"x":"1"}]}"#).is_err());
    }

    #[test]
    fn a_parsed_value_is_read_in_the_same_way() {
        let value = serde_json::json!({"name": null, "list": [null, {"x": 1}], "map": {"k": {"x": 2}}});
        let page: Page = serde_json::from_value(value).unwrap();
        assert_eq!((page.list.len(), page.map.len()), (1, 1));
    }
}
