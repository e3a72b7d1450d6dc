//! The program, run as its users do.

mod airbyte;
mod auth;
mod call;
mod catalog;
mod completion;
mod doctor;
mod embedded;
mod events;
mod exit_codes;
mod feed;
mod kiosk;
mod layout;
mod listing;
mod listing_files;
mod listing_reads;
mod listing_tables;
mod lists;
mod mws;
mod mws_read;
mod orders;
mod points;
mod report;
mod sandbox;
mod support;
mod sync;
mod terminal;
