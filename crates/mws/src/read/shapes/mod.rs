//! The elements of MWS and their places today.

pub(super) mod finances;
pub(super) mod inbound;
pub(super) mod inventory;
pub(super) mod merchant;
pub(super) mod notifications;
pub(super) mod orders;
pub(super) mod outbound;
pub(super) mod products;
pub(super) mod reports;
#[cfg(test)]
mod tests;
