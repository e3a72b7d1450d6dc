//! The operations that Amazon publishes, and which of them a method and a path name.

use crate::quota::Limit;
use axum::http::Method;
use percent_encoding::percent_decode_str;
use spapi_operations::{Api, Entry, Location, Section};
use std::fmt;

/// An operation that Amazon publishes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Published {
    pub(crate) section: &'static Section,
    pub(crate) api: &'static Api,
    pub(crate) entry: &'static Entry,
}

impl Published {
    /// Every one.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        spapi_operations::operations().map(|(section, api, entry)| Self { section, api, entry })
    }

    /// Whether it has a query parameter of that name.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.entry.parameters.iter().any(|known| known.location == Location::Query && known.name == name)
    }

    /// The operation of a method and a path's decoded parts, and the values of the path's parameters. Of several paths
    /// that fit, the one with more fixed parts counts.
    pub(crate) fn find(method: &Method, segments: &[String]) -> Option<(Self, Vec<String>)> {
        Self::all()
            .filter(|operation| operation.entry.operation.method.as_str() == method.as_str())
            .filter_map(|operation| Some((operation, fit(&operation.entry.operation.path, segments)?)))
            .max_by_key(|(operation, _)| operation.fixed_parts())
    }

    /// Those of that name: one, as `orders@v0 getOrders`, or that of each version, as `orders getOrders`.
    ///
    /// # Errors
    /// Where there is none, with those that have the same id.
    pub(crate) fn named(name: &str) -> Result<Vec<Self>, String> {
        let (section, id) = name.split_once(' ').unwrap_or(("", name));
        let (section, version) = section.split_once('@').map_or((section, None), |(name, of)| (name, Some(of)));
        let found: Vec<_> = Self::all()
            .filter(|operation| operation.section.name == section && operation.entry.operation.id == id)
            .filter(|operation| {
                let (module, number) = (operation.api.module, &*operation.entry.operation.version);
                version.is_none_or(|version| version == module || version == number)
            })
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let elsewhere: Vec<_> = Self::all()
            .filter(|operation| operation.entry.operation.id.eq_ignore_ascii_case(id))
            .map(|operation| format!("\"{operation}\""))
            .collect();
        let hint = if elsewhere.is_empty() { String::new() } else { format!(" (there is {})", elsewhere.join(", ")) };
        Err(format!("Amazon publishes no operation {name:?}{hint}"))
    }

    /// How many parts of its path are no parameters.
    pub(crate) fn fixed_parts(&self) -> usize {
        fixed_parts(&self.entry.operation.path)
    }

    /// The parameters of the query that every call must have.
    pub(crate) fn required_query(&self) -> impl Iterator<Item = &'static str> + use<> {
        let parameters = self.entry.parameters.iter();
        let required = parameters.filter(|parameter| parameter.required && parameter.location == Location::Query);
        required.map(|parameter| parameter.name)
    }

    /// The rate and burst that Amazon documents, where it does.
    pub(crate) fn documented_limit(&self) -> Option<Limit> {
        let rate = self.entry.operation.rate?;
        Some(Limit { rate: rate.per_second, burst: f64::from(rate.burst) })
    }

    /// The section, module and id.
    pub(crate) fn key(&self) -> [&'static str; 3] {
        [self.section.name, self.api.module, &self.entry.operation.id]
    }
}

/// `orders@v0 getOrders`.
impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [section, module, id] = self.key();
        write!(f, "{section}@{module} {id}")
    }
}

/// The parts of a path, each decoded by itself, so that an encoded `/` stays within its part. `None` where one is not
/// UTF-8.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let decode = |segment| percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned());
    path.strip_prefix('/').unwrap_or(path).split('/').map(decode).collect()
}

/// The values of the template's parameters where the path fits it. `{name}` takes one part that is not empty,
/// `{+name}`, as the last, all that follow.
pub(crate) fn fit(template: &str, segments: &[String]) -> Option<Vec<String>> {
    let mut rest = segments;
    let mut values = Vec::new();
    for part in template.strip_prefix('/').unwrap_or(template).split('/') {
        let (first, others) = rest.split_first()?;
        let parameter = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match parameter {
            None if part == first => rest = others,
            Some(name) if name.starts_with('+') => {
                values.push(rest.join("/"));
                rest = &[];
            }
            Some(_) if !first.is_empty() => {
                values.push(first.clone());
                rest = others;
            }
            _ => return None,
        }
    }
    rest.is_empty().then_some(values)
}

/// How many parts of a path are no parameters.
pub(crate) fn fixed_parts(template: &str) -> usize {
    template.split('/').filter(|part| !part.starts_with('{')).count()
}

/// Whether two paths are the same once they are decoded.
pub(crate) fn same_path(one: &str, other: &str) -> bool {
    matches!((segments(one), segments(other)), (Some(one), Some(other)) if one == other)
}

/// An operation whose answers hold restricted data.
pub(crate) struct Restricted {
    pub(crate) entry: &'static Entry,
    /// Whether the path was the operation's own, with its parameters' names in place of values.
    pub(crate) generic: bool,
}

/// The restricted operation that a method and a path name; the path may be one with values or the operation's own.
pub(crate) fn restricted(method: &str, path: &str) -> Option<Restricted> {
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let (Published { entry, .. }, values) = Published::find(&method, &segments(path)?)?;
    let generic = !values.is_empty() && entry.operation.path == path;
    // A parameter by another name than the operation's is neither form.
    let is_form = generic || values.iter().all(|value| !value.contains(['{', '}', '?']));
    (entry.operation.restricted.is_some() && is_form).then_some(Restricted { entry, generic })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, path: &str) -> Option<Vec<String>> {
        fit(template, &segments(path).unwrap())
    }

    #[test]
    fn values_are_decoded_part_by_part() {
        let template = "/listings/items/{sellerId}/{sku}";
        assert_eq!(fits(template, "/listings/items/A1/A%2FB%20C%2B%C3%A9%25").unwrap(), ["A1", "A/B C+é%"]);
        assert_eq!(fits(template, "/listings/items/A1/C+D").unwrap(), ["A1", "C+D"], "a plus is a plus in a path");
        assert_eq!(fits(template, "/listings/%69tems/A1/x").unwrap(), ["A1", "x"], "fixed parts may be encoded too");
        for path in
            ["/listings/items/A1", "/listings/items/A1/", "/listings/items/A1/x/", "/listings/items/A1/A/B", "/"]
        {
            assert_eq!(fits(template, path), None, "{path}");
        }
        assert_eq!(fits("/uploads/{+resource}", "/uploads/a/b%20c/d").unwrap(), ["a/b c/d"]);
        assert!(segments("/a/%FF").is_none());
    }
}
