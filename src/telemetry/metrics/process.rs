//! The process itself: its health, its logs, its memory limit, its build and its configuration.

use prometheus::{IntCounter, IntCounterVec, IntGaugeVec};

use super::family::Families;
use super::{catalogue as of, gauge_of};
use crate::telemetry::health::{Health, Probe};
use crate::telemetry::{logging, spans};

/// The process's families.
#[derive(Debug)]
pub struct ProcessMetrics {
    health: IntGaugeVec,
    log_events: IntCounterVec,
    log_suppressed: IntCounter,
    spans_dropped: IntCounter,
}

impl ProcessMetrics {
    pub(super) fn register(families: &Families<'_>) -> Result<Self, prometheus::Error> {
        let (_, librdkafka) = rdkafka::util::get_rdkafka_version();
        let build = families.gauges(&of::BUILD)?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION"), librdkafka.as_str()]).set(1);
        let hash = families.watching.config_hash.as_str();
        families.gauges(&of::CONFIG)?.with_label_values(&[hash]).set(1);
        let certificates = families.seconds_by(&of::CERTIFICATE)?;
        for (kind, end) in &families.watching.certificates {
            certificates.with_label_values(&[kind.name()]).set(*end as f64);
        }
        if let Some(limit) = memory_limit() {
            families.gauge(&of::MEMORY_LIMIT)?.set(gauge_of(limit));
        }
        Ok(Self {
            health: families.gauges(&of::HEALTH)?,
            log_events: families.counters(&of::LOG_EVENTS)?,
            log_suppressed: families.counter(&of::LOG_SUPPRESSED)?,
            spans_dropped: families.counter(&of::SPANS_DROPPED)?,
        })
    }

    /// What is asked for only when somebody looks.
    pub fn looked_at(&self, health: &Health) {
        for probe in Probe::ALL {
            for check in health.verdict(probe).0 {
                let labels = [probe.name(), check.name];
                self.health.with_label_values(&labels).set(i64::from(check.ok));
            }
        }
        let logged = logging::counts();
        for (level, count) in [("warn", logged.warnings), ("error", logged.errors)] {
            let counter = self.log_events.with_label_values(&[level]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
        self.log_suppressed.inc_by(logged.suppressed.saturating_sub(self.log_suppressed.get()));
        self.spans_dropped.inc_by(spans::dropped().saturating_sub(self.spans_dropped.get()));
    }
}

/// The limit of the control group that the process runs in, of version 2 or 1; `None` where it has none.
fn memory_limit() -> Option<u64> {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let text = files.iter().find_map(|file| std::fs::read_to_string(file).ok())?;
    // "max", or the greatest number that a page counter holds, is none.
    text.trim().parse().ok().filter(|limit| *limit < 1 << 50)
}
