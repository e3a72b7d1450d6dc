//! Values that this version of the program does not know. A typo is more likely than a new value of Amazon's.

use crate::catalog::{close_to, did_you_mean};
use crate::exit::Failure;
use crate::notes;
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

    /// Refuses a name that is not known, such as a report type, or with `--force` warns of it.
    pub fn unknown(&self, what: &str, name: &str, nearest: &[&str]) -> Result<(), Failure> {
        let mut warnings = Vec::new();
        self.doubt(format!("the {what} {name} is not known"), &did_you_mean(nearest), &mut warnings)?;
        warnings.iter().for_each(notes::warn);
        Ok(())
    }

    /// The values in Amazon's spelling. An unknown one is refused, unless `--force` is given.
    pub fn values(
        &self,
        option: &str,
        typed: &[String],
        known: &[&'static str],
        warnings: &mut Vec<String>,
    ) -> Result<Vec<String>, Failure> {
        let values = typed.iter().map(|value| value.trim().to_ascii_uppercase().replace('-', "_"));
        let values: Vec<_> = values.filter(|value| !value.is_empty()).collect();
        for value in values.iter().filter(|value| !known.contains(&value.as_str())) {
            let close = did_you_mean(&close_to(value, known.iter().copied()));
            self.doubt(format!("{option} {value} is not a known value"), &close, warnings)?;
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_in_any_spelling() {
        let typed = ["partially-shipped", " Shipped ", "", "NEW_ONE"].map(str::to_owned);
        let known = &["PARTIALLY_SHIPPED", "SHIPPED"];
        let mut warnings = Vec::new();
        let sent = Force { force: true }.values("--status", &typed, known, &mut warnings).unwrap();
        assert_eq!(sent, ["PARTIALLY_SHIPPED", "SHIPPED", "NEW_ONE"]);
        assert_eq!(warnings, ["--status NEW_ONE is not a known value, and is sent as it is"]);
        assert!(Force::default().values("--status", &typed, known, &mut warnings).is_err());
    }
}
