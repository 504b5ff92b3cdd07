//! How the partitions of two topics spread over the members of a group.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::broker::shared;
use crate::client;
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

fn member(bootstrap: &str, group: &str, topics: &[&str]) -> BaseConsumer {
    let mut config = client::config(bootstrap);
    config.set("group.id", group).set("partition.assignment.strategy", "cooperative-sticky");
    config.set("session.timeout.ms", "6000").set("heartbeat.interval.ms", "300");
    config.set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("a valid configuration");
    consumer.subscribe(topics).expect("a subscription");
    consumer
}

/// How many partitions of each topic each member holds.
fn holdings(members: &[BaseConsumer], topics: &[&str]) -> Vec<Vec<usize>> {
    let count = |member: &BaseConsumer, topic: &str| {
        let assigned = member.assignment().expect("our own consumer");
        assigned.elements().iter().filter(|element| element.topic() == topic).count()
    };
    members.iter().map(|member| topics.iter().map(|topic| count(member, topic)).collect()).collect()
}

/// Lets everybody poll until all partitions are held and nothing has moved for two seconds.
fn settle(members: &[BaseConsumer], topics: &[&str], partitions: usize) -> Vec<Vec<usize>> {
    let (mut last, mut since) = (Vec::new(), Instant::now());
    wait_until("a settled assignment", LIMIT, || {
        for member in members {
            drop(member.poll(Duration::ZERO));
        }
        let now = holdings(members, topics);
        if now != last {
            (last, since) = (now, Instant::now());
        }
        let held: usize = last.iter().flatten().sum();
        held == partitions && since.elapsed() > Duration::from_secs(2)
    });
    last
}

/// The difference between the member with the most and the one with the fewest partitions of each topic.
fn imbalance(holdings: &[Vec<usize>], topics: usize) -> Vec<usize> {
    let of = |topic: usize| holdings.iter().map(move |member| member[topic]);
    (0..topics).map(|topic| of(topic).max().unwrap() - of(topic).min().unwrap()).collect()
}

#[test]
fn one_consumer_for_two_topics_gives_a_second_replica_no_raw_partition_at_all() {
    let bootstrap = shared().bootstrap();
    let topics = ["spread-both-raw", "spread-both-inbox"];
    for topic in topics {
        client::create_topic(&bootstrap, topic, 6, &[]);
    }
    let mut members = vec![member(&bootstrap, "spread-both", &topics)];
    assert_eq!(settle(&members, &topics, 12), [[6, 6]]);
    members.push(member(&bootstrap, "spread-both", &topics));
    let both = settle(&members, &topics, 12);
    println!("partitions of [raw, inbox] of each of two members: {both:?}");
    assert_eq!(imbalance(&both, 2), [6, 6], "only the total is balanced");
}

#[test]
fn a_consumer_and_a_group_for_each_topic_spread_both_evenly_over_one_to_four_replicas() {
    let bootstrap = shared().bootstrap();
    let topics = ["spread-each-raw", "spread-each-inbox"];
    for (topic, partitions) in topics.into_iter().zip([12, 24]) {
        client::create_topic(&bootstrap, topic, partitions, &[]);
    }
    let (mut raw, mut inbox) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        raw.push(member(&bootstrap, "spread-each-raw", &topics[..1]));
        inbox.push(member(&bootstrap, "spread-each-inbox", &topics[1..]));
        let spread = [settle(&raw, &topics[..1], 12), settle(&inbox, &topics[1..], 24)];
        println!("{} replicas: raw {:?}, inbox {:?}", raw.len(), spread[0], spread[1]);
        for topic in &spread {
            assert!(imbalance(topic, 1)[0] <= 1, "{topic:?}");
        }
    }
}
