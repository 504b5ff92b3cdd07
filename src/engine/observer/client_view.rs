//! What the client library tells about itself every few seconds, cut down to what is watched.

use rdkafka::Statistics;

/// A client as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientView {
    /// Which client of its engine: `producer`, or the stage that a consumer reads for.
    pub name: &'static str,
    /// Whether it reads or writes.
    pub kind: ClientKind,
    /// The brokers that it knows by number.
    pub brokers: Vec<BrokerView>,
    /// Records fetched ahead, or waiting to be sent.
    pub queue_records: u64,
    /// Their bytes.
    pub queue_bytes: u64,
}

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientKind {
    /// Reads an inbox.
    Consumer,
    /// Writes transactions.
    Producer,
}

impl ClientKind {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Consumer, Self::Producer];

    /// The word in labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Producer => "producer",
        }
    }
}

/// A broker as one client sees it. Counts are since the client was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerView {
    /// Its number.
    pub id: i32,
    /// Whether the client is connected to it and has logged in.
    pub is_up: bool,
    /// The 99th percentile of the time from a request to its answer, in microseconds; `None` where nothing was asked.
    pub rtt_p99_us: Option<i64>,
    /// The 99th percentile of the time for which the broker held the client back, in milliseconds.
    pub throttle_p99_ms: Option<i64>,
    /// Requests and answers that failed, time-outs included.
    pub errors: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Connections that ended.
    pub disconnects: u64,
}

impl ClientView {
    /// From the client library's own figures.
    #[must_use]
    pub fn new(name: &'static str, kind: ClientKind, statistics: &Statistics) -> Self {
        let (queue_records, queue_bytes) = match kind {
            ClientKind::Producer => (statistics.msg_cnt, statistics.msg_size),
            ClientKind::Consumer => fetched_ahead(statistics),
        };
        // Bootstrap addresses and coordinators are further connections to the same brokers, without numbers of their own.
        let mut brokers: Vec<BrokerView> =
            statistics.brokers.values().filter(|broker| broker.nodeid >= 0).map(broker).collect();
        brokers.sort_by_key(|broker| broker.id);
        brokers.dedup_by_key(|broker| broker.id);
        Self { name, kind, brokers, queue_records, queue_bytes }
    }
}

fn fetched_ahead(statistics: &Statistics) -> (u64, u64) {
    let partitions = statistics.topics.values().flat_map(|topic| topic.partitions.values());
    partitions.fold((0, 0), |(records, bytes), partition| {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        (records + count(partition.fetchq_cnt), bytes + partition.fetchq_size)
    })
}

/// Whether a client has a connection to any broker, those included by which it knows no number of the broker: to a
/// coordinator, and the first one.
#[must_use]
pub fn reaches_a_broker(statistics: &Statistics) -> bool {
    statistics.brokers.values().any(is_up)
}

fn is_up(broker: &rdkafka::statistics::Broker) -> bool {
    matches!(broker.state.as_str(), "UP" | "UPDATE")
}

fn broker(broker: &rdkafka::statistics::Broker) -> BrokerView {
    let p99 = |window: &Option<rdkafka::statistics::Window>| {
        window.as_ref().filter(|window| window.cnt > 0).map(|window| window.p99)
    };
    BrokerView {
        id: broker.nodeid,
        is_up: is_up(broker),
        rtt_p99_us: p99(&broker.rtt),
        throttle_p99_ms: p99(&broker.throttle),
        errors: broker.txerrs + broker.rxerrs + broker.req_timeouts,
        retries: broker.txretries,
        disconnects: broker.disconnects.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::statistics::{Broker, Partition, Topic, Window};

    use super::*;

    #[test]
    fn brokers_are_those_with_numbers_each_once() {
        let of = |nodeid, state: &str| Broker {
            nodeid,
            state: state.to_owned(),
            rtt: Some(Window { cnt: 1, p99: 900, ..Window::default() }),
            ..Broker::default()
        };
        let brokers = [("b/bootstrap", of(-1, "UP")), ("b/2", of(2, "DOWN")), ("b/1", of(1, "UP"))];
        let brokers = brokers.into_iter().map(|(name, broker)| (name.to_owned(), broker)).collect();
        let statistics = Statistics { brokers, msg_cnt: 3, msg_size: 40, ..Statistics::default() };
        let view = ClientView::new("producer", ClientKind::Producer, &statistics);
        let seen: Vec<_> = view.brokers.iter().map(|b| (b.id, b.is_up, b.rtt_p99_us)).collect();
        assert_eq!(seen, [(1, true, Some(900)), (2, false, Some(900))]);
        assert_eq!((view.queue_records, view.queue_bytes), (3, 40));
    }

    #[test]
    fn a_connection_to_a_coordinator_is_one_to_a_broker() {
        let of = |state: &str| {
            let broker = Broker { nodeid: -1, state: state.to_owned(), ..Broker::default() };
            let brokers = [("TxnCoordinator".to_owned(), broker)].into_iter().collect();
            Statistics { brokers, ..Statistics::default() }
        };
        assert!(reaches_a_broker(&of("UP")));
        assert!(!reaches_a_broker(&of("TRY_CONNECT")));
    }

    #[test]
    fn what_a_consumer_has_fetched_ahead_is_summed_over_its_partitions() {
        let partition = Partition { fetchq_cnt: 4, fetchq_size: 100, ..Partition::default() };
        let partitions = [(0, partition.clone()), (1, partition)].into();
        let topics = [("t".to_owned(), Topic { partitions, ..Topic::default() })].into();
        let statistics = Statistics { topics, ..Statistics::default() };
        let view = ClientView::new("home", ClientKind::Consumer, &statistics);
        assert_eq!((view.queue_records, view.queue_bytes), (8, 200));
    }
}
