//! The dead letters looked into, taken out and sent again, by the real program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use nix::sys::signal::Signal;
use rdkafka::message::{Header, OwnedHeaders};
use serde_json::Value;

use super::broker::{Broker, shared};
use super::client::{self, Feed, Seen};
use super::fleet::Fleet;
use super::proxy::Proxy;
use super::tether::Tethered;
use super::wait::wait_until;
use super::wire::FETCH;

const LIMIT: Duration = Duration::from_secs(60);

/// An application of this name with so many pages of no UTF-8 on partition 2 of its input, all of them dead-lettered, and
/// nobody running.
fn dead_lettered(app: &str, pages: usize) -> Fleet {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, app);
    fleet.environment = vec![
        ("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "1000000"),
        ("NEWSMILL__DEAD_LETTER__MAX_RATIO", "100"),
    ];
    let feed = Feed::new(&bootstrap);
    for number in 0..pages {
        let key = format!("page-{number}");
        let headers = OwnedHeaders::new().insert(Header { key: "own", value: Some("header") });
        let value = Some(&b"\xff no text"[..]);
        feed.send_with(&fleet.names.topic("raw"), 2, Some(key.as_bytes()), value, headers);
    }
    feed.flush();
    fleet.grow(1);
    let (group, raw) = (fleet.names.group("parse"), fleet.names.topic("raw"));
    wait_until("the dead letters", LIMIT, || {
        fleet.tend();
        let offset = client::group_offsets(&bootstrap, &group, &raw)[2];
        offset.is_some_and(|offset| usize::try_from(offset).is_ok_and(|offset| offset >= pages))
    });
    assert_eq!(fleet.terminate(0), 0);
    fleet
}

fn letters(fleet: &Fleet) -> Vec<Seen> {
    client::read_committed(&shared().bootstrap(), &fleet.names.topic("dead-letter"))
}

fn raw(fleet: &Fleet) -> Vec<Seen> {
    client::read_committed(&shared().bootstrap(), &fleet.names.topic("raw"))
}

fn run(fleet: &Fleet, args: &[&str]) -> Output {
    fleet.newsmill(&[&["dead-letter"], args].concat(), 0).output().expect("the program starts")
}

/// What it wrote to the standard output; it succeeded.
fn said(fleet: &Fleet, args: &[&str]) -> String {
    let output = run(fleet, args);
    assert!(output.status.success(), "{args:?}: {}", output.stderr.escape_ascii());
    String::from_utf8(output.stdout).expect("text")
}

/// How often each page stands on the input, by its key.
fn times(records: &[Seen]) -> BTreeMap<Vec<u8>, usize> {
    let mut times = BTreeMap::new();
    for record in records {
        *times.entry(record.key.clone().expect("a key")).or_default() += 1;
    }
    times
}

#[test]
fn dead_letters_are_listed_shown_and_exported_and_never_shown_with_what_is_in_them() {
    let fleet = dead_lettered("letters", 3);
    let list = said(&fleet, &["list", "--reason", "not_utf8", "--partition", "2"]);
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains("letters.raw:2:1") && !list.contains("no text"), "{list}");
    assert_eq!(said(&fleet, &["list", "--reason", "panic"]), "");
    assert_eq!(said(&fleet, &["list", "--offsets", "1..2"]).lines().count(), 1);
    assert_eq!(said(&fleet, &["list", "--since", "1h"]).lines().count(), 3);
    assert_eq!(said(&fleet, &["list", "--until", "1h"]), "");
    assert_eq!(said(&fleet, &["list", "--limit", "2"]).lines().count(), 2);
    let line: Value =
        serde_json::from_str(said(&fleet, &["list", "--json"]).lines().next().unwrap())
            .expect("a JSON line");
    assert_eq!((&line["reason"], &line["bytes"]), (&Value::from("not_utf8"), &Value::from(9)));

    let shown = said(&fleet, &["show", "letters.raw:2:1"]);
    assert!(shown.contains("reason     not_utf8") && shown.contains("own: 6 bytes"), "{shown}");
    assert!(!shown.contains("no text"), "{shown}");
    let place = line["place"].as_str().unwrap();
    let payload = run(&fleet, &["show", place, "--payload"]).stdout;
    assert_eq!(payload, b"\xff no text");
    assert_eq!(run(&fleet, &["show", "letters.raw:2:999"]).status.code(), Some(65));

    let exported = said(&fleet, &["export", "--offsets", "0..1"]);
    let exported: Value = serde_json::from_str(&exported).expect("one JSON line");
    assert_eq!(exported["base64"], "/yBubyB0ZXh0");
    assert_eq!(exported["headers"][0], serde_json::json!(["own", "aGVhZGVy"]));
}

#[test]
fn an_export_that_ctrl_c_ends_says_what_is_left_and_has_not_given_it_its_name() {
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let fleet = Fleet::new(&broker.bootstrap(), "half-exported");
    let feed = Feed::new(&broker.bootstrap());
    feed.send(&fleet.names.topic("dead-letter"), 0, None, Some(b"whatever it is"));
    feed.flush();
    let folder = super::broker::scratch("export");
    let [file, part, output] = ["letters", "letters.part", "output"].map(|it| folder.join(it));
    let file = file.to_str().expect("our own folder");
    let mut export = fleet.newsmill(&["dead-letter", "export", "--output", file], 0);
    export.env("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", proxy.bootstrap());
    // It asks for what there is, and waits.
    proxy.delay(FETCH, LIMIT, u32::MAX);
    let mut running = Tethered::start(export, &output, None);
    wait_until("the question", LIMIT, || proxy.delayed(FETCH) > 0);
    assert!(running.signal(Signal::SIGINT), "it runs");
    assert_eq!(running.wait(LIMIT), 130);
    let said = fs::read_to_string(output).expect("our own folder");
    assert_eq!(said, format!("newsmill: stopped; {file}.part is not whole\n"));
    assert!(part.exists() && !Path::new(file).exists());
    fs::remove_dir_all(folder).expect("ours to remove");
}

#[test]
fn a_replay_without_execute_sends_nothing_and_with_it_each_record_once_as_it_was() {
    let fleet = dead_lettered("replayed", 5);
    let dry = said(&fleet, &["replay", "--reason", "not_utf8"]);
    assert!(dry.contains("5 not_utf8: would be sent again"), "{dry}");
    assert_eq!(raw(&fleet).len(), 5, "nothing was sent");
    let sent = said(&fleet, &["replay", "--reason", "not_utf8", "--execute"]);
    assert!(sent.contains("5 not_utf8: sent again"), "{sent}");
    let again = said(&fleet, &["replay", "--reason", "not_utf8", "--execute"]);
    assert!(again.contains("nothing to send"), "{again}");

    let records = raw(&fleet);
    let (first, second) = records.split_at(5);
    for (before, after) in first.iter().zip(second) {
        assert_eq!((after.partition, &after.key), (2, &before.key));
        assert_eq!((&after.value, after.timestamp), (&before.value, before.timestamp));
        assert_eq!(after.headers[0], before.headers[0]);
        assert_eq!(after.header("newsmill.dlq.replay-count"), Some("1"));
        assert_eq!(after.header("newsmill.dlq.reason"), None, "none of the dead letter's own");
    }
}

#[test]
fn a_replay_that_is_killed_half_way_and_run_again_gives_each_record_once() {
    replayed_in_two("killed-replay", |running, _| running.kill());
}

#[test]
fn a_replay_that_is_stopped_half_way_says_what_it_has_sent_and_goes_on_when_it_is_run_again() {
    replayed_in_two("stopped-replay", |mut running, output| {
        assert!(running.signal(Signal::SIGINT), "it runs");
        assert_eq!(running.wait(LIMIT), 130);
        let said = std::fs::read_to_string(output).expect("our own folder");
        assert!(said.contains(" not_utf8: sent again"), "{said}");
        assert!(said.contains("newsmill: stopped before the end; run it again"), "{said}");
    });
}

/// Begins a replay, ends it when some are sent, runs it again.
fn replayed_in_two(app: &str, end: impl FnOnce(Tethered, &Path)) {
    const PAGES: usize = 2_000;
    let fleet = dead_lettered(app, PAGES);
    let replay = fleet.newsmill(&["dead-letter", "replay", "--execute"], 0);
    let output = super::broker::scratch("replay").join("output");
    let running = Tethered::start(replay, &output, None);
    let (bootstrap, topic) = (shared().bootstrap(), fleet.names.topic("raw"));
    let enough = i64::try_from(PAGES + 150).expect("few");
    wait_until("some of them", LIMIT, || client::ends(&bootstrap, &topic)[2].0 > enough);
    end(running, &output);
    let sent = raw(&fleet).len() - PAGES;
    assert!(sent < PAGES, "{sent} were sent before it was ended: make it more");
    said(&fleet, &["replay", "--execute"]);
    let times = times(&raw(&fleet));
    assert_eq!(times.len(), PAGES);
    let wrong: Vec<_> = times.iter().filter(|(_, times)| **times != 2).take(3).collect();
    assert!(wrong.is_empty(), "once fed and once replayed: {wrong:?}");
    std::fs::remove_dir_all(output.parent().unwrap()).unwrap();
}

#[test]
fn a_record_that_was_replayed_three_times_is_parked() {
    let mut fleet = dead_lettered("parked", 1);
    for round in 1..=3_usize {
        let sent = said(&fleet, &["replay", "--execute"]);
        assert!(sent.contains("1 not_utf8: sent again"), "round {round}: {sent}");
        fleet.start(0);
        wait_until("it to be dead-lettered again", LIMIT, || letters(&fleet).len() == 1 + round);
        assert_eq!(fleet.terminate(0), 0);
    }
    let parked = said(&fleet, &["replay", "--execute"]);
    assert!(parked.contains("1 not_utf8: parked"), "{parked}");
    assert_eq!(raw(&fleet).len(), 4, "once fed and three times replayed");
    let list = said(&fleet, &["list", "--json"]);
    let replays: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["replays"].clone())
        .collect();
    assert_eq!(replays, [0, 1, 2, 3]);
}
