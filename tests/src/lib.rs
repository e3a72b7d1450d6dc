//! What the tests share: a server on loopback that shows every byte it was sent and answers what a test tells it to.

mod exchange;
mod server;

pub use exchange::{Answer, Recorded};
pub use server::{ACCESS_TOKEN, Server};

/// Compiles the call that the project's README shows.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
