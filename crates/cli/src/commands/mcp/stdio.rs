//! Stdin and stdout for the protocol, each by a thread of its own.
//!
//! A runtime waits at its end for its threads that read, and a host may leave stdin open after it has asked this program to end.

use std::io::{self, Read, Write};
use std::thread;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// How many bytes wait between a thread and the protocol.
const WAITING: usize = 64 * 1024;

/// What comes from the host.
pub fn stdin() -> DuplexStream {
    let (mut to, from) = duplex(WAITING);
    let runtime = Handle::current();
    thread::spawn(move || {
        let mut bytes = [0; 8192];
        // After an error nothing more comes, as after the end.
        while let Ok(length @ 1..) = io::stdin().lock().read(&mut bytes) {
            if runtime.block_on(to.write_all(&bytes[..length])).is_err() {
                break;
            }
        }
    });
    from
}

/// What goes to the host, and a message after all of it was written.
pub fn stdout() -> (DuplexStream, oneshot::Receiver<()>) {
    let (to, mut from) = duplex(WAITING);
    let (done, written) = oneshot::channel();
    let runtime = Handle::current();
    thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(length @ 1..) = runtime.block_on(from.read(&mut bytes)) {
            let mut out = io::stdout().lock();
            if out.write_all(&bytes[..length]).and_then(|()| out.flush()).is_err() {
                break;
            }
        }
        // Nobody may wait for it any more.
        let _ = done.send(());
    });
    (to, written)
}
