//! The two stages, their tables and their inboxes, without a broker.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;

use serde_json::Value;

use super::super::*;
use crate::record::{ArticleId, Origin, StoryId, partition_for};
use crate::stage::home::message::{Observe, Place, Text};
use crate::stage::home::{Compare, Home, HomeRow};
use crate::story::{Fingerprint, Folder, RoutingKeys, Written};

pub const HOUR: i64 = 3_600_000;
pub const PARTITIONS: u32 = 3;
const COUNT: NonZeroU32 = NonZeroU32::new(PARTITIONS).unwrap();
pub const TTL_HOURS: u32 = 24 * 365;

/// A story as a test knows it.
#[derive(Debug, Clone)]
pub struct Tale {
    pub id: StoryId,
    text: String,
}

impl Tale {
    pub fn new(text: String) -> Self {
        let id = Folder::new().fold([&text]).story_id().unwrap();
        Self { id, text }
    }

    /// Words of one text that no other text has, with some of them changed.
    pub fn told(subject: usize, words: usize, changed: impl Fn(usize) -> Option<usize>) -> Self {
        let word = |n: usize| match changed(n) {
            Some(edit) => format!("{}x{}", letters(subject), letters(1_000 * (edit + 1) + n)),
            None => format!("{}{}", letters(subject), letters(n)),
        };
        Self::new((0..words).map(word).collect::<Vec<_>>().join(" "))
    }

    /// Its first words, as a story of their own.
    pub fn opening(&self, words: usize) -> Self {
        Self::new(self.text.split(' ').take(words).collect::<Vec<_>>().join(" "))
    }

    /// It, and numbers behind it that no other edit has.
    pub fn with_numbers(&self, edit: usize) -> Self {
        let numbers = (10..20).map(|n| format!(" of {edit}{n}"));
        Self::new(numbers.fold(self.text.clone(), |text, number| text + &number))
    }

    pub fn fingerprint(&self) -> Option<Fingerprint> {
        Fingerprint::of(&Folder::new().fold([&self.text]))
    }

    fn observe(&self, timestamp: i64, article: u8) -> Vec<u8> {
        let words = Folder::new().fold([&self.text]).words();
        let fingerprint = self.fingerprint().map(|fingerprint| Written::of(&fingerprint));
        let text = Text {
            url: None,
            headline: None,
            language: "und",
            words,
            body: vec![&self.text],
            published_raw: None,
            source: None,
            keywords_raw: None,
            fingerprint,
        };
        let topic = "articles.raw".into();
        let origin =
            Origin { topic, partition: 0, offset: i64::from(article), timestamp: Some(timestamp) };
        let article_id = ArticleId([article; 16]);
        let place = Place::Related(0, Some(Box::new(text)));
        Observe { story_id: self.id, timestamp, origin, article_id, place }.encode()
    }
}

fn letters(mut n: usize) -> String {
    let mut word = String::from("w");
    loop {
        word.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
        n /= 26;
        if n == 0 {
            return word;
        }
    }
}

#[derive(Debug, Clone)]
pub struct Message {
    key: Vec<u8>,
    value: Vec<u8>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

/// The two stages, their tables and their inboxes.
pub struct World {
    home: Home,
    pub near: Near,
    homes: Vec<Table<HomeRow>>,
    pub nears: Vec<Table<NearRow>>,
    /// Inboxes: those of home, then those of near.
    pub inboxes: Vec<VecDeque<Message>>,
    append_time: i64,
    /// `stories.canonical`, whole.
    pub canonical: Vec<(StoryId, StoryId)>,
    pub counted: crate::stage::Tally,
}

impl World {
    pub fn new() -> Self {
        Self::with(RoutingKeys::Six, TTL_HOURS)
    }

    pub fn with(keys: RoutingKeys, ttl_hours: u32) -> Self {
        let partitions = || 0..PARTITIONS;
        Self {
            home: Home::comparing(ttl_hours, Compare { own: false, keys, partitions: COUNT }),
            near: Near::new(ttl_hours, Thresholds::default(), keys),
            homes: partitions().map(|_| Table::new(ttl_hours)).collect(),
            nears: partitions().map(|_| Table::new(ttl_hours)).collect(),
            inboxes: (0..2 * PARTITIONS).map(|_| VecDeque::new()).collect(),
            append_time: i64::MAX / 2,
            canonical: Vec::new(),
            counted: crate::stage::Tally::default(),
        }
    }

    pub fn see(&mut self, tale: &Tale, timestamp: i64) {
        let (key, value) = (tale.id.0.to_vec(), tale.observe(timestamp, 1));
        let place = partition(&key);
        self.inboxes[place].push_back(Message { key, value, headers: Vec::new() });
    }

    /// Judges one message of an inbox.
    pub fn step(&mut self, inbox: usize) {
        let Some(message) = self.inboxes[inbox].pop_front() else { return };
        let record = Record {
            topic: "inbox",
            partition: 0,
            offset: 0,
            timestamp: Some(self.append_time),
            key: Some(&message.key),
            value: Some(&message.value),
            headers: &message.headers,
        };
        let mut outbox = Outbox::default();
        if let Some(table) = self.homes.get_mut(inbox) {
            self.home.apply(table, self.home.prepare(&record).unwrap(), &mut outbox);
        } else {
            let table = &mut self.nears[inbox - PARTITIONS as usize];
            self.near.apply(table, self.near.prepare(&record).unwrap(), &mut outbox);
        }
        self.counted.merge(&outbox.tally);
        for output in outbox.outputs {
            let mut headers = Vec::new();
            output.headers(&mut |name, value| {
                headers.push((name.to_owned(), value.map(<[u8]>::to_vec)));
            });
            assert!(
                headers[0].1.as_ref().is_some_and(|origin| origin.starts_with(b"articles.raw/0/"))
            );
            let place = partition(&output.key);
            let value = output.value.unwrap();
            let message = Message { key: output.key, value, headers };
            match output.target {
                Target::Inbox(home::NAME) => self.inboxes[place].push_back(message),
                Target::Inbox(_) => {
                    self.inboxes[place + PARTITIONS as usize].push_back(message);
                }
                Target::Canonical => {
                    let record: Value = serde_json::from_slice(&message.value).unwrap();
                    let id = |field: &str| {
                        let hex = record[field].as_str().unwrap();
                        StoryId(u128::from_str_radix(hex, 16).unwrap().to_be_bytes())
                    };
                    let (story, canonical) = (id("story_id"), id("canonical_id"));
                    assert_eq!(record["kind"] == "self", story == canonical);
                    self.canonical.push((story, canonical));
                }
                Target::Articles | Target::Stories | Target::Sightings | Target::Starts => {}
            }
        }
    }

    pub fn rest(&mut self) {
        while let Some(inbox) = self.inboxes.iter().position(|inbox| !inbox.is_empty()) {
            self.step(inbox);
        }
    }

    /// What a reader of the compacted topic has in the end.
    pub fn answer(&self) -> BTreeMap<StoryId, StoryId> {
        self.canonical.iter().copied().collect()
    }
}

/// Where a key lives.
pub fn partition(key: &[u8]) -> usize {
    usize::try_from(partition_for(key, COUNT)).unwrap()
}

pub fn tale(subject: usize) -> Tale {
    Tale::told(subject, 60, |_| None)
}

/// One word in so many is another.
pub fn edited(subject: usize, every: usize, edit: usize) -> Tale {
    Tale::told(subject, 60, |n| (n % every == every / 2).then_some(edit))
}
