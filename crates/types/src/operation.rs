//! What the client knows about an operation before it calls it.

mod name;
mod paging;
mod path;

pub use name::{ApiName, InvalidName, OperationName};
pub use paging::{ArgumentRule, Paging, PagingStyle, lookup};
pub use path::{InvalidPath, PathTemplate, RequestPath};

use crate::DataElement;
use http::Method;
use std::borrow::Cow;
use std::fmt;

/// One operation of the API: where it is, how often it may be called, and how it behaves.
///
/// Generated crates hold one `static` for each operation, made by the `const` builder, so that they still compile when
/// a newer core knows more about operations:
///
/// ```
/// use spapi_types::{Method, operation::{ArgumentRule, Operation, Paging}};
///
/// static GET_ORDER_ITEMS: Operation =
///     Operation::new("orders", "v0", "getOrderItems", Method::GET, "/orders/v0/orders/{orderId}/orderItems")
///         .rate(0.5, 30)
///         .paging(
///             Paging::token("NextToken", "payload.NextToken")
///                 .items("payload.OrderItems")
///                 .rule(ArgumentRule::TokenOrRepeat),
///         );
/// assert_eq!(GET_ORDER_ITEMS.to_string(), "orders@v0 getOrderItems");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Operation {
    /// The section it belongs to, as in its crate's name: `orders`. Empty for a request made by path.
    pub section: Cow<'static, str>,
    /// The version of its API, as Amazon writes it: `v0`, `2026-01-01`. Empty for a request made by path.
    pub version: Cow<'static, str>,
    /// Amazon's name for it: `getOrderItems`. Empty for a request made by path.
    pub id: Cow<'static, str>,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces: `/orders/v0/orders/{orderId}`. The value of a parameter written
    /// `{+name}` keeps its slashes.
    pub path: Cow<'static, str>,
    /// Its rate limit, if known.
    pub rate: Option<Rate>,
    /// What happens when a call reaches Amazon twice.
    pub repeat: Repeat,
    /// Names of the query and header parameters without which Amazon refuses the call.
    pub required: &'static [&'static str],
    /// How its answers continue on further pages, if they do.
    pub paging: Option<Paging>,
    /// The scope of the grant that it needs instead of a seller's authorization, if it is grantless.
    pub grantless: Option<&'static str>,
    /// What it needs a restricted data token for, if it needs one.
    pub restricted: Option<Restricted>,
}

impl Operation {
    /// An operation of unknown rate, without required parameters or paging. Its [`Repeat`] follows from the method: GET
    /// and HEAD are [`Repeat::Safe`], PUT and DELETE [`Repeat::Idempotent`], the others [`Repeat::Once`].
    pub const fn new(
        section: &'static str,
        version: &'static str,
        id: &'static str,
        method: Method,
        path: &'static str,
    ) -> Self {
        let repeat = Repeat::of_method(&method);
        Self {
            section: Cow::Borrowed(section),
            version: Cow::Borrowed(version),
            id: Cow::Borrowed(id),
            method,
            path: Cow::Borrowed(path),
            rate: None,
            repeat,
            required: &[],
            paging: None,
            grantless: None,
            restricted: None,
        }
    }

    /// An operation of which only method and path are known.
    pub fn by_path(method: Method, path: Cow<'static, str>) -> Self {
        Self { path, ..Self::new("", "", "", method, "") }
    }

    /// Its name; `None` for a request made by path.
    pub fn name(&self) -> Option<OperationName> {
        let api = || ApiName::new(&self.section, Some(&self.version));
        (!self.id.is_empty()).then(|| OperationName::new(api(), &*self.id))
    }

    /// Its path as a template for the paths of requests.
    pub fn path_template(&self) -> PathTemplate<'_> {
        PathTemplate::new(&self.path)
    }

    /// Sets how many calls a second Amazon allows in the long run, and how many at once after a pause.
    pub const fn rate(mut self, per_second: f64, burst: u32) -> Self {
        self.rate = Some(Rate::new(per_second, burst));
        self
    }

    /// Sets what happens when a call reaches Amazon twice.
    pub const fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Names the query and header parameters without which Amazon refuses the call.
    pub const fn required(mut self, names: &'static [&'static str]) -> Self {
        self.required = names;
        self
    }

    /// Says how its answers continue on further pages.
    pub const fn paging(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }

    /// Marks it as called with the application's own grant of this scope, without a seller's authorization.
    pub const fn grantless(mut self, scope: &'static str) -> Self {
        self.grantless = Some(scope);
        self
    }

    /// Says what it needs a restricted data token for.
    pub const fn restricted(mut self, restricted: Restricted) -> Self {
        self.restricted = Some(restricted);
        self
    }
}

/// `orders@v0 getOrderItems`, or method and path for a request made by path.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id.is_empty() {
            write!(f, "{} {}", self.method, self.path)
        } else {
            write!(f, "{}@{} {}", self.section, self.version, self.id)
        }
    }
}

/// The parts of an operation's answers that need a restricted data token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restricted {
    /// The parts of buyers' data that a caller requests by name; empty if they come all at once.
    pub data_elements: &'static [DataElement],
    /// Whether a token opens one resource, such as one document, and not all of the operation's.
    pub by_resource: bool,
}

impl Restricted {
    /// Data that come all at once, for all resources of the operation with one token.
    pub const fn new() -> Self {
        Self { data_elements: &[], by_resource: false }
    }

    /// Sets the parts of buyers' data that a caller requests by name.
    pub const fn data_elements(mut self, elements: &'static [DataElement]) -> Self {
        self.data_elements = elements;
        self
    }

    /// Says that each resource needs its own token.
    pub const fn by_resource(mut self) -> Self {
        self.by_resource = true;
        self
    }
}

impl Default for Restricted {
    fn default() -> Self {
        Self::new()
    }
}

/// A usage plan: a bucket of `burst` calls that fills at `per_second`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Rate {
    /// Calls per second in the long run.
    pub per_second: f64,
    /// Calls that may be made at once after a pause.
    pub burst: u32,
}

impl Rate {
    /// A bucket of `burst` calls that fills at `per_second`.
    pub const fn new(per_second: f64, burst: u32) -> Self {
        Self { per_second, burst }
    }
}

/// What happens when a call reaches Amazon twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Repeat {
    /// It only reads.
    Safe,
    /// It writes, and a second time changes nothing more.
    Idempotent,
    /// It creates something, and a second time creates another.
    Create,
    /// It must not happen twice: it may spend money, or its effect is not known.
    Once,
}

impl Repeat {
    /// Its name in tables, which it is also read from: `safe`, `idempotent`, `create`, `once`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::Create => "create",
            Self::Once => "once",
        }
    }

    /// The default of a method: `Safe` for GET and HEAD, `Idempotent` for PUT and DELETE, else `Once`.
    pub const fn of_method(method: &Method) -> Self {
        match method {
            &Method::GET | &Method::HEAD => Self::Safe,
            &Method::PUT | &Method::DELETE => Self::Idempotent,
            _ => Self::Once,
        }
    }

    /// Whether the client may send a call again whose answer was lost.
    pub fn may_repeat(self) -> bool {
        matches!(self, Self::Safe | Self::Idempotent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_decides_whether_a_call_by_path_can_be_repeated() {
        let repeat = |method| Operation::new("s", "v", "o", method, "/").repeat;
        assert_eq!(repeat(Method::GET), Repeat::Safe);
        assert_eq!(repeat(Method::HEAD), Repeat::Safe);
        assert_eq!(repeat(Method::PUT), Repeat::Idempotent);
        assert_eq!(repeat(Method::DELETE), Repeat::Idempotent);
        assert_eq!(repeat(Method::PATCH), Repeat::Once);
        assert_eq!(repeat(Method::POST), Repeat::Once);
        assert_eq!(Operation::new("s", "v", "o", Method::POST, "/").repeat(Repeat::Safe).repeat, Repeat::Safe);
    }

    #[test]
    fn an_operation_made_by_path_is_shown_by_method_and_path() {
        assert_eq!(Operation::by_path(Method::GET, "/a/b".into()).to_string(), "GET /a/b");
        let listed = Operation::new("orders", "v0", "getOrders", Method::GET, "/orders/v0/orders");
        assert_eq!(listed.to_string(), "orders@v0 getOrders");
    }
}
