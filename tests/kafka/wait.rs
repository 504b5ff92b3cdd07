//! Waiting on a condition, never on a clock alone.

use std::thread;
use std::time::{Duration, Instant};

/// Asks `ready` until it answers, and returns the answer; fails the test after `limit`, naming what was awaited.
pub fn wait_for<T>(what: &str, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ready() {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for: {what}");
        // Nobody unparks: the outside world gives no signal, so it is asked twenty times a second.
        thread::park_timeout(Duration::from_millis(50));
    }
}

/// Asks `ready` until it says yes.
pub fn wait_until(what: &str, limit: Duration, mut ready: impl FnMut() -> bool) {
    wait_for(what, limit, || ready().then_some(()));
}
