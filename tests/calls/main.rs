//! The generated calls over real HTTP: what reaches a server, and how they decode its answers.

#![allow(deprecated, reason = "calls that Amazon deprecates behave like all others")]

mod absence;
mod batches;
mod bodies;
mod dates;
mod enums;
mod errors;
mod money;
mod paging;
mod paths;
mod queries;
mod required;
mod responses;
mod restricted;
mod spellings;
mod statuses;
