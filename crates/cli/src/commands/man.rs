//! `spapi man`: the manual pages.

use crate::exit::{Exit, Failure};
use clap::Args;
use std::fs;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Options {
    /// The folder to write them into: a page for each command, such as spapi-report-get.1. It is made if it does not exist.
    folder: PathBuf,
}

pub fn run(options: &Options, program: clap::Command) -> Result<(), Failure> {
    let folder = &options.folder;
    let written = fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(program, folder));
    written.map_err(|error| {
        Failure::new(Exit::Failed, format!("the manual pages cannot be written to {}: {error}", folder.display()))
            .with_next("name a folder that can be written")
    })
}
