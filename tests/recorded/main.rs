//! Replays recordings through the generated calls: of the sandbox, and of answers that users have reported.

#![allow(deprecated, reason = "operations that Amazon deprecates are recorded like all others")]

mod reported;
mod sandbox;
