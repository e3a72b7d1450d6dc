//! The commands: a module for each noun, with its options, its run and its columns. No command imports another.

pub mod airbyte;
pub mod auth;
pub mod call;
pub mod catalog;
pub mod completions;
pub mod console;
pub mod doctor;
pub mod events;
pub mod feed;
pub mod itself;
pub mod kiosk;
pub mod listing;
pub mod man;
pub mod marketplaces;
pub mod mcp;
pub mod mws;
pub mod operations;
pub mod orders;
pub mod points;
pub mod report;
pub mod sandbox;
pub mod singer;
pub mod sync;
