//! The client's quota against a server that enforces its own.
//!
//! Time stands still in most of these tests, for the client and for the server, and is put forward by what the client
//! says it would have waited. So a day of calls takes a second, and what is asserted depends on no machine.

mod learning;
mod priorities;
mod processes;
mod sharing;
mod support;
