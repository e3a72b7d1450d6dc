//! Tests the client's quota against a server that enforces its own.
//!
//! In most of these tests the clocks of client and server stand still, and a test advances them by the time that the
//! client would have waited. A day of calls takes a second, and no assertion depends on the machine's speed.

mod learning;
mod priorities;
mod processes;
mod sharing;
mod support;
