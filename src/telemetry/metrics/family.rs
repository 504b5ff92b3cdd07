//! What a family of metrics is, and how it is made: by its entry of the catalogue, in one registry. Every series of a
//! counter or histogram that can be named beforehand begins at nought, so that a rate exists before the first event; a
//! gauge begins when it is known.

use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, Registry,
};

use super::Watching;

/// One family, as the catalogue has it.
#[derive(Debug)]
pub struct Family {
    /// Its full name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What one of it is.
    pub unit: Unit,
    /// Its labels.
    pub labels: &'static [Label],
    /// What it says, in a sentence.
    pub help: &'static str,
}

/// What a family is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in these buckets.
    Histogram(&'static [f64]),
}

/// What one of a family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Some number of what the help says.
    Number,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Seconds since 1970; 0 is never.
    Timestamp,
    /// A place in a log.
    Offset,
    /// 1 for yes, 0 for no.
    Flag,
}

/// A label and what it can say.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What it can say.
    pub values: Values,
}

/// What stands for all sites without rules of their own.
pub const OTHER_SITES: &str = "other";

/// What a label can say: never anything from outside, so that series are bounded.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// Words of a closed list.
    Words(fn() -> Vec<&'static str>),
    /// The stages of this process.
    Stages,
    /// Those of them that have a table.
    StatefulStages,
    /// The topics that this process reads.
    Inboxes,
    /// The topics that this process writes.
    Outputs,
    /// The partitions of a topic that this process owns.
    Partitions,
    /// The numbers of the brokers.
    Brokers,
    /// The sites that have rules of their own in the layouts; all others are [`OTHER_SITES`].
    Sites,
    /// One text a process.
    Text,
}

impl Kind {
    /// The word of the text format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

impl Values {
    /// Every value that it can take in this process, where that is known before the first event.
    #[must_use]
    pub fn known(self, watching: &Watching) -> Option<Vec<String>> {
        let stages = || watching.stages.iter();
        let owned = |names: Vec<&str>| Some(names.into_iter().map(str::to_owned).collect());
        match self {
            Self::Words(words) => owned(words()),
            Self::Stages => owned(stages().map(|watched| watched.stage.0).collect()),
            Self::StatefulStages => {
                let stateful = stages().filter(|watched| watched.is_stateful);
                owned(stateful.map(|watched| watched.stage.0).collect())
            }
            Self::Inboxes => owned(stages().map(|watched| watched.topic.as_str()).collect()),
            Self::Outputs => Some(watching.outputs.clone()),
            Self::Sites => {
                let other = std::iter::once(OTHER_SITES.to_owned());
                Some(watching.sites.iter().cloned().chain(other).collect())
            }
            Self::Partitions | Self::Brokers | Self::Text => None,
        }
    }
}

/// Makes families in one registry.
pub(super) struct Families<'r> {
    pub registry: &'r Registry,
    pub watching: &'r Watching,
}

type Made<T> = Result<T, prometheus::Error>;

impl Families<'_> {
    pub(super) fn counter(&self, family: &Family) -> Made<IntCounter> {
        self.register(IntCounter::new(family.name, family.help)?)
    }

    pub(super) fn counters(&self, family: &Family) -> Made<IntCounterVec> {
        self.vector(IntCounterVec::new(opts(family), &names(family))?, family)
    }

    /// Counters of seconds.
    pub(super) fn seconds_counters(&self, family: &Family) -> Made<CounterVec> {
        self.vector(CounterVec::new(opts(family), &names(family))?, family)
    }

    pub(super) fn gauge(&self, family: &Family) -> Made<IntGauge> {
        self.register(IntGauge::new(family.name, family.help)?)
    }

    pub(super) fn gauges(&self, family: &Family) -> Made<IntGaugeVec> {
        self.register(IntGaugeVec::new(opts(family), &names(family))?)
    }

    /// A gauge of seconds.
    pub(super) fn seconds(&self, family: &Family) -> Made<Gauge> {
        self.register(Gauge::new(family.name, family.help)?)
    }

    /// Gauges of seconds.
    pub(super) fn seconds_by(&self, family: &Family) -> Made<GaugeVec> {
        self.register(GaugeVec::new(opts(family), &names(family))?)
    }

    pub(super) fn histogram(&self, family: &Family) -> Made<Histogram> {
        self.register(Histogram::with_opts(histogram_opts(family))?)
    }

    pub(super) fn histograms(&self, family: &Family) -> Made<HistogramVec> {
        self.vector(HistogramVec::new(histogram_opts(family), &names(family))?, family)
    }

    /// Registers a family with labels; where every value of every label is known, its series begin at nought.
    fn vector<T>(&self, vector: MetricVec<T>, family: &Family) -> Made<MetricVec<T>>
    where
        T: MetricVecBuilder + 'static,
    {
        let known: Option<Vec<Vec<String>>> =
            family.labels.iter().map(|label| label.values.known(self.watching)).collect();
        for values in known.iter().flat_map(|known| combinations(known)) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            // Made by being asked for.
            drop(vector.get_metric_with_label_values(&values)?);
        }
        self.register(vector)
    }

    fn register<C: Collector + Clone + 'static>(&self, collector: C) -> Made<C> {
        self.registry.register(Box::new(collector.clone()))?;
        Ok(collector)
    }
}

/// One value of each list, in every way.
fn combinations(lists: &[Vec<String>]) -> Vec<Vec<String>> {
    lists.iter().fold(vec![Vec::new()], |begun, list| {
        let longer = |head: &Vec<String>| {
            let head = head.clone();
            list.iter().map(move |value| head.iter().chain([value]).cloned().collect())
        };
        begun.iter().flat_map(longer).collect()
    })
}

fn opts(family: &Family) -> Opts {
    Opts::new(family.name, family.help)
}

fn histogram_opts(family: &Family) -> HistogramOpts {
    let buckets = match family.kind {
        Kind::Histogram(buckets) => buckets.to_vec(),
        Kind::Counter | Kind::Gauge => Vec::new(),
    };
    HistogramOpts::new(family.name, family.help).buckets(buckets)
}

fn names(family: &Family) -> Vec<&'static str> {
    family.labels.iter().map(|label| label.name).collect()
}
