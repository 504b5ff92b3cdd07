//! How a partition that was assigned and at once paused starts at exactly the offset that restore has found.

use std::time::Duration;

use rdkafka::Offset;
use rdkafka::consumer::Consumer;

use super::member::{self, Member, assigned, at, poll};
use crate::broker::shared;
use crate::client::{self, Feed};

const RECORDS: i64 = 2000;
const START: i64 = 1234;

/// Two partitions of records; partition 1 assigned at 0 and paused before the next poll, partition 0 being consumed.
fn one_paused(name: &str) -> Member {
    let bootstrap = shared().bootstrap();
    let feed = Feed::new(&bootstrap);
    client::create_topic(&bootstrap, name, 2, &[]);
    for number in 0..RECORDS {
        for partition in 0..2 {
            feed.send(name, partition, None, Some(&number.to_be_bytes()));
        }
    }
    feed.flush();
    let member = member::join(&bootstrap, name, name);
    let mut list = assigned(&member);
    list.set_all_offsets(Offset::Offset(0)).unwrap();
    member.incremental_assign(&list).unwrap();
    member.pause(&at(name, 1, Offset::Invalid)).unwrap();
    member
}

/// Consumes until there is nothing for two seconds; the offsets of each partition.
fn consume(member: &Member) -> [Vec<i64>; 2] {
    let mut seen = [Vec::new(), Vec::new()];
    while let Some((partition, offset)) = poll(member, Duration::from_secs(2)) {
        seen[usize::try_from(partition).unwrap()].push(offset);
    }
    seen
}

#[test]
fn a_partition_paused_at_once_delivers_nothing_and_seek_then_resume_starts_exactly_there() {
    let member = one_paused("seek-resume");
    let mut other = Vec::new();
    while other.len() < 500 {
        let Some((partition, offset)) = poll(&member, Duration::from_secs(10)) else {
            panic!("{} records of the other partition, then none", other.len())
        };
        assert_eq!(partition, 0, "it is paused");
        other.push(offset);
    }
    member.seek("seek-resume", 1, Offset::Offset(START), Duration::from_secs(5)).unwrap();
    member.resume(&at("seek-resume", 1, Offset::Invalid)).unwrap();
    let [rest, sought] = consume(&member);
    other.extend(rest);
    assert_eq!(sought, (START..RECORDS).collect::<Vec<_>>());
    assert_eq!(other, (0..RECORDS).collect::<Vec<_>>(), "the other partition did not notice");
}

#[test]
fn a_pause_survives_that_the_partition_is_given_back_and_assigned_anew() {
    let member = one_paused("pause-survives");
    let there = at("pause-survives", 1, Offset::Offset(START));
    member.incremental_unassign(&there).unwrap();
    member.incremental_assign(&there).unwrap();
    let [_, silent] = consume(&member);
    assert_eq!(silent, Vec::<i64>::new(), "whoever assigns has to resume");
    member.resume(&there).unwrap();
    let [_, sought] = consume(&member);
    assert_eq!(sought, (START..RECORDS).collect::<Vec<_>>());
}

#[test]
fn a_seek_holds_through_a_pause_and_a_resume_before_the_next_record() {
    let member = one_paused("seek-holds");
    let mut last = -1;
    while last < 499 {
        let Some((_, offset)) = poll(&member, Duration::from_secs(10)) else {
            panic!("nothing after {last}")
        };
        last = offset;
    }
    member.seek("seek-holds", 0, Offset::Offset(100), Duration::from_secs(5)).unwrap();
    member.pause(&at("seek-holds", 0, Offset::Invalid)).unwrap();
    member.resume(&at("seek-holds", 0, Offset::Invalid)).unwrap();
    assert_eq!(poll(&member, Duration::from_secs(10)).expect("there is more").1, 100);
}
