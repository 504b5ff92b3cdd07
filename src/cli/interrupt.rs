//! Ctrl-C, for commands that leave something behind.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use super::Exit;
use crate::engine::Stop;

/// At Ctrl-C the process says what is left, and ends.
///
/// # Errors
/// Signals cannot be listened to.
pub(super) fn end_with(left: String) -> io::Result<()> {
    listen(move |_| leave(&left))
}

/// The first Ctrl-C is the word to drain, and says so; at the second the process ends.
///
/// # Errors
/// Signals cannot be listened to.
pub(super) fn drain_first(
    stop: Arc<Stop>,
    said: &'static str,
    left: &'static str,
) -> io::Result<()> {
    listen(move |times| match times {
        1 => {
            stop.drain();
            say(said);
        }
        _ => leave(left),
    })
}

/// What must not be left half done, while it is under way.
#[derive(Debug, Default)]
pub(super) struct Care {
    under_way: AtomicBool,
    stop: Stop,
}

impl Care {
    /// Does it with the word that it is to be cut short; whether the word was given.
    pub(super) fn over<T>(&self, work: impl FnOnce(&Stop) -> T) -> (T, bool) {
        self.under_way.store(true, Ordering::SeqCst);
        let done = work(&self.stop);
        self.under_way.store(false, Ordering::SeqCst);
        (done, self.stop.is_draining())
    }
}

/// At Ctrl-C the process ends; but while what is taken care of is under way, the first one is the word to cut it short, and
/// says so.
///
/// # Errors
/// Signals cannot be listened to.
pub(super) fn end_but_for(
    care: Arc<Care>,
    said: &'static str,
    left: &'static str,
    stopped: &'static str,
) -> io::Result<()> {
    listen(move |_| {
        if !care.under_way.load(Ordering::SeqCst) {
            leave(stopped);
        } else if care.stop.is_draining() {
            leave(left);
        } else {
            care.stop.drain();
            say(said);
        }
    })
}

/// Calls with how often it was heard.
fn listen(mut heard: impl FnMut(u32) + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut interrupt = {
        let _entered = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    let work = move || {
        runtime.block_on(async {
            for times in 1.. {
                interrupt.recv().await;
                heard(times);
            }
        });
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(work).map(drop)
}

fn say(words: &str) {
    // Where the standard error is gone there is nobody to tell.
    drop(writeln!(io::stderr().lock(), "newsmill: {words}"));
}

#[expect(clippy::exit, reason = "whatever the other threads wait for, nobody waits for them")]
fn leave(left: &str) {
    say(left);
    std::process::exit(Exit::Interrupted.code().into());
}
