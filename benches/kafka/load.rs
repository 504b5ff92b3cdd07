//! The pages: made of real news where ../shared/corpora is there, else of our own sample pages.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use serde_json::{Value, json};

use crate::client;

/// Pages as JSON envelopes.
pub struct Pages {
    lines: Vec<String>,
    /// Where they come from.
    pub origin: &'static str,
}

impl Pages {
    /// So many pages, each filled up to so many bytes by repeating its own paragraphs. They are as old as their records,
    /// as a live stream has it, unless they are to be as old as they say.
    pub fn make(count: usize, page_bytes: usize, old: bool) -> Self {
        let (mut lines, origin) = match from_corpora(count) {
            Some(lines) => (lines, "make_pages.py over saudinewsnet-ar and antcorpus-ar"),
            None => (from_samples(count), "examples/pages (../shared/corpora is not there)"),
        };
        if !old {
            lines = lines.iter().map(|line| fresh(line)).collect();
        }
        if page_bytes > 0 {
            lines = lines.iter().map(|line| fill(line, page_bytes)).collect();
        }
        Self { lines, origin }
    }

    pub fn count(&self) -> usize {
        self.lines.len()
    }

    pub fn bytes(&self) -> usize {
        self.lines.iter().map(String::len).sum()
    }

    pub fn mean_kb(&self) -> f64 {
        self.bytes() as f64 / self.count() as f64 / 1_000.0
    }

    pub fn line(&self, index: usize) -> &str {
        &self.lines[index % self.lines.len()]
    }

    /// Puts them on a topic of six partitions, lz4.
    pub fn load(&self, bootstrap: &str, topic: &str) {
        client::create_topic(bootstrap, topic, 6, &[]);
        let producer = producer(bootstrap);
        for (line, partition) in self.lines.iter().zip((0..6).cycle()) {
            let mut record = BaseRecord::<(), str>::to(topic).partition(partition).payload(line);
            while let Err((_, refused)) = producer.send(record) {
                producer.flush(Duration::from_secs(60)).unwrap();
                record = refused;
            }
        }
        producer.flush(Duration::from_secs(60)).unwrap();
    }
}

/// A producer of pages.
pub fn producer(bootstrap: &str) -> ThreadedProducer<DefaultProducerContext> {
    client::config(bootstrap)
        .set("compression.codec", "lz4")
        .set("batch.size", "1000000")
        .set("linger.ms", "5")
        .create()
        .unwrap()
}

fn from_corpora(count: usize) -> Option<Vec<String>> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let folder = tempfile::tempdir().unwrap();
    let (pages, gold) = (folder.path().join("pages"), folder.path().join("gold"));
    let made = Command::new("python3")
        .arg(corpora.join("make_pages.py"))
        .args(["--pages", &count.to_string(), "--out"])
        .arg(&pages)
        .arg("--gold")
        .arg(&gold)
        .args(["saudinewsnet-ar", "antcorpus-ar"].map(|c| corpora.join(format!("{c}.jsonl.gz"))))
        .status()
        .ok()?;
    if !made.success() {
        return None;
    }
    Some(fs::read_to_string(pages).unwrap().lines().map(str::to_owned).collect())
}

fn from_samples(count: usize) -> Vec<String> {
    let samples = include_str!("../../examples/pages/pages.jsonl");
    let samples: Vec<Value> =
        samples.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut pages = Vec::new();
    for (number, sample) in samples.iter().cycle().take(count).enumerate() {
        let mut page = sample.clone();
        page["url"] = json!(format!("https://bench.example/{number}"));
        pages.push(page.to_string());
    }
    pages
}

fn fresh(line: &str) -> String {
    let mut page: Value = serde_json::from_str(line).unwrap();
    page.as_object_mut().unwrap().remove("fetched_at");
    page.to_string()
}

fn fill(line: &str, bytes: usize) -> String {
    let mut page: Value = serde_json::from_str(line).unwrap();
    let text = page["text"].as_str().unwrap().to_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    let paragraphs: Vec<&str> = lines.iter().copied().skip(2).take(3).collect();
    let mut size = text.len();
    for paragraph in paragraphs.iter().cycle() {
        if size >= bytes || paragraphs.is_empty() {
            break;
        }
        lines.insert(2, paragraph);
        size += paragraph.len() + 1;
    }
    page["text"] = json!(lines.join("\n"));
    page.to_string()
}
