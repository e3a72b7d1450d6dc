//! A server on loopback for the tests: it keeps every byte that it receives, and a test decides its answers.

mod exchange;
mod server;

pub use exchange::{Answer, Received};
pub use server::{ACCESS_TOKEN, Server};

/// Compiles the calls in the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
