//! Engines side by side: started, started again, watched and stopped together.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::end::{End, ExitKind};
use super::observer::Observer;
use super::run::{Engine, EngineSpec};
use super::state::EngineState;

/// The first wait before an engine starts again; each further one is twice as long …
const BACKOFF_MIN: Duration = Duration::from_millis(200);
/// … up to this.
const BACKOFF_MAX: Duration = Duration::from_secs(10);
/// How often the watchdog looks.
const LOOK: Duration = Duration::from_millis(500);

/// The word that ends engines: first drain, then at once.
#[derive(Debug, Default)]
pub struct Stop {
    level: AtomicU8,
    wakers: Mutex<Vec<Sender<()>>>,
    since: Mutex<Option<Instant>>,
    changed: Condvar,
}

const DRAIN: u8 = 1;
const ABORT: u8 = 2;

impl Stop {
    /// Finish what was read, commit, leave.
    pub fn drain(&self) {
        self.raise(DRAIN);
    }

    /// Abort and leave.
    pub fn abort(&self) {
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

    /// This channel gets a token when the word is given.
    pub(super) fn wakes(&self, waker: Sender<()>) {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner).push(waker);
    }

    /// Waits so long, or until the word is given.
    pub fn wait(&self, time: Duration) {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            drop(self.changed.wait_timeout(since, time));
        }
    }

    /// How long ago the word was given.
    fn age(&self) -> Option<Duration> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).map(|since| since.elapsed())
    }

    fn raise(&self, level: u8) {
        self.level.fetch_max(level, Ordering::AcqRel);
        let _ = self
            .since
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(Instant::now);
        self.changed.notify_all();
        for waker in self.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // A token that waits already is the same.
            waker.try_send(()).ok();
        }
    }
}

/// The signs of life of one engine, read by the watchdog.
#[derive(Debug)]
pub(super) struct Pulse {
    born: Instant,
    beat_ms: AtomicU64,
    progress_ms: AtomicU64,
    has_drained: AtomicBool,
}

impl Pulse {
    fn new() -> Self {
        Self {
            born: Instant::now(),
            beat_ms: AtomicU64::new(0),
            progress_ms: AtomicU64::new(0),
            has_drained: AtomicBool::new(false),
        }
    }

    /// The loop has made a turn. Where nothing is in flight there is nothing to make progress with.
    pub(super) fn beat(&self, in_flight: bool) {
        let now = self.now_ms();
        self.beat_ms.store(now, Ordering::Release);
        if !in_flight {
            self.progress_ms.store(now, Ordering::Release);
        }
    }

    /// A chunk was applied, or a transaction ended.
    pub(super) fn progress(&self) {
        self.progress_ms.store(self.now_ms(), Ordering::Release);
    }

    /// Everything finished is committed; only the leaving is left.
    pub(super) fn drained(&self) {
        self.has_drained.store(true, Ordering::Release);
    }

    /// How long the engine has shown no life, or no progress.
    fn silence(&self) -> Duration {
        let last =
            self.beat_ms.load(Ordering::Acquire).min(self.progress_ms.load(Ordering::Acquire));
        Duration::from_millis(self.now_ms().saturating_sub(last))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Runs engines until they are told to stop or one of them cannot go on. Blocks.
///
/// # Errors
/// The end of the first engine that could not go on; the others have drained.
pub fn run(
    specs: Vec<EngineSpec>,
    watchdog_timeout: Duration,
    observer: Arc<dyn Observer>,
    stop: &Arc<Stop>,
) -> Result<(), End> {
    let drain_timeout = specs.iter().map(|spec| spec.drain_timeout).max().unwrap_or_default();
    let mut engines = Vec::new();
    let mut pulses = Vec::new();
    for spec in specs {
        let pulse = Arc::new(Pulse::new());
        pulses.push((spec.number, Arc::clone(&pulse)));
        engines.push(spawn(spec, pulse, Arc::clone(&observer), Arc::clone(stop))?);
    }
    let watchdog = Watchdog { pulses, watchdog_timeout, drain_timeout, stop: Arc::clone(stop) };
    let all_ended = Arc::new(AtomicU8::new(0));
    let watching = Arc::clone(&all_ended);
    let watcher = std::thread::Builder::new()
        .name("watchdog".to_owned())
        .spawn(move || watchdog.watch(&watching))
        .map_err(|error| no_thread(&error))?;
    let ends: Vec<End> = engines
        .into_iter()
        .map(|engine| {
            engine.join().unwrap_or_else(|_| {
                stop.drain();
                End::bug("an engine panicked".to_owned())
            })
        })
        .collect();
    all_ended.store(1, Ordering::Release);
    stop.changed.notify_all();
    watcher.join().ok();
    ends.into_iter().find(|end| *end != End::Stopped).map_or(Ok(()), Err)
}

fn spawn(
    spec: EngineSpec,
    pulse: Arc<Pulse>,
    observer: Arc<dyn Observer>,
    stop: Arc<Stop>,
) -> Result<JoinHandle<End>, End> {
    std::thread::Builder::new()
        .name(format!("engine-{}", spec.number))
        .spawn(move || {
            let end = start_again_and_again(&spec, &pulse, &observer, &stop);
            let state = match end {
                End::Stopped | End::Aborted => EngineState::Stopped,
                End::Restart { .. } | End::Exit { .. } => EngineState::Failed,
            };
            observer.state(spec.number, state);
            // One engine that cannot go on takes the process with it: the group gives its work to others.
            stop.drain();
            end
        })
        .map_err(|error| no_thread(&error))
}

fn start_again_and_again(
    spec: &EngineSpec,
    pulse: &Arc<Pulse>,
    observer: &Arc<dyn Observer>,
    stop: &Arc<Stop>,
) -> End {
    let mut backoff = BACKOFF_MIN;
    loop {
        observer.state(spec.number, EngineState::Starting);
        let began = Instant::now();
        let engine =
            Engine::start(spec.clone(), Arc::clone(stop), Arc::clone(pulse), Arc::clone(observer));
        let end = engine.map_or_else(|end| end, Engine::run);
        let End::Restart { why, fenced } = &end else {
            if let End::Exit { kind, why } = &end {
                tracing::error!(event = "engine_ended", engine = spec.number, ?kind, why);
            }
            return end;
        };
        if *fenced {
            tracing::error!(
                event = "engine_fenced",
                engine = spec.number,
                why,
                transactional_id = spec.transactional_id,
                "another process has this instance name, or this one was stopped for longer than the transaction timeout"
            );
        } else {
            tracing::warn!(event = "engine_restarts", engine = spec.number, why);
        }
        observer.restarted(*fenced);
        if stop.is_draining() {
            return End::Aborted;
        }
        if began.elapsed() > BACKOFF_MAX * 3 {
            backoff = BACKOFF_MIN;
        }
        stop.wait(backoff);
        backoff = (backoff * 2).min(BACKOFF_MAX);
    }
}

fn no_thread(error: &std::io::Error) -> End {
    End::Exit { kind: ExitKind::Temporary, why: format!("no thread: {error}") }
}

/// Client calls can block far beyond their time-outs; then only the end of the process helps, and a replay.
struct Watchdog {
    pulses: Vec<(usize, Arc<Pulse>)>,
    watchdog_timeout: Duration,
    drain_timeout: Duration,
    stop: Arc<Stop>,
}

impl Watchdog {
    fn watch(&self, all_ended: &AtomicU8) {
        let look = crossbeam_channel::tick(LOOK);
        while all_ended.load(Ordering::Acquire) == 0 {
            look.recv().ok();
            if let Some(age) = self.stop.age()
                && (age > self.drain_timeout
                    || (self.stop.is_abort() && age > self.drain_timeout / 4))
            {
                self.time_is_up();
            }
            for (engine, pulse) in &self.pulses {
                if pulse.silence() > self.watchdog_timeout {
                    tracing::error!(event = "watchdog", engine, silence = ?pulse.silence(),
                        "an engine shows no life: the process ends, and what was not committed is done again");
                    leave(75);
                }
            }
        }
    }

    /// The brokers may take longer to let a member go than there is time: where everything is committed, nothing is
    /// left to wait for.
    fn time_is_up(&self) {
        if self.pulses.iter().all(|(_, pulse)| pulse.has_drained.load(Ordering::Acquire)) {
            tracing::warn!(
                event = "leave_timed_out",
                "everything is committed; the group notices by itself that we are gone"
            );
            leave(0);
        }
        tracing::error!(
            event = "drain_timed_out",
            "leaving with the transaction open: it is aborted by its time-out or by our successor"
        );
        leave(75);
    }
}

#[expect(clippy::exit, reason = "a thread that is stuck in a client call can't be joined")]
fn leave(code: i32) {
    std::process::exit(code);
}
