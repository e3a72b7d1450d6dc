//! `spapi sync worker`, `jobs` and `drain`: many machines that share connections by one Postgres database.

#[cfg(feature = "cluster")]
mod database;
#[cfg(feature = "cluster")]
mod http;
#[cfg(feature = "cluster")]
mod site;

#[cfg(feature = "cluster")]
pub mod drain;
#[cfg(feature = "cluster")]
pub mod jobs;
#[cfg(feature = "cluster")]
pub mod worker;

#[cfg(not(feature = "cluster"))]
pub mod elsewhere;
#[cfg(not(feature = "cluster"))]
pub use self::{elsewhere as drain, elsewhere as jobs, elsewhere as worker};
