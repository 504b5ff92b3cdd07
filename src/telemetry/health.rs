//! Whether a restart would help (`livez`) and whether work may be sent here (`readyz`).
//!
//! Engines write their state and a heartbeat into atomics; the verdict is a pure function of those and of the time. A
//! broker that is away, lag, a rebalance, a restore and back-pressure never fail `livez`: a restart would help none.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use crate::engine::EngineState as State;
use crate::engine::Progress;

/// How long something may last before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// An engine that has not polled for so long is stuck.
    pub poll_stall: Duration,
    /// After a rebalance began, so long the process counts as ready still.
    pub rebalance_grace: Duration,
    /// While no broker can be reached, so long the process counts as ready still.
    pub broker_grace: Duration,
}

/// A client that reaches no broker says so again at each attempt: every 10 s (librdkafka's `reconnect.backoff.max.ms`), and
/// a process that waits for its topics about every 22 s. Where no client says that it reaches one, the brokers count as
/// back after so long without a complaint.
const COMPLAINT_LASTS: Duration = Duration::from_secs(30);

/// A time without any broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outage {
    first: Duration,
    last: Duration,
}

impl Outage {
    /// With one complaint more.
    fn complained(before: Option<Self>, now: Duration) -> Self {
        let first = before.filter(|outage| outage.goes_on(now)).map_or(now, |outage| outage.first);
        Self { first, last: now }
    }

    fn goes_on(&self, now: Duration) -> bool {
        now.saturating_sub(self.last) <= COMPLAINT_LASTS
    }
}

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

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// In words.
    pub note: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict(
    /// Each thing that was looked at.
    pub Vec<Check>,
);

impl Verdict {
    /// Whether everything is well.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.0.iter().all(|check| check.ok)
    }

    /// A line for each thing.
    #[must_use]
    pub fn text(&self) -> String {
        let word = |ok| if ok { "ok" } else { "failed" };
        self.0
            .iter()
            .map(|check| format!("{} {}: {}\n", check.name, word(check.ok), check.note))
            .collect()
    }
}

/// An engine as the verdict sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EngineNow {
    state: State,
    /// Since its last heartbeat.
    silence: Duration,
}

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
        process(&self.now())
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
        live(&self.now(), self.limits)
    }

    /// Whether work may be sent here.
    #[must_use]
    pub fn ready(&self) -> Verdict {
        let mut verdict = ready(&self.now(), self.ran_ago(), self.limits);
        let outage = *self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        verdict.0.push(brokers(outage, self.age(), self.limits));
        verdict.0.push(starts(self.starts.unread()));
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

fn process(engines: &[EngineNow]) -> State {
    let any = |state| engines.iter().any(|engine| engine.state == state);
    if any(State::Failed) {
        State::Failed
    } else if any(State::Draining) {
        State::Draining
    } else if any(State::Stopped) {
        let all = engines.iter().all(|engine| engine.state == State::Stopped);
        if all { State::Stopped } else { State::Draining }
    } else {
        engines.iter().map(|engine| engine.state).min().unwrap_or(State::Starting)
    }
}

fn live(engines: &[EngineNow], limits: Limits) -> Verdict {
    let failed = engines.iter().filter(|engine| engine.state == State::Failed).count();
    let ended = Check {
        name: "engines",
        ok: failed == 0,
        note: format!("{failed} of {} failed", engines.len()),
    };
    // An engine that is starting waits for brokers without polling; one that has ended polls no more.
    let polls = |state| {
        matches!(state, State::Joining | State::Restoring | State::Running | State::Draining)
    };
    let silence =
        engines.iter().filter(|engine| polls(engine.state)).map(|engine| engine.silence).max();
    let silence = silence.unwrap_or_default();
    let note = format!("last poll {:.1}s ago", silence.as_secs_f64());
    Verdict(vec![ended, Check { name: "poll", ok: silence < limits.poll_stall, note }])
}

fn ready(engines: &[EngineNow], ran_ago: Option<Duration>, limits: Limits) -> Verdict {
    let state = process(engines);
    let in_grace = ran_ago.is_some_and(|ago| ago < limits.rebalance_grace);
    let ok = match state {
        State::Running => true,
        State::Starting | State::Joining | State::Restoring => in_grace,
        State::Draining | State::Stopped | State::Failed => false,
    };
    Verdict(vec![Check { name: "state", ok, note: state.name().to_owned() }])
}

fn brokers(outage: Option<Outage>, now: Duration, limits: Limits) -> Check {
    let away =
        outage.filter(|outage| outage.goes_on(now)).map(|outage| now.saturating_sub(outage.first));
    let note = away.map_or_else(
        || "no complaint".to_owned(),
        |away| format!("none reached for {}s", away.as_secs()),
    );
    Check { name: "brokers", ok: away.is_none_or(|away| away < limits.broker_grace), note }
}

fn starts(unread: Option<(u64, u64)>) -> Check {
    let note = match unread {
        Some((read, of)) => format!("{read} of about {of} records read of what is known of lines"),
        None => "nothing to be read".to_owned(),
    };
    Check { name: "starts", ok: unread.is_none(), note }
}

fn from_number(number: u8) -> State {
    State::ALL.get(usize::from(number)).copied().unwrap_or(State::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        poll_stall: Duration::from_secs(150),
        rebalance_grace: Duration::from_secs(60),
        broker_grace: Duration::from_secs(60),
    };

    fn engines(states: &[State]) -> Vec<EngineNow> {
        states.iter().map(|state| EngineNow { state: *state, silence: Duration::ZERO }).collect()
    }

    #[test]
    fn the_process_is_where_its_slowest_engine_is() {
        use State::{Draining, Failed, Joining, Restoring, Running, Starting, Stopped};
        for (states, expected) in [
            (vec![Running, Restoring], Restoring),
            (vec![Joining, Starting], Starting),
            (vec![Running, Running], Running),
            (vec![Running, Draining], Draining),
            (vec![Stopped, Running], Draining),
            (vec![Stopped, Stopped], Stopped),
            (vec![Stopped, Failed], Failed),
        ] {
            assert_eq!(process(&engines(&states)), expected, "{states:?}");
        }
    }

    #[test]
    fn a_silent_engine_fails_livez_but_not_while_it_waits_for_brokers() {
        let silent = |state| vec![EngineNow { state, silence: Duration::from_secs(200) }];
        for state in [State::Joining, State::Restoring, State::Running, State::Draining] {
            assert!(!live(&silent(state), LIMITS).is_ok(), "{state:?}");
        }
        for state in [State::Starting, State::Stopped] {
            assert!(live(&silent(state), LIMITS).is_ok(), "{state:?}");
        }
        assert!(!live(&engines(&[State::Running, State::Failed]), LIMITS).is_ok());
    }

    #[test]
    fn a_rebalance_keeps_the_process_ready_for_a_while() {
        let restoring = engines(&[State::Running, State::Restoring]);
        assert!(ready(&restoring, Some(Duration::from_secs(59)), LIMITS).is_ok());
        assert!(!ready(&restoring, Some(Duration::from_secs(61)), LIMITS).is_ok());
        assert!(!ready(&restoring, None, LIMITS).is_ok(), "never was ready");
        assert!(!ready(&engines(&[State::Draining]), Some(Duration::ZERO), LIMITS).is_ok());
    }

    #[test]
    fn brokers_that_stay_away_make_the_process_unready_until_the_complaints_end() {
        let at = Duration::from_secs;
        let mut outage = None;
        for second in (100..=170).step_by(10) {
            outage = Some(Outage::complained(outage, at(second)));
        }
        assert!(brokers(outage, at(159), LIMITS).ok, "within the grace");
        assert!(!brokers(outage, at(171), LIMITS).ok, "away for 71 s");
        assert!(brokers(outage, at(201), LIMITS).ok, "no complaint for 31 s");
        let again = Some(Outage::complained(outage, at(300)));
        assert!(brokers(again, at(310), LIMITS).ok, "another outage has its own grace");
        assert!(brokers(None, at(310), LIMITS).ok);
    }

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
    fn a_process_is_not_ready_before_it_has_read_what_is_known_of_lines() {
        let check = starts(Some((3, 10)));
        assert_eq!(check.note, "3 of about 10 records read of what is known of lines");
        assert!(!check.ok);
        assert!(starts(None).ok);
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
