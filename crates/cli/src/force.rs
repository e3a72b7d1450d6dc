//! Values that this version of the program does not know. A typo is more likely than a new value of Amazon's.

use crate::exit::Failure;
use clap::Args;

/// The option that sends them.
#[derive(Debug, Default, Args)]
pub struct Force {
    /// Send values that this version does not know. Without it they are refused as probable typos.
    #[arg(long)]
    pub force: bool,
}

impl Force {
    /// Refuses the value that the message names, or with `--force` keeps the message as a warning.
    pub fn doubt(&self, message: String, suggestion: &str, warnings: &mut Vec<String>) -> Result<(), Failure> {
        if self.force {
            warnings.push(format!("{message}, and is sent as it is{suggestion}"));
            return Ok(());
        }
        Err(Failure::usage(format!("{message}{suggestion}"))
            .with_next("correct it, or add --force to send it as it is"))
    }
}
