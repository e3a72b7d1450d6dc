//! Shared by the tests: a server on loopback that shows every byte it received and answers as a test says.

mod exchange;
mod server;

pub use exchange::{Answer, Received};
pub use server::{ACCESS_TOKEN, Server};

/// Compiles the call in the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
