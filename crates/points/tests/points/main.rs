//! Points in all places of the API, and their reconciliation in the sandbox's shop.

mod cells;
mod sandbox;
mod sections;
