//! A request and an answer as bytes.

use std::fmt::{Display, Write};

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query, undecoded.
    pub target: String,
    /// Names in lower case, and values, in the order in which they were sent.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Received {
    /// The path, undecoded.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The parameters of the query as `name=value`, undecoded and sorted: their order has no meaning.
    pub fn query(&self) -> Vec<&str> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.sort_unstable();
        pairs
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }
}

/// An answer of the server.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// JSON, from a value, or from text if the digits of a number matter.
    pub fn json(status: u16, body: impl Display) -> Self {
        Self::empty(status).body("application/json", body)
    }

    /// A page of HTML, as gateways in front of the API send it when they fail.
    pub fn html(status: u16, body: impl Display) -> Self {
        Self::empty(status).body("text/html", body)
    }

    fn body(mut self, content_type: &'static str, body: impl Display) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", content_type)
    }

    /// Sets a header.
    pub fn header(mut self, name: &'static str, value: impl Display) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name, value.to_string()));
        self
    }

    /// The bytes of the answer. A 204 has neither a body nor a content length.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} \r\n", self.status);
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").expect("text can be written to");
        }
        if self.status != 204 {
            write!(head, "Content-Length: {}\r\n", self.body.len()).expect("text can be written to");
        }
        head.push_str("\r\n");
        let body: &[u8] = if self.status == 204 { &[] } else { &self.body };
        [head.as_bytes(), body].concat()
    }
}
