//! The program, run as its users do.

mod call;
mod embedded;
mod endings;
mod lists;
mod orders;
mod sandbox;
mod support;
