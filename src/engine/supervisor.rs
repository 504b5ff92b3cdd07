//! Engines side by side: started, started again, watched and stopped together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::end::{End, ExitKind};
use crate::engine::observer::Observer;
use crate::engine::observer::state::EngineState;
use crate::engine::stop::Stop;
use crate::engine::turn::observe::Inherited;
use crate::engine::turn::run::{Engine, EngineSpec};
use crate::engine::watchdog::{ABORT_TIMEOUT, Pulse, Watchdog};

/// The first wait before an engine starts again; each further one is twice as long …
const BACKOFF_MIN: Duration = Duration::from_millis(200);
/// … up to this.
const BACKOFF_MAX: Duration = Duration::from_secs(10);

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
    let watchdog = Watchdog {
        pulses,
        watchdog_timeout,
        drain_timeout,
        abort_timeout: ABORT_TIMEOUT,
        stop: Arc::clone(stop),
    };
    let all_ended = Arc::new(AtomicBool::new(false));
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
    all_ended.store(true, Ordering::Release);
    stop.wake_waiting();
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
            // One engine that cannot go on takes the process with it: the group gives its work to others. One that has done
            // all that was to be done leaves the rest to the others here.
            if end != End::Stopped {
                stop.drain();
            }
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
    let mut inherited = Inherited::default();
    loop {
        observer.state(spec.number, EngineState::Starting);
        let began = Instant::now();
        let engine = Engine::start(
            spec.clone(),
            Arc::clone(stop),
            Arc::clone(pulse),
            Arc::clone(observer),
            &mut inherited,
        );
        let end = engine.map_or_else(|end| end, |engine| engine.run(&mut inherited));
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
        pulse.beat(false);
        stop.wait(backoff);
        backoff = (backoff * 2).min(BACKOFF_MAX);
    }
}

fn no_thread(error: &std::io::Error) -> End {
    End::Exit { kind: ExitKind::Temporary, why: format!("no thread: {error}") }
}
