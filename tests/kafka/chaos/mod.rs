//! Nothing lost, nothing doubled, whatever dies. Load, faults at random moments, then an independent reader judges.
//!
//! `NEWSMILL_TEST_CHAOS_ROUNDS=10` makes ten times as many rounds; `NEWSMILL_TEST_CHAOS_SEED` repeats pages and moments.

mod lines;
mod near;
pub mod scene;

use std::time::Duration;

use nix::sys::signal::Signal;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};

use crate::broker::{Broker, shared};
use crate::client::{self, Feed};
use crate::fleet::{Fleet, PARTITIONS};
use crate::pages::page_appending;
use crate::proxy::Proxy;
use crate::wait::wait_until;
use crate::wire::{ADD_PARTITIONS_TO_TXN, END_TXN, PRODUCE, TXN_OFFSET_COMMIT};
use scene::{Scene, rounds, settle};

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn kill_9_of_one_of_three_replicas_and_of_all_at_once_loses_and_doubles_nothing() {
    let broker = Broker::start();
    let mut scene = Scene::begin(&broker.bootstrap(), &broker.bootstrap(), "killed", 100);
    for _ in 0..rounds(20) {
        scene.some_progress(100);
        let victim = scene.any_replica();
        scene.fleet.kill(victim);
        scene.fleet.start(victim);
    }
    scene.some_progress(100);
    for victim in 0..3 {
        scene.fleet.kill(victim);
    }
    for victim in 0..3 {
        scene.fleet.start(victim);
    }
    scene.some_progress(100);
    assert!(scene.end().articles > 0);
}

#[test]
fn replicas_that_come_and_go_or_stop_past_their_session_lose_and_double_nothing() {
    let broker = Broker::start();
    let mut scene = Scene::begin(&broker.bootstrap(), &broker.bootstrap(), "scaled", 100);
    for _ in 0..rounds(5) {
        scene.some_progress(200);
        scene.fleet.grow(1);
        scene.some_progress(200);
        let leaver = scene.any_replica();
        assert_eq!(scene.fleet.terminate(leaver), 0, "SIGTERM ends it in good order");
        scene.some_progress(200);
        scene.fleet.start(leaver);
    }
    let sleeper = scene.any_replica();
    scene.fleet.signal(sleeper, Signal::SIGSTOP);
    scene.pass(Duration::from_secs(9));
    scene.some_progress(100);
    scene.fleet.signal(sleeper, Signal::SIGCONT);
    scene.some_progress(200);
    assert!(scene.end().articles > 0);
}

#[test]
fn a_replica_that_is_told_to_stop_at_any_moment_of_its_life_ends_in_good_order() {
    let broker = Broker::start();
    let mut scene = Scene::begin(&broker.bootstrap(), &broker.bootstrap(), "stopped", 50);
    scene.some_progress(50);
    let mut leaver = 0;
    for _ in 0..rounds(15) {
        // Soon after the last one as a rule, while the group is at work on that.
        let moment = scene.dice.below(4) * scene.dice.below(1_000);
        scene.pass(Duration::from_millis(moment));
        leaver = (leaver + 1 + usize::from(scene.dice.below(2) == 0)) % 3;
        let code = scene.fleet.terminate(leaver);
        assert_eq!(code, 0, "replica {leaver} after {moment} ms");
        scene.fleet.start(leaver);
    }
    scene.some_progress(100);
    assert!(scene.end().articles > 0);
}

#[test]
fn kill_9_of_the_broker_loses_and_doubles_nothing() {
    let mut broker = Broker::start_mortal();
    let mut scene = Scene::begin(&broker.bootstrap(), &broker.bootstrap(), "broken", 100);
    for _ in 0..rounds(3) {
        scene.some_progress(300);
        broker.kill();
        broker.restart();
    }
    scene.some_progress(200);
    assert!(scene.end().articles > 0);
}

#[test]
fn an_outage_that_finds_calls_half_done_and_outlasts_the_watchdog_ends_no_process() {
    const WATCHDOG: Duration = Duration::from_secs(15);
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let environment = vec![
        ("NEWSMILL__ENGINE__TRANSACTION_TIMEOUT", "3s"),
        ("NEWSMILL__ENGINE__WATCHDOG_TIMEOUT", "15s"),
    ];
    let mut fleet = Fleet::with(&proxy.bootstrap(), "halfway", environment);
    fleet.grow(3);
    let mut scene = Scene::over(fleet, &broker.bootstrap(), 100);
    for call in [PRODUCE, TXN_OFFSET_COMMIT] {
        scene.some_progress(100);
        proxy.delay(call, WATCHDOG, u32::MAX);
        wait_until("such a call under way in each replica", LIMIT, || proxy.delayed(call) >= 3);
        proxy.delay(call, Duration::ZERO, 0);
        proxy.cut(true);
        scene.pass(2 * WATCHDOG);
        proxy.cut(false);
        scene.some_progress(200);
        assert_eq!(scene.fleet.ended_by_itself, 0, "by an outage in a call of API key {call}");
    }
    assert!(scene.end().articles > 0);
}

#[test]
fn refused_offsets_and_commits_whose_answer_is_lost_lose_and_double_nothing() {
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let mut scene = Scene::begin(&broker.bootstrap(), &proxy.bootstrap(), "refused", 100);
    for round in 1..=rounds(5) {
        scene.some_progress(200);
        proxy.refuse_offsets(1);
        scene.some_progress(100);
        assert_eq!(proxy.offsets_refused(), round);
        proxy.lose_commits(1);
        scene.some_progress(100);
        assert_eq!(proxy.commits_lost(), round);
    }
    // Told to stop while it waits for an answer that never comes, a replica could only say that it does not know (75).
    let restarts = ["engine_restarts", "commit_transaction"];
    let lost = usize::try_from(proxy.commits_lost()).expect("few");
    wait_until("a fresh producer for each lost answer", LIMIT, || {
        scene.fleet.tend();
        scene.fleet.times_said(&restarts) >= lost
    });
    assert!(scene.end().articles > 0);
}

#[test]
fn answers_that_come_later_than_a_transaction_lasts_lose_and_double_nothing_and_nothing_stalls() {
    const CALLS: [i16; 4] = [ADD_PARTITIONS_TO_TXN, PRODUCE, TXN_OFFSET_COMMIT, END_TXN];
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let limit = ("NEWSMILL__ENGINE__TRANSACTION_TIMEOUT", "3s");
    let mut fleet = Fleet::with(&proxy.bootstrap(), "late", vec![limit]);
    fleet.grow(3);
    let mut scene = Scene::over(fleet, &broker.bootstrap(), 100);
    scene.some_progress(100);
    for call in CALLS {
        // Each answer later than a busy transaction is committed: slow, but it goes on.
        proxy.delay(call, Duration::from_millis(300), u32::MAX);
        wait_until("late answers", LIMIT, || proxy.delayed(call) >= 5);
        scene.some_progress(100);
        // One answer later than a transaction may last: the others go on meanwhile.
        proxy.delay(call, Duration::from_secs(5), 1);
        wait_until("an answer that is far too late", LIMIT, || proxy.delayed(call) == 1);
        scene.some_progress(100);
    }
    wait_until("the engine whose commit had no answer in time starts again", LIMIT, || {
        scene.fleet.tend();
        // The answer that came too late can have been an abort's: then the next one does.
        if proxy.delayed(END_TXN) > 0 {
            proxy.delay(END_TXN, Duration::from_secs(5), 1);
        }
        scene.fleet.times_said(&["engine_restarts", "commit_transaction"]) > 0
    });
    assert!(scene.end().articles > 0);
}

#[test]
fn records_that_the_broker_refuses_are_written_once_as_soon_as_it_takes_them() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let mut scene = Scene::begin(&bootstrap, &bootstrap, "too-small", 50);
    scene.some_progress(50);
    let articles = scene.fleet.names.topic("articles");
    client::set_topic(&bootstrap, &articles, "max.message.bytes", "100");
    wait_until("a record that was refused", LIMIT, || {
        scene.fleet.tend();
        scene.fleet.times_said(&["engine_restarts", "could not be delivered"]) > 0
    });
    client::set_topic(&bootstrap, &articles, "max.message.bytes", "1000000");
    scene.some_progress(100);
    assert!(scene.end().articles > 0);
}

#[test]
fn stopped_while_a_commit_has_no_answer_a_replica_says_that_it_does_not_know() {
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let mut scene = Scene::begin(&broker.bootstrap(), &proxy.bootstrap(), "unanswered", 50);
    scene.some_progress(50);
    proxy.lose_commits(1);
    wait_until("a commit without an answer", LIMIT, || proxy.commits_lost() == 1);
    let mut codes = scene.fleet.terminate_all();
    codes.sort_unstable();
    assert_eq!(codes, [0, 0, 75]);
    (0..3).for_each(|replica| scene.fleet.start(replica));
    scene.some_progress(100);
    assert!(scene.end().articles > 0);
}

#[test]
fn a_partition_that_is_given_back_while_it_is_restored_ends_no_other_restore() {
    let broker = Broker::start();
    let mut fleet = Fleet::new(&broker.bootstrap(), "shared");
    // An open transaction on the changelog holds every restore back.
    let blocker: ThreadedProducer<DefaultProducerContext> = client::config(&broker.bootstrap())
        .set("transactional.id", "blocker")
        .set("transaction.timeout.ms", "120000")
        .create()
        .expect("a valid configuration");
    blocker.init_transactions(LIMIT).expect("the broker answers");
    blocker.begin_transaction().expect("initialised");
    let changelog = format!("{}.state", fleet.names.inbox("home"));
    for partition in 0..PARTITIONS {
        let record = BaseRecord::to(&changelog).partition(partition).key("held").payload("back");
        blocker.send(record).map_err(|(error, _)| error).expect("room in the queue");
    }
    blocker.flush(LIMIT).expect("the broker takes it");
    let said = |fleet: &Fleet, kind: &str| {
        fleet.has_said(0, &[&format!("kind=\"{kind}\""), "stage=\"home\""])
    };
    fleet.grow(1);
    wait_until("the first replica has every inbox", LIMIT, || said(&fleet, "assign"));
    fleet.grow(1);
    wait_until("it gives some back", LIMIT, || said(&fleet, "revoke"));
    blocker.abort_transaction(LIMIT).expect("it is open");
    let mut scene = Scene::over(fleet, &broker.bootstrap(), 100);
    scene.some_progress(100);
    assert!(scene.end().articles > 0);
}

#[test]
fn the_same_story_on_pages_of_every_partition_at_once_is_published_once_by_three_replicas() {
    const PAGES: u32 = 120;
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "same-story");
    let feed = Feed::new(&bootstrap);
    let raw = fleet.names.topic("raw");
    // All of it is there before anybody reads: the replicas judge it at the same time.
    for (number, partition) in (0..PAGES).zip((0..PARTITIONS).cycle()) {
        let page = page_appending(u64::from(number), 7);
        feed.send(&raw, partition, None, Some(page.as_bytes()));
    }
    feed.flush();
    fleet.grow(3);
    settle(&mut fleet, &bootstrap);

    let count = |topic: &str, word: &str| {
        let seen = client::read_committed(&bootstrap, &fleet.names.topic(topic));
        let values =
            seen.iter().map(|seen| String::from_utf8(seen.value.clone().unwrap()).unwrap());
        values.filter(|value| value.contains(word)).count()
    };
    assert_eq!(count("articles", ""), PAGES as usize);
    assert_eq!(count("sightings", r#""role":"related""#), PAGES as usize);
    assert_eq!(count("sightings", r#""decision":"exact","role":"related""#), PAGES as usize - 1);
    assert_eq!(count("stories", ""), 1, "one story record");
    assert_eq!(count("canonical", r#""kind":"self""#), 1);
}

#[test]
fn a_second_sigterm_ends_a_replica_that_a_client_call_holds() {
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let mut fleet = Fleet::new(&proxy.bootstrap(), "twice");
    // Neither the drain nor the commit would end by itself so soon.
    fleet.environment = vec![
        ("NEWSMILL__ENGINE__DRAIN_TIMEOUT", "25s"),
        ("NEWSMILL__ENGINE__SESSION_TIMEOUT", "30s"),
        ("NEWSMILL__ENGINE__TRANSACTION_TIMEOUT", "5m"),
        ("NEWSMILL__ENGINE__WATCHDOG_TIMEOUT", "6m"),
        ("NEWSMILL__ENGINE__MAX_POLL_INTERVAL", "7m"),
    ];
    fleet.grow(1);
    let mut scene = Scene::over(fleet, &broker.bootstrap(), 100);
    scene.some_progress(50);
    proxy.lose_commits(1);
    wait_until("a commit whose answer is lost", LIMIT, || proxy.commits_lost() == 1);
    scene.fleet.signal(0, Signal::SIGTERM);
    wait_until("it has heard", LIMIT, || scene.fleet.has_said(0, &["a signal came"]));
    assert_eq!(scene.fleet.terminate(0), 75, "the second one");
    assert!(scene.fleet.has_said(0, &["abort_timed_out"]), "it was held");
    scene.fleet.start(0);
    scene.some_progress(50);
    assert!(scene.end().articles > 0);
}

#[test]
fn pages_that_were_deleted_before_they_were_read_are_reported_and_all_others_are_read_once() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "gap");
    let (raw, feed) = (fleet.names.topic("raw"), Feed::new(&bootstrap));
    let give = |numbers: std::ops::Range<u64>| {
        for number in numbers {
            feed.send(&raw, 0, None, Some(page_appending(number, 7).as_bytes()));
        }
        feed.flush();
    };
    give(0..20);
    fleet.grow(1);
    settle(&mut fleet, &bootstrap);
    assert_eq!(fleet.terminate(0), 0);
    give(20..40);
    client::delete_before(&bootstrap, &raw, 0, 30);
    fleet.start(0);
    wait_until("the gap is behind it", LIMIT, || {
        fleet.tend();
        client::group_offsets(&bootstrap, &fleet.names.group("parse"), &raw)[0] == Some(40)
    });
    settle(&mut fleet, &bootstrap);

    assert!(fleet.has_said(0, &["offset_out_of_range", "committed=20", "earliest=30"]));
    let articles = client::read_committed(&bootstrap, &fleet.names.topic("articles"));
    let mut origins: Vec<&str> =
        articles.iter().map(|seen| seen.header("newsmill.origin").expect("each has one")).collect();
    origins.sort_unstable();
    let mut expected: Vec<String> =
        (0..20).chain(30..40).map(|offset| format!("{raw}/0/{offset}")).collect();
    expected.sort_unstable();
    assert_eq!(origins, expected);
    assert_eq!(fleet.terminate(0), 0);
}
