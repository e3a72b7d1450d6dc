//! The type of future that the traits of this crate return.

use std::pin::Pin;

/// A boxed future, as the methods of this crate's traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
