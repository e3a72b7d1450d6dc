//! The sandbox over real HTTP.

mod agreement;
mod authorizations;
mod connections;
mod control;
mod faults;
mod feeds;
mod in_process;
mod inventory;
mod keep;
mod limits;
mod login;
mod memory;
mod notifications;
mod offers;
mod orders;
mod paging;
mod paths;
mod regions;
mod reports;
mod request_log;
mod restricted;
mod roles;
mod sellers;
mod static_mode;
mod strangers;
mod support;
