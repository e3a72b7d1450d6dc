//! Compiles the call that each section crate's README shows. Nothing is sent.

#[rustfmt::skip]
#[path = "../generated/readmes.rs"]
mod readmes;
