//! `spapi completions`: a script for the shell that completes the command line.

use crate::exit::Failure;
use clap::{Args, Command};
use clap_complete::Shell;
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct Options {
    /// The shell to write for.
    shell: Shell,
}

pub fn run(options: &Options, mut program: Command) -> Result<(), Failure> {
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut program, "spapi", &mut script);
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
