//! Documents over real sockets: how they are packed and written, what can break, and what an error then says.

#![cfg(feature = "document")]

mod download;
mod resume;
mod rows;
mod support;
mod tls;
mod upload;
