//! What a probe finds, as a pure function of what the engines have told and of the time.

use std::time::Duration;

use super::State;

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
pub(super) struct EngineNow {
    pub state: State,
    /// Since its last heartbeat.
    pub silence: Duration,
}

pub(super) fn process(engines: &[EngineNow]) -> State {
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

pub(super) fn live(engines: &[EngineNow], limits: Limits) -> Verdict {
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

pub(super) fn ready(engines: &[EngineNow], ran_ago: Option<Duration>, limits: Limits) -> Verdict {
    let state = process(engines);
    let in_grace = ran_ago.is_some_and(|ago| ago < limits.rebalance_grace);
    let ok = match state {
        State::Running => true,
        State::Starting | State::Joining | State::Restoring => in_grace,
        State::Draining | State::Stopped | State::Failed => false,
    };
    Verdict(vec![Check { name: "state", ok, note: state.name().to_owned() }])
}

/// A client that reaches no broker says so again at each attempt: every 10 s (librdkafka's `reconnect.backoff.max.ms`), and
/// a process that waits for its topics about every 22 s. Where no client says that it reaches one, the brokers count as
/// back after so long without a complaint.
const COMPLAINT_LASTS: Duration = Duration::from_secs(30);

/// A time without any broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outage {
    first: Duration,
    last: Duration,
}

impl Outage {
    /// With one complaint more.
    pub(super) fn complained(before: Option<Self>, now: Duration) -> Self {
        let first = before.filter(|outage| outage.goes_on(now)).map_or(now, |outage| outage.first);
        Self { first, last: now }
    }

    fn goes_on(&self, now: Duration) -> bool {
        now.saturating_sub(self.last) <= COMPLAINT_LASTS
    }
}

pub(super) fn brokers(outage: Option<Outage>, now: Duration, limits: Limits) -> Check {
    let away =
        outage.filter(|outage| outage.goes_on(now)).map(|outage| now.saturating_sub(outage.first));
    let note = away.map_or_else(
        || "no complaint".to_owned(),
        |away| format!("none reached for {}s", away.as_secs()),
    );
    Check { name: "brokers", ok: away.is_none_or(|away| away < limits.broker_grace), note }
}

pub(super) fn starts(unread: Option<(u64, u64)>) -> Check {
    let note = match unread {
        Some((read, of)) => format!("{read} of about {of} records read of what is known of lines"),
        None => "nothing to be read".to_owned(),
    };
    Check { name: "starts", ok: unread.is_none(), note }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::health::tests::LIMITS;

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
    fn a_process_is_not_ready_before_it_has_read_what_is_known_of_lines() {
        let check = starts(Some((3, 10)));
        assert_eq!(check.note, "3 of about 10 records read of what is known of lines");
        assert!(!check.ok);
        assert!(starts(None).ok);
    }
}
