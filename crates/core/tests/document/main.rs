//! Documents over real sockets: compression, formats, and the errors of broken documents.

#![cfg(feature = "document")]

mod download;
mod resume;
mod rows;
mod support;
mod tls;
mod upload;
