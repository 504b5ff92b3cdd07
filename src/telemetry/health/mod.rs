//! Whether a restart would help (`livez`) and whether work may be sent here (`readyz`).
//!
//! Engines write their state and a heartbeat into atomics; the verdict is a pure function of those and of the time. A
//! broker that is away, lag, a rebalance, a restore and back-pressure never fail `livez`: a restart would help none.

mod verdict;

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use crate::engine::EngineState as State;
use crate::engine::Progress;
pub use verdict::{Check, Limits, Verdict};
use verdict::{EngineNow, Outage};

/// The health of the process.
#[derive(Debug)]
pub struct Health {
    born: Instant,
    limits: Limits,
    engines: Vec<Vitals>,
    /// Milliseconds after `born` when all engines last stopped to be running, 0 before the first time they were.
    ran_until_ms: AtomicU64,
    outage: Mutex<Option<Outage>>,
    starts: Progress,
}

#[derive(Debug)]
struct Vitals {
    state: AtomicU8,
    beat_ms: AtomicU64,
}

/// What a probe asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Whether a restart would not help.
    Live,
    /// Whether work may be sent here.
    Ready,
    /// Whether the first join and restore are over.
    Startup,
}

impl Probe {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Live, Self::Ready, Self::Startup];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ready => "ready",
            Self::Startup => "startup",
        }
    }
}

/// The names of all checks.
pub const CHECKS: [&str; 6] = ["engines", "poll", "state", "brokers", "starts", "started"];

impl Health {
    /// Of a process with so many engines, all of them starting.
    #[must_use]
    pub fn new(engines: usize, limits: Limits) -> Self {
        let vitals = || Vitals { state: AtomicU8::new(0), beat_ms: AtomicU64::new(0) };
        Self {
            born: Instant::now(),
            limits,
            engines: (0..engines).map(|_| vitals()).collect(),
            ran_until_ms: AtomicU64::new(0),
            outage: Mutex::default(),
            starts: Progress::default(),
        }
    }

    /// Since the process began: what heartbeats are measured by.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.born.elapsed()
    }

    /// An engine has polled.
    pub fn beat(&self, engine: usize) {
        if let Some(vitals) = self.engines.get(engine) {
            vitals.beat_ms.store(self.now_ms(), Ordering::Relaxed);
        }
    }

    /// A client says that it reaches no broker.
    pub fn no_broker(&self) {
        let mut outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        *outage = Some(Outage::complained(*outage, self.age()));
    }

    /// A client says that it reaches one.
    pub fn broker_reached(&self) {
        *self.outage.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// An engine is in another state; says the state of the process.
    pub fn state(&self, engine: usize, state: State) -> State {
        let ran = self.process() == State::Running;
        if let Some(vitals) = self.engines.get(engine) {
            vitals.beat_ms.store(self.now_ms(), Ordering::Relaxed);
            vitals.state.store(state as u8, Ordering::Release);
        }
        let now = self.process();
        if ran || now == State::Running {
            self.ran_until_ms.store(self.now_ms().max(1), Ordering::Release);
        }
        now
    }

    /// The state of the process: that of the engine that is least far.
    #[must_use]
    pub fn process(&self) -> State {
        verdict::process(&self.now())
    }

    /// What a probe finds.
    #[must_use]
    pub fn verdict(&self, probe: Probe) -> Verdict {
        match probe {
            Probe::Live => self.live(),
            Probe::Ready => self.ready(),
            Probe::Startup => self.started(),
        }
    }

    /// Whether a restart would not help.
    #[must_use]
    pub fn live(&self) -> Verdict {
        verdict::live(&self.now(), self.limits)
    }

    /// Whether work may be sent here.
    #[must_use]
    pub fn ready(&self) -> Verdict {
        let mut verdict = verdict::ready(&self.now(), self.ran_ago(), self.limits);
        let outage = *self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        verdict.0.push(verdict::brokers(outage, self.age(), self.limits));
        verdict.0.push(verdict::starts(self.starts.unread()));
        verdict
    }

    /// How far the known starts are read.
    #[must_use]
    pub fn starts(&self) -> &Progress {
        &self.starts
    }

    /// Whether the first join and restore are over.
    #[must_use]
    pub fn started(&self) -> Verdict {
        let ok = self.ran_ago().is_some();
        let note = if ok { "has run".to_owned() } else { self.process().name().to_owned() };
        Verdict(vec![Check { name: "started", ok, note }])
    }

    fn ran_ago(&self) -> Option<Duration> {
        match self.ran_until_ms.load(Ordering::Acquire) {
            0 => None,
            until => Some(Duration::from_millis(self.now_ms().saturating_sub(until))),
        }
    }

    fn now(&self) -> Vec<EngineNow> {
        let now = self.now_ms();
        let engine = |vitals: &Vitals| EngineNow {
            state: from_number(vitals.state.load(Ordering::Acquire)),
            silence: Duration::from_millis(
                now.saturating_sub(vitals.beat_ms.load(Ordering::Relaxed)),
            ),
        };
        self.engines.iter().map(engine).collect()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn from_number(number: u8) -> State {
    State::ALL.get(usize::from(number)).copied().unwrap_or(State::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const LIMITS: Limits = Limits {
        poll_stall: Duration::from_secs(150),
        rebalance_grace: Duration::from_secs(60),
        broker_grace: Duration::from_secs(60),
    };

    #[test]
    fn an_outage_is_over_as_soon_as_a_client_reaches_a_broker() {
        let health = Health::new(1, Limits { broker_grace: Duration::ZERO, ..LIMITS });
        let brokers = || health.ready().0.into_iter().find(|check| check.name == "brokers");
        health.no_broker();
        assert!(!brokers().unwrap().ok);
        health.broker_reached();
        assert!(brokers().unwrap().ok);
    }

    #[test]
    fn every_check_of_every_probe_is_named_in_the_list() {
        let health = Health::new(1, LIMITS);
        let checks = Probe::ALL.map(|probe| health.verdict(probe).0).concat();
        assert_eq!(checks.iter().map(|check| check.name).collect::<Vec<_>>(), CHECKS);
    }

    #[test]
    fn a_process_is_started_once_all_engines_have_run() {
        let health = Health::new(2, LIMITS);
        health.state(0, State::Running);
        assert!(!health.started().is_ok());
        assert!(!health.ready().is_ok());
        assert_eq!(health.state(1, State::Running), State::Running);
        assert!(health.started().is_ok() && health.ready().is_ok() && health.live().is_ok());
        health.state(1, State::Restoring);
        assert!(health.started().is_ok() && health.ready().is_ok());
        assert_eq!(health.state(0, State::Failed), State::Failed);
        assert_eq!(
            health.live().text(),
            "engines failed: 1 of 2 failed\npoll ok: last poll 0.0s ago\n"
        );
    }
}
