//! Names of operations and of the APIs they belong to: the one parser and the one spelling.

use super::Operation;
use std::fmt;
use std::str::FromStr;

/// The name of an API: a section and, optionally, a version.
///
/// It parses `orders`, `orders@v0` and `orders@2026-01-01`. The version may have Amazon's spelling, with or without a
/// `v`, or be the module of the section's crate (`v2026_01_01`, `shipments_v2024_09_11`), in upper or lower case. It is
/// displayed in Amazon's spelling:
///
/// ```
/// use spapi_types::operation::ApiName;
///
/// for spelling in ["orders@2026-01-01", "orders@v2026-01-01", "orders@v2026_01_01", "Orders@V2026_01_01"] {
///     assert_eq!(spelling.parse::<ApiName>()?.to_string(), "orders@2026-01-01");
/// }
/// # Ok::<(), spapi_types::operation::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiName {
    section: String,
    version: Option<String>,
}

impl ApiName {
    /// The API of that section and version, the version in any spelling.
    pub fn new(section: &str, version: Option<&str>) -> Self {
        Self { section: section.to_ascii_lowercase(), version: version.map(canonical_version) }
    }

    /// The section, as in its crate's name: `orders`.
    pub fn section(&self) -> &str {
        &self.section
    }

    /// The version as Amazon writes it (`v0`, `2026-01-01`), or the module of an API that shares its version with
    /// others of the section (`shipments_v2024_09_11`); `None` if the name has none.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Whether this name means that version, in any spelling. A name without a version means every version.
    pub fn has_version(&self, version: &str) -> bool {
        self.version.as_ref().is_none_or(|own| *own == canonical_version(version))
    }
}

/// `orders@2026-01-01`, or `orders` without a version.
impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.section)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "@{version}"))
    }
}

impl FromStr for ApiName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (section, version) = match text.split_once('@') {
            Some((_, "")) => return Err(InvalidName("give a version after the @, such as v0 or 2026-01-01")),
            Some((section, version)) => (section, Some(version)),
            None => (text, None),
        };
        if section.is_empty() {
            return Err(InvalidName("give the name of a section, such as orders"));
        }
        if text.contains(char::is_whitespace) || version.is_some_and(|version| version.contains('@')) {
            return Err(InvalidName("write the section and its version without spaces, such as orders@v0"));
        }
        Ok(Self::new(section, version))
    }
}

/// The name of an operation: the API it belongs to and Amazon's id.
///
/// It parses `orders@v0 getOrders`, with the version in any spelling of an [`ApiName`], and `orders getOrders` for the
/// operation in any version. It is displayed as `section@version operationId`, with Amazon's spelling of the version,
/// as errors, the sandbox's faults and the program do.
///
/// ```
/// use spapi_types::operation::OperationName;
///
/// let name: OperationName = "orders@v2026_01_01 getOrder".parse()?;
/// assert_eq!(name.to_string(), "orders@2026-01-01 getOrder");
/// assert_eq!(name, "orders@2026-01-01 getOrder".parse()?);
/// # Ok::<(), spapi_types::operation::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationName {
    api: ApiName,
    id: String,
}

impl OperationName {
    /// The operation of that API with that id.
    pub fn new(api: ApiName, id: impl Into<String>) -> Self {
        Self { api, id: id.into() }
    }

    /// The API it belongs to.
    pub fn api(&self) -> &ApiName {
        &self.api
    }

    /// Amazon's id, such as `getOrders`, as it was given.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the id is the one of this name, in upper or lower case, because Amazon's own spelling varies.
    pub fn has_id(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id)
    }

    /// Whether it is the name of that operation. A name without a version is the operation's name in every version.
    pub fn is_of(&self, operation: &Operation) -> bool {
        self.has_id(&operation.id)
            && self.api.section.eq_ignore_ascii_case(&operation.section)
            && self.api.has_version(&operation.version)
    }
}

/// `orders@v0 getOrders`.
impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.api, self.id)
    }
}

impl FromStr for OperationName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let mut words = text.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(api), Some(id), None) => Ok(Self::new(api.parse()?, id)),
            _ => Err(InvalidName("write the section, its version and the operation, such as orders@v0 getOrders")),
        }
    }
}

/// Why a text is not the name of an API or an operation. It says what to write, and does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidName(&'static str);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidName {}

/// A version as Amazon writes it: `v0` and `2026-01-01`, from `V0`, `0`, `v2026-01-01` and `v2026_01_01`. Any other
/// text is a module's name, and keeps its underscores.
fn canonical_version(text: &str) -> String {
    let text = text.to_ascii_lowercase().replace('-', "_");
    let bare = text.strip_prefix('v').unwrap_or(&text);
    match bare.as_bytes() {
        [b'0'..=b'9', ..] if bare.bytes().all(|byte| byte.is_ascii_digit()) => format!("v{bare}"),
        [b'0'..=b'9', ..] => bare.replace('_', "-"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    static GET_ORDER: Operation =
        Operation::new("orders", "2026-01-01", "getOrder", Method::GET, "/orders/2026-01-01/orders/{orderId}");

    fn name(text: &str) -> OperationName {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn all_spellings_of_a_version_are_equal_and_are_shown_alike() {
        for spelling in ["2026-01-01", "v2026-01-01", "v2026_01_01", "2026_01_01", "V2026-01_01"] {
            let name = name(&format!("orders@{spelling} getOrder"));
            assert_eq!(name.to_string(), "orders@2026-01-01 getOrder");
            assert!(name.is_of(&GET_ORDER), "{spelling}");
        }
        for spelling in ["v0", "V0", "0"] {
            assert_eq!(name(&format!("orders@{spelling} getOrder")).to_string(), "orders@v0 getOrder");
        }
        let module = name("external-fulfillment@shipments_v2024_09_11 getShipment");
        assert_eq!(module.to_string(), "external-fulfillment@shipments_v2024_09_11 getShipment");
        assert_eq!(module, name("external-fulfillment@shipments-v2024-09-11 getShipment"));
        assert!(module.api().has_version("shipments_v2024_09_11") && !module.api().has_version("2024-09-11"));
    }

    #[test]
    fn a_name_matches_only_the_operations_that_it_means() {
        assert!(name("orders getOrder").is_of(&GET_ORDER), "without a version");
        assert!(name(" ORDERS@V2026_01_01   GETORDER ").is_of(&GET_ORDER), "in any case");
        for other in ["orders@v0 getOrder", "orders getOrders", "order getOrder", "orders@2026-01 getOrder"] {
            assert!(!name(other).is_of(&GET_ORDER), "{other}");
        }
        assert_eq!(
            name(&GET_ORDER.to_string()),
            GET_ORDER.name().unwrap(),
            "the displayed name of an operation is parsed as its name"
        );
        assert!(GET_ORDER.name().unwrap().is_of(&GET_ORDER));
        assert_eq!(Operation::by_path(Method::GET, "/a".into()).name(), None);
    }

    #[test]
    fn the_error_of_an_invalid_name_shows_the_form() {
        for text in
            ["", "getOrders", "orders@v0", "orders v0 getOrders", "orders@ getOrders", "@v0 getOrders", "a@b@c d"]
        {
            let error = text.parse::<OperationName>().unwrap_err().to_string();
            assert!(error.contains("orders") || error.contains("v0"), "{text}: {error}");
        }
        for text in ["", "@v0", "orders@", "orders v0", "orders@v0@v1"] {
            assert!(text.parse::<ApiName>().is_err(), "{text}");
        }
    }
}
