//! The wheel in environments of its own.

use crate::{in_repository, succeeded};
use libtest_mimic::Failed;
use std::path::PathBuf;
use std::process::Command;

pub fn missing() -> Option<&'static str> {
    let is_there = python().exists() && folder().join("bare/bin/spapi").exists();
    (!is_there).then_some("it is not installed here: run packaging/python/tests/install")
}

fn folder() -> PathBuf {
    in_repository("packaging/python/tests")
}

fn python() -> PathBuf {
    folder().join("venv/bin/python")
}

pub fn works() -> Result<(), Failed> {
    succeeded(Command::new(python()).args(["-B", "test_spapi.py"]).current_dir(folder())).map(drop)
}

pub fn has_types() -> Result<(), Failed> {
    let mut mypy = Command::new(python());
    mypy.args(["-m", "mypy", "--strict", "--cache-dir=/dev/null", "--config-file=mypy.ini", "test_spapi.py"]);
    succeeded(mypy.current_dir(folder())).map(drop)
}
