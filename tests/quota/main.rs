//! The client's quota against a server that enforces its own.
//!
//! Time stands still in most of these tests, for the client and the server. A test advances it by the time that the
//! client would have waited. So a day of calls takes a second, and no assertion depends on the machine.

mod learning;
mod priorities;
mod processes;
mod sharing;
mod support;
