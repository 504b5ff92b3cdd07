//! The word that ends engines.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

/// The word that ends engines: first drain, then at once.
#[derive(Debug, Default)]
pub struct Stop {
    level: AtomicU8,
    wakers: Mutex<Vec<Sender<()>>>,
    said: Mutex<Said>,
    changed: Condvar,
}

/// When each word was given first.
#[derive(Debug, Default)]
struct Said {
    drain: Option<Instant>,
    abort: Option<Instant>,
}

const DRAIN: u8 = 1;
const ABORT: u8 = 2;

impl Stop {
    /// Finish what was read, commit, leave.
    pub fn drain(&self) {
        let _ = self.said().drain.get_or_insert_with(Instant::now);
        self.raise(DRAIN);
    }

    /// Abort and leave.
    pub fn abort(&self) {
        let _ = self.said().abort.get_or_insert_with(Instant::now);
        self.raise(ABORT);
    }

    /// Whether to stop in any way.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.level.load(Ordering::Acquire) >= DRAIN
    }

    /// Whether to stop at once.
    #[must_use]
    pub fn is_abort(&self) -> bool {
        self.level.load(Ordering::Acquire) >= ABORT
    }

    /// This channel gets a token when a word is given.
    pub(super) fn wakes(&self, waker: Sender<()>) {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(waker);
    }

    /// Waits so long, or until a word is given.
    pub fn wait(&self, time: Duration) {
        let said = self.said();
        if said.drain.is_none() && said.abort.is_none() {
            drop(self.changed.wait_timeout(said, time));
        }
    }

    /// How long ago the word to drain was given.
    pub(super) fn draining_for(&self) -> Option<Duration> {
        self.said().drain.map(|at| at.elapsed())
    }

    /// How long ago the word to abort was given.
    pub(super) fn aborting_for(&self) -> Option<Duration> {
        self.said().abort.map(|at| at.elapsed())
    }

    /// Whoever waits looks again.
    pub(super) fn wake_waiting(&self) {
        self.changed.notify_all();
    }

    fn raise(&self, level: u8) {
        self.level.fetch_max(level, Ordering::AcqRel);
        self.changed.notify_all();
        for waker in self.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // A token that waits already is the same.
            waker.try_send(()).ok();
        }
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
