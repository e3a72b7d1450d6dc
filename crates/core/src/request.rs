//! A request: an operation, its arguments, and how its answer is read.

use crate::auth::DataElement;
use crate::call::{Call, List};
use crate::client::Client;
use crate::decode::Decode;
use crate::error::Error;
use crate::execute::Executed;
use crate::observe::{Noted, noting};
use crate::operation::Operation;
use crate::options::RequestOptions;
use crate::response::{OperationRef, RawResponse, Response};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spapi_types::DateTime;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::Arc;

/// A call that has not been sent yet, with the type of its answer.
///
/// The builders of the section crates wrap it. Use it directly to call an operation whose parameters are known only at
/// run time:
///
/// ```no_run
/// # async fn f(client: spapi_core::Client, operation: &'static spapi_core::Operation) -> Result<(), spapi_core::Error> {
/// use spapi_core::{Request, Value, decode};
///
/// let mut request = Request::<Value>::new(&client, operation, decode::json);
/// request.path("orderId", "123-1234567-1234567");
/// let order = request.send().await?;
/// println!("{}", order["payload"]["OrderStatus"]);
/// # Ok(()) }
/// ```
///
/// [`send`](Self::send) returns the errors about arguments. If a name is set twice, the last value counts.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<T> {
    pub(crate) client: Client,
    pub(crate) call: Call,
    decode: Decode<T>,
}

impl<T> Request<T> {
    /// A request without arguments.
    pub fn new(client: &Client, operation: &'static Operation, decode: Decode<T>) -> Self {
        Self { client: client.clone(), call: Call::new(OperationRef::Listed(operation)), decode }
    }

    /// Sets a parameter of the path. The value reaches the server byte for byte. An empty value, `.` and `..` are
    /// refused, because they would change the path.
    pub fn path(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.call.set_path(name.into(), &value);
    }

    /// Sets a parameter of the query.
    pub fn query(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.call.set_query(name.into(), &value);
    }

    /// Sets a parameter of the query to a date or time. A text that is not one of ISO 8601 is refused: Amazon takes no
    /// other form. [`raw_query`](Self::raw_query) sends any text.
    pub fn query_time(&mut self, name: impl Into<Cow<'static, str>>, time: impl Into<DateTime>) {
        self.call.set_query_time(name.into(), &time.into());
    }

    /// Sets a parameter of the query to a list, joined by commas: `a=1,2`. An empty list sets nothing.
    pub fn query_csv<I>(&mut self, name: impl Into<Cow<'static, str>>, values: I)
    where
        I: IntoIterator,
        I::Item: Display,
    {
        self.call.set_query_list(name.into(), values.into_iter(), List::Commas);
    }

    /// Sets a parameter of the query to a list, repeated for each value: `a=1&a=2`. An empty list sets nothing.
    pub fn query_multi<I>(&mut self, name: impl Into<Cow<'static, str>>, values: I)
    where
        I: IntoIterator,
        I::Item: Display,
    {
        self.call.set_query_list(name.into(), values.into_iter(), List::Repeated);
    }

    /// Sets a header. Headers that the client sets itself, such as `Content-Type` and `User-Agent`, are refused.
    pub fn header(&mut self, name: impl Into<Cow<'static, str>>, value: impl Display) {
        self.call.set_header(&name.into(), &value);
    }

    /// Sets the body. A recorder reads its type too, to know which names and values belong to the API.
    ///
    /// Dates and times in it are sent as they are, because Amazon takes other forms than ISO 8601 there: its sandbox
    /// expects `02/21/2022` in `confirmShipment`. [`DateTime::is_iso_8601`] tells whether one is of ISO 8601.
    pub fn json<B: Serialize + DeserializeOwned>(&mut self, body: &B) {
        self.call.set_json(body);
        self.call.body_type = Noted::of::<B>();
    }

    /// Sets a parameter of the query to a value that no type allows, and counts the parameter as given. It replaces a
    /// value that another method set.
    pub fn raw_query(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.call.set_query(name.into().into(), &value.into());
    }

    /// Asks for buyers' personal data, which Amazon returns only for a restricted data token. Without this the client
    /// never asks for them. `data` names the parts, for operations whose
    /// [`data_elements`](crate::operation::Restricted::data_elements) are not empty. For others it is empty too.
    ///
    /// The client gets the token before the call, shares it among all calls that need the same token, and renews it
    /// when it expires, between pages too. If Amazon refuses the token, the call fails and is not sent.
    pub fn restricted(&mut self, data: impl IntoIterator<Item = DataElement>) {
        self.call.set_restricted(data.into_iter().collect());
    }

    /// Sets the options of this call.
    pub fn with_options(&mut self, options: RequestOptions) {
        self.call.options = options;
    }

    /// Sends the request and reads the answer.
    ///
    /// # Errors
    /// When an argument is missing or wrong, no answer comes, or the answer is an error or cannot be decoded.
    pub async fn send(self) -> Result<Response<T>, Error> {
        let Executed { raw, asked, token } = self.client.execute(self.call).await?;
        let inner = &self.client.inner;
        let (decoded, decoded_type) = noting(|| (self.decode)(&raw));
        match decoded {
            Err(error) if error.is_only_errors() => {
                raw.tell(&inner.observers, &asked, Noted::none());
                Err(raw.into_only_errors(token.as_deref(), inner.clock.now()))
            }
            decoded => {
                raw.tell(&inner.observers, &asked, decoded_type);
                match decoded {
                    Ok(value) => Ok(Response::new(value, raw)),
                    Err(error) => Err(raw.undecodable(error)),
                }
            }
        }
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), call: self.call.clone(), decode: self.decode }
    }
}

/// Shows no values, because they may be buyers' data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}

impl Client {
    /// A request by method and path, with the same credentials, retries and errors as the typed calls. The client does
    /// not know its rate. Write path parameters as `{name}` and set them with [`UntypedRequest::path`]. If you can,
    /// write the path in the program (`&'static str`): a recording masks parts of a path that was made at run time.
    ///
    /// ```no_run
    /// # async fn f(client: spapi_core::Client) -> Result<(), spapi_core::Error> {
    /// use spapi_core::{Method, Value};
    ///
    /// let answer = client
    ///     .request(Method::GET, "/listings/2021-08-01/items/{sellerId}/{sku}")
    ///     .path("sellerId", "A1B2C3")
    ///     .path("sku", "RED/M 50%")
    ///     .query("marketplaceIds", "A1VC38T7YXB528")
    ///     .send()
    ///     .await?;
    /// let item: Value = answer.json()?;
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<Cow<'static, str>>) -> UntypedRequest {
        UntypedRequest::new(self, method, path.into())
    }
}

/// A request by method and path, for operations that no section crate covers. [`Client::request`] makes it.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct UntypedRequest {
    client: Client,
    call: Call,
}

impl UntypedRequest {
    pub(crate) fn new(client: &Client, method: Method, path: Cow<'static, str>) -> Self {
        let operation = OperationRef::ByPath(Arc::new(Operation::by_path(method, path)));
        Self { client: client.clone(), call: Call::new(operation) }
    }

    /// Sets the value of `{name}` in the path. See [`Request::path`].
    pub fn path(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.call.set_path(name.into(), &value);
        self
    }

    /// Sets a parameter of the query.
    pub fn query(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.call.set_query(name.into(), &value);
        self
    }

    /// Sets a header. See [`Request::header`].
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Display) -> Self {
        self.call.set_header(&name.into(), &value);
        self
    }

    /// Sets the body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.call.set_json(body);
        self
    }

    /// Asks for buyers' personal data with a restricted data token for exactly this method and path. See
    /// [`Request::restricted`].
    pub fn restricted(mut self, data: impl IntoIterator<Item = DataElement>) -> Self {
        self.call.set_restricted(data.into_iter().collect());
        self
    }

    /// Sets the options of this call.
    pub fn with_options(mut self, options: RequestOptions) -> Self {
        self.call.options = options;
        self
    }

    /// Sends the request. The answer is not decoded; [`RawResponse::json`] decodes it.
    ///
    /// # Errors
    /// When an argument is missing or wrong, no answer comes, or the answer is an error.
    pub async fn send(self) -> Result<RawResponse, Error> {
        let Executed { raw, asked, .. } = self.client.execute(self.call).await?;
        raw.tell(&self.client.inner.observers, &asked, Noted::none());
        Ok(raw)
    }
}

/// Shows no values, because they may be buyers' data.
impl fmt::Debug for UntypedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
