//! The check of attributes and patches by a schema, before anything is sent.

use super::schemas;
use super::target::Target;
use crate::exit::Failure;
use crate::notes;
use clap::Args;
use serde_json::Value;
use spapi_listings::{Findings, ListingsPatch, Validator};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Check {
    /// A file with the schema of the product type, as `spapi listing schema` writes it. What it finds wrong is not sent.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
}

impl Check {
    /// Checks the attributes of a whole listing.
    pub fn attributes(&self, target: &Target, attributes: &Value) -> Result<(), Failure> {
        self.validator(target)?.map_or(Ok(()), |validator| judge(&validator.create(attributes)))
    }

    /// Checks patches, without the attributes that the listing has.
    pub fn patches(&self, target: &Target, patches: &[ListingsPatch]) -> Result<(), Failure> {
        self.validator(target)?.map_or(Ok(()), |validator| judge(&validator.patches(patches, None)))
    }

    fn validator(&self, target: &Target) -> Result<Option<Validator>, Failure> {
        let Some(file) = &self.schema else { return Ok(None) };
        Ok(Some(schemas::of_file(file, Some(target.marketplace()))?.validator))
    }
}

fn judge(findings: &Findings) -> Result<(), Failure> {
    for finding in findings.iter().map(ToString::to_string) {
        match finding.strip_prefix("warning ") {
            Some(rest) => notes::warn(rest),
            None => notes::note(finding),
        }
    }
    match findings.is_valid() {
        true => Ok(()),
        false => Err(Failure::usage("the schema finds errors; nothing was sent")),
    }
}
