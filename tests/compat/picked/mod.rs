//! The names of core that generated code uses beyond the snapshots, each in the form of generated code. Written by hand.

mod meta;
mod operations;
mod types;
