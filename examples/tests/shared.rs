//! Runs `share_quotas` on a server of Postgres. Without one installed the test shows as ignored.

#[allow(dead_code, reason = "tests of spapi-sync use the rest of it")]
#[path = "../../crates/sync/tests/server/mod.rs"]
mod server;

use libtest_mimic::{Arguments, Failed, Trial};
use server::{Server, USER, programs};
use std::process::{Command, ExitCode};

const NAME: &str = "two machines make as many calls as the quota of one";

fn main() -> ExitCode {
    let trial = match programs() {
        Some(_) => Trial::test(NAME, share),
        None => {
            Trial::test(format!("{NAME} (no server of Postgres is installed here)"), || Ok(())).with_ignored_flag(true)
        }
    };
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn share() -> Result<(), Failed> {
    let server = Server::new();
    let output = Command::new(env!("CARGO_BIN_EXE_share_quotas")).arg(server.url(USER, "postgres")).output()?;
    let printed = String::from_utf8(output.stdout)?;
    let calls: Vec<u32> = printed.trim().split('\t').filter_map(|number| number.parse().ok()).collect();
    // The burst of the operation is 15.
    match calls.as_slice() {
        [one, other] if one + other == 15 && one.abs_diff(*other) <= 1 => Ok(()),
        _ => Err(format!("{printed}{}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
