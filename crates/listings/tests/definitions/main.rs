//! Definitions and discovery against an Amazon that answers as a test writes it, in paused time.

mod cache;
mod changes;
mod discovery;
mod processes;
mod requests;
mod sandbox;
mod script;
