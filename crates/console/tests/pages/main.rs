//! The pages over HTTP in the process: what each shows, and what each refuses.

mod browser;
mod entrance;
mod forms;
mod looks;
mod runs;
#[path = "../shop/mod.rs"]
mod shop;
