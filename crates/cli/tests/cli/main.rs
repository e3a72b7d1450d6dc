//! The program, run as its users do.

mod authorize;
mod call;
mod doctor;
mod embedded;
mod endings;
mod lists;
mod orders;
mod sandbox;
mod support;
