//! The tests: what must hold under every schedule, and the bugs that must not get past.

use std::sync::Arc;

use newsmill::page::{Start, StartKind, Starts};
use newsmill::stage::erase;
use newsmill::stage::home::{Compare, Home, KEEPS_TEXTS_HOURS};
use newsmill::stage::lines::message::line_of;
use newsmill::stage::lines::{self, Lines, Rule};
use newsmill::stage::near::Near;
use newsmill::stage::parse::{Comparing, Learns, Parse};
use newsmill::stage::{DynStage, Outbox, Target};
use newsmill::story::RoutingKeys;
use newsmill::story::Thresholds;

use crate::bug::Bug;
use crate::program::{KNOWN, Program, count};
use crate::world::{self, World};

/// Schedules of a run, where nobody says otherwise.
const SCHEDULES: u64 = 5_000;

/// Rows of an ageing world end after so many hours; of another one never.
const TTL_HOURS: u32 = KEEPS_TEXTS_HOURS;

fn run(seed: u64, bug: Option<Bug>, late_flush: bool) -> Result<(), String> {
    let ageing = seed % 2 == 1 && bug != Some(Bug::TwoInboxes);
    let ttl = if ageing { TTL_HOURS } else { 24 * 365 };
    let keys = [RoutingKeys::Two, RoutingKeys::Four, RoutingKeys::Six];
    let keys = keys[usize::try_from(seed / 2 % 3).unwrap()];
    let home = Home::comparing(ttl, Compare { own: false, keys, partitions: count() });
    let near = Near::new(ttl, Thresholds::default(), keys);
    let lines = Lines { ttl_hours: ttl, rule: Rule::builtin() };
    let program = Program::new(parse(), [erase(home), erase(near), erase(lines)], bug, late_flush);
    World::run(seed, program, ageing, keys.count())
}

/// Reading by what is known of lines: nothing, and of each that pages show that it begins a story.
fn parse() -> [Arc<dyn DynStage>; KNOWN] {
    let knowing = |starts: Starts| {
        let learns = Some(Learns { starts: Arc::new(starts), tells: true });
        let comparing = Some(Comparing { thresholds: Thresholds::default(), own: false });
        erase(Parse { home_keeps_texts: true, comparing, learns, ..Parse::default() })
    };
    let (nothing, much) = (knowing(Starts::with_room(1)), Starts::with_room(1_000));
    for (partition, text) in (0..).zip(world::texts()) {
        let record = world::record_of(&text, partition);
        let mut outbox = Outbox::default();
        Arc::clone(&nothing).open(1).apply(nothing.prepare(&record).unwrap(), &mut outbox);
        let shown = outbox.outputs.iter();
        for shown in shown.filter(|output| output.target == Target::Inbox(lines::NAME)) {
            much.learn(line_of(&shown.key).unwrap(), Some(BEGINS));
        }
    }
    [nothing, knowing(much)]
}

const BEGINS: Start = Start {
    kind: StartKind::Headline,
    own: false,
    pages: 4,
    before: 4,
    behind: 1,
    hour: 1,
    story_id: None,
};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

fn every_schedule_holds(schedules: u64, late_flush: bool) {
    let seeds = match number("NEWSMILL_TEST_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("NEWSMILL_TEST_SIM_SCHEDULES").unwrap_or(schedules),
    };
    for seed in seeds {
        if let Err(fault) = run(seed, None, late_flush) {
            panic!("NEWSMILL_TEST_SIM_SEED={seed} finds: {fault}");
        }
    }
}

#[test]
fn every_schedule_gives_what_one_engine_that_never_fails_gives() {
    every_schedule_holds(SCHEDULES, false);
}

#[test]
fn offsets_fetched_before_the_restore_are_safe_even_where_records_are_flushed_late() {
    every_schedule_holds(SCHEDULES / 2, true);
}

/// The bug must be found within so many schedules.
fn is_found(bug: Bug, late_flush: bool, within: u64) {
    let found = (0..within).find_map(|seed| Some((seed, run(seed, Some(bug), late_flush).err()?)));
    let Some((seed, fault)) = found else {
        panic!("{bug:?} was found by none of {within} schedules");
    };
    println!("{bug:?} is found by schedule {seed}: {fault}");
}

#[test]
fn a_restore_to_the_last_stable_offset_is_found() {
    is_found(Bug::RestoreToLso, false, 500);
}

#[test]
fn an_offset_fetched_after_the_restore_is_found() {
    is_found(Bug::OffsetAfterRestore, true, 12_000);
}

#[test]
fn a_table_that_is_not_rolled_back_is_found() {
    is_found(Bug::NoRollback, false, 100);
}

#[test]
fn stream_time_outside_the_changelog_is_found() {
    is_found(Bug::ClockOutsideChangelog, false, 200);
}

#[test]
fn two_inboxes_with_two_owners_are_found() {
    is_found(Bug::TwoInboxes, false, 20);
}

#[test]
fn a_partition_regained_without_an_abort_is_found() {
    is_found(Bug::RegainWithoutAbort, false, 500);
}

#[test]
fn texts_of_an_aborted_transaction_that_count_as_sent_are_found() {
    is_found(Bug::TextsSentThoughAborted, false, 100);
}

#[test]
fn offsets_without_member_and_generation_are_found() {
    is_found(Bug::UnfencedOffsets, false, 500);
}

#[test]
fn a_near_that_is_not_told_how_things_stand_is_found() {
    is_found(Bug::NoStatus, false, 200);
}

#[test]
fn a_home_that_is_not_told_of_lost_matches_is_found() {
    is_found(Bug::NoEmptyVerdict, false, 500);
}
