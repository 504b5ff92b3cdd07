//! What near-duplicates cost by themselves: `home` and `near` over queues, without Kafka and without pages.
//! `cargo bench --bench near [-- STORIES]`
//!
//! Three loads of stories of 220 words: each alike no other; those of a template site, which all begin with the same 48; and
//! edited copies, of which four follow a fifth. Of each: stories a CPU-second, and what a story takes in memory and has
//! written to the changelog.
#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark is no service: it prints, and ends at the first thing that goes wrong"
)]

use std::collections::VecDeque;
use std::sync::Arc;

use newsmill::record::{ArticleId, Origin};
use newsmill::stage::home::message::{Observe, Place, Text};
use newsmill::stage::home::{self, Compare, Home};
use newsmill::stage::near::Near;
use newsmill::stage::{DynPartition, DynStage, Headers, Outbox, Record, Target, erase};
use newsmill::story::{Folder, RoutingKeys, Thresholds};
use nix::time::{ClockId, clock_gettime};

/// As long as the mean appended story of saudinewsnet-ar.
const WORDS: u64 = 220;

/// What a template begins with: both lead keys are made of no more.
const LEAD: u64 = 48;

/// Stories between two commits.
const TRANSACTION: u64 = 500;

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
    changelog: usize,
}

impl Side {
    fn new(stage: Arc<dyn DynStage>) -> Self {
        let table = Arc::clone(&stage).open(1);
        Self { stage, table, inbox: VecDeque::new(), changelog: 0 }
    }

    /// Judges the next message; false where there is none.
    fn step(&mut self, outbox: &mut Outbox) -> bool {
        let Some(Message { key, value, headers }) = self.inbox.pop_front() else { return false };
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
        true
    }

    fn commit(&mut self) {
        let changelog = &mut self.changelog;
        self.table
            .changes(&mut |key, value| *changelog += key.len() + value.map_or(0, <[u8]>::len));
        self.table.commit();
    }
}

fn observe(load: Load, story: u64) -> Message {
    let text = load.text(story);
    let mut folder = Folder::new();
    let folded = folder.fold([&text]);
    let story_id = folded.story_id().expect("a text");
    let timestamp = 1_700_000_000_000 + i64::try_from(story).expect("few");
    let told = Text {
        url: None,
        headline: None,
        language: "und",
        words: folded.words(),
        body: vec![&text],
        published_raw: None,
        source: None,
        keywords_raw: None,
    };
    let origin =
        Origin { topic: "raw".into(), partition: 0, offset: timestamp, timestamp: Some(timestamp) };
    let place = Place::Related(0, Some(told));
    let value = Observe { story_id, timestamp, origin, article_id: ArticleId([1; 16]), place };
    Message { key: story_id.0.to_vec(), value: value.encode(), headers: Headers::new() }
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock");
    time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9
}

fn measure(load: Load, stories: u64) -> f64 {
    let (keys, ttl_hours) = (RoutingKeys::Six, 24 * 365);
    let near = Near { ttl_hours, thresholds: Thresholds::default(), keys };
    let mut home = Side::new(erase(Home::comparing(ttl_hours, Compare { own: false, keys })));
    let mut near = Side::new(erase(near));
    let mut cpu = 0.0;
    for first in (0..stories).step_by(usize::try_from(TRANSACTION).expect("few")) {
        home.inbox.extend((first..stories.min(first + TRANSACTION)).map(|n| observe(load, n)));
        let began = cpu_seconds();
        let mut outbox = Outbox::default();
        while home.step(&mut outbox) || near.step(&mut outbox) {
            for output in outbox.outputs.drain(..) {
                let mut headers = Headers::new();
                output.headers(&mut |name, value| {
                    headers.push((name.to_owned(), value.map(<[u8]>::to_vec)));
                });
                let side = match output.target {
                    Target::Inbox(home::NAME) => &mut home,
                    Target::Inbox(_) => &mut near,
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
        home.commit();
        near.commit();
        cpu += cpu_seconds() - began;
    }
    let rate = stories as f64 / cpu;
    let memory = home.table.stats().bytes + near.table.stats().bytes;
    let changelog = home.changelog + near.changelog;
    println!(
        "{load:?}: {rate:.0} stories a CPU-second; a story takes {} bytes in memory in {:.1} rows of near, {} on the changelogs",
        memory / stories,
        near.table.stats().rows as f64 / stories as f64,
        changelog as u64 / stories,
    );
    rate
}

fn main() {
    let stories = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let stories = stories.unwrap_or(50_000);
    println!("{stories} stories of {WORDS} words, six keys");
    let [unlike, template, edited] =
        [Load::Unlike, Load::Template, Load::Edited].map(|load| measure(load, stories));
    println!(
        "of those that are alike no other: template {:.2}, edited {:.2}",
        template / unlike,
        edited / unlike
    );
}
