//! Logs go to the standard error output, for people or for machines, through one filter; librdkafka's lines have the
//! target `librdkafka`. A warning or error that comes again and again is written a few times a minute: a client without
//! brokers complains many times a second, for as long as they are away.

use std::collections::HashMap;
use std::hash::Hash;
use std::io::{IsTerminal as _, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::{Event, Level, Metadata, Subscriber, callsite};
use tracing_subscriber::filter::{FilterExt as _, LevelFilter};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

use super::panics;
use crate::config::{Log, LogFormat};

/// Of the warnings and errors of one place in the code, so many are written in each period.
const WRITTEN: u32 = 6;
const PERIOD: Duration = Duration::from_secs(60);

/// How many warnings and errors there were since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// Warnings, those included that were suppressed.
    pub warnings: u64,
    /// Errors, those included that were suppressed.
    pub errors: u64,
    /// Both, that were suppressed.
    pub suppressed: u64,
}

/// Logging begins before anything else, and once a process: so are its counts.
static WARNINGS: AtomicU64 = AtomicU64::new(0);
static ERRORS: AtomicU64 = AtomicU64::new(0);
static SUPPRESSED: AtomicU64 = AtomicU64::new(0);

/// How many warnings and errors there were.
#[must_use]
pub fn counts() -> LogCounts {
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    LogCounts { warnings: count(&WARNINGS), errors: count(&ERRORS), suppressed: count(&SUPPRESSED) }
}

/// Begins to log, panics included. Once a process.
///
/// # Errors
/// Something logs already.
pub fn start(log: &Log) -> Result<(), TryInitError> {
    let lines = match log.format {
        LogFormat::Human => {
            let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            fmt::layer().with_writer(stderr).with_ansi(colours).boxed()
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).boxed(),
    };
    let filter = log.level.targets.clone().and(Seldom::default());
    tracing_subscriber::registry().with(lines.with_filter(filter)).try_init()?;
    panics::log();
    Ok(())
}

/// Lets the first warnings and errors of a place in the code pass, of each period.
#[derive(Debug, Default)]
struct Seldom(Mutex<Counts<callsite::Identifier>>);

/// How many of each kind passed in the kind's running period.
#[derive(Debug)]
struct Counts<K>(HashMap<K, (Instant, u32)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// What becomes of a warning or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Written,
    /// The first of its kind that is not written in this period.
    FirstSuppressed,
    Suppressed,
}

impl<K: Eq + Hash> Counts<K> {
    fn fate(&mut self, kind: K, now: Instant) -> Fate {
        let (began, met) = self.0.entry(kind).or_insert((now, 0));
        if now.duration_since(*began) >= PERIOD {
            (*began, *met) = (now, 0);
        }
        *met = met.saturating_add(1);
        match *met {
            ..=WRITTEN => Fate::Written,
            met if met == WRITTEN + 1 => Fate::FirstSuppressed,
            _ => Fate::Suppressed,
        }
    }
}

impl<S: Subscriber> Filter<S> for Seldom {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    /// Without a hint nothing would be cheap: the client library traces every record.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() > Level::WARN {
            return true;
        }
        let of_level = if *metadata.level() == Level::ERROR { &ERRORS } else { &WARNINGS };
        of_level.fetch_add(1, Ordering::Relaxed);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fate = counts.fate(metadata.callsite(), Instant::now());
        drop(counts);
        if fate != Fate::Written {
            SUPPRESSED.fetch_add(1, Ordering::Relaxed);
        }
        if fate == Fate::FirstSuppressed {
            say_that_more_came(metadata);
        }
        fate == Fate::Written
    }
}

/// Without this line silence would look like the end of what the lines before it complain of.
fn say_that_more_came(of: &Metadata<'_>) {
    let (place, line) = (of.target(), of.line());
    tracing::info!(
        event = "log_suppressed",
        place,
        line,
        "the same again: no more of it is written for up to a minute"
    );
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::config::{Config, Environment};

    #[test]
    fn a_place_that_complains_without_end_is_heard_a_few_times_a_minute() {
        let began = Instant::now();
        let mut counts = Counts::default();
        let fates: Vec<Fate> = (0..6_000)
            .map(|tick| counts.fate("brokers", began + Duration::from_millis(tick * 20)))
            .collect();
        let times = |fate| fates.iter().filter(|it| **it == fate).count();
        assert_eq!(times(Fate::Written), 2 * WRITTEN as usize, "two minutes");
        assert_eq!(times(Fate::FirstSuppressed), 2);
        assert_eq!(counts.fate("another place", began), Fate::Written);
    }

    /// In a process of its own: logging begins once a process.
    #[test]
    fn the_log_says_that_it_suppresses_lines() {
        const NOISY: &str = "NEWSMILL_TEST_IS_NOISY";
        if std::env::var_os(NOISY).is_some() {
            let config = Config::load(None, &Environment::default()).unwrap();
            start(&config.log).unwrap();
            (0..20).for_each(|_| tracing::warn!(event = "kafka_error"));
            return;
        }
        let mut noisy = Command::new(std::env::current_exe().unwrap());
        let name = "telemetry::logging::tests::the_log_says_that_it_suppresses_lines";
        noisy.args(["--exact", name, "--nocapture"]).env(NOISY, "1");
        let said = String::from_utf8(noisy.output().unwrap().stderr).unwrap();
        let events = |event: &str| said.lines().filter(|line| line.contains(event)).count();
        assert_eq!(events("event=\"kafka_error\""), WRITTEN as usize, "{said}");
        assert_eq!(events("event=\"log_suppressed\""), 1, "{said}");
    }
}
