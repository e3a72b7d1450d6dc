//! What the program does: a file for each noun, with its options, its work and its columns. No noun uses another.

pub mod auth;
pub mod call;
pub mod completions;
pub mod doctor;
pub mod marketplaces;
pub mod operations;
pub mod orders;
pub mod sandbox;
