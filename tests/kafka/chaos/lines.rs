//! What pages show of their lines is told once, though replicas die and what is known changes meanwhile; and what is
//! known in the end is what one engine that never fails makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use newsmill::engine::bundle;
use newsmill::page::{PAGES, Stands, StartKind, Starts, is_looked_at};
use newsmill::stage::lines::message::{Candidate, decode_start};
use newsmill::stage::lines::{self, Lines, Rule};
use newsmill::stage::parse::{Learns, Parse};
use newsmill::stage::{DynPartition, DynStage, Outbox, Record, Target, erase};
use serde_json::Value;

use crate::broker::Broker;
use crate::client::{self, Feed, Seen};
use crate::dice::Dice;
use crate::fleet::{Fleet, PARTITIONS};

use super::scene::{kill_in_turn, rounds, settle};

const STORIES: u64 = 12;

/// As config/newsmill.toml has it.
const TTL_HOURS: u32 = 336;

const SUBJECTS: [&str; 12] = [
    "harbour bridge",
    "grain market",
    "night train",
    "river ferry",
    "school library",
    "orchard",
    "weather station",
    "lighthouse",
    "tram workshop",
    "salt mine",
    "village mill",
    "town garden",
];

/// A headline, a line that looks like one, and its paragraphs, whose words are not the headline's.
fn story(number: u64) -> [String; 4] {
    let subject = SUBJECTS[usize::try_from(number).expect("few")];
    [
        format!("What became of the {subject} in the end"),
        format!("Picture: the {subject} on a winter morning"),
        format!("Nobody had expected it, said the people who live near the {subject}."),
        format!("It took {number} years and the patience of those who love the {subject}."),
    ]
}

/// A page whose own story is told nowhere else, with stories one behind the other and nothing between them.
fn page(number: u64, stories: &[u64]) -> String {
    let own = format!(
        "The page number {number} of the test\nPublished: 20 September 2023\n\
         A sentence that only page {number} has, so that no two pages tell the same story here.\n\
         Source: Post\nRead also:"
    );
    let appended = stories.iter().flat_map(|number| story(*number));
    [own].into_iter().chain(appended).collect::<Vec<_>>().join("\n")
}

/// What a page shows of its lines, as messages to `lines`: key and value.
fn shown(parse: &Arc<dyn DynStage>, seen: &Seen, topic: &str) -> Told {
    let record = record(seen, topic);
    let mut outbox = Outbox::default();
    let prepared = parse.prepare(&record).expect("a page");
    Arc::clone(parse).open(1).apply(prepared, &mut outbox);
    let messages = outbox.outputs.into_iter();
    let messages = messages.filter(|output| output.target == Target::Inbox(lines::NAME));
    let mut messages: Vec<_> =
        messages.map(|output| (output.key, output.value.expect("a message"))).collect();
    messages.sort_unstable();
    messages
}

/// The messages of an inbox, in the order in which they are read. Some came together with others.
fn messages(records: &[Seen]) -> Vec<Seen> {
    let mut messages = Vec::new();
    for seen in records {
        bundle::open(&record(seen, "lines"), &mut |message| {
            messages.push(Seen {
                key: message.key.map(<[u8]>::to_vec),
                value: message.value.map(<[u8]>::to_vec),
                headers: message.headers.to_vec(),
                ..*seen
            });
        })
        .expect("ours");
    }
    assert!(messages.len() > records.len(), "some of them come together");
    messages
}

fn record<'s>(seen: &'s Seen, topic: &'s str) -> Record<'s> {
    Record {
        topic,
        partition: seen.partition,
        offset: seen.offset,
        timestamp: seen.timestamp,
        key: seen.key.as_deref(),
        value: seen.value.as_deref(),
        headers: &seen.headers,
    }
}

/// What stands on a compacted topic.
fn compacted(records: impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)>) -> Known {
    let mut stands = BTreeMap::new();
    for (key, value) in records {
        match value {
            Some(value) => drop(stands.insert(key, value)),
            None => drop(stands.remove(&key)),
        }
    }
    stands
}

/// What is known of lines, by the key of each.
type Known = BTreeMap<Vec<u8>, Vec<u8>>;

/// Messages to `lines`, or records of what it publishes: key and value.
type Told = Vec<(Vec<u8>, Vec<u8>)>;

/// Of each page what it shows by itself, whatever was known when it was read, and however often; less what nobody would
/// have looked at, and that only of lines that enough pages have shown (`settled`). Returns how much was left out.
fn assert_told_once(raw: &str, pages: &[Seen], inbox: &[Seen], settled: &[Vec<u8>]) -> usize {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for message in inbox {
        let origin = message.header("newsmill.origin").expect("it names its page").to_owned();
        let (key, value) = (message.key.clone(), message.value.clone());
        told.entry(origin).or_default().push((key.expect("a line"), value.expect("a message")));
    }
    let starts = Arc::new(Starts::with_room(1));
    let parse = erase(Parse { learns: Some(Learns { starts, tells: true }), ..Parse::default() });
    let mut left_out = 0;
    for page in pages {
        let origin = format!("{raw}/{}/{}", page.partition, page.offset);
        let mut told = told.remove(&origin).unwrap_or_default();
        told.sort_unstable();
        let mut shown = shown(&parse, page, raw);
        let all = shown.len();
        shown.retain(|message| told.contains(message) || !is_in_vain(message, settled));
        assert_eq!(told, shown, "{origin}");
        left_out += all - shown.len();
    }
    assert!(told.is_empty(), "of pages that are none: {:?}", told.keys());
    left_out
}

/// Whether `lines` would not look at a message.
fn is_in_vain((key, value): &(Vec<u8>, Vec<u8>), settled: &[Vec<u8>]) -> bool {
    let candidate = Candidate::decode(Some(value)).expect("a message");
    matches!(candidate.stands, Stands::Appended(_))
        && !is_looked_at(candidate.page)
        && settled.contains(key)
}

/// What is known by a replay of the inbox through fresh tables.
fn replayed(inbox: &[Seen]) -> Known {
    let stage = erase(Lines { ttl_hours: TTL_HOURS, rule: Rule::builtin() });
    let mut published = Vec::new();
    for partition in 0..PARTITIONS {
        let mut table: Box<dyn DynPartition> = Arc::clone(&stage).open(PARTITIONS.unsigned_abs());
        for message in inbox.iter().filter(|message| message.partition == partition) {
            let mut outbox = Outbox::default();
            table.apply(stage.prepare(&record(message, "lines")).expect("ours"), &mut outbox);
            published.extend(outbox.outputs.into_iter().map(|output| (output.key, output.value)));
        }
    }
    compacted(published.into_iter())
}

/// Of each page its number, and how many stories it was cut into.
fn stories_of(article: Seen) -> (u64, usize) {
    let article: Value = serde_json::from_slice(&article.value.expect("an article")).expect("JSON");
    let headline = article["headline"].as_str().expect("ours");
    let number = headline.split(' ').nth(3).expect("ours").parse().expect("ours");
    (number, article["related"].as_array().expect("a list").len())
}

#[test]
fn what_pages_show_is_told_once_though_replicas_die_and_what_is_known_changes_meanwhile() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let mut fleet = Fleet::learning(&bootstrap, "taught");
    let feed = Feed::new(&bootstrap);
    let raw = fleet.names.topic("raw");
    let read = |topic: &str| client::read_committed(&bootstrap, topic);
    let (mut dice, mut number) = (Dice::new(23, 5), 0);
    let send = |number: u64, stories: &[u64]| {
        let partition = i32::try_from(number).expect("few") % PARTITIONS;
        feed.send(&raw, partition, None, Some(page(number, stories).as_bytes()));
    };
    let mut feed_some = |count: u64| {
        for _ in 0..count {
            let mut stories: Vec<u64> =
                (0..2 + dice.below(3)).map(|_| dice.below(STORIES)).collect();
            stories.dedup();
            send(number, &stories);
            number += 1;
        }
        feed.flush();
    };
    feed_some(60);
    fleet.grow(3);
    kill_in_turn(&mut fleet, &bootstrap, "lines", rounds(8), || feed_some(40));
    settle(&mut fleet, &bootstrap);

    let (pages, inbox) = (read(&raw), messages(&read(&fleet.names.inbox("lines"))));
    let published = read(&fleet.names.inbox("starts"));
    let is_settled = |start: &[u8]| usize::from(decode_start(start).expect("ours").pages) == PAGES;
    let settled = published.iter().filter(|seen| seen.value.as_deref().is_some_and(is_settled));
    let settled: Vec<_> = settled.map(|seen| seen.key.clone().expect("a line")).collect();
    assert!(assert_told_once(&raw, &pages, &inbox, &settled) > 0, "some of it would be in vain");
    let published = published.into_iter();
    let known = compacted(published.map(|seen| (seen.key.expect("a line"), seen.value)));
    assert_eq!(known, replayed(&inbox), "what is known is a function of the inbox");
    let kinds = known.values().map(|start| decode_start(start).expect("ours").kind);
    assert_eq!(kinds.filter(|kind| *kind == StartKind::Headline).count(), SUBJECTS.len());

    // And whoever begins now knows it all before it reads a page.
    assert_eq!(fleet.terminate_all(), [0, 0, 0]);
    for (more, story) in (0..STORIES).enumerate() {
        send(number + more as u64, &[story, (story + 5) % STORIES]);
    }
    feed.flush();
    fleet.start(0);
    settle(&mut fleet, &bootstrap);
    let articles: Vec<_> =
        read(&fleet.names.topic("articles")).into_iter().map(stories_of).collect();
    let mut numbers: Vec<u64> = articles.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..number + STORIES), "one article a page");
    let last: Vec<_> = articles.into_iter().filter(|(of, _)| *of >= number).collect();
    assert!(last.iter().all(|(_, stories)| *stories == 2), "{last:?}");
}
