//! The static examples of Amazon's models. Each is a request and the answer of Amazon's sandbox to it.

mod answer;
mod matching;
mod read;

pub(crate) use answer::answer;

use crate::http::published::{self, Key};
use serde_json::Value;
use spapi_metadata::Published;
use spapi_types::operation::{ApiName, OperationName};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::Path;

/// The static examples of a folder of Amazon's models.
///
/// The models belong to Amazon and are not part of this crate: `cargo xtask models fetch` fetches them.
#[derive(Clone, Debug)]
pub struct Examples {
    all: Vec<Example>,
    /// The indexes of each operation's examples.
    places: HashMap<Key, Vec<usize>>,
    unknown: Vec<String>,
}

/// A request and the answer to it, from Amazon's models.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Example {
    /// The section of its operation: `orders`.
    pub section: &'static str,
    /// The module of the operation's version: `v0`.
    pub module: &'static str,
    /// The operation's id: `getOrders`.
    pub operation: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Its index among the operation's examples of that status, from 0.
    pub index: usize,
    /// What the request must hold. If it is empty, the example answers any valid request.
    pub parameters: Vec<Parameter>,
    /// The headers of the answer that the example names.
    pub headers: Vec<(String, String)>,
    /// The body of the answer, or `None` if it has no body.
    pub response: Option<Value>,
}

/// A parameter of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name as the model spells it.
    pub name: String,
    /// Its place in the request.
    pub place: Place,
    /// Its value: a string, a number, a boolean, a list of those, or the JSON of a body. A string may be invalid for the
    /// parameter's type, such as `TEST_CASE_200` for a date.
    pub value: Value,
}

/// The place of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// The body itself.
    Body,
}

impl Examples {
    /// Reads the examples of every model below a folder, in any layout.
    ///
    /// # Errors
    /// When a file cannot be read or is not JSON; the error names its path. When the folder holds no model; the error says
    /// how to get the models.
    pub fn read(folder: impl AsRef<Path>) -> io::Result<Self> {
        let read::Read { all, unknown } = read::read(folder.as_ref())?;
        let mut places: HashMap<_, Vec<usize>> = HashMap::new();
        for (place, example) in all.iter().enumerate() {
            places.entry([example.section, example.module, example.operation]).or_default().push(place);
        }
        Ok(Self { all, places, unknown })
    }

    /// Every example, by model, operation and status.
    pub fn all(&self) -> &[Example] {
        &self.all
    }

    /// Operations with examples that this version does not know and therefore does not serve: `GET /path of file.json`.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The examples of an operation.
    pub(crate) fn of(&self, operation: &Published) -> impl Iterator<Item = &Example> {
        self.places.get(&published::key(operation)).into_iter().flatten().filter_map(|place| self.all.get(*place))
    }
}

/// `orders@v0 getOrders 200 #0`.
impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let api = ApiName::new(self.section, Some(self.module));
        write!(f, "{} {} #{}", OperationName::new(api, self.operation), self.status, self.index)
    }
}
