//! The models that the program was made from, served as GitHub serves those of today.

use crate::github::{PATH, archive_of, serve};
use crate::{in_repository, ran};
use libtest_mimic::Failed;
use std::fs;
use std::process::Command;

const FOLDER: &str = "models/upstream/models";

pub fn missing() -> Option<&'static str> {
    (!in_repository(FOLDER).exists()).then_some("they are not fetched here: run `cargo xtask models fetch`")
}

pub fn are_known() -> Result<(), Failed> {
    let mut files = Vec::new();
    for folder in fs::read_dir(in_repository(FOLDER))? {
        let folder = folder?;
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let name = format!("models/{}/{}", folder.file_name().display(), file.file_name().display());
            files.push((name, fs::read_to_string(file.path())?));
        }
    }
    let archive = archive_of(files.into_iter());
    let url = serve(move |line| match line {
        PATH => ("200 OK", String::new(), archive.clone()),
        _ => ("404 Not Found", String::new(), Vec::new()),
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_spapi"));
    match ran(command.args(["self", "check", "--endpoint", &url]))? {
        (Some(0), said) if said.contains("this version knows every section") => Ok(()),
        (code, said) => Err(format!("the exit code is {code:?}:\n{said}").into()),
    }
}
