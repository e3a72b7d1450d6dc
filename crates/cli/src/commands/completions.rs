//! `spapi completions`: a script for the shell that completes the command line.

use crate::completion::VARIABLE;
use crate::exit::Failure;
use clap::Args;
use clap_complete::Shell;
use clap_complete::env::Shells;
use std::io::{self, Write};

const HELP: &str = "\
The script asks the program itself, so that it knows sections, operations, parameters, marketplaces and statuses. Read \
it when the shell starts, and it always fits the program:
  bash        source <(spapi completions bash)               in ~/.bashrc
  zsh         source <(spapi completions zsh)                in ~/.zshrc
  fish        spapi completions fish | source                in ~/.config/fish/config.fish
  elvish      eval (spapi completions elvish | slurp)        in ~/.config/elvish/rc.elv
  powershell  spapi completions powershell | Out-String | Invoke-Expression        in $PROFILE";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The shell to write for.
    shell: Shell,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let shell = options.shell.to_string();
    let shells = Shells::builtins();
    let completer = shells.completer(&shell).ok_or_else(|| Failure::usage(format!("{shell} has no script")))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "spapi", "spapi", "spapi", &mut script)?;
    let mut out = io::stdout().lock();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
