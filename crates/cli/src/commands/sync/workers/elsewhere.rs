//! In the place of each of the commands, in a program that was built without them.

use crate::exit::Failure;
use clap::Args;
use std::ffi::OsString;

#[derive(Debug, Args)]
#[command(after_help = "This program was built without workers: cargo install spapi-cli --features cluster")]
pub struct Options {
    /// What the command takes.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<OsString>,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    drop(options.rest);
    Err(Failure::usage("this program was built without workers")
        .with_next("install it with workers: cargo install spapi-cli --features cluster"))
}
