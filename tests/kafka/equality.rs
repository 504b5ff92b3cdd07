//! `normalize` over files and `run` on a Kafka give the same records but for where the pages stood.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::broker::{Broker, scratch};
use crate::client::{self, Feed};
use crate::fleet::{Fleet, Names};
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);
const KINDS: [&str; 4] = ["articles", "stories", "canonical", "sightings"];

/// The records of one kind without what must differ: the place of the page.
fn comparable(values: impl Iterator<Item = Value>) -> Vec<String> {
    let mut records: Vec<String> = values
        .map(|mut record| {
            record.as_object_mut().expect("a record").remove("origin");
            record.to_string()
        })
        .collect();
    records.sort();
    records
}

fn on_kafka(names: &Names, bootstrap: &str, kind: &str) -> Vec<String> {
    let seen = client::read_committed(bootstrap, &names.topic(kind)).into_iter();
    let values = seen.map(|seen| seen.value.expect("a record"));
    comparable(values.map(|value| serde_json::from_slice(&value).expect("JSON")))
}

fn is_through(names: &Names, bootstrap: &str, stage: &str, inbox: &str) -> bool {
    let offsets = client::group_offsets(bootstrap, &names.group(stage), inbox);
    client::read_committed_from(bootstrap, inbox, &offsets).is_empty()
}

fn run_on_kafka(pages: &str, partitions: i32, app: &str) -> Vec<Vec<String>> {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let raw = format!("{app}.raw");
    client::create_topic(&bootstrap, &raw, partitions, &[]);
    let mut fleet = Fleet::new(&bootstrap, app);
    let feed = Feed::new(&bootstrap);
    for (line, partition) in pages.lines().zip((0..partitions).cycle()) {
        feed.send(&raw, partition, None, Some(line.as_bytes()));
    }
    feed.flush();
    fleet.grow(1);
    let names = fleet.names.clone();
    for (stage, inbox) in [("parse", raw), ("home", names.inbox("home"))] {
        wait_until("everything to be judged", LIMIT, || {
            fleet.tend();
            is_through(&names, &bootstrap, stage, &inbox)
        });
    }
    KINDS.map(|kind| on_kafka(&names, &bootstrap, kind)).into()
}

fn normalized(pages: &str) -> Vec<Vec<String>> {
    let folder = scratch("equality");
    let file = folder.join("pages.jsonl");
    fs::write(&file, pages).expect("our own folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
    command.arg("normalize").arg(&file);
    for kind in KINDS {
        command.arg(format!("--{kind}")).arg(folder.join(kind));
    }
    assert!(command.status().expect("the program starts").success());
    let records = KINDS.map(|kind| {
        let text = fs::read_to_string(folder.join(kind)).expect("written");
        comparable(text.lines().map(|line| serde_json::from_str(line).expect("JSON")))
    });
    fs::remove_dir_all(folder).expect("ours to remove");
    records.into()
}

#[test]
fn normalize_and_run_give_the_same_records_but_for_where_the_pages_stood() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pages/pages.jsonl");
    let pages = fs::read_to_string(samples).expect("the sample pages");
    let files = normalized(&pages);
    let kafka = run_on_kafka(&pages, 1, "equal");
    for ((kind, files), kafka) in KINDS.iter().zip(&files).zip(&kafka) {
        assert!(!files.is_empty(), "{kind}");
        assert_eq!(files, kafka, "{kind}");
    }
    // With more partitions pages meet in another order: the same articles, and the same stories.
    let spread = run_on_kafka(&pages, 3, "spread");
    assert_eq!(files[0], spread[0]);
    assert_eq!(files[2], spread[2]);
}
