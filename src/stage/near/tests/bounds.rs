//! What a story costs: messages, rows, and how often they are written.

use std::collections::{BTreeSet, VecDeque};

use super::super::{NAME, bucket};
use super::world::{HOUR, PARTITIONS, Tale, World, partition, tale};
use crate::stage::{Count, Table};

#[test]
fn a_story_costs_one_message_a_partition_and_one_back_only_where_it_is_alike_another() {
    let mut world = World::new();
    let partitions = |tale: &Tale| {
        let keys = tale.fingerprint().unwrap().routing_keys();
        keys.map(|key| partition(&key.to_bytes())).collect::<BTreeSet<_>>().len()
    };
    let waiting = |world: &World| world.inboxes.iter().map(VecDeque::len).sum::<usize>();
    let mut judge_all = |tale: &Tale, hour: i64| {
        world.see(tale, hour * HOUR);
        let inbox = world.inboxes.iter().position(|inbox| !inbox.is_empty()).unwrap();
        world.step(inbox);
        assert_eq!(waiting(&world), partitions(tale), "probes");
        let nears = PARTITIONS as usize..2 * PARTITIONS as usize;
        for inbox in nears {
            while !world.inboxes[inbox].is_empty() {
                world.step(inbox);
            }
        }
        let verdicts = waiting(&world);
        world.rest();
        let rows: u64 = world.nears.iter().map(|table| table.stats().rows).sum();
        (verdicts, usize::try_from(rows).unwrap())
    };
    let first = partitions(&tale(1));
    assert_eq!(judge_all(&tale(1), 1), (0, first), "empty registers are not told");
    // It ends otherwise: the keys of the lead stay.
    let tail = Tale::told(1, 60, |n| (n >= 57).then_some(0));
    let (verdicts, rows) = judge_all(&tail, 2);
    assert!((1..=partitions(&tail)).contains(&verdicts), "{verdicts}");
    assert_eq!(rows, first + partitions(&tail));
}

#[test]
fn a_full_bucket_takes_in_no_more_of_those_that_follow_its_oldest_leader_but_says_whom() {
    let mut world = World::new();
    let end = |edit: usize| Tale::told(1, 60, |n| (n >= 57).then_some(edit));
    world.see(&tale(1), 0);
    world.rest();
    for edit in 0..2 * bucket::CAP {
        world.see(&end(edit), HOUR + i64::try_from(edit).unwrap());
        world.rest();
    }
    let last = end(1_000);
    let of_the_lead = |world: &World| {
        let keys = last.fingerprint().unwrap().routing_keys().filter(|key| key.slot % 2 == 0);
        let at = |key| world.nears.iter().flat_map(move |table| table.at(key));
        let entries =
            keys.flat_map(|key| at(key).map(move |(story, row)| (*story, row.entry(key).copied())));
        entries.collect::<Vec<_>>()
    };
    let before = of_the_lead(&world);
    assert_eq!(before.len(), 3 * bucket::CAP);
    world.see(&last, 2 * HOUR - 1);
    world.rest();
    assert_eq!(of_the_lead(&world), before, "the buckets of the lead are full");
    assert_eq!(world.answer()[&last.id], tale(1).id);
    // An older one comes in, and leads.
    let older = Tale::told(1, 60, |n| (n == 57).then_some(7));
    world.see(&older, -HOUR);
    world.rest();
    assert_eq!(world.answer()[&older.id], older.id);
    assert_eq!(world.answer()[&tale(1).id], older.id);
}

#[test]
fn a_story_that_many_follow_is_written_once_an_hour_at_most() {
    let mut world = World::new();
    let leader = tale(1);
    world.see(&leader, 0);
    world.rest();
    world.nears.iter_mut().for_each(Table::commit);
    for minute in 1..40 {
        let end = usize::try_from(minute).unwrap();
        world.see(&Tale::told(1, 60, |n| (n >= 57).then_some(end)), minute * 60_000);
        world.rest();
    }
    let changed = |world: &World| {
        let rows = world.nears.iter().flat_map(Table::changes);
        rows.filter(|(key, _)| **key == leader.id.0).count()
    };
    assert_eq!(changed(&world), 0);
    world.see(&Tale::told(1, 60, |n| (n >= 57).then_some(50)), 2 * HOUR);
    world.rest();
    assert!((1..=PARTITIONS as usize).contains(&changed(&world)), "{}", changed(&world));
}

#[test]
fn stories_that_follow_leave_a_full_bucket_before_those_that_lead() {
    let mut world = World::new();
    // It begins as they do, so that it is the oldest that leads in a bucket of theirs, and none of them follows it.
    world.see(&Tale::told(1, 160, |n| (n >= 24).then_some(5)), 0);
    let leader = tale(1);
    world.see(&leader, 1);
    world.rest();
    // The end of the story changes each time: the lead keys stay the same.
    let count = i64::try_from(2 * bucket::CAP).unwrap();
    for edit in 0..count {
        let end = usize::try_from(edit).unwrap();
        let new = Tale::told(1, 60, |n| (n >= 57).then_some(end));
        world.see(&new, HOUR + edit);
        world.rest();
        assert_eq!(world.answer()[&new.id], leader.id, "story {edit}");
    }
    let evicted = world.counted.iter().find(|(count, _)| *count == Count::Evicted(NAME));
    assert!(evicted.is_some_and(|(_, n)| n + 14 >= u64::try_from(count).unwrap()), "{evicted:?}");
    // Nothing was committed, so that every row is a change.
    let rows = world.nears.iter().flat_map(Table::changes).filter_map(|(_, row)| row);
    let entries: usize = rows.map(|row| row.entries.len()).sum();
    assert!(entries <= 6 * bucket::CAP + 3 * usize::try_from(count).unwrap(), "{entries} entries");
}
