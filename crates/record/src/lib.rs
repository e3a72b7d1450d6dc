#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod drift;
mod exchange;
mod file;
mod outline;
mod recorder;
mod redact;
mod replay;
mod stand_in;

pub use recorder::Recorder;
pub use replay::Replay;
