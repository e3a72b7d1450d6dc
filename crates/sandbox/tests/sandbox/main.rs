//! The sandbox over real HTTP.

mod authorizations;
mod feeds;
mod inventory;
mod limits;
mod login;
mod notifications;
mod orders;
mod paging;
mod paths;
mod reports;
mod restricted;
mod sellers;
mod support;
