//! The program, run as its users do.

mod airbyte;
mod auth;
mod call;
mod catalog;
mod completion;
mod doctor;
mod embedded;
mod exit_codes;
mod feed;
mod kiosk;
mod layout;
mod listing;
mod listing_files;
mod lists;
mod mws_read;
mod orders;
mod report;
mod sandbox;
mod support;
mod sync;
mod terminal;
