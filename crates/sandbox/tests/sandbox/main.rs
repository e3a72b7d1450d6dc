//! The sandbox over real HTTP.

mod faults;
mod limits;
mod login;
mod orders;
mod paging;
mod paths;
mod record;
mod static_mode;
mod support;
