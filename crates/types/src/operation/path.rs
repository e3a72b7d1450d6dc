//! Paths with parameters: the one matcher of what a path means.

use percent_encoding::percent_decode_str;
use std::fmt;

/// The path of a request in its parts, each percent-decoded on its own, so that an encoded `/` stays within its part.
///
/// It is decoded once and can be matched with many templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPath {
    parts: Vec<String>,
}

impl RequestPath {
    /// Reads the path of a URL, without its query.
    ///
    /// # Errors
    /// When a decoded part is not UTF-8.
    pub fn parse(path: &str) -> Result<Self, InvalidPath> {
        let decode = |part| percent_decode_str(part).decode_utf8().map(|text| text.into_owned());
        let parts = path.strip_prefix('/').unwrap_or(path).split('/').map(decode).collect::<Result<_, _>>();
        parts.map(|parts| Self { parts }).map_err(|_| InvalidPath)
    }
}

/// A path with parameters, as an [`Operation`](super::Operation) has it: `/orders/v0/orders/{orderId}`.
///
/// `{name}` matches one part that is not empty. `{+name}`, as the last part, matches all remaining parts with their
/// slashes. Other parts are literal: they match a decoded part that is equal, including its case.
///
/// ```
/// use spapi_types::operation::{PathTemplate, RequestPath};
///
/// let template = PathTemplate::new("/listings/2021-08-01/items/{sellerId}/{sku}");
/// let path = RequestPath::parse("/listings/2021-08-01/items/A1B2/red%2Fsock")?;
/// assert_eq!(template.match_path(&path).unwrap(), [("sellerId", "A1B2".to_owned()), ("sku", "red/sock".to_owned())]);
/// # Ok::<(), spapi_types::operation::InvalidPath>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathTemplate<'template>(&'template str);

/// A part of a template.
enum Part<'template> {
    Literal(&'template str),
    Parameter(&'template str),
    Greedy(&'template str),
}

impl<'template> PathTemplate<'template> {
    /// The template of that text.
    pub const fn new(text: &'template str) -> Self {
        Self(text)
    }

    /// The parameters with their decoded values, in the order of the path; `None` if the path does not match.
    pub fn match_path(self, path: &RequestPath) -> Option<Vec<(&'template str, String)>> {
        let mut rest = path.parts.as_slice();
        let mut values = Vec::new();
        for part in self.parts() {
            let (first, others) = rest.split_first()?;
            match part {
                Part::Literal(text) if text == first => rest = others,
                Part::Greedy(name) => {
                    values.push((name, rest.join("/")));
                    rest = &[];
                }
                Part::Parameter(name) if !first.is_empty() => {
                    values.push((name, first.clone()));
                    rest = others;
                }
                Part::Literal(_) | Part::Parameter(_) => return None,
            }
        }
        rest.is_empty().then_some(values)
    }

    /// The names of its parameters, in the order of the path.
    pub fn parameters(self) -> impl Iterator<Item = &'template str> {
        self.parts().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Parameter(name) | Part::Greedy(name) => Some(name),
        })
    }

    /// The number of its literal parts. If several templates match a path, the one with most is the right one.
    pub fn literal_parts(self) -> usize {
        self.parts().filter(|part| matches!(part, Part::Literal(_))).count()
    }

    /// Whether it has parameters, so that more than one path matches.
    pub fn has_parameters(self) -> bool {
        self.parameters().next().is_some()
    }

    fn parts(self) -> impl Iterator<Item = Part<'template>> {
        self.0.strip_prefix('/').unwrap_or(self.0).split('/').map(|part| {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                None => Part::Literal(part),
                Some(name) => name.strip_prefix('+').map_or(Part::Parameter(name), Part::Greedy),
            }
        })
    }
}

impl fmt::Display for PathTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// The decoded path is not UTF-8. It does not repeat the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPath;

impl fmt::Display for InvalidPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path is not UTF-8 once it is decoded")
    }
}

impl std::error::Error for InvalidPath {}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
        PathTemplate::new(template).match_path(&RequestPath::parse(path).unwrap())
    }

    #[test]
    fn values_are_decoded_part_by_part() {
        let template = "/listings/items/{sellerId}/{sku}";
        let found = |path| values(template, path).unwrap().into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(found("/listings/items/A1/A%2FB%20C%2B%C3%A9%25"), ["A1", "A/B C+é%"]);
        assert_eq!(found("/listings/items/A1/C+D"), ["A1", "C+D"], "a plus is a plus in a path");
        assert_eq!(found("/listings/%69tems/A1/x"), ["A1", "x"], "literal parts may be encoded too");
        for path in
            ["/listings/items/A1", "/listings/items/A1/", "/listings/items/A1/x/", "/listings/items/A1/A/B", "/", ""]
        {
            assert_eq!(values(template, path), None, "{path}");
        }
        assert_eq!(values("/Listings", "/listings"), None);
        assert_eq!(values("/sellers/v1/account", "/sellers/v1/account"), Some(vec![]));
        assert_eq!(RequestPath::parse("/a/%FF"), Err(InvalidPath));
    }

    #[test]
    fn a_greedy_parameter_takes_all_that_follows() {
        let template = "/uploads/{+resource}";
        assert_eq!(values(template, "/uploads/a/b%20c/d"), Some(vec![("resource", "a/b c/d".to_owned())]));
        assert_eq!(values(template, "/uploads/a"), Some(vec![("resource", "a".to_owned())]));
        assert_eq!(values(template, "/uploads"), None);
    }

    #[test]
    fn a_template_returns_its_parts() {
        let template = PathTemplate::new("/a/{first}/b/{+rest}");
        assert_eq!(template.parameters().collect::<Vec<_>>(), ["first", "rest"]);
        assert_eq!((template.literal_parts(), template.has_parameters()), (2, true));
        assert!(!PathTemplate::new("/a/b").has_parameters());
        assert_eq!(template.to_string(), "/a/{first}/b/{+rest}");
    }
}
