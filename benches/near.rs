//! What near-duplicates cost by themselves: `home` and `near` over queues, without Kafka and without pages.
//! `cargo bench --bench near [-- STORIES [FILE]]`
//!
//! Three loads of stories of 220 words: each alike no other; those of a template site, which all begin with the same 48; and
//! edited copies, of which four follow a fifth. Where a file is named that `normalize --stories` has written, its stories
//! instead. Of each: stories a CPU-second, the messages that a story costs, how many it is compared with, and what it takes in
//! memory and has written to the changelogs.
#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark is no service: it prints, and ends at the first thing that goes wrong"
)]

use std::collections::VecDeque;
use std::iter;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use newsmill::record::{ArticleId, Origin, partition_for};
use newsmill::stage::home::message::{Message as ToHome, Observe, Place, Text};
use newsmill::stage::home::{self, Compare, Home};
use newsmill::stage::near::Near;
use newsmill::stage::near::message::{Message as ToNear, Word};
use newsmill::stage::{
    Count, DynPartition, DynStage, Headers, Outbox, Output, Record, Target, erase,
};
use newsmill::story::{Fingerprint, Folder, RoutingKeys, Thresholds, Written};
use nix::time::{ClockId, clock_gettime};
use serde::Deserialize;

/// As long as the mean appended story of saudinewsnet-ar.
const WORDS: u64 = 220;

/// What a template begins with: both lead keys are made of no more.
const LEAD: u64 = 48;

/// Stories that come between two commits.
const TRANSACTION: usize = 500;

/// Measures what near-duplicates cost by themselves.
#[derive(Debug, Parser)]
struct Options {
    /// How many stories
    #[arg(default_value_t = 50_000)]
    stories: u64,
    /// Stories that `normalize --stories` has written, instead of made ones
    file: Option<PathBuf>,
    /// Partitions of the inbox of near: what concerns several keys on one of them is one message
    #[arg(long, default_value = "6")]
    partitions: NonZeroU32,
    /// Of so many stories in a row any may come first, as where several partitions are read at once; 1: the oldest first
    #[arg(long, default_value = "1")]
    disorder: NonZeroUsize,
    /// What cargo gives every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Unlike,
    Template,
    Edited,
}

impl Load {
    /// The text of a story: which word stands where is told by numbers that are spelt out in letters.
    fn text(self, story: u64) -> String {
        let word = |n: u64| match self {
            Self::Unlike => spelt(story * WORDS + n),
            Self::Template if n < LEAD => spelt(n),
            Self::Template => spelt(story * WORDS + n),
            Self::Edited if n % 40 == story % 5 * 8 => spelt(story * WORDS + n),
            Self::Edited => spelt(story / 5 * WORDS + n),
        };
        (0..WORDS).map(word).collect::<Vec<_>>().join(" ")
    }
}

/// A number as a word, no two alike.
fn spelt(mut n: u64) -> String {
    let mut word = String::from("w");
    loop {
        word.push(char::from(b'a' + u8::try_from(n % 26).expect("a letter")));
        n /= 26;
        if n == 0 {
            return word;
        }
    }
}

struct Message {
    key: Vec<u8>,
    value: Vec<u8>,
    headers: Headers,
}

/// A stage, its table, its inbox, and what it has written to its changelog.
struct Side {
    stage: Arc<dyn DynStage>,
    table: Box<dyn DynPartition>,
    inbox: VecDeque<Message>,
    rows: usize,
    row_bytes: usize,
}

impl Side {
    fn new(stage: Arc<dyn DynStage>) -> Self {
        let table = Arc::clone(&stage).open(1);
        Self { stage, table, inbox: VecDeque::new(), rows: 0, row_bytes: 0 }
    }

    /// Judges all messages that wait, and commits; what comes of it is in the outbox.
    fn transact(&mut self, outbox: &mut Outbox) {
        for Message { key, value, headers } in self.inbox.drain(..) {
            let record = Record {
                topic: "inbox",
                partition: 0,
                offset: 0,
                timestamp: Some(i64::MAX / 2),
                key: Some(&key),
                value: Some(&value),
                headers: &headers,
            };
            let prepared = self.stage.prepare(&record).expect("a message of ours");
            self.table.apply(prepared, outbox);
        }
        let (rows, bytes) = (&mut self.rows, &mut self.row_bytes);
        self.table.changes(&mut |key, value| {
            *rows += 1;
            *bytes += key.len() + value.map_or(0, <[u8]>::len);
        });
        self.table.commit();
    }
}

/// How many messages there were.
#[derive(Default)]
struct Counts {
    probes: usize,
    statuses: usize,
    verdicts: usize,
    empty_verdicts: usize,
    canonical: usize,
    compared: u64,
    bytes: usize,
}

impl Counts {
    fn add(&mut self, output: &Output) {
        let value = output.value.as_deref();
        let kind = match output.target {
            Target::Inbox(home::NAME) => match ToHome::decode(value).expect("a message") {
                ToHome::Verdict(verdict)
                    if verdict.registers.iter().all(|told| told.best.is_none()) =>
                {
                    &mut self.empty_verdicts
                }
                ToHome::Verdict(_) | ToHome::Observe(_) => &mut self.verdicts,
            },
            Target::Inbox(_) => {
                let message = ToNear::decode(Some(&output.key), value).expect("a message");
                match message.word {
                    Word::Probe(_) => &mut self.probes,
                    Word::Status(_) => &mut self.statuses,
                }
            }
            Target::Canonical => {
                self.canonical += 1;
                return;
            }
            Target::Articles | Target::Stories | Target::Sightings | Target::Starts => return,
        };
        *kind += 1;
        self.bytes += output.key.len() + value.map_or(0, <[u8]>::len);
    }

    fn show(&self, stories: f64) -> String {
        let each = |n: usize| n as f64 / stories;
        format!(
            "{:.2} probes, {:.2} statuses, {:.2} verdicts and {:.2} empty ones, {:.0} bytes, {:.2} records of canonical, {:.1} comparisons",
            each(self.probes),
            each(self.statuses),
            each(self.verdicts),
            each(self.empty_verdicts),
            each(self.bytes),
            each(self.canonical),
            self.compared as f64 / stories
        )
    }
}

fn observe(text: &str, story: usize) -> Message {
    let mut folder = Folder::new();
    let folded = folder.fold(text.split('\n'));
    let story_id = folded.story_id().expect("a text");
    let timestamp = 1_700_000_000_000 + i64::try_from(story).expect("few");
    let fingerprint = Fingerprint::of(&folded).map(|fingerprint| Written::of(&fingerprint));
    let told = Text {
        url: None,
        headline: None,
        language: "und",
        words: folded.words(),
        body: text.split('\n').collect(),
        published_raw: None,
        source: None,
        keywords_raw: None,
        fingerprint,
    };
    let origin =
        Origin { topic: "raw".into(), partition: 0, offset: timestamp, timestamp: Some(timestamp) };
    let place = Place::Related(0, Some(Box::new(told)));
    let value = Observe { story_id, timestamp, origin, article_id: ArticleId([1; 16]), place };
    Message { key: story_id.0.to_vec(), value: value.encode(), headers: Headers::new() }
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock");
    time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
}

/// Stories as they come, of which each is made when its time has come, with how old they are.
fn measure(
    name: &str,
    texts: impl Iterator<Item = (usize, String)>,
    partitions: NonZeroU32,
) -> f64 {
    let (keys, ttl_hours) = (RoutingKeys::Six, 24 * 365);
    let near = Near::new(ttl_hours, Thresholds::default(), keys);
    let mut home =
        Side::new(erase(Home::comparing(ttl_hours, Compare { own: false, keys, partitions })));
    let near = erase(near);
    let mut nears: Vec<Side> =
        (0..partitions.get()).map(|_| Side::new(Arc::clone(&near))).collect();
    let (mut cpu, mut stories, mut counts) = (0.0, 0_usize, Counts::default());
    let mut outbox = Outbox::default();
    let mut texts = texts.peekable();
    while texts.peek().is_some() {
        for (age, text) in texts.by_ref().take(TRANSACTION) {
            home.inbox.push_back(observe(&text, age));
            stories += 1;
        }
        while !home.inbox.is_empty() || nears.iter().any(|near| !near.inbox.is_empty()) {
            let began = cpu_seconds();
            home.transact(&mut outbox);
            nears.iter_mut().for_each(|near| near.transact(&mut outbox));
            cpu += cpu_seconds() - began;
            deliver(&mut outbox, &mut home, &mut nears, &mut counts);
        }
    }
    counts.compared = compared(&outbox);
    let many = stories as f64;
    let rate = many / cpu;
    let of_nears = |what: fn(&Side) -> u64| nears.iter().map(what).sum::<u64>();
    let memory = home.table.stats().bytes + of_nears(|near| near.table.stats().bytes);
    println!("{name}: {rate:.0} stories a CPU-second; a story costs {}", counts.show(many));
    println!(
        "  {} bytes in memory in {:.1} rows of near; on the changelogs {:.2} rows of home with {:.0} bytes, {:.2} of near with {:.0}",
        memory / stories as u64,
        of_nears(|near| near.table.stats().rows) as f64 / many,
        home.rows as f64 / many,
        home.row_bytes as f64 / many,
        of_nears(|near| near.rows as u64) as f64 / many,
        of_nears(|near| near.row_bytes as u64) as f64 / many,
    );
    rate
}

/// How many pairs were compared.
fn compared(outbox: &Outbox) -> u64 {
    outbox.tally.iter().filter(|(count, _)| *count == Count::Compared).map(|(_, n)| n).sum()
}

fn deliver(outbox: &mut Outbox, home: &mut Side, nears: &mut [Side], counts: &mut Counts) {
    let partitions = u32::try_from(nears.len()).ok().and_then(NonZeroU32::new).expect("some");
    for output in outbox.outputs.drain(..) {
        counts.add(&output);
        let mut headers = Headers::new();
        output.headers(&mut |name, value| {
            headers.push((name.to_owned(), value.map(<[u8]>::to_vec)));
        });
        let side = match output.target {
            Target::Inbox(home::NAME) => &mut *home,
            Target::Inbox(_) => {
                let place = usize::try_from(partition_for(&output.key, partitions));
                nears.get_mut(place.expect("a place")).expect("a partition")
            }
            Target::Articles
            | Target::Stories
            | Target::Canonical
            | Target::Sightings
            | Target::Starts => continue,
        };
        let value = output.value.expect("no tombstones in an inbox");
        side.inbox.push_back(Message { key: output.key, value, headers });
    }
}

/// What is read of a story's record.
#[derive(Deserialize)]
struct Story {
    body: Vec<String>,
}

fn texts_of(file: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(file).expect("a file of stories");
    let text = |line: &str| {
        let story: Story = serde_json::from_str(line).expect("a story");
        story.body.join("\n")
    };
    lines.lines().map(text).collect()
}

/// The texts with how old they are, each so many in a row in an order of their own.
fn disordered(
    texts: impl Iterator<Item = String>,
    disorder: NonZeroUsize,
) -> impl Iterator<Item = (usize, String)> {
    let mut texts = texts.enumerate();
    let row = move || {
        let mut row: Vec<_> = texts.by_ref().take(disorder.get()).collect();
        // Multiples of the golden section lie evenly whichever numbers they are of.
        row.sort_by_key(|(age, _)| age.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (!row.is_empty()).then_some(row)
    };
    iter::from_fn(row).flatten()
}

fn main() {
    let Options { stories, file, partitions, disorder, .. } = Options::parse();
    if let Some(file) = file {
        let texts = texts_of(&file);
        let few = texts.len().min(usize::try_from(stories).unwrap_or(usize::MAX));
        println!("{few} stories of {}, six keys", file.display());
        let texts = disordered(texts.into_iter().take(few), disorder);
        let _rate = measure("Stories", texts, partitions);
        return;
    }
    println!("{stories} stories of {WORDS} words, six keys");
    let [unlike, template, edited] = [Load::Unlike, Load::Template, Load::Edited].map(|load| {
        let texts = disordered((0..stories).map(|n| load.text(n)), disorder);
        measure(&format!("{load:?}"), texts, partitions)
    });
    println!(
        "of those that are alike no other: template {:.2}, edited {:.2}",
        template / unlike,
        edited / unlike
    );
}
