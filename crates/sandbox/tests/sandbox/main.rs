//! The sandbox over real HTTP.

mod limits;
mod login;
mod orders;
mod paging;
mod paths;
mod support;
