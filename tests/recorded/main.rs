//! Recordings, replayed through the generated calls: of the sandbox, and of answers that people met elsewhere.

#![allow(deprecated, reason = "operations that Amazon deprecates are recorded like all others")]

mod reported;
mod sandbox;
