//! A command that is run for each notification.

use super::work::Ending;
use crate::exit::{Exit, Failure};
use spapi_core::text::printable;
use spapi_events::consume::{Delivery, HandlerError};
use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// A command and its arguments.
pub struct Exec {
    program: OsString,
    arguments: Vec<OsString>,
    ending: Arc<Ending>,
}

impl Exec {
    pub fn new(command: &str, by_shell: bool, ending: Arc<Ending>) -> Result<Self, Failure> {
        let (program, arguments) = match by_shell {
            true if cfg!(windows) => ("cmd".into(), vec!["/C".into(), command.into()]),
            true => ("sh".into(), vec!["-c".into(), command.into()]),
            false => {
                let words = shlex::split(command).unwrap_or_default();
                let mut words = words.into_iter().map(OsString::from);
                let program = words.next().ok_or_else(|| {
                    Failure::usage("--exec: it is not a command: a quote is open, or there is no word")
                        .with_next("give a program and its arguments, such as --exec 'python3 handle.py'")
                })?;
                (program, words.collect())
            }
        };
        Ok(Self { program, arguments, ending })
    }

    /// Runs the command with the notification on its stdin.
    pub async fn run(&self, delivery: &Delivery) -> Result<(), HandlerError> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C in a terminal reaches all of its group. The command is to finish what it has.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| {
            let shown = printable(&self.program.to_string_lossy()).up_to(200).to_string();
            let failure = Failure::new(Exit::Usage, format!("--exec: {shown} cannot be run: {error}")).with_next(
                "check the command, or add --shell if it is one of a shell; no notification that it was for is deleted",
            );
            self.ending.begin(failure);
            HandlerError::new(format!("{shown} cannot be run"))
        })?;
        let mut group = Group(child);
        let line = format!("{}\n", delivery.raw());
        if let Some(mut stdin) = group.0.stdin.take() {
            // A command that does not read its stdin is judged by its exit code too.
            let _ = stdin.write_all(line.as_bytes()).await;
        }
        let status = group.0.wait().await?;
        match status.success() {
            true => Ok(()),
            false => Err(HandlerError::new(match status.code() {
                Some(code) => format!("the command ended with the exit code {code}"),
                None => "the command was ended by a signal".to_owned(),
            })),
        }
    }
}

/// A command with the processes that it has started. All of them end if it is dropped before the command has ended, because it
/// took too long or the program ends. Processes that a command leaves behind when it ends by itself go on.
struct Group(Child);

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        // A command that has ended has no id, because its number may belong to another process by now.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            // It fails if all of them have ended.
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}
