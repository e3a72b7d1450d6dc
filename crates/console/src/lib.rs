#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod app;
mod chart;
mod connections;
mod door;
mod guard;
mod language;
mod listen;
mod pages;
mod random;
mod reach;
mod runs;
mod setup;
mod shown;

pub use app::{Access, Console};
pub use listen::Certificate;
pub use reach::{Connected, Reach};
