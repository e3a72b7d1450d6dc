//! `spapi completions`: a script for the shell that completes the command line.

use crate::args::{Cli, CompletionsArgs};
use crate::exit::Failure;
use clap::CommandFactory;
use std::io::{self, Write};

pub fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "spapi", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
