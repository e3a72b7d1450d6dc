//! The sandbox over real HTTP.

mod authorizations;
mod limits;
mod login;
mod orders;
mod paging;
mod paths;
mod restricted;
mod sellers;
mod support;
