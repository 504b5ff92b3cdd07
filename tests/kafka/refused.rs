//! Transactions that come to nothing: what others aborted, and ours that brokers refuse again and again.

use std::time::Duration;

use rdkafka::producer::{BaseRecord, Producer as _};

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::{Fleet, PARTITIONS};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

/// A limit for batches that none of our records fits into.
const TOO_SMALL: &str = "100";

/// More than twice what an inbox may be behind before no more pages are read, over all partitions.
const ABORTED: usize = 5_000;

/// What waits in each partition of a topic, as a replica says.
fn lag(fleet: &Fleet, topic: &str) -> Vec<Option<f64>> {
    let series = |partition| {
        format!("newsmill_consumer_lag_records{{partition=\"{partition}\",topic=\"{topic}\"}}")
    };
    (0..PARTITIONS).map(|partition| fleet.metric(0, &series(partition))).collect()
}

/// So many that more than one stands in a batch: of one alone it would be known that it is the one that brokers refuse.
const PAGES: usize = 120;

fn feed(bootstrap: &str, fleet: &Fleet) {
    let feed = Feed::new(bootstrap);
    for (partition, number) in (0..PARTITIONS).cycle().zip(0..PAGES) {
        let page = format!("A headline of its own {number}\n\nAnd a paragraph that says more.");
        feed.send(&fleet.names.topic("raw"), partition, None, Some(page.as_bytes()));
    }
    feed.flush();
}

fn wait_for_all_articles(bootstrap: &str, fleet: &mut Fleet) {
    let articles = fleet.names.topic("articles");
    wait_until("an article of each page", LIMIT, || {
        fleet.tend();
        client::read_committed(bootstrap, &articles).len() == PAGES
    });
}

#[test]
fn what_was_aborted_in_an_inbox_holds_no_page_back() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "aborted");
    let inbox = fleet.names.inbox("home");
    let producer = client::transactional(&bootstrap, "aborts");
    producer.begin_transaction().unwrap();
    for (partition, _) in (0..PARTITIONS).cycle().zip(0..ABORTED) {
        let record = BaseRecord::to(&inbox).partition(partition).key("key").payload("value");
        producer.send(record).map_err(|(error, _)| error).expect("room in the queue");
    }
    producer.flush(LIMIT).unwrap();
    producer.abort_transaction(LIMIT).unwrap();
    fleet.grow(1);
    wait_until("the inbox is read to its end", LIMIT, || {
        fleet.tend();
        lag(&fleet, &inbox).into_iter().all(|lag| lag == Some(0.0))
    });
    feed(&bootstrap, &fleet);
    wait_for_all_articles(&bootstrap, &mut fleet);
}

#[test]
fn what_waits_is_seen_between_two_lives_of_an_engine_whose_commits_do_not_come_through() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "shown");
    let [raw, articles] = ["raw", "articles"].map(|name| fleet.names.topic(name));
    let limit = |bytes| client::set_topic(&bootstrap, &articles, "max.message.bytes", bytes);
    fleet.grow(1);
    // What it reads at its start it would heed.
    let running = "newsmill_group_state{state=\"running\"}";
    wait_until("it runs", LIMIT, || fleet.metric(0, running) == Some(1.0));
    limit(TOO_SMALL);
    feed(&bootstrap, &fleet);
    let restarts = "newsmill_producer_reinits_total{reason=\"indeterminate\"}";
    let times = |fleet: &Fleet| fleet.metric(0, restarts).unwrap_or_default();
    wait_until("the first of the lives to end", LIMIT, || times(&fleet) >= 1.0);
    wait_until("some more of them to end, and what waits stands there all the time", LIMIT, || {
        let waits = lag(&fleet, &raw);
        assert!(waits.iter().any(|lag| *lag > Some(0.0)), "{waits:?}");
        times(&fleet) >= 5.0
    });
    limit("1048588");
    wait_for_all_articles(&bootstrap, &mut fleet);
    wait_until("nothing waits any more", LIMIT, || {
        lag(&fleet, &raw).into_iter().all(|lag| lag == Some(0.0))
    });
}
