//! How long a page takes from produce until a `read_committed` reader sees its article and, a hop later, its sightings.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;

use crate::broker::scratch;
use crate::client;
use crate::cores::{self, Core};
use crate::load::{self, Pages};
use crate::system::config_of;
use crate::tether::Tethered;
use crate::wait::wait_until;

const PAGES_A_SECOND: u32 = 200;
const SECONDS: u32 = 120;
/// The first pages meet a broker whose code is not compiled yet, and caches that are cold.
const WARM_UP: usize = 12_000;

/// Prints p50 and p99 of both hops.
pub fn measure(bootstrap: &str) {
    let pages = Pages::make(2_000, 0, false);
    let folder = scratch("bench");
    let (config, log) = (folder.join("config.toml"), folder.join("log"));
    fs::write(&config, config_of(bootstrap, "raw", "latency")).unwrap();
    let program = env!("CARGO_BIN_EXE_newsmill");
    let made = Command::new(program)
        .args(["topics", "create", "--replication-factor", "1", "--partitions", "6", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8(made.stderr).unwrap());
    let mut command = Command::new(program);
    command.arg("run").arg("--config").arg(&config);
    let process = cores::on(Core::Measured, || Tethered::start(command, &log, None));
    let total = (PAGES_A_SECOND * SECONDS) as usize;
    let readers = ["latency.articles", "latency.sightings"].map(|topic| {
        let bootstrap = bootstrap.to_owned();
        thread::spawn(move || read(&bootstrap, topic, total))
    });
    let producer = load::producer(bootstrap);
    // Until the first page is through, nothing says that the groups have their partitions.
    let send = |number: usize| {
        let record = BaseRecord::<(), str>::to("raw")
            .partition((number % 6) as i32)
            .payload(pages.line(number))
            .timestamp(now_ms());
        producer.send(record).map_err(|(error, _)| error).unwrap();
    };
    send(0);
    wait_until("the first page", Duration::from_secs(60), || {
        !client::read_committed(bootstrap, "latency.sightings").is_empty()
    });
    let start = Instant::now();
    for number in 1..total {
        let due = start + Duration::from_secs(1) / PAGES_A_SECOND * number as u32;
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
        send(number);
    }
    producer.flush(Duration::from_secs(30)).unwrap();
    for (reader, what) in readers.into_iter().zip(["articles", "sightings (second hop)"]) {
        let mut ms = reader.join().unwrap();
        ms.drain(..ms.len() * WARM_UP / total);
        ms.sort_unstable();
        let at = |share: f64| ms[((ms.len() - 1) as f64 * share) as usize];
        println!("{what}: p50 {} ms, p99 {} ms, of {}", at(0.5), at(0.99), ms.len());
    }
    process.kill();
    fs::remove_dir_all(folder).unwrap();
}

/// Milliseconds from produce to here, in the order of arrival, until so many pages have been seen.
fn read(bootstrap: &str, topic: &str, pages: usize) -> Vec<i64> {
    let mut config = client::config(bootstrap);
    config.set("group.id", "bench-reader").set("isolation.level", "read_committed");
    config.set("fetch.wait.max.ms", "10");
    let consumer: BaseConsumer = config.create().unwrap();
    let mut assignment = TopicPartitionList::new();
    for partition in 0..6 {
        assignment.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut latencies = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(u64::from(SECONDS) + 60);
    while seen.len() < pages {
        assert!(Instant::now() < deadline, "{topic}: {} of {pages} pages seen", seen.len());
        let Some(Ok(message)) = consumer.poll(Duration::from_millis(20)) else { continue };
        let now = now_ms();
        let record: Value = serde_json::from_slice(message.payload().unwrap()).unwrap();
        let origin = &record["origin"];
        latencies.push(now - origin["timestamp"].as_i64().unwrap());
        seen.insert((origin["partition"].as_i64(), origin["offset"].as_i64()));
    }
    latencies
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}
