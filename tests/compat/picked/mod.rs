//! What generated code uses of core beyond the snapshots, each name in the one form that it writes. By hand.

mod meta;
mod operations;
mod types;
